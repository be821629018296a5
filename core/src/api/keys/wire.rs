//! JSON of an API key. Every field is always present; the secret is only in the response that creates the key.

use serde::Serialize;

use crate::api::quota::QuotaJson;
use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::domain::Domain;
use crate::model::key::ApiKey;
use crate::model::link::UserId;
use crate::model::time::Timestamp;

/// An API key, without its secret.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Key"))]
pub(super) struct KeyJson<'a> {
    /// Identifier of the key. It never changes.
    id: &'a str,
    /// Name of the key.
    name: &'a str,
    /// What the key may do, as far as the role of its owner allows it.
    #[cfg_attr(feature = "docs", schemars(with = "Vec<wire_schema::ScopeSchema>"))]
    scopes: Vec<&'static str>,
    /// The only domains that the key is for; `null` for all of them.
    domains: Option<Vec<&'a str>>,
    /// Identifier of the user whose role the key has.
    owner: &'a str,
    /// Identifier of the user who created the key; `null` for the bootstrap admin. The key is valid only as long as
    /// that user may create it.
    created_by: Option<&'a str>,
    /// Identifiers of the other users who issued the key: it stays valid only while each of them may issue it.
    /// Empty if it depends on its owner alone.
    #[cfg_attr(feature = "docs", schemars(length(max = crate::model::key::MAX_ISSUERS)))]
    issuers: Vec<&'a str>,
    /// Time at which the key was created.
    created_at: DisplayText<Timestamp>,
    /// Time at which the key expires; `null` if it does not.
    expires_at: Option<DisplayText<Timestamp>>,
    /// Time of the last use. It is written once an hour at most, and at the first use after the pepper was changed.
    last_used_at: Option<DisplayText<Timestamp>>,
    /// Time at which the key was revoked; `null` if it was not.
    revoked_at: Option<DisplayText<Timestamp>>,
    /// How many links may be created with the key, besides the quota of its owner; `null` for any number.
    quota: Option<QuotaJson>,
}

/// An API key that was just created.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "MadeKey"))]
pub(super) struct NewKeyJson<'a> {
    #[serde(flatten)]
    pub(super) key: KeyJson<'a>,
    /// The whole key, as it is sent after `Bearer`. No other response contains it.
    #[cfg_attr(feature = "docs", schemars(regex(pattern = "^hop_[1-9A-HJ-NP-Za-km-z]{17}_[1-9A-HJ-NP-Za-km-z]{44}$")))]
    pub(super) secret: &'a str,
}

impl<'a> KeyJson<'a> {
    pub(super) fn new(key: &'a ApiKey) -> Self {
        Self {
            id: key.id.as_str(),
            name: key.name.as_str(),
            scopes: key.scopes.iter().map(|scope| scope.name()).collect(),
            domains: key.domains.as_ref().map(|domains| domains.iter().map(Domain::as_str).collect()),
            owner: key.owner.as_str(),
            created_by: key.created_by.as_ref().map(UserId::as_str),
            issuers: key.issuers.iter().map(UserId::as_str).collect(),
            created_at: DisplayText(key.created_at),
            expires_at: key.expires_at.map(DisplayText),
            last_used_at: key.last_used_at.map(DisplayText),
            revoked_at: key.revoked_at.map(DisplayText),
            quota: key.quota.map(QuotaJson::from),
        }
    }
}
