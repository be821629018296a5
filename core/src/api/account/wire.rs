//! JSON of sign-ins and sessions. Every field is always present.

use http::StatusCode;
use serde::Serialize;

use super::token_source::TokenSource;
use crate::api::users::UserJson;
use crate::context::Context;
use crate::message::access_token::{AccessToken, LIFETIME_SECONDS};
use crate::message::cookies::SameSite;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::rights::Role;
use crate::model::session::{SESSION_SECONDS, Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::store::ports::Edge;

/// The tokens of a signed-in user.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "SignedIn"))]
pub(super) struct SignedInJson<'a> {
    /// Token for `Authorization: Bearer`.
    access_token: &'a str,
    /// Always `Bearer`.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["Bearer"])))]
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: u64,
    /// Token for `POST /api/v1/token`. No other response contains it. `null` if it is in the cookie.
    refresh_token: Option<&'a str>,
    /// Seconds until the refresh token expires, unless it is used.
    refresh_expires_in: u64,
    user: UserJson<'a>,
}

/// A session of the caller.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Session"))]
pub(in crate::api) struct SessionJson<'a> {
    /// Identifier of the session.
    id: &'a str,
    /// Time of the sign-in.
    created_at: DisplayText<Timestamp>,
    /// Time of the last refresh.
    last_used_at: DisplayText<Timestamp>,
    /// Country of the sign-in, as two letters of ISO 3166.
    country: Option<&'a str>,
    /// Kind of device of the sign-in.
    device: Option<&'a str>,
    /// Browser of the sign-in.
    browser: Option<&'a str>,
    /// Whether this request belongs to the session.
    current: bool,
}

impl<'a> SessionJson<'a> {
    /// JSON of `session`, where `current` is the session of the request.
    pub(in crate::api) fn new(session: &'a Session, current: Option<&SessionId>) -> Self {
        Self {
            id: session.id.as_str(),
            created_at: DisplayText(session.created_at),
            last_used_at: DisplayText(session.last_used_at),
            country: session.country.as_deref(),
            device: session.device.as_deref(),
            browser: session.browser.as_deref(),
            current: current == Some(&session.id),
        }
    }
}

/// Response with new tokens of `session`. `source` tells where the refresh token goes: into the body or into the
/// cookie.
pub(super) fn tokens_response<E: Edge>(
    context: &Context<'_, E>,
    session: &Session,
    user: &User,
    role: Role,
    source: TokenSource,
) -> Result<Response, Problem> {
    let keys = context.config.token_keys.as_ref().map_err(|why| Problem::not_configured((*why).to_owned()))?;
    let access = AccessToken { user: user.id.clone(), session: session.id.clone(), role, issued_at: context.now, name: context.token()? };
    let access_token = access.sign(keys, &context.config.issuer()).ok_or_else(|| Problem::internal("there is no key for access tokens"))?;
    let refresh_token = session.refresh_token(context.pepper()?).expose();
    let json = SignedInJson {
        access_token: &access_token,
        token_type: "Bearer",
        expires_in: LIFETIME_SECONDS,
        refresh_token: (source == TokenSource::Body).then_some(&refresh_token),
        refresh_expires_in: SESSION_SECONDS,
        user: UserJson::new(user, role),
    };
    let response = Response::json(StatusCode::OK, &json)?;
    match source {
        TokenSource::Body => Ok(response),
        TokenSource::Cookie => response.set_cookie(super::token_source::COOKIE, &refresh_token, SESSION_SECONDS, SameSite::Strict),
    }
}
