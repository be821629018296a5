//! Resets a forgotten password with a one-time token that an admin handed over. All sessions of the user end.

use http::StatusCode;

use super::one_time_token;
use crate::api::audit::AuditAction;
use crate::api::users::save;
use crate::auth;
use crate::context::Context;
use crate::message::body::{OpaqueText, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::account_password::NewAccountPassword;
use crate::model::user::TokenPurpose;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{MAX_EDIT_ATTEMPTS, Written};

request_body! {
    /// A new password instead of a forgotten one.
    pub(crate) struct PasswordReset as PasswordReset {
        /// Token of the reset.
        token: Required<OpaqueText>,
        /// The new password: at least 12 characters, at most 1,024 bytes. One of the 10,000 most common is refused with
        /// `common_password`.
        new: Required<NewAccountPassword>,
    }
}

/// `POST /api/v1/password/reset`
pub(crate) async fn reset_password<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, body: &Body) -> Result<Response, Problem> {
    auth::count_failed_token(context, client, try_reset(context, client, body).await).await
}

async fn try_reset<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, body: &Body) -> Result<Response, Problem> {
    let PasswordReset { token, new } = PasswordReset::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let token = one_time_token::parse(TokenPurpose::Reset, &token)?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = one_time_token::find_user(context, &token, |user| user.reset.as_ref().filter(|_| user.may_sign_in())).await?;
        let mut user = was.value.clone();
        user.reset = None;
        user.password = Some(auth::hash_new_password(context, &new).await?);
        user.session_generation = user.session_generation.next(None);
        let authorized = auth::signed_in(context, client, &user).await?;
        let action = AuditAction::user("user.password", &was.value.id).with_detail("reset".into());
        if save(context, &authorized, Some(&was), &user, Some(action)).await? == Written::Done {
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
    }
    Err(Problem::contended())
}
