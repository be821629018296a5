//! The stored form of an exhaustion marker.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use crate::store::ports::StoreError;

/// The exhaustion marker: all tickets of a limit are taken.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredExhaustionMarker {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    limit: u64,
}

impl StoredExhaustionMarker {
    pub(in crate::store) fn write(limit: u64) -> Result<String, StoreError> {
        super::write(&Self { schema: SchemaVersion, limit })
    }

    /// The limit; nothing if this is no exhaustion marker.
    pub(in crate::store) fn limit(marker: &[u8]) -> Option<u64> {
        super::read::<Self>(marker).ok().map(|marker| marker.limit)
    }
}
