//! Body of a bulk change: the users to change, a limit, and notes for the audit.

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
    problem::Problem,
    text::{MAX_CHARS, is_too_long, printable},
};

/// Maximum number of users in one request. The plugin accepts ten times as many, but the report has to fit into the memory of a
/// small runtime.
const MAX_USERS: usize = 1000;

/// A bulk change, as requested.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkRequest {
    /// Ids and e-mail addresses.
    pub(crate) users: Vec<String>,
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// Maximum number of users to change, below the limit of the settings.
    pub(crate) max_changes: Option<WholeNumber>,
    pub(crate) reason: Option<String>,
    pub(crate) ticket: Option<String>,
}

impl BulkRequest {
    /// Makes the request to change one user, without notes.
    pub(crate) fn one_user(id: &str) -> Self {
        Self {
            users: vec![id.to_owned()],
            dry_run: false,
            max_changes: None,
            reason: None,
            ticket: None,
        }
    }

    /// Parses a JSON body.
    ///
    /// Errors: 400 with the requirement that the body does not meet.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let invalid = |cause: &str| {
            Problem::bad_request(format!("the body is not the JSON expected here: {cause}"))
        };
        // serde accepts an array of the fields' values, too.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(invalid("it must be an object"));
        }
        let request: Self = serde_json::from_slice(body)
            .map_err(|error| invalid(&printable(&error.to_string())))?;
        if !(1..=MAX_USERS).contains(&request.users.len()) {
            return Err(Problem::bad_request("`users` must name 1 to 1000 users"));
        }
        if request
            .users
            .iter()
            .any(|who| who.is_empty() || is_too_long(who))
        {
            return Err(Problem::bad_request(format!(
                "each of `users` must have 1 to {MAX_CHARS} characters"
            )));
        }
        for (name, note) in [("reason", &request.reason), ("ticket", &request.ticket)] {
            if note.as_deref().is_some_and(is_too_long) {
                return Err(Problem::bad_request(format!(
                    "`{name}` must not have more than {MAX_CHARS} characters"
                )));
            }
        }
        Ok(request)
    }
}

/// A whole number in any spelling: JSON Schema counts `5.0` among the integers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct WholeNumber(pub(crate) u32);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u32(WholeNumberVisitor)
    }
}

struct WholeNumberVisitor;

impl Visitor<'_> for WholeNumberVisitor {
    type Value = WholeNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 to 4294967295")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<WholeNumber, E> {
        let invalid = |_| E::invalid_value(Unexpected::Unsigned(value), &self);
        u32::try_from(value).map(WholeNumber).map_err(invalid)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<WholeNumber, E> {
        // `as` truncates and saturates: only a whole number in range stays equal.
        let whole = value as u32;
        if f64::from(whole) == value {
            Ok(WholeNumber(whole))
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}
