//! Destinations: targets compiled for redirects. They fill in or append the path and the query of the visitor.
//!
//! Values of a visitor cannot change the rest of the URL:
//! * Scheme, host, port and the path before the first placeholder come from the owner.
//! * A value stays within one path segment, one parameter or the fragment.
//! * A value that no encoding can keep there, such as `..`, is an error.

mod forward;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::link::ForwardQuery;
use crate::model::target::Target;
use crate::model::template::{self, Piece, Placeholder, PlaceholderValue, UrlParts, has_dot_segment, pieces};
use crate::model::time::Timestamp;

/// Longest URL in bytes. Few browsers and servers accept as much.
const MAX_BYTES: usize = 16 * 1_024;

/// Characters to encode in query values and fragments: all with a special meaning to some software.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Characters to encode in path segments, where more characters are plain.
const SEGMENT: &AsciiSet = &VALUE
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Error of a redirect whose URL would leave the owner's path or be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnsafeLocation;

/// Compiled target of a link or of one of its rules. Cloning it copies a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    target: HeaderValue,
    is_template: bool,
    has_path_placeholder: bool,
    forward_query: ForwardQuery,
    forward_path: bool,
}

impl Destination {
    /// Compiles a target. `None` means that it does not fit a header; hop never saves such a target. A target that is
    /// not a valid template today is used as plain text.
    pub(crate) fn compile(target: &Target, forward_query: ForwardQuery, forward_path: bool) -> Option<Self> {
        let text = target.as_str();
        let is_valid_template = text.contains('{') && template::check(text).is_ok();
        let has_placeholder = |is_wanted: fn(PlaceholderValue<'_>) -> bool| {
            let matches_piece = |piece| matches!(piece, Ok(Piece::Placeholder(placeholder)) if is_wanted(placeholder.what));
            is_valid_template && pieces(text).any(matches_piece)
        };
        Some(Self {
            target: target.location()?,
            is_template: has_placeholder(|_| true),
            has_path_placeholder: has_placeholder(|what| matches!(what, PlaceholderValue::Path | PlaceholderValue::Segment(_))),
            forward_query,
            forward_path,
        })
    }

    /// Whether it uses the path after the alias. If not, a request must not have one.
    pub(crate) fn uses_path(&self) -> bool {
        self.has_path_placeholder || self.forward_path
    }

    /// Memory used, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.target.len()
    }

    /// The `Location` for a visitor with these decoded path segments after the alias and this query.
    ///
    /// # Errors
    /// The URL would leave the owner's path, or it is too long.
    pub(crate) fn location(&self, now: Timestamp, rest: &[Cow<'_, str>], query: &str) -> Result<HeaderValue, UnsafeLocation> {
        let rest = without_leading_slashes(rest);
        let appends_path = self.forward_path && !self.has_path_placeholder && !rest.is_empty();
        let appends_query = self.forward_query != ForwardQuery::Off && !query.is_empty();
        if !(self.is_template || appends_path || appends_query) {
            return Ok(self.target.clone());
        }
        let mut parts = UrlParts::parse(self.target.to_str().map_err(|_| UnsafeLocation)?);
        let visitor = TemplateValues { now, rest, query };
        let [mut path, mut own_query, mut fragment] = [const { String::new() }; 3];
        if self.is_template {
            for segment in parts.path.split_inclusive('/') {
                visitor.fill_segment(segment, &mut path)?;
            }
            visitor.fill(parts.query.unwrap_or_default(), UrlPart::QueryOrFragment, &mut own_query)?;
            visitor.fill(parts.fragment.unwrap_or_default(), UrlPart::QueryOrFragment, &mut fragment)?;
            parts =
                UrlParts { path: &path, query: parts.query.map(|_| &*own_query), fragment: parts.fragment.map(|_| &*fragment), ..parts };
        }
        let mut text = [parts.origin, parts.path].concat();
        if appends_path {
            if !parts.path.ends_with('/') {
                text.push('/');
            }
            let start = text.len();
            visitor.write(PlaceholderValue::Path, UrlPart::Path, &mut text);
            if text.get(start..).is_some_and(has_dot_segment) {
                return Err(UnsafeLocation);
            }
        }
        forward::append_query(parts.query, query, self.forward_query, &mut text);
        if let Some(fragment) = parts.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        check_length(&text)?;
        HeaderValue::try_from(text).map_err(|_| UnsafeLocation)
    }
}

/// Drops leading empty segments, so that `//evil` after an alias cannot become a host. Later slashes are kept, and so
/// is one at the end.
fn without_leading_slashes<'a, 'b>(mut rest: &'a [Cow<'b, str>]) -> &'a [Cow<'b, str>] {
    while let [first, others @ ..] = rest
        && first.is_empty()
        && !others.is_empty()
    {
        rest = others;
    }
    rest
}

fn check_length(text: &str) -> Result<(), UnsafeLocation> {
    if text.len() > MAX_BYTES { Err(UnsafeLocation) } else { Ok(()) }
}

/// Part of a URL in which a value is written.
#[derive(Clone, Copy)]
enum UrlPart {
    Path,
    QueryOrFragment,
}

/// Values that placeholders can have in one visit.
struct TemplateValues<'a> {
    now: Timestamp,
    rest: &'a [Cow<'a, str>],
    query: &'a str,
}

impl TemplateValues<'_> {
    /// Writes part of a template. Returns whether it had placeholders.
    fn fill(&self, template: &str, part: UrlPart, text: &mut String) -> Result<bool, UnsafeLocation> {
        let mut is_filled = false;
        for piece in pieces(template) {
            match piece.map_err(|_| UnsafeLocation)? {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Placeholder(Placeholder { what, default }) => {
                    let before = text.len();
                    self.write(what, part, text);
                    if text.len() == before {
                        text.push_str(default);
                    }
                    is_filled = true;
                }
            }
            check_length(text)?;
        }
        Ok(is_filled)
    }

    /// Writes one segment of the target's path. `{path}` can expand it to several segments.
    fn fill_segment(&self, template: &str, text: &mut String) -> Result<(), UnsafeLocation> {
        let mut segment = String::new();
        let is_filled = self.fill(template, UrlPart::Path, &mut segment)?;
        text.push_str(&segment);
        if is_filled && has_dot_segment(&segment) { Err(UnsafeLocation) } else { check_length(text) }
    }

    fn write(&self, what: PlaceholderValue<'_>, part: UrlPart, text: &mut String) {
        match what {
            PlaceholderValue::Path => {
                for (number, segment) in self.rest.iter().enumerate() {
                    if number > 0 {
                        text.push_str(part.slash());
                    }
                    part.write(segment, text);
                }
            }
            PlaceholderValue::Segment(number) => part.write(self.rest.get(number).map(AsRef::as_ref).unwrap_or_default(), text),
            PlaceholderValue::Query(name) => {
                let name = forward::parameter_name(name).unwrap_or_default();
                let parameter = form_urlencoded::parse(self.query.as_bytes()).find(|(other, _)| *other == name);
                part.write(&parameter.unwrap_or_default().1, text);
            }
            PlaceholderValue::Date => text.push_str(self.now.to_string().split('T').next().unwrap_or_default()),
        }
    }
}

impl UrlPart {
    fn write(self, value: &str, text: &mut String) {
        let to_encode = match self {
            Self::Path => SEGMENT,
            Self::QueryOrFragment => VALUE,
        };
        text.extend(utf8_percent_encode(value, to_encode));
    }

    /// The separator of path segments. It is encoded in a query, where a path is one value.
    fn slash(self) -> &'static str {
        match self {
            Self::Path => "/",
            Self::QueryOrFragment => "%2F",
        }
    }
}
