//! What became of a request that may be repeated, as it is stored.

use serde::{Deserialize, Serialize};

use super::stored::{Schema, parse, to_json};
use super::tokens::remember;
use super::{Change, Expect, Key};
use crate::ports::{Guard, Record, StoreError};
use crate::time::Timestamp;

/// How long a request is remembered.
pub(crate) const REMEMBERED_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// A request that may be repeated, and how far it came.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    /// What it asked for; nothing if it was refused: then its name is free for another.
    pub(crate) body: Option<String>,
    /// What its draws are made of, so that a later request of the same name draws otherwise.
    pub(crate) nonce: String,
    pub(crate) first_at: Timestamp,
    /// Since when somebody is at it.
    pub(crate) running_since: Option<Timestamp>,
    pub(crate) answer: Option<Answer>,
}

/// What it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// The record of such a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnceRecord {
    pub(crate) once: Option<Once>,
    created_token: Option<String>,
    recent_tokens: Vec<String>,
    guard: Option<Guard>,
}

#[derive(Serialize, Deserialize)]
struct StoredOnce {
    v: Schema,
    body: Option<String>,
    nonce: String,
    first_at: u64,
    running_since: Option<u64>,
    answer: Option<Answer>,
    created_token: String,
    recent_tokens: Vec<String>,
}

impl OnceRecord {
    pub(crate) fn read(record: Option<&Record>) -> Result<Self, StoreError> {
        let Some(record) = record else {
            return Ok(Self::default());
        };
        let stored: StoredOnce = parse(&record.value)?;
        let once = Once {
            body: stored.body,
            nonce: stored.nonce,
            first_at: Timestamp::from_millis(stored.first_at),
            running_since: stored.running_since.map(Timestamp::from_millis),
            answer: stored.answer,
        };
        Ok(Self {
            once: Some(once),
            created_token: Some(stored.created_token),
            recent_tokens: stored.recent_tokens,
            guard: Some(record.guard.clone()),
        })
    }

    /// The change that makes the record say `once`.
    pub(crate) fn say(&self, key: &Key, once: &Once, token: String) -> Result<Change, StoreError> {
        let value = to_json(&StoredOnce {
            v: Schema,
            body: once.body.clone(),
            nonce: once.nonce.clone(),
            first_at: once.first_at.as_millis(),
            running_since: once.running_since.map(Timestamp::as_millis),
            answer: once.answer.clone(),
            created_token: self.created_token.clone().unwrap_or_else(|| token.clone()),
            recent_tokens: remember(&self.recent_tokens, &token),
        })?;
        Ok(Change {
            key: key.clone(),
            expect: self.guard.clone().map_or(Expect::Absent, Expect::Unchanged),
            value,
            sides: Vec::new(),
            gains: Vec::new(),
            drops: Vec::new(),
            expires_at: Some(Timestamp::from_millis(once.first_at.as_millis().saturating_add(REMEMBERED_MILLIS))),
            repeated: false,
            token,
        })
    }
}
