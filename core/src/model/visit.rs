//! What is known of one visit. Each fact is read when it is first asked for, and kept: the conditions of a link's rules ask for few, and
//! for the same ones again and again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use http::HeaderName;
use http::header::{ACCEPT_LANGUAGE, USER_AGENT};

use crate::model::agent::{Agent, AgentKind, AgentTraits};
use crate::model::rules::{Browser, Country, Device, Os, WordSet};
use crate::model::time::Timestamp;

/// Facts about the visitor, read lazily so that a redirect copies nothing it does not use.
pub trait ClientInfo {
    /// The header's bytes as they came; those of a repeated header joined by `, `, as HTTP has it.
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>>;
    /// Where the visitor's connection comes from, as the edge itself sees it.
    fn address(&self) -> Option<IpAddr>;
    /// The country that the edge takes this address for, in the two letters of ISO 3166.
    fn country(&self) -> Option<String>;
}

/// The values of a repeated header as one.
pub fn join<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Option<Cow<'a, [u8]>> {
    let mut joined = Cow::Borrowed(values.next()?);
    for value in values {
        let bytes = joined.to_mut();
        bytes.extend(b", ");
        bytes.extend(value);
    }
    Some(joined)
}

/// What browsers say that look ahead. `X-Moz` is what Firefox said until it had `Sec-Purpose`.
pub(crate) const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const AHEAD: [HeaderName; 3] = [SEC_PURPOSE, HeaderName::from_static("purpose"), HeaderName::from_static("x-moz")];

/// One visit.
pub(crate) struct Visit<'a> {
    pub(crate) now: Timestamp,
    /// What stands after the `?`, as it came.
    pub(crate) query: &'a str,
    /// The decoded segments behind the alias, if there are any.
    pub(crate) rest: Vec<Cow<'a, str>>,
    pub(crate) client: &'a dyn ClientInfo,
    agent: OnceCell<Cow<'a, [u8]>>,
    software: OnceCell<VisitorSoftware>,
    country: OnceCell<Option<Country>>,
    address: OnceCell<Option<IpAddr>>,
    parameters: OnceCell<Parameters<'a>>,
}

/// What a visitor came with, ready to be compared.
#[derive(Clone, Copy)]
pub(crate) struct VisitorSoftware {
    pub(crate) device: WordSet<Device>,
    pub(crate) os: WordSet<Os>,
    pub(crate) browser: WordSet<Browser>,
}

/// Names and values of a query, in their order.
pub(crate) type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

impl<'a> Visit<'a> {
    /// A visit of which nothing is read yet.
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

    /// `User-Agent` as it came; empty if it is not there.
    pub(crate) fn agent(&self) -> &[u8] {
        self.agent.get_or_init(|| self.client.header(&USER_AGENT).unwrap_or_default())
    }

    pub(crate) fn software(&self) -> VisitorSoftware {
        *self.software.get_or_init(|| {
            let means = self.means();
            VisitorSoftware { device: WordSet::only(means.device), os: WordSet::only(means.os), browser: WordSet::only(means.browser) }
        })
    }

    /// The same in words.
    pub(crate) fn means(&self) -> AgentTraits {
        AgentTraits::parse(Some(self.agent()))
    }

    /// Who follows, and what gave them away.
    pub(crate) fn who(&self) -> Agent {
        who(self.agent(), self.is_ahead())
    }

    /// Whether a browser looks ahead, and nobody may ever see what it finds.
    pub(crate) fn is_ahead(&self) -> bool {
        AHEAD.iter().any(|name| {
            let purpose = self.client.header(name).unwrap_or_default().to_ascii_lowercase();
            [&b"prefetch"[..], b"prerender", b"preview"].iter().any(|word| purpose.windows(word.len()).any(|part| part == *word))
        })
    }

    /// The network that a visitor comes from: an IPv4 address, or the first 64 bits of IPv6, of which everybody has as many as they like. All whose
    /// address is not known are in one.
    pub(crate) fn network(&self) -> [u8; 8] {
        match self.address() {
            Some(IpAddr::V4(address)) => u64::from(address.to_bits()).to_be_bytes(),
            Some(IpAddr::V6(address)) => address.octets().first_chunk().copied().unwrap_or_default(),
            None => [0; 8],
        }
    }

    /// `Accept-Language` as it came. Whoever asks keeps what they make of it.
    pub(crate) fn languages(&self) -> Option<Cow<'a, [u8]>> {
        self.client.header(&ACCEPT_LANGUAGE)
    }

    pub(crate) fn country(&self) -> Option<Country> {
        *self.country.get_or_init(|| Country::of(&self.client.country()?))
    }

    /// IPv4 where it is IPv4 written as IPv6.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        *self.address.get_or_init(|| self.client.address().map(|address| address.to_canonical()))
    }

    /// The query, as forms write one.
    pub(crate) fn parameters(&self) -> &[(Cow<'a, str>, Cow<'a, str>)] {
        self.parameters.get_or_init(|| form_urlencoded::parse(self.query.as_bytes()).collect())
    }
}

/// Who follows with this agent. A browser that looks ahead is nobody yet.
pub(crate) fn who(agent: &[u8], is_ahead: bool) -> Agent {
    match Agent::parse(Some(agent)) {
        Agent { kind: AgentKind::Human, .. } if is_ahead => Agent { kind: AgentKind::Preview, because: Some("the browser looks ahead") },
        agent => agent,
    }
}
