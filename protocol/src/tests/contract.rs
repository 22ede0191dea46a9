//! Comparison of the schema with the contract in `wit/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    format,
    path::Path,
    string::String,
    vec::Vec,
};

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

/// Name of a type of the contract here.
fn known_name(name: &str) -> String {
    let renamed = RENAMED.iter().find(|(wit, _)| *wit == name);
    renamed.map_or_else(|| pascal_case(name), |(_, known)| (*known).into())
}

/// Kind of a value in the contract, without the option around it.
fn kind_in_contract(resolve: &Resolve, kind: &Type) -> String {
    let Type::Id(id) = kind else {
        return match kind {
            Type::Bool => "boolean".into(),
            Type::U8 => "uint8".into(),
            Type::U16 => "uint16".into(),
            Type::U32 => "uint32".into(),
            Type::U64 => "uint64".into(),
            Type::S32 => "int32".into(),
            Type::String => "string".into(),
            other => panic!("{other:?}"),
        };
    };
    let definition = &resolve.types[*id];
    match (&definition.kind, &definition.name) {
        (TypeDefKind::Option(inner), _) => kind_in_contract(resolve, inner),
        (TypeDefKind::List(inner), _) => format!("list of {}", kind_in_contract(resolve, inner)),
        (TypeDefKind::Type(inner), _) => kind_in_contract(resolve, inner),
        (_, Some(name)) => known_name(name),
        (other, None) => panic!("{other:?}"),
    }
}

/// Kind of a value in the schema, without null.
fn kind_in_schema(value: &Value) -> String {
    if let Some(cases) = value["anyOf"].as_array() {
        let kinds: Vec<_> = cases.iter().filter(|case| case["type"] != "null").collect();
        let [kind] = kinds[..] else {
            panic!("{value}");
        };
        return kind_in_schema(kind);
    }
    if let Some(reference) = value["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap().into();
    }
    let kind = match &value["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap(),
        kind => kind,
    };
    match kind.as_str().unwrap() {
        "array" => format!("list of {}", kind_in_schema(&value["items"])),
        "integer" => value["format"].as_str().unwrap().into(),
        other => other.into(),
    }
}

/// Kinds of the fields of a record, or of the contents of a variant's cases, by name.
type Kinds = BTreeMap<String, String>;

fn kinds_in_schema(definition: &Value) -> Kinds {
    let cases = definition["oneOf"].as_array().into_iter().flatten();
    let properties = cases.chain([definition]).map(|one| &one["properties"]);
    let fields = properties.filter_map(Value::as_object).flatten();
    fields
        .map(|(name, value)| (name.clone(), kind_in_schema(value)))
        .collect()
}

fn kinds_in_contract(resolve: &Resolve, definition: &TypeDefKind) -> Kinds {
    match definition {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            fields
                .map(|field| {
                    (
                        camel_case(&field.name),
                        kind_in_contract(resolve, &field.ty),
                    )
                })
                .collect()
        }
        TypeDefKind::Variant(cases) => {
            let contents = cases
                .cases
                .iter()
                .filter_map(|case| Some((case.name.clone(), case.ty.as_ref()?)));
            contents
                .map(|(name, kind)| (name, kind_in_contract(resolve, kind)))
                .collect()
        }
        _ => Kinds::new(),
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
        let known = known_name(name);
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
        let mut kinds = kinds_in_schema(&schema["$defs"][&known]);
        let mut expected_kinds = kinds_in_contract(&resolve, &definition.kind);
        // The error of a target stands beside its outcome.
        if known == "TargetReport" {
            assert!(found.remove("error?"));
            assert_eq!(kinds.remove("error").as_deref(), Some("Error"));
        }
        if known == "OutcomeName" {
            assert_eq!(expected_kinds.remove("failed").as_deref(), Some("Error"));
        }
        assert_eq!(found, expected, "{name}");
        assert_eq!(kinds, expected_kinds, "{name}");
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
