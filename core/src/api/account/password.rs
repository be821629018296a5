//! Changes the password of the caller. All their other sessions end.

use http::StatusCode;

use crate::api::audit::AuditAction;
use crate::api::users::save;
use crate::auth::{self, Authorized, LiveSession, rate_limit};
use crate::context::Context;
use crate::message::body::{OpaqueText, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::account_password::{AccountPassword, NewAccountPassword};
use crate::model::rate_limits::RatePolicy;
use crate::store::ports::Edge;
use crate::store::{MAX_EDIT_ATTEMPTS, Written};

request_body! {
    /// A new password.
    pub(crate) struct PasswordChange as PasswordChange {
        /// The password until now.
        current: Required<OpaqueText>,
        /// The new password: at least 12 characters, at most 1,024 bytes. One of the 10,000 most common is refused with
        /// `common_password`.
        new: Required<NewAccountPassword>,
    }
}

/// `POST /api/v1/password`
pub(crate) async fn change_password<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let PasswordChange { current, new } = PasswordChange::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let mut live = auth::live_session(context, authorized).await?;
    rate_limit::take(context, RatePolicy::PasswordChange, &[live.session.value.id.as_str().as_bytes()]).await?;
    if let Err(refusal) = auth::check_password(context, Some(&live.user.value), &current).await? {
        return Err(Problem::wrong_password().because(refusal.reason()));
    }
    let checked = live.user.value.password.clone();
    let password = auth::hash_new_password(context, &new).await?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        if live.user.value.password != checked {
            break;
        }
        if replace(context, authorized, &live, &password).await? == Written::Done {
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
        live = auth::live_session(context, authorized).await?;
    }
    Err(Problem::contended())
}

/// Writes the new password with a new generation of sessions, in which the session of the caller goes on.
async fn replace<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    live: &LiveSession,
    password: &AccountPassword,
) -> Result<Written, Problem> {
    let was = &live.user;
    let mut user = was.value.clone();
    user.password = Some(password.clone());
    user.reset = None;
    user.session_generation = user.session_generation.next(Some(live.session.value.id.clone()));
    save(context, authorized, Some(was), &user, Some(AuditAction::user("user.password", &was.value.id))).await
}
