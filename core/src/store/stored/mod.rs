//! Stored forms: the JSON of each kind of record.
//!
//! These types exist only for serde and contain only what JSON has: strings, numbers, lists. Domain types are converted
//! to them before a write and from them after a read, so that renaming a domain type does not change what is stored. A
//! member that is not set is not written. Each record starts with its schema version.

mod abuse_report;
pub(super) mod alias;
mod audit;
mod blocklist;
pub(super) mod bytes;
pub(super) mod cached_domain;
pub(super) mod cached_link;
pub(super) mod clicks;
mod domain;
mod idempotency;
pub(super) mod ingest_position;
mod key;
mod link;
mod link_count;
mod lists;
mod quota;
mod robots;
mod rules;
mod session;
mod settings;
mod tickets;
pub(super) mod tokens;
mod user;
mod version;

pub(super) use audit::StoredAuditEvent;
pub(super) use idempotency::StoredIdempotency;
pub use lists::{beside_as_json, keys_as_json};
pub(super) use tickets::StoredExhaustionMarker;
pub(super) use version::StoredVersion;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use crate::model::time::Timestamp;
use crate::store::ports::StoreError;

/// The schema version of all records.
const SCHEMA: u64 = 1;

/// The first member of every record. A record of another version is rejected.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
pub(super) struct SchemaVersion;

impl From<SchemaVersion> for u64 {
    fn from(_: SchemaVersion) -> Self {
        SCHEMA
    }
}

impl TryFrom<u64> for SchemaVersion {
    type Error = &'static str;

    fn try_from(version: u64) -> Result<Self, Self::Error> {
        if version == SCHEMA { Ok(Self) } else { Err("unknown schema version") }
    }
}

/// A time: milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Millis(u64);

impl From<Timestamp> for Millis {
    fn from(moment: Timestamp) -> Self {
        Self(moment.as_millis())
    }
}

impl From<Millis> for Timestamp {
    fn from(Millis(millis): Millis) -> Self {
        Self::from_millis(millis)
    }
}

/// A type with a stored form.
pub(crate) trait StoredForm: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> StoredForm for T {}

/// Decodes a whole record.
pub(super) fn read<T: StoredForm>(json: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|error| unreadable(json, &error))
}

/// Encodes a whole record. Members are written in the order of their declaration, so one value has one JSON.
pub(super) fn write(record: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::Corrupt(format!("a record cannot be written: {error}")))
}

/// The error for a record that cannot be decoded, with the position. The message of `serde_json` is left out: it may
/// quote a secret.
#[cold]
fn unreadable(json: &[u8], error: &serde_json::Error) -> StoreError {
    #[derive(Deserialize)]
    struct Versioned {
        v: u64,
    }
    if let Ok(Versioned { v }) = serde_json::from_slice(json)
        && v != SCHEMA
    {
        return StoreError::Corrupt(format!("a stored record has schema version {v}, but this version of hop reads only {SCHEMA}"));
    }
    let what = match error.classify() {
        Category::Syntax => "is not JSON",
        Category::Eof => "ends too early",
        Category::Data | Category::Io => "has a value that hop never writes",
    };
    StoreError::Corrupt(format!("a stored record {what}, at line {} column {}", error.line(), error.column()))
}

/// The error for a member with well-formed JSON but a value that hop never writes. The value is left out, so it is not
/// logged.
#[cold]
pub(super) fn corrupt(member: &str) -> StoreError {
    StoreError::Corrupt(format!("a stored record has a value at {member} that hop never writes"))
}

#[cfg(test)]
mod tests {
    use super::tokens::Tokens;
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Sample {
        #[serde(rename = "v")]
        schema: SchemaVersion,
        at: Millis,
        tokens: Option<Tokens>,
    }

    fn cause(json: &str) -> String {
        match read::<Sample>(json.as_bytes()) {
            Err(StoreError::Corrupt(cause)) => cause,
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn record_starts_with_its_schema_version() {
        let record = Sample { schema: SchemaVersion, at: Timestamp::from_millis(5).into(), tokens: None };
        assert!(write(&record).unwrap().starts_with(r#"{"v":1,"at":5"#));
        assert_eq!(Timestamp::from(read::<Sample>(br#"{"at":5,"v":1}"#).unwrap().at), Timestamp::from_millis(5));
    }

    #[test]
    fn record_of_another_schema_version_is_corrupt() {
        for (json, version) in [(r#"{"v":2,"at":5}"#, 2), (r#"{"what":"a later form","v":99}"#, 99), (r#"{"v":0,"at":5}"#, 0)] {
            assert!(cause(json).contains(&format!("schema version {version},")), "{}", cause(json));
        }
        for json in ["", "{}", "[]", "1", "null", r#"{"v":"1"}"#, r#"{"v":null,"at":5}"#, r#"{"at":5}"#, r#"{"v":1,"at":5}x"#, r#"{"v":1"#]
        {
            assert!(cause(json).contains("stored record"), "{json}");
        }
    }

    #[test]
    fn error_names_the_position_without_the_value() {
        for (json, expected) in [
            (r#"{"v":1,"at":"secret"}"#, "hop never writes, at line 1 column 20"),
            (r#"{"v":1,"at":5,"tokens":{"created":"secret","recent":"secret"}}"#, "hop never writes, at line 1 column 60"),
            (r#"{"v":1,"at":5,"at":"secret"}"#, "hop never writes, at line 1 column 18"),
            (r#"{"v":"secret"}"#, "hop never writes, at line 1 column 13"),
            (r#"{"v":1,"at":secret}"#, "is not JSON, at line 1 column 13"),
            (r#"{"v":1,"at":5,"x":"secret"#, "ends too early, at line 1 column 25"),
            (r#""secret""#, "hop never writes, at line 1 column 8"),
        ] {
            let cause = cause(json);
            assert!(cause.ends_with(expected) && !cause.contains("secret"), "{json}: {cause}");
        }
        assert!(!corrupt("member").to_string().is_empty());
    }

    #[test]
    fn duplicate_member_is_corrupt() {
        assert!(cause(r#"{"v":1,"at":5,"at":5}"#).contains("never writes"));
    }
}
