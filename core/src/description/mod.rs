//! Generator of the OpenAPI document, which `cargo xtask docs` writes to docs/openapi.json. It is not compiled into the
//! module of an edge. Its sources are:
//!
//! * the table of endpoints: methods, paths, keys, statuses, and what follows from them
//! * `operations/`: the description of each endpoint, by its tag
//! * `parameters.rs` and `answers.rs`: parameters and responses that several endpoints share
//! * the declared request bodies (`request_body!`) and the wire types of responses (`responses.rs`)

mod answer;
mod answers;
mod operation;
mod operations;
mod parameters;
mod responses;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::answer::{ResponseSpec, media_type};
use self::answers::HEAD;
use self::operation::{BodySchema, Operation, OperationGroup};
use self::parameters::{IDEMPOTENCY_KEY, IF_MATCH, Parameter, VISITOR_HEADERS};
use crate::auth::Access;
use crate::endpoints::{Audience, BodyKind, ENDPOINTS, Endpoint};
use crate::message::body::DEFINITION;

/// Why the document cannot be generated.
type DescriptionFault = String;

/// The document as JSON, without the examples in docs/contract, to which it refers.
///
/// # Errors
/// If the descriptions contradict the table of endpoints.
pub fn describe_api() -> Result<String, String> {
    let mut components = Components::default();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in ENDPOINTS {
        let description = operations::of(endpoint.name);
        let described = components.path_and_method(endpoint, &description);
        let described = described.map_err(|fault| format!("{}: {fault}", description.id))?;
        let item = paths.entry(endpoint.pattern).or_insert_with(|| json!({}));
        add_to_path(item, described).map_err(|fault| format!("{}: {fault}", description.id))?;
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "hop",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A URL shortener at the edge.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{"bearer": []}],
        "tags": OperationGroup::ALL.map(|tag| json!({"name": tag.name(), "description": tag.description()})),
        "paths": paths,
    });
    components.take_definitions(&mut document)?;
    for (name, schema) in responses::response_schemas() {
        put(&mut components.schemas, &name, schema)?;
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("components".into(), components.json()?);
    }
    Ok(format!("{document:#}"))
}

/// The components of the document, by name.
#[derive(Default)]
struct Components {
    parameters: BTreeMap<String, Value>,
    answers: BTreeMap<String, Value>,
    schemas: BTreeMap<String, Value>,
}

impl Components {
    /// The path item of an endpoint: the parameters of the path, and its method.
    fn path_and_method(&mut self, endpoint: &Endpoint, description: &Operation) -> Result<Map<String, Value>, DescriptionFault> {
        let mut item = Map::new();
        let parameters = self.path_parameters(endpoint.pattern, description)?;
        if !parameters.is_empty() {
            item.insert("parameters".into(), parameters.into());
        }
        let operation = self.operation(endpoint, description)?;
        item.insert(endpoint.method.to_ascii_lowercase(), operation.clone());
        if endpoint.method == "GET" {
            item.insert("head".into(), self.head(description, operation)?);
        }
        Ok(item)
    }

    /// References to the parameters of a path, in order.
    fn path_parameters(&mut self, pattern: &str, description: &Operation) -> Result<Vec<Value>, DescriptionFault> {
        let mut parameters = Vec::new();
        for name in pattern.split(['{', '}']).skip(1).step_by(2) {
            let own = description.parameters.iter().find(|parameter| parameter.is_in_path(name)).copied();
            let parameter = own.or_else(|| Parameter::of_path(name));
            let parameter = parameter.ok_or_else(|| format!("{{{name}}} in its path is no known parameter"))?;
            parameters.push(self.parameter(parameter)?);
        }
        Ok(parameters)
    }

    fn operation(&mut self, endpoint: &Endpoint, description: &Operation) -> Result<Value, DescriptionFault> {
        let mut operation = Map::new();
        operation.insert("tags".into(), json!([description.tag.name()]));
        operation.insert("operationId".into(), description.id.into());
        operation.insert("summary".into(), description.summary.into());
        if !description.description.is_empty() {
            operation.insert("description".into(), description.description.into());
        }
        match endpoint.access {
            Access::Anyone => drop(operation.insert("security".into(), json!([]))),
            Access::RightOrPublic(_) => drop(operation.insert("security".into(), json!([{"bearer": []}, {}]))),
            _ => {}
        }
        let parameters: Result<Vec<Value>, DescriptionFault> =
            parameters(endpoint, description).map(|parameter| self.parameter(parameter)).collect();
        let parameters = parameters?;
        if !parameters.is_empty() {
            operation.insert("parameters".into(), parameters.into());
        }
        if let Some(body) = request_body(endpoint, description)? {
            operation.insert("requestBody".into(), body);
        }
        operation.insert("responses".into(), self.responses(endpoint, description)?);
        Ok(operation.into())
    }

    /// The `HEAD` operation that belongs to a `GET` operation.
    fn head(&mut self, description: &Operation, get: Value) -> Result<Value, DescriptionFault> {
        let Value::Object(mut operation) = get else { return Ok(get) };
        let (first, rest) = description.id.split_at_checked(1).unwrap_or_default();
        operation.insert("operationId".into(), ["head", &first.to_ascii_uppercase(), rest].concat().into());
        operation.insert("summary".into(), "Like GET, without the body".into());
        operation.shift_remove("description");
        operation.insert("responses".into(), json!({"default": self.answer(HEAD)?}));
        Ok(operation.into())
    }

    fn responses(&mut self, endpoint: &Endpoint, description: &Operation) -> Result<Value, DescriptionFault> {
        if let Some((status, _)) = description.answers.iter().find(|(status, _)| !endpoint.statuses.contains(status)) {
            return Err(format!("the table has no status {status}"));
        }
        let mut responses = Map::new();
        for status in endpoint.all_statuses() {
            let own = description.answers.iter().find(|(own, _)| *own == status).map(|(_, answer)| *answer);
            let answer = own.or_else(|| answers::usual(endpoint, status));
            let answer = answer.ok_or_else(|| format!("the status {status} is not described"))?;
            responses.insert(status.to_string(), self.answer(answer)?);
        }
        responses.insert("default".into(), self.answer(answers::of_any(endpoint))?);
        Ok(responses.into())
    }

    /// A reference to a parameter.
    fn parameter(&mut self, parameter: Parameter) -> Result<Value, DescriptionFault> {
        put(&mut self.parameters, parameter.component, parameter.json())?;
        Ok(json!({"$ref": format!("#/components/parameters/{}", parameter.component)}))
    }

    /// A reference to a response.
    fn answer(&mut self, answer: ResponseSpec) -> Result<Value, DescriptionFault> {
        let name = answer.component();
        put(&mut self.answers, &name, answer.value())?;
        Ok(json!({"$ref": format!("#/components/responses/{name}")}))
    }

    /// Moves the definitions that references carry into the schema components.
    fn take_definitions(&mut self, value: &mut Value) -> Result<(), DescriptionFault> {
        match value {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.take_definitions(item)),
            Value::Object(members) => {
                if let Some(mut schema) = members.shift_remove(DEFINITION) {
                    self.take_definitions(&mut schema)?;
                    let reference = members.get("$ref").and_then(Value::as_str).ok_or("a definition has no reference")?;
                    put(&mut self.schemas, reference.rsplit('/').next().unwrap_or_default(), schema)?;
                }
                members.iter_mut().try_for_each(|(_, member)| self.take_definitions(member))
            }
            _ => Ok(()),
        }
    }

    fn json(mut self) -> Result<Value, DescriptionFault> {
        let description = "The secret `HOP_ADMIN_KEY`, an API key (`hop_<id>_<secret>`), or the access token of a signed-in user.";
        let mut parameters = json!(std::mem::take(&mut self.parameters));
        self.take_definitions(&mut parameters)?;
        Ok(json!({
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": description}},
            "parameters": parameters,
            "responses": self.answers,
            "schemas": self.schemas,
        }))
    }
}

/// Adds the method of an endpoint to its path item. All endpoints of a path must have the same path parameters.
fn add_to_path(item: &mut Value, described: Map<String, Value>) -> Result<(), DescriptionFault> {
    let Some(item) = item.as_object_mut() else { return Err("its path is no object".into()) };
    if item.get("parameters").is_some_and(|known| described.get("parameters") != Some(known)) {
        return Err("its path has other parameters already".into());
    }
    item.extend(described);
    Ok(())
}

/// Adds a component. A name must not have two definitions.
fn put(components: &mut BTreeMap<String, Value>, name: &str, value: Value) -> Result<(), DescriptionFault> {
    match components.get(name) {
        Some(known) if *known != value => Err(format!("two components are called {name}")),
        _ => {
            components.insert(name.to_owned(), value);
            Ok(())
        }
    }
}

/// The parameters of an endpoint that are not in its path: its own, and those that follow from its row.
fn parameters(endpoint: &Endpoint, description: &Operation) -> impl Iterator<Item = Parameter> {
    let visitor_headers = VISITOR_HEADERS.into_iter().filter(|_| endpoint.audience == Audience::Visitors);
    let if_match = endpoint.statuses.contains(&412).then_some(IF_MATCH);
    let idempotency_key = endpoint.takes_idempotency_key.then_some(IDEMPOTENCY_KEY);
    let own = description.parameters.iter().filter(|parameter| !parameter.is_of_path()).copied();
    visitor_headers.chain(own).chain(if_match).chain(idempotency_key)
}

/// The request body of an endpoint, if it takes one. The media types follow from its row.
fn request_body(endpoint: &Endpoint, description: &Operation) -> Result<Option<Value>, DescriptionFault> {
    let media_types: &[&str] = match endpoint.body {
        BodyKind::NoBody => &[],
        BodyKind::Json | BodyKind::BulkJson if endpoint.method == "PATCH" => &["application/merge-patch+json", "application/json"],
        BodyKind::Json | BodyKind::BulkJson | BodyKind::ReportJson => &["application/json"],
        BodyKind::Form | BodyKind::ReportForm => &["application/x-www-form-urlencoded"],
        BodyKind::LogLines => &["application/x-ndjson", "application/jsonl"],
        BodyKind::Import => &["application/x-ndjson", "application/jsonl", "text/csv"],
    };
    match (media_types, description.body) {
        ([], None) => Ok(None),
        ([], Some(_)) => Err("it takes no body".into()),
        (_, None) => Err("its body is not described".into()),
        (names, Some(BodySchema { schema, example })) => {
            let mut content = Map::new();
            for name in names {
                let is_first = content.is_empty();
                let schema = if *name == "text/csv" { json!({"type": "string"}) } else { schema() };
                content.insert((*name).to_owned(), media_type(schema, example.filter(|_| is_first).as_slice()));
            }
            Ok(Some(json!({"required": endpoint.body != BodyKind::Form, "content": content})))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::EndpointName;

    fn row(name: EndpointName) -> &'static Endpoint {
        ENDPOINTS.iter().find(|row| row.name == name).unwrap()
    }

    /// Why the endpoint `name` cannot have this description.
    fn fault(name: EndpointName, description: Operation) -> Option<String> {
        Components::default().path_and_method(row(name), &description).err()
    }

    #[test]
    fn every_endpoint_can_be_described() {
        assert_eq!(describe_api().err(), None);
    }

    #[test]
    fn description_must_agree_with_the_table() {
        let [health, create] = [EndpointName::Health, EndpointName::CreateLink].map(operations::of);
        for (name, description, expected) in [
            (EndpointName::Health, Operation { answers: &[], ..health }, "the status 200 is not described"),
            (EndpointName::Health, health.answers(&[(200, HEAD), (404, HEAD)]), "the table has no status 404"),
            (EndpointName::Health, Operation { body: create.body, ..health }, "it takes no body"),
            (EndpointName::CreateLink, Operation { body: None, ..create }, "its body is not described"),
        ] {
            assert_eq!(fault(name, description).as_deref(), Some(expected));
        }
    }

    #[test]
    fn path_names_must_be_known_parameters() {
        let parameters = |pattern| Components::default().path_parameters(pattern, &operations::of(EndpointName::Health));
        let references = ["alias", "tagInPath"].map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
        assert_eq!(parameters("/links/{alias}/tags/{tag}"), Ok(references.into()));
        assert_eq!(parameters("/links/{other}").unwrap_err(), "{other} in its path is no known parameter");
    }

    #[test]
    fn endpoints_of_a_path_share_parameters() {
        let described =
            |parameter: &str, method: &str| Map::from_iter([("parameters".into(), json!([parameter])), (method.into(), json!({}))]);
        let mut item = json!({});
        assert_eq!(add_to_path(&mut item, described("alias", "get")), Ok(()));
        assert_eq!(add_to_path(&mut item, described("alias", "post")), Ok(()));
        assert_eq!(item, json!({"parameters": ["alias"], "get": {}, "post": {}}));
        assert_eq!(add_to_path(&mut item, described("tag", "put")).unwrap_err(), "its path has other parameters already");
    }

    #[test]
    fn definition_without_a_reference_is_refused() {
        let mut value = json!({"$definition": {"type": "string"}});
        assert_eq!(Components::default().take_definitions(&mut value).unwrap_err(), "a definition has no reference");
    }

    #[test]
    fn component_has_one_definition() {
        let named = |kind: &str| crate::message::body::component("Name", json!({"type": kind}));
        let take = |mut value: Value| {
            let mut components = Components::default();
            components.take_definitions(&mut value).map(|()| (value, components.schemas))
        };
        let (value, schemas) = take(json!([named("string"), {"inner": named("string")}])).unwrap();
        let reference = json!({"$ref": "#/components/schemas/Name"});
        assert_eq!(value, json!([reference, {"inner": reference}]));
        assert_eq!(json!(schemas), json!({"Name": {"type": "string"}}));
        assert_eq!(take(json!([named("string"), named("integer")])).unwrap_err(), "two components are called Name");
    }
}
