//! The stored form of an API key.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::bytes::StoredBytes;
use super::quota::StoredQuota;
use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::domain::Domain;
use crate::model::key::{ApiKey, KeyId, SecretDigest};
use crate::model::link::UserId;
use crate::model::rights::{Role, Scope};
use crate::model::text::Title;
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// An API key. Roles and scopes are stored by name.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredKey<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    scopes: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domains: Option<Vec<Cow<'a, str>>>,
    owner: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Cow<'a, str>>,
    /// Users besides the owner on whose rights the key depends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<Cow<'a, str>>,
    #[serde(rename = "most")]
    max_role: Cow<'a, str>,
    created_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<StoredQuota>,
    mark: StoredBytes<32>,
    tokens: Tokens,
}

impl RecordValue for ApiKey {
    type Stored<'a> = StoredKey<'a>;

    fn store(&self, tokens: Tokens) -> StoredKey<'_> {
        StoredKey {
            schema: SchemaVersion,
            id: self.id.as_str().into(),
            name: self.name.as_str().into(),
            scopes: self.scopes.iter().map(|scope| scope.name().into()).collect(),
            domains: self.domains.as_ref().map(|domains| domains.iter().map(|domain| domain.as_str().into()).collect()),
            owner: self.owner.as_str().into(),
            created_by: self.created_by.as_ref().map(|user| user.as_str().into()),
            issuers: self.issuers.iter().map(|user| user.as_str().into()).collect(),
            max_role: self.max_role.name().into(),
            created_at: self.created_at.into(),
            expires_at: self.expires_at.map(Millis::from),
            last_used_at: self.last_used_at.map(Millis::from),
            revoked_at: self.revoked_at.map(Millis::from),
            quota: self.quota.as_ref().map(StoredQuota::from),
            mark: self.digest.clone().into(),
            tokens,
        }
    }

    /// An unknown scope is left out, and an unknown role becomes the lowest one.
    fn restore(stored: StoredKey<'_>) -> Result<(Self, Tokens), StoreError> {
        let domain = |domain: Cow<'_, str>| Domain::stored(domain.into_owned());
        let key = Self {
            id: KeyId::stored(stored.id.into_owned()),
            name: Title::stored(stored.name.into_owned()),
            scopes: stored.scopes.iter().filter_map(|name| Scope::from_name(name)).collect(),
            domains: stored.domains.map(|domains| domains.into_iter().map(domain).collect()),
            owner: UserId::stored(stored.owner.into_owned()),
            created_by: stored.created_by.map(|user| UserId::stored(user.into_owned())),
            issuers: stored.issuers.into_iter().map(|user| UserId::stored(user.into_owned())).collect(),
            max_role: Role::from_name(&stored.max_role).unwrap_or_default(),
            created_at: stored.created_at.into(),
            expires_at: stored.expires_at.map(Into::into),
            last_used_at: stored.last_used_at.map(Into::into),
            revoked_at: stored.revoked_at.map(Into::into),
            quota: stored.quota.and_then(Into::into),
            digest: stored.mark.into(),
        };
        Ok((key, stored.tokens))
    }
}

impl From<SecretDigest> for StoredBytes<32> {
    fn from(mark: SecretDigest) -> Self {
        Self(*mark.as_bytes())
    }
}

impl From<StoredBytes<32>> for SecretDigest {
    fn from(StoredBytes(bytes): StoredBytes<32>) -> Self {
        Self::stored(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    const MARK: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// The JSON of a key with these scopes and domains, this role, these other times and this digest.
    fn key(scopes: &str, max_role: &str, times: &str, mark: &str) -> String {
        format!(
            r#"{{"v":1,"id":"1","name":"n","scopes":{scopes},"owner":"usr_1","most":"{max_role}","created_at":1,{times}"mark":"{mark}","#
        ) + r#""tokens":{"created":"t","recent":["t"]}}"#
    }

    fn restore_and_store(json: &str) -> Option<String> {
        let (key, tokens) = ApiKey::restore(stored::read(json.as_bytes()).ok()?).ok()?;
        stored::write(&key.store(tokens)).ok()
    }

    #[test]
    fn key_is_stored_and_read_back() {
        let times = r#""expires_at":2,"last_used_at":3,"revoked_at":4,"quota":{"links":9,"counts_from":1},"#;
        let scopes = r#"["links:read","keys:admin"],"domains":["a.example","b.example"]"#;
        for json in [key("[]", "viewer", "", MARK), key(scopes, "owner", times, MARK)] {
            assert_eq!(restore_and_store(&json), Some(json));
        }
    }

    #[test]
    fn unknown_role_or_scope_gives_no_right() {
        assert_eq!(restore_and_store(&key(r#"["links:all"]"#, "king", "", MARK)), Some(key("[]", "viewer", "", MARK)));
    }

    #[test]
    fn key_with_a_short_digest_is_corrupt() {
        assert_eq!(restore_and_store(&key("[]", "viewer", "", "AAAA")), None);
    }
}
