//! JSON, read leniently into flat objects: what does not fit is noted, and judged by whoever knows what was asked.
//!
//! Everything goes through serde's `deserialize_any`, and nothing is serde's error but what is no JSON: its own messages
//! would bring the printing of floats into the component.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::memory::is_spare;

/// The most fields that an object is read for.
const MOST_FIELDS: usize = 6;

/// A value, as far as anything of it matters.
#[derive(Debug, Default)]
pub(super) enum Value {
    /// A field that was left out.
    #[default]
    Missing,
    Null,
    Text(String),
    Number(f64),
    /// A list of objects, where one was looked for.
    Objects(Vec<Object>),
    /// Anything else: a boolean, an object, a list.
    Strange,
}

impl Value {
    /// Text, or nothing where it is missing; else it does not fit.
    pub fn text(self) -> Result<Option<String>, Misfit> {
        match self {
            Self::Text(text) => Ok(Some(text)),
            Self::Missing | Self::Null => Ok(None),
            _ => Err(Misfit),
        }
    }
}

/// A value of another kind than it should be.
#[derive(Debug)]
pub(super) struct Misfit;

/// What is read of an object.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The fields' names, at most six.
    pub fields: &'static [&'static str],
    /// The first field is a list of objects of this shape, so many at most.
    pub list: Option<(&'static Shape, u32)>,
}

/// The values of the fields, in the order of the shape.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub values: [Value; MOST_FIELDS],
    /// Whether it has fields that the shape does not name.
    pub has_others: bool,
    /// Whether it is no object at all, names a field twice, or has a list that is too long.
    pub misfit: bool,
}

/// Why there is no object.
pub(super) enum Unread {
    /// It is nested too deeply.
    TooDeep,
    /// Its objects and texts do not fit into memory.
    NoMemory,
    NoJson(serde_json::Error),
}

/// The deepest nesting that is read: what the API sends has three levels.
const DEEPEST: usize = 64;
/// What an object takes in memory, while lists of such grow and are handed on, in bytes.
const LARGEST_OBJECT: usize = 1024;

/// Reads one object, which must be all there is.
pub(super) fn read(json: &[u8], shape: Shape) -> Result<Object, Unread> {
    let objects = objects(json).ok_or(Unread::TooDeep)?;
    let most = shape.list.map_or(1, |(_, most)| most.saturating_add(1));
    let objects = objects.min(usize::try_from(most).unwrap_or(usize::MAX));
    // Its texts once more, and what is needed to unescape the longest of them.
    let texts = json.len().saturating_mul(3);
    if !is_spare(texts.saturating_add(objects.saturating_mul(LARGEST_OBJECT))) {
        return Err(Unread::NoMemory);
    }
    let mut json = serde_json::Deserializer::from_slice(json);
    let object = shape.deserialize(&mut json).map_err(Unread::NoJson)?;
    json.end().map(|()| object).map_err(Unread::NoJson)
}

/// How many objects there are, unless they are nested too deeply; wherever the JSON is otherwise at fault.
fn objects(json: &[u8]) -> Option<usize> {
    let mut objects = 0_usize;
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_text = !is_text,
            b'\\' if is_text => {
                bytes.next();
            }
            _ if is_text => {}
            b'{' => {
                objects = objects.saturating_add(1);
                depth = depth.saturating_add(1);
            }
            b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
    }
    Some(objects)
}

/// A misfit, in an object's place.
fn misfit() -> Object {
    Object {
        misfit: true,
        ..Object::default()
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Object, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        let mut seen = [false; MOST_FIELDS];
        while let Some(at) = map.next_key_seed(Name(self.fields))? {
            let Some((value, seen)) = object.values.get_mut(at).zip(seen.get_mut(at)) else {
                map.next_value::<IgnoredAny>()?;
                object.has_others = true;
                continue;
            };
            let list = if at == 0 { self.list } else { None };
            *value = map.next_value_seed(ValueOf(list))?;
            object.misfit |= *seen;
            *seen = true;
        }
        Ok(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Object, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(misfit())
    }

    fn visit_str<E>(self, _: &str) -> Result<Object, E> {
        Ok(misfit())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object, E> {
        Ok(misfit())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object, E> {
        Ok(misfit())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object, E> {
        Ok(misfit())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object, E> {
        Ok(misfit())
    }

    fn visit_unit<E>(self) -> Result<Object, E> {
        Ok(misfit())
    }
}

/// The name of a field, as its place among the names; past all of them when it is none.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<usize, D::Error> {
        json.deserialize_any(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<usize, E> {
        let at = self.0.iter().position(|name| *name == text);
        Ok(at.unwrap_or(MOST_FIELDS))
    }
}

/// A value, which may be a list of objects.
struct ValueOf(Option<(&'static Shape, u32)>);

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
        Ok(Value::Strange)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Strange)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut objects = Vec::new();
        let mut fits = self.0.is_some();
        if let Some((shape, most)) = self.0 {
            while let Some(object) = list.next_element_seed(*shape)? {
                if objects.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
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
            Value::Strange
        })
    }
}
