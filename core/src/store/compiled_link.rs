//! Compiled links: links prepared for redirects. Templates, rules and header values are parsed once, when the memo
//! stores the link.

use std::sync::Arc;

use http::HeaderValue;

use crate::model::blocklist::TargetHost;
use crate::model::card::Card;
use crate::model::destination::Destination;
use crate::model::limits::Limit;
use crate::model::link::{LinkId, RedirectStatus};
use crate::model::password::PasswordTag;
use crate::model::rules::Rule;
use crate::model::stats::ClickedLink;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::Key;
use crate::store::cached_link::{CachedLink, CachedState, VisitorLink};
use crate::store::ports::StoreError;

/// The memo entry of an alias.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedAlias {
    pub(crate) id: LinkId,
    pub(crate) resolved_to: ResolvedTo,
}

/// What an alias resolves to.
#[derive(Clone, Debug)]
pub(crate) enum ResolvedTo {
    Link(Arc<CompiledLink>),
    /// The alias that the link moved to, and whether visitors of this alias are forwarded there.
    Alias(Key, bool),
    /// An ended link.
    Ended,
}

/// A link prepared for redirects.
#[derive(Debug)]
pub(crate) struct CompiledLink {
    pub(crate) id: LinkId,
    /// What clicks are counted for.
    pub(crate) clicked: Arc<ClickedLink>,
    pub(crate) status: RedirectStatus,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) is_disabled: bool,
    /// The `Location` once the link has ended.
    pub(crate) fallback: Option<HeaderValue>,
    /// The destination if no rule matches.
    pub(crate) destination: Destination,
    pub(crate) rules: Vec<Rule>,
    /// The destinations of the rules, in the same order.
    pub(crate) destinations: Vec<Destination>,
    pub(crate) limit: Option<Limit>,
    pub(crate) confirm: bool,
    /// The tag of the password, if there is one. The cookie of a visitor is made for it.
    pub(crate) lock: Option<PasswordTag>,
    pub(crate) card: Option<Card>,
    /// Whether a path after the alias is used: by a template, or because it is forwarded.
    pub(crate) uses_path: bool,
    /// The verdict of the blocklist: the listed ones among the hosts of the link. `None` if it is left open.
    pub(crate) listed: Option<Vec<TargetHost>>,
    /// Whether a URL of the link is on a public link shortener.
    pub(crate) has_shortener: bool,
}

impl ResolvedAlias {
    pub(crate) fn from_cached(cached_link: CachedLink) -> Result<Self, StoreError> {
        let resolved_to = match cached_link.state {
            CachedState::Link(link) => ResolvedTo::Link(Arc::new(CompiledLink::compile(cached_link.id.clone(), *link)?)),
            CachedState::MovedTo { to, forwards } => ResolvedTo::Alias(to, forwards),
            CachedState::Ended => ResolvedTo::Ended,
        };
        Ok(Self { id: cached_link.id, resolved_to })
    }

    /// The approximate size in memory.
    pub(crate) fn bytes(&self) -> usize {
        match &self.resolved_to {
            ResolvedTo::Link(compiled) => compiled.bytes(),
            ResolvedTo::Alias(to, _) => to.as_str().len(),
            ResolvedTo::Ended => 0,
        }
    }
}

impl CompiledLink {
    pub(crate) fn compile(id: LinkId, link: VisitorLink) -> Result<Self, StoreError> {
        let is_shortener = |url: &Target| TargetHost::of(url.as_str()).is_some_and(|host| host.is_shortener());
        let has_shortener = link.settings.urls().chain([&link.target]).any(is_shortener);
        let VisitorLink { domain, alias, tags, target, settings, limit, lock, listed } = link;
        let compile = |target: &Target| {
            Destination::compile(target, settings.forward_query, settings.forward_path).ok_or_else(|| not_a_header_value(&id))
        };
        let destinations = settings.rules.iter().map(|rule| compile(&rule.target)).collect::<Result<Vec<_>, _>>()?;
        let fallback = settings.fallback.as_ref().map(|target| target.location().ok_or_else(|| not_a_header_value(&id)));
        let destination = compile(&target)?;
        let clicked = ClickedLink { id: id.clone(), domain, alias: alias.as_str().to_owned(), tags };
        Ok(Self {
            clicked: Arc::new(clicked),
            status: settings.redirect_status,
            starts_at: settings.starts_at,
            ends_at: settings.ends_at,
            is_disabled: settings.disabled,
            fallback: fallback.transpose()?,
            uses_path: destination.uses_path() || destinations.iter().any(Destination::uses_path),
            destination,
            rules: settings.rules,
            destinations,
            limit,
            confirm: settings.confirm,
            lock,
            card: settings.card,
            listed,
            has_shortener,
            id,
        })
    }

    fn bytes(&self) -> usize {
        let destinations = std::iter::once(&self.destination).chain(&self.destinations).map(Destination::bytes);
        let card = self.card.iter().map(Card::bytes);
        let fallback = self.fallback.iter().map(HeaderValue::len);
        let listed = self.listed.iter().flatten().map(|host| host.as_str().len());
        destinations
            .chain(listed)
            .chain(self.rules.iter().map(Rule::bytes))
            .chain(card)
            .chain(fallback)
            .sum::<usize>()
            .saturating_add(size_of::<Self>())
    }

    /// Whether the link is ended or disabled at `now`.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.is_disabled || self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }

    pub(crate) fn has_started(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|starts_at| starts_at <= now)
    }

    /// Whether visitors learn the target only from the redirect.
    pub(crate) fn hides_target(&self) -> bool {
        self.lock.is_some() || self.limit.is_some()
    }

    /// Whether every visitor gets the same redirect, without a limit, password or confirmation.
    pub(crate) fn is_plain(&self) -> bool {
        self.destinations.is_empty() && self.limit.is_none() && self.lock.is_none() && !self.confirm
    }
}

fn not_a_header_value(id: &LinkId) -> StoreError {
    StoreError::Corrupt(format!("a target of {id} is no valid header value"))
}
