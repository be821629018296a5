//! The commits a record remembers.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use crate::store::ports::StoreError;

/// What every guarded record carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    /// The commit that created the record, kept for good.
    pub(in crate::store) created: String,
    /// The latest commits, newest last.
    pub(in crate::store) recent: Vec<String>,
}

/// A guarded record of any kind, as far as its commits are concerned.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredTokens {
    #[serde(rename = "v")]
    pub(in crate::store) schema: SchemaVersion,
    pub(in crate::store) tokens: Tokens,
}

impl Tokens {
    /// Those of a record of whatever kind.
    pub(in crate::store) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        super::read::<StoredTokens>(value).map(|record| record.tokens)
    }
}
