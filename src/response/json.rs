//! Reads JSON into flat objects of a given schema.
//!
//! Values of another kind than expected are kept as [`Value::Unexpected`] for the caller to judge. Serde's own errors are used
//! only for invalid JSON: their messages would add the formatting of floats to the component.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, slice::Iter};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::memory::can_allocate;

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
    /// Invalid JSON.
    NotJson(serde_json::Error),
}

/// Maximum depth of nesting. Responses of the API have three levels.
const MAX_DEPTH: usize = 64;
/// Memory of an object while a list of them grows and is returned, in bytes.
const OBJECT_SIZE: usize = 1024;

/// Reads one object. Nothing but white space may follow it.
pub(super) fn read(json: &[u8], schema: Schema) -> Result<Object, ReadError> {
    let objects = count_objects(json).ok_or(ReadError::TooDeep)?;
    let max = schema.list.map_or(1, |(_, max)| max.saturating_add(1));
    let objects = objects.min(usize::try_from(max).unwrap_or(usize::MAX));
    // A copy of the texts, and a buffer to unescape the longest of them.
    let texts = json.len().saturating_mul(3);
    if !can_allocate(texts.saturating_add(objects.saturating_mul(OBJECT_SIZE))) {
        return Err(ReadError::NoMemory);
    }
    let mut json = serde_json::Deserializer::from_slice(json);
    let object = schema.deserialize(&mut json).map_err(ReadError::NotJson)?;
    json.end().map(|()| object).map_err(ReadError::NotJson)
}

/// Number of objects, without checking that the JSON is valid. None if it is nested too deeply.
fn count_objects(json: &[u8]) -> Option<usize> {
    let mut objects = 0_usize;
    let mut depth = 0_usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'{' => {
                objects = objects.saturating_add(1);
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
    Some(objects)
}

/// Skips the rest of a string, whose first quotation mark was read.
fn skip_string(bytes: &mut Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

/// Result for JSON that is not an object.
fn mismatch() -> Object {
    Object {
        is_mismatch: true,
        ..Object::default()
    }
}

impl<'de> DeserializeSeed<'de> for Schema {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Object, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Schema {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        let mut seen = [false; MAX_FIELDS];
        while let Some(at) = map.next_key_seed(FieldIndex(self.fields))? {
            let Some((value, seen)) = object.values.get_mut(at).zip(seen.get_mut(at)) else {
                map.next_value::<IgnoredAny>()?;
                object.has_others = true;
                continue;
            };
            let list = if at == 0 { self.list } else { None };
            *value = map.next_value_seed(ValueOf(list))?;
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
struct ValueOf(Option<(&'static Schema, u32)>);

impl<'de> DeserializeSeed<'de> for ValueOf {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueOf {
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
        let mut fits = self.0.is_some();
        if let Some((schema, max)) = self.0 {
            while let Some(object) = list.next_element_seed(*schema)? {
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
