//! The host of a URL, as the blocklist compares it: as a browser reads it, in small letters, without a dot at the end.

use std::iter;

use http::HeaderValue;
use url::Host;

use super::shorteners;
use crate::model::absolute_url::AbsoluteUrl;
use crate::model::domain::{self, Domain, is_label};

/// The most labels of a parent domain that is looked up. An entry with `subdomains` has at most as many, so a host of
/// any length needs few lookups.
pub(crate) const MAX_PARENT_LABELS: usize = 5;

/// The host of a target or of a `Location`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TargetHost(String);

impl TargetHost {
    /// The host of an absolute URL. `None` if the text is not one; hop never saves such a target.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let (_, after) = url.split_once("://")?;
        let authority = after.split(['/', '?', '#']).next()?;
        let host = authority.split_once(':').map_or(authority, |(host, _)| host);
        if is_plain(host) {
            return Some(Self::normalized(host));
        }
        let url = AbsoluteUrl::parse(url).ok()?;
        Some(Self::from_host(url.host()))
    }

    /// The host of a `Location`.
    pub(crate) fn of_location(location: &HeaderValue) -> Option<Self> {
        location.to_str().ok().and_then(Self::of)
    }

    pub(crate) fn from_host(host: Host<&str>) -> Self {
        match host {
            Host::Domain(name) => Self::normalized(&name.to_ascii_lowercase()),
            host => Self(Domain::from_host(host).map_or_else(|_| String::new(), |domain| domain.as_str().to_owned())),
        }
    }

    fn normalized(host: &str) -> Self {
        Self(host.trim_end_matches('.').to_owned())
    }

    /// Wraps a host that was read from a cached link.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The names under which an entry may list this host: its own, then those of its parents from the nearest that is
    /// looked up. A name that no entry can have is left out.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let own = iter::once(self.as_str());
        own.chain(self.parents()).filter(|name| name.len() <= domain::MAX_BYTES && (is_address(name) || name.split('.').all(is_label)))
    }

    /// The parent domains of at most [`MAX_PARENT_LABELS`] labels.
    fn parents(&self) -> impl Iterator<Item = &str> {
        let text = if is_address(&self.0) { "" } else { self.as_str() };
        let dots = text.bytes().filter(|byte| *byte == b'.').count();
        let parents = text.match_indices('.').filter_map(move |(at, _)| text.get(at.saturating_add(1)..));
        parents.skip(dots.saturating_sub(MAX_PARENT_LABELS))
    }

    /// Whether this host is a subdomain of `parent`.
    pub(crate) fn is_below(&self, parent: &str) -> bool {
        !is_address(&self.0) && self.0.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
    }

    /// Whether this is an IP address.
    pub(crate) fn is_address(&self) -> bool {
        is_address(&self.0)
    }

    /// Whether this is a public link shortener.
    pub(crate) fn is_shortener(&self) -> bool {
        self.names().any(shorteners::contains)
    }
}

/// Whether a host is already written as browsers read it. A last label that begins with a digit may be an IPv4 address
/// in another notation.
fn is_plain(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
        && last.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether a normalized host is an IP address: no top-level domain begins with a digit.
fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(url: &str) -> String {
        TargetHost::of(url).unwrap().0
    }

    #[test]
    fn hosts_are_read_as_browsers_do() {
        for (url, expected) in [
            ("https://evil.example", "evil.example"),
            ("https://evil.example:8443/x?y#z", "evil.example"),
            ("https://evil.example?x=https://good.example/", "evil.example"),
            ("https://evil.example#x", "evil.example"),
            ("HTTPS://EVIL.Example./", "evil.example"),
            ("https://evil.example../", "evil.example"),
            ("https://ev%69l%2Eexample/", "evil.example"),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
            ("https://XN--Bcher-KVA.example/", "xn--bcher-kva.example"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://2130706433/", "127.0.0.1"),
            ("http://127.0.0.1./", "127.0.0.1"),
            ("http://[::ffff:7f00:1]:80/", "127.0.0.1"),
            ("http://[2001:DB8::1]/", "[2001:db8::1]"),
            ("my-app://Open/x", "open"),
            ("https://evil.example/{path}/{query.x|y}", "evil.example"),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
        assert_eq!(TargetHost::of("no url"), None);
    }

    #[test]
    fn fast_path_agrees_with_the_parser() {
        for host in
            ["a.b", "a", "x_y.example", "a-b.c9", "evil.example.", "1.a", "a..b", "127.0.0.1", "1.2", "0x7f", "a.0x1", "a.b.", ".", ""]
        {
            let url = format!("https://{host}/");
            let parsed = AbsoluteUrl::parse(&url).ok().map(|url| TargetHost::from_host(url.host()));
            if is_plain(host) {
                assert_eq!(TargetHost::of(&url), parsed, "{host}");
            }
        }
    }

    #[test]
    fn names_are_bounded_whatever_the_host() {
        let names = |host: &str| TargetHost::stored(host.to_owned()).names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names("www.evil.example"), ["www.evil.example", "evil.example", "example"]);
        assert_eq!(names("example"), ["example"]);
        assert_eq!(names("a.b.c.d.e.f.g"), ["a.b.c.d.e.f.g", "c.d.e.f.g", "d.e.f.g", "e.f.g", "f.g", "g"]);
        assert_eq!(names("127.0.0.1"), ["127.0.0.1"]);
        assert_eq!(names("[2001:db8::1]"), ["[2001:db8::1]"]);
        let long = format!("{}evil.example", "a.".repeat(100));
        assert_eq!(names(&long), ["a.a.a.evil.example", "a.a.evil.example", "a.evil.example", "evil.example", "example"]);
        assert_eq!(names("a&b.evil.example"), ["evil.example", "example"], "no entry can have such a label");
    }

    #[test]
    fn subdomains_are_whole_labels() {
        let is_below = |host: &str, parent: &str| TargetHost::stored(host.to_owned()).is_below(parent);
        assert!(is_below("a.evil.example", "evil.example") && is_below("a.b.evil.example", "evil.example"));
        for (host, parent) in [("evil.example", "evil.example"), ("devil.example", "evil.example"), ("10.0.0.1", "1"), ("[::1]", "1]")] {
            assert!(!is_below(host, parent), "{host} {parent}");
        }
    }

    #[test]
    fn shorteners_and_their_subdomains_are_known() {
        for (host, is_shortener) in [
            ("bit.ly", true),
            ("www.bit.ly", true),
            ("preview.tinyurl.com", true),
            ("encurtador.com.br", true),
            ("orbit.ly", false),
            ("bit.ly.example", false),
            ("ly", false),
            ("com.br", false),
            ("example.com", false),
        ] {
            assert_eq!(TargetHost::stored(host.to_owned()).is_shortener(), is_shortener, "{host}");
        }
    }
}
