//! Comparison of responses with `docs/openapi.json`: status, headers, media type, and the body by an independent
//! validator of JSON Schema.
//!
//! The document allows objects to have more fields, so that clients accept fields added later. Here all objects are
//! closed, so that no field goes undocumented.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::client::Response;

/// The document.
///
/// # Panics
/// When it cannot be read.
pub fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Checks the response to `method` on the path `pattern`.
///
/// # Errors
/// With the difference from the document.
pub fn check(pattern: &str, method: &str, response: &Response) -> Result<(), String> {
    static CLOSED: OnceLock<Description> = OnceLock::new();
    let described = CLOSED.get_or_init(|| Description::closed(document()));
    let checked = described.check(pattern, method, response);
    checked.map_err(|wrong| format!("{method} {pattern} {}: not as in docs/openapi.json: {wrong}", response.status))
}

struct Description {
    document: Value,
    /// The schemas that others extend. They are closed only where they are used alone.
    parts: BTreeSet<String>,
    /// Keyed by the text of the schema.
    validators: Mutex<BTreeMap<String, Validator>>,
}

impl Description {
    fn closed(mut document: Value) -> Self {
        let mut parts = BTreeSet::new();
        collect_parts(&document, &mut parts);
        let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut).expect("schemas");
        for (name, schema) in schemas {
            close_within(schema, &parts);
            if !parts.contains(&format!("#/components/schemas/{name}")) {
                close(schema, &parts);
            }
        }
        Self { document, parts, validators: Mutex::default() }
    }

    /// The target of a `$ref`, or `value` itself.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(&Value::Null),
            None => value,
        }
    }

    fn check(&self, pattern: &str, method: &str, response: &Response) -> Result<(), String> {
        let operation = &self.document["paths"][pattern][method.to_ascii_lowercase()];
        let documented = &operation["responses"];
        let own = documented.get(response.status.to_string());
        // An unsupported method or an unknown path has no responses of its own.
        let any = json!({"$ref": "#/components/responses/AnyPage"});
        let described = self.resolve(own.or(documented.get("default")).unwrap_or(&any));
        if own.is_some() {
            self.check_headers(&described["headers"], response)?;
        }
        match described.get("content") {
            Some(content) if response.status != 204 => self.check_content(content, response),
            _ if response.body.is_empty() => Ok(()),
            _ => Err("the response has a body, but none is described".into()),
        }
    }

    fn check_headers(&self, headers: &Value, response: &Response) -> Result<(), String> {
        for (name, header) in headers.as_object().expect("headers") {
            let header = self.resolve(header);
            let found = response.header(&name.to_ascii_lowercase());
            match found {
                None if header["required"] == true => return Err(format!("the header {name} is missing")),
                Some(text) if header["schema"]["type"] == "integer" && text.parse::<u64>().is_err() => {
                    return Err(format!("{name} is {text}, which is not a number"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_content(&self, content: &Value, response: &Response) -> Result<(), String> {
        let media_type = response.header("content-type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default();
        let described = content.get(essence).ok_or_else(|| format!("`{essence}` is not described"))?;
        if !essence.ends_with("json") {
            return Ok(());
        }
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text).map_err(|error| format!("the body is not JSON: {error}"));
        if essence == "application/x-ndjson" {
            let mut lines = response.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            return lines.try_for_each(|line| self.check_value(&read(line)?, &described["schema"]));
        }
        let body = read(&response.body)?;
        self.check_value(&body, &described["schema"])?;
        if essence == "application/problem+json" { self.check_status(&body, response.status) } else { Ok(()) }
    }

    /// Checks that the status is the one described for the code of a problem.
    fn check_status(&self, problem: &Value, status: u16) -> Result<(), String> {
        let codes = self.document["components"]["schemas"]["ProblemCode"]["oneOf"].as_array().expect("codes");
        let described = codes.iter().find(|code| code["const"] == problem["code"]).map(|code| &code["x-status"]);
        match described {
            Some(described) if *described == status && problem["status"] == status => Ok(()),
            _ => Err(format!("{} is described with the status {described:?}", problem["code"])),
        }
    }

    fn check_value(&self, value: &Value, schema: &Value) -> Result<(), String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(schema.to_string()).or_insert_with(|| self.validator(schema));
        let wrong: Vec<String> = validator.iter_errors(value).map(|wrong| format!("{}: {wrong}", wrong.instance_path())).collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n{value:#}", wrong.join("; "))) }
    }

    /// The validator of one schema of the document.
    fn validator(&self, schema: &Value) -> Validator {
        let mut root = schema.clone();
        close(&mut root, &self.parts);
        let Value::Object(mut root) = root else { panic!("a schema is an object") };
        root.insert("components".into(), self.document["components"].clone());
        jsonschema::draft202012::options().should_validate_formats(true).build(&root.into()).expect("a valid schema")
    }
}

/// Collects the schemas that others extend. They stay open, because a closed schema cannot be extended.
fn collect_parts(value: &Value, parts: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let all_of = fields.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let built_on = fields.contains_key("properties").then_some(value);
            parts.extend(all_of.chain(built_on).filter_map(|part| part["$ref"].as_str().map(str::to_owned)));
            fields.values().for_each(|field| collect_parts(field, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_parts(item, parts)),
        _ => {}
    }
}

/// Forbids undocumented fields in all objects of `schema`.
fn close(schema: &mut Value, parts: &BTreeSet<String>) {
    close_within(schema, parts);
    let Value::Object(keywords) = schema else { return };
    let is_part = keywords.get("$ref").and_then(Value::as_str).is_some_and(|target| parts.contains(target));
    if is_part || keywords.get("properties").is_some_and(Value::is_object) || keywords.contains_key("allOf") {
        keywords.entry("unevaluatedProperties").or_insert(Value::Bool(false));
    }
}

/// The same for the parts of `schema`, but not for itself.
fn close_within(schema: &mut Value, parts: &BTreeSet<String>) {
    if let Value::Array(items) = schema {
        items.iter_mut().for_each(|item| close(item, parts));
    }
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords {
        if keyword != "allOf" {
            close(value, parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    fn response(status: u16, media_type: &str, header: &str, body: &Value) -> Response {
        let http = format!("HTTP/1.1 {status} x\r\nX-Request-Id: req_x\r\nContent-Type: {media_type}\r\n{header}\r\n{body}");
        Response::parse(http.as_bytes(), false).unwrap()
    }

    fn checked(response: &Response) -> Result<(), String> {
        check("/api/v1/links/{alias}", "GET", response)
    }

    #[test]
    fn response_is_compared_with_its_schema() {
        let link = contract::example("link");
        let shown = |body: &Value| checked(&response(200, "application/json", "ETag: \"1\"\r\n", body));
        assert_eq!(shown(&link), Ok(()));
        for (field, value) in [("version", json!("1")), ("state", json!("gone")), ("created_at", json!("yesterday")), ("further", json!(1))]
        {
            let mut link = link.clone();
            link[field] = value;
            assert!(shown(&link).is_err(), "{field}");
        }
        let mut further = link.clone();
        further["clicks"]["further"] = json!(1);
        assert!(shown(&further).is_err());
        let mut less = link.clone();
        less.as_object_mut().unwrap().remove("note");
        assert!(shown(&less).is_err());
        assert!(checked(&response(200, "application/json", "", &link)).unwrap_err().contains("ETag"));
        assert!(check("/health", "GET", &response(200, "application/json", "", &link)).is_err());
    }

    #[test]
    fn every_line_is_compared_with_its_schema() {
        let link = contract::example("link");
        let exported = |lines: &str| {
            let http = format!("HTTP/1.1 200 x\r\nX-Request-Id: req_x\r\nContent-Type: application/x-ndjson\r\n\r\n{lines}");
            check("/api/v1/export", "GET", &Response::parse(http.as_bytes(), false).unwrap())
        };
        assert_eq!(exported(""), Ok(()));
        assert_eq!(exported(&format!("{link}\n{link}\n")), Ok(()));
        assert!(exported(&format!("{link}\n{{}}\n")).is_err());
        assert!(exported(&format!("{link}\n{link}{{}}\n")).is_err());
        let mut with_hash = link.clone();
        with_hash["password_hash"] = Value::Null;
        assert_eq!(exported(&format!("{with_hash}\n")), Ok(()));
        assert!(check("/api/v1/links/{alias}", "GET", &response(200, "application/json", "ETag: \"1\"\r\n", &with_hash)).is_err());
        with_hash["more"] = Value::Null;
        assert!(exported(&format!("{with_hash}\n")).is_err());
    }

    #[test]
    fn problem_has_its_media_type_and_status() {
        let problem = contract::example("problem");
        let check_problem = |status: u16, media_type: &str| checked(&response(status, media_type, "", &problem));
        assert_eq!(check_problem(422, "application/problem+json"), Ok(()));
        assert!(check_problem(422, "application/json").is_err());
        assert!(check_problem(404, "application/problem+json").unwrap_err().contains("422"));
    }

    /// Includes the examples of requests.
    #[test]
    fn every_example_matches_its_schema() {
        let described = Description::closed(document());
        let mut seen = BTreeSet::new();
        let mut check = |media: &Value| {
            for example in media["examples"].as_object().into_iter().flat_map(serde_json::Map::values) {
                let value = &described.resolve(example)["value"];
                assert_eq!(described.check_value(value, &media["schema"]), Ok(()), "{example}");
                seen.insert(example.to_string());
            }
        };
        each_media_type(&described.document, &mut check);
        let examples = described.document["components"]["examples"].as_object().unwrap();
        assert_eq!(seen.len(), examples.len(), "only these examples are used: {seen:?}");
    }

    fn each_media_type(value: &Value, visit: &mut impl FnMut(&Value)) {
        match value {
            Value::Object(fields) => {
                fields.get("content").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values).for_each(&mut *visit);
                fields.values().for_each(|field| each_media_type(field, visit));
            }
            Value::Array(items) => items.iter().for_each(|item| each_media_type(item, visit)),
            _ => {}
        }
    }
}
