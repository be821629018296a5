//! Visits: attributes of one visitor (user agent, country, address), read lazily and cached, because the rules of a
//! link use few attributes and use them repeatedly.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use http::HeaderName;
use http::header::{ACCEPT_LANGUAGE, DNT, REFERER, USER_AGENT};

use crate::model::agent::{Agent, AgentTraits};
use crate::model::rules::{Browser, Country, Device, Os, WordSet};
use crate::model::time::Timestamp;

pub(crate) use crate::model::agent::classify_agent;

/// Attributes of the visitor, read lazily so that a redirect copies only what it uses.
pub trait ClientInfo {
    /// The value of a header as bytes. Values of a repeated header are joined by `, `, as HTTP specifies.
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>>;
    /// The address of the visitor's connection, as the edge itself sees it.
    fn address(&self) -> Option<IpAddr>;
    /// The country of this address according to the edge, as two letters of ISO 3166.
    fn country(&self) -> Option<String>;
    /// The region of this address according to the edge, by name.
    fn region(&self) -> Option<String> {
        None
    }
    /// The city of this address according to the edge, by name.
    fn city(&self) -> Option<String> {
        None
    }
    /// The operator of the network of this address, by name.
    fn operator(&self) -> Option<String> {
        None
    }
}

/// Joins the values of a repeated header.
pub fn join<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Option<Cow<'a, [u8]>> {
    let mut joined = Cow::Borrowed(values.next()?);
    for value in values {
        let bytes = joined.to_mut();
        bytes.extend(b", ");
        bytes.extend(value);
    }
    Some(joined)
}

/// The network of a client: the IPv4 address, or the first 64 bits of IPv6, because one client can use any address
/// below them. All clients without a known address share one network.
pub(crate) fn network(client: &dyn ClientInfo) -> [u8; 8] {
    network_of(address(client))
}

fn network_of(address: Option<IpAddr>) -> [u8; 8] {
    match address {
        Some(IpAddr::V4(address)) => u64::from(address.to_bits()).to_be_bytes(),
        Some(IpAddr::V6(address)) => address.octets().first_chunk().copied().unwrap_or_default(),
        None => [0; 8],
    }
}

/// The address of a client. An IPv4-mapped IPv6 address becomes IPv4.
fn address(client: &dyn ClientInfo) -> Option<IpAddr> {
    client.address().map(|address| address.to_canonical())
}

/// Header that browsers send with a prefetch.
pub(crate) const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
/// Header that says from where a page was opened.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");
/// Headers that mark a prefetch. Firefox sent `X-Moz` before it supported `Sec-Purpose`.
const PREFETCH_HEADERS: [HeaderName; 3] = [SEC_PURPOSE, HeaderName::from_static("purpose"), HeaderName::from_static("x-moz")];

/// One visit.
pub(crate) struct Visit<'a> {
    pub(crate) now: Timestamp,
    /// The raw query after the `?`.
    pub(crate) query: &'a str,
    /// The decoded path segments after the alias.
    pub(crate) rest: Vec<Cow<'a, str>>,
    pub(crate) client: &'a dyn ClientInfo,
    agent: OnceCell<Cow<'a, [u8]>>,
    software: OnceCell<VisitorSoftware>,
    country: OnceCell<Option<Country>>,
    address: OnceCell<Option<IpAddr>>,
    parameters: OnceCell<Parameters<'a>>,
}

/// Device, operating system and browser of a visitor, in a form that rules compare quickly.
#[derive(Clone, Copy)]
pub(crate) struct VisitorSoftware {
    pub(crate) device: WordSet<Device>,
    pub(crate) os: WordSet<Os>,
    pub(crate) browser: WordSet<Browser>,
}

/// Names and values of a query, in order.
pub(crate) type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

impl<'a> Visit<'a> {
    /// A visit with no attribute read yet.
    pub(crate) fn new(now: Timestamp, query: &'a str, rest: Vec<Cow<'a, str>>, client: &'a dyn ClientInfo) -> Self {
        Self {
            now,
            query,
            rest,
            client,
            agent: OnceCell::new(),
            software: OnceCell::new(),
            country: OnceCell::new(),
            address: OnceCell::new(),
            parameters: OnceCell::new(),
        }
    }

    /// The raw `User-Agent`, empty if it is missing.
    pub(crate) fn agent(&self) -> &[u8] {
        self.agent.get_or_init(|| self.client.header(&USER_AGENT).unwrap_or_default())
    }

    pub(crate) fn software(&self) -> VisitorSoftware {
        *self.software.get_or_init(|| {
            let traits = self.agent_traits();
            VisitorSoftware { device: WordSet::only(traits.device), os: WordSet::only(traits.os), browser: WordSet::only(traits.browser) }
        })
    }

    /// Device, operating system and browser in words.
    pub(crate) fn agent_traits(&self) -> AgentTraits {
        AgentTraits::parse(Some(self.agent()))
    }

    /// The kind of visitor and the reason for it.
    pub(crate) fn classify(&self) -> Agent {
        classify_agent(self.agent(), self.is_prefetch())
    }

    /// Whether a browser prefetches the page, which its user may never open.
    pub(crate) fn is_prefetch(&self) -> bool {
        PREFETCH_HEADERS.iter().any(|name| {
            let purpose = self.client.header(name).unwrap_or_default().to_ascii_lowercase();
            [&b"prefetch"[..], b"prerender", b"preview"].iter().any(|word| purpose.windows(word.len()).any(|part| part == *word))
        })
    }

    /// The raw `Referer`.
    pub(crate) fn referrer(&self) -> Option<Cow<'a, [u8]>> {
        self.client.header(&REFERER)
    }

    /// Whether the request has a header that current browsers send over https.
    pub(crate) fn has_sec_fetch(&self) -> bool {
        self.client.header(&SEC_FETCH_MODE).is_some()
    }

    /// Whether the visitor asks not to be tracked, by `DNT` or by Global Privacy Control.
    pub(crate) fn asks_not_to_be_tracked(&self) -> bool {
        [DNT, SEC_GPC].iter().any(|name| self.client.header(name).is_some_and(|value| *value == *b"1"))
    }

    /// The network of the visitor ([`network`]).
    pub(crate) fn network(&self) -> [u8; 8] {
        network_of(self.address())
    }

    /// The raw `Accept-Language`. It is not cached here; the caller caches what it derives.
    pub(crate) fn languages(&self) -> Option<Cow<'a, [u8]>> {
        self.client.header(&ACCEPT_LANGUAGE)
    }

    pub(crate) fn country(&self) -> Option<Country> {
        *self.country.get_or_init(|| Country::of(&self.client.country()?))
    }

    /// The address. An IPv4-mapped IPv6 address becomes IPv4.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        *self.address.get_or_init(|| address(self.client))
    }

    /// The parameters of the query after form decoding.
    pub(crate) fn parameters(&self) -> &[(Cow<'a, str>, Cow<'a, str>)] {
        self.parameters.get_or_init(|| form_urlencoded::parse(self.query.as_bytes()).collect())
    }
}
