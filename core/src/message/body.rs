//! Parsing of JSON bodies and queries, field by field. All errors are collected, so that the client gets them at once.
//!
//! Each JSON body is declared with [`request_body!`] (see [`declaration`]). A query has no declaration: all its values
//! are strings, a name may appear several times, and its parameters are described beside their operations. Its fields
//! are taken one by one.

mod declaration;
#[cfg(feature = "docs")]
pub(crate) mod patterns;
#[cfg(feature = "docs")]
mod schema;
mod types;

use std::collections::BTreeSet;

pub(crate) use self::declaration::{
    Draft, Field, FieldType, Flatten, Ignored, NotNull, Optional, ParseContext, Patch, RequestBody, Required, request_body,
};
#[cfg(feature = "docs")]
pub(crate) use serde_json::{Value as Schema, json as schema};

#[cfg(feature = "docs")]
pub(crate) use self::schema::{Component, DEFINITION, ObjectSchema, component, with};
pub(crate) use self::types::{List, NonEmpty, OpaqueText, Set, Template, Unread, WhyNotEmpty, text_types};
pub(crate) use crate::message::json_value::JsonValue;
#[cfg(feature = "docs")]
pub(crate) use crate::message::json_value::LARGEST_NUMBER;
use crate::message::problem::Problem;
use crate::message::request::Body;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors, LocatedError};

/// The fields of an object that have not been read yet, and the errors found so far.
#[derive(Clone)]
pub(crate) struct Fields {
    entries: Vec<(String, JsonValue)>,
    errors: Vec<LocatedError>,
}

impl Fields {
    /// Parses a body that must be one object.
    pub(crate) fn parse(body: &Body, limit: usize) -> Result<Self, Problem> {
        let json_value =
            JsonValue::parse(body.bytes(limit)?).map_err(|error| Problem::malformed_json(format!("The body is not JSON: {error}.")))?;
        Self::from_json(json_value).map_err(Problem::wrong_body)
    }

    /// The fields of a CSV row.
    pub(crate) fn of_entries(entries: Vec<(String, JsonValue)>) -> Self {
        Self { entries, errors: Vec::new() }
    }

    /// Whether the field `name` is present and not null.
    pub(crate) fn has_value(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, value)| key == name && !matches!(value, JsonValue::Null))
    }

    /// Whether the field `name` is present, even as null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key == name)
    }

    /// Removes the field `name` without reading it.
    pub(crate) fn skip(&mut self, name: &str) {
        self.entries.retain(|(key, _)| key != name);
    }

    /// The fields of an object, which may be a body or a part of one.
    pub(crate) fn from_json(json_value: JsonValue) -> Result<Self, FieldError> {
        Ok(Self { entries: json_value.object()?, errors: Vec::new() })
    }

    /// Parses the query of a URL. Every value is a string.
    pub(crate) fn query(query: &str) -> Self {
        let entries = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), JsonValue::Text(value.into_owned())))
            .collect();
        Self { entries, errors: Vec::new() }
    }

    /// Takes the field `name`, if it is present and not null.
    pub(crate) fn take<T, W: IntoFieldErrors>(&mut self, name: &str, parse: impl FnOnce(JsonValue) -> Result<T, W>) -> Option<T> {
        match self.pick(name)? {
            JsonValue::Null => None,
            json_value => self.ok_or_record(name, parse(json_value)),
        }
    }

    /// Takes all fields called `name`. An error in one of them is an error of the name.
    pub(crate) fn take_all<T>(&mut self, name: &str, parse: impl Fn(JsonValue) -> Result<T, FieldError>) -> Vec<T> {
        let (found, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|(key, _)| key == name);
        self.entries = left;
        let parsed: Result<Vec<T>, FieldError> = found.into_iter().map(|(_, value)| parse(value)).collect();
        parsed.map_err(|error| self.refuse(name, error)).unwrap_or_default()
    }

    /// Takes the field `name` of a merge patch. An invalid one counts as absent, and its error is recorded.
    pub(crate) fn take_patch<T, W: IntoFieldErrors>(&mut self, name: &str, parse: impl FnOnce(JsonValue) -> Result<T, W>) -> Patch<T> {
        match self.pick(name) {
            None => Patch::Absent,
            Some(JsonValue::Null) => Patch::Null,
            Some(json_value) => self.ok_or_record(name, parse(json_value)).map_or(Patch::Absent, Patch::Set),
        }
    }

    /// Takes the text field `name`, if it is present and not null.
    pub(crate) fn take_text<T>(&mut self, name: &str, parse: impl FnOnce(String) -> Result<T, FieldError>) -> Option<T> {
        self.take(name, |json_value| parse(json_value.text()?))
    }

    /// Removes and returns the field `name`. A duplicate field is an error.
    fn pick(&mut self, name: &str) -> Option<JsonValue> {
        let at = self.entries.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.entries.remove(at);
        let others = self.entries.len();
        self.skip(name);
        if self.entries.len() < others {
            self.refuse(name, FieldError::new(FieldCode::Duplicate, "this field appears more than once"));
            return None;
        }
        Some(value)
    }

    /// The value that was read from the field `name`. Errors are recorded.
    fn ok_or_record<T, W: IntoFieldErrors>(&mut self, name: &str, read: Result<T, W>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(wrong) => {
                wrong.record_in(self, name);
                None
            }
        }
    }

    fn refuse_all(&mut self, name: &str, wrong: FieldErrors) {
        for error in wrong {
            self.refuse(name, error);
        }
    }

    /// Takes the field `name`. A missing field or null is an error.
    pub(crate) fn need<T, W: IntoFieldErrors>(&mut self, name: &str, parse: impl FnOnce(JsonValue) -> Result<T, W>) -> Option<T> {
        let errors_before = self.errors.len();
        let value = self.take(name, parse);
        if value.is_none() && self.errors.len() == errors_before {
            self.refuse(name, FieldError::new(FieldCode::Required, "this field is required"));
        }
        value
    }

    /// Ends the reading. Remaining fields are unknown; if there are errors, the problem lists all of them.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        self.refuse_the_rest();
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Problem::invalid_fields(self.errors)),
        }
    }

    /// Ends the reading of a body and returns all errors. Remaining fields are unknown.
    fn end(mut self) -> FieldErrors {
        self.refuse_the_rest();
        self.into_errors()
    }

    /// Ends the reading of an object that cannot be read further, and returns the errors found so far. Remaining fields
    /// are not checked.
    pub(crate) fn into_errors(self) -> FieldErrors {
        self.errors.into_iter().map(|located| located.error.at_pointer(located.field)).collect()
    }

    fn refuse_the_rest(&mut self) {
        let unknown: BTreeSet<String> = self.entries.drain(..).map(|(name, _)| name).collect();
        for name in unknown {
            self.refuse(&name, FieldError::new(FieldCode::Unknown, "this field is unknown"));
        }
    }

    /// Records an error of the field `name`.
    pub(crate) fn refuse(&mut self, name: &str, error: FieldError) {
        self.errors.push(LocatedError { field: pointer(name) + &error.at, error });
    }
}

/// The errors of one field: a single one, or all errors within its value.
pub(crate) trait IntoFieldErrors {
    fn record_in(self, fields: &mut Fields, name: &str);
}

impl IntoFieldErrors for FieldError {
    fn record_in(self, fields: &mut Fields, name: &str) {
        fields.refuse(name, self);
    }
}

impl IntoFieldErrors for FieldErrors {
    fn record_in(self, fields: &mut Fields, name: &str) {
        fields.refuse_all(name, self);
    }
}

/// The JSON Pointer of a field of the outermost object. A name of more than 64 characters is cut.
pub(crate) fn pointer(name: &str) -> String {
    const LONGEST: usize = 64;
    let mut pointer = String::from("/");
    for character in name.chars().take(LONGEST) {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
    if name.chars().nth(LONGEST).is_some() {
        pointer.push('…');
    }
    pointer
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::memory::LIMITS;
    use crate::model::config::Config;

    /// Parses a body on the memory edge of a deployment at `https://hop.example`.
    pub(crate) fn drafted<B: RequestBody>(json: &str) -> Draft<B> {
        in_context(|context| B::read(&Body::Whole(json.into()), 100_000, context)).unwrap()
    }

    /// Parses the value of a field there.
    pub(crate) fn parsed<T: FieldType>(json: &str) -> Result<T::Value, FieldErrors> {
        in_context(|context| T::parse(JsonValue::parse(json.as_bytes()).unwrap(), context))
    }

    fn in_context<T>(read: impl FnOnce(&ParseContext<'_>) -> T) -> T {
        let config = Config::parse(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".to_owned()), |_| None).unwrap();
        read(&ParseContext { config: &config, edge_limits: &LIMITS })
    }

    fn fields(json: &str) -> Fields {
        Fields::parse(&Body::Whole(json.into()), 1_000).unwrap()
    }

    fn errors(problem: &Problem) -> Vec<(&str, FieldCode)> {
        problem.errors.iter().map(|located| (located.field.as_str(), located.error.code)).collect()
    }

    #[test]
    fn null_counts_as_absent() {
        let mut fields = fields(r#"{"a":"x","b":null,"c":3}"#);
        assert_eq!(fields.take("a", JsonValue::text), Some("x".into()));
        assert_eq!(fields.take("b", JsonValue::text), None);
        assert_eq!(fields.take("c", JsonValue::natural), Some(3));
        assert_eq!(fields.take("d", JsonValue::text), None);
        assert_eq!(fields.finish(Some(5)).unwrap(), 5);
    }

    #[test]
    fn patch_distinguishes_absent_from_null() {
        let mut fields = fields(r#"{"a":"new","b":null,"d":7}"#);
        let mut patch = |name| fields.take_patch(name, JsonValue::text);
        assert_eq!(["a", "b", "c", "d"].map(&mut patch), [Patch::Set("new".into()), Patch::Null, Patch::Absent, Patch::Absent]);
        assert_eq!(errors(&fields.finish(Some(())).unwrap_err()), [("/d", FieldCode::WrongType)]);
    }

    #[test]
    fn all_field_errors_are_listed_at_once() {
        let mut fields = fields(r#"{"a":1,"b":-1,"c":1.5,"d":true,"e":"x","e":"y","f/~":{},"z":[],"n":null}"#);
        assert_eq!(fields.take("a", JsonValue::text), None);
        assert_eq!(fields.take("b", JsonValue::natural), None);
        assert_eq!(fields.take("c", JsonValue::natural), None);
        assert_eq!(fields.take("d", JsonValue::text), None);
        assert_eq!(fields.take("e", JsonValue::text), None);
        assert_eq!(fields.need("n", JsonValue::text), None);
        assert_eq!(fields.need("m", JsonValue::text), None);
        assert_eq!(fields.need("z", JsonValue::text), None);
        let problem = fields.finish(Some(())).unwrap_err();
        use FieldCode::{Duplicate, Required, Unknown, WrongType};
        assert_eq!(
            errors(&problem),
            [
                ("/a", WrongType),
                ("/b", WrongType),
                ("/c", WrongType),
                ("/d", WrongType),
                ("/e", Duplicate),
                ("/n", Required),
                ("/m", Required),
                ("/z", WrongType),
                ("/f~1~0", Unknown),
            ]
        );
    }

    #[test]
    fn finish_without_a_value_fails() {
        assert!(fields("{}").finish(None::<()>).is_err());
    }

    #[test]
    fn body_must_be_an_object() {
        for json in ["[]", "\"x\"", "1", "null", "true", "-1.5"] {
            let problem = Fields::parse(&Body::Whole(json.into()), 1_000).err().unwrap();
            assert_eq!(errors(&problem), [("", FieldCode::WrongType)], "{json}");
        }
    }

    #[test]
    fn body_that_is_not_json_is_malformed() {
        let deep = "[".repeat(900);
        for json in ["", "{", "{]", "{\"a\":1,}", "nul", "{}x", "\u{feff}{}", "{\"a\":\"\\ud800\"}", deep.as_str()] {
            let problem = Fields::parse(&Body::Whole(json.into()), 1_000).err().unwrap();
            assert_eq!(problem.code.name(), "malformed_json", "{json}");
            assert!(problem.errors.is_empty());
        }
        for body in [Body::Broken, Body::Whole(vec![b'"', 0xFF, b'"'])] {
            assert_eq!(Fields::parse(&body, 1_000).err().unwrap().code.name(), "malformed_json");
        }
    }

    #[test]
    fn body_nesting_is_limited_to_127() {
        let code = |depth: usize| {
            let json = format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
            Fields::parse(&Body::Whole(json.into()), 1_000).err().map(|problem| problem.code.name())
        };
        assert_eq!((code(127), code(128)), (None, Some("malformed_json")));
    }

    #[test]
    fn body_over_its_limit_is_too_large() {
        for body in [Body::TooLarge, Body::Whole(vec![b' '; 1_001])] {
            assert_eq!(Fields::parse(&body, 1_000).err().unwrap().code.name(), "too_large");
        }
        let mut longest = vec![b' '; 998];
        longest.extend(b"{}");
        assert!(Fields::parse(&Body::Whole(longest), 1_000).is_ok());
    }

    #[test]
    fn query_is_read_like_a_body() {
        let mut fields = Fields::query("a=x%20y+z&b=1&b=2&%C3%A9=&&c");
        assert_eq!(fields.take("a", JsonValue::text), Some("x y z".into()));
        assert_eq!(fields.take("b", JsonValue::text), None);
        let problem = fields.finish(Some(())).unwrap_err();
        use FieldCode::{Duplicate, Unknown};
        assert_eq!(errors(&problem), [("/b", Duplicate), ("/c", Unknown), ("/é", Unknown)]);
    }

    #[test]
    fn take_all_returns_every_value() {
        let mut fields = Fields::query("a=1&b=x&a=2&c=3");
        assert_eq!(fields.take_all("a", JsonValue::text), ["1", "2"]);
        assert!(fields.take_all("a", JsonValue::text).is_empty());
        assert!(fields.take_all("b", |_| Err::<(), _>(FieldError::invalid("no"))).is_empty());
        use FieldCode::{Invalid, Unknown};
        assert_eq!(errors(&fields.finish(Some(())).unwrap_err()), [("/b", Invalid), ("/c", Unknown)]);
    }

    #[test]
    fn pointer_cuts_long_names() {
        assert_eq!(pointer(&"é".repeat(64)), format!("/{}", "é".repeat(64)));
        assert_eq!(pointer(&"é".repeat(65)), format!("/{}…", "é".repeat(64)));
    }
}
