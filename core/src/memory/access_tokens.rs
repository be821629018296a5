//! Access tokens that tests sign themselves, with the key that a deployment derives from its pepper.

use crate::message::access_token::AccessToken;
use crate::model::digest::{Pepper, hmac_sha256};
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::token_keys::TokenKeys;

/// A deployment whose access tokens a test signs.
#[derive(Clone, Copy, Debug)]
pub struct TokenForge<'a> {
    /// The pepper of the deployment.
    pub pepper: &'a str,
    /// Its default origin.
    pub issuer: &'a str,
}

impl TokenForge<'_> {
    /// The user of every token, who need not exist.
    pub const USER: &'static str = "usr_11111111111111111";
    /// The session of every token, which need not exist.
    pub const SESSION: &'static str = "ses_6b01550011111111111111111";

    /// A valid access token of an owner, issued at `now`.
    #[must_use]
    pub fn valid(self, now: Timestamp) -> String {
        let token = AccessToken {
            user: UserId::stored(Self::USER.into()),
            session: SessionId::stored(Self::SESSION.into()),
            role: Role::Owner,
            issued_at: now,
            name: "1".into(),
        };
        token.sign(&self.keys(), self.issuer).unwrap_or_default()
    }

    /// The signature of any JWS, in bytes.
    #[must_use]
    pub fn signature(self, signed: &str) -> [u8; 32] {
        self.keys().signing().map_or([0; 32], |key| hmac_sha256(key.secret.expose(), signed.as_bytes()))
    }

    fn keys(self) -> TokenKeys {
        TokenKeys::derive([&Pepper::new(self.pepper)])
    }
}
