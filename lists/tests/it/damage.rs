//! Damage to a list, as editors, spreadsheets, mail programs and people do it.

use proptest::{collection::vec, prelude::*, sample::select};

/// Characters that are put in or exchanged. No letter, digit, dot, hyphen or plus sign: with one of these an address becomes
/// another address.
const CHARACTERS: &[char] = &[
    '"', '"', '"', '\'', '`', '\u{201c}', '\u{2019}', '«', ',', ',', ';', '\t', '|', ' ', '\u{a0}',
    '\u{200b}', '\u{ad}', '\u{feff}', '\u{202e}', '\u{fe0f}', '\u{2060}', '\0', '\u{7}', '\u{1b}',
    '\n', '\r', '#', '@', '<', '>', '(', ')', '[', ']', '{', '}', ':', '\\', '*', '/', '\u{2028}',
    '\u{fffd}', '=', '%',
];

/// A kind of damage, with places as fractions of the text.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Insert(f64, char),
    Replace(f64, char),
    Remove(f64),
    RemoveRange(f64, f64),
    Repeat(f64, f64),
    Truncate(f64),
    /// Up to a third: of a list whose beginning is missing the last field of the last row can be left, which names a user.
    DropStart(f64),
    /// Exchanges one character everywhere.
    ReplaceAll(char, char),
    RemoveAll(char),
    /// Takes one of these characters out, the n-th.
    RemoveOne(char, f64),
    /// Puts one character in the place of another, the n-th.
    ReplaceOne(char, char, f64),
    RemoveLine(f64),
    SwapLines(f64),
    RepeatLine(f64),
    /// Moves a line to the beginning.
    LineFirst(f64),
    /// Moves the first field of a line behind the others, or the last one to its beginning.
    MoveField(f64, char, bool),
    /// Puts a quote before a field of a line, and another one behind a field of a later line.
    QuoteLines(QuotedLines),
    Encode(&'static str),
}

/// Quotes around a part of a list that has a line break in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuotedLines {
    /// First line, as a fraction of the list.
    line: f64,
    /// Number of line breaks inside.
    breaks: usize,
    /// Field of the first line, and of the last one, as fractions of them.
    fields: (f64, f64),
    separator: char,
}

impl QuotedLines {
    /// The list with these quotes.
    pub(crate) fn applied(self, text: &str) -> String {
        let mut lines: Vec<String> = text
            .split_inclusive(['\n', '\r'])
            .map(str::to_owned)
            .collect();
        let first = index(self.line, lines.len());
        let last = (first + self.breaks).min(lines.len() - 1);
        // The later one first, which moves nothing before it.
        let content = lines[last].trim_end_matches(['\n', '\r']);
        let mut ends: Vec<_> = content
            .match_indices(self.separator)
            .map(|it| it.0)
            .collect();
        ends.push(content.len());
        let end = ends[index(self.fields.1, ends.len())];
        lines[last].insert(end, '"');
        let mut starts = vec![0];
        starts.extend(
            lines[first]
                .match_indices(self.separator)
                .map(|it| it.0 + 1),
        );
        let start = starts[index(self.fields.0, starts.len())];
        lines[first].insert(start, '"');
        lines.concat()
    }
}

/// Any quotes around a line break.
pub(crate) fn quoted_lines() -> impl Strategy<Value = QuotedLines> {
    let place = || 0.0..1.0_f64;
    let fields = (place(), place());
    let separator = select(vec![',', ';', '\t']);
    (place(), 1..4_usize, fields, separator).prop_map(|(line, breaks, fields, separator)| {
        QuotedLines {
            line,
            breaks,
            fields,
            separator,
        }
    })
}

/// Any damage.
pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let place = || 0.0..1.0_f64;
    let letter = || select(CHARACTERS.to_vec());
    let structure = || {
        select(vec![
            '"', ',', ';', '\t', '\n', '\r', '#', '@', ':', '{', '}', ' ',
        ])
    };
    prop_oneof![
        4 => (place(), letter()).prop_map(|(at, letter)| Damage::Insert(at, letter)),
        2 => (place(), letter()).prop_map(|(at, letter)| Damage::Replace(at, letter)),
        2 => place().prop_map(Damage::Remove),
        1 => (place(), place()).prop_map(|(from, to)| Damage::RemoveRange(from, to)),
        1 => (place(), place()).prop_map(|(from, to)| Damage::Repeat(from, to)),
        1 => place().prop_map(Damage::Truncate),
        1 => place().prop_map(Damage::DropStart),
        2 => (structure(), letter()).prop_map(|(old, new)| Damage::ReplaceAll(old, new)),
        1 => structure().prop_map(Damage::RemoveAll),
        3 => (structure(), place()).prop_map(|(letter, at)| Damage::RemoveOne(letter, at)),
        3 => (structure(), letter(), place()).prop_map(|(old, new, at)| Damage::ReplaceOne(old, new, at)),
        1 => place().prop_map(Damage::RemoveLine),
        1 => place().prop_map(Damage::SwapLines),
        1 => place().prop_map(Damage::RepeatLine),
        1 => place().prop_map(Damage::LineFirst),
        1 => (place(), select(vec![',', ';', '\t']), any::<bool>())
            .prop_map(|(line, separator, is_first)| Damage::MoveField(line, separator, is_first)),
        2 => quoted_lines().prop_map(Damage::QuoteLines),
        1 => select(vec!["utf-16le", "utf-16be", "utf-16le without mark", "latin-1", "utf-8 twice", "two marks", "utf-32le"])
            .prop_map(Damage::Encode),
    ]
}

/// Some damage.
pub(crate) fn damages() -> impl Strategy<Value = Vec<Damage>> {
    vec(damage(), 1..4)
}

/// The list after all damage.
pub(crate) fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut text = text.to_owned();
    let mut bytes = None;
    for damage in damages {
        if let Damage::Encode(encoding) = damage {
            bytes = Some(encoded(&text, encoding));
            break;
        }
        text = applied(&text, damage);
    }
    bytes.unwrap_or_else(|| text.into_bytes())
}

/// Index of an item at a fraction of a length.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn index(place: f64, length: usize) -> usize {
    (place * length as f64) as usize
}

fn applied(text: &str, damage: &Damage) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let count = letters.len();
    if count == 0 {
        return String::new();
    }
    let at = |place: f64| index(place, count);
    let range = |from: f64, to: f64| {
        let (from, to) = (at(from), at(to));
        from.min(to)..(from.min(to) + (from.max(to) - from.min(to)) % 60)
    };
    let nth = |wanted: char, place: f64| {
        let places: Vec<_> = (0..count).filter(|&at| letters[at] == wanted).collect();
        places.get(index(place, places.len())).copied()
    };
    let mut lines: Vec<String> = text
        .split_inclusive(['\n', '\r'])
        .map(str::to_owned)
        .collect();
    let line = |place: f64| index(place, lines.len());
    match *damage {
        Damage::Insert(place, letter) => letters.insert(at(place), letter),
        Damage::Replace(place, letter) => letters[at(place)] = letter,
        Damage::Remove(place) => {
            letters.remove(at(place));
        }
        Damage::RemoveRange(from, to) => {
            // Without the name of a field of JSON, its value becomes that of the field before it: valid, and another person.
            let removed: String = letters[range(from, to)].iter().collect();
            if !removed.contains("\":") {
                letters.drain(range(from, to));
            }
        }
        Damage::Repeat(from, to) => {
            let part = letters[range(from, to)].to_vec();
            let end = range(from, to).end;
            letters.splice(end..end, part);
        }
        Damage::Truncate(place) => letters.truncate(at(place)),
        Damage::DropStart(place) => {
            letters.drain(..at(place / 3.0));
        }
        Damage::ReplaceAll(old, new) => {
            for letter in letters.iter_mut().filter(|letter| **letter == old) {
                *letter = new;
            }
        }
        Damage::RemoveAll(old) => letters.retain(|letter| *letter != old),
        Damage::RemoveOne(wanted, place) => {
            if let Some(at) = nth(wanted, place) {
                letters.remove(at);
            }
        }
        Damage::ReplaceOne(old, new, place) => {
            if let Some(at) = nth(old, place) {
                letters[at] = new;
            }
        }
        Damage::RemoveLine(place) => {
            lines.remove(line(place));
            return lines.concat();
        }
        Damage::SwapLines(place) => {
            let line = line(place);
            lines.swap(line, line.saturating_sub(1));
            return lines.concat();
        }
        Damage::RepeatLine(place) => {
            let line = line(place);
            let repeated = lines[line].clone();
            lines.insert(line, repeated);
            return lines.concat();
        }
        Damage::LineFirst(place) => {
            let moved = lines.remove(line(place));
            return moved + &lines.concat();
        }
        Damage::MoveField(place, separator, is_first) => {
            let line = line(place);
            let content = lines[line].trim_end_matches(['\n', '\r']).to_owned();
            let end = lines[line][content.len()..].to_owned();
            let moved = if is_first {
                content
                    .split_once(separator)
                    .map(|(field, rest)| format!("{rest}{separator}{separator}{field}"))
            } else {
                content
                    .rsplit_once(separator)
                    .map(|(rest, field)| format!("{field}{separator}{separator}{rest}"))
            };
            lines[line] = moved.unwrap_or(content) + &end;
            return lines.concat();
        }
        Damage::QuoteLines(quoted) => return quoted.applied(text),
        Damage::Encode(_) => {}
    }
    letters.into_iter().collect()
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    let marked = format!("\u{feff}{text}");
    let latin = |text: &str| {
        text.chars()
            .map(|letter| u8::try_from(letter).unwrap_or(b'?'))
            .collect::<Vec<_>>()
    };
    match encoding {
        "utf-16le" => units(&marked)
            .into_iter()
            .flat_map(u16::to_le_bytes)
            .collect(),
        "utf-16be" => units(&marked)
            .into_iter()
            .flat_map(u16::to_be_bytes)
            .collect(),
        "utf-16le without mark" => units(text).into_iter().flat_map(u16::to_le_bytes).collect(),
        "utf-32le" => marked
            .chars()
            .flat_map(|letter| u32::from(letter).to_le_bytes())
            .collect(),
        "latin-1" => latin(text),
        // Read as Latin-1 and written as UTF-8 again.
        "utf-8 twice" => text
            .bytes()
            .map(char::from)
            .collect::<String>()
            .into_bytes(),
        "two marks" => format!("\u{feff}{marked}").into_bytes(),
        _ => unreachable!("an encoding"),
    }
}
