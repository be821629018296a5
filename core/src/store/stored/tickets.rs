//! The mark that says there are no tickets left.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use crate::store::ports::StoreError;

/// That all tickets of a limit are taken.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredExhaustion {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    limit: u64,
}

impl StoredExhaustion {
    pub(in crate::store) fn write(limit: u64) -> Result<String, StoreError> {
        super::write(&Self { schema: SchemaVersion, limit })
    }

    /// The limit, if this is such a mark.
    pub(in crate::store) fn limit(mark: &[u8]) -> Option<u64> {
        super::read::<Self>(mark).ok().map(|mark| mark.limit)
    }
}
