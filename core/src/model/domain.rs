//! Domains: the hosts of short links, and their origins.

use std::fmt;
use std::net::Ipv6Addr;

use url::Host;

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::field_error::FieldError;

/// Longest domain in bytes. A record key with the longest alias has at most 512.
pub const MAX_BYTES: usize = 120;

/// A normalized host: ASCII, small letters, IPv4 in four decimal parts, no port, no trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Parses a host as people write it, with Unicode and capitals.
    ///
    /// # Errors
    /// The text is not a host, or it is too long.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        Self::from_host(Host::parse(text).map_err(|_| not_a_host())?)
    }

    pub(crate) fn from_host(host: Host<impl AsRef<str>>) -> Result<Self, FieldError> {
        let text = match host {
            Host::Domain(name) => {
                let name = name.as_ref();
                let name = name.strip_suffix('.').unwrap_or(name);
                if !name.split('.').all(is_label) {
                    return Err(not_a_host());
                }
                name.to_ascii_lowercase()
            }
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => ipv6(&address),
        };
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(FieldError::invalid(format!("a domain must have 1 to {MAX_BYTES} bytes")));
        }
        Ok(Self(text))
    }

    /// Wraps a domain that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` is a label of a DNS name. URLs allow more characters, for example `&`.
pub(super) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn not_a_host() -> FieldError {
    FieldError::invalid("this is not a host name: each part between dots must have 1 to 63 letters, digits, - or _")
}

/// Text form of an IPv6 address. An IPv4-mapped address becomes IPv4.
fn ipv6(address: &Ipv6Addr) -> String {
    match address.to_ipv4_mapped() {
        Some(address) => address.to_string(),
        None => format!("[{address}]"),
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A domain with the scheme and port that visitors use: `https://hop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    domain: Domain,
    text: String,
}

impl Origin {
    /// Parses one origin of the setting `HOP_DOMAINS`.
    ///
    /// # Errors
    /// A sentence for the log.
    pub fn parse(text: &str) -> Result<Self, String> {
        let not_an_origin = || format!("\"{text}\" is not an origin: write a scheme and a host, as in https://hop.example");
        let url = AbsoluteUrl::parse(text).map_err(|_| not_an_origin())?;
        if !matches!((url.scheme(), url.rest()), ("http" | "https", "" | "/")) {
            return Err(not_an_origin());
        }
        let domain = Domain::from_host(url.host()).map_err(|error| format!("\"{text}\": {}", error.detail))?;
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        let text = [url.scheme(), "://", domain.as_str(), &port].concat();
        Ok(Self { domain, text })
    }

    /// Whether the scheme is `https`.
    pub(crate) fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// The host alone.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_normalized() {
        for (text, domain) in [
            ("hop.example", "hop.example"),
            ("HOP.Example.", "hop.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("0x7f.1", "127.0.0.1"),
            ("127.0.0.1.", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ] {
            assert_eq!(Domain::parse(text).unwrap().as_str(), domain, "{text}");
        }
    }

    #[test]
    fn invalid_hosts_are_refused() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long = ["a.example"; 14].join(".");
        for text in [
            "",
            ".",
            "a b",
            "hop.example:80",
            "a/b",
            "1.2.3.4.5",
            "a..",
            "a..b",
            ".a",
            "a&b.example",
            "a;b",
            "a'b",
            "%61&",
            "a%26b",
            "[::1",
            "a\tb",
            &long_label,
            &long,
        ] {
            assert!(Domain::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_the_origin_keeps_the_port() {
        let origin = Origin::parse("http://127.0.0.1:8787").unwrap();
        assert_eq!((origin.to_string().as_str(), origin.domain().as_str()), ("http://127.0.0.1:8787", "127.0.0.1"));
        assert_eq!(Origin::parse("https://Hop.example:443/").unwrap().to_string(), "https://hop.example");
    }

    #[test]
    fn origins_must_be_a_scheme_and_a_host() {
        for text in [
            "",
            "hop.example",
            "ftp://hop.example",
            "https://",
            "https://hop.example/x",
            "https://hop.example?x",
            "https://hop.example#x",
            "https://u@hop.example",
            "https://u:p@hop.example",
            "https://:p@hop.example",
        ] {
            let error = Origin::parse(text).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }
}
