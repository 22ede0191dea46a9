//! JSON objects whose fields are read one by one: a small part of the code that derived parsers would be.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::text::{printable, visible};

/// Fields of an object, each with its JSON. No name is there twice.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Parses an object.
    ///
    /// Errors: the cause, which can be shown.
    pub(super) fn parse(json: &'a str) -> Result<Self, String> {
        serde_json::from_slice(json.as_bytes()).map_err(|error| printable(&error.to_string()))
    }

    /// JSON of a field, `null` among them. None if there is no such field.
    pub(super) fn json(&self, name: &str) -> Option<&'a str> {
        let mut fields = self.0.iter();
        let (_, json) = fields.find(|(field, _)| field == name)?;
        Some(json.get())
    }

    /// Parses a field. None if there is none, or if it is `null`. `requirement` completes the sentence "the field …".
    fn value<T: Deserialize<'a>>(
        &self,
        name: &str,
        requirement: &str,
    ) -> Result<Option<T>, String> {
        match self.json(name).filter(|json| *json != "null") {
            None => Ok(None),
            Some(json) => serde_json::from_slice(json.as_bytes())
                .map(Some)
                .map_err(|_| format!("`{name}` {requirement}")),
        }
    }

    /// A field that is a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.value(name, "must be a text")
    }

    /// A field that is a list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, String> {
        self.value(name, "must be a list of texts")
    }

    /// A field that is an object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, String> {
        self.value(name, "must be an object")
    }

    /// A field that is true or false. False if there is none.
    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        Ok(self.value(name, "must be true or false")?.unwrap_or(false))
    }

    /// A field that is a whole number.
    pub(super) fn number<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, String> {
        self.value(name, "must be a whole number from 0 to 4294967295")
    }

    /// Checks that there are no fields but these.
    pub(super) fn check_names(&self, known: &[&str]) -> Result<(), String> {
        let mut names = self.0.iter().map(|(name, _)| name);
        match names.find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(format!(
                "`{}` is not among the fields: {}",
                printable(&visible(name)),
                known.join(", ")
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields: Vec<(String, &RawValue)> = Vec::new();
        while let Some((name, json)) = map.next_entry::<String, &RawValue>()? {
            if fields.iter().any(|(field, _)| *field == name) {
                return Err(A::Error::custom(format!("`{name}` is there twice")));
            }
            fields.push((name, json));
        }
        Ok(Fields(fields))
    }
}
