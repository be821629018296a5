//! Continues a session: returns a new access token for a refresh token.

use super::token_source::refresh_token;
use super::wire;
use crate::auth;
use crate::context::Context;
use crate::message::body::{OpaqueText, Optional, RequestBody, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::store::ports::{ClientInfo, Edge};

request_body! {
    /// A request for new tokens.
    pub(crate) struct TokenRequest as TokenRequest {
        /// Refresh token of the last sign-in or refresh. Without one, the cookie is read.
        refresh_token: Optional<OpaqueText>,
    }
}

/// `POST /api/v1/token`
pub(crate) async fn token<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    auth::count_failed_token(context, client, try_token(context, domain, client, body).await).await
}

async fn try_token<E: Edge>(context: &Context<'_, E>, domain: &Domain, client: &impl ClientInfo, body: &Body) -> Result<Response, Problem> {
    let TokenRequest { refresh_token: in_body } = TokenRequest::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let found = refresh_token(in_body.as_deref(), client, domain)?;
    let (token, source) = found.ok_or_else(|| Problem::wrong_token().because("the request has no refresh token"))?;
    let (session, live) = auth::refresh(context, &token).await?;
    wire::tokens_response(context, &session, &live.user.value, live.role, source)
}
