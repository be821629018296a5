//! Stored forms: the JSON of records. Each carries the version of its schema; domain types never meet serde.

use serde::{Deserialize, Serialize};

use super::object::object;
use super::stored_spec::{self, StoredSpec};
use crate::alias::Alias;
use crate::domain::Domain;
use crate::link::{Link, LinkId, UserId};
use crate::ports::StoreError;
use crate::target::Target;
use crate::time::Timestamp;
use crate::tree::Tree;

/// The version of all stored forms.
const SCHEMA: u8 = 1;

/// A link, as part of the record of its alias. Written with a `StoredSpec`, read with a `Tree` in its place.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLink<S> {
    id: String,
    alias: String,
    domain: String,
    target: String,
    spec: S,
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
    let mut json = serde_json::Deserializer::from_slice(value);
    let read = object(&mut json).and_then(|stored| json.end().map(|()| stored));
    read.map_err(|error: serde_json::Error| StoreError::Corrupt(format!("a stored record is unreadable: {error}")))
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

impl<'a> StoredLink<StoredSpec<'a>> {
    pub(super) fn of(link: &'a Link) -> Self {
        Self {
            id: link.id.as_str().to_owned(),
            alias: link.alias.as_str().to_owned(),
            domain: link.domain.as_str().to_owned(),
            target: link.target.as_str().to_owned(),
            spec: StoredSpec::of(&link.spec),
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
}

impl StoredLink<Tree> {
    pub(super) fn read(self) -> Result<Link, StoreError> {
        Ok(Link {
            id: LinkId::stored(self.id),
            alias: Alias::stored(self.alias),
            domain: Domain::stored(self.domain),
            target: Target::stored(self.target),
            spec: stored_spec::read(self.spec)?,
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
    use crate::spec::tests::everything;

    #[test]
    fn a_link_comes_back_as_it_was_stored() {
        let full = Link {
            spec: everything(),
            owner: Some(UserId::stored("usr_1".into())),
            updated_by: Some(UserId::stored("usr_2".into())),
            deleted_at: Some(Timestamp::from_millis(3_000)),
            moves: 3,
            history: Some("t".into()),
            ..Link::example()
        };
        for link in [full, Link::example()] {
            let json = to_json(&StoredLink::of(&link)).unwrap();
            assert_eq!(parse::<StoredLink<Tree>>(json.as_bytes()).unwrap().read().unwrap(), link);
        }
    }
}
