//! The decision about a visit: redirect, interstitial page, or no such link. It depends only on the link and the visit,
//! so following a link and explaining it always agree.

use http::HeaderValue;

use super::host_guard::{BlockedTarget, HostGuard};
use crate::model::agent::AgentKind;
use crate::model::digest::Pepper;
use crate::model::rules::RuleEvaluation;
use crate::model::visit::Visit;
use crate::pages::InterstitialKind;
use crate::store::compiled_link::CompiledLink;

/// Properties of the request that the decision depends on, besides the visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VisitorTraits {
    /// The method is `HEAD`.
    pub(crate) is_head: bool,
    /// The visitor pressed the button of the confirmation page.
    pub(crate) is_confirmed: bool,
    /// The visitor has entered the password.
    pub(crate) is_unlocked: bool,
}

/// The response that a visitor gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// 404: the link has not started yet.
    NotStarted,
    /// 410, or a redirect to the fallback.
    Ended,
    /// 404: the link does not use the path after its alias.
    NoSuchPath,
    /// The card, for a preview.
    Card,
    /// A page that asks the visitor for something first.
    Interstitial(InterstitialKind),
    /// 403 for a browser that prefetches a link with a click limit. It would keep a page and show it to the visitor.
    NoPrefetch,
    /// A redirect to this location, by the rule at this position or by none.
    Redirect(HeaderValue, Option<usize>),
    /// 403 instead of such a redirect, because its host is blocked.
    Blocked(BlockedTarget, Option<usize>),
}

impl Decision {
    /// Whether the visit counts as a click. A visitor who has to confirm or to enter a password has not followed the
    /// link yet.
    pub(crate) fn is_click(&self) -> bool {
        matches!(self, Self::Redirect(..) | Self::Card | Self::Interstitial(InterstitialKind::Person))
    }
}

/// Decides about a visit. The click limit is not checked here: the caller takes a click before it redirects.
pub(crate) fn decide(
    compiled: &CompiledLink,
    guard: &HostGuard<'_>,
    visit: &Visit<'_>,
    pepper: Option<&Pepper>,
    traits: VisitorTraits,
) -> Decision {
    if compiled.has_ended(visit.now) {
        return Decision::Ended;
    }
    if !compiled.has_started(visit.now) {
        return Decision::NotStarted;
    }
    if !visit.rest.is_empty() && !compiled.uses_path {
        return Decision::NoSuchPath;
    }
    // A visitor of a blocked host is not asked for anything first.
    if guard.is_on()
        && let Decision::Redirect(location, rule) = redirect(compiled, visit, pepper)
        && let Some(blocked_target) = guard.check(&location)
    {
        return Decision::Blocked(blocked_target, rule);
    }
    // A browser that prefetches would show the card to the visitor later.
    if compiled.card.is_some() && visit.classify().kind == AgentKind::Preview && !visit.is_prefetch() {
        return Decision::Card;
    }
    if compiled.lock.is_some() && !traits.is_unlocked {
        return Decision::Interstitial(InterstitialKind::Password { wrong: false });
    }
    if compiled.confirm && !traits.is_confirmed {
        return Decision::Interstitial(InterstitialKind::Confirm);
    }
    if compiled.limit.is_some() && (traits.is_head || visit.classify().kind != AgentKind::Human) {
        return if visit.is_prefetch() { Decision::NoPrefetch } else { Decision::Interstitial(InterstitialKind::Person) };
    }
    redirect(compiled, visit, pepper)
}

/// The redirect of a visitor who has met all conditions.
pub(super) fn redirect(compiled: &CompiledLink, visit: &Visit<'_>, pepper: Option<&Pepper>) -> Decision {
    let rule = RuleEvaluation::new(visit, &compiled.rules, &compiled.id, pepper).first();
    let chosen = rule.and_then(|rule| compiled.destinations.get(rule)).unwrap_or(&compiled.destination);
    match chosen.location(visit.now, &visit.rest, visit.query) {
        Ok(location) => Decision::Redirect(location, rule),
        Err(_) => Decision::NoSuchPath,
    }
}
