//! `/{alias}+`: where a link leads, without going there.

use super::decide::{Decision, VisitorTraits};
use super::{LinkVisitor, unless_unserved, unless_used_up};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::pages::InterstitialKind;
use crate::store::ports::Edge;

/// `GET /{alias}+`. What a visitor has to do first, or to spend, is not done by looking: then it does not say where the link leads.
pub(crate) async fn preview<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
) -> Result<Response, Problem> {
    match looked(context, domain, alias, visit).await {
        Err(problem) => unless_unserved(context, domain, problem).await,
        response => response,
    }
}

async fn looked<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str, visit: &Visit<'_>) -> Result<Response, Problem> {
    let visitor = LinkVisitor::new(context, domain, alias, visit)?;
    let (compiled, is_unlocked) = visitor.find().await?;
    let decision = visitor.decide(&compiled, VisitorTraits { is_head: false, is_confirmed: true, is_unlocked });
    match unless_used_up(context, &compiled, decision).await? {
        Decision::Ended => Err(Problem::link_ended()),
        Decision::NotStarted | Decision::NoSuchPath => Err(Problem::no_such_link()),
        Decision::Redirect(location, _) if compiled.limit.is_none() => visitor.page(&compiled, Some(&location), InterstitialKind::Nothing),
        Decision::Redirect(..) | Decision::Card | Decision::Interstitial(_) | Decision::NoPrefetch => {
            visitor.page(&compiled, None, InterstitialKind::Nothing)
        }
    }
}
