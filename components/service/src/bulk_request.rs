//! What a body asks for: whom to change, within which limits, and why.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, Visitor},
};

use crate::{
    response::Problem,
    text::{LONGEST, is_long, shown},
};

/// The most users that one request may name. The plugin takes ten times as many; this many fit into a body, and their report
/// into the memory of a small runtime.
const MOST_USERS: usize = 1000;

/// Which way a change goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    Contain,
    Restore,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contain => "contain",
            Self::Restore => "restore",
        }
    }
}

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// Ids and e-mail addresses.
    pub users: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
    pub max_changes: Option<Whole>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
}

impl Order {
    /// What is asked for without a body: one user.
    pub fn one(id: &str) -> Self {
        Self {
            users: vec![id.to_owned()],
            dry_run: false,
            max_changes: None,
            reason: None,
            ticket: None,
        }
    }

    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let wrong = |why: &str| {
            Problem::bad_request(format!("the body is not the JSON that it should be: {why}"))
        };
        // serde would take an array too, of the fields in their order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(wrong("it must be an object"));
        }
        let order: Self =
            serde_json::from_slice(body).map_err(|error| wrong(&shown(&error.to_string())))?;
        if !(1..=MOST_USERS).contains(&order.users.len()) {
            return Err(Problem::bad_request("`users` must name 1 to 1000 users"));
        }
        if order.users.iter().any(|who| who.is_empty() || is_long(who)) {
            return Err(Problem::bad_request(format!(
                "each of `users` must have 1 to {LONGEST} characters"
            )));
        }
        for (name, note) in [("reason", &order.reason), ("ticket", &order.ticket)] {
            if note.as_deref().is_some_and(is_long) {
                return Err(Problem::bad_request(format!(
                    "`{name}` must not have more than {LONGEST} characters"
                )));
            }
        }
        Ok(order)
    }
}

/// A whole number, however it is written: to JSON Schema, `5.0` is one too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Whole(pub u32);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u32(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 to 4294967295")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Whole, E> {
        let wrong = |_| E::invalid_value(Unexpected::Unsigned(value), &self);
        u32::try_from(value).map(Whole).map_err(wrong)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Whole, E> {
        // What does not fit is cut off here, and is then another number.
        let whole = value as u32;
        if f64::from(whole) == value {
            Ok(Whole(whole))
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}
