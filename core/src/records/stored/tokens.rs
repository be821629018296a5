//! The commits a record remembers.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use crate::ports::StoreError;

/// What every guarded record carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    /// The commit that created the record, kept for good.
    pub(in crate::records) created: String,
    /// The latest commits, newest last.
    pub(in crate::records) recent: Vec<String>,
}

/// A guarded record of any kind, as far as its commits are concerned.
#[derive(Serialize, Deserialize)]
pub(in crate::records) struct StoredTokens {
    #[serde(rename = "v")]
    pub(in crate::records) schema: SchemaVersion,
    pub(in crate::records) tokens: Tokens,
}

impl Tokens {
    /// Those of a record of whatever kind.
    pub(in crate::records) fn of(value: &[u8]) -> Result<Self, StoreError> {
        super::read::<StoredTokens>(value).map(|record| record.tokens)
    }
}
