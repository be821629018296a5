//! What is known of one visit. Each fact is read when it is first asked for, and kept: the conditions of a link's rules ask for few, and
//! for the same ones again and again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use http::header::{ACCEPT_LANGUAGE, USER_AGENT};

use crate::ports::Facts;
use crate::rules::{Browser, Choice, Country, Device, Os};
use crate::time::Timestamp;

/// One visit.
pub(crate) struct Visit<'a> {
    pub(crate) now: Timestamp,
    /// What stands after the `?`, as it came.
    pub(crate) query: &'a str,
    /// The decoded segments behind the alias, if there are any.
    pub(crate) rest: Option<Vec<Cow<'a, str>>>,
    facts: &'a dyn Facts,
    read_client: fn(&[u8]) -> Client,
    agent: OnceCell<Cow<'a, [u8]>>,
    client: OnceCell<Held>,
    country: OnceCell<Option<Country>>,
    address: OnceCell<Option<IpAddr>>,
    parameters: OnceCell<Parameters<'a>>,
}

/// What a visitor came with, in the words of rules; nothing where the agent does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) device: Option<&'static str>,
    pub(crate) os: Option<&'static str>,
    pub(crate) browser: Option<&'static str>,
}

/// The same, ready to be compared.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) device: Choice<Device>,
    pub(crate) os: Choice<Os>,
    pub(crate) browser: Choice<Browser>,
}

/// Names and values of a query, in their order.
pub(crate) type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

impl<'a> Visit<'a> {
    /// A visit of which nothing is read yet; `read_client` reads `User-Agent`.
    pub(crate) fn new(
        now: Timestamp,
        query: &'a str,
        rest: Option<Vec<Cow<'a, str>>>,
        facts: &'a dyn Facts,
        read_client: fn(&[u8]) -> Client,
    ) -> Self {
        Self {
            now,
            query,
            rest,
            facts,
            read_client,
            agent: OnceCell::new(),
            client: OnceCell::new(),
            country: OnceCell::new(),
            address: OnceCell::new(),
            parameters: OnceCell::new(),
        }
    }

    /// `User-Agent` as it came; empty if it is not there.
    pub(crate) fn agent(&self) -> &[u8] {
        self.agent.get_or_init(|| self.facts.header(&USER_AGENT).unwrap_or_default())
    }

    pub(crate) fn client(&self) -> Held {
        *self.client.get_or_init(|| {
            let client = (self.read_client)(self.agent());
            Held { device: Choice::only(client.device), os: Choice::only(client.os), browser: Choice::only(client.browser) }
        })
    }

    /// `Accept-Language` as it came. Whoever asks keeps what they make of it.
    pub(crate) fn languages(&self) -> Option<Cow<'a, [u8]>> {
        self.facts.header(&ACCEPT_LANGUAGE)
    }

    pub(crate) fn country(&self) -> Option<Country> {
        *self.country.get_or_init(|| Country::of(&self.facts.country()?))
    }

    /// IPv4 where it is IPv4 written as IPv6.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        *self.address.get_or_init(|| self.facts.address().map(|address| address.to_canonical()))
    }

    /// The query, as forms write one.
    pub(crate) fn parameters(&self) -> &[(Cow<'a, str>, Cow<'a, str>)] {
        self.parameters.get_or_init(|| form_urlencoded::parse(self.query.as_bytes()).collect())
    }
}
