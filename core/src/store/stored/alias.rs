//! The stored form of an alias record.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::link::StoredLink;
use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::store::ports::StoreError;
use crate::store::{AliasState, Key, MovedTo, PendingMove};

/// An alias record. At most one of `link`, `erasing` and `moved_to` is set. `pending_move` is set beside it while a
/// link moves here.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredAlias<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    pub(in crate::store) commits: u64,
    pub(in crate::store) tokens: Tokens,
    #[serde(rename = "hint_token")]
    pub(in crate::store) entry_token: Cow<'a, str>,
    /// The index entries with another token.
    #[serde(rename = "newer_hints", default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) newer_entries: Vec<Cow<'a, str>>,
    #[serde(rename = "arriving", skip_serializing_if = "Option::is_none")]
    pending_move: Option<Box<StoredPendingMove<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<StoredLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erasing: Option<Box<StoredLink<'a>>>,
    #[serde(rename = "signpost", skip_serializing_if = "Option::is_none")]
    moved_to: Option<StoredMovedTo<'a>>,
}

/// A link that is moving to this alias.
#[derive(Serialize, Deserialize)]
struct StoredPendingMove<'a> {
    link: StoredLink<'a>,
    from: Cow<'a, str>,
    #[serde(rename = "journey")]
    move_id: Cow<'a, str>,
    since: Millis,
}

/// A forwarding record: where the link of this alias moved.
#[derive(Serialize, Deserialize)]
struct StoredMovedTo<'a> {
    link: Cow<'a, str>,
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    #[serde(rename = "journey")]
    move_id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    forwards: bool,
}

impl<'a> StoredAlias<'a> {
    pub(in crate::store) fn new(alias_state: &'a AliasState, commits: u64, tokens: Tokens, index_entries: (&'a str, &'a [Key])) -> Self {
        let pending_move = match alias_state {
            AliasState::PendingMove(pending_move) => Some(Box::new(StoredPendingMove::from(&**pending_move))),
            _ => None,
        };
        let (mut link, mut erasing, mut moved_to) = (None, None, None);
        match alias_state.visible() {
            AliasState::Link(value) => link = Some(StoredLink::from(value)),
            AliasState::Erasing(value) => erasing = Some(Box::new(StoredLink::from(value))),
            AliasState::MovedTo(value) => moved_to = Some(StoredMovedTo::from(value)),
            AliasState::PendingMove(_) | AliasState::Free => {}
        }
        let (entry_token, newer_entries) =
            (index_entries.0.into(), index_entries.1.iter().map(|index_entry| index_entry.as_str().into()).collect());
        Self { schema: SchemaVersion, commits, tokens, entry_token, newer_entries, pending_move, link, erasing, moved_to }
    }

    /// Takes the state of the alias out of the record; the rest stays.
    pub(in crate::store) fn take_state(&mut self) -> Result<AliasState, StoreError> {
        let state = match (self.link.take(), self.erasing.take(), self.moved_to.take()) {
            (Some(link), ..) => AliasState::Link(link.try_into()?),
            (None, Some(link), _) => AliasState::Erasing((*link).try_into()?),
            (None, None, Some(moved_to)) => AliasState::MovedTo(moved_to.into()),
            (None, None, None) => AliasState::Free,
        };
        Ok(match self.pending_move.take() {
            Some(pending_move) => AliasState::PendingMove(Box::new(pending_move.into_move(state)?)),
            None => state,
        })
    }
}

impl StoredPendingMove<'_> {
    /// The pending move of an alias whose previous state is `before`.
    fn into_move(self, before: AliasState) -> Result<PendingMove, StoreError> {
        Ok(PendingMove {
            link: self.link.try_into()?,
            from: Key::stored(self.from.into_owned()),
            move_id: self.move_id.into_owned(),
            since: self.since.into(),
            before,
        })
    }
}

impl<'a> From<&'a PendingMove> for StoredPendingMove<'a> {
    fn from(pending_move: &'a PendingMove) -> Self {
        Self {
            link: StoredLink::from(&pending_move.link),
            from: pending_move.from.as_str().into(),
            move_id: Cow::from(&pending_move.move_id),
            since: pending_move.since.into(),
        }
    }
}

impl<'a> From<&'a MovedTo> for StoredMovedTo<'a> {
    fn from(moved_to: &'a MovedTo) -> Self {
        Self {
            link: moved_to.link.as_str().into(),
            domain: moved_to.domain.as_str().into(),
            alias: moved_to.alias.as_str().into(),
            move_id: Cow::from(&moved_to.move_id),
            forwards: moved_to.forwards,
        }
    }
}

impl From<StoredMovedTo<'_>> for MovedTo {
    fn from(stored: StoredMovedTo<'_>) -> Self {
        Self {
            link: LinkId::stored(stored.link.into_owned()),
            domain: Domain::stored(stored.domain.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            move_id: stored.move_id.into_owned(),
            forwards: stored.forwards,
        }
    }
}
