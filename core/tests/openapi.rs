//! `docs/openapi.json` says what hop does, all of it and nothing else: routes, statuses, codes, the contract's own examples.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use hop_core::endpoints::ENDPOINTS;
use hop_core::problem::Code;
use serde_json::{Map, Value, json};

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
    value.as_object().unwrap_or_else(|| panic!("{value} is no object"))
}

fn names(value: &Value) -> BTreeSet<&str> {
    object(value).keys().map(String::as_str).collect()
}

/// Every operation under its path and its method. What else stands under a path are the parameters of all its operations.
fn operations(document: &Value) -> BTreeMap<(&str, String), &Value> {
    let paths = object(&document["paths"]).iter();
    let entries = paths.flat_map(|(path, item)| object(item).iter().map(move |(name, entry)| (path.as_str(), name, entry)));
    entries.filter(|(_, name, _)| *name != "parameters").map(|(path, name, entry)| ((path, name.to_uppercase()), entry)).collect()
}

/// Calls `look` with `value` and everything in it, each with the name it stands under.
fn walk<'a>(name: &'a str, value: &'a Value, look: &mut impl FnMut(&'a str, &'a Value)) {
    look(name, value);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| walk(name, field, look)),
        Value::Array(items) => items.iter().for_each(|item| walk("", item, look)),
        _ => {}
    }
}

/// What `value` refers to, as JSON Pointers.
fn references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk("", value, &mut |name, value| {
        if name == "$ref" {
            let target = value.as_str().and_then(|target| target.strip_prefix('#'));
            found.insert(target.unwrap_or_else(|| panic!("{value} leads out of the document")));
        }
    });
    found
}

/// The components that `value` leads to, over others too.
fn reached<'a>(document: &'a Value, value: &'a Value) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), references(value));
    while let Some(next) = open.pop_first() {
        if reached.insert(next) {
            open.extend(references(document.pointer(next).unwrap_or_else(|| panic!("nothing is at {next}"))));
        }
    }
    reached
}

#[test]
fn every_route_method_and_status_is_described_and_no_other() {
    let document = document();
    let mut expected: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for row in ENDPOINTS {
        let statuses = row.statuses.iter().map(ToString::to_string).chain(["default".to_owned()]);
        expected.insert((row.pattern, row.method.to_owned()), statuses.collect());
        if row.method == "GET" {
            expected.insert((row.pattern, "HEAD".to_owned()), BTreeSet::from(["default".to_owned()]));
        }
    }
    let described: BTreeMap<_, BTreeSet<String>> = operations(&document)
        .into_iter()
        .map(|(name, operation)| (name, object(&operation["responses"]).keys().cloned().collect()))
        .collect();
    for (name, statuses) in &expected {
        assert_eq!(described.get(name), Some(statuses), "{name:?}");
    }
    assert_eq!(described.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
}

#[test]
fn what_any_route_answers_is_described_once() {
    for ((path, method), operation) in operations(&document()) {
        let default = operation["responses"]["default"]["$ref"].as_str().expect("it refers to a component");
        let expected: &[&str] = if method == "HEAD" { &["Head"] } else { &["Any", "AnyPage"] };
        let name = default.strip_prefix("#/components/responses/").expect("it is a response");
        assert!(expected.contains(&name), "{method} {path}: {name}");
    }
}

#[test]
fn head_takes_what_get_takes() {
    let document = document();
    let operations = operations(&document);
    for ((path, _), head) in operations.iter().filter(|((_, method), _)| method == "HEAD") {
        let get = operations[&(*path, "GET".to_owned())];
        for name in ["parameters", "security", "tags"] {
            assert_eq!(head.get(name), get.get(name), "{name} of HEAD {path}");
        }
    }
}

#[test]
fn who_may_be_refused_needs_a_key() {
    let document = document();
    assert_eq!(document["security"], json!([{"bearer": []}]));
    for ((path, method), operation) in operations(&document).into_iter().filter(|((_, method), _)| method != "HEAD") {
        let expected = operation["responses"].get("401").is_none().then(|| json!([]));
        assert_eq!(operation.get("security"), expected.as_ref(), "{method} {path}");
    }
}

#[test]
fn what_varies_in_a_path_is_a_parameter_of_it() {
    let document = document();
    for (path, item) in object(&document["paths"]) {
        let in_path: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters = item.get("parameters").map_or(BTreeSet::new(), references);
        let parameters = parameters.into_iter().filter_map(|pointer| document.pointer(pointer)).filter(|found| found["in"] == "path");
        assert_eq!(parameters.map(|found| &found["name"]).collect::<Vec<_>>(), in_path, "{path}");
    }
}

#[test]
fn every_operation_has_its_own_id_and_a_known_tag() {
    let document = document();
    let tags: Vec<&Value> = document["tags"].as_array().expect("a list").iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for ((path, method), operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("a name");
        assert!(ids.insert(id), "{id} of {method} {path} is there twice");
        assert!(tags.contains(&&operation["tags"][0]), "{method} {path}");
    }
}

#[test]
fn the_examples_are_the_contract() {
    let document = document();
    let mut contract = Map::new();
    for entry in fs::read_dir(docs("contract")).expect("a folder") {
        let file = entry.expect("a file").file_name().into_string().expect("a plain name");
        let name = file.strip_suffix(".json").expect("JSON").to_owned();
        contract.insert(name, json!({"value": read(&format!("contract/{file}"))}));
    }
    assert_eq!(document["components"]["examples"], Value::Object(contract), "`cargo xtask docs` copies the contract");
    for part in ["paths", "components"] {
        walk(part, &document[part], &mut |name, value| {
            assert_ne!(name, "example", "an example is one of the contract's: {value}");
            let inline = name == "examples" && *value != document["components"]["examples"];
            let referred = inline.then(|| object(value).values().all(|example| example.get("$ref").is_some()));
            assert_ne!(referred, Some(false), "an example is one of the contract's: {value}");
        });
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
    let document = document();
    let reached = reached(&document, &document["paths"]);
    let kinds = object(&document["components"]).iter().filter(|(kind, _)| *kind != "securitySchemes");
    let all = kinds.flat_map(|(kind, named)| object(named).keys().map(move |name| format!("/components/{kind}/{name}")));
    let unused: Vec<String> = all.filter(|pointer| !reached.contains(pointer.as_str())).collect();
    assert!(unused.is_empty(), "nothing refers to {unused:?}");
}

#[test]
fn the_codes_of_problems_are_hops_own() {
    let codes = &document()["components"]["schemas"]["ProblemCode"]["oneOf"];
    let described: BTreeMap<_, _> =
        codes.as_array().expect("a list").iter().map(|code| (code["const"].to_string(), code["x-status"].to_string())).collect();
    let known = Code::ALL.map(|code| (json!(code.name()).to_string(), code.status().as_u16().to_string()));
    assert_eq!(described, BTreeMap::from(known));
}

/// What is not set is null and never absent, and what hop does not know is refused.
#[test]
fn answers_have_every_field_and_bodies_no_other() {
    let document = document();
    for pointer in reached(&document, &document["components"]["responses"]) {
        let schema = document.pointer(pointer).filter(|_| pointer.starts_with("/components/schemas/"));
        walk(pointer, schema.unwrap_or(&Value::Null), &mut |name, value| {
            if let Some(properties) = value.get("properties") {
                let required = value["required"].as_array().unwrap_or_else(|| panic!("{pointer} {name} requires nothing"));
                let required: BTreeSet<&str> = required.iter().filter_map(Value::as_str).collect();
                assert_eq!(required, names(properties), "{pointer} {name}");
            }
        });
    }
    for ((path, method), operation) in operations(&document) {
        for pointer in operation.get("requestBody").map_or(BTreeSet::new(), references) {
            let closed = |schema: &Value| schema["additionalProperties"] == false || schema["unevaluatedProperties"] == false;
            let is_schema = pointer.starts_with("/components/schemas/");
            assert!(!is_schema || document.pointer(pointer).is_some_and(closed), "{method} {path}: {pointer}");
        }
    }
}

#[test]
fn the_document_has_the_version_of_hop() {
    assert_eq!(document()["info"]["version"], env!("CARGO_PKG_VERSION"));
}
