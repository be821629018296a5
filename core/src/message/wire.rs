//! Wire types that several endpoints share. A wire type derives `Serialize`, borrows from the domain types and is named
//! `…Json`. One that a single endpoint sends is in the file of its handler. Its doc comments become descriptions in
//! docs/openapi.json.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::message::problem::Problem;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::field_error::LocatedError;

/// Serializes a value as its `Display` text, for example a timestamp as RFC 3339.
pub(crate) struct DisplayText<T>(pub(crate) T);

impl<T: fmt::Display> Serialize for DisplayText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// One page of a list.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "{T}List"))]
pub(crate) struct PageJson<'a, T> {
    /// The items of this page. A page can be empty although another one follows.
    pub(crate) items: &'a [T],
    /// Address of the next page, or `null` at the end of the list.
    pub(crate) next: Option<&'a str>,
}

/// A problem (RFC 9457): a whole response, or the result of one item of a batch or an import. Programs switch on
/// `code`.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Problem"))]
pub(crate) struct ProblemJson<'a> {
    /// Address of the page that explains the code.
    r#type: String,
    /// Short text that is the same for every problem with this code.
    title: &'static str,
    /// Status code of the response, or of the one item.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCodeSchema"))]
    pub(crate) status: u16,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::ProblemCodeSchema"))]
    code: &'static str,
    /// Explanation of this problem, for people.
    detail: &'a str,
    /// Value of the header `X-Request-Id`. The log has the cause of a failure under this identifier.
    request_id: &'a str,
    /// The fields that were refused. At most 50 are listed.
    #[cfg_attr(feature = "docs", schemars(length(max = crate::message::problem::MAX_FIELD_ERRORS)))]
    errors: Vec<FieldErrorJson<'a>>,
}

impl<'a> ProblemJson<'a> {
    pub(crate) fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        let info = problem.code.info();
        Self {
            r#type: format!("/problems/{}", info.name),
            title: info.title,
            status: info.status.as_u16(),
            code: info.name,
            detail: &problem.detail,
            request_id,
            errors: problem.errors.iter().map(FieldErrorJson::new).collect(),
        }
    }

    /// The problem without the list of wrong fields.
    pub(crate) fn without_errors(self) -> Self {
        Self { errors: Vec::new(), ..self }
    }
}

/// A field of the request that was refused.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "FieldError"))]
struct FieldErrorJson<'a> {
    /// JSON Pointer of the field in the body. A query parameter or a header is named like a field: `/limit`,
    /// `/Idempotency-Key`. Empty: the whole body.
    field: &'a str,
    /// Reason of the refusal, for programs.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::FieldCodeSchema"))]
    code: &'static str,
    /// Reason of the refusal, for people.
    detail: &'a str,
}

impl<'a> FieldErrorJson<'a> {
    fn new(located: &'a LocatedError) -> Self {
        Self { field: &located.field, code: located.error.code.name(), detail: &located.error.detail }
    }
}

/// Adds the schema of problems to the document.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<ProblemJson<'_>>();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field_error::{FieldCode, FieldError};
    use crate::model::time::Timestamp;

    #[test]
    fn last_page_has_a_null_next() {
        let items = [DisplayText(Timestamp::from_millis(5))];
        let page = PageJson { items: &items, next: None };
        assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"items":["1970-01-01T00:00:00.005Z"],"next":null}"#);
    }

    #[test]
    fn problem_lists_its_field_errors() {
        let problem = Problem::wrong_field("name", FieldError::new(FieldCode::Required, "say \"a\"/é\u{8}"));
        let json = serde_json::to_string(&ProblemJson::new(&problem, "req_1")).unwrap();
        let (head, errors) = json.split_once(r#","errors":"#).unwrap();
        assert!(head.starts_with(r#"{"type":"/problems/invalid_fields","title":"#), "{head}");
        assert!(head.contains(r#","status":422,"code":"invalid_fields","detail":"#), "{head}");
        assert!(head.ends_with(r#","request_id":"req_1""#), "{head}");
        assert_eq!(errors, r#"[{"field":"/name","code":"required","detail":"say \"a\"/é\b"}]}"#);
    }
}
