//! The audit as it is stored: a line for each change, under the moment it was asked for and the name of its commit. Nothing edits one, and
//! nothing but time deletes it.

use std::borrow::Cow;

use super::index_entry::inverted;
use super::stored::{self, StoredAuditEvent};
use super::{Key, Prefix};
use crate::model::time::Timestamp;
use crate::store::ports::StoreError;

/// What a line tells: who did what, to what, when and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditEvent<'a> {
    pub(crate) at: Timestamp,
    /// What kind of deed it was: `link.create`.
    pub(crate) action: Cow<'a, str>,
    /// The id of what it was done to; a domain's name.
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
    /// What somebody asked for at `moment` and the commit `token` did. Newest first.
    pub(crate) fn audit(moment: Timestamp, token: &str) -> Self {
        Self::kept(format!("{}{}/{token}", Prefix::audit().as_str(), inverted(moment)))
    }

    /// The last part of a line's key: no other line has the same.
    pub(crate) fn line_id(&self) -> &str {
        self.as_str().rsplit_once('/').map_or("", |(_, id)| id)
    }

    /// Whether this is the key of a line from before `moment`, as then are all that follow.
    pub(crate) fn is_of_line_before(&self, moment: Timestamp) -> bool {
        self.as_str().rsplit('/').nth(1).is_some_and(|at| *at > *inverted(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> AuditEvent<'static> {
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
    fn a_line_comes_back_as_it_was_stored() {
        let text = |text: &'static str| Some(Cow::Borrowed(text));
        let full = AuditEvent {
            domain: text("hop.example"),
            alias: text("é"),
            detail: text("from \"x\""),
            user: text("usr_1"),
            country: text("DE"),
            ..line()
        };
        for line in [line(), full] {
            assert_eq!(AuditEvent::decode(line.encode().unwrap().as_bytes()), Ok(line));
        }
    }

    #[test]
    fn a_line_without_what_every_line_has_is_corrupt() {
        for needed in ["at", "action", "subject", "principal", "request_id"] {
            let json = line().encode().unwrap().replacen(&format!("\"{needed}\""), "\"other\"", 1);
            assert!(matches!(AuditEvent::decode(json.as_bytes()), Err(StoreError::Corrupt(_))), "{needed}");
        }
        let json = line().encode().unwrap().replace("\"admin\"", "\"admin\",\"country\":7");
        assert!(AuditEvent::decode(json.as_bytes()).is_err());
    }

    #[test]
    fn the_key_of_a_line_tells_when_it_was_and_its_id() {
        let at = Timestamp::from_millis;
        let (newer, older) = (Key::audit(at(6), "a"), Key::audit(at(5), "b"));
        assert!(newer < older);
        assert_eq!((newer.line_id(), older.line_id()), ("a", "b"));
        assert_eq!([4, 5, 6].map(|millis| older.is_of_line_before(at(millis))), [false, false, true]);
        for key in ["x", "audit/"] {
            assert!(!Key::kept(key.into()).is_of_line_before(at(0)), "{key}");
        }
    }
}
