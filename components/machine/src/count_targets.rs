//! Counts the targets of a call in its event, before anything of them is kept.

use core::{cell::Cell, fmt};

use onepassword_users::MAX_TARGETS;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Length up to which an event cannot have too many targets, in bytes: each takes two at least.
const SHORT: usize = 2 * MAX_TARGETS;

/// True if an event has a field `targets` with more elements than a call may have. The rest of the event is not read.
pub(crate) fn has_too_many_targets(line: &[u8]) -> bool {
    if line.len() <= SHORT {
        return false;
    }
    let is_over = Cell::new(false);
    let value = Value {
        is_over: &is_over,
        is_targets: false,
    };
    // JSON that cannot be read is refused later, with its cause.
    drop(value.deserialize(&mut serde_json::Deserializer::from_slice(line)));
    is_over.get()
}

/// A value, of which nothing is kept.
struct Value<'c> {
    is_over: &'c Cell<bool>,
    /// True for the value of a field `targets`.
    is_targets: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut count = 0_usize;
        while list.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
            if self.is_targets && count > MAX_TARGETS {
                self.is_over.set(true);
                return Err(A::Error::custom(""));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(is_targets) = object.next_key_seed(IsTargets)? {
            let is_over = self.is_over;
            object.next_value_seed(Value {
                is_over,
                is_targets,
            })?;
        }
        Ok(())
    }
}

/// Name of a field: true if it is `targets`.
struct IsTargets;

impl<'de> DeserializeSeed<'de> for IsTargets {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for IsTargets {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == "targets")
    }
}
