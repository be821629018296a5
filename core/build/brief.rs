//! The description of the API as a module carries it: what programs need, and for people no more than fits a line. All of it would weigh 9 KB
//! gzip more; docs/openapi.json and docs/API.md say the rest.

use serde_json::{Error, Value};

/// Where what is said first ends.
const ENDS: [&str; 2] = [". ", "; "];

/// In bytes.
const ENOUGH: usize = 24;

/// `json` without blanks, examples and what `/problems/{code}` explains; operations are told by their summary, responses by their
/// codes, everything else by what its description says first.
pub(crate) fn brief(json: &str) -> Result<String, Error> {
    let mut document: Value = serde_json::from_str(json)?;
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut).into_iter().flat_map(|paths| paths.values_mut());
    for (method, operation) in paths.filter_map(Value::as_object_mut).flatten() {
        let Some(operation) = operation.as_object_mut() else { continue };
        operation.remove("description");
        // It is like GET, without the body.
        if method == "head" {
            operation.remove("summary");
        }
    }
    let responses = document
        .pointer_mut("/components/responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|responses| responses.values_mut());
    for description in responses.filter_map(|response| response.get_mut("description")) {
        let code = description.as_str().and_then(|text| text.split_once(": ")).map(|(code, _)| code.to_owned());
        *description = code.map_or_else(|| description.take(), Value::from);
    }
    let tags = document.pointer_mut("/tags").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut);
    tags.for_each(|tag| drop(tag.remove("description")));
    let codes = document.pointer_mut("/components/schemas/ProblemCode/oneOf").and_then(Value::as_array_mut);
    for code in codes.into_iter().flatten().filter_map(Value::as_object_mut) {
        code.remove("description");
    }
    Ok(said_first(document).to_string())
}

fn said_first(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let stays = members.into_iter().filter(|(name, value)| !(name == "examples" && value.is_object()));
            let first = |(name, value): (String, Value)| match value {
                Value::String(text) if name == "description" => (name, first_of(&text).into()),
                value => (name, said_first(value)),
            };
            Value::Object(stays.map(first).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(said_first).collect()),
        other => other,
    }
}

fn first_of(text: &str) -> &str {
    let end = ENDS.iter().filter_map(|end| text.find(end)).min();
    let first = end.map_or(text, |end| &text[..end]);
    // Behind a colon stands what explains: enough was said, if it was more than a word or two.
    first.split_once(": ").map(|(said, _)| said).filter(|said| said.len() >= ENOUGH).unwrap_or(first)
}
