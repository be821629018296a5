//! The stored form of a salt.

use serde::{Deserialize, Serialize};

use crate::store::ledger::Salt;
use crate::store::ports::StoreError;
use crate::store::stored::bytes::StoredBytes;
use crate::store::stored::{self, Millis, SchemaVersion};

#[derive(Serialize, Deserialize)]
struct StoredSalt {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    salt: StoredBytes<32>,
    made_at: Millis,
}

pub(in crate::store) fn write_salt(salt: &Salt) -> Result<String, StoreError> {
    stored::write(&StoredSalt { schema: SchemaVersion, salt: StoredBytes(salt.bytes), made_at: salt.made_at.into() })
}

pub(in crate::store) fn read_salt(text: &[u8]) -> Result<Salt, StoreError> {
    let StoredSalt { salt: StoredBytes(bytes), made_at, .. } = stored::read(text)?;
    Ok(Salt { bytes, made_at: made_at.into() })
}
