//! Signs a user in with their password.

use super::start::start_session;
use super::token_source::TokenSource;
use crate::auth;
use crate::context::Context;
use crate::message::body::{OpaqueText, Optional, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::user::User;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{GuardedRecord, Key};

request_body! {
    /// A sign-in with a password.
    pub(crate) struct Login as Login {
        /// Mail address of the user.
        email: Required<OpaqueText>,
        /// Password of the user.
        password: Required<OpaqueText>,
        /// Whether the refresh token goes into a cookie that scripts cannot read. Only pages of the deployment itself
        /// may ask for this. Default: false.
        browser: Optional<bool>,
    }
}

/// `POST /api/v1/login`
pub(crate) async fn login<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let Login { email, password, browser } = Login::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let source = TokenSource::requested(browser, client, domain)?;
    let (mut user, authorized) = auth::sign_in(context, client, &email, &password).await?;
    record_login(context, &mut user, &password).await?;
    let response = start_session(context, &authorized, client, &user.value, source).await?;
    match &user.value.email {
        Some(email) if source == TokenSource::Cookie => auth::remember_device(context, email, response),
        _ => Ok(response),
    }
}

/// Records the time of the sign-in after the response. The password is hashed again if its cost or its pepper is not
/// the current one. If another request changes the user meanwhile, neither is recorded, and the next sign-in tries
/// again.
async fn record_login<E: Edge>(context: &Context<'_, E>, user: &mut GuardedRecord<User>, typed: &str) -> Result<(), Problem> {
    let mut next = user.value.clone();
    next.last_login_at = Some(context.now);
    let cost = context.account_password_cost();
    let pepper = context.pepper()?;
    if next.password.as_ref().is_some_and(|password| password.is_outdated(pepper, cost)) {
        match auth::hash_again(context, typed).await {
            Ok(password) => next.password = Some(password),
            Err(problem) => context.log_cause(&problem),
        }
    }
    let change = GuardedRecord::put(Some(user), Key::user(&next.id), &next, context.token()?)?;
    context.commit_later("the time of a sign-in was not recorded", change);
    user.value = next;
    Ok(())
}
