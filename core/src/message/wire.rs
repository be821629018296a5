//! Wire types that several endpoints share. A wire type derives `Serialize`, borrows from the domain types and is named `…Json`;
//! one that a single endpoint sends stands beside its handler.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::message::problem::Problem;
use crate::model::field_error::FieldError;

/// Serializes a value as the text that `Display` writes: a timestamp as RFC 3339.
pub(crate) struct DisplayText<T>(pub(crate) T);

impl<T: fmt::Display> Serialize for DisplayText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// One page of a list, and the address of the next page if there may be one.
#[derive(Serialize)]
pub(crate) struct PageJson<'a, T> {
    pub(crate) items: &'a [T],
    pub(crate) next: Option<&'a str>,
}

/// A problem as RFC 9457 defines it: a whole answer, or the result of one item among many.
#[derive(Serialize)]
pub(crate) struct ProblemJson<'a> {
    r#type: String,
    title: &'static str,
    pub(crate) status: u16,
    code: &'static str,
    detail: &'a str,
    request_id: &'a str,
    errors: Vec<FieldErrorJson<'a>>,
}

impl<'a> ProblemJson<'a> {
    pub(crate) fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        let meaning = problem.code.meaning();
        Self {
            r#type: format!("/problems/{}", meaning.name),
            title: meaning.title,
            status: meaning.status.as_u16(),
            code: meaning.name,
            detail: &problem.detail,
            request_id,
            errors: problem.errors.iter().map(FieldErrorJson::new).collect(),
        }
    }
}

/// A field of the request that was refused, by its JSON Pointer.
#[derive(Serialize)]
struct FieldErrorJson<'a> {
    field: &'a str,
    code: &'static str,
    detail: &'a str,
}

impl<'a> FieldErrorJson<'a> {
    fn new(error: &'a FieldError) -> Self {
        Self { field: &error.field, code: error.refusal.code.name(), detail: &error.refusal.detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field_error::{FieldCode, Refusal};
    use crate::model::time::Timestamp;

    #[test]
    fn unset_fields_of_a_page_are_null() {
        let items = [DisplayText(Timestamp::from_millis(5))];
        let page = PageJson { items: &items, next: None };
        assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"items":["1970-01-01T00:00:00.005Z"],"next":null}"#);
    }

    #[test]
    fn a_problem_lists_its_field_errors() {
        let problem = Problem::wrong_field("name", Refusal::new(FieldCode::Required, "say \"a\"/é\u{8}"));
        let json = serde_json::to_string(&ProblemJson::new(&problem, "req_1")).unwrap();
        let (head, errors) = json.split_once(r#","errors":"#).unwrap();
        assert!(head.starts_with(r#"{"type":"/problems/invalid_fields","title":"#), "{head}");
        assert!(head.contains(r#","status":422,"code":"invalid_fields","detail":"#), "{head}");
        assert!(head.ends_with(r#","request_id":"req_1""#), "{head}");
        assert_eq!(errors, r#"[{"field":"/name","code":"required","detail":"say \"a\"/é\b"}]}"#);
    }
}
