//! Destinations: targets made ready to be followed, with what a visitor brings filled in or appended.
//!
//! Whatever a visitor sends stays within its place. Scheme, host, port and the path before the first placeholder are the owner's; a
//! value is never more than part of one segment, of one parameter or of the fragment; and what no encoding keeps there leads nowhere.

mod forward;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::link::ForwardQuery;
use crate::model::target::Target;
use crate::model::template::{self, Piece, Placeholder, PlaceholderValue, UrlParts, escapes, pieces};
use crate::model::time::Timestamp;

/// In bytes: a visitor sends no more, and browsers and servers rarely take as much.
const MAX_BYTES: usize = 16 * 1_024;

/// Query values and fragments: what is more than a letter there has a meaning to somebody.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Segments of a path, which may hold more, as they came.
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

/// What a visitor brings would lead out of the owner's path, or makes an address that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Escapes;

/// Where a link or one of its rules leads. To clone it copies a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    target: HeaderValue,
    is_template: bool,
    names_path: bool,
    forward_query: ForwardQuery,
    forward_path: bool,
}

impl Destination {
    /// Nothing for a target that fits no header: hop never saved one. What is no template that could be saved today is followed as it is.
    pub(crate) fn compile(target: &Target, forward_query: ForwardQuery, forward_path: bool) -> Option<Self> {
        let text = target.as_str();
        let can_be_filled = text.contains('{') && template::check(text).is_ok();
        let found = |is_wanted: fn(PlaceholderValue<'_>) -> bool| {
            let is_it = |piece| matches!(piece, Ok(Piece::Placeholder(placeholder)) if is_wanted(placeholder.what));
            can_be_filled && pieces(text).any(is_it)
        };
        Some(Self {
            target: target.location()?,
            is_template: found(|_| true),
            names_path: found(|what| matches!(what, PlaceholderValue::Path | PlaceholderValue::Segment(_))),
            forward_query,
            forward_path,
        })
    }

    /// Whether it makes a difference what follows the alias. Where it makes none, nothing may follow.
    pub(crate) fn uses_path(&self) -> bool {
        self.names_path || self.forward_path
    }

    /// What keeping it costs.
    pub(crate) fn bytes(&self) -> usize {
        self.target.len()
    }

    /// Where it leads a visitor who brings these decoded segments behind the alias, and this query.
    ///
    /// # Errors
    /// When that would be out of the owner's path, or is too long.
    pub(crate) fn lead(&self, now: Timestamp, rest: &[Cow<'_, str>], query: &str) -> Result<HeaderValue, Escapes> {
        let rest = without_leading_slashes(rest);
        let appends_path = self.forward_path && !self.names_path && !rest.is_empty();
        let appends_query = self.forward_query != ForwardQuery::Off && !query.is_empty();
        if !(self.is_template || appends_path || appends_query) {
            return Ok(self.target.clone());
        }
        let mut parts = UrlParts::parse(self.target.to_str().map_err(|_| Escapes)?);
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
            let begins = text.len();
            visitor.write(PlaceholderValue::Path, UrlPart::Path, &mut text);
            if text.get(begins..).is_some_and(escapes) {
                return Err(Escapes);
            }
        }
        forward::append_query(parts.query, query, self.forward_query, &mut text);
        if let Some(fragment) = parts.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        check_length(&text)?;
        HeaderValue::try_from(text).map_err(|_| Escapes)
    }
}

/// `//evil` behind an alias is `evil`: nobody shall take it for a host. Slashes further in are kept, and so is one at the end.
fn without_leading_slashes<'a, 'b>(mut rest: &'a [Cow<'b, str>]) -> &'a [Cow<'b, str>] {
    while let [first, others @ ..] = rest
        && first.is_empty()
        && !others.is_empty()
    {
        rest = others;
    }
    rest
}

fn check_length(text: &str) -> Result<(), Escapes> {
    if text.len() > MAX_BYTES { Err(Escapes) } else { Ok(()) }
}

/// Where in a URL a value stands.
#[derive(Clone, Copy)]
enum UrlPart {
    Path,
    QueryOrFragment,
}

/// What a visitor brings.
struct TemplateValues<'a> {
    now: Timestamp,
    rest: &'a [Cow<'a, str>],
    query: &'a str,
}

impl TemplateValues<'_> {
    /// Writes part of a template, and says whether there was anything to fill in.
    fn fill(&self, template: &str, place: UrlPart, text: &mut String) -> Result<bool, Escapes> {
        let mut is_filled = false;
        for piece in pieces(template) {
            match piece.map_err(|_| Escapes)? {
                Piece::Text(written) => text.push_str(written),
                Piece::Placeholder(Placeholder { what, default }) => {
                    let before = text.len();
                    self.write(what, place, text);
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

    /// Writes a segment of the target's path, which `{path}` makes several of.
    fn fill_segment(&self, template: &str, text: &mut String) -> Result<(), Escapes> {
        let mut segment = String::new();
        let is_filled = self.fill(template, UrlPart::Path, &mut segment)?;
        text.push_str(&segment);
        if is_filled && escapes(&segment) { Err(Escapes) } else { check_length(text) }
    }

    fn write(&self, what: PlaceholderValue<'_>, place: UrlPart, text: &mut String) {
        match what {
            PlaceholderValue::Path => {
                for (number, segment) in self.rest.iter().enumerate() {
                    if number > 0 {
                        text.push_str(place.slash());
                    }
                    place.write(segment, text);
                }
            }
            PlaceholderValue::Segment(number) => place.write(self.rest.get(number).map(AsRef::as_ref).unwrap_or_default(), text),
            PlaceholderValue::Query(name) => {
                let name = forward::name_of(name).unwrap_or_default();
                let found = form_urlencoded::parse(self.query.as_bytes()).find(|(found, _)| *found == name);
                place.write(&found.unwrap_or_default().1, text);
            }
            PlaceholderValue::Date => text.push_str(self.now.to_string().split('T').next().unwrap_or_default()),
        }
    }
}

impl UrlPart {
    fn write(self, value: &str, text: &mut String) {
        let meaningful = match self {
            Self::Path => SEGMENT,
            Self::QueryOrFragment => VALUE,
        };
        text.extend(utf8_percent_encode(value, meaningful));
    }

    /// What stands between segments: a path within a query is one value.
    fn slash(self) -> &'static str {
        match self {
            Self::Path => "/",
            Self::QueryOrFragment => "%2F",
        }
    }
}
