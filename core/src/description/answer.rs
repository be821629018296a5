//! The description of a response, as a component of the OpenAPI document.

use serde_json::{Map, Value, json};

use crate::message::problem::ProblemCode;

/// The description of a response that one or several endpoints have.
#[derive(Clone, Copy)]
pub(super) struct ResponseSpec {
    name: &'static str,
    description: &'static str,
    /// The codes of the problems that it may be.
    codes: &'static [ProblemCode],
    headers: &'static [Header],
    /// The name of the schema of its JSON, and the names of the examples.
    json: Option<(&'static str, &'static [&'static str])>,
    content: &'static [ResponseContent],
    /// The example of a problem.
    example: Option<&'static str>,
    kind: ResponseKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ResponseKind {
    Success,
    Problem,
    /// A problem, which a browser gets as a page.
    ProblemPage,
}

/// A header of a response.
#[derive(Clone, Copy)]
pub(super) struct Header {
    name: &'static str,
    description: &'static str,
    is_required: bool,
    kind: &'static str,
}

/// A body that is not JSON of a named schema.
#[derive(Clone, Copy)]
pub(super) enum ResponseContent {
    /// Text of this media type.
    Text(&'static str),
    /// Another media type, its schema, and its examples.
    Other(&'static str, fn() -> Value, &'static [&'static str]),
}

impl ResponseSpec {
    /// A response without a body.
    pub(super) const fn empty(name: &'static str, description: &'static str) -> Self {
        Self { name, description, codes: &[], headers: &[], json: None, content: &[], example: None, kind: ResponseKind::Success }
    }

    /// JSON of the schema with this name, and its examples in docs/contract.
    pub(super) const fn json(
        name: &'static str,
        description: &'static str,
        schema: &'static str,
        examples: &'static [&'static str],
    ) -> Self {
        Self { json: Some((schema, examples)), ..Self::empty(name, description) }
    }

    /// One of these problems.
    pub(super) const fn problem(name: &'static str, codes: &'static [ProblemCode]) -> Self {
        Self { codes, kind: ResponseKind::Problem, ..Self::empty(name, "") }
    }

    /// A problem with a description of its own.
    pub(super) const fn any_problem(name: &'static str, description: &'static str) -> Self {
        Self { description, ..Self::problem(name, &[]) }
    }

    /// Adds bodies of other media types.
    pub(super) const fn content(mut self, content: &'static [ResponseContent]) -> Self {
        self.content = content;
        self
    }

    pub(super) const fn headers(mut self, headers: &'static [Header]) -> Self {
        self.headers = headers;
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    /// Adds the page that a browser gets, if this is a problem.
    pub(super) const fn for_browsers(mut self) -> Self {
        if matches!(self.kind, ResponseKind::Problem) {
            self.kind = ResponseKind::ProblemPage;
        }
        self
    }

    /// The name of its component in the document.
    pub(super) fn component(self) -> String {
        if self.kind == ResponseKind::ProblemPage { [self.name, "Page"].concat() } else { self.name.to_owned() }
    }

    /// The JSON of its component.
    pub(super) fn value(self) -> Value {
        let headers = self.headers.iter().chain([&REQUEST_ID]).map(|header| (header.name.to_owned(), header.value()));
        let mut answer =
            Map::from_iter([("description".to_owned(), self.text().into()), ("headers".to_owned(), Value::Object(headers.collect()))]);
        let json = self.json.map(|(schema, examples)| {
            let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
            ("application/json".to_owned(), media_type(schema, examples))
        });
        let mut content: Map<String, Value> = json.into_iter().chain(self.content.iter().map(ResponseContent::media_type)).collect();
        if self.kind != ResponseKind::Success {
            let problem = media_type(json!({"$ref": "#/components/schemas/Problem"}), self.example.as_slice());
            content.insert("application/problem+json".to_owned(), problem);
        }
        if self.kind == ResponseKind::ProblemPage {
            content.extend([ResponseContent::Text("text/html").media_type()]);
        }
        if !content.is_empty() {
            answer.insert("content".to_owned(), content.into());
        }
        answer.into()
    }

    fn text(self) -> String {
        let mut text = self.description.to_owned();
        for (at, code) in self.codes.iter().enumerate() {
            text.push_str(match at {
                0 => "",
                _ if at.saturating_add(1) == self.codes.len() => " or ",
                _ => ", ",
            });
            text.extend(["`", code.name(), "`"]);
        }
        if self.kind == ResponseKind::ProblemPage {
            text.push_str(", as a page for a browser");
        }
        text
    }
}

impl Header {
    pub(super) const fn required(name: &'static str, description: &'static str) -> Self {
        Self { name, description, is_required: true, kind: "string" }
    }

    pub(super) const fn optional(name: &'static str, description: &'static str) -> Self {
        Self { is_required: false, ..Self::required(name, description) }
    }

    /// A header that holds a number.
    pub(super) const fn number(mut self) -> Self {
        self.kind = "integer";
        self
    }

    fn value(&self) -> Value {
        let mut header = Map::new();
        if self.is_required {
            header.insert("required".into(), true.into());
        }
        if !self.description.is_empty() {
            header.insert("description".into(), self.description.into());
        }
        header.insert("schema".into(), json!({"type": self.kind}));
        header.into()
    }
}

impl ResponseContent {
    fn media_type(&self) -> (String, Value) {
        let (name, schema, examples) = match self {
            Self::Text(name) => (*name, json!({"type": "string"}), [].as_slice()),
            Self::Other(name, schema, examples) => (*name, schema(), *examples),
        };
        (name.to_owned(), media_type(schema, examples))
    }
}

/// The media type of a body: its schema, and references to its examples in docs/contract.
pub(super) fn media_type(schema: Value, examples: &[&str]) -> Value {
    let mut body = Map::from_iter([("schema".to_owned(), schema)]);
    if !examples.is_empty() {
        let refer = |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/examples/{name}")}));
        body.insert("examples".to_owned(), Value::Object(examples.iter().map(refer).collect()));
    }
    body.into()
}

/// The header that every response has.
const REQUEST_ID: Header = Header::required("X-Request-Id", "identifier of this request, also used in the log");
