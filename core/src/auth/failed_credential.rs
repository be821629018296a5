//! Failed credentials: a request with an invalid credential takes a unit of the rate limit of its network.
//!
//! A request with a valid credential takes none and is never refused, so an attacker cannot lock out the other clients
//! of a network. Neither does a request without `Authorization`, nor one with an access token that hop signed: it has
//! expired or its session has ended, so it was not guessed.

use super::rate_limit::{self, RateTake};
use crate::context::Context;
use crate::message::access_token;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::rate_limits::RatePolicy;
use crate::model::visit::network;
use crate::store::ports::{ClientInfo, Edge};

/// Counts a refused one-time token or refresh token like an invalid credential.
pub(crate) async fn count_failed_token<E: Edge, T>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    result: Result<T, Problem>,
) -> Result<T, Problem> {
    match result {
        Err(problem) => Err(count_failure(context, client, &[], problem).await),
        done => done,
    }
}

/// Returns the problem of a request whose credential gave `problem`: 429 once the units of the network are used up. If
/// the store cannot count, the problem stays the same.
///
/// A 429 has no cause, so a flood of invalid credentials does not fill the log.
pub(super) async fn count_failure<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, token: &[u8], problem: Problem) -> Problem {
    let is_signed = || context.config.token_keys.as_ref().is_ok_and(|keys| access_token::is_signed(token, keys));
    if problem.code != ProblemCode::Unauthenticated || is_signed() {
        return problem;
    }
    match rate_limit::try_take(context, RatePolicy::Credentials, &[&network(client)]).await {
        Ok(RateTake::UsedUp(used_up)) => Problem::rate_limited(used_up),
        Ok(RateTake::Granted) => problem,
        Err(error) => {
            context.log_cause(&error);
            problem
        }
    }
}
