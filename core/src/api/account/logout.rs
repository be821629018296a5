//! Ends the session of the caller, or all sessions of the user.

use http::StatusCode;

use super::token_source::{COOKIE, TokenSource, refresh_token};
use crate::api::audit::{self, AuditAction};
use crate::auth::{self, Authorized, LiveSession};
use crate::context::Context;
use crate::message::body::{OpaqueText, Optional, RequestBody, request_body};
use crate::message::cookies::SameSite;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::session::Session;
use crate::model::user::User;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{Change, GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

request_body! {
    /// The end of a session.
    pub(crate) struct Logout as Logout {
        /// Whether all sessions of the user end. Default: false.
        everywhere: Optional<bool>,
        /// Refresh token of the session. Without one, the cookie is read.
        refresh_token: Optional<OpaqueText>,
    }
}

/// `POST /api/v1/logout`
pub(crate) async fn logout<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    auth::count_failed_token(context, client, try_logout(context, domain, client, body).await).await
}

async fn try_logout<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let Logout { everywhere, refresh_token: in_body } = Logout::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let found = refresh_token(in_body.as_deref(), client, domain)?;
    let (token, source) = found.ok_or_else(|| Problem::wrong_token().because("the request has no refresh token"))?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let (live, authorized) = auth::find_session(context, client, &token).await?;
        if end(context, &authorized, &live, everywhere == Some(true)).await? == Written::Done {
            let response = Response::empty(StatusCode::NO_CONTENT);
            return if source == TokenSource::Cookie { response.set_cookie(COOKIE, "", 0, SameSite::Strict) } else { Ok(response) };
        }
    }
    Err(Problem::contended())
}

async fn end<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, live: &LiveSession, everywhere: bool) -> Result<Written, Problem> {
    if everywhere {
        let action = AuditAction::user("session.end_all", &live.user.value.id);
        return audit::commit(context, authorized, end_all(context, &live.user)?, Some(action)).await;
    }
    end_one(context, authorized, &live.session).await
}

/// Ends one session.
pub(super) async fn end_one<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    was: &GuardedRecord<Session>,
) -> Result<Written, Problem> {
    let ended = Session { is_ended: true, ..was.value.clone() };
    let mut change = GuardedRecord::put(Some(was), Key::session(&ended.user, &ended.id), &ended, context.token()?)?;
    change.expires_at = Some(ended.expires_at());
    let action = AuditAction::user("session.end", &ended.user).with_detail(ended.id.as_str().to_owned());
    audit::commit(context, authorized, change, Some(action)).await
}

/// The change that ends all sessions of a user.
fn end_all<E: Edge>(context: &Context<'_, E>, was: &GuardedRecord<User>) -> Result<Change, Problem> {
    let mut user = was.value.clone();
    user.session_generation = user.session_generation.next(None);
    Ok(GuardedRecord::put(Some(was), Key::user(&user.id), &user, context.token()?)?)
}
