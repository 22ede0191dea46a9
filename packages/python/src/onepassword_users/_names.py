"""Names of users in arguments of the command, and texts from outside on a terminal."""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 1024
_ID_SIGNS = "._-+~/"
_LOCAL_SIGNS = "._-+&#~'/"
_DOMAIN_SIGNS = ".-_"
# Categories of Unicode: controls, format, private, surrogates, unassigned; separators of lines and paragraphs.
_HIDDEN = ("C", "Zl", "Zp")
# Letters without a shape (Default_Ignorable_Code_Point) that are in none of those categories.
_SHAPELESS = (
    (0x34F, 0x34F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),
)


def is_hidden(letter: str) -> bool:
    """Returns true if a letter cannot be seen, or changes how its neighbours are shown."""
    if letter.isascii():
        return not letter.isprintable()
    code = ord(letter)
    is_shapeless = any(first <= code <= last for first, last in _SHAPELESS)
    return is_shapeless or unicodedata.category(letter).startswith(_HIDDEN)


def printable(text: str) -> str:
    r"""Returns a text from outside on one line, with hidden letters as ``\u{202e}``. No other text from outside is printed."""
    return "".join(f"\\u{{{ord(letter):x}}}" if is_hidden(letter) else letter for letter in text)


def parse_name(text: str) -> str:
    """Returns the id or e-mail address in an argument. Raises `ValueError`, whose text completes the sentence "it …"."""
    name = text.strip(" \t")
    if "@" in name:
        _check_address(name)
    else:
        _check_id(name)
    return name


def _check_letters(text: str, signs: str) -> None:
    for letter in text:
        is_hidden_or_space = is_hidden(letter) or letter.isspace()
        # Letters, digits and the marks of a word, of any script.
        is_fit = letter.isalnum() if letter.isascii() else unicodedata.category(letter)[0] in "LMN"
        if is_hidden_or_space or not (is_fit or letter in signs):
            shown = f"U+{ord(letter):04X}" if is_hidden_or_space else letter
            raise ValueError(f"must not contain white space, quotes, separators or symbols ({shown})")


def _check_length(text: str) -> None:
    size = len(text.encode(errors="surrogatepass"))
    if not 0 < size <= MAX_LENGTH:
        raise ValueError(f"must have 1 to {MAX_LENGTH} bytes")


def _check_id(text: str) -> None:
    _check_length(text)
    _check_letters(text, _ID_SIGNS)
    if text in (".", ".."):
        raise ValueError('must not be "." or ".."')


def _check_address(text: str) -> None:
    _check_length(text)
    local, _, domain = text.partition("@")
    _check_letters(local, _LOCAL_SIGNS)
    if "@" in domain:
        raise ValueError("must have only one @")
    _check_letters(domain, _DOMAIN_SIGNS)
    if not local:
        raise ValueError("must have a name before the @")
    if not all(local.split(".")):
        raise ValueError("must not have a dot at an end of the name before the @, or two in a row")
    if local[0] in _LOCAL_SIGNS.replace("_", "") or local[-1] == "'":
        raise ValueError("must not contain quotes, separators or symbols")
    labels = domain.split(".")
    if len(labels) < 2 or not all(label and label[0] not in "-_" and label[-1] not in "-_" for label in labels):
        raise ValueError("must have a domain with a dot after the @")
