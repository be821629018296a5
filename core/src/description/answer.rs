//! What an answer of endpoints is described by.

use serde_json::{Map, Value, json};

use crate::message::problem::Code;

/// An answer of some endpoints.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    name: &'static str,
    description: &'static str,
    /// The problems it may be.
    codes: &'static [Code],
    headers: &'static [Header],
    content: &'static [Content],
    /// The example of a problem.
    example: Option<&'static str>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Success,
    Problem,
    /// A problem, or for a browser a page.
    ProblemPage,
}

/// A header of an answer.
#[derive(Clone, Copy)]
pub(super) struct Header {
    name: &'static str,
    description: &'static str,
    is_required: bool,
    kind: &'static str,
}

/// A body of an answer.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// JSON of the schema with this name, and its examples in docs/contract.
    Json(&'static str, &'static [&'static str]),
    /// Text of this media type.
    Text(&'static str),
    /// Another media type, its schema, and its examples.
    Other(&'static str, fn() -> Value, &'static [&'static str]),
}

impl Answer {
    pub(super) const fn of(name: &'static str, description: &'static str, content: &'static [Content]) -> Self {
        Self { name, description, codes: &[], headers: &[], content, example: None, kind: Kind::Success }
    }

    pub(super) const fn problem(name: &'static str, codes: &'static [Code]) -> Self {
        Self { name, description: "", codes, headers: &[], content: &[], example: None, kind: Kind::Problem }
    }

    pub(super) const fn any_problem(name: &'static str, description: &'static str) -> Self {
        Self { description, ..Self::problem(name, &[]) }
    }

    pub(super) const fn headers(mut self, headers: &'static [Header]) -> Self {
        self.headers = headers;
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    /// The same for whoever may be a person with a browser.
    pub(super) const fn for_browsers(mut self) -> Self {
        if matches!(self.kind, Kind::Problem) {
            self.kind = Kind::ProblemPage;
        }
        self
    }

    /// The name among the components of the document.
    pub(super) fn component(self) -> String {
        if self.kind == Kind::ProblemPage { [self.name, "Page"].concat() } else { self.name.to_owned() }
    }

    /// The answer, with the names and definitions of its headers.
    pub(super) fn json(self) -> Value {
        let headers = self.headers.iter().chain([&REQUEST_ID]).map(|header| (header.name.to_owned(), header.json()));
        let mut answer =
            Map::from_iter([("description".to_owned(), self.text().into()), ("headers".to_owned(), Value::Object(headers.collect()))]);
        let mut content: Map<String, Value> = self.content.iter().map(Content::json).collect();
        if self.kind != Kind::Success {
            let problem = media_type(json!({"$ref": "#/components/schemas/Problem"}), self.example.as_slice());
            content.insert("application/problem+json".to_owned(), problem);
        }
        if self.kind == Kind::ProblemPage {
            content.extend([Content::Text("text/html").json()]);
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
        if self.kind == Kind::ProblemPage {
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

    fn json(&self) -> Value {
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

impl Content {
    fn json(&self) -> (String, Value) {
        let (name, schema, examples) = match self {
            Self::Json(name, examples) => ("application/json", json!({"$ref": format!("#/components/schemas/{name}")}), *examples),
            Self::Text(name) => (*name, json!({"type": "string"}), [].as_slice()),
            Self::Other(name, schema, examples) => (*name, schema(), *examples),
        };
        (name.to_owned(), media_type(schema, examples))
    }
}

/// A body in the document: its schema, and its examples by their names in docs/contract.
pub(super) fn media_type(schema: Value, examples: &[&str]) -> Value {
    let mut body = Map::from_iter([("schema".to_owned(), schema)]);
    if !examples.is_empty() {
        let refer = |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/examples/{name}")}));
        body.insert("examples".to_owned(), Value::Object(examples.iter().map(refer).collect()));
    }
    body.into()
}

/// The header that every answer has.
const REQUEST_ID: Header = Header::required("X-Request-Id", "identifier of this request, also in the log");
