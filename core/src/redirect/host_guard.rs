//! The host guard: which hosts a visit must not be redirected to, by the blocklist and by the built-in list of link
//! shorteners.

use std::borrow::Cow;

use http::HeaderValue;

use super::decide::{self, Decision};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::blocklist::TargetHost;
use crate::model::visit::Visit;
use crate::store::DomainRedirects;
use crate::store::cache::STORE_MILLIS;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{Edge, StoreError};

/// The hosts that a visit must not be redirected to.
#[derive(Debug, Default)]
pub(crate) struct HostGuard<'a> {
    listed: Cow<'a, [TargetHost]>,
    blocks_shorteners: bool,
}

/// A URL that a visitor is not redirected to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BlockedTarget {
    host: TargetHost,
    pub(crate) location: HeaderValue,
    is_listed: bool,
}

impl<'a> HostGuard<'a> {
    /// The guard of a visit of a link. If the verdict about the link is open, the hosts that this visit may be sent to
    /// are looked up.
    pub(crate) async fn of_link<E: Edge>(
        context: &Context<'_, E>,
        compiled: &'a CompiledLink,
        visit: &Visit<'_>,
    ) -> Result<Self, StoreError> {
        let blocks_shorteners = compiled.has_shortener && context.config.targets.blocks_shorteners;
        let listed = match &compiled.listed {
            Some(listed) => Cow::Borrowed(&**listed),
            None => look_up(context, hosts_of_visit(context, compiled, visit)).await?.into(),
        };
        Ok(Self { listed, blocks_shorteners })
    }

    /// The guard of the redirect of a domain to `location`.
    async fn of_domain<E: Edge>(
        context: &Context<'_, E>,
        redirects: &'a DomainRedirects,
        location: &HeaderValue,
    ) -> Result<Self, StoreError> {
        let listed = match &redirects.listed {
            Some(listed) => Cow::Borrowed(&**listed),
            None => look_up(context, TargetHost::of_location(location).into_iter().collect()).await?.into(),
        };
        Ok(Self { listed, blocks_shorteners: context.config.targets.blocks_shorteners })
    }

    /// The guard as far as the link has a verdict.
    pub(super) fn of_verdict<E: Edge>(context: &Context<'_, E>, compiled: &'a CompiledLink) -> Self {
        let blocks_shorteners = compiled.has_shortener && context.config.targets.blocks_shorteners;
        Self { listed: compiled.listed.as_deref().unwrap_or_default().into(), blocks_shorteners }
    }

    /// Whether some URL may be blocked.
    pub(crate) fn is_on(&self) -> bool {
        self.blocks_shorteners || !self.listed.is_empty()
    }

    /// Why a visitor is not redirected to `location`; nothing if they are.
    pub(crate) fn check(&self, location: &HeaderValue) -> Option<BlockedTarget> {
        let host = if self.is_on() { TargetHost::of_location(location)? } else { return None };
        let is_listed = self.listed.contains(&host);
        let is_blocked = is_listed || (self.blocks_shorteners && host.is_shortener());
        is_blocked.then(|| BlockedTarget { host, location: location.clone(), is_listed })
    }

    /// Whether a URL of a card is on a listed host.
    pub(super) fn lists(&self, url: &str) -> bool {
        !self.listed.is_empty() && TargetHost::of(url).is_some_and(|host| self.listed.contains(&host))
    }
}

impl BlockedTarget {
    /// The warning for a visitor. It hides the URL of a link with a password or a click limit.
    pub(super) fn problem(&self, is_hidden: bool) -> Problem {
        let shown = |text: &str| (!is_hidden).then(|| text.to_owned());
        if self.is_listed {
            Problem::blocked_target(shown(self.host.as_str()))
        } else {
            Problem::shortened_target(self.location.to_str().ok().and_then(shown))
        }
    }
}

/// Fails with the warning if the redirect of a domain to `location` is blocked.
pub(super) async fn check_domain_redirect<E: Edge>(
    context: &Context<'_, E>,
    redirects: &DomainRedirects,
    location: &HeaderValue,
) -> Result<(), Problem> {
    match HostGuard::of_domain(context, redirects, location).await?.check(location) {
        Some(blocked_target) => Err(blocked_target.problem(false)),
        None => Ok(()),
    }
}

/// The hosts that a visit may be sent to, and that of the image of the card.
fn hosts_of_visit<E: Edge>(context: &Context<'_, E>, compiled: &CompiledLink, visit: &Visit<'_>) -> Vec<TargetHost> {
    let has_ended = compiled.has_ended(visit.now);
    let redirect = (!has_ended).then(|| decide::redirect(compiled, visit, context.pepper().ok()));
    let location = if let Some(Decision::Redirect(location, _)) = &redirect { Some(location) } else { None };
    // The last click of a limit may be taken meanwhile.
    let fallback = compiled.fallback.iter().filter(|_| has_ended || compiled.limit.is_some());
    let image = compiled.card.as_ref().and_then(|card| card.image.as_ref());
    let locations = location.into_iter().chain(fallback).filter_map(TargetHost::of_location);
    locations.chain(image.and_then(|image| TargetHost::of(image.as_str()))).collect()
}

/// Looks up hosts whose verdict is open. On an edge with a cache the link came from there. Then no redirect fails, or
/// waits long, because the store does not answer.
async fn look_up<E: Edge>(context: &Context<'_, E>, hosts: Vec<TargetHost>) -> Result<Vec<TargetHost>, StoreError> {
    let lookup = context.blocklist.listed(context.edge.records(), &hosts);
    if context.edge.link_cache().is_none() {
        return lookup.await;
    }
    let is_away = context.memo(|memo| memo.has_store_failed(context.now));
    let listed = if is_away { None } else { context.edge.within(STORE_MILLIS, lookup).await };
    listed.unwrap_or_else(|| Err(StoreError::Unavailable("the store does not answer".into()))).or_else(|error| {
        context.log_lost("a cached link was followed without a look at the blocklist", &error);
        Ok(Vec::new())
    })
}
