//! The schemas of the declared bodies, held against those of `docs/openapi.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::declaration::RequestBody;

/// The schema of an object with exactly these fields.
#[derive(Default)]
pub(crate) struct ObjectSchema {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
}

impl ObjectSchema {
    pub(crate) fn of<B: RequestBody>() -> Self {
        let mut schema = Self::default();
        B::describe(&mut schema);
        schema
    }

    pub(crate) fn add(&mut self, name: &str, schema: Value) {
        assert!(self.properties.insert(name.to_owned(), schema).is_none(), "{name} is declared twice");
    }

    /// Adds a field that may be null.
    pub(crate) fn add_nullable(&mut self, name: &str, mut schema: Value) {
        schema["type"] = json!([schema["type"], "null"]);
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
        self.add(name, schema);
    }

    pub(crate) fn require(&mut self, name: &str) {
        self.required.insert(name.to_owned());
    }

    pub(crate) fn json(self) -> Value {
        let mut schema = json!({"type": "object", "properties": self.properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        schema
    }

    /// The schema as one kind of several that `tag` tells apart.
    pub(crate) fn kind(mut self, tag: &str, word: &str) -> Value {
        self.properties.insert(tag.to_owned(), json!({"const": word}));
        self.require(tag);
        json!({"type": "object", "properties": self.properties, "required": self.required})
    }
}

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap()
}

/// `schema` without what only people read, with what it refers to in its place, and with the parts of an `allOf` as one object.
fn plain(document: &Value, schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut plain_members = Map::new();
    for (name, member) in members {
        match name.as_str() {
            "description" | "default" => {}
            "$ref" => {
                let target = document.pointer(member.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                plain_members.extend(plain(document, target).as_object().unwrap().clone());
            }
            "properties" => {
                let properties = member.as_object().unwrap().iter().map(|(name, schema)| (name.clone(), plain(document, schema)));
                plain_members.insert(name.clone(), properties.collect());
            }
            "items" | "then" | "if" => {
                plain_members.insert(name.clone(), plain(document, member));
            }
            "oneOf" | "allOf" => {
                let parts: Vec<Value> = member.as_array().unwrap().iter().map(|part| plain(document, part)).collect();
                plain_members.insert(name.clone(), parts.into());
            }
            // The order of these says nothing.
            "required" | "enum" => {
                let mut values = member.as_array().unwrap().clone();
                values.sort_by_key(Value::to_string);
                plain_members.insert(name.clone(), values.into());
            }
            _ => {
                plain_members.insert(name.clone(), member.clone());
            }
        }
    }
    if plain_members.contains_key("unevaluatedProperties") && plain_members.contains_key("allOf") {
        return merged(&plain_members);
    }
    plain_members.into()
}

/// An object whose fields are described in several parts.
fn merged(members: &Map<String, Value>) -> Value {
    let mut schema = ObjectSchema::default();
    for part in members["allOf"].as_array().unwrap() {
        for (name, property) in part["properties"].as_object().unwrap() {
            schema.add(name, property.clone());
        }
        for name in part["required"].as_array().into_iter().flatten() {
            schema.require(name.as_str().unwrap());
        }
    }
    schema.json()
}

/// What two schemas differ in, each with its JSON Pointer.
fn differences(at: &str, declared: Option<&Value>, documented: Option<&Value>, found: &mut Vec<String>) {
    match (declared, documented) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for name in one.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                differences(&format!("{at}/{name}"), one.get(name), other.get(name), found);
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
            found.push(format!("{at}: the code declares {}, the document has {}", show(one), show(other)));
        }
    }
}

/// The components that describe the JSON bodies of requests.
fn documented_bodies(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let contents =
        paths.flat_map(|path| path.as_object().unwrap().values().filter_map(|operation| operation["requestBody"]["content"].as_object()));
    let types = contents.flat_map(|content| content.iter().filter(|(media_type, _)| media_type.contains("json")));
    let names = types.filter_map(|(_, schema)| schema["schema"]["$ref"].as_str()?.strip_prefix("#/components/schemas/"));
    names.map(str::to_owned).collect()
}

#[test]
fn document_describes_the_declared_bodies() {
    let document = document();
    let declared = [
        crate::api::links::request_schemas(),
        crate::api::users::request_schemas(),
        crate::api::keys::request_schemas(),
        crate::api::domains::request_schemas(),
    ];
    let declared: BTreeMap<&str, Value> = declared.into_iter().flatten().collect();
    assert_eq!(declared.keys().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), documented_bodies(&document));
    let mut found = Vec::new();
    for (name, schema) in &declared {
        let documented = &document["components"]["schemas"][name];
        differences(name, Some(&plain(&document, schema)), Some(&plain(&document, documented)), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_difference_of_any_kind_is_found() {
    let declared = json!({"properties": {"a": {"type": "string", "maxLength": 5}, "b": {"type": "boolean"}}, "required": ["a"]});
    for (pointer, value) in [
        ("/properties/a/maxLength", json!(6)),
        ("/properties/a/type", json!(["string", "null"])),
        ("/properties/b", json!({})),
        ("/properties", json!({"a": {"type": "string", "maxLength": 5}})),
        ("/required", json!(["a", "b"])),
    ] {
        let mut documented = declared.clone();
        *documented.pointer_mut(pointer).unwrap() = value;
        let mut found = Vec::new();
        differences("", Some(&declared), Some(&documented), &mut found);
        assert_eq!(found.len(), 1, "{pointer}: {found:#?}");
        differences("", Some(&declared), Some(&declared), &mut found);
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}
