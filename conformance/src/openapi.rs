//! Whether an answer is one that `docs/openapi.json` describes: its status, its headers, its media type, and its body by an
//! independent validator of JSON Schema.
//!
//! The document lets objects have further fields, so that programs written today still read tomorrow's answers. Here they are closed:
//! a field that is not described is a lie of omission.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::client::Answer;

/// The document.
///
/// # Panics
/// When it cannot be read.
pub fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether `answer` to `method` on the route `pattern` is as described.
///
/// # Errors
/// With what is not.
pub fn check(pattern: &str, method: &str, answer: &Answer) -> Result<(), String> {
    static CLOSED: OnceLock<Described> = OnceLock::new();
    let described = CLOSED.get_or_init(|| Described::closed(document()));
    let checked = described.check(pattern, method, answer);
    checked.map_err(|wrong| format!("{method} {pattern} {}: not as in docs/openapi.json: {wrong}", answer.status))
}

struct Described {
    document: Value,
}

impl Described {
    fn closed(mut document: Value) -> Self {
        let mut parts = BTreeSet::new();
        note_parts(&document, &mut parts);
        let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut).expect("schemas");
        for (name, schema) in schemas {
            if !parts.contains(&format!("#/components/schemas/{name}")) {
                close(schema);
            }
        }
        Self { document }
    }

    /// `value`, or what it refers to.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(&Value::Null),
            None => value,
        }
    }

    fn check(&self, pattern: &str, method: &str, answer: &Answer) -> Result<(), String> {
        let operation = &self.document["paths"][pattern][method.to_ascii_lowercase()];
        let responses = &operation["responses"];
        let own = responses.get(answer.status.to_string());
        // What no route of its own describes (a method it lacks, a path hop does not know) is answered like anything of any route.
        let any = json!({"$ref": "#/components/responses/AnyPage"});
        let response = self.resolve(own.or(responses.get("default")).unwrap_or(&any));
        if own.is_some() {
            self.check_headers(&response["headers"], answer)?;
        }
        if method == "HEAD" || method == "OPTIONS" {
            return if answer.body.is_empty() { Ok(()) } else { Err("it has a body".into()) };
        }
        let Some(content) = response.get("content") else {
            return if answer.body.is_empty() { Ok(()) } else { Err("it has a body and none is described".into()) };
        };
        self.check_content(content.as_object().expect("media types"), answer)
    }

    fn check_headers(&self, headers: &Value, answer: &Answer) -> Result<(), String> {
        for (name, header) in headers.as_object().expect("headers") {
            let header = self.resolve(header);
            let found = answer.header(&name.to_ascii_lowercase());
            match found {
                None if header["required"] == true => return Err(format!("there is no header {name}")),
                Some(text) if header["schema"]["type"] == "integer" && text.parse::<u64>().is_err() => {
                    return Err(format!("{name} is {text}, which is no number"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_content(&self, content: &Map<String, Value>, answer: &Answer) -> Result<(), String> {
        let media_type = answer.header("content-type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default();
        let described = content.get(essence).ok_or_else(|| format!("`{essence}` is not described"))?;
        if !essence.ends_with("json") {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("the body is no JSON: {error}"))?;
        let wrong: Vec<String> = self.validator(&described["schema"]).iter_errors(&body).map(|wrong| said(&wrong)).collect();
        if !wrong.is_empty() {
            return Err(format!("{}\n{body:#}", wrong.join("; ")));
        }
        if essence == "application/problem+json" { self.check_status(&body, answer.status) } else { Ok(()) }
    }

    /// A problem's code belongs to its status.
    fn check_status(&self, problem: &Value, status: u16) -> Result<(), String> {
        let codes = self.document["components"]["schemas"]["ProblemCode"]["oneOf"].as_array().expect("codes");
        let described = codes.iter().find(|code| code["const"] == problem["code"]).map(|code| &code["x-status"]);
        match described {
            Some(described) if *described == status && problem["status"] == status => Ok(()),
            _ => Err(format!("{} comes with {described:?}", problem["code"])),
        }
    }

    /// The validator of one schema of the document.
    fn validator(&self, schema: &Value) -> Validator {
        let mut root = schema.as_object().cloned().expect("a schema is an object");
        root.insert("components".into(), self.document["components"].clone());
        jsonschema::draft202012::options().should_validate_formats(true).build(&root.into()).expect("a valid schema")
    }
}

fn said(wrong: &jsonschema::ValidationError<'_>) -> String {
    format!("{}: {wrong}", wrong.instance_path())
}

/// The schemas that are parts of others: they stay open, or the whole could add nothing.
fn note_parts(value: &Value, parts: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let all_of = fields.get("allOf").and_then(Value::as_array).into_iter().flatten();
            parts.extend(all_of.filter_map(|part| part["$ref"].as_str().map(str::to_owned)));
            fields.values().for_each(|field| note_parts(field, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| note_parts(item, parts)),
        _ => {}
    }
}

/// Lets no object of `schema` have a field it does not describe.
fn close(schema: &mut Value) {
    if let Value::Array(items) = schema {
        items.iter_mut().for_each(close);
    }
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in &mut *keywords {
        if keyword != "allOf" {
            close(value);
        }
    }
    if keywords.get("properties").is_some_and(Value::is_object) || keywords.contains_key("allOf") {
        keywords.entry("unevaluatedProperties").or_insert(Value::Bool(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [("x-request-id", "req_x"), ("content-type", "application/json")].iter().chain(headers);
        Answer::of(status, headers.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(), body.to_string())
    }

    fn checked(answer: &Answer) -> Result<(), String> {
        check("/api/v1/links/{alias}", "GET", answer)
    }

    #[test]
    fn an_answer_is_held_against_its_schema() {
        let link = contract::example("link");
        let shown = |body: &Value| checked(&answer(200, &[("etag", "\"1\"")], body));
        assert_eq!(shown(&link), Ok(()));
        for (field, value) in [("version", json!("1")), ("state", json!("gone")), ("created_at", json!("yesterday")), ("further", json!(1))] {
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
        assert!(checked(&answer(200, &[], &link)).unwrap_err().contains("ETag"));
        assert!(check("/health", "GET", &answer(200, &[], &link)).is_err());
    }

    #[test]
    fn a_problem_has_its_media_type_and_its_status() {
        let problem = contract::example("problem");
        let told = |status: u16, media_type: &str| {
            let mut answer = answer(status, &[], &problem);
            answer.set_header("content-type", media_type);
            checked(&answer)
        };
        assert_eq!(told(422, "application/problem+json"), Ok(()));
        assert!(told(422, "application/json").is_err());
        assert!(told(404, "application/problem+json").unwrap_err().contains("422"));
    }

    /// Also of requests, which no answer shows.
    #[test]
    fn every_example_is_valid_where_it_stands() {
        let described = Described::closed(document());
        let mut seen = 0;
        let mut look = |media: &Value| {
            for example in media["examples"].as_object().into_iter().flat_map(Map::values) {
                let value = &described.resolve(example)["value"];
                let wrong: Vec<String> = described.validator(&media["schema"]).iter_errors(value).map(|wrong| said(&wrong)).collect();
                assert!(wrong.is_empty(), "{example}: {wrong:?}");
                seen += 1;
            }
        };
        each_media_type(&described.document, &mut look);
        assert!(seen >= contract_size(), "only {seen} examples stand anywhere");
    }

    fn contract_size() -> usize {
        document()["components"]["examples"].as_object().unwrap().len()
    }

    fn each_media_type(value: &Value, look: &mut impl FnMut(&Value)) {
        match value {
            Value::Object(fields) => {
                fields.get("content").and_then(Value::as_object).into_iter().flat_map(Map::values).for_each(&mut *look);
                fields.values().for_each(|field| each_media_type(field, look));
            }
            Value::Array(items) => items.iter().for_each(|item| each_media_type(item, look)),
            _ => {}
        }
    }
}
