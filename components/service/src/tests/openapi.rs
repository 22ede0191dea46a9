//! OpenAPI description: agreement with the routes and the version.

use onepassword_users::check_email;
use proptest::{
    strategy::{Strategy, ValueTree},
    string::string_regex,
    test_runner::TestRunner,
};
use serde_json::Value;

use super::fake_plugin::*;
use crate::route::Route;

fn description() -> Value {
    json(&respond(
        &FakePlugin::default(),
        &request("GET", "/openapi.json"),
    ))
}

#[test]
fn the_description_lists_exactly_the_routes() {
    let description = description();
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 13);
    for (path, methods) in paths {
        let route = Route::parse(&path.replace("{id}", "A")).unwrap();
        let methods: Vec<_> = methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
            .collect();
        assert_eq!(methods, [&route.method().to_lowercase()], "{path}");
    }
}

#[test]
fn the_description_has_the_version_of_the_component() {
    assert_eq!(description()["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(description()["openapi"], "3.1.0");
}

#[test]
fn every_reference_in_the_description_resolves() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    found.push(reference.clone());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let description = description();
    let mut found = Vec::new();
    references(&description, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn addresses_of_the_described_pattern_are_accepted() {
    let description = description();
    let parameters = &description["paths"]["/v1/users:find"]["get"]["parameters"];
    let pattern = parameters[0]["schema"]["pattern"].as_str().unwrap();
    let addresses = string_regex(pattern.trim_start_matches('^').trim_end_matches('$')).unwrap();
    let mut runner = TestRunner::deterministic();
    let mut longest = 0;
    for _ in 0..5000 {
        let address = addresses.new_tree(&mut runner).unwrap().current();
        assert_eq!(check_email(&address), Ok(()), "{address}");
        longest = longest.max(address.len());
    }
    assert!(longest > 20);
}
