//! URL paths, split into decoded segments.
//!
//! Dot segments are removed first, `%2e` forms included, and `\` counts as `/`, as in the URL standard. So every edge
//! sees the same path, whether or not its platform normalized the URL before. Each segment is decoded once, after the
//! path was split.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The decoded segments of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    /// The first segment. It is empty for `/`.
    pub(crate) first: Cow<'a, str>,
    pub(crate) rest: Vec<Cow<'a, str>>,
}

impl<'a> Path<'a> {
    /// Parses a percent-encoded path. `None` if a segment is not UTF-8.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        if let Some(word) = plain_segment(path) {
            return Some(Self { first: Cow::Borrowed(word), rest: Vec::new() });
        }
        let mut segments = segments(path).into_iter().map(|segment| percent_decode_str(segment).decode_utf8().ok());
        let (first, rest) = (segments.next()??, segments.collect::<Option<_>>()?);
        Some(Self { first, rest })
    }
}

/// The segment of a path that has only one and needs no decoding. This is the fast path for nearly all requests.
fn plain_segment(path: &str) -> Option<&str> {
    let word = path.strip_prefix('/')?;
    word.bytes().all(|byte| !matches!(byte, b'/' | b'\\' | b'%' | b'.')).then_some(word)
}

/// The segments of a path without its dot segments. A path that ends in one ends in `/`.
fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut segments = Vec::new();
    let mut rest = path.split(['/', '\\']).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match dots(segment) {
            Dots::None => segments.push(segment),
            Dots::One | Dots::Two => {
                if dots(segment) == Dots::Two {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
        }
    }
    segments
}

#[derive(PartialEq)]
enum Dots {
    None,
    One,
    Two,
}

fn dots(segment: &str) -> Dots {
    let Some(b'.' | b'%') = segment.bytes().next() else {
        return Dots::None;
    };
    let is_one_of = |spellings: &[&str]| spellings.iter().any(|spelling| segment.eq_ignore_ascii_case(spelling));
    if is_one_of(&[".", "%2e"]) {
        Dots::One
    } else if is_one_of(&["..", ".%2e", "%2e.", "%2e%2e"]) {
        Dots::Two
    } else {
        Dots::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Option<Vec<String>> {
        let Path { first, rest } = Path::parse(path)?;
        Some(std::iter::once(first).chain(rest).map(Cow::into_owned).collect())
    }

    #[test]
    fn segments_are_split_before_decoding() {
        for (path, segments) in [
            ("", &[""][..]),
            ("/", &[""]),
            ("/docs", &["docs"]),
            ("docs", &["docs"]),
            ("/docs/", &["docs", ""]),
            ("//docs", &["", "docs"]),
            ("/%2F", &["/"]),
            ("/%5Cx", &["\\x"]),
            ("/%252F", &["%2F"]),
            ("/a%2Fb//%C3%A9/", &["a/b", "", "é", ""]),
        ] {
            assert_eq!(parse(path).unwrap(), segments, "{path}");
        }
        assert_eq!((parse("/%ff"), parse("/docs/%ff")), (None, None));
    }

    #[test]
    fn dot_segments_are_removed_in_every_spelling() {
        for (path, segments) in [
            ("/a/../docs", &["docs"][..]),
            ("/a/%2e%2E/docs", &["docs"]),
            ("/a/.%2e/docs", &["docs"]),
            ("/./docs", &["docs"]),
            ("/%2e/docs", &["docs"]),
            ("/../../docs", &["docs"]),
            ("/a\\..\\docs", &["docs"]),
            ("/docs/..", &[""]),
            ("/..", &[""]),
            ("/.", &[""]),
            ("/a/b/..", &["a", ""]),
            ("/docs/%2e%2e%2fadmin", &["docs", "../admin"]),
            ("/docs/%252e%252e", &["docs", "%2e%2e"]),
            ("/...", &["..."]),
            ("/%2e%2e%2e", &["..."]),
        ] {
            assert_eq!(parse(path).unwrap(), segments, "{path}");
        }
    }
}
