//! docs/API.md: the hand-written introduction, a table of routes, a section for each route, and the objects of
//! responses.
use serde_json::Value;

use crate::docs::document::{Document, Operation, anchor, entries, items, schema_name, text};
use crate::docs::fields::{cell, kind, listed, meaning, table};

const NOTICE: &str = "<!-- Written by `cargo xtask docs` from api-head.md, contract/, core/src/description, and the doc comments of bodies \
    (`request_body!`) and wire types (`…Json`). Change those. -->\n\n";

pub(super) fn markdown(head: &str, document: &Document) -> String {
    let mut operations = document.operations();
    operations.sort_by_key(|operation| document.tags().position(|tag| items(&operation.value["tags"]).any(|name| *name == tag["name"])));
    let mut page = format!("{NOTICE}{head}\n## Routes\n\n{}", routes(document, &operations));
    for tag in document.tags() {
        page.push_str(&format!("\n## {}\n\n{}\n", text(tag, "name"), text(tag, "description")));
        for operation in operations.iter().filter(|operation| items(&operation.value["tags"]).any(|name| *name == tag["name"])) {
            page.push_str(&one(document, operation));
        }
    }
    page.push_str(
        "\n## Objects\n\nWhat is in answers, and the items of a batch. Later versions may add fields to answers; read those you know.\n",
    );
    for (name, schema) in document.sections() {
        page.push_str(&object(document, name, schema));
    }
    page
}

fn routes(document: &Document, operations: &[Operation<'_>]) -> String {
    let mut table = "| | route | key | answers |\n|---|---|---|---|\n".to_owned();
    for operation in operations {
        let summary = text(operation.value, "summary");
        let key = if document.needs_key(operation) { "yes" } else { "" };
        let statuses: Vec<&str> = statuses(operation).map(|(status, _)| status).collect();
        let (successes, errors): (Vec<&str>, Vec<&str>) = statuses.into_iter().partition(|status| *status < "400");
        let errors = if errors.is_empty() { String::new() } else { format!("; {}", errors.join(", ")) };
        let answers = format!("{}{errors}", successes.join(", "));
        let route = format!("`{} {}`", operation.method, operation.path);
        table.push_str(&format!("| [{summary}](#{}) | {route} | {key} | {answers} |\n", anchor(summary)));
    }
    table
}

fn one(document: &Document, operation: &Operation<'_>) -> String {
    let value = operation.value;
    let head = if operation.has_head { ", `HEAD` too" } else { "" };
    let key = if document.needs_key(operation) { "; needs a key" } else { "" };
    let mut section = format!("\n### {}\n\n`{} {}`{head}{key}\n", text(value, "summary"), operation.method, operation.path);
    paragraph(&mut section, text(value, "description"));
    section.push_str(&parameters(document, &operation.parameters));
    section.push_str(&body(document, operation));
    section.push_str(&answers(document, operation));
    section
}

fn paragraph(section: &mut String, text: &str) {
    if !text.is_empty() {
        section.push_str(&format!("\n{text}\n"));
    }
}

fn parameters(document: &Document, parameters: &[&Value]) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let mut table = "\n| parameter | | |\n|---|---|---|\n".to_owned();
    for parameter in parameters {
        let place = match text(parameter, "in") {
            "header" => ", a header",
            "query" => ", after `?`",
            _ => "",
        };
        let default = match &parameter["schema"]["default"] {
            Value::Null => String::new(),
            Value::String(usual) => format!(" Default: `{usual}`."),
            usual => format!(" Default: {usual}."),
        };
        let meaning = cell(text(parameter, "description"));
        let kind = kind(document, &parameter["schema"]);
        table.push_str(&format!("| `{}` | {kind}{place} | {meaning}{default} |\n", text(parameter, "name")));
    }
    table
}

fn body(document: &Document, operation: &Operation<'_>) -> String {
    let content = &operation.value["requestBody"]["content"];
    let types: Vec<String> = entries(content).map(|(name, _)| format!("`{name}`")).collect();
    let Some((media_type, first)) = entries(content).next() else {
        return String::new();
    };
    let fields = table(document, document.resolve(&first["schema"]), true);
    let mut section = format!("\nThe body, as {}:\n\n{fields}", listed(&types));
    if let Some(example) = document.example_in(first) {
        let path = operation
            .path
            .replace("{alias}", "docs")
            .replace("{tag}", "x")
            .replace("{domain}", "c.example")
            .replace("{user}", "usr_4VtVsDsyD6dUDYNZK");
        let key = if document.needs_key(operation) { "Authorization: Bearer KEY\n" } else { "" };
        let is_one_line = media_type.ends_with("ndjson");
        let example = if is_one_line { example.to_string() } else { format!("{example:#}") };
        let lines = format!("{} {path}\n{key}Content-Type: {media_type}\n\n{example}", operation.method);
        section.push_str(&format!("\n```http\n{lines}\n```\n"));
    }
    section
}

/// The statuses of this operation. The introduction lists those that any route can return.
fn statuses<'a>(operation: &Operation<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    entries(&operation.value["responses"]).filter(|(status, _)| *status != "default")
}

/// The responses: one line for each success, one for all problems.
fn answers(document: &Document, operation: &Operation<'_>) -> String {
    let mut section = "\n".to_owned();
    let mut successes: Vec<(Vec<&str>, &Value)> = Vec::new();
    let mut problems = Vec::new();
    for (status, response) in statuses(operation) {
        if status >= "400" {
            problems.push(format!("{status} {}", text(document.resolve(response), "description")));
            continue;
        }
        match successes.last_mut() {
            Some((alike, last)) if *last == response => alike.push(status),
            _ => successes.push((vec![status], response)),
        }
    }
    for (alike, response) in successes {
        let response = document.resolve(response);
        let shape = entries(&response["content"]).find_map(|(_, body)| schema_name(&body["schema"]));
        let shape = shape.map(|name| format!(": [{name}](#{})", document.heading_of(name))).unwrap_or_default();
        let headers = entries(&response["headers"]).filter(|(name, _)| *name != "X-Request-Id").map(|(name, header)| {
            let meaning = meaning(document, header);
            if meaning.is_empty() { format!("`{name}`") } else { format!("`{name}` ({meaning})") }
        });
        let headers: Vec<String> = headers.collect();
        let headers = if headers.is_empty() { String::new() } else { format!("; with {}", headers.join(" and ")) };
        section.push_str(&format!("* **{}**: {}{shape}{headers}\n", alike.join(", "), text(response, "description")));
    }
    if !problems.is_empty() {
        section.push_str(&format!("* Problems: {}\n", problems.join("; ")));
    }
    section
}

fn object(document: &Document, name: &str, schema: &Value) -> String {
    let mut section = format!("\n### {name}\n");
    paragraph(&mut section, text(schema, "description"));
    if let Some(variants) = variants(document, schema) {
        return section + &variants;
    }
    if schema.get("oneOf").is_some() {
        section.push_str("\n| code | status | |\n|---|---|---|\n");
        for code in items(&schema["oneOf"]) {
            section.push_str(&format!("| `{}` | {} | {} |\n", text(code, "const"), code["x-status"], cell(text(code, "description"))));
        }
        return section;
    }
    if schema.get("anyOf").is_some() {
        section.push_str(&format!("\n{}\n", kind(document, schema)));
        return section;
    }
    if schema.get("properties").is_none() {
        return String::new();
    }
    section.push_str(&format!("\n{}", table(document, schema, false)));
    if let Some(example) = document.example_of(name) {
        section.push_str(&format!("\n```json\n{example:#}\n```\n"));
    }
    section
}

/// A table of the variants of an object, if it has several: name, fields and meaning. The tag of a variant is a field
/// with a constant value.
fn variants(document: &Document, schema: &Value) -> Option<String> {
    let first = items(&schema["oneOf"]).find(|kind| kind.get("properties").is_some())?;
    let (tag, _) = entries(&first["properties"]).find(|(_, field)| field.get("const").is_some())?;
    let mut rows = format!("\n| `{tag}` | fields | |\n|---|---|---|\n");
    for one in items(&schema["oneOf"]) {
        let fields = entries(&one["properties"]).filter(|(name, _)| *name != tag);
        let fields: Vec<String> = fields.map(|(name, field)| format!("`{name}`: {}", brief(document, field))).collect();
        let name = text(&one["properties"][tag], "const");
        rows.push_str(&format!("| `{name}` | {} | {} |\n", fields.join("; "), cell(text(one, "description"))));
    }
    Some(rows)
}

/// The type of a field whose possible values are listed elsewhere.
fn brief(document: &Document, field: &Value) -> String {
    if field["items"].get("enum").is_some() { "list of strings".to_owned() } else { kind(document, field) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operation_lists_parameters_and_responses() {
        let document = Document::of_json(json!({
            "security": [{"bearer": []}],
            "tags": [{"name": "Links", "description": "All of them."}],
            "paths": {"/links/{alias}": {
                "parameters": [{"name": "alias", "in": "path", "description": "Which", "schema": {"type": "string"}}],
                "get": {"tags": ["Links"], "summary": "Show it", "responses": {
                    "301": {"$ref": "#/components/responses/On"}, "302": {"$ref": "#/components/responses/On"},
                    "404": {"$ref": "#/components/responses/None"}, "default": {"description": "Any"}}},
                "head": {},
            }},
            "components": {"responses": {
                "On": {"description": "On", "headers": {"Location": {"description": "where"}, "X-Request-Id": {}}},
                "None": {"description": "`not_found`", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lost"}}}},
            }, "schemas": {"Lost": {"properties": {"why": {"type": "string", "description": "Why"}}}, "Unused": {"properties": {}}}},
        }));
        let page = markdown("# Head\n", &document);
        let expected = "# Head\n\n## Routes\n\n| | route | key | answers |\n|---|---|---|---|\n\
            | [Show it](#show-it) | `GET /links/{alias}` | yes | 301, 302; 404 |\n\n## Links\n\nAll of them.\n\n### Show it\n\n\
            `GET /links/{alias}`, `HEAD` too; needs a key\n\n| parameter | | |\n|---|---|---|\n| `alias` | string | Which |\n\n\
            * **301, 302**: On; with `Location` (where)\n* Problems: 404 `not_found`\n\n## Objects\n\n\
            What is in answers, and the items of a batch. Later versions may add fields to answers; read those you know.\n\n### Lost\n\n\
            | field | | |\n|---|---|---|\n| `why` | string | Why |\n";
        assert_eq!(page, format!("{NOTICE}{expected}"));
    }

    #[test]
    fn variants_of_an_object_are_table_rows() {
        let any = json!({"type": "array", "items": {"type": "string", "enum": ["a"]}});
        let schema = json!({"oneOf": [
            {"description": "Some of them", "properties": {"type": {"const": "some"}, "any": any}},
            {"description": "So many", "properties": {"type": {"const": "split"}, "percent": {"type": "integer", "minimum": 1, "maximum": 99}}},
        ]});
        let rows = "| `some` | `any`: list of strings | Some of them |\n| `split` | `percent`: number, 1 to 99 | So many |\n";
        let document = Document::of_json(json!({}));
        assert_eq!(object(&document, "Condition", &schema), format!("\n### Condition\n\n| `type` | fields | |\n|---|---|---|\n{rows}"));
    }

    #[test]
    fn anchor_matches_heading() {
        assert_eq!(anchor("Settings, and store_x are good!"), "settings-and-store_x-are-good");
    }

    #[test]
    fn request_lists_parameters_and_body() {
        let document = Document::of_json(json!({"security": [{"bearer": []}]}));
        let format = json!({"name": "format", "in": "query", "description": "How.", "schema": {"type": "string", "default": "csv"}});
        let rows = "| `format` | string, after `?` | How. Default: `csv`. |\n";
        assert_eq!(parameters(&document, &[&format]), format!("\n| parameter | | |\n|---|---|---|\n{rows}"));
        let lines = json!({"schema": {"properties": {}}, "examples": {"x": {"value": {"a": 1, "b": [2]}}}});
        let value = json!({"requestBody": {"content": {"application/x-ndjson": lines, "application/jsonl": {}, "text/csv": {}}}});
        let operation = Operation { path: "/tags/{tag}", method: "POST".into(), value: &value, parameters: Vec::new(), has_head: false };
        let expected = "\nThe body, as `application/x-ndjson`, `application/jsonl` or `text/csv`:\n\n| field | | |\n|---|---|---|\n\n\
            ```http\nPOST /tags/x\nAuthorization: Bearer KEY\nContent-Type: application/x-ndjson\n\n{\"a\":1,\"b\":[2]}\n```\n";
        assert_eq!(body(&document, &operation), expected);
    }
}
