//! The record of a request with an idempotency key: its nonce, its progress and its response.

use super::stored::tokens::Tokens;
use super::stored::{self, StoredIdempotency};
use super::{Change, Expect, Key};
use crate::model::time::Timestamp;
use crate::store::ports::{Guard, Record, StoreError};

/// How long the record is valid.
pub(crate) const REMEMBERED_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// The state of a request with an idempotency key.
#[derive(Clone, Debug)]
pub(crate) struct IdempotentRequest {
    /// The digest of the request; for an upsert, the alias planned for its external id. Nothing if the request was
    /// rejected: then another request may use the key.
    pub(crate) body: Option<String>,
    /// The random value from which the ids are derived. A later request with the same key has another nonce, and so
    /// other ids.
    pub(crate) nonce: String,
    pub(crate) first_at: Timestamp,
    /// When the latest attempt started, while none has finished.
    pub(crate) running_since: Option<Timestamp>,
    pub(crate) answer: Option<RecordedResponse>,
    /// Where the next attempt continues, if the previous one did only a part.
    pub(crate) progress: Option<String>,
}

/// The recorded response, for repetitions of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedResponse {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// The record of a request with an idempotency key, as it was read; empty if there is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdempotencyRecord {
    pub(crate) request: Option<IdempotentRequest>,
    tokens: Option<Tokens>,
    guard: Option<Guard>,
}

impl IdempotencyRecord {
    pub(crate) fn decode(record: Option<&Record>) -> Result<Self, StoreError> {
        let Some(record) = record else {
            return Ok(Self::default());
        };
        let (request, tokens) = stored::read::<StoredIdempotency<'_>>(&record.value)?.into_parts();
        Ok(Self { request: Some(request), tokens: Some(tokens), guard: Some(record.guard.clone()) })
    }

    /// The change that replaces the record by `request`.
    pub(crate) fn replace(&self, key: &Key, request: &IdempotentRequest, token: String) -> Result<Change, StoreError> {
        let value = stored::write(&StoredIdempotency::new(request, Tokens::after(self.tokens.as_ref(), &token)))?;
        let forgotten_at = Timestamp::from_millis(request.first_at.as_millis().saturating_add(REMEMBERED_MILLIS));
        let expect = self.guard.clone().map_or(Expect::Absent, Expect::Unchanged);
        Ok(Change { expires_at: Some(forgotten_at), ..Change::write_only(key.clone(), expect, value, token) })
    }
}
