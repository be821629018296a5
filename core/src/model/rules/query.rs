//! Query conditions: tests of one parameter in the visitor's query.

use std::borrow::Cow;

/// Longest parameter name in bytes.
pub(crate) const NAME_BYTES: usize = 64;
/// Longest parameter value in bytes.
pub(crate) const VALUE_BYTES: usize = 512;

/// A parameter and its test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) wanted: QueryTest,
}

/// Test of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueryTest {
    Present,
    Absent,
    Equals(String),
}

impl Query {
    /// Whether the test holds for a query. One occurrence of a repeated parameter is enough.
    pub(super) fn holds(&self, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) -> bool {
        let mut values = parameters.iter().filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        match &self.wanted {
            QueryTest::Present => values.next().is_some(),
            QueryTest::Absent => values.next().is_none(),
            QueryTest::Equals(wanted) => values.any(|value| value == wanted),
        }
    }

    /// Whether no query can pass both tests. Two different values are possible, because a parameter may be repeated.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        self.name == other.name && (self.wanted == QueryTest::Absent) != (other.wanted == QueryTest::Absent)
    }

    /// Whether every query that passes `other` passes this test too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.name == other.name && (self.wanted == other.wanted || self.wanted == QueryTest::Present && other.wanted != QueryTest::Absent)
    }

    /// The API field of the test.
    pub(super) fn field(&self) -> &'static str {
        if matches!(self.wanted, QueryTest::Equals(_)) { "equals" } else { "present" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, wanted: QueryTest) -> Query {
        Query { name: name.into(), wanted }
    }

    #[test]
    fn queries_are_decoded_as_forms() {
        let equals = |value: &str| QueryTest::Equals(value.into());
        for (text, wanted, holds) in [
            ("x=1", QueryTest::Present, true),
            ("x", QueryTest::Present, true),
            ("a&x=&b", QueryTest::Present, true),
            ("%78=1", QueryTest::Present, true),
            ("", QueryTest::Present, false),
            ("X=1&y=x&xx=1", QueryTest::Present, false),
            ("", QueryTest::Absent, true),
            ("y=x", QueryTest::Absent, true),
            ("x", QueryTest::Absent, false),
            ("y&x=1", QueryTest::Absent, false),
            ("x=a+b%26", equals("a b&"), true),
            ("x=%C3%A9", equals("\u{e9}"), true),
            ("x=1&x=2", equals("2"), true),
            ("x=2&x=1", equals("2"), true),
            ("x", equals(""), true),
            ("x=", equals(""), true),
            ("", equals(""), false),
            ("y=2", equals("2"), false),
            ("x=22", equals("2"), false),
            ("x=A", equals("a"), false),
            ("x=%FF", equals("\u{fffd}"), true),
        ] {
            let parameters: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
            assert_eq!(query("x", wanted.clone()).holds(&parameters), holds, "{text} {wanted:?}");
        }
    }

    #[test]
    fn tests_of_one_parameter_exclude_or_cover_others() {
        use QueryTest::{Absent, Present};
        let equals = |value: &str| QueryTest::Equals(value.into());
        for (one, other, excludes, covers) in [
            (Present, Present, false, true),
            (Present, Absent, true, false),
            (Present, equals("1"), false, true),
            (Absent, Absent, false, true),
            (Absent, Present, true, false),
            (Absent, equals("1"), true, false),
            (equals("1"), equals("1"), false, true),
            (equals("1"), equals("2"), false, false),
            (equals("1"), Present, false, false),
            (equals("1"), Absent, true, false),
        ] {
            let (one, same, different) = (query("x", one), query("x", other.clone()), query("y", other));
            assert_eq!((one.excludes(&same), one.covers(&same)), (excludes, covers), "{one:?} {same:?}");
            assert_eq!((one.excludes(&different), one.covers(&different)), (false, false), "{one:?} {different:?}");
        }
    }
}
