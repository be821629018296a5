//! The stored form of a link, as part of its alias record.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::clicks::StoredClicks;
use super::settings::StoredSettings;
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, UserId};
use crate::model::target::Target;
use crate::model::text::Reason;
use crate::store::ports::StoreError;

/// A link.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLink<'a> {
    id: Cow<'a, str>,
    alias: Cow<'a, str>,
    domain: Cow<'a, str>,
    target: Cow<'a, str>,
    #[serde(rename = "spec")]
    settings: StoredSettings<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Cow<'a, str>>,
    created_at: Millis,
    updated_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Millis>,
    version: u64,
    moves: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<StoredBlock<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    predecessors: Vec<Cow<'a, str>>,
    /// Clicks of people, bots and previews that were counted before the link was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    imported_clicks: Option<StoredClicks>,
}

/// The block of a link.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredBlock<'a> {
    reason: Cow<'a, str>,
    at: Millis,
}

impl<'a> From<&'a Link> for StoredLink<'a> {
    fn from(link: &'a Link) -> Self {
        Self {
            id: link.id.as_str().into(),
            alias: link.alias.as_str().into(),
            domain: link.domain.as_str().into(),
            target: link.target.as_str().into(),
            settings: StoredSettings::from(&link.settings),
            owner: link.owner.as_ref().map(|owner| owner.as_str().into()),
            created_at: link.created_at.into(),
            updated_at: link.updated_at.into(),
            updated_by: link.updated_by.as_ref().map(|user| user.as_str().into()),
            deleted_at: link.deleted_at.map(Millis::from),
            version: link.version,
            moves: link.moves,
            history: link.history.as_deref().map(Cow::from),
            epoch: link.epoch.as_deref().map(Cow::from),
            blocked: link.blocked.as_ref().map(StoredBlock::from),
            predecessors: link.predecessors.iter().map(|link| link.as_str().into()).collect(),
            imported_clicks: (link.imported_clicks != Clicks::default()).then(|| link.imported_clicks.into()),
        }
    }
}

impl TryFrom<StoredLink<'_>> for Link {
    type Error = StoreError;

    fn try_from(stored: StoredLink<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: LinkId::stored(stored.id.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            domain: Domain::stored(stored.domain.into_owned()),
            target: Target::stored(stored.target.into_owned()),
            settings: stored.settings.try_into()?,
            owner: stored.owner.map(|owner| UserId::stored(owner.into_owned())),
            created_at: stored.created_at.into(),
            updated_at: stored.updated_at.into(),
            updated_by: stored.updated_by.map(|user| UserId::stored(user.into_owned())),
            deleted_at: stored.deleted_at.map(Into::into),
            version: stored.version,
            moves: stored.moves,
            history: stored.history.map(Cow::into_owned),
            epoch: stored.epoch.map(Cow::into_owned),
            blocked: stored.blocked.map(Blocked::from),
            predecessors: stored.predecessors.into_iter().map(|link| LinkId::stored(link.into_owned())).collect(),
            imported_clicks: stored.imported_clicks.map(Clicks::from).unwrap_or_default(),
        })
    }
}

impl<'a> From<&'a Blocked> for StoredBlock<'a> {
    fn from(blocked: &'a Blocked) -> Self {
        Self { reason: blocked.reason.as_str().into(), at: blocked.at.into() }
    }
}

impl From<StoredBlock<'_>> for Blocked {
    fn from(stored: StoredBlock<'_>) -> Self {
        Self { reason: Reason::stored(stored.reason.into_owned()), at: stored.at.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;
    use crate::model::time::Timestamp;

    fn read(json: &str) -> Option<Link> {
        serde_json::from_str::<StoredLink<'_>>(json).ok()?.try_into().ok()
    }

    #[test]
    fn link_is_stored_and_read_back() {
        let full = Link {
            settings: everything(),
            owner: Some(UserId::stored("usr_1".into())),
            updated_by: Some(UserId::stored("usr_2".into())),
            deleted_at: Some(Timestamp::from_millis(3_000)),
            moves: 3,
            history: Some("t".into()),
            epoch: Some("e".into()),
            blocked: Some(Blocked { reason: Reason::stored("r".into()), at: Timestamp::from_millis(4_000) }),
            predecessors: ["lnk_2", "lnk_3"].map(|id| LinkId::stored(id.into())).to_vec(),
            imported_clicks: Clicks { humans: 1, bots: 2, previews: 3 },
            ..Link::example()
        };
        for link in [full, Link::example()] {
            let json = serde_json::to_string(&StoredLink::from(&link)).unwrap();
            assert_eq!(read(&json), Some(link), "{json}");
        }
    }

    #[test]
    fn members_that_are_not_set_are_not_written() {
        let expected = concat!(
            r#"{"id":"lnk_1","alias":"docs","domain":"hop.example","target":"https://example.com/","spec":{},"#,
            r#""created_at":1000,"updated_at":2000,"version":7,"moves":0}"#
        );
        assert_eq!(serde_json::to_string(&StoredLink::from(&Link::example())).unwrap(), expected);
    }

    #[test]
    fn link_without_a_required_member_is_corrupt() {
        let json = serde_json::to_string(&StoredLink::from(&Link::example())).unwrap();
        for required in ["id", "alias", "domain", "target", "spec", "created_at", "updated_at", "version", "moves"] {
            let json = json.replacen(&format!("\"{required}\""), "\"other\"", 1);
            assert_eq!(read(&json), None, "{required}");
        }
    }
}
