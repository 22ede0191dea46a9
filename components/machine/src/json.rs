//! JSON of an event as a tree, whose fields are taken by name.

use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};
use core::fmt;

use onepassword_users::is_invisible;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// Maximum length of a field's name in a message, in bytes.
const MAX_NAME: usize = 64;

/// A value. Texts without escapes stay in the event.
pub(crate) enum Json<'j> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'j, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'j, str>, Self)>),
}

/// Cause of an event that cannot be read. Names the field, and contains no value: one may be a secret.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

/// Position of a value. It becomes text only in a message.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Event,
    Member(&'p Self, &'p str),
    Element(&'p Self, usize),
}

/// A value and its path.
pub(crate) struct Field<'p, 'j> {
    pub(crate) path: Path<'p>,
    value: Json<'j>,
}

/// Fields of an object that have not been taken yet.
pub(crate) struct Fields<'p, 'j> {
    path: Path<'p>,
    fields: Vec<(Cow<'j, str>, Json<'j>)>,
}

impl Path<'_> {
    /// Error for a value that does not meet a requirement.
    pub(crate) fn unreadable(&self, requirement: &str) -> Unreadable {
        let mut message = String::new();
        self.write(&mut message);
        if !message.is_empty() {
            message.push_str(": ");
        }
        message.push_str(requirement);
        Unreadable(message)
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Event => {}
            Self::Member(object, name) => {
                object.write(text);
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&shown(name));
            }
            Self::Element(list, index) => {
                list.write(text);
                let mut buffer = [0; 20];
                for part in ["[", digits(*index, &mut buffer), "]"] {
                    text.push_str(part);
                }
            }
        }
    }
}

impl<'p, 'j> Field<'p, 'j> {
    /// The root of an event.
    pub(crate) fn root(value: Json<'j>) -> Self {
        let path = Path::Event;
        Self { path, value }
    }

    /// Error for a value that does not meet a requirement.
    fn unreadable(&self, requirement: &str) -> Unreadable {
        self.path.unreadable(requirement)
    }

    /// The text, which may be a part of the event.
    pub(crate) fn word(self) -> Result<Cow<'j, str>, Unreadable> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => Err(self.unreadable("must be a string")),
        }
    }

    /// The text.
    pub(crate) fn text(self) -> Result<String, Unreadable> {
        self.word().map(Cow::into_owned)
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
        mut read: impl FnMut(Field<'_, 'j>) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let Json::List(values) = self.value else {
            return Err(self.unreadable("must be a list"));
        };
        let mut elements = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = Path::Element(&self.path, index);
            elements.push(read(Field { path, value })?);
        }
        Ok(elements)
    }

    /// The fields of an object.
    pub(crate) fn object(self) -> Result<Fields<'p, 'j>, Unreadable> {
        match self.value {
            Json::Object(fields) => Ok(Fields {
                path: self.path,
                fields,
            }),
            _ => Err(self.unreadable("must be an object")),
        }
    }

    /// Reads the only field of an object by its name and value.
    pub(crate) fn variant<T>(
        self,
        read: impl FnOnce(&str, Field<'_, 'j>) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let Self { path, value } = self;
        if let Json::Object(mut fields) = value
            && let (Some((name, value)), true) = (fields.pop(), fields.is_empty())
        {
            let path = Path::Member(&path, &name);
            return read(&name, Field { path, value });
        }
        Err(path.unreadable("must be an object with one field"))
    }

    /// Reads a text, or the only field of an object, by its name and value.
    pub(crate) fn word_or_variant<T>(
        self,
        read: impl FnOnce(&str, Option<Field<'_, 'j>>) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        match self.value {
            Json::Text(word) => read(&word, None),
            _ => self.variant(|name, field| read(name, Some(field))),
        }
    }
}

impl<'j> Fields<'_, 'j> {
    /// A field that must be there.
    pub(crate) fn required<'f>(&'f mut self, name: &'f str) -> Result<Field<'f, 'j>, Unreadable> {
        match self.take(name)? {
            Some(value) => Ok(self.field(name, value)),
            None => Err(self.member(name).unreadable("is missing")),
        }
    }

    /// A field that may be absent or null.
    pub(crate) fn optional<'f>(
        &'f mut self,
        name: &'f str,
    ) -> Result<Option<Field<'f, 'j>>, Unreadable> {
        let value = self.take(name)?;
        Ok(value.map(|value| self.field(name, value)))
    }

    fn take(&mut self, name: &str) -> Result<Option<Json<'j>>, Unreadable> {
        let is_meant = |(found, _): &(Cow<'_, str>, Json<'_>)| found == name;
        let Some(position) = self.fields.iter().position(is_meant) else {
            return Ok(None);
        };
        let (_, value) = self.fields.swap_remove(position);
        if self.fields.iter().any(is_meant) {
            return Err(self.member(name).unreadable("is there twice"));
        }
        Ok(match value {
            Json::Null => None,
            value => Some(value),
        })
    }

    fn member<'f>(&'f self, name: &'f str) -> Path<'f> {
        Path::Member(&self.path, name)
    }

    fn field<'f>(&'f self, name: &'f str, value: Json<'j>) -> Field<'f, 'j> {
        let path = self.member(name);
        Field { path, value }
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

    /// Reads all fields as texts, by their names.
    pub(crate) fn texts(self) -> Result<BTreeMap<String, String>, Unreadable> {
        let mut texts = BTreeMap::new();
        for (name, value) in self.fields {
            let path = Path::Member(&self.path, &name);
            let text = Field { path, value }.text()?;
            if texts.insert(name.into_owned(), text).is_some() {
                return Err(Unreadable("a variable is there twice".into()));
            }
        }
        Ok(texts)
    }

    /// Fails if a field is left, which is unknown.
    pub(crate) fn end(self) -> Result<(), Unreadable> {
        match self.fields.first() {
            None => Ok(()),
            Some((name, _)) => Err(self.member(name).unreadable("there is no such field")),
        }
    }
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

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.into())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Json::Text(name)) = object.next_key()? {
            fields.push((name, object.next_value()?));
        }
        Ok(Json::Object(fields))
    }
}
