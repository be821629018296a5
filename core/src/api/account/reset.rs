//! Resets a forgotten password with a one-time token that an admin handed over. All sessions of the user end.

use http::StatusCode;

use crate::api::audit::AuditAction;
use crate::api::users::save;
use crate::auth;
use crate::context::Context;
use crate::message::body::{OpaqueText, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::account_password::NewAccountPassword;
use crate::model::session::SessionGeneration;
use crate::model::user::{PresentedToken, TokenPurpose, User};
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

request_body! {
    /// A new password instead of a forgotten one.
    pub(crate) struct PasswordReset as PasswordReset {
        /// Token of the reset.
        token: Required<OpaqueText>,
        /// The new password.
        new: Required<NewAccountPassword>,
    }
}

/// `POST /api/v1/password/reset`
pub(crate) async fn reset_password<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, body: &Body) -> Result<Response, Problem> {
    let PasswordReset { token, new } = PasswordReset::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let token = PresentedToken::parse(TokenPurpose::Reset, &token)
        .ok_or_else(|| Problem::wrong_token().because("the token of the reset is malformed"))?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = find_resetting(context, &token).await?;
        let mut user = was.value.clone();
        user.reset = None;
        user.password = Some(auth::hash_new_password(context, &new).await?);
        user.session_generation = SessionGeneration { name: context.token()?, began_at: context.now };
        let authorized = auth::signed_in(context, client, &user).await?;
        let action = AuditAction::user("user.password", &was.value.id).with_detail("reset".into());
        if save(context, &authorized, Some(&was), &user, Some(action)).await? == Written::Done {
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
    }
    Err(Problem::contended())
}

/// The user with this reset, who may sign in.
async fn find_resetting<E: Edge>(context: &Context<'_, E>, token: &PresentedToken) -> Result<Box<GuardedRecord<User>>, Problem> {
    let user = GuardedRecord::<User>::load(context.edge.records(), &Key::user(&token.user)).await?;
    let is_resetting = |user: &User| {
        let reset = user.reset.as_ref();
        user.may_sign_in() && reset.is_some_and(|reset| token.is(reset, context.config.peppers(), context.now))
    };
    let refused = || Problem::wrong_token().because(format!("{} has no such reset", token.user.as_str()));
    user.filter(|user| is_resetting(&user.value)).ok_or_else(refused)
}
