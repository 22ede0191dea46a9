//! Reads JSON into flat objects of a given schema.
//!
//! Values of another kind than expected are kept as [`Value::Unexpected`] for the caller to judge. Serde's own errors are used
//! only for invalid JSON: their messages would add the formatting of floats to the component.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{
    fmt,
    str::{self, Utf8Error},
};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::error::Category;

use crate::memory::can_allocate_blocks;

/// Maximum number of fields in a schema.
const MAX_FIELDS: usize = 6;

/// A value of a field.
#[derive(Debug, Default)]
pub(super) enum Value {
    /// The field is absent.
    #[default]
    Missing,
    Null,
    Text(String),
    Number(f64),
    /// A list of objects, in the field that the schema expects one in.
    Objects(Vec<Object>),
    /// Any other value: a boolean, an object, a list.
    Unexpected,
}

impl Value {
    /// The text, if the field is present and not null.
    pub(super) fn text(self) -> Result<Option<String>, KindMismatch> {
        match self {
            Self::Text(text) => Ok(Some(text)),
            Self::Missing | Self::Null => Ok(None),
            _ => Err(KindMismatch),
        }
    }
}

/// A value is of another kind than expected.
#[derive(Debug)]
pub(super) struct KindMismatch;

/// Fields to read from an object.
#[derive(Clone, Copy)]
pub(super) struct Schema {
    /// Names of the fields, at most six.
    pub fields: &'static [&'static str],
    /// Schema of the objects in the first field, if that is a list, and their maximum number.
    pub list: Option<(&'static Schema, u32)>,
}

/// Values of the fields, in the order of the schema.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub values: [Value; MAX_FIELDS],
    /// True if there are fields that are not in the schema.
    pub has_others: bool,
    /// True if the JSON is not an object, or has a field of the schema twice.
    pub is_mismatch: bool,
}

/// Cause of a failed read.
pub(super) enum ReadError {
    /// Nested deeper than 64 levels.
    TooDeep,
    /// Objects and texts do not fit into memory.
    NoMemory,
    /// Invalid JSON that ends in the middle.
    Incomplete,
    /// Invalid JSON.
    NotJson,
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        if error.classify() == Category::Eof {
            Self::Incomplete
        } else {
            Self::NotJson
        }
    }
}

impl From<Utf8Error> for ReadError {
    fn from(error: Utf8Error) -> Self {
        match error.error_len() {
            None => Self::Incomplete,
            Some(_) => Self::NotJson,
        }
    }
}

/// Maximum depth of nesting. Responses of the API have three levels.
const MAX_DEPTH: usize = 64;
/// Memory of an object, without its texts, while a list of them is read and returned, in bytes: as an [`Object`], as a user of
/// the client and of the contract, and what the allocator adds to each text.
const OBJECT_SIZE: usize = 512;
/// Memory that is free already, as the reader of the body made sure, in bytes.
const MIN_FREE: usize = 8 << 10;
/// Minimum size of the largest block of memory while a list of objects is read, in bytes: the list itself.
const MIN_BLOCK: usize = 128 << 10;

/// Reads one object. Nothing but white space may follow it.
pub(super) fn read(json: &[u8], schema: Schema) -> Result<Object, ReadError> {
    let size = Size::of(json).ok_or(ReadError::TooDeep)?;
    let max = schema.list.map_or(1, |(_, max)| max.saturating_add(1));
    let objects = size.objects.min(usize::try_from(max).unwrap_or(usize::MAX));
    // A copy of the texts, and a buffer to unescape the longest of them: it grows by doubling, beside its old content.
    let largest = size.longest_text.saturating_mul(2);
    let texts = json
        .len()
        .saturating_add(size.longest_text)
        .saturating_add(largest);
    let needed = texts.saturating_add(objects.saturating_mul(OBJECT_SIZE));
    let fits =
        needed <= MIN_FREE || can_allocate_blocks(needed, largest.max(MIN_BLOCK.min(needed)));
    if !fits {
        return Err(ReadError::NoMemory);
    }
    // Checked once for all texts.
    let mut json = serde_json::Deserializer::from_str(str::from_utf8(json)?);
    let object = Reader { schema, objects }.deserialize(&mut json)?;
    json.end()?;
    Ok(object)
}

/// Numbers that determine how much memory reading takes.
#[derive(Default)]
struct Size {
    /// Number of objects.
    objects: usize,
    /// Length of the longest text, in bytes.
    longest_text: usize,
}

impl Size {
    /// Looks through JSON, without checking that it is valid. None if it is nested too deeply.
    fn of(json: &[u8]) -> Option<Self> {
        let mut size = Self::default();
        let mut depth = 0_usize;
        let mut rest = json;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'"' => rest = size.skip_text(after),
                b'{' => {
                    size.objects = size.objects.saturating_add(1);
                    depth = depth.saturating_add(1);
                }
                b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return None;
            }
        }
        Some(size)
    }

    /// Skips a text, whose first quotation mark was read. Returns what follows it.
    fn skip_text<'j>(&mut self, text: &'j [u8]) -> &'j [u8] {
        let mut rest = text;
        while let Some(at) = first_mark(rest) {
            let is_end = rest.get(at) == Some(&b'"');
            let passed = if is_end { 1 } else { 2 };
            rest = rest.get(at.saturating_add(passed)..).unwrap_or_default();
            if is_end {
                let length = text.len().saturating_sub(rest.len());
                self.longest_text = self.longest_text.max(length);
                return rest;
            }
        }
        // The text has no end: it is read to that of the JSON.
        self.longest_text = self.longest_text.max(text.len());
        &[]
    }
}

/// Position of the first quotation mark or backslash. Most bytes of a response are passed in this search: it takes eight at a
/// time.
fn first_mark(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let (chunks, rest) = text.as_chunks();
    for (chunk, at) in chunks.iter().zip((0..).step_by(8)) {
        let bytes = u64::from_le_bytes(*chunk);
        // The highest bit of each byte that is this one, and of some above the first such byte.
        let is = |byte: u8| {
            let difference = bytes ^ ONES.wrapping_mul(byte.into());
            difference.wrapping_sub(ONES) & !difference & HIGHS
        };
        let found = is(b'"') | is(b'\\');
        if found != 0 {
            return usize::try_from(found.trailing_zeros() / 8)
                .ok()
                .map(|byte| byte | at);
        }
    }
    let at = text.len().saturating_sub(rest.len());
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\');
    rest.iter().position(is_mark).map(|byte| at | byte)
}

/// Result for JSON that is not an object.
fn mismatch() -> Object {
    Object {
        is_mismatch: true,
        ..Object::default()
    }
}

/// Reads an object of a schema.
struct Reader {
    schema: Schema,
    /// Maximum number of objects in its list.
    objects: usize,
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Object, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        let mut seen = [false; MAX_FIELDS];
        while let Some(at) = map.next_key_seed(FieldIndex(self.schema.fields))? {
            let Some((value, seen)) = object.values.get_mut(at).zip(seen.get_mut(at)) else {
                map.next_value::<IgnoredAny>()?;
                object.has_others = true;
                continue;
            };
            let list = if at == 0 { self.schema.list } else { None };
            let objects = self.objects;
            *value = map.next_value_seed(ValueReader { list, objects })?;
            object.is_mismatch |= *seen;
            *seen = true;
        }
        Ok(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Object, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(mismatch())
    }

    fn visit_str<E>(self, _: &str) -> Result<Object, E> {
        Ok(mismatch())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object, E> {
        Ok(mismatch())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object, E> {
        Ok(mismatch())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object, E> {
        Ok(mismatch())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object, E> {
        Ok(mismatch())
    }

    fn visit_unit<E>(self) -> Result<Object, E> {
        Ok(mismatch())
    }
}

/// Reads a name as its index among the names of the schema, or as `MAX_FIELDS` if it is none of them.
struct FieldIndex(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldIndex {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<usize, D::Error> {
        json.deserialize_any(self)
    }
}

impl Visitor<'_> for FieldIndex {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<usize, E> {
        let at = self.0.iter().position(|name| *name == text);
        Ok(at.unwrap_or(MAX_FIELDS))
    }
}

/// Reads a value, which may be a list of objects of a schema.
struct ValueReader {
    list: Option<(&'static Schema, u32)>,
    /// Maximum number of objects in the list.
    objects: usize,
}

impl<'de> DeserializeSeed<'de> for ValueReader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueReader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Unexpected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Unexpected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut objects = Vec::new();
        let mut fits = self.list.is_some();
        if let Some((&schema, max)) = self.list {
            objects.reserve_exact(self.objects);
            let reader = || Reader { schema, objects: 0 };
            while let Some(object) = list.next_element_seed(reader())? {
                if objects.len() >= usize::try_from(max).unwrap_or(usize::MAX) {
                    fits = false;
                    break;
                }
                objects.push(object);
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if fits {
            Value::Objects(objects)
        } else {
            Value::Unexpected
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_mark_is_where_it_is(text in prop::collection::vec(prop_oneof![
            6 => any::<u8>(),
            1 => Just(b'"'),
            1 => Just(b'\\'),
            // Neighbours of both marks, and bytes whose highest bit is set.
            2 => prop::sample::select(b"!#[]\xa2\xdc\x00\xff".to_vec()),
        ], 0..40)) {
            let expected = text.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(first_mark(&text), expected);
        }

        #[test]
        fn the_size_is_that_of_the_objects_and_texts(texts in prop::collection::vec(any::<String>(), 0..6)) {
            let objects: Vec<_> = texts.iter().map(|text| serde_json::json!({"{": text})).collect();
            let json = serde_json::to_string(&objects).unwrap();
            let size = Size::of(json.as_bytes()).unwrap();
            let longest = texts.iter().map(|text| serde_json::to_string(text).unwrap().len()).max();
            prop_assert_eq!(size.objects, texts.len());
            // With its quotation mark.
            prop_assert_eq!(size.longest_text, longest.map_or(0, |length| (length - 1).max(2)));
        }
    }
}
