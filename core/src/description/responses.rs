//! JSON Schemas of response bodies, from the wire types that derive `JsonSchema`.

use std::collections::BTreeMap;
use std::mem;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

use crate::{api, message, pages, system};

/// The last keywords of a schema, in order. All others come before them.
const ORDER: [&str; 6] = ["description", "minimum", "maximum", "items", "properties", "required"];

/// The schemas of all response bodies and of everything they refer to, by the name of the component.
///
/// The schemas describe what hop writes: a field that may be null is still required.
pub(crate) fn response_schemas() -> BTreeMap<String, Value> {
    let mut settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(tidy));
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    message::wire::describe_responses(&mut generator);
    api::describe_responses(&mut generator);
    pages::describe_responses(&mut generator);
    system::status::describe_responses(&mut generator);
    generator.take_definitions(true).into_iter().collect()
}

/// Joins the lines of each paragraph of a description, sorts the keywords, and removes what describes Rust types and
/// not the API: the formats of integers, and the largest values of these types.
fn tidy(schema: &mut Schema) {
    let mut keywords: Vec<(String, Value)> = mem::take(schema.ensure_object()).into_iter().collect();
    let format = keywords.iter().find(|(name, _)| name == "format").and_then(|(_, format)| format.as_str());
    let (is_integer, largest) = match format {
        Some("uint8") => (true, Some(json!(u8::MAX))),
        Some("uint16") => (true, Some(json!(u16::MAX))),
        Some("uint" | "uint32" | "uint64") => (true, None),
        _ => (false, None),
    };
    keywords.retain(|(name, value)| match name.as_str() {
        "format" => !is_integer,
        "maximum" => largest.as_ref() != Some(value),
        _ => true,
    });
    for (_, description) in keywords.iter_mut().filter(|(name, _)| name == "description") {
        let paragraphs = description.as_str().unwrap_or_default().split("\n\n");
        *description = paragraphs.map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n").into();
    }
    keywords.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name));
    schema.ensure_object().extend(keywords);
}
