//! JSON bodies and queries: read into a tree that keeps doubled keys, then taken apart field by field, every error collected.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use url::form_urlencoded;

use crate::error::{FieldCode, FieldError, Problem, Refusal};
use crate::request::Body;

/// A JSON value as it was sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// A whole number that is not negative.
    Natural(u64),
    OtherNumber,
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn text(self) -> Result<String, Refusal> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(other.is_not("a string")),
        }
    }

    pub(crate) fn natural(self) -> Result<u64, Refusal> {
        match self {
            Self::Natural(number) => Ok(number),
            other => Err(other.is_not("a whole number")),
        }
    }

    pub(crate) fn boolean(self) -> Result<bool, Refusal> {
        match self {
            Self::Bool(value) => Ok(value),
            other => Err(other.is_not("true or false")),
        }
    }

    pub(crate) fn list(self) -> Result<Vec<Self>, Refusal> {
        match self {
            Self::Array(items) => Ok(items),
            other => Err(other.is_not("an array")),
        }
    }

    fn is_not(&self, wanted: &str) -> Refusal {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Natural(_) => "a number",
            Self::OtherNumber => "a number below zero or with a fraction",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        };
        Refusal::new(FieldCode::WrongType, format!("this is {found}, not {wanted}"))
    }
}

/// The fields of a body that is one object.
pub(crate) struct Fields {
    entries: Vec<(String, Tree)>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a body.
    pub(crate) fn read(body: &Body, limit: usize) -> Result<Self, Problem> {
        let bytes = match body {
            Body::Whole(bytes) if bytes.len() <= limit => bytes,
            Body::Whole(_) | Body::TooLarge => return Err(Problem::too_large(limit)),
            Body::Broken => return Err(Problem::malformed_json("The body ended too early.")),
        };
        let tree = serde_json::from_slice(bytes).map_err(|error| Problem::malformed_json(format!("The body is not JSON: {error}.")))?;
        let Tree::Object(entries) = tree else {
            return Err(Problem::invalid_fields(vec![FieldError { field: String::new(), refusal: tree.is_not("an object") }]));
        };
        Ok(Self { entries, errors: Vec::new() })
    }

    /// Reads what stands after the `?` of an address, each value a string.
    pub(crate) fn query(query: &str) -> Self {
        let entries =
            form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), Tree::Text(value.into_owned()))).collect();
        Self { entries, errors: Vec::new() }
    }

    /// Takes the field `name` out, if it is there and not null.
    pub(crate) fn take<T>(&mut self, name: &str, parse: impl FnOnce(Tree) -> Result<T, Refusal>) -> Option<T> {
        self.take_or_null(name, |tree| if tree == Tree::Null { Ok(None) } else { parse(tree).map(Some) }).flatten()
    }

    fn take_or_null<T>(&mut self, name: &str, parse: impl FnOnce(Tree) -> Result<T, Refusal>) -> Option<T> {
        let (found, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|(key, _)| key == name);
        self.entries = left;
        let mut found = found.into_iter().map(|(_, value)| value);
        let value = found.next()?;
        if found.next().is_some() {
            self.refuse(name, Refusal::new(FieldCode::Duplicate, "this field stands more than once"));
            return None;
        }
        parse(value).map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// Takes every field `name` out; what is wrong with one is said of all.
    pub(crate) fn take_all<T>(&mut self, name: &str, parse: impl Fn(Tree) -> Result<T, Refusal>) -> Vec<T> {
        let (found, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|(key, _)| key == name);
        self.entries = left;
        let parsed: Result<Vec<T>, Refusal> = found.into_iter().map(|(_, value)| parse(value)).collect();
        parsed.map_err(|refusal| self.refuse(name, refusal)).unwrap_or_default()
    }

    /// Takes the field `name` out and lets it change `place`: not there, it changes nothing; null sets it back.
    pub(crate) fn set<T: Default>(&mut self, name: &str, place: &mut T, parse: impl FnOnce(Tree) -> Result<T, Refusal>) {
        if let Some(value) = self.take_or_null(name, |tree| if tree == Tree::Null { Ok(T::default()) } else { parse(tree) }) {
            *place = value;
        }
    }

    /// Takes the field `name` out; it is wrong if it is missing.
    pub(crate) fn need<T>(&mut self, name: &str, parse: impl FnOnce(Tree) -> Result<T, Refusal>) -> Option<T> {
        let errors_before = self.errors.len();
        let value = self.take(name, parse);
        if value.is_none() && self.errors.len() == errors_before {
            self.refuse(name, Refusal::new(FieldCode::Required, "this field is needed"));
        }
        value
    }

    /// Ends the reading: what is left is unknown, and if anything was wrong all of it is told.
    pub(crate) fn finish<T>(mut self, needed: Option<T>) -> Result<T, Problem> {
        let mut unknown: Vec<String> = self.entries.drain(..).map(|(name, _)| name).collect();
        unknown.sort_unstable();
        unknown.dedup();
        for name in unknown {
            self.refuse(&name, Refusal::new(FieldCode::Unknown, "hop does not know this field"));
        }
        match needed {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Problem::invalid_fields(self.errors)),
        }
    }

    /// Notes that a field is wrong.
    pub(crate) fn refuse(&mut self, name: &str, refusal: Refusal) {
        self.errors.push(FieldError { field: pointer(name) + &refusal.at, refusal });
    }
}

/// The JSON Pointer of a field of the outermost object. A name nobody chose in earnest is cut.
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

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Natural(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = fields.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::read(&Body::Whole(json.into()), 1_000).unwrap()
    }

    fn errors(problem: &Problem) -> Vec<(&str, FieldCode)> {
        problem.errors.iter().map(|error| (error.field.as_str(), error.refusal.code)).collect()
    }

    #[test]
    fn what_is_there_is_taken_and_null_is_not_there() {
        let mut fields = fields(r#"{"a":"x","b":null,"c":3}"#);
        assert_eq!(fields.take("a", Tree::text), Some("x".into()));
        assert_eq!(fields.take("b", Tree::text), None);
        assert_eq!(fields.take("c", Tree::natural), Some(3));
        assert_eq!(fields.take("d", Tree::text), None);
        assert_eq!(fields.finish(Some(5)).unwrap(), 5);
    }

    #[test]
    fn a_place_is_set_left_alone_or_set_back() {
        let mut fields = fields(r#"{"a":"new","b":null,"d":7}"#);
        let [mut a, mut b, mut c, mut d] = ["old"; 4].map(|old| Some(old.to_owned()));
        for (name, place) in [("a", &mut a), ("b", &mut b), ("c", &mut c), ("d", &mut d)] {
            fields.set(name, place, |tree| tree.text().map(Some));
        }
        assert_eq!([a.as_deref(), b.as_deref(), c.as_deref(), d.as_deref()], [Some("new"), None, Some("old"), Some("old")]);
        assert_eq!(errors(&fields.finish(Some(())).unwrap_err()), [("/d", FieldCode::WrongType)]);
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let mut fields = fields(r#"{"a":1,"b":-1,"c":1.5,"d":true,"e":"x","e":"y","f/~":{},"z":[],"n":null}"#);
        assert_eq!(fields.take("a", Tree::text), None);
        assert_eq!(fields.take("b", Tree::natural), None);
        assert_eq!(fields.take("c", Tree::natural), None);
        assert_eq!(fields.take("d", Tree::text), None);
        assert_eq!(fields.take("e", Tree::text), None);
        assert_eq!(fields.need("n", Tree::text), None);
        assert_eq!(fields.need("m", Tree::text), None);
        assert_eq!(fields.need("z", Tree::text), None);
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
    fn a_needed_value_that_is_missing_is_never_a_success() {
        assert!(fields("{}").finish(None::<()>).is_err());
    }

    #[test]
    fn a_body_that_is_no_object_is_wrong_as_a_whole() {
        for json in ["[]", "\"x\"", "1", "null", "true", "-1.5"] {
            let problem = Fields::read(&Body::Whole(json.into()), 1_000).err().unwrap();
            assert_eq!(errors(&problem), [("", FieldCode::WrongType)], "{json}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_is_malformed() {
        let deep = "[".repeat(900);
        for json in ["", "{", "{]", "{\"a\":1,}", "nul", "{}x", "\u{feff}{}", "{\"a\":\"\\ud800\"}", deep.as_str()] {
            let problem = Fields::read(&Body::Whole(json.into()), 1_000).err().unwrap();
            assert_eq!(problem.code.name(), "malformed_json", "{json}");
            assert!(problem.errors.is_empty());
        }
        for body in [Body::Broken, Body::Whole(vec![b'"', 0xFF, b'"'])] {
            assert_eq!(Fields::read(&body, 1_000).err().unwrap().code.name(), "malformed_json");
        }
    }

    #[test]
    fn a_body_is_nested_at_most_127_deep() {
        let code = |depth: usize| {
            let json = format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
            Fields::read(&Body::Whole(json.into()), 1_000).err().map(|problem| problem.code.name())
        };
        assert_eq!((code(127), code(128)), (None, Some("malformed_json")));
    }

    #[test]
    fn a_body_over_its_limit_is_too_large() {
        for body in [Body::TooLarge, Body::Whole(vec![b' '; 1_001])] {
            assert_eq!(Fields::read(&body, 1_000).err().unwrap().code.name(), "too_large");
        }
        let mut longest = vec![b' '; 998];
        longest.extend(b"{}");
        assert!(Fields::read(&Body::Whole(longest), 1_000).is_ok());
    }

    #[test]
    fn a_query_is_read_like_a_body() {
        let mut fields = Fields::query("a=x%20y+z&b=1&b=2&%C3%A9=&&c");
        assert_eq!(fields.take("a", Tree::text), Some("x y z".into()));
        assert_eq!(fields.take("b", Tree::text), None);
        let problem = fields.finish(Some(())).unwrap_err();
        use FieldCode::{Duplicate, Unknown};
        assert_eq!(errors(&problem), [("/b", Duplicate), ("/c", Unknown), ("/é", Unknown)]);
    }

    #[test]
    fn a_name_that_may_stand_several_times_is_taken_with_all_its_values() {
        let mut fields = Fields::query("a=1&b=x&a=2&c=3");
        assert_eq!(fields.take_all("a", Tree::text), ["1", "2"]);
        assert!(fields.take_all("a", Tree::text).is_empty());
        assert!(fields.take_all("b", |_| Err::<(), _>(Refusal::invalid("no"))).is_empty());
        use FieldCode::{Invalid, Unknown};
        assert_eq!(errors(&fields.finish(Some(())).unwrap_err()), [("/b", Invalid), ("/c", Unknown)]);
    }

    #[test]
    fn a_name_nobody_chose_in_earnest_is_cut() {
        assert_eq!(pointer(&"é".repeat(64)), format!("/{}", "é".repeat(64)));
        assert_eq!(pointer(&"é".repeat(65)), format!("/{}…", "é".repeat(64)));
    }
}
