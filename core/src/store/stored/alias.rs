//! The record of an alias.

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

/// Who holds an alias: one of `link`, `erasing` and `signpost`, or nobody; and who is to hold it instead.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredAlias<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    pub(in crate::store) commits: u64,
    pub(in crate::store) tokens: Tokens,
    pub(in crate::store) hint_token: Cow<'a, str>,
    /// The index entries that end in another token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) newer_hints: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arriving: Option<Box<StoredPendingMove<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<StoredLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erasing: Option<Box<StoredLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signpost: Option<StoredMovedTo<'a>>,
}

/// A link that is moving to this alias.
#[derive(Serialize, Deserialize)]
struct StoredPendingMove<'a> {
    link: StoredLink<'a>,
    from: Cow<'a, str>,
    journey: Cow<'a, str>,
    since: Millis,
}

/// Where the link of this alias moved to.
#[derive(Serialize, Deserialize)]
struct StoredMovedTo<'a> {
    link: Cow<'a, str>,
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    journey: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    forwards: bool,
}

impl<'a> StoredAlias<'a> {
    pub(in crate::store) fn of(holder: &'a AliasState, commits: u64, tokens: Tokens, hints: (&'a str, &'a [Key])) -> Self {
        let arriving = match holder {
            AliasState::PendingMove(arriving) => Some(Box::new(StoredPendingMove::from(&**arriving))),
            _ => None,
        };
        let (mut link, mut erasing, mut signpost) = (None, None, None);
        match holder.seen() {
            AliasState::Link(held) => link = Some(StoredLink::from(held)),
            AliasState::Erasing(held) => erasing = Some(Box::new(StoredLink::from(held))),
            AliasState::MovedTo(held) => signpost = Some(StoredMovedTo::from(held)),
            AliasState::PendingMove(_) | AliasState::Nobody => {}
        }
        let (hint_token, newer_hints) = (hints.0.into(), hints.1.iter().map(|hint| hint.as_str().into()).collect());
        Self { schema: SchemaVersion, commits, tokens, hint_token, newer_hints, arriving, link, erasing, signpost }
    }

    /// Who holds the alias; the rest of the record stays.
    pub(in crate::store) fn take_holder(&mut self) -> Result<AliasState, StoreError> {
        let settled = match (self.link.take(), self.erasing.take(), self.signpost.take()) {
            (Some(link), ..) => AliasState::Link(link.try_into()?),
            (None, Some(link), _) => AliasState::Erasing((*link).try_into()?),
            (None, None, Some(signpost)) => AliasState::MovedTo(signpost.into()),
            (None, None, None) => AliasState::Nobody,
        };
        Ok(match self.arriving.take() {
            Some(arriving) => AliasState::PendingMove(Box::new(arriving.before(settled)?)),
            None => settled,
        })
    }
}

impl StoredPendingMove<'_> {
    /// The move, of a link that comes after `before`.
    fn before(self, before: AliasState) -> Result<PendingMove, StoreError> {
        Ok(PendingMove {
            link: self.link.try_into()?,
            from: Key::kept(self.from.into_owned()),
            journey: self.journey.into_owned(),
            since: self.since.into(),
            before,
        })
    }
}

impl<'a> From<&'a PendingMove> for StoredPendingMove<'a> {
    fn from(arriving: &'a PendingMove) -> Self {
        Self {
            link: StoredLink::from(&arriving.link),
            from: arriving.from.as_str().into(),
            journey: Cow::from(&arriving.journey),
            since: arriving.since.into(),
        }
    }
}

impl<'a> From<&'a MovedTo> for StoredMovedTo<'a> {
    fn from(signpost: &'a MovedTo) -> Self {
        Self {
            link: signpost.link.as_str().into(),
            domain: signpost.domain.as_str().into(),
            alias: signpost.alias.as_str().into(),
            journey: Cow::from(&signpost.journey),
            forwards: signpost.forwards,
        }
    }
}

impl From<StoredMovedTo<'_>> for MovedTo {
    fn from(stored: StoredMovedTo<'_>) -> Self {
        Self {
            link: LinkId::stored(stored.link.into_owned()),
            domain: Domain::stored(stored.domain.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            journey: stored.journey.into_owned(),
            forwards: stored.forwards,
        }
    }
}
