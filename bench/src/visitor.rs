//! The clients: a browser on a desktop computer in Germany, and a program with an API key.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use hop_core::ports::ClientInfo;
use http::HeaderName;

const BROWSER: [(&str, &str); 6] = [
    ("host", "hop.example"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("accept-language", "de,en-US;q=0.7,en;q=0.3"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("sec-fetch-mode", "navigate"),
];

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
const COUNTRY: &str = "DE";

/// The headers of a request. Country and address are the same for all clients.
#[derive(Debug)]
pub(crate) struct Visitor(Vec<(&'static str, String)>);

impl Visitor {
    pub(crate) fn with_browser() -> Self {
        Self(BROWSER.map(|(name, value)| (name, value.to_owned())).into())
    }

    /// A program without a credential.
    pub(crate) fn with_json() -> Self {
        Self(vec![("content-type", "application/json".into())])
    }

    /// A caller of the API.
    pub(crate) fn with_key(key: &str) -> Self {
        Self(vec![("authorization", format!("Bearer {key}")), ("content-type", "application/json".into())])
    }
}

impl ClientInfo for Visitor {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        self.0.iter().find(|(known, _)| *known == name.as_str()).map(|(_, value)| Cow::Borrowed(value.as_bytes()))
    }
    fn address(&self) -> Option<IpAddr> {
        Some(ADDRESS)
    }

    fn country(&self) -> Option<String> {
        Some(COUNTRY.to_owned())
    }
}
