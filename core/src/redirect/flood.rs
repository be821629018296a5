//! Floods of unknown aliases: where the platform has a rate limiter of its own, a network gets 429 instead of 404 once
//! it asked for too many. This uses no store operation, and never refuses a redirect.

use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::digest::keyed_digest;
use crate::model::visit::Visit;
use crate::store::ports::Edge;

/// Returns the problem of a visit that found no link: `problem`, or 429 if the network asked for too many. If the
/// limiter does not answer, the problem stays the same.
///
/// The limiter gets a digest, not the address of the network.
pub(super) async fn limit<E: Edge>(context: &Context<'_, E>, visit: &Visit<'_>, problem: Problem) -> Problem {
    if problem.code != ProblemCode::NotFound {
        return problem;
    }
    let client = keyed_digest(context.config.pepper.as_ref().ok(), "unknown alias", &[&visit.network()]).name();
    match context.edge.admits_unknown_alias(&client).await {
        Ok(true) => problem,
        Ok(false) => Problem::too_many_unknown_aliases(),
        Err(error) => {
            context.log_lost("the platform's rate limiter did not answer", &error);
            problem
        }
    }
}
