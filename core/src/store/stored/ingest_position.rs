//! The stored form of a position in a batch of log lines.

use serde::{Deserialize, Serialize};

use super::{SchemaVersion, read, write};
use crate::store::ingest_position::IngestPosition;
use crate::store::ports::StoreError;

#[derive(Serialize, Deserialize)]
struct StoredPosition {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    line: u64,
}

pub(in crate::store) fn write_position(position: IngestPosition) -> Result<String, StoreError> {
    write(&StoredPosition { schema: SchemaVersion, line: u64::try_from(position.line).unwrap_or(u64::MAX) })
}

pub(in crate::store) fn read_position(value: &[u8]) -> Result<IngestPosition, StoreError> {
    let StoredPosition { line, .. } = read(value)?;
    Ok(IngestPosition { line: usize::try_from(line).unwrap_or(usize::MAX) })
}
