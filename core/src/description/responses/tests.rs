//! The schemas that are derived from the wire types, held against those written in `docs/openapi.json` and against the
//! contract's examples. The first comparison ends once the document is generated.
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::response_schemas;

/// Keywords of which a derived schema may say more than the document.
const CONSTRAINTS: [&str; 10] =
    ["type", "enum", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"];

/// A component that the document does not have: there it stands where it is used.
const INLINE_THERE: &str = "WrittenLink";

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap()
}

/// `document` with the derived components in place of its own.
fn derived_document(mut document: Value) -> Value {
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    schemas.extend(response_schemas());
    document
}

/// `schema` of `document` without texts, with what it refers to in its place, and in one spelling.
fn normalized(document: &Value, schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut normal = Map::new();
    for (name, member) in members {
        let each = || member.as_array().unwrap().iter().map(|part| normalized(document, part));
        match name.as_str() {
            "description" => {}
            "$ref" => {
                let pointer = member.as_str().and_then(|target| target.strip_prefix('#')).unwrap();
                let target = document.pointer(pointer).unwrap();
                merge(&mut normal, normalized(document, target));
            }
            "allOf" => each().for_each(|part| merge(&mut normal, part)),
            // The order of constants says nothing.
            "oneOf" if member[0].get("const").is_some() => {
                normal.insert(name.clone(), sorted(&each().collect::<Vec<_>>()));
            }
            "oneOf" => {
                normal.insert(name.clone(), each().collect());
            }
            "anyOf" => {
                let nested = |part: Value| part.get("anyOf").and_then(Value::as_array).cloned().unwrap_or(vec![part]);
                normal.insert(name.clone(), each().flat_map(nested).collect());
            }
            "properties" => {
                let properties = member.as_object().unwrap().iter();
                let properties = properties.map(|(name, schema)| (name.clone(), normalized(document, schema)));
                merge(&mut normal, json!({"properties": properties.collect::<Map<_, _>>()}));
            }
            "items" => {
                normal.insert(name.clone(), normalized(document, member));
            }
            "required" | "enum" => merge(&mut normal, json!({name.as_str(): sorted(member.as_array().unwrap())})),
            _ => {
                normal.insert(name.clone(), member.clone());
            }
        }
    }
    normal.into()
}

fn sorted(values: &[Value]) -> Value {
    let mut values = values.to_vec();
    values.sort_by_key(Value::to_string);
    values.into()
}

/// Adds the keywords of `part` to `whole`: properties and required fields of both.
fn merge(whole: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { panic!("{part} is no schema") };
    for (name, member) in part {
        match (whole.get_mut(&name), member) {
            (Some(Value::Object(all)), Value::Object(more)) => all.extend(more),
            (Some(Value::Array(all)), Value::Array(more)) if name == "required" => {
                all.extend(more);
                *all = sorted(all).as_array().cloned().unwrap_or_default();
            }
            (_, member) => {
                whole.insert(name, member);
            }
        }
    }
}

/// The differences between a derived schema and the documented one, each with its JSON Pointer.
fn differences(at: &str, derived: Option<&Value>, documented: Option<&Value>, found: &mut Vec<String>) {
    match (derived, documented) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for name in one.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                let is_more = CONSTRAINTS.contains(&name.as_str()) && !at.ends_with("/properties") && !other.contains_key(name);
                if !is_more {
                    differences(&format!("{at}/{name}"), one.get(name), other.get(name), found);
                }
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                differences(&format!("{at}/{index}"), Some(one), Some(other), found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => {
            let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            found.push(format!("{at}: derived is {}, documented is {}", show(one), show(other)));
        }
    }
}

/// The components that the responses of `document` refer to, over others too.
fn components_of_responses(document: &Value) -> BTreeSet<String> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![&document["components"]["responses"]]);
    while let Some(value) = open.pop() {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix("#/components/schemas/"));
        if let Some(name) = target.filter(|name| reached.insert((*name).to_owned())) {
            open.push(&document["components"]["schemas"][name]);
        }
        open.extend(value.as_object().into_iter().flat_map(Map::values));
        open.extend(value.as_array().into_iter().flatten());
    }
    reached
}

/// Temporary: once the document is generated from these schemas, this test goes, with all that only it uses.
#[test]
fn derived_schemas_match_the_document() {
    let document = document();
    let derived = derived_document(document.clone());
    let mut names: BTreeSet<String> = response_schemas().into_keys().collect();
    assert!(names.remove(INLINE_THERE));
    assert_eq!(names, components_of_responses(&document));
    let mut found = Vec::new();
    for name in &names {
        let [one, other] = [&derived, &document].map(|document| normalized(document, &document["components"]["schemas"][name]));
        differences(name, Some(&one), Some(&other), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The components, properties and values in `schema` without a description on lines of their own.
fn undescribed(at: &str, schema: &Value, found: &mut Vec<String>) {
    let is_described = schema["description"].as_str().is_some_and(|text| !text.replace("\n\n", "").contains('\n'));
    // What it refers to is described there.
    let refers = schema.get("$ref").is_some() || schema["items"].get("$ref").is_some();
    if !is_described && !refers {
        found.push(at.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        undescribed(&format!("{at}/{name}"), property, found);
    }
    // A kind of condition is described as a whole.
    let kinds = schema["oneOf"].as_array().into_iter().flatten();
    found.extend(kinds.filter(|kind| kind["description"].is_null()).map(|kind| format!("{at}/{kind}")));
    if schema["items"].get("properties").is_some() {
        undescribed(&format!("{at}/items"), &schema["items"], found);
    }
}

#[test]
fn every_response_field_is_described() {
    let mut found = Vec::new();
    for (name, schema) in response_schemas() {
        undescribed(&name, &schema, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn derived_schemas_accept_the_examples() {
    let document = derived_document(document());
    let mut checked = BTreeSet::new();
    for response in document["components"]["responses"].as_object().unwrap().values() {
        let contents = response["content"].as_object().into_iter().flat_map(Map::values);
        for content in contents.filter(|content| content["examples"].is_object()) {
            let Value::Object(mut schema) = content["schema"].clone() else { panic!("{content} has no schema") };
            schema.insert("components".into(), document["components"].clone());
            let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema.into());
            let validator = validator.unwrap();
            for name in content["examples"].as_object().unwrap().keys() {
                let example = &document["components"]["examples"][name]["value"];
                let wrong: Vec<String> =
                    validator.iter_errors(example).map(|wrong| format!("{}: {wrong}", wrong.instance_path())).collect();
                assert!(wrong.is_empty(), "{name}: {wrong:#?}");
                checked.insert(name);
            }
        }
    }
    assert!(checked.len() >= 20, "only {checked:?} were checked");
}
