//! Visitor clicks: a followed link before it is counted, with what the visitor sent. It stays in the memory of the
//! isolate for about a second. Then it becomes a [`ClickEvent`], which has nothing that identifies the visitor.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use super::{ClickEvent, Coupon, Dimension};
use crate::model::agent::{AgentKind, AgentTraits, Signals, classify_click};
use crate::model::digest::keyed_by;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::rules::{Country, first_language};
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::model::visit::Visit;

/// The identity of a link at the time of a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClickedLink {
    pub(crate) id: LinkId,
    pub(crate) domain: Domain,
    pub(crate) alias: String,
    pub(crate) tags: Vec<Tag>,
}

/// A followed link, with what the visitor sent.
#[derive(Clone)]
pub(crate) struct VisitorClick {
    pub(crate) link: Arc<ClickedLink>,
    /// The id of the rule that chose the target, and whether it is one of several variants.
    pub(crate) rule: Option<(String, bool)>,
    pub(crate) at: Timestamp,
    agent: Vec<u8>,
    is_prefetch: bool,
    /// Whether the link is on an https origin.
    is_https: bool,
    has_sec_fetch: bool,
    has_accept_language: bool,
    /// The operator of the visitor's network.
    operator: Option<String>,
    /// The properties of the visitor; nothing if the visitor asked not to be tracked.
    visitor: Option<Visitor>,
}

/// Properties of a visitor.
#[derive(Clone)]
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
/// Longest list of languages that is read, in bytes.
const LANGUAGES_BYTES: usize = 1_024;
/// Longest agent that is read, in bytes: about the longest that browsers send.
const AGENT_BYTES: usize = 512;
/// Longest value that is counted, in bytes. Longer ones count as other.
pub(crate) const VALUE_BYTES: usize = 64;
/// Languages whose code has three letters and that browsers offer. Others of three letters count as other, because a
/// visitor could invent thousands.
const LONG_LANGUAGES: [&str; 21] = [
    "ast", "ceb", "chr", "ckb", "dsb", "fil", "fur", "gsw", "haw", "hsb", "kab", "kok", "lij", "nds", "nso", "rhg", "sco", "skr", "szl",
    "tzm", "yue",
];

/// Without the visitor: what is printed may be logged.
impl fmt::Debug for VisitorClick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitorClick").field("link", &self.link.id).field("at", &self.at).finish_non_exhaustive()
    }
}

impl VisitorClick {
    /// A click of this visit, on a link whose origin is https or not. Headers are read now, because they are gone after
    /// the response. `respects_dnt` says whether the wish not to be tracked is respected.
    pub(crate) fn new(link: Arc<ClickedLink>, rule: Option<(String, bool)>, visit: &Visit<'_>, is_https: bool, respects_dnt: bool) -> Self {
        let visitor = (!respects_dnt || !visit.asks_not_to_be_tracked()).then(|| Visitor {
            referrer: beginning(&visit.referrer().unwrap_or_default(), REFERRER_BYTES),
            languages: beginning(&visit.languages().unwrap_or_default(), LANGUAGES_BYTES),
            address: visit.address(),
            country: visit.country(),
            region: visit.client.region(),
            city: visit.client.city(),
        });
        Self {
            link,
            rule,
            at: visit.now,
            agent: beginning(visit.agent(), AGENT_BYTES),
            is_prefetch: visit.is_prefetch(),
            is_https,
            has_sec_fetch: visit.has_sec_fetch(),
            has_accept_language: visit.languages().is_some(),
            operator: visit.client.operator(),
            visitor,
        }
    }

    /// The event to be counted. Without a salt it has no coupon.
    pub(crate) fn into_event(self, salt: Option<&[u8; 32]>) -> ClickEvent {
        let signals = Signals {
            is_prefetch: self.is_prefetch,
            is_https: self.is_https,
            has_sec_fetch: self.has_sec_fetch,
            has_accept_language: self.has_accept_language,
            operator: self.operator.as_deref(),
        };
        let agent = classify_click(&self.agent, &signals);
        let coupon = salt.and_then(|salt| self.coupon(salt)).filter(|_| agent.kind == AgentKind::Human);
        let mut values: Vec<(Dimension, Cow<'static, str>)> = Vec::new();
        let mut add = |dimension, value: Option<Cow<'static, str>>| {
            values.extend(value.filter(|value| is_counted(value)).map(|value| (dimension, value)));
        };
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
            let is_known = |language: &String| language.len() == 2 || LONG_LANGUAGES.contains(&language.as_str());
            add(Dimension::Language, first_language(&visitor.languages).filter(is_known).map(Cow::Owned));
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

/// The first bytes of `text`.
fn beginning(text: &[u8], max_bytes: usize) -> Vec<u8> {
    text.get(..max_bytes).unwrap_or(text).to_vec()
}

/// Whether a value is counted: it is short, and has no character that JSON writes in several.
fn is_counted(value: &str) -> bool {
    (1..=VALUE_BYTES).contains(&value.len()) && !value.chars().any(|letter| letter.is_control() || matches!(letter, '"' | '\\'))
}

/// The host of a referrer, without `www.`. Only the beginning of the referrer is needed, so it may be cut anywhere.
fn referrer_host(referrer: &[u8]) -> Option<String> {
    let valid = referrer.utf8_chunks().next()?.valid();
    let url = Url::parse(valid).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

#[cfg(test)]
mod tests;
