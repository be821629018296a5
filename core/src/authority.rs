//! Absolute URLs, taken apart as they came. Nothing is put right: what browsers forgive and read differently is refused.

use crate::host::Host;

/// A URL before anybody looked at what stands behind `://`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absolute<'a> {
    scheme: &'a str,
    after_scheme: &'a str,
}

/// What stands between `://` and the path, and what follows it.
#[derive(Debug)]
pub(crate) struct Authority<'a> {
    pub(crate) host: Host,
    pub(crate) host_text: &'a str,
    pub(crate) port: Option<u16>,
    pub(crate) port_text: &'a str,
    /// Path, query and fragment.
    pub(crate) rest: &'a str,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    NoSlashes,
    Credentials,
    Host,
    Port,
}

impl<'a> Absolute<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, after_scheme) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme))?;
        Some(Self { scheme, after_scheme })
    }

    /// In small letters.
    pub(crate) fn scheme(&self) -> String {
        self.scheme.to_ascii_lowercase()
    }

    pub(crate) fn authority(&self) -> Result<Authority<'a>, Wrong> {
        let text = self.after_scheme.strip_prefix("//").ok_or(Wrong::NoSlashes)?;
        let (authority, rest) = text.split_at_checked(text.find(['/', '?', '#']).unwrap_or(text.len())).unwrap_or((text, ""));
        if authority.contains('@') {
            return Err(Wrong::Credentials);
        }
        // The colons of an IPv6 address stand in brackets.
        let after_brackets = authority.rfind(']').unwrap_or_default();
        let colon = authority.get(after_brackets..).and_then(|end| end.find(':')).map(|at| at.saturating_add(after_brackets));
        let (host_text, port_text) = authority.split_at_checked(colon.unwrap_or(authority.len())).unwrap_or((authority, ""));
        let host = if is_special(self.scheme) { Host::parse(host_text) } else { Host::opaque(host_text) };
        let host = host.filter(|_| !host_text.is_empty()).ok_or(Wrong::Host)?;
        let port = port(port_text).ok_or(Wrong::Port)?;
        Ok(Authority { host, host_text, port, port_text, rest })
    }
}

/// Whether `text` can be what a URL begins with: a letter, then letters, digits and `+ - .`.
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// The schemes whose hosts browsers read as domains.
fn is_special(scheme: &str) -> bool {
    ["https", "http", "wss", "ws", "ftp"].iter().any(|special| special.eq_ignore_ascii_case(scheme))
}

/// Of nothing, `:` or `:8080`, the number, if there is one and a port can have it.
fn port(text: &str) -> Option<Option<u16>> {
    let digits = text.strip_prefix(':').unwrap_or(text);
    let add = |sum: u16, c: char| sum.checked_mul(10)?.checked_add(c.to_digit(10)?.try_into().ok()?);
    let port = digits.chars().try_fold(0, add)?;
    Some((!digits.is_empty()).then_some(port))
}
