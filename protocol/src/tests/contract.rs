//! Comparison of the schema with the contract in `wit/`.

use std::{collections::BTreeSet, format, path::Path, string::String, vec::Vec};

use serde_json::Value;
use wit_parser::{Resolve, Type, TypeDefKind, TypeOwner};

use super::schema::schema;

/// Types of the contract that have another name here.
const RENAMED: [(&str, &str); 2] = [("list-options", "ListUsers"), ("outcome", "OutcomeName")];

/// Names of a type's fields or cases, those that may be absent with a question mark.
pub(super) type Names = BTreeSet<String>;

/// Names of a definition of the schema.
pub(super) fn names_in_schema(definition: &Value) -> Names {
    if let Some(fields) = definition["properties"].as_object() {
        let required = definition["required"].as_array();
        let is_required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|required| required == name))
        };
        let field = |name: &String| match is_required(name) {
            true => name.clone(),
            false => format!("{name}?"),
        };
        return fields.keys().map(field).collect();
    }
    if let Some(cases) = definition["oneOf"].as_array() {
        let case = |case: &Value| -> Vec<String> {
            if let Some(name) = case["const"].as_str() {
                return [name.into()].into();
            }
            if let Some(names) = case["enum"].as_array() {
                return names
                    .iter()
                    .map(|name| name.as_str().unwrap().into())
                    .collect();
            }
            case["properties"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect()
        };
        return cases.iter().flat_map(case).collect();
    }
    let names = definition["enum"].as_array().unwrap();
    names
        .iter()
        .map(|name| name.as_str().unwrap().into())
        .collect()
}

fn contract() -> Resolve {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    resolve.push_dir(wit).unwrap();
    resolve
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default();
    let rest = words.map(|word| {
        let (initial, rest) = word.split_at(1);
        [&initial.to_ascii_uppercase(), rest].concat()
    });
    [first.into(), rest.collect::<String>()].concat()
}

fn pascal_case(name: &str) -> String {
    let camel = camel_case(name);
    let (initial, rest) = camel.split_at(1);
    [&initial.to_ascii_uppercase(), rest].concat()
}

fn is_optional(resolve: &Resolve, kind: &Type) -> bool {
    match kind {
        Type::Id(id) => matches!(resolve.types[*id].kind, TypeDefKind::Option(_)),
        _ => false,
    }
}

/// Fields that the contract requires, and that have a default here.
const DEFAULTS: [(&str, &str); 5] = [
    ("change-options", "dry-run"),
    ("change-options", "protect"),
    ("change-options", "stop-on-error"),
    ("settings", "api-version"),
    ("settings", "base-url"),
];

#[test]
fn every_type_of_the_contract_is_in_the_schema() {
    let resolve = contract();
    let schema = schema();
    let mut compared = 0;
    for (_, definition) in resolve.types.iter() {
        let (Some(name), TypeOwner::Interface(_)) = (&definition.name, definition.owner) else {
            continue;
        };
        let renamed = RENAMED.iter().find(|(wit, _)| wit == name);
        let known = renamed.map_or_else(|| pascal_case(name), |(_, known)| (*known).into());
        let expected: Names = match &definition.kind {
            TypeDefKind::Record(record) => {
                let field = |field: &wit_parser::Field| {
                    let has_default = DEFAULTS.contains(&(name, &field.name));
                    let mark = if has_default || is_optional(&resolve, &field.ty) {
                        "?"
                    } else {
                        ""
                    };
                    [camel_case(&field.name).as_str(), mark].concat()
                };
                record.fields.iter().map(field).collect()
            }
            TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
            TypeDefKind::Variant(cases) => {
                cases.cases.iter().map(|case| case.name.clone()).collect()
            }
            TypeDefKind::Type(_) => continue,
            other => panic!("{name}: {other:?}"),
        };
        let mut found = names_in_schema(&schema["$defs"][&known]);
        if known == "TargetReport" {
            // The error stands beside the outcome.
            assert!(found.remove("error?"));
        }
        assert_eq!(found, expected, "{name}");
        compared += 1;
    }
    assert!(compared >= 18, "{compared} types");
}

#[test]
fn every_function_of_the_contract_is_an_operation() {
    let resolve = contract();
    let schema = schema();
    let operations = names_in_schema(&schema["$defs"]["Operation"]);
    let mut functions = Names::new();
    for (_, interface) in resolve.interfaces.iter() {
        functions.extend(interface.functions.keys().cloned());
    }
    // An event of its own.
    assert!(functions.remove("configure"));
    assert_eq!(operations, functions);
}
