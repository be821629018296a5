//! Starts a session after a sign-in.

use super::token_source::TokenSource;
use super::wire;
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::session::{Session, SessionId, SessionSecret};
use crate::model::user::User;
use crate::model::visit::Visit;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{GuardedRecord, Key, Written};

/// Starts a session of `user`, who signed in, and returns its tokens.
pub(super) async fn start_session<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    client: &impl ClientInfo,
    user: &User,
    source: TokenSource,
) -> Result<Response, Problem> {
    let session = new_session(context, client, user)?;
    let mut change = GuardedRecord::put(None, Key::session(&user.id, &session.id), &session, context.token()?)?;
    change.expires_at = Some(session.expires_at());
    let action = AuditAction::user("session.start", &user.id).with_detail(session.id.as_str().to_owned());
    match audit::commit(context, authorized, change, Some(action)).await? {
        Written::Done => wire::tokens_response(context, &session, user, authorized.role(), source),
        Written::Conflict => Err(Problem::internal("a new session has the id of another")),
    }
}

fn new_session<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, user: &User) -> Result<Session, Problem> {
    let mut secret = [0; 32];
    context.edge.random(&mut secret)?;
    let now = context.now;
    let visit = Visit::new(now, "", Vec::new(), client);
    let traits = visit.agent_traits();
    Ok(Session {
        id: SessionId::new(now, &context.token()?),
        user: user.id.clone(),
        secret: SessionSecret(secret),
        generation: user.session_generation.number,
        presented: 0,
        presented_at: now,
        created_at: now,
        last_used_at: now,
        is_ended: false,
        country: client.country(),
        device: traits.device.map(str::to_owned),
        browser: traits.browser.map(str::to_owned),
    })
}
