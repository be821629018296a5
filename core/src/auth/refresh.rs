//! Refresh tokens: they continue a session, or identify the one to end.

use super::{Authorized, LiveSession, rate_limit};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::rate_limits::RatePolicy;
use crate::model::session::{RefreshToken, Session, TokenUse};
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{Change, GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written, write};

/// The live session of a refresh token, and the proof of who presents it.
pub(crate) async fn find_session<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    token: &RefreshToken,
) -> Result<(LiveSession, Authorized), Problem> {
    let live = load(context, token).await?;
    let authorized = Authorized::of_user(&token.user, Some(&token.session), live.role, client);
    Ok((live, authorized))
}

/// Continues the session of a refresh token. A token that is too old ends its session: somebody else has used its
/// successor.
pub(crate) async fn refresh<E: Edge>(context: &Context<'_, E>, token: &RefreshToken) -> Result<(Session, LiveSession), Problem> {
    let mut live = load(context, token).await?;
    rate_limit::take_if_counted(context, RatePolicy::Refresh, &[token.session.as_str().as_bytes()]).await?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let session = &live.session.value;
        let about = |what: &str| format!("session {}: {what}", session.id.as_str());
        let next = match session.judge(token.number, context.now) {
            TokenUse::Continue => session.continued(token.number, context.now),
            TokenUse::LateRead => return Err(Problem::late_session(about("its record is older than the refresh token"))),
            TokenUse::Replay => Session { is_ended: true, ..session.clone() },
        };
        if write(context.edge.records(), put(context, &live.session, &next)?).await? == Written::Conflict {
            live = load(context, token).await?;
            continue;
        }
        if next.is_ended {
            return Err(Problem::wrong_token().because(about("an old refresh token was used again, so the session was ended")));
        }
        return Ok((next, live));
    }
    Err(Problem::contended())
}

/// The live session of `token`, if it was made for it.
async fn load<E: Edge>(context: &Context<'_, E>, token: &RefreshToken) -> Result<LiveSession, Problem> {
    let live = LiveSession::load(context, &token.user, &token.session, Problem::wrong_token).await?;
    if context.config.peppers().any(|pepper| live.session.value.made(token, pepper)) {
        Ok(live)
    } else {
        Err(Problem::wrong_token().because(format!("session {}: the refresh token is wrong", token.session.as_str())))
    }
}

fn put<E: Edge>(context: &Context<'_, E>, was: &GuardedRecord<Session>, next: &Session) -> Result<Change, Problem> {
    let mut change = GuardedRecord::put(Some(was), Key::session(&next.user, &next.id), next, context.token()?)?;
    change.expires_at = Some(next.expires_at());
    Ok(change)
}
