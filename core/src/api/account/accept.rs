//! Accepts an invitation: the user sets their first password and is signed in.

use super::one_time_token;
use super::start::start_session;
use super::token_source::TokenSource;
use crate::api::audit::AuditAction;
use crate::api::users::save;
use crate::auth;
use crate::context::Context;
use crate::message::body::{OpaqueText, Optional, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::account_password::NewAccountPassword;
use crate::model::domain::Domain;
use crate::model::text::Title;
use crate::model::user::TokenPurpose;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{MAX_EDIT_ATTEMPTS, Written};

request_body! {
    /// The acceptance of an invitation.
    pub(crate) struct Acceptance as Acceptance {
        /// Token of the invitation.
        token: Required<OpaqueText>,
        /// Name of the user, of at most 512 bytes. Default: the name that the invitation gave them.
        name: Optional<Title>,
        /// Password of the user: at least 12 characters, at most 1,024 bytes. One of the 10,000 most common is refused
        /// with `common_password`.
        password: Required<NewAccountPassword>,
        /// Whether the refresh token goes into a cookie that scripts cannot read. Only pages of the deployment itself
        /// may ask for this. Default: false.
        browser: Optional<bool>,
    }
}

/// `POST /api/v1/invitations/accept`
pub(crate) async fn accept<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    auth::count_failed_token(context, client, try_accept(context, domain, client, body).await).await
}

async fn try_accept<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let Acceptance { token, name, password, browser } = Acceptance::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let source = TokenSource::requested(browser, client, domain)?;
    let token = one_time_token::parse(TokenPurpose::Invitation, &token)?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = one_time_token::find_user(context, &token, |user| user.invitation.as_ref()).await?;
        let mut user = was.value.next();
        user.invitation = None;
        user.name = name.clone().or(user.name);
        user.password = Some(auth::hash_new_password(context, &password).await?);
        user.last_login_at = Some(context.now);
        let authorized = auth::signed_in(context, client, &user).await?;
        let action = AuditAction::user("user.accept", &was.value.id);
        if save(context, &authorized, Some(&was), &user, Some(action)).await? == Written::Done {
            return start_session(context, &authorized, client, &user, source).await;
        }
    }
    Err(Problem::contended())
}
