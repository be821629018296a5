//! The stored form of commit tokens.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use crate::store::ports::StoreError;

/// The commit tokens in every guarded record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    /// The token of the commit that created the record. It is kept for good.
    pub(in crate::store) created: String,
    /// The tokens of the latest commits, newest last.
    pub(in crate::store) recent: Vec<String>,
}

/// The commit tokens of a guarded record of any kind.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredTokens {
    #[serde(rename = "v")]
    pub(in crate::store) schema: SchemaVersion,
    pub(in crate::store) tokens: Tokens,
}

impl Tokens {
    /// Decodes the commit tokens of a record of any kind.
    pub(in crate::store) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        super::read::<StoredTokens>(value).map(|record| record.tokens)
    }
}
