//! The preview `/{alias}+`: shows where a link redirects, without a redirect.

use super::decide::{Decision, VisitorTraits};
use super::{LinkVisitor, check_click_limit, problem_or_unknown_host};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::pages::InterstitialKind;
use crate::store::ports::Edge;

/// `GET /{alias}+`. The target is hidden if the link has a click limit, or a password that the visitor has not entered.
pub(crate) async fn preview<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
) -> Result<Response, Problem> {
    match preview_page(context, domain, alias, visit).await {
        Err(problem) => problem_or_unknown_host(context, domain, visit, problem).await,
        response => response,
    }
}

async fn preview_page<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str, visit: &Visit<'_>) -> Result<Response, Problem> {
    let visitor = LinkVisitor::new(context, domain, alias, visit)?;
    let (compiled, is_unlocked) = visitor.find().await?;
    let guard = &visitor.guard(&compiled).await?;
    let decision = visitor.decide(&compiled, guard, VisitorTraits { is_head: false, is_confirmed: true, is_unlocked });
    match check_click_limit(context, &compiled, decision).await? {
        Decision::Ended => Err(Problem::link_ended()),
        Decision::NotStarted | Decision::NoSuchPath => Err(Problem::no_such_link()),
        Decision::Blocked(blocked_target, _) => Err(visitor.warning(&blocked_target, compiled.hides_target())),
        Decision::Redirect(location, _) if compiled.limit.is_none() => {
            visitor.page(&compiled, guard, Some(&location), InterstitialKind::Nothing)
        }
        Decision::Redirect(..) | Decision::Card | Decision::Interstitial(_) | Decision::NoPrefetch => {
            visitor.page(&compiled, guard, None, InterstitialKind::Nothing)
        }
    }
}
