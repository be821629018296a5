//! The stored form of sessions.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::bytes::StoredBytes;
use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::link::UserId;
use crate::model::session::{Session, SessionId, SessionSecret};
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// A session.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredSession<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    id: Cow<'a, str>,
    user: Cow<'a, str>,
    secret: StoredBytes<32>,
    generation: u64,
    presented: u64,
    presented_at: Millis,
    created_at: Millis,
    last_used_at: Millis,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ended: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<Cow<'a, str>>,
    tokens: Tokens,
}

impl RecordValue for Session {
    type Stored<'a> = StoredSession<'a>;

    fn store(&self, tokens: Tokens) -> StoredSession<'_> {
        StoredSession {
            schema: SchemaVersion,
            id: self.id.as_str().into(),
            user: self.user.as_str().into(),
            secret: StoredBytes(self.secret.0),
            generation: self.generation,
            presented: self.presented,
            presented_at: self.presented_at.into(),
            created_at: self.created_at.into(),
            last_used_at: self.last_used_at.into(),
            ended: self.is_ended,
            country: self.country.as_deref().map(Cow::from),
            device: self.device.as_deref().map(Cow::from),
            browser: self.browser.as_deref().map(Cow::from),
            tokens,
        }
    }

    fn restore(stored: StoredSession<'_>) -> Result<(Self, Tokens), StoreError> {
        let session = Self {
            id: SessionId::stored(stored.id.into_owned()),
            user: UserId::stored(stored.user.into_owned()),
            secret: SessionSecret(stored.secret.0),
            generation: stored.generation,
            presented: stored.presented,
            presented_at: stored.presented_at.into(),
            created_at: stored.created_at.into(),
            last_used_at: stored.last_used_at.into(),
            is_ended: stored.ended,
            country: stored.country.map(Cow::into_owned),
            device: stored.device.map(Cow::into_owned),
            browser: stored.browser.map(Cow::into_owned),
        };
        Ok((session, stored.tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    #[test]
    fn session_is_stored_and_read_back() {
        let start = r#"{"v":1,"id":"ses_1","user":"usr_1","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","#;
        let times = r#""generation":7,"presented":2,"presented_at":3,"created_at":1,"last_used_at":4,"#;
        for more in ["", r#""ended":true,"country":"AT","device":"desktop","browser":"firefox","#] {
            let json = format!(r#"{start}{times}{more}"tokens":{{"created":"t","recent":["t"]}}}}"#);
            let (session, tokens) = Session::restore(stored::read(json.as_bytes()).unwrap()).unwrap();
            assert_eq!(stored::write(&session.store(tokens)).unwrap(), json);
        }
    }
}
