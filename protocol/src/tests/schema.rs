//! The JSON Schema of all messages, which is shipped.
//!
//! `BLESS=1 cargo test -p onepassword-users-protocol` writes the present schema into its file.

use std::{env, fs, path::Path, string::String, vec::Vec};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::{Actions, Event};

/// The schema: one definition for each type.
pub(super) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let event = generator.subschema_for::<Event>();
    let actions = generator.subschema_for::<Actions>();
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    for definition in definitions.values_mut() {
        join_lines(definition);
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
