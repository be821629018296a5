//! What became of a request that may be repeated, as it is stored.

use super::stored::tokens::Tokens;
use super::stored::{self, StoredIdempotency};
use super::{Change, Expect, Key};
use crate::model::time::Timestamp;
use crate::store::ports::{Guard, Record, StoreError};

/// How long a request is remembered.
pub(crate) const REMEMBERED_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// A request that may be repeated, and how far it came.
#[derive(Clone, Debug)]
pub(crate) struct IdempotentRequest {
    /// A digest of what it asked for, or for an upsert the alias that is promised to its external id; nothing if it was refused: then its name is
    /// free for another.
    pub(crate) body: Option<String>,
    /// What its draws are made of, so that a later request of the same name draws otherwise.
    pub(crate) nonce: String,
    pub(crate) first_at: Timestamp,
    /// Since when somebody is at it.
    pub(crate) running_since: Option<Timestamp>,
    pub(crate) answer: Option<RecordedResponse>,
    /// What the next request goes on from, if the one before did not do everything.
    pub(crate) progress: Option<String>,
}

/// What it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedResponse {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// The record of such a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdempotencyRecord {
    pub(crate) once: Option<IdempotentRequest>,
    tokens: Option<Tokens>,
    guard: Option<Guard>,
}

impl IdempotencyRecord {
    pub(crate) fn decode(record: Option<&Record>) -> Result<Self, StoreError> {
        let Some(record) = record else {
            return Ok(Self::default());
        };
        let (once, tokens) = stored::read::<StoredIdempotency<'_>>(&record.value)?.into_parts();
        Ok(Self { once: Some(once), tokens: Some(tokens), guard: Some(record.guard.clone()) })
    }

    /// The change that makes the record say `once`.
    pub(crate) fn replace(&self, key: &Key, once: &IdempotentRequest, token: String) -> Result<Change, StoreError> {
        let value = stored::write(&StoredIdempotency::new(once, Tokens::after(self.tokens.as_ref(), &token)))?;
        let forgotten_at = Timestamp::from_millis(once.first_at.as_millis().saturating_add(REMEMBERED_MILLIS));
        let expect = self.guard.clone().map_or(Expect::Absent, Expect::Unchanged);
        Ok(Change { expires_at: Some(forgotten_at), ..Change::write_only(key.clone(), expect, value, token) })
    }
}
