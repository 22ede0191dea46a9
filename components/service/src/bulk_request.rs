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
use serde_json::value::RawValue;

use crate::{
    problem::Problem,
    text::{MAX_CHARS, is_too_long, printable, without_byte_order_mark},
};

/// Maximum number of users in one request. The plugin accepts ten times as many, but the report has to fit into the memory of a
/// small runtime.
const MAX_USERS: usize = 1000;

/// A bulk change, as requested.
#[derive(Debug)]
pub(crate) struct BulkRequest {
    /// Ids and e-mail addresses.
    pub(crate) users: Vec<String>,
    pub(crate) dry_run: bool,
    /// Maximum number of users to change, below the limit of the settings.
    pub(crate) max_changes: Option<WholeNumber>,
    pub(crate) reason: Option<String>,
    pub(crate) ticket: Option<String>,
}

/// JSON of a bulk change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BulkRequestJson<'a> {
    users: Vec<String>,
    #[serde(default)]
    dry_run: bool,
    max_changes: Option<WholeNumber>,
    #[serde(borrow)]
    reason: Option<&'a RawValue>,
    #[serde(borrow)]
    ticket: Option<&'a RawValue>,
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
        let body = without_byte_order_mark(body);
        // serde accepts an array of the fields' values, too.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(invalid("it must be an object"));
        }
        let parsed: BulkRequestJson<'_> = serde_json::from_slice(body)
            .map_err(|error| invalid(&printable(&error.to_string())))?;
        let note = |name, value: Option<&RawValue>| {
            let Some(value) = value else {
                return Ok(None);
            };
            parse_note(value.get())
                .map(Some)
                .ok_or_else(|| invalid(&format!("`{name}` must be a string, a number or null")))
        };
        Self {
            users: parsed.users,
            dry_run: parsed.dry_run,
            max_changes: parsed.max_changes,
            reason: note("reason", parsed.reason)?,
            ticket: note("ticket", parsed.ticket)?,
        }
        .checked(MAX_USERS)
    }

    /// Returns the request if its texts and its number of users are within the limits.
    ///
    /// Errors: 400 with the limit.
    pub(crate) fn checked(self, max_users: usize) -> Result<Self, Problem> {
        if !(1..=max_users).contains(&self.users.len()) {
            return Err(Problem::bad_request(format!(
                "`users` must name 1 to {max_users} users"
            )));
        }
        if self
            .users
            .iter()
            .any(|who| who.is_empty() || is_too_long(who))
        {
            return Err(Problem::bad_request(format!(
                "each of `users` must have 1 to {MAX_CHARS} characters"
            )));
        }
        for (name, note) in [("reason", &self.reason), ("ticket", &self.ticket)] {
            if note.as_deref().is_some_and(is_too_long) {
                return Err(Problem::bad_request(format!(
                    "`{name}` must not have more than {MAX_CHARS} characters"
                )));
            }
        }
        Ok(self)
    }
}

/// Parses the JSON of a reason or a ticket. A number, as ticket systems send, is taken as it is spelt. None for any other value.
fn parse_note(json: &str) -> Option<String> {
    match json.bytes().next() {
        Some(b'"') => serde_json::from_str(json).ok(),
        Some(b'-' | b'0'..=b'9') => Some(json.to_owned()),
        _ => None,
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
