//! The source of a refresh token: the body of a request, or the cookie of a browser. Only pages of the deployment
//! itself may use the cookie.

use crate::message::cookies;
use crate::message::problem::Problem;
use crate::message::request_origin::RequestOrigin;
use crate::model::domain::Domain;
use crate::model::session::RefreshToken;
use crate::store::ports::ClientInfo;

/// The cookie with the refresh token.
pub(super) const COOKIE: &str = "__Host-hop-refresh";

/// Where a client keeps its refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenSource {
    /// The client itself keeps it.
    Body,
    /// The cookie of a browser, which scripts cannot read.
    Cookie,
}

impl TokenSource {
    /// The source that a client asks for with `browser`.
    pub(super) fn requested(browser: Option<bool>, client: &impl ClientInfo, domain: &Domain) -> Result<Self, Problem> {
        if browser == Some(true) { check_own_page(client, domain).map(|()| Self::Cookie) } else { Ok(Self::Body) }
    }
}

/// The refresh token of a request: `in_body`, or else the one in the cookie.
pub(super) fn refresh_token(
    in_body: Option<&str>,
    client: &impl ClientInfo,
    domain: &Domain,
) -> Result<Option<(RefreshToken, TokenSource)>, Problem> {
    if let Some(text) = in_body {
        let token = RefreshToken::parse(text).ok_or_else(|| Problem::wrong_token().because("the refresh token is malformed"))?;
        return Ok(Some((token, TokenSource::Body)));
    }
    let values = cookies::values(client, COOKIE);
    if values.is_empty() {
        return Ok(None);
    }
    check_own_page(client, domain)?;
    let token = values.iter().find_map(|value| RefreshToken::parse(value));
    let token = token.ok_or_else(|| Problem::wrong_token().because("the cookie has no refresh token"))?;
    Ok(Some((token, TokenSource::Cookie)))
}

fn check_own_page(client: &impl ClientInfo, domain: &Domain) -> Result<(), Problem> {
    if RequestOrigin::of(client, domain) == RequestOrigin::Same { Ok(()) } else { Err(Problem::not_from_own_page()) }
}
