//! Access tokens: JSON Web Tokens (RFC 7519) that hop issues and accepts, signed with HS256.
//!
//! hop alone issues them, so their header is always the same for one key. A token is accepted only if its header is
//! byte for byte the one that hop writes for a key it knows. No field of the header is interpreted, so `alg`, `jku`,
//! `jwk`, `x5u` and `crit` cannot select a key or an algorithm (RFC 8725, 3.1 and 3.10).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::model::base64;
use crate::model::digest::hmac_sha256;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::token_keys::{TokenKey, TokenKeys};

/// Lifetime of an access token: 15 minutes.
pub(crate) const LIFETIME_SECONDS: u64 = 15 * 60;

/// How far the clocks of two data centres may differ.
const CLOCK_SKEW_SECONDS: u64 = 120;

/// Longest token in bytes. hop's own are a third as long.
const MAX_BYTES: usize = 2_048;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    /// The role of the user when the token was issued.
    pub(crate) role: Role,
    pub(crate) issued_at: Timestamp,
    /// The unique name of the token.
    pub(crate) name: String,
}

/// The claims of a token, in the order in which hop writes them. Others are refused, and so are duplicates.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsJson<'a> {
    iss: Cow<'a, str>,
    aud: Cow<'a, str>,
    sub: Cow<'a, str>,
    iat: u64,
    exp: u64,
    jti: Cow<'a, str>,
    sid: Cow<'a, str>,
    roles: [Cow<'a, str>; 1],
}

/// Why a token is not valid. It goes to the log; the client gets one answer for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    TooLong,
    Form,
    Header,
    Signature,
    Claims,
    Issuer,
    Audience,
    Expired,
    FromTheFuture,
    Lifetime,
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the access token is too long",
            Self::Form => "the access token does not have three parts in base64url",
            Self::Header => "the header of the access token is not that of a known key",
            Self::Signature => "the signature of the access token is wrong",
            Self::Claims => "the access token has claims that hop never writes",
            Self::Issuer => "the access token is of another issuer",
            Self::Audience => "the access token is for another audience",
            Self::Expired => "the access token has expired",
            Self::FromTheFuture => "the access token was issued in the future",
            Self::Lifetime => "the access token lasts longer than hop allows",
        })
    }
}

/// Whether a credential may be an access token: every JWT begins with the base64 of `{"`.
pub(crate) fn is_token(credential: &[u8]) -> bool {
    credential.starts_with(b"eyJ")
}

impl AccessToken {
    /// The text of the token, issued by `issuer` and signed with the first of `keys`. `None` if there is no key.
    pub(crate) fn sign(&self, keys: &TokenKeys, issuer: &str) -> Option<String> {
        let key = keys.signing()?;
        let issued_at = self.issued_at.as_millis() / 1_000;
        let claims = ClaimsJson {
            iss: issuer.into(),
            aud: issuer.into(),
            sub: self.user.as_str().into(),
            iat: issued_at,
            exp: issued_at.saturating_add(LIFETIME_SECONDS),
            jti: self.name.as_str().into(),
            sid: self.session.as_str().into(),
            roles: [self.role.name().into()],
        };
        let mut token = [&*header(key), ".", &base64::encode(&serde_json::to_vec(&claims).ok()?)].concat();
        let signature = signature(key, &token);
        token.extend([".", &base64::encode(&signature)]);
        Some(token)
    }

    /// Verifies a token that `issuer` issued, at `now`.
    pub(crate) fn verify(token: &[u8], keys: &TokenKeys, issuer: &str, now: Timestamp) -> Result<Self, TokenFault> {
        let claims = signed_claims(token, keys)?;
        let claims: ClaimsJson<'_> = serde_json::from_slice(&claims).map_err(|_| TokenFault::Claims)?;
        claims.check(issuer, now)
    }
}

/// Whether one of `keys` signed this token. It may have expired.
pub(crate) fn is_signed(token: &[u8], keys: &TokenKeys) -> bool {
    signed_claims(token, keys).is_ok()
}

/// The claims of a token that one of `keys` signed, as JSON.
fn signed_claims(token: &[u8], keys: &TokenKeys) -> Result<Vec<u8>, TokenFault> {
    if token.len() > MAX_BYTES {
        return Err(TokenFault::TooLong);
    }
    let token = std::str::from_utf8(token).map_err(|_| TokenFault::Form)?;
    let (signed, presented) = token.rsplit_once('.').ok_or(TokenFault::Form)?;
    let (presented_header, claims) = signed.split_once('.').ok_or(TokenFault::Form)?;
    let (Some(presented), Some(claims)) = (base64::decode(presented), base64::decode(claims)) else { return Err(TokenFault::Form) };
    let key = keys.all().iter().find(|key| header(key) == presented_header).ok_or(TokenFault::Header)?;
    if bool::from(signature(key, signed).ct_eq(&presented)) { Ok(claims) } else { Err(TokenFault::Signature) }
}

impl ClaimsJson<'_> {
    fn check(&self, issuer: &str, now: Timestamp) -> Result<AccessToken, TokenFault> {
        let now = now.as_millis() / 1_000;
        let [role] = &self.roles;
        let (Ok(user), Some(session), Some(role)) =
            (UserId::parse(self.sub.clone().into_owned()), SessionId::parse(&self.sid), Role::from_name(role))
        else {
            return Err(TokenFault::Claims);
        };
        if self.iss != issuer {
            Err(TokenFault::Issuer)
        } else if self.aud != issuer {
            Err(TokenFault::Audience)
        } else if self.exp <= now {
            Err(TokenFault::Expired)
        } else if self.iat > now.saturating_add(CLOCK_SKEW_SECONDS) {
            Err(TokenFault::FromTheFuture)
        } else if self.exp.saturating_sub(self.iat) > LIFETIME_SECONDS {
            Err(TokenFault::Lifetime)
        } else {
            let issued_at = Timestamp::from_millis(self.iat.saturating_mul(1_000));
            Ok(AccessToken { user, session, role, issued_at, name: self.jti.clone().into_owned() })
        }
    }
}

/// The encoded header of the tokens that `key` signs. The name of a key needs no escapes.
fn header(key: &TokenKey) -> String {
    base64::encode(format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{}"}}"#, key.name).as_bytes())
}

/// The signature of a JWS (RFC 7515, 5.1) with HS256.
fn signature(key: &TokenKey, signed: &str) -> [u8; 32] {
    hmac_sha256(key.secret.expose(), signed.as_bytes())
}

#[cfg(test)]
mod tests;
