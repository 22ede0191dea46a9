//! Text from the bytes of a file: UTF-8, or UTF-16 with a byte order mark; and its lines.

use std::borrow::Cow;

use crate::list_error::ListError;

const HINT: &str = "save it as CSV UTF-8";
/// First bytes of a file that a spreadsheet or an archiver writes.
const BINARY_FORMATS: [(&[u8], &str); 2] = [
    (b"PK\x03\x04", "a workbook (.xlsx) or another zip file"),
    (b"\xd0\xcf\x11\xe0", "a workbook (.xls)"),
];

/// Decodes a file. A byte order mark at the beginning is left out.
pub(crate) fn decode(content: &[u8]) -> Result<Cow<'_, str>, ListError> {
    for (start, format) in BINARY_FORMATS {
        if content.starts_with(start) {
            let cause = format!("this is {format}, not text");
            return Err(ListError::at(1, cause).with_hint(HINT));
        }
    }
    let text = match content {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(utf_8(content)?),
    };
    match text.find('\0') {
        None => Ok(text),
        Some(at) => Err(ListError::at(
            line_at(&text, at),
            "the line contains a zero byte: this is not UTF-8 text, but may be UTF-16 without a byte order mark",
        )
        .with_hint(HINT)),
    }
}

fn utf_8(content: &[u8]) -> Result<&str, ListError> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    str::from_utf8(content).map_err(|error| {
        let valid = content.get(..error.valid_up_to()).unwrap_or_default();
        let line = line_at(&String::from_utf8_lossy(valid), usize::MAX);
        let cause =
            "the line is not UTF-8 text: it may be in an older encoding, such as Windows-1252";
        ListError::at(line, cause).with_hint(HINT)
    })
}

fn utf_16(content: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ListError> {
    let pairs = content.chunks_exact(2);
    let is_even = pairs.remainder().is_empty();
    let units = pairs.filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    let mut text = String::with_capacity(content.len());
    let mut is_valid = is_even;
    for letter in char::decode_utf16(units) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => {
                is_valid = false;
                break;
            }
        }
    }
    if is_valid {
        return Ok(text);
    }
    let cause = "the line is not text, though the file begins as UTF-16 does";
    Err(ListError::at(line_at(&text, usize::MAX), cause).with_hint(HINT))
}

/// Lines of a text, which end with CR, LF or CRLF. The last one may be empty.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = current.find(['\r', '\n']) else {
            rest = None;
            return Some(current);
        };
        let (line, after) = current.split_at_checked(end)?;
        let after = after.strip_prefix('\r').unwrap_or(after);
        // The line feed of CRLF, or the one that ends the line.
        rest = Some(after.strip_prefix('\n').unwrap_or(after));
        Some(line)
    })
}

/// Number of the line that contains an offset, from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    lines(before).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_cr_lf_or_crlf() {
        let found: Vec<_> = lines("a\nb\r\nc\rd\n\ne\r\r\n").collect();
        assert_eq!(found, ["a", "b", "c", "d", "", "e", "", ""]);
    }

    #[test]
    fn utf_8_and_utf_16_are_decoded() {
        let text = "é😀\n";
        let utf_16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(bytes).collect()
        };
        for content in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf_16(u16::to_le_bytes),
            utf_16(u16::to_be_bytes),
        ] {
            assert_eq!(decode(&content).as_deref(), Ok(text));
        }
    }

    #[test]
    fn other_encodings_are_refused_by_line() {
        for (content, line, cause) in [
            (&b"a\r\nb\r\n\xe9lodie"[..], 3, "not UTF-8 text"),
            (b"e\0m\0", 1, "a zero byte"),
            (b"\0e\0m", 1, "a zero byte"),
            (b"\xff\xfe\0\0e\0\0\0", 1, "a zero byte"),
            (b"\xff\xfea\0\n\0\0\xd8", 2, "not text, though"),
            (b"\xff\xfea\0\n", 1, "not text, though"),
            (b"PK\x03\x04....", 1, "a workbook (.xlsx)"),
        ] {
            let error = decode(content).unwrap_err();
            assert_eq!(error.line, Some(line), "{error:?}");
            assert!(error.cause.contains(cause), "{error:?}");
        }
    }
}
