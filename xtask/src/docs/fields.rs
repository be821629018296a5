//! Tables of a schema's fields: name, type and meaning.
use serde_json::Value;

use crate::docs::document::{Document, entries, items, schema_name, text};

/// A table of all fields. Fields of nested objects follow a dot, fields of list items follow `[].`. With `needed`, the
/// table marks required fields.
pub(super) fn table(document: &Document, schema: &Value, needed: bool) -> String {
    let mut rows = Vec::new();
    collect(document, schema, "", needed, &mut rows);
    let mut table = "| field | | |\n|---|---|---|\n".to_owned();
    rows.iter().for_each(|row| table.push_str(row));
    table
}

fn collect(document: &Document, schema: &Value, prefix: &str, needed: bool, rows: &mut Vec<String>) {
    for (name, field) in entries(&schema["properties"]) {
        let full_name = format!("{prefix}{name}");
        let must = needed && items(&schema["required"]).any(|required| required == name);
        let kind = kind(document, field);
        let kind = if must { format!("{kind}, needed") } else { kind };
        let meaning = meaning(document, field);
        // An object without a description needs no row: its fields have theirs.
        if kind != "object" || !meaning.is_empty() {
            rows.push(format!("| `{full_name}` | {kind} | {} |\n", cell(meaning)));
        }
        for (object, its_name) in [(field, full_name.as_str()), (&field["items"], &format!("{full_name}[]"))] {
            if object.get("properties").is_some() {
                collect(document, object, &format!("{its_name}."), needed, rows);
            }
        }
    }
    for part in items(&schema["allOf"]) {
        collect(document, document.resolve(part), prefix, needed, rows);
    }
}

/// The description of a field, or else of its schema.
pub(super) fn meaning<'a>(document: &'a Document, field: &'a Value) -> &'a str {
    match text(field, "description") {
        "" if is_object(document.resolve(field)) => "",
        "" => text(document.resolve(field), "description"),
        description => description,
    }
}

/// The type of a value in a few words.
pub(super) fn kind(document: &Document, schema: &Value) -> String {
    let resolved = document.resolve(schema);
    if let Some(name) = schema_name(schema)
        && (is_object(resolved) || resolved.get("oneOf").is_some())
    {
        return format!("[{name}](#{})", document.heading_of(name));
    }
    // A constant and an unrestricted value have no type.
    let kinds: Vec<String> = items(&resolved["anyOf"]).map(|one| kind(document, one)).filter(|kind| !kind.is_empty()).collect();
    if !kinds.is_empty() {
        return listed(&kinds);
    }
    let values: Vec<String> = items(&resolved["enum"]).filter(|value| !value.is_null()).map(code).collect();
    let types: Vec<&str> = match &resolved["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let is_nullable = types.contains(&"null");
    let range = |word: &str| match (&resolved["minimum"], &resolved["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!("{word}, {least} to {most}"),
        _ => word.to_owned(),
    };
    let mut words = values;
    for name in types {
        match name {
            "null" => {}
            "boolean" => words.extend(["`true`".to_owned(), "`false`".to_owned()]),
            _ if words.is_empty() => words.push(range(&word(document, resolved, name))),
            _ => {}
        }
    }
    if is_nullable {
        words.push("`null`".to_owned());
    }
    listed(&words)
}

fn word(document: &Document, schema: &Value, name: &str) -> String {
    match name {
        "integer" => "number".to_owned(),
        "string" if schema["format"] == "date-time" => "moment".to_owned(),
        "array" => format!("list of {}", plural(&kind(document, &schema["items"]))),
        other => other.to_owned(),
    }
}

fn plural(kind: &str) -> String {
    if kind.ends_with(')') { kind.to_owned() } else { format!("{kind}s") }
}

fn is_object(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema.get("allOf").is_some()
}

fn code(value: &Value) -> String {
    format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// Joins words as in `a, b or c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        words => words.concat(),
    }
}

/// Escapes text for a table cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_described_in_words() {
        let document = Document::of_json(json!({"components": {"schemas": {
            "Link": {"properties": {}},
            "New": {"properties": {}},
            "Alias": {"type": "string"},
        }}, "paths": {"/": {"post": {"summary": "Make one", "requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/New"},
        }}}}}}}));
        for (schema, words) in [
            (json!({"type": "string"}), "string"),
            (json!({"type": ["string", "null"], "format": "date-time"}), "moment or `null`"),
            (json!({"type": ["boolean", "null"]}), "`true`, `false` or `null`"),
            (json!({"type": "integer", "minimum": 1, "maximum": 100}), "number, 1 to 100"),
            (json!({"type": ["integer", "null"], "enum": [301, 302, null]}), "`301`, `302` or `null`"),
            (json!({"type": "array", "items": {"type": "string"}}), "list of strings"),
            (json!({"type": "array", "items": {"$ref": "#/components/schemas/Link"}}), "list of [Link](#link)"),
            (json!({"$ref": "#/components/schemas/Alias"}), "string"),
            (json!({"anyOf": [{"$ref": "#/components/schemas/Link"}, {"type": "null"}]}), "[Link](#link) or `null`"),
            (json!({"$ref": "#/components/schemas/New"}), "[New](#make-one)"),
            (json!({"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Link"}, {}]}}), "list of [Link](#link)"),
            (json!({"anyOf": [{"const": "*"}, {"type": "string"}]}), "string"),
        ] {
            assert_eq!(kind(&document, &schema), words, "{schema}");
        }
    }

    #[test]
    fn table_includes_nested_fields_and_all_of() {
        let document = Document::of_json(json!({"components": {"schemas": {
            "Spec": {"properties": {"title": {"type": "string", "description": "a|b"}}},
        }}}));
        let target = json!({"type": ["object", "null"], "properties": {"url": {"type": "string"}}});
        let rules = json!({"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}});
        let schema = json!({
            "allOf": [{"$ref": "#/components/schemas/Spec"}],
            "properties": {"target": target, "rules": rules}, "required": ["target"],
        });
        let rows = "| `target` | object or `null`, needed |  |\n| `target.url` | string |  |\n| `rules` | list of objects |  |\n\
            | `rules[].id` | string, needed |  |\n| `title` | string | a\\|b |\n";
        assert_eq!(table(&document, &schema, true), format!("| field | | |\n|---|---|---|\n{rows}"));
        assert!(!table(&document, &schema, false).contains("needed"));
    }
}
