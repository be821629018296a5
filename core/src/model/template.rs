//! Templates: targets with placeholders for the path and the query of the visitor, and for the date.
//!
//! A placeholder may be in the path, the query or the fragment. It has none of the characters `#`, `?`, `/` and `&`, so
//! splitting a URL there never splits a placeholder. All other braces are plain text.

use crate::model::field_error::{FieldCode, FieldError};

/// Limit of placeholders per target. Each one searches the visitor's whole query.
const MAX_PLACEHOLDERS: usize = 20;

/// Characters that split a URL or begin another placeholder.
const NEVER_INSIDE: &[u8; 5] = b"/?#&{";

/// Part of a template: literal text or a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder<'a>),
}

/// A placeholder: the value to fill in, and a default for an empty value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    pub(crate) what: PlaceholderValue<'a>,
    pub(crate) default: &'a str,
}

/// Value that a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceholderValue<'a> {
    /// `{path}`: all path segments after the alias.
    Path,
    /// `{path.0}`: one path segment after the alias.
    Segment(usize),
    /// `{query.x}`: the visitor's first parameter with this name, which is encoded as in a query.
    Query(&'a str),
    /// `{date}`: the day in UTC.
    Date,
}

impl<'a> Placeholder<'a> {
    /// Parses the text between the braces.
    fn parse(inside: &'a str) -> Result<Self, FieldError> {
        let (name, default) = inside.split_once('|').map_or((inside, None), |(name, default)| (name, Some(default)));
        let (kind, detail) = name.split_once('.').map_or((name, None), |(kind, detail)| (kind, Some(detail)));
        let what = match (kind, detail) {
            ("path", None) => PlaceholderValue::Path,
            ("path", Some(number)) => PlaceholderValue::Segment(
                digit(number).ok_or_else(|| FieldError::invalid("a path segment must be one of {path.0} to {path.9}"))?,
            ),
            ("query", Some(name)) if !name.is_empty() && !name.contains('=') => PlaceholderValue::Query(name),
            ("query", _) => return Err(FieldError::invalid("{query.name} must name a parameter, written as in a query")),
            _ if inside == "date" => PlaceholderValue::Date,
            _ => return Err(FieldError::invalid("{date} takes no parts and no default")),
        };
        Ok(Self { what, default: default.unwrap_or_default() })
    }
}

fn digit(text: &str) -> Option<usize> {
    text.parse().ok().filter(|_| text.len() == 1)
}

/// Splits a template into its pieces, in order.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text }
}

/// Iterator over the pieces of a template.
pub(crate) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, FieldError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, rest) = self.rest.split_at_checked(find_placeholder(self.rest).unwrap_or(self.rest.len()))?;
        if !text.is_empty() {
            self.rest = rest;
            return Some(Ok(Piece::Text(text)));
        }
        let inside = rest.strip_prefix('{')?.split_once('}').filter(|(inside, _)| !inside.bytes().any(|byte| NEVER_INSIDE.contains(&byte)));
        self.rest = inside.map_or("", |(_, rest)| rest);
        let malformed = || FieldError::invalid("a placeholder must end with } and must not contain / ? # & or {");
        let placeholder = inside.ok_or_else(malformed).and_then(|(inside, _)| Placeholder::parse(inside));
        Some(placeholder.map(Piece::Placeholder))
    }
}

/// The position of the first placeholder.
fn find_placeholder(text: &str) -> Option<usize> {
    let is_placeholder = |at: &usize| {
        let inside = text.get(*at..).and_then(|text| text.strip_prefix('{')).unwrap_or_default();
        let name = ["path", "query", "date"].into_iter().find_map(|name| inside.strip_prefix(name));
        name.is_some_and(|after| after.starts_with(['}', '.', '|']))
    };
    text.match_indices('{').map(|(at, _)| at).find(is_placeholder)
}

/// A URL, split as browsers do it.
pub(crate) struct UrlParts<'a> {
    /// Scheme, host and port.
    pub(crate) origin: &'a str,
    /// With its leading `/`, or empty.
    pub(crate) path: &'a str,
    /// Without `?` and `#`.
    pub(crate) query: Option<&'a str>,
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> UrlParts<'a> {
    pub(crate) fn parse(url: &'a str) -> Self {
        let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
        let (url, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
        let authority = url.split_once(':').and_then(|(_, rest)| rest.strip_prefix("//")).unwrap_or(url);
        let path = authority.find('/').and_then(|at| authority.get(at..)).unwrap_or_default();
        Self { origin: url.strip_suffix(path).unwrap_or(url), path, query, fragment }
    }
}

/// Checks the placeholders of a target.
///
/// # Errors
/// The rule that a placeholder breaks.
pub(crate) fn check(url: &str) -> Result<(), FieldError> {
    let parts = UrlParts::parse(url);
    if find_placeholder(parts.origin).is_some() {
        return Err(FieldError::invalid("a placeholder must come after the host: in the path, the query or the fragment"));
    }
    let (mut count, mut before) = (0_usize, "");
    for piece in pieces(url) {
        match piece? {
            Piece::Text(text) => before = text,
            Piece::Placeholder(placeholder) => {
                if ends_inside_percent_encoding(before) || ends_inside_percent_encoding(placeholder.default) {
                    return Err(FieldError::invalid(
                        "the text before a placeholder and its default must not end with an incomplete percent-encoding",
                    ));
                }
                (count, before) = (count.saturating_add(1), "");
            }
        }
    }
    if count > MAX_PLACEHOLDERS {
        return Err(FieldError::new(FieldCode::TooMany, format!("a target must have at most {MAX_PLACEHOLDERS} placeholders")));
    }
    check_path(parts.path)
}

/// Checks the path. A visitor can send any number of segments, so `..` after a placeholder could remove other segments.
fn check_path(path: &str) -> Result<(), FieldError> {
    let mut after_placeholder = false;
    for segment in path.split('/') {
        let has_dot_default = |piece| matches!(piece, Ok(Piece::Placeholder(placeholder)) if has_dot_segment(placeholder.default));
        if pieces(segment).any(has_dot_default) {
            return Err(FieldError::invalid("the default of a placeholder in the path must not be . or .."));
        }
        after_placeholder = after_placeholder || find_placeholder(segment).is_some();
        if after_placeholder && find_placeholder(segment).is_none() && has_dot_segment(segment) {
            return Err(FieldError::invalid("the path must not have the segments . or .. after a placeholder"));
        }
    }
    Ok(())
}

/// Whether `text` ends within a percent-encoding such as `%2F`.
fn ends_inside_percent_encoding(text: &str) -> bool {
    text.ends_with('%') || text.strip_suffix(|c: char| c.is_ascii_hexdigit()).is_some_and(|text| text.ends_with('%'))
}

/// Whether some client or server may read a path segment as `.` or `..`, or as several segments with one of these.
///
/// Browsers read `%2e` as a dot. Some servers read `%2F` and `%5C` as `/` before they resolve dots; some ignore text
/// after `;`.
pub(crate) fn has_dot_segment(segment: &str) -> bool {
    if !segment.contains(['.', '%']) {
        return false;
    }
    let lower = segment.to_ascii_lowercase();
    let mut parts = lower.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = [("2e", "."), ("2f", "/"), ("5c", "/")].into_iter().find_map(|(code, what)| Some((what, part.strip_prefix(code)?)));
        let (what, rest) = known.unwrap_or(("%", part));
        text.extend([what, rest]);
    }
    text.split('/').any(|part| matches!(part.split(';').next(), Some("." | "..")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Piece<'_>> {
        pieces(text).map(Result::unwrap).collect()
    }

    fn placeholder<'a>(what: PlaceholderValue<'a>, default: &'a str) -> Piece<'a> {
        Piece::Placeholder(Placeholder { what, default })
    }

    #[test]
    fn templates_split_into_text_and_placeholders() {
        for (text, what, default) in [
            ("{path}", PlaceholderValue::Path, ""),
            ("{path|}", PlaceholderValue::Path, ""),
            ("{path|all}", PlaceholderValue::Path, "all"),
            ("{path.0}", PlaceholderValue::Segment(0), ""),
            ("{path.9|a|b.c=d%20}", PlaceholderValue::Segment(9), "a|b.c=d%20"),
            ("{query.x}", PlaceholderValue::Query("x"), ""),
            ("{query.a.b%26+|x}", PlaceholderValue::Query("a.b%26+"), "x"),
            ("{date}", PlaceholderValue::Date, ""),
        ] {
            assert_eq!(read(text), [placeholder(what, default)], "{text}");
        }
        let expected =
            [Piece::Text("/{a}"), placeholder(PlaceholderValue::Path, ""), placeholder(PlaceholderValue::Date, ""), Piece::Text("}{")];
        assert_eq!(read("/{a}{path}{date}}{"), expected);
    }

    #[test]
    fn other_braces_are_plain_text() {
        for text in
            ["{x}|\"<>`^", "{}", "{", "{path", "{paths}", "{pathname}", "{path/}", "{PATH}", "{ path}", "{query=x}", "{now}", "{{x}}"]
        {
            assert_eq!(read(text), [Piece::Text(text)], "{text}");
            assert_eq!(check(&format!("https://example.com/{text}")), Ok(()), "{text}");
        }
    }

    #[test]
    fn malformed_placeholders_are_refused() {
        for text in [
            "{path.}",
            "{path.10}",
            "{path.-1}",
            "{path.+1}",
            "{path.a}",
            "{path.0.1}",
            "{path.00}",
            "{path. 0}",
            "{query}",
            "{query|x}",
            "{query.}",
            "{query.|x}",
            "{query.a=b}",
            "{query.a/b}",
            "{query.a?b}",
            "{query.a#b}",
            "{query.a&b}",
            "{query.{x}}",
            "{date.0}",
            "{date|x}",
            "{date|}",
            "{path|{x}}",
            "{path|a/b}",
            "{path|/",
            "{path|x",
            "{path.0|?}",
            "{path.0|#}",
            "{path.0|&}",
            "{query.x|{date}}",
            "{path.0|%}",
            "{path.0|%2}",
            "{path}%{path}",
            "%{path}",
            "a%2{path.0}",
            "%f{date}",
            "{path}%e{query.x}",
        ] {
            for at in ["/", "/a/", "?q=", "/#"] {
                let url = format!("https://example.com{at}{text}");
                assert_eq!(check(&url).map_err(|error| error.code), Err(FieldCode::Invalid), "{url}");
            }
        }
    }

    #[test]
    fn errors_show_the_form_of_the_placeholder() {
        for (text, expected) in [
            ("{path.x}", "{path.0}"),
            ("{query}", "{query.name}"),
            ("{query.}", "{query.name}"),
            ("{date.0}", "{date}"),
            ("{path|/}", "end with }"),
            ("%{path}", "percent-encoding"),
        ] {
            let detail = check(&format!("https://example.com/{text}")).unwrap_err().detail.clone();
            assert!(detail.contains(expected), "{text}: {detail}");
        }
    }

    #[test]
    fn placeholders_before_the_path_are_refused() {
        for url in [
            "https://{path.0}",
            "https://{path.0}/x",
            "https://example.com{path}",
            "https://example.com{path}/x",
            "https://a{query.x}.example/",
            "https://example.com:{path.0}/",
            "https://{path|a/b}/",
            "https://a.{date}?x",
        ] {
            assert_eq!(check(url).map_err(|error| error.code), Err(FieldCode::Invalid), "{url}");
        }
        for url in
            ["https://example.com/{path}", "https://example.com?{path}", "https://example.com#{path}", "https://example.com/%25{path}"]
        {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn dot_segments_after_a_placeholder_are_refused() {
        for (path, is_valid) in [
            ("a/../{path}", true),
            ("a/%2e%2e/b/./{path.0}/c", true),
            (".{path.0}", true),
            ("{path.0}.", true),
            ("{path}/x?y=/../{path}/..#/..", true),
            ("{path}/..", false),
            ("{path.0}/a/%2E./b", false),
            ("{query.x}/.", false),
            ("{path}/..%2f", false),
            ("{path|..}", false),
            ("{path|.}", false),
            ("a{path.0|%2e%2E}", false),
        ] {
            assert_eq!(check(&format!("https://example.com/{path}")).is_ok(), is_valid, "{path}");
        }
    }

    #[test]
    fn targets_have_at_most_20_placeholders() {
        let check = |count| check(&format!("https://example.com/{}", "{date}".repeat(count))).map_err(|error| error.code);
        assert_eq!((check(20), check(21)), (Ok(()), Err(FieldCode::TooMany)));
    }

    #[test]
    fn encoded_and_disguised_dot_segments_are_found() {
        for segment in [".", "..", "%2e", "%2E.", ".%2e", "a%2F..", "..%2fa", "a%5c%2e%2E%5Cb", "..;", "..;x=1", "a%2f.;"] {
            assert!(has_dot_segment(segment), "{segment}");
        }
        for segment in ["", "a", "...", ".a", "a.", "..a", "%252e", "%2e%2e%2e", "a;..", "a%2Fb", "%", "%2"] {
            assert!(!has_dot_segment(segment), "{segment}");
        }
    }
}
