//! The stored forms of the blocklist: a listed host, and the record that says that the list was used.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::blocklist::BlockedHost;
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::text::Reason;
use crate::store::blocklist::BlocklistUse;
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// A listed host.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredBlockedHost<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    host: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    subdomains: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    created_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    tokens: Tokens,
}

/// The first use of the blocklist.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredBlocklistUse {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    since: Millis,
    tokens: Tokens,
}

impl RecordValue for BlockedHost {
    type Stored<'a> = StoredBlockedHost<'a>;

    fn store(&self, tokens: Tokens) -> StoredBlockedHost<'_> {
        StoredBlockedHost {
            schema: SchemaVersion,
            host: self.host.as_str().into(),
            subdomains: self.subdomains,
            reason: self.reason.as_ref().map(|reason| reason.as_str().into()),
            created_at: self.created_at.into(),
            created_by: self.created_by.as_ref().map(|user| user.as_str().into()),
            deleted: self.is_deleted,
            tokens,
        }
    }

    fn restore(stored: StoredBlockedHost<'_>) -> Result<(Self, Tokens), StoreError> {
        let blocked_host = Self {
            host: Domain::stored(stored.host.into_owned()),
            subdomains: stored.subdomains,
            reason: stored.reason.map(|reason| Reason::stored(reason.into_owned())),
            created_at: stored.created_at.into(),
            created_by: stored.created_by.map(|user| UserId::stored(user.into_owned())),
            is_deleted: stored.deleted,
        };
        Ok((blocked_host, stored.tokens))
    }
}

impl RecordValue for BlocklistUse {
    type Stored<'a> = StoredBlocklistUse;

    fn store(&self, tokens: Tokens) -> StoredBlocklistUse {
        StoredBlocklistUse { schema: SchemaVersion, since: self.since.into(), tokens }
    }

    fn restore(stored: StoredBlocklistUse) -> Result<(Self, Tokens), StoreError> {
        Ok((Self { since: stored.since.into() }, stored.tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    #[test]
    fn blocked_host_is_stored_and_read_back() {
        for members in
            [r#""created_at":1,"#, r#""subdomains":true,"reason":"phishing","created_at":1,"created_by":"usr_1","deleted":true,"#]
        {
            let json = format!(r#"{{"v":1,"host":"evil.example",{members}"tokens":{{"created":"t","recent":["t"]}}}}"#);
            let (blocked_host, tokens) = BlockedHost::restore(stored::read(json.as_bytes()).unwrap()).unwrap();
            assert_eq!(stored::write(&blocked_host.store(tokens)), Ok(json));
        }
    }
}
