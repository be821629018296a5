//! Query forwarding: merges the visitor's query into the query of the target.
//!
//! Parameters are forwarded unchanged. If both queries have a parameter of the same name, only one side is kept. Names
//! are compared after form decoding.

use std::borrow::Cow;
use std::mem;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::model::link::ForwardQuery;
use crate::model::sorted::put_in_order;

/// Characters that browsers encode in a query. `%` is not among them, so encoded text is not encoded twice.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// Appends the query of a target and the forwarded parameters of the visitor to `text`.
pub(super) fn append_query(own: Option<&str>, visitors: &str, forward_query: ForwardQuery, text: &mut String) {
    let mut names = Vec::new();
    own.unwrap_or_default().split('&').filter_map(parameter_name).for_each(|name| put_in_order(&mut names, name));
    // At most as many as the target has, however many a visitor sends.
    let mut replaced = Vec::new();
    let mut added = Vec::new();
    for parameter in visitors.split('&').filter(|parameter| !parameter.is_empty()) {
        let shared = parameter_name(parameter).filter(|name| names.binary_search(name).is_ok());
        match (forward_query, shared) {
            (ForwardQuery::Off, _) | (ForwardQuery::TargetWins, Some(_)) => continue,
            (ForwardQuery::VisitorWins, Some(name)) => put_in_order(&mut replaced, name),
            (_, None) => {}
        }
        added.push(parameter);
    }
    let is_kept = |parameter: &&str| parameter_name(parameter).is_none_or(|name| replaced.binary_search(&name).is_err());
    let mut separator = '?';
    for parameter in own.into_iter().flat_map(|own| own.split('&')).filter(is_kept) {
        text.push(mem::replace(&mut separator, '&'));
        text.push_str(parameter);
    }
    // A target that ends with `?` already has the separator.
    if own == Some("") && !added.is_empty() {
        text.pop();
        separator = '?';
    }
    for parameter in added {
        text.push(mem::replace(&mut separator, '&'));
        text.extend(utf8_percent_encode(parameter, UNSAFE));
    }
}

/// The name of a parameter after form decoding. `None` for an empty text.
pub(super) fn parameter_name(parameter: &str) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(parameter.as_bytes()).next().map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ForwardQuery::{Off, TargetWins, VisitorWins};

    fn appended(own: Option<&str>, visitors: &str, forward_query: ForwardQuery) -> String {
        let mut text = String::new();
        append_query(own, visitors, forward_query, &mut text);
        text
    }

    #[test]
    fn shared_parameters_are_kept_from_one_side() {
        for (own, visitors, target_wins, visitor_wins) in [
            (None, "", "", ""),
            (None, "&&", "", ""),
            (Some(""), "", "?", "?"),
            (Some(""), "&", "?", "?"),
            (None, "a=1", "?a=1", "?a=1"),
            (Some(""), "a=1", "?a=1", "?a=1"),
            (Some("a=1"), "", "?a=1", "?a=1"),
            (Some("a=1"), "b=2&b=3&&c", "?a=1&b=2&b=3&c", "?a=1&b=2&b=3&c"),
            (Some("a=1"), "a=2", "?a=1", "?a=2"),
            (Some("a=1&b=%7e&a&&c"), "a=2&x&a=3", "?a=1&b=%7e&a&&c&x", "?b=%7e&&c&a=2&x&a=3"),
            (Some("a=1&"), "b", "?a=1&&b", "?a=1&&b"),
            (Some("a%20b=1&%61=1"), "a+b=2&a=2", "?a%20b=1&%61=1", "?a+b=2&a=2"),
            (Some("a=1"), "A=2&a%3D=3&%61=4", "?a=1&A=2&a%3D=3", "?A=2&a%3D=3&%61=4"),
            (Some("=1&b"), "=2&=", "?=1&b", "?b&=2&="),
            (Some("q=\"<>`{}|^'#"), "", "?q=\"<>`{}|^'#", "?q=\"<>`{}|^'#"),
        ] {
            assert_eq!(appended(own, visitors, TargetWins), target_wins, "{own:?} {visitors}");
            assert_eq!(appended(own, visitors, VisitorWins), visitor_wins, "{own:?} {visitors}");
            assert_eq!(appended(own, visitors, Off), own.map(|own| format!("?{own}")).unwrap_or_default(), "{own:?} {visitors}");
        }
    }

    #[test]
    fn only_unsafe_characters_are_encoded() {
        for (received, expected) in [
            ("a=%41%zz%&b=%2541", "a=%41%zz%&b=%2541"),
            ("/?:@!$'()*+,;=~-._[]{}|^`\\", "/?:@!$'()*+,;=~-._[]{}|^`\\"),
            ("a b\"<>#\t\r\n\0\u{7f}", "a%20b%22%3C%3E%23%09%0D%0A%00%7F"),
            ("ü=日", "%C3%BC=%E6%97%A5"),
            ("%C3%BC=%FF", "%C3%BC=%FF"),
        ] {
            assert_eq!(appended(None, received, TargetWins), format!("?{expected}"), "{received:?}");
        }
    }

    #[test]
    fn a_query_of_8_kb_is_forwarded() {
        for query in ["x".repeat(8_192), "x&".repeat(4_096), "a=1&".repeat(2_048), (0..1_500).map(|n| format!("{n}&")).collect()] {
            let expected = query.trim_end_matches('&');
            assert_eq!(appended(Some("own"), &query, VisitorWins), format!("?own&{expected}"));
        }
    }
}
