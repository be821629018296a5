//! Absolute URLs: the crate `url` parses them as a browser does; a URL that a browser would repair is refused.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use url::{Host, ParseError, Url};

/// Longest host in bytes. A DNS name has at most 254 with its last dot.
const MAX_HOST_BYTES: usize = 255;

/// A URL that has a host and that all parsers read alike, with the parts of its original text.
#[derive(Debug)]
pub(crate) struct AbsoluteUrl<'a> {
    url: Url,
    scheme: &'a str,
    /// Host and port.
    authority: &'a str,
    /// Path, query and fragment.
    rest: &'a str,
}

/// Why a text is not an absolute URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlError {
    Characters,
    NoScheme,
    NoSlashes,
    Credentials,
    Host,
    Port,
}

impl<'a> AbsoluteUrl<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, UrlError> {
        // Browsers drop blanks and control characters and read `\` as `/`.
        if text.bytes().any(|byte| byte <= 0x20 || byte == 0x7F || byte == b'\\') {
            return Err(UrlError::Characters);
        }
        let scheme = scheme(text).ok_or(UrlError::NoScheme)?;
        let after = text.get(scheme.len()..).and_then(|after| after.strip_prefix("://")).ok_or(UrlError::NoSlashes)?;
        let (authority, rest) = after.split_at_checked(after.find(['/', '?', '#']).unwrap_or(after.len())).unwrap_or((after, ""));
        // The parser does not report credentials whose name and password are empty.
        if authority.contains('@') {
            return Err(UrlError::Credentials);
        }
        // Browsers look for the host of `https:///x` behind all slashes.
        if authority.is_empty() {
            return Err(UrlError::Host);
        }
        let url = Url::parse(text).map_err(|error| if error == ParseError::InvalidPort { UrlError::Port } else { UrlError::Host })?;
        if url.host_str().is_none_or(|host| host.is_empty() || host.len() > MAX_HOST_BYTES) {
            return Err(UrlError::Host);
        }
        Ok(Self { url, scheme, authority, rest })
    }

    /// The scheme in small letters.
    pub(crate) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    pub(crate) fn host(&self) -> Host<&str> {
        // `parse` checked that there is one.
        self.url.host().unwrap_or(Host::Domain(""))
    }

    /// The port, unless it is the default of the scheme.
    pub(crate) fn port(&self) -> Option<u16> {
        self.url.port()
    }

    /// Path, query and fragment as they were written.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The URL in ASCII: the host in punycode, everything else percent-encoded. ASCII parts stay byte for byte.
    pub(crate) fn to_ascii(&self) -> String {
        let encode = |text| utf8_percent_encode(text, CONTROLS).to_string();
        let Self { scheme, authority, .. } = self;
        // The colon of the port. An IPv6 address, which has other colons, is ASCII.
        let at_colon = authority.find(':').filter(|_| !authority.is_ascii());
        let (host, port) = authority.split_at_checked(at_colon.unwrap_or(authority.len())).unwrap_or((authority, ""));
        let host = if host.is_ascii() { host } else { self.url.host_str().unwrap_or(host) };
        [scheme, "://", host, port, &encode(self.rest)].concat()
    }
}

/// The scheme at the start of `text`, as it is written: a letter, then letters, digits and `+ - .`, before a colon.
pub(crate) fn scheme(text: &str) -> Option<&str> {
    text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme))
}

/// Whether `text` has the form of a scheme.
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_normalized_as_browsers_do() {
        for (written, looked_up) in [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com."),
            ("ex%41mple", "example"),
            ("0x7f.1", "127.0.0.1"),
            ("010.1", "8.0.0.1"),
            ("１", "0.0.0.1"),
            ("[FE80::A]", "[fe80::a]"),
            ("[::1.2.3.4]", "[::102:304]"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("b%C3%BCcher", "xn--bcher-kva"),
            ("faß.de", "xn--fa-hia.de"),
            ("日本。jp", "xn--wgv71a.jp"),
            ("ｅｘ.com", "ex.com"),
            ("a\u{ad}b.c", "ab.c"),
            ("XN--Bcher-KVA.de", "xn--bcher-kva.de"),
            ("אב.com", "xn--4dbc.com"),
            ("نامه\u{200c}ای", "xn--mgba3gch31f060k"),
            ("I❤.ws", "xn--i-7iq.ws"),
        ] {
            let text = format!("https://{written}/");
            let url = AbsoluteUrl::parse(&text).unwrap();
            assert_eq!(url.host().to_string(), looked_up, "{written}");
        }
    }

    #[test]
    fn hosts_that_browsers_reject_are_refused() {
        let long = format!("{}example", "a.".repeat(125));
        for host in [
            "%",
            "%00",
            "%2541",
            "a%20b",
            "a|b",
            "a^b",
            "a<b",
            "[::1",
            "[]",
            "[::1%25eth0]",
            "1.2.3.256",
            "1.2.3.4.5",
            "0xg.1",
            "xn--a",
            "xn--",
            "\u{301}a.b",
            "אa.com",
            "1אב.com",
            "क\u{200d}ष",
            "\u{200c}",
            "℀.com",
            "a\u{fffd}",
            "\u{e000}",
            &long,
        ] {
            let text = format!("https://{host}/");
            assert_eq!(AbsoluteUrl::parse(&text).err(), Some(UrlError::Host), "{host}");
        }
    }

    #[test]
    fn hosts_of_other_schemes_are_percent_encoded() {
        for (text, host) in [("my-app://Open/x", "Open"), ("my-app://%31.ü", "%31.%C3%BC"), ("my-app://[::1]:70", "[::1]")] {
            assert_eq!(AbsoluteUrl::parse(text).unwrap().host().to_string(), host);
        }
        for text in ["my-app:///x", "my-app://a^b", "my-app://:80"] {
            assert_eq!(AbsoluteUrl::parse(text).err(), Some(UrlError::Host), "{text}");
        }
    }

    #[test]
    fn urls_that_browsers_repair_are_refused() {
        for (text, error) in [
            ("https://a.example/ b", UrlError::Characters),
            ("https://a\t.example", UrlError::Characters),
            ("https:\\\\a.example", UrlError::Characters),
            ("a.example", UrlError::NoScheme),
            ("1://a.example", UrlError::NoScheme),
            ("https:a.example", UrlError::NoSlashes),
            ("https:/a.example", UrlError::NoSlashes),
            ("https:///a.example", UrlError::Host),
            ("https://", UrlError::Host),
            ("https://:80", UrlError::Host),
            ("https://@a.example", UrlError::Credentials),
            ("https://:@a.example", UrlError::Credentials),
            ("https://a.example:65536", UrlError::Port),
            ("https://a.example:+80", UrlError::Port),
        ] {
            assert_eq!(AbsoluteUrl::parse(text).err(), Some(error), "{text}");
        }
    }
}
