//! Domains: the hosts links live on.

use std::fmt;
use std::net::Ipv6Addr;

use url::Host;

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::field_error::FieldError;

/// In bytes, so that a record key fits the 512 bytes of Workers KV beside the longest alias.
pub const MAX_BYTES: usize = 120;

/// A host in its one spelling: ASCII, small letters, IPv4 in four decimal parts, no port, no trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Reads a host as a person writes it, Unicode and capitals included.
    ///
    /// # Errors
    /// When it is no host, or too long.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        Self::from_host(Host::parse(text).map_err(|_| no_host())?)
    }

    pub(crate) fn from_host(host: Host<impl AsRef<str>>) -> Result<Self, FieldError> {
        let text = match host {
            Host::Domain(name) => {
                let name = name.as_ref();
                let name = name.strip_suffix('.').unwrap_or(name);
                if !name.split('.').all(is_label) {
                    return Err(no_host());
                }
                name.to_ascii_lowercase()
            }
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => ipv6(&address),
        };
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(FieldError::invalid(format!("a domain has 1 to {MAX_BYTES} bytes")));
        }
        Ok(Self(text))
    }

    /// A domain hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` can stand between two dots of a name that DNS holds. URLs allow more, `&` for one.
pub(super) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn no_host() -> FieldError {
    FieldError::invalid("this is no host name: between its dots stand up to 63 letters, digits, - and _")
}

/// An IPv4 address written as IPv6 is that IPv4 address.
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

/// A domain and how visitors reach it: `https://hop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    domain: Domain,
    text: String,
}

impl Origin {
    /// Reads one origin of the setting `HOP_DOMAINS`.
    ///
    /// # Errors
    /// With a sentence for the log.
    pub fn parse(text: &str) -> Result<Self, String> {
        let no_origin = || format!("\"{text}\" is no origin: write a scheme and a host, as in https://hop.example");
        let url = AbsoluteUrl::parse(text).map_err(|_| no_origin())?;
        if !matches!((url.scheme(), url.rest()), ("http" | "https", "" | "/")) {
            return Err(no_origin());
        }
        let domain = Domain::from_host(url.host()).map_err(|refusal| format!("\"{text}\": {}", refusal.detail))?;
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        let text = [url.scheme(), "://", domain.as_str(), &port].concat();
        Ok(Self { domain, text })
    }

    /// Whether visitors reach it encrypted.
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
    fn one_host_has_one_spelling() {
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
    fn refuses_what_is_no_host() {
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
    fn an_origin_keeps_its_port_and_its_domain_does_not() {
        let origin = Origin::parse("http://127.0.0.1:8787").unwrap();
        assert_eq!((origin.to_string().as_str(), origin.domain().as_str()), ("http://127.0.0.1:8787", "127.0.0.1"));
        assert_eq!(Origin::parse("https://Hop.example:443/").unwrap().to_string(), "https://hop.example");
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
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
