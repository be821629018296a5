//! JSON Schemas of request bodies, for docs/openapi.json. They are not compiled into the module of an edge.
//!
//! A named schema is in the document once, below `components`. [`component`] makes a reference that carries its
//! definition; [`crate::description`] moves each definition to the place that the reference names.

use serde_json::{Map, Value, json};

use super::declaration::RequestBody;

/// The member of a reference that carries its definition.
pub(crate) const DEFINITION: &str = "$definition";

/// The place of a body's schema in the document.
pub(crate) enum Component {
    /// At every place where it is used.
    Inline,
    /// Once, under this name.
    Whole(&'static str),
    /// Once, under this name, as a part of other schemas. It does not forbid further fields.
    Part(&'static str),
}

/// A reference to the schema `name`, with its definition.
pub(crate) fn component(name: &str, definition: Value) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}"), (DEFINITION): definition})
}

/// `schema` with this keyword set to `value`.
pub(crate) fn with(mut schema: Value, keyword: &str, value: impl Into<Value>) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert(keyword.to_owned(), value.into());
    }
    schema
}

/// `schema`, or null.
fn nullable(mut schema: Value) -> Value {
    let Some(kind) = schema.get("type").cloned() else {
        return json!({"anyOf": [schema, {"type": "null"}]});
    };
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    with(schema, "type", json!([kind, "null"]))
}

/// The schema of an object with exactly these fields.
#[derive(Default)]
pub(crate) struct ObjectSchema {
    description: &'static str,
    properties: Map<String, Value>,
    required: Vec<String>,
    /// References to the schemas of flattened bodies that have a name.
    parts: Vec<Value>,
}

impl ObjectSchema {
    pub(crate) fn new<B: RequestBody>() -> Self {
        let mut schema = Self { description: B::DESCRIPTION.trim(), ..Self::default() };
        B::describe(&mut schema);
        schema
    }

    pub(crate) fn add(&mut self, name: &str, description: &str, schema: Value) {
        let schema = if description.is_empty() { schema } else { with(schema, "description", description.trim()) };
        self.properties.insert(name.to_owned(), schema);
    }

    /// Adds a field that may be null.
    pub(crate) fn add_nullable(&mut self, name: &str, description: &str, schema: Value) {
        self.add(name, description, nullable(schema));
    }

    pub(crate) fn require(&mut self, name: &str) {
        self.required.push(name.to_owned());
    }

    /// Adds the fields of `B`.
    pub(crate) fn flatten<B: RequestBody>(&mut self) {
        match B::COMPONENT {
            Component::Part(name) => self.parts.push(component(name, Self::new::<B>().open())),
            Component::Inline | Component::Whole(_) => B::describe(self),
        }
    }

    /// Adds a first field `tag` with the constant value `word`, which distinguishes this kind of object from others.
    pub(crate) fn kind(mut self, tag: &str, word: &str) -> Self {
        let others = std::mem::take(&mut self.properties);
        self.properties.insert(tag.to_owned(), json!({"const": word}));
        self.properties.extend(others);
        self.required.insert(0, tag.to_owned());
        self
    }

    /// The schema of an object with only these fields.
    pub(crate) fn closed(self) -> Value {
        let keyword = if self.parts.is_empty() { "additionalProperties" } else { "unevaluatedProperties" };
        with(self.open(), keyword, false)
    }

    /// The schema of an object with these fields and possibly others.
    pub(crate) fn open(self) -> Value {
        let Self { description, properties, required, parts } = self;
        let mut members = Map::from_iter([("type".to_owned(), json!("object"))]);
        if !description.is_empty() {
            members.insert("description".to_owned(), description.into());
        }
        members.insert("properties".to_owned(), properties.into());
        if !required.is_empty() {
            members.insert("required".to_owned(), required.into());
        }
        if !parts.is_empty() {
            members.insert("allOf".to_owned(), parts.into());
        }
        members.into()
    }
}
