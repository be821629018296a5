//! Requests as an adapter passes them to the core: read, but not yet parsed.

use std::io::Read;

use http::Method;

use crate::message::problem::Problem;

/// The largest body of an API request, in bytes. Every edge accepts this size.
pub const BODY_LIMIT: usize = 64 * 1_024;

/// The largest form, in bytes: a password of the most characters, each of four bytes and each byte written as `%hh`,
/// and the name of the field.
pub(crate) const FORM_LIMIT: usize = 16 * 1_024;

/// The largest report of a link, in bytes: the longest texts, each character written with as many escapes as it can have,
/// and a short URL.
pub(crate) const REPORT_LIMIT: usize = 32 * 1_024;

/// The largest body of a batch or an import, in bytes. Every edge can hold it in memory several times.
pub const BULK_LIMIT: usize = 1_024 * 1_024;

/// The method and the URL of a request.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The host of the URL, without port.
    pub host: &'a str,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
}

impl<'a> Head<'a> {
    /// Splits the URL that an edge reports: `http://hop.example:8787/docs?x=1`.
    #[must_use]
    pub fn new(method: &'a Method, url: &'a str) -> Self {
        let scheme_ends = url.as_bytes().windows(3).position(|bytes| bytes == b"://");
        let after_scheme = scheme_ends.and_then(|at| url.get(at.saturating_add(3)..)).unwrap_or(url);
        let (authority, rest) = cut(after_scheme, |byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'));
        let (rest, _fragment) = cut(rest, |byte| byte == b'#');
        let (path, query) = cut(rest, |byte| byte == b'?');
        Self { method, host: host_of(authority), path, query: query.strip_prefix('?').unwrap_or_default() }
    }
}

/// Splits `text` before the first ASCII character that is a separator. For short texts this is much faster than the
/// searches of the standard library.
fn cut(text: &str, is_separator: fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(is_separator);
    at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// The host of an authority, without user, port and the dot of a fully qualified name.
fn host_of(authority: &str) -> &str {
    let has_more = authority.bytes().any(|byte| matches!(byte, b'@' | b':'));
    let host = if has_more { without_user_and_port(authority) } else { authority };
    host.strip_suffix('.').unwrap_or(host)
}

fn without_user_and_port(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((before, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => host,
    }
}

/// The body of a request.
#[derive(Debug)]
pub enum Body {
    /// The complete body.
    Whole(Vec<u8>),
    /// A body of more bytes than [`body_limit`](crate::body_limit) allows. The rest was not read.
    TooLarge,
    /// A body that ended too early or could not be read.
    Broken,
}

impl Body {
    /// The bytes of a complete body of at most `limit` bytes.
    pub(crate) fn bytes(&self, limit: usize) -> Result<&[u8], Problem> {
        match self {
            Self::Whole(bytes) if bytes.len() <= limit => Ok(bytes),
            Self::Whole(_) | Self::TooLarge => Err(Problem::too_large(limit)),
            Self::Broken => Err(Problem::malformed_json("The body ended too early.")),
        }
    }

    /// The bytes of a form of at most `limit` bytes. One that ended too early counts as empty.
    pub(crate) fn form_bytes(&self, limit: usize) -> Result<&[u8], Problem> {
        if let Self::Broken = self { Ok(&[]) } else { self.bytes(limit) }
    }

    /// Reads a body from a blocking reader, never more than one byte over `limit`.
    pub fn read_from(reader: impl Read, limit: usize) -> Self {
        let mut bytes = Vec::new();
        let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        match reader.take(one_more).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() > limit => Self::TooLarge,
            Ok(_) => Self::Whole(bytes),
            Err(_) => Self::Broken,
        }
    }
}

/// A request.
#[derive(Debug)]
pub struct Request<'a, F> {
    /// Its method and URL.
    pub head: Head<'a>,
    /// The headers, the address and the country of the client.
    pub client: &'a F,
    /// Its body, empty if the endpoint takes none.
    pub body: Body,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_split_into_parts() {
        for (url, host, path, query) in [
            ("http://hop.example/docs", "hop.example", "/docs", ""),
            ("https://hop.example:8787/a/b?x=1?y=/#z", "hop.example", "/a/b", "x=1?y=/"),
            ("http://hop.example", "hop.example", "", ""),
            ("http://hop.example.?x", "hop.example", "", "x"),
            ("http://[::1]:80//evil.example/", "[::1]", "//evil.example/", ""),
            ("http://[::1]/", "[::1]", "/", ""),
            ("http://u:p@hop.example:1/", "hop.example", "/", ""),
            ("http://hop.example\\x", "hop.example", "\\x", ""),
            ("http://hop.example/#/?q", "hop.example", "/", ""),
            ("", "", "", ""),
        ] {
            let head = Head::new(&Method::GET, url);
            assert_eq!((head.host, head.path, head.query), (host, path, query), "{url}");
        }
    }

    #[test]
    fn body_is_read_up_to_its_limit() {
        struct Torn;
        impl Read for Torn {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::UnexpectedEof.into())
            }
        }
        assert!(matches!(Body::read_from(&b"abc"[..], 3), Body::Whole(bytes) if bytes == b"abc"));
        assert!(matches!(Body::read_from(&b"abcd"[..], 3), Body::TooLarge));
        assert!(matches!(Body::read_from(std::io::repeat(0), 3), Body::TooLarge));
        assert!(matches!(Body::read_from(Torn, 3), Body::Broken));
    }
}
