//! Visitor clicks: a followed link before it is counted, with what the visitor sent. It stays in the memory of the
//! isolate for about a second. Then it becomes a [`ClickEvent`], which has nothing that identifies the visitor.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use super::{ClickEvent, Coupon, Dimension};
use crate::model::agent::{AgentKind, AgentTraits};
use crate::model::digest::keyed_by;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::rules::{Country, first_language};
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::model::visit::{Visit, classify_agent};

/// The identity of a link at the time of a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClickedLink {
    pub(crate) id: LinkId,
    pub(crate) domain: Domain,
    pub(crate) alias: String,
    pub(crate) tags: Vec<Tag>,
}

/// A followed link, with what the visitor sent.
#[derive(Clone, Debug)]
pub(crate) struct VisitorClick {
    pub(crate) link: Arc<ClickedLink>,
    /// The id of the rule that chose the target, and whether it is one of several variants.
    pub(crate) rule: Option<(String, bool)>,
    pub(crate) at: Timestamp,
    agent: Vec<u8>,
    is_prefetch: bool,
    /// The properties of the visitor; nothing if the visitor asked not to be tracked.
    visitor: Option<Visitor>,
}

/// Properties of a visitor.
#[derive(Clone, Debug)]
struct Visitor {
    referrer: Vec<u8>,
    languages: Vec<u8>,
    address: Option<IpAddr>,
    country: Option<Country>,
    region: Option<String>,
    city: Option<String>,
}

/// Longest referrer that is read, in bytes: about the longest URL that browsers send.
const REFERRER_BYTES: usize = 2_048;

impl VisitorClick {
    /// A click of this visit. Headers are read now, because they are gone after the response. `respects_dnt` says
    /// whether the wish not to be tracked is respected.
    pub(crate) fn new(link: Arc<ClickedLink>, rule: Option<(String, bool)>, visit: &Visit<'_>, respects_dnt: bool) -> Self {
        let visitor = (!respects_dnt || !visit.asks_not_to_be_tracked()).then(|| Visitor {
            referrer: visit.referrer().map(|referrer| referrer.get(..REFERRER_BYTES).unwrap_or(&referrer).to_vec()).unwrap_or_default(),
            languages: visit.languages().map(Cow::into_owned).unwrap_or_default(),
            address: visit.address(),
            country: visit.country(),
            region: visit.client.region(),
            city: visit.client.city(),
        });
        Self { link, rule, at: visit.now, agent: visit.agent().to_vec(), is_prefetch: visit.is_prefetch(), visitor }
    }

    /// A click of somebody with Firefox, for tests.
    #[cfg(test)]
    pub(crate) fn example(link: &str, at: Timestamp) -> Self {
        let link = ClickedLink {
            id: LinkId::stored(link.to_owned()),
            domain: Domain::stored("hop.example".into()),
            alias: "docs".into(),
            tags: vec![Tag::stored("news".into())],
        };
        let visitor = Visitor {
            referrer: b"https://news.example/page".to_vec(),
            languages: b"de".to_vec(),
            address: Some(IpAddr::from([203, 0, 113, 7])),
            country: None,
            region: None,
            city: None,
        };
        let agent = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_vec();
        Self { link: Arc::new(link), rule: None, at, agent, is_prefetch: false, visitor: Some(visitor) }
    }

    /// The event to be counted. Without a salt it has no coupon.
    pub(crate) fn into_event(self, salt: Option<&[u8; 32]>) -> ClickEvent {
        let agent = classify_agent(&self.agent, self.is_prefetch);
        let coupon = salt.and_then(|salt| self.coupon(salt)).filter(|_| agent.kind == AgentKind::Human);
        let mut values: Vec<(Dimension, Cow<'static, str>)> = Vec::new();
        let mut add = |dimension, value: Option<Cow<'static, str>>| values.extend(value.map(|value| (dimension, value)));
        add(Dimension::Reason, agent.reason.map(Cow::Borrowed));
        if let Some(visitor) = self.visitor {
            let traits = AgentTraits::parse(Some(&self.agent));
            add(Dimension::Country, visitor.country.map(|country| Cow::Borrowed(country.as_str())));
            add(Dimension::Region, visitor.region.map(Cow::Owned));
            add(Dimension::City, visitor.city.map(Cow::Owned));
            add(Dimension::Referrer, referrer_host(&visitor.referrer).map(Cow::Owned));
            add(Dimension::Device, traits.device.map(Cow::Borrowed));
            add(Dimension::Os, traits.os.map(Cow::Borrowed));
            add(Dimension::Browser, traits.browser.map(Cow::Borrowed));
            add(Dimension::Language, first_language(&visitor.languages).map(Cow::Owned));
            if let Some((rule, is_variant)) = self.rule {
                add(Dimension::Variant, is_variant.then(|| Cow::Owned(rule.clone())));
                add(Dimension::Rule, Some(Cow::Owned(rule)));
            }
        }
        let ClickedLink { id, domain, alias, tags } = Arc::unwrap_or_clone(self.link);
        ClickEvent { link: id, domain, alias, tags, at: self.at, kind: agent.kind, values, coupon }
    }

    /// What the visitor contributes to the unique visitors of the day: address and agent under the salt of the day.
    fn coupon(&self, salt: &[u8; 32]) -> Option<Coupon> {
        let address = self.visitor.as_ref()?.address?;
        let octets;
        let address = match address {
            IpAddr::V4(address) => {
                octets = address.octets();
                octets.as_slice()
            }
            // Of an IPv6 address only the /64 is used, because the rest changes daily.
            IpAddr::V6(address) => &(address.to_bits() >> 64).to_be_bytes(),
        };
        Some(Coupon::from_digest(keyed_by(salt, "visitor", &[address, &self.agent]).number()))
    }
}

/// The host of a referrer, without `www.`.
fn referrer_host(referrer: &[u8]) -> Option<String> {
    let url = Url::parse(str::from_utf8(referrer).ok()?).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}
