//! The JSON Schema of all messages, which is shipped.
//!
//! `BLESS=1 cargo test -p onepassword-users-protocol` writes the present schema into its file.

use std::{env, fs, path::Path, string::String, vec::Vec};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::{Actions, Event};

/// Maximum of `now`, as the documentation of [`Event`] has it.
const MAX_NOW: u64 = 10_000_000_000_000;

/// The schema: one definition for each type.
pub(super) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let event = generator.subschema_for::<Event>();
    let actions = generator.subschema_for::<Actions>();
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    for definition in definitions.values_mut() {
        join_lines(definition);
        limit_numbers(definition);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of the 1Password users client without I/O",
        "description": "A host tells the module an Event, and gets Actions back.",
        "anyOf": [event, actions],
        "$defs": definitions,
    })
}

/// Joins the lines of the descriptions: they are wrapped for the source.
fn join_lines(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Value::String(text)) = (name == "description", &*value) {
                    let paragraphs = text.split("\n\n");
                    let joined: Vec<_> = paragraphs.map(|text| text.replace('\n', " ")).collect();
                    *value = joined.join("\n\n").into();
                } else {
                    join_lines(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(join_lines),
        _ => {}
    }
}

/// Adds the limits of numbers: validators do not look at formats, and the module refuses what is beyond.
fn limit_numbers(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let maximum = match fields.get("format").and_then(Value::as_str) {
                Some("uint8") => Some(u64::from(u8::MAX)),
                Some("uint16") => Some(u64::from(u16::MAX)),
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64") => Some(u64::MAX),
                _ => None,
            };
            if let Some(maximum) = maximum {
                fields.insert("maximum".into(), maximum.into());
            }
            if let Some(Value::Object(now)) = fields.get_mut("now") {
                now.insert("minimum".into(), 0.into());
                now.insert("maximum".into(), MAX_NOW.into());
            }
            fields.values_mut().for_each(limit_numbers);
        }
        Value::Array(values) => values.iter_mut().for_each(limit_numbers),
        _ => {}
    }
}

#[test]
fn the_shipped_schema_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.json");
    let mut text = serde_json::to_string_pretty(&schema()).unwrap();
    text.push('\n');
    if env::var_os("BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let shipped = fs::read_to_string(&file).unwrap();
    assert!(
        shipped == text,
        "protocol/schema.json is not current: BLESS=1 cargo test -p onepassword-users-protocol"
    );
}
