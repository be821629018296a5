//! Keys on the wire: every field always there, and the secret only once.

use serde::Serialize;

use crate::message::wire::DisplayText;
use crate::model::domain::Domain;
use crate::model::key::ApiKey;
use crate::model::link::UserId;
use crate::model::rights::Scope;
use crate::model::time::Timestamp;

/// A key as the API shows it.
#[derive(Serialize)]
pub(super) struct KeyJson<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(flatten)]
    rights: RightsJson<'a>,
    owner: &'a str,
    created_by: Option<&'a str>,
    issuers: Vec<&'a str>,
    created_at: DisplayText<Timestamp>,
    expires_at: Option<DisplayText<Timestamp>>,
    last_used_at: Option<DisplayText<Timestamp>>,
    revoked_at: Option<DisplayText<Timestamp>>,
}

/// A key that was just made. No other answer holds its secret.
#[derive(Serialize)]
pub(super) struct NewKeyJson<'a> {
    #[serde(flatten)]
    pub(super) key: KeyJson<'a>,
    pub(super) secret: &'a str,
}

/// What a key may do, and on which domains: null for all of them.
#[derive(Serialize)]
pub(crate) struct RightsJson<'a> {
    scopes: Vec<&'static str>,
    domains: Option<Vec<&'a str>>,
}

impl<'a> KeyJson<'a> {
    pub(super) fn new(key: &'a ApiKey) -> Self {
        Self {
            id: key.id.as_str(),
            name: key.name.as_str(),
            rights: RightsJson::new(&key.scopes, key.domains.as_deref()),
            owner: key.owner.as_str(),
            created_by: key.created_by.as_ref().map(UserId::as_str),
            issuers: key.issuers.iter().map(UserId::as_str).collect(),
            created_at: DisplayText(key.created_at),
            expires_at: key.expires_at.map(DisplayText),
            last_used_at: key.last_used_at.map(DisplayText),
            revoked_at: key.revoked_at.map(DisplayText),
        }
    }
}

impl<'a> RightsJson<'a> {
    pub(crate) fn new(scopes: &[Scope], domains: Option<&'a [Domain]>) -> Self {
        Self {
            scopes: scopes.iter().map(|scope| scope.name()).collect(),
            domains: domains.map(|domains| domains.iter().map(Domain::as_str).collect()),
        }
    }
}
