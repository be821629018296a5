//! The OpenAPI document: reading it, adding the examples of docs/contract, and resolving its references.
use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value};

use crate::failure::{Failure, Outcome, While};
use crate::project::Project;

const CONTRACT: &str = "docs/contract";

pub(super) struct Document {
    root: Value,
}

/// A method of a path, with its parameters.
pub(super) struct Operation<'a> {
    pub(super) path: &'a str,
    pub(super) method: String,
    pub(super) value: &'a Value,
    /// Parameters of the path, then of the method.
    pub(super) parameters: Vec<&'a Value>,
    /// Whether HEAD works too; it is listed together with GET.
    pub(super) has_head: bool,
}

impl Document {
    /// The core's document with the examples of docs/contract.
    pub(super) fn of(printed: &str, project: &Project) -> Outcome<Self> {
        let mut root = parse("the core's OpenAPI output", printed)?;
        root["components"]["examples"] = Value::Object(examples(project)?);
        Ok(Self { root })
    }

    #[cfg(test)]
    pub(super) fn of_json(root: Value) -> Self {
        Self { root }
    }

    /// The text of docs/openapi.json.
    pub(super) fn text(&self) -> String {
        format!("{:#}\n", self.root)
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &Value> {
        items(&self.root["tags"])
    }

    pub(super) fn operations(&self) -> Vec<Operation<'_>> {
        let mut found = Vec::new();
        for (path, item) in entries(&self.root["paths"]) {
            let methods = entries(item).filter(|(name, _)| !["parameters", "head"].contains(name));
            found.extend(methods.map(|(method, value)| Operation {
                path,
                method: method.to_uppercase(),
                value,
                parameters:
                    items(&item["parameters"]).chain(items(&value["parameters"])).map(|parameter| self.resolve(parameter)).collect(),
                has_head: method == "get" && item.get("head").is_some(),
            }));
        }
        found
    }

    pub(super) fn needs_key(&self, operation: &Operation<'_>) -> bool {
        items(operation.value.get("security").unwrap_or(&self.root["security"])).next().is_some()
    }

    /// The target of a `$ref`, or `value` itself.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        target.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(value)
    }

    /// The schemas that get a section of their own, in the document's order: all schemas in response bodies, and those
    /// with several variants (`oneOf`), which do not fit into a table row.
    pub(super) fn sections(&self) -> Vec<(&str, &Value)> {
        let mut names = BTreeSet::new();
        for response in entries(&self.root["components"]["responses"]) {
            self.collect_schemas(response.1, &mut names);
        }
        let has_section = |(name, schema): &(&str, &Value)| names.contains(name) || schema.get("oneOf").is_some();
        entries(&self.root["components"]["schemas"]).filter(has_section).collect()
    }

    /// The anchor where the fields of the schema `name` are listed: its request, if it is a request body, or its own
    /// section.
    pub(super) fn heading_of(&self, name: &str) -> String {
        let has_body = |operation: &Operation<'_>| {
            entries(&operation.value["requestBody"]["content"]).any(|(_, body)| schema_name(&body["schema"]) == Some(name))
        };
        let operation = self.operations().into_iter().find(has_body);
        anchor(operation.map_or(name, |operation| text(operation.value, "summary")))
    }

    fn collect_schemas<'a>(&'a self, value: &'a Value, names: &mut BTreeSet<&'a str>) {
        if let Some(name) = schema_name(value)
            && names.insert(name)
        {
            self.collect_schemas(self.resolve(value), names);
        }
        entries(value).for_each(|(_, field)| self.collect_schemas(field, names));
        items(value).for_each(|item| self.collect_schemas(item, names));
    }

    /// An example of a response whose body is the schema `name`.
    pub(super) fn example_of(&self, name: &str) -> Option<&Value> {
        let responses = entries(&self.root["components"]["responses"]);
        let bodies = responses.flat_map(|(_, response)| entries(&response["content"]));
        bodies.filter(|(_, body)| schema_name(&body["schema"]) == Some(name)).find_map(|(_, body)| self.example_in(body))
    }

    /// The example of a body.
    pub(super) fn example_in<'a>(&'a self, body: &'a Value) -> Option<&'a Value> {
        entries(&body["examples"]).find_map(|(_, example)| self.resolve(example).get("value"))
    }
}

/// The name of the schema that `value` refers to.
pub(super) fn schema_name(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// The fields of an object; empty for other values.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The items of an array; empty for other values.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The string field `name`, or an empty string.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The anchor of a heading within the page.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || [' ', '-', '_'].contains(character));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn examples(project: &Project) -> Outcome<Map<String, Value>> {
    let folder = fs::read_dir(project.path(CONTRACT)).doing(format_args!("reading {CONTRACT}"))?;
    let mut names = Vec::new();
    for entry in folder {
        let name = entry.doing(format_args!("reading {CONTRACT}"))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
    }
    names.sort_unstable();
    let mut examples = Map::new();
    for name in names {
        let path = format!("{CONTRACT}/{name}.json");
        let value = parse(&path, &project.read(&path)?)?;
        examples.insert(name, Value::Object(Map::from_iter([("value".to_owned(), value)])));
    }
    Ok(examples)
}

fn parse(path: &str, text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|error| Failure::new(format!("{path} is not JSON: {error}")))
}
