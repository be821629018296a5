//! Exact rate limits, counted in the store. [`RatePolicy`] lists them; docs/OPERATIONS.md has the defaults.
//!
//! ```text
//! // 429 if none is left, 503 if the store cannot count:
//! rate_limit::take(context, RatePolicy::Refresh, &[session.as_bytes()]).await?;
//! // The caller decides:
//! match rate_limit::try_take(context, RatePolicy::SignInNetwork, &[&network(client)]).await? { … }
//! ```
//!
//! * A *unit* is one request. A policy allows a number of units in each window, for each client: the parts name the
//!   client, such as a network, a session or an account.
//! * Windows are fixed spans of the clock, so at the end of one and the start of the next a client may use the units of
//!   both.
//! * The key of a count has a digest of the parts under the pepper, so no address and no name of a client is stored.
//!   The store may delete a count after its window. A changed pepper or setting starts new counts.
//! * A unit is taken before the work that it limits. A failed `take` may have taken one, and more than the rate is
//!   never granted ([`Records::take`]). A store without counters may refuse the last units.
//! * A `take` costs one store operation on Workers. On Compute it usually costs one, and up to four once many units are
//!   used.
//!
//! [`Records::take`]: crate::store::ports::Records::take

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::rate_limits::{MAX_UNITS, RatePolicy, UsedUp};
use crate::model::time::Timestamp;
use crate::store::Key;
use crate::store::ports::{Edge, Records as _, Take};
use crate::store::tickets::MAX_TICKETS;

const _: () = assert!(MAX_UNITS <= MAX_TICKETS, "a store without counters can count every rate");

/// The result of taking a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateTake {
    /// A unit was taken, or the policy is off.
    Granted,
    /// No unit is left in this window.
    UsedUp(UsedUp),
}

/// Takes one unit of `policy` for the client that `parts` name.
///
/// # Errors
/// 429 `rate_limited` if none is left; 503 if the store cannot count or there is no pepper.
pub(crate) async fn take<E: Edge>(context: &Context<'_, E>, policy: RatePolicy, parts: &[&[u8]]) -> Result<(), Problem> {
    match try_take(context, policy, parts).await? {
        RateTake::Granted => Ok(()),
        RateTake::UsedUp(used_up) => Err(Problem::rate_limited(used_up)),
    }
}

/// The same for a policy that must not refuse requests while the store cannot count: then it grants the unit and writes
/// a line to the log.
///
/// # Errors
/// 429 `rate_limited` if no unit is left.
pub(crate) async fn take_if_counted<E: Edge>(context: &Context<'_, E>, policy: RatePolicy, parts: &[&[u8]]) -> Result<(), Problem> {
    match try_take(context, policy, parts).await {
        Ok(RateTake::Granted) => Ok(()),
        Ok(RateTake::UsedUp(used_up)) => Err(Problem::rate_limited(used_up)),
        Err(problem) => {
            context.log_cause(&problem);
            Ok(())
        }
    }
}

/// Takes one unit of `policy` for the client that `parts` name, and returns whether one was left.
///
/// # Errors
/// 503 if the store cannot count or there is no pepper.
pub(crate) async fn try_take<E: Edge>(context: &Context<'_, E>, policy: RatePolicy, parts: &[&[u8]]) -> Result<RateTake, Problem> {
    let Some(rate) = context.config.rate_limits.rate(policy) else { return Ok(RateTake::Granted) };
    let window_millis = u64::from(rate.seconds).saturating_mul(1_000);
    let number = context.now.as_millis().checked_div(window_millis).unwrap_or_default();
    let ends = Timestamp::from_millis(number.saturating_add(1).saturating_mul(window_millis));
    let purpose = ["rate limit ", policy.name()].concat();
    let key = Key::rate(policy.name(), &context.pepper()?.digest(&purpose, parts).name(), number);
    match context.edge.records().take(&key, rate.units.into(), Some(ends)).await?.take {
        Take::Granted => Ok(RateTake::Granted),
        Take::Exhausted => Ok(RateTake::UsedUp(UsedUp { policy, rate, seconds_left: ends.millis_since(context.now).div_ceil(1_000) })),
        Take::Busy => Err(Problem::contended()),
    }
}
