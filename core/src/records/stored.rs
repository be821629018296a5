//! Stored forms: the JSON of records. Each carries the version of its schema; domain types never meet serde.

use serde::{Deserialize, Serialize};

use crate::alias::Alias;
use crate::domain::Domain;
use crate::link::{Link, LinkId, RedirectStatus, UserId};
use crate::ports::StoreError;
use crate::spec::Spec;
use crate::target::Target;
use crate::text::{ExternalId, Note, Tag, Title};
use crate::time::Timestamp;

/// The version of all stored forms.
const SCHEMA: u8 = 1;

/// A link, as part of the record of its alias.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLink {
    id: String,
    alias: String,
    domain: String,
    target: String,
    redirect_status: u16,
    title: Option<String>,
    note: Option<String>,
    external_id: Option<String>,
    tags: Vec<String>,
    starts_at: Option<u64>,
    ends_at: Option<u64>,
    fallback: Option<String>,
    disabled: bool,
    owner: Option<String>,
    created_at: u64,
    updated_at: u64,
    updated_by: Option<String>,
    deleted_at: Option<u64>,
    version: u64,
    moves: u8,
    history: Option<String>,
}

pub(super) fn parse<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(value).map_err(|error| StoreError::Corrupt(format!("a stored record is unreadable: {error}")))
}

pub(super) fn to_json(stored: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(stored).map_err(|error| StoreError::Corrupt(format!("a record cannot be written: {error}")))
}

/// The version of a stored form. A form of a later hop is refused, not guessed at.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(super) struct Schema;

impl TryFrom<u8> for Schema {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, Self::Error> {
        if version == SCHEMA { Ok(Self) } else { Err(format!("schema {version} is not known, only {SCHEMA}")) }
    }
}

impl From<Schema> for u8 {
    fn from(_: Schema) -> Self {
        SCHEMA
    }
}

impl StoredLink {
    pub(super) fn of(link: &Link) -> Self {
        let spec = &link.spec;
        Self {
            id: link.id.as_str().to_owned(),
            alias: link.alias.as_str().to_owned(),
            domain: link.domain.as_str().to_owned(),
            target: link.target.as_str().to_owned(),
            redirect_status: spec.redirect_status.code().as_u16(),
            title: spec.title.as_ref().map(|title| title.as_str().to_owned()),
            note: spec.note.as_ref().map(|note| note.as_str().to_owned()),
            external_id: spec.external_id.as_ref().map(|id| id.as_str().to_owned()),
            tags: spec.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            starts_at: spec.starts_at.map(Timestamp::as_millis),
            ends_at: spec.ends_at.map(Timestamp::as_millis),
            fallback: spec.fallback.as_ref().map(|fallback| fallback.as_str().to_owned()),
            disabled: spec.disabled,
            owner: link.owner.as_ref().map(|owner| owner.as_str().to_owned()),
            created_at: link.created_at.as_millis(),
            updated_at: link.updated_at.as_millis(),
            updated_by: link.updated_by.as_ref().map(|user| user.as_str().to_owned()),
            deleted_at: link.deleted_at.map(Timestamp::as_millis),
            version: link.version,
            moves: link.moves,
            history: link.history.clone(),
        }
    }

    pub(super) fn read(self) -> Result<Link, StoreError> {
        let redirect_status = RedirectStatus::parse(self.redirect_status.into())
            .map_err(|_| StoreError::Corrupt(format!("a stored record has a link of status {}", self.redirect_status)))?;
        Ok(Link {
            id: LinkId::stored(self.id),
            alias: Alias::stored(self.alias),
            domain: Domain::stored(self.domain),
            target: Target::stored(self.target),
            spec: Spec {
                redirect_status,
                title: self.title.map(Title::stored),
                note: self.note.map(Note::stored),
                external_id: self.external_id.map(ExternalId::stored),
                tags: self.tags.into_iter().map(Tag::stored).collect(),
                starts_at: self.starts_at.map(Timestamp::from_millis),
                ends_at: self.ends_at.map(Timestamp::from_millis),
                fallback: self.fallback.map(Target::stored),
                disabled: self.disabled,
            },
            owner: self.owner.map(UserId::stored),
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            updated_by: self.updated_by.map(UserId::stored),
            deleted_at: self.deleted_at.map(Timestamp::from_millis),
            version: self.version,
            moves: self.moves,
            history: self.history,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link of which everything is said.
    fn link() -> Link {
        Link {
            spec: Spec {
                redirect_status: RedirectStatus::Permanent,
                title: Some(Title::stored("T".into())),
                note: Some(Note::stored("N".into())),
                external_id: Some(ExternalId::stored("E".into())),
                tags: vec![Tag::stored("a".into()), Tag::stored("b".into())],
                starts_at: Some(Timestamp::from_millis(10)),
                ends_at: Some(Timestamp::from_millis(20)),
                fallback: Some(Target::stored("https://example.com/f".into())),
                disabled: true,
            },
            owner: Some(UserId::stored("usr_1".into())),
            updated_by: Some(UserId::stored("usr_2".into())),
            deleted_at: Some(Timestamp::from_millis(3_000)),
            moves: 3,
            history: Some("t".into()),
            ..Link::example()
        }
    }

    #[test]
    fn a_link_comes_back_as_it_was_stored() {
        for link in [link(), Link::example()] {
            let json = to_json(&StoredLink::of(&link)).unwrap();
            assert_eq!(parse::<StoredLink>(json.as_bytes()).unwrap().read().unwrap(), link);
        }
    }

    #[test]
    fn a_status_that_does_not_redirect_is_corrupt() {
        let json = to_json(&StoredLink::of(&link())).unwrap().replacen("308", "200", 1);
        let read = parse::<StoredLink>(json.as_bytes()).and_then(StoredLink::read);
        assert!(matches!(read, Err(StoreError::Corrupt(_))));
    }
}
