//! What becomes of a visit. It is decided from the link and the visit alone, so that following a link and explaining it cannot differ.

use http::HeaderValue;

use crate::model::agent::AgentKind;
use crate::model::digest::Pepper;
use crate::model::rules::RuleEvaluation;
use crate::model::visit::Visit;
use crate::pages::InterstitialKind;
use crate::store::compiled_link::CompiledLink;

/// How a visitor comes, as far as a link cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VisitorTraits {
    /// Only the head of the answer is asked for.
    pub(crate) is_head: bool,
    /// The button of the page was pressed.
    pub(crate) is_confirmed: bool,
    /// The password was given.
    pub(crate) is_unlocked: bool,
}

/// What a visitor is answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It leads nowhere yet.
    NotStarted,
    Ended,
    /// The link does not lead to what was asked behind its alias.
    NoSuchPath,
    /// A preview gets the card.
    Card,
    /// Something is to be done first.
    Interstitial(InterstitialKind),
    /// A browser looks ahead at what only people may spend. It would keep a page, and show that to them.
    NoPrefetch,
    /// To this place, by the rule at this position or by none.
    Redirect(HeaderValue, Option<usize>),
}

impl Decision {
    /// Whether somebody has followed the link, as far as they are let. Who is asked something has not yet.
    pub(crate) fn is_click(&self) -> bool {
        matches!(self, Self::Redirect(..) | Self::Card | Self::Interstitial(InterstitialKind::Person))
    }
}

/// Whether it spends a click is for the link to say: whoever is led on by a link with a limit has one to spend.
pub(crate) fn decide(compiled: &CompiledLink, visit: &Visit<'_>, pepper: Option<&Pepper>, manner: VisitorTraits) -> Decision {
    if compiled.has_ended(visit.now) {
        return Decision::Ended;
    }
    if !compiled.has_started(visit.now) {
        return Decision::NotStarted;
    }
    if !visit.rest.is_empty() && !compiled.uses_path {
        return Decision::NoSuchPath;
    }
    // A browser that looks ahead would show the card to whoever comes after it.
    if compiled.card.is_some() && visit.classify().kind == AgentKind::Preview && !visit.is_prefetch() {
        return Decision::Card;
    }
    if compiled.lock.is_some() && !manner.is_unlocked {
        return Decision::Interstitial(InterstitialKind::Password { wrong: false });
    }
    if compiled.confirm && !manner.is_confirmed {
        return Decision::Interstitial(InterstitialKind::Confirm);
    }
    if compiled.limit.is_some() && (manner.is_head || visit.classify().kind != AgentKind::Human) {
        return if visit.is_prefetch() { Decision::NoPrefetch } else { Decision::Interstitial(InterstitialKind::Person) };
    }
    lead(compiled, visit, pepper)
}

/// Where a visitor is led who may pass.
pub(super) fn lead(compiled: &CompiledLink, visit: &Visit<'_>, pepper: Option<&Pepper>) -> Decision {
    let rule = RuleEvaluation::new(visit, &compiled.rules, &compiled.id, pepper).first();
    let chosen = rule.and_then(|rule| compiled.destinations.get(rule)).unwrap_or(&compiled.destination);
    match chosen.location(visit.now, &visit.rest, visit.query) {
        Ok(location) => Decision::Redirect(location, rule),
        Err(_) => Decision::NoSuchPath,
    }
}
