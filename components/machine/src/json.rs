//! JSON of an event as a tree, whose fields are taken by name.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use onepassword_users::is_invisible;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// Maximum length of a field's name in a message, in bytes.
const MAX_NAME: usize = 64;

/// A value.
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Cause of an event that cannot be read. Names the field, and contains no value: one may be a secret.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

/// A value and its path, for messages.
pub(crate) struct Field {
    path: String,
    value: Json,
}

/// Fields of an object that have not been taken yet.
pub(crate) struct Fields {
    path: String,
    fields: Vec<(String, Json)>,
}

impl Unreadable {
    fn new(path: &str, requirement: &str) -> Self {
        if path.is_empty() {
            return Self(requirement.to_owned());
        }
        Self([path, ": ", requirement].concat())
    }
}

impl Field {
    /// The root of an event.
    pub(crate) fn root(value: Json) -> Self {
        Self {
            path: String::new(),
            value,
        }
    }

    /// Error for a value that does not meet a requirement.
    pub(crate) fn unreadable(&self, requirement: &str) -> Unreadable {
        Unreadable::new(&self.path, requirement)
    }

    /// The text.
    pub(crate) fn text(self) -> Result<String, Unreadable> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => Err(self.unreadable("must be a string")),
        }
    }

    /// The truth value.
    pub(crate) fn bool(self) -> Result<bool, Unreadable> {
        match self.value {
            Json::Bool(value) => Ok(value),
            _ => Err(self.unreadable("must be true or false")),
        }
    }

    /// The number.
    pub(crate) fn number(self) -> Result<f64, Unreadable> {
        match self.value {
            Json::Number(value) => Ok(value),
            _ => Err(self.unreadable("must be a number")),
        }
    }

    /// The whole number, at most `max`.
    pub(crate) fn whole(self, max: u32) -> Result<u32, Unreadable> {
        if let Json::Number(value) = self.value {
            // `as` truncates and saturates: only a whole number in range stays equal.
            let whole = value as u32;
            if f64::from(whole) == value && whole <= max {
                return Ok(whole);
            }
        }
        Err(self.unreadable("must be a whole number, from 0 on and not too large"))
    }

    /// The elements of a list.
    pub(crate) fn list<T>(
        self,
        mut read: impl FnMut(Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let Json::List(values) = self.value else {
            return Err(self.unreadable("must be a list"));
        };
        let mut elements = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = || {
                let mut buffer = [0; 20];
                [&self.path, "[", digits(index, &mut buffer), "]"].concat()
            };
            // A path for each element of a long list would take more time than the element.
            let element = Self {
                path: String::new(),
                value,
            };
            let read = read(element);
            elements.push(read.map_err(|Unreadable(cause)| {
                let separator = if cause.contains(": ") { "." } else { ": " };
                Unreadable([&path(), separator, &cause].concat())
            })?);
        }
        Ok(elements)
    }

    /// The fields of an object.
    pub(crate) fn object(self) -> Result<Fields, Unreadable> {
        match self.value {
            Json::Object(fields) => Ok(Fields {
                path: self.path,
                fields,
            }),
            _ => Err(self.unreadable("must be an object")),
        }
    }

    /// Name and value of the only field of an object.
    pub(crate) fn variant(self) -> Result<(String, Self), Unreadable> {
        let requirement = "must be an object with one field";
        let unreadable = self.unreadable(requirement);
        let Json::Object(mut fields) = self.value else {
            return Err(unreadable);
        };
        match (fields.pop(), fields.is_empty()) {
            (Some((name, value)), true) => {
                let path = join(&self.path, &name);
                Ok((name, Self { path, value }))
            }
            _ => Err(unreadable),
        }
    }

    /// The text, or the name and text of the only field of an object.
    pub(crate) fn word_or_variant(self) -> Result<(String, Option<Self>), Unreadable> {
        match self.value {
            Json::Text(word) => Ok((word, None)),
            _ => self.variant().map(|(name, field)| (name, Some(field))),
        }
    }
}

impl Fields {
    /// A field that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Result<Field, Unreadable> {
        self.optional(name)?
            .ok_or_else(|| Unreadable::new(&join(&self.path, name), "is missing"))
    }

    /// A field that may be absent or null.
    pub(crate) fn optional(&mut self, name: &str) -> Result<Option<Field>, Unreadable> {
        let is_meant = |(found, _): &(String, Json)| found == name;
        let Some(position) = self.fields.iter().position(is_meant) else {
            return Ok(None);
        };
        let (_, value) = self.fields.swap_remove(position);
        let path = join(&self.path, name);
        if self.fields.iter().any(is_meant) {
            return Err(Unreadable::new(&path, "is there twice"));
        }
        Ok(match value {
            Json::Null => None,
            value => Some(Field { path, value }),
        })
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        self.optional(name)?.map(Field::text).transpose()
    }

    /// A whole number that may be absent.
    pub(crate) fn optional_whole(&mut self, name: &str) -> Result<Option<u32>, Unreadable> {
        let field = self.optional(name)?;
        field.map(|field| field.whole(u32::MAX)).transpose()
    }

    /// All fields, with their names.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (String, Field)> {
        let path = self.path;
        self.fields.into_iter().map(move |(name, value)| {
            let path = join(&path, &name);
            (name, Field { path, value })
        })
    }

    /// Fails if a field is left, which is unknown.
    pub(crate) fn end(self) -> Result<(), Unreadable> {
        match self.fields.first() {
            None => Ok(()),
            Some((name, _)) => Err(Unreadable::new(
                &join(&self.path, name),
                "there is no such field",
            )),
        }
    }
}

/// Path of a field.
fn join(path: &str, name: &str) -> String {
    let name = shown(name);
    if path.is_empty() {
        return name;
    }
    [path, ".", &name].concat()
}

/// Beginning of a name, without letters that a terminal obeys or does not show.
fn shown(name: &str) -> String {
    let printable = |letter: char| {
        if letter.is_control() || is_invisible(letter) {
            '\u{fffd}'
        } else {
            letter
        }
    };
    let mut shown = String::new();
    for letter in name.chars() {
        if shown.len() >= MAX_NAME {
            break;
        }
        shown.push(printable(letter));
    }
    shown
}

/// Decimal digits of a number.
fn digits(mut number: usize, buffer: &mut [u8; 20]) -> &str {
    let mut start = buffer.len();
    for (position, digit) in buffer.iter_mut().enumerate().rev() {
        *digit = b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or_default());
        start = position;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    buffer
        .get(start..)
        .and_then(|digits| core::str::from_utf8(digits).ok())
        .unwrap_or_default()
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = object.next_key::<String>()? {
            fields.push((name, object.next_value()?));
        }
        Ok(Json::Object(fields))
    }
}
