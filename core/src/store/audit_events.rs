//! Audit events in the store: one for each change, under the time of the request and the token of its commit. An event
//! is never edited, and deleted only when it expires.

use std::borrow::Cow;

use super::index_entry::inverted;
use super::stored::{self, StoredAuditEvent};
use super::{Key, Prefix};
use crate::model::time::Timestamp;
use crate::store::ports::StoreError;

/// An audit event: which caller did what, to which subject, when, and from which country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditEvent<'a> {
    pub(crate) at: Timestamp,
    /// The kind of change: `link.create`.
    pub(crate) action: Cow<'a, str>,
    /// The id of what was changed; for a domain, its name.
    pub(crate) subject: Cow<'a, str>,
    pub(crate) domain: Option<Cow<'a, str>>,
    pub(crate) alias: Option<Cow<'a, str>>,
    pub(crate) detail: Option<Cow<'a, str>>,
    pub(crate) principal: Cow<'a, str>,
    pub(crate) user: Option<Cow<'a, str>>,
    pub(crate) country: Option<Cow<'a, str>>,
    pub(crate) request_id: Cow<'a, str>,
}

impl AuditEvent<'_> {
    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write(&StoredAuditEvent::from(self))
    }

    pub(crate) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        stored::read::<StoredAuditEvent<'_>>(value).map(AuditEvent::from)
    }
}

impl Key {
    /// The key of the audit event of the commit `token`, requested at `moment`. Newer events come first.
    pub(crate) fn audit(moment: Timestamp, token: &str) -> Self {
        Self::stored(format!("{}{}/{token}", Prefix::audit().as_str(), inverted(moment)))
    }

    /// The id of an audit event: the last part of its key, which is unique.
    pub(crate) fn audit_event_id(&self) -> &str {
        self.as_str().rsplit_once('/').map_or("", |(_, id)| id)
    }

    /// Whether this is the key of an audit event before `moment`. Then so are all keys after it.
    pub(crate) fn is_of_event_before(&self, moment: Timestamp) -> bool {
        self.as_str().rsplit('/').nth(1).is_some_and(|at| *at > *inverted(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> AuditEvent<'static> {
        AuditEvent {
            at: Timestamp::from_millis(5),
            action: "link.create".into(),
            subject: "lnk_1".into(),
            domain: None,
            alias: None,
            detail: None,
            principal: "admin".into(),
            user: None,
            country: None,
            request_id: "req_1".into(),
        }
    }

    #[test]
    fn audit_event_is_stored_and_read_back() {
        let text = |text: &'static str| Some(Cow::Borrowed(text));
        let full = AuditEvent {
            domain: text("hop.example"),
            alias: text("é"),
            detail: text("from \"x\""),
            user: text("usr_1"),
            country: text("DE"),
            ..event()
        };
        for event in [event(), full] {
            assert_eq!(AuditEvent::decode(event.encode().unwrap().as_bytes()), Ok(event));
        }
    }

    #[test]
    fn audit_event_without_a_required_member_is_corrupt() {
        for required in ["at", "action", "subject", "principal", "request_id"] {
            let json = event().encode().unwrap().replacen(&format!("\"{required}\""), "\"other\"", 1);
            assert!(matches!(AuditEvent::decode(json.as_bytes()), Err(StoreError::Corrupt(_))), "{required}");
        }
        let json = event().encode().unwrap().replace("\"admin\"", "\"admin\",\"country\":7");
        assert!(AuditEvent::decode(json.as_bytes()).is_err());
    }

    #[test]
    fn audit_key_holds_time_and_id() {
        let at = Timestamp::from_millis;
        let (newer, older) = (Key::audit(at(6), "a"), Key::audit(at(5), "b"));
        assert!(newer < older);
        assert_eq!((newer.audit_event_id(), older.audit_event_id()), ("a", "b"));
        assert_eq!([4, 5, 6].map(|millis| older.is_of_event_before(at(millis))), [false, false, true]);
        for key in ["x", "audit/"] {
            assert!(!Key::stored(key.into()).is_of_event_before(at(0)), "{key}");
        }
    }
}
