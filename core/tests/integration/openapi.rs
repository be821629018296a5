//! Consistency of `docs/openapi.json`. Its fields, statuses and bounds are generated from the code, its sentences are
//! not.
#![cfg(not(target_arch = "wasm32"))]
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Map, Value};

fn docs(path: &str) -> String {
    format!("{}/../docs/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Value {
    let text = fs::read_to_string(docs(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn document() -> Value {
    read("openapi.json")
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is not an object"))
}

fn names(value: &Value) -> BTreeSet<&str> {
    object(value).keys().map(String::as_str).collect()
}

/// Every operation by its path and method, without the parameters that all operations of a path share.
fn operations(document: &Value) -> BTreeMap<(&str, String), &Value> {
    let paths = object(&document["paths"]).iter();
    let entries = paths.flat_map(|(path, item)| object(item).iter().map(move |(name, entry)| (path.as_str(), name, entry)));
    entries.filter(|(_, name, _)| *name != "parameters").map(|(path, name, entry)| ((path, name.to_uppercase()), entry)).collect()
}

/// Calls `visit` with `value` and everything in it, each with its name.
fn walk<'a>(name: &'a str, value: &'a Value, visit: &mut impl FnMut(&'a str, &'a Value)) {
    visit(name, value);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| walk(name, field, visit)),
        Value::Array(items) => items.iter().for_each(|item| walk("", item, visit)),
        _ => {}
    }
}

/// The references in `value`, as JSON Pointers.
fn references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk("", value, &mut |name, value| {
        if name == "$ref" {
            let target = value.as_str().and_then(|target| target.strip_prefix('#'));
            found.insert(target.unwrap_or_else(|| panic!("{value} points outside of the document")));
        }
    });
    found
}

/// The components that `value` reaches, directly or through other components.
fn reached<'a>(document: &'a Value, value: &'a Value) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), references(value));
    while let Some(next) = open.pop_first() {
        if reached.insert(next) {
            open.extend(references(document.pointer(next).unwrap_or_else(|| panic!("{next} does not exist"))));
        }
    }
    reached
}

#[test]
fn operation_ids_are_unique() {
    let document = document();
    let mut ids = BTreeSet::new();
    for ((path, method), operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("a name");
        assert!(ids.insert(id), "{id} of {method} {path} is repeated");
    }
}

#[test]
fn references_resolve_and_components_are_used() {
    let document = document();
    let reached = reached(&document, &document["paths"]);
    let kinds = object(&document["components"]).iter().filter(|(kind, _)| *kind != "securitySchemes");
    let all = kinds.flat_map(|(kind, named)| object(named).keys().map(move |name| format!("/components/{kind}/{name}")));
    let unused: Vec<String> = all.filter(|pointer| !reached.contains(pointer.as_str())).collect();
    assert!(unused.is_empty(), "nothing refers to {unused:?}");
}

/// Fields without a value are null, never absent.
#[test]
fn response_schemas_require_every_field() {
    let document = document();
    for pointer in reached(&document, &document["components"]["responses"]) {
        let schema = document.pointer(pointer).filter(|_| pointer.starts_with("/components/schemas/"));
        walk(pointer, schema.unwrap_or(&Value::Null), &mut |name, value| {
            if let Some(properties) = value.get("properties") {
                let required = value["required"].as_array().unwrap_or_else(|| panic!("{pointer} {name} has no required fields"));
                let required: BTreeSet<&str> = required.iter().filter_map(Value::as_str).collect();
                assert_eq!(required, names(properties), "{pointer} {name}");
            }
        });
    }
}

/// Collects the parts of `schema` that have no description.
fn undescribed(at: &str, schema: &Value, found: &mut Vec<String>) {
    // A component is described at its definition.
    let refers = [schema, &schema["items"]].iter().any(|place| place.get("$ref").is_some());
    if !refers && schema["description"].as_str().is_none_or(|text| text.replace("\n\n", "").contains('\n')) {
        found.push(at.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        undescribed(&format!("{at}/{name}"), property, found);
    }
    if schema["items"].get("properties").is_some() {
        undescribed(&format!("{at}/items"), &schema["items"], found);
    }
    // Each kind of a `oneOf` is described as a whole.
    let kinds = schema["oneOf"].as_array().into_iter().flatten();
    found.extend(kinds.filter(|kind| kind["description"].is_null()).map(|kind| format!("{at}/{kind}")));
}

#[test]
fn every_field_is_described() {
    let (document, mut found) = (document(), Vec::new());
    for (name, schema) in object(&document["components"]["schemas"]) {
        undescribed(name, schema, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn examples_match_their_schemas() {
    let (document, mut checked) = (document(), BTreeSet::new());
    let mut check = |_: &str, value: &Value| {
        for (name, example) in value.get("examples").filter(|_| value.get("schema").is_some()).map(object).into_iter().flatten() {
            let mut schema = object(&value["schema"]).clone();
            schema.insert("components".to_owned(), document["components"].clone());
            let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema.into());
            let pointer = example["$ref"].as_str().expect("an example is one of the contract's").trim_start_matches('#');
            let instance = &document.pointer(pointer).expect("the example exists")["value"];
            let wrong: Vec<String> = validator.expect("a schema").iter_errors(instance).map(|wrong| wrong.to_string()).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:#?}");
            checked.insert(name.clone());
        }
    };
    walk("", &document["paths"], &mut check);
    walk("", &document["components"]["responses"], &mut check);
    assert_eq!(checked.iter().map(String::as_str).collect::<BTreeSet<_>>(), names(&document["components"]["examples"]));
}
