//! Stored forms: the JSON of records, a file for each kind.
//!
//! These types exist for serde alone and hold only what JSON holds: texts, numbers, lists. Domain types are converted to them before a
//! write and from them after a read, so that a change of the product does not change what is stored. A member that is not set is not
//! written. Each record begins with the version of its schema.

pub(super) mod alias;
mod audit;
mod bytes;
pub(super) mod cached_link;
mod domain;
mod idempotency;
mod key;
mod link;
mod lists;
mod robots;
mod rules;
mod settings;
mod tickets;
pub(super) mod tokens;
mod total;
mod user;
mod version;

pub(super) use audit::StoredAuditEvent;
pub(super) use idempotency::StoredIdempotency;
pub use lists::{beside_as_json, keys_as_json};
pub(super) use tickets::StoredExhaustion;
pub(super) use total::StoredTotal;
pub(super) use version::StoredVersion;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use crate::model::time::Timestamp;
use crate::store::ports::StoreError;

/// The schema version of all records.
const SCHEMA: u64 = 1;

/// The first member of every record. A record of another version is refused, not guessed at.
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

/// A moment: milliseconds since 1970 in UTC.
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

/// A type that is stored.
pub(crate) trait StoredForm: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> StoredForm for T {}

/// Reads a whole record.
pub(super) fn read<T: StoredForm>(json: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|error| unreadable(json, &error))
}

/// Writes a whole record. Members stand in the order of their declaration, so one value has one JSON.
pub(super) fn write(record: &impl StoredForm) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::Corrupt(format!("a record cannot be written: {error}")))
}

/// Says where a record is damaged. The words of `serde_json` may quote a value, and records hold secrets, so they are not repeated.
#[cold]
fn unreadable(json: &[u8], error: &serde_json::Error) -> StoreError {
    #[derive(Deserialize)]
    struct Versioned {
        v: u64,
    }
    if let Ok(Versioned { v }) = serde_json::from_slice(json)
        && v != SCHEMA
    {
        return StoreError::Corrupt(format!("a stored record has schema version {v}, and this hop knows version {SCHEMA}"));
    }
    let what = match error.classify() {
        Category::Syntax => "is no JSON",
        Category::Eof => "ends too early",
        Category::Data | Category::Io => "has something that hop never writes",
    };
    StoreError::Corrupt(format!("a stored record {what}, at line {} column {}", error.line(), error.column()))
}

/// The error about a member whose JSON is well formed and whose value hop never writes. The value stays out of the log.
#[cold]
fn corrupt(member: &str) -> StoreError {
    StoreError::Corrupt(format!("a stored record has something at {member} that hop never writes"))
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
    fn a_record_begins_with_its_schema_version() {
        let record = Sample { schema: SchemaVersion, at: Timestamp::from_millis(5).into(), tokens: None };
        assert!(write(&record).unwrap().starts_with(r#"{"v":1,"at":5"#));
        assert_eq!(Timestamp::from(read::<Sample>(br#"{"at":5,"v":1}"#).unwrap().at), Timestamp::from_millis(5));
    }

    #[test]
    fn only_this_schema_is_read() {
        for (json, version) in [(r#"{"v":2,"at":5}"#, 2), (r#"{"what":"a later form","v":99}"#, 99), (r#"{"v":0,"at":5}"#, 0)] {
            assert!(cause(json).contains(&format!("schema version {version},")), "{}", cause(json));
        }
        for json in ["", "{}", "[]", "1", "null", r#"{"v":"1"}"#, r#"{"v":null,"at":5}"#, r#"{"at":5}"#, r#"{"v":1,"at":5}x"#, r#"{"v":1"#]
        {
            assert!(cause(json).contains("stored record"), "{json}");
        }
    }

    #[test]
    fn the_log_says_where_and_never_what() {
        for (json, expected) in [
            (r#"{"v":1,"at":"secret"}"#, "hop never writes, at line 1 column 20"),
            (r#"{"v":1,"at":5,"tokens":{"created":"secret","recent":"secret"}}"#, "hop never writes, at line 1 column 60"),
            (r#"{"v":1,"at":5,"at":"secret"}"#, "hop never writes, at line 1 column 18"),
            (r#"{"v":"secret"}"#, "hop never writes, at line 1 column 13"),
            (r#"{"v":1,"at":secret}"#, "is no JSON, at line 1 column 13"),
            (r#"{"v":1,"at":5,"x":"secret"#, "ends too early, at line 1 column 25"),
            (r#""secret""#, "hop never writes, at line 1 column 8"),
        ] {
            let cause = cause(json);
            assert!(cause.ends_with(expected) && !cause.contains("secret"), "{json}: {cause}");
        }
        assert!(!corrupt("member").to_string().is_empty());
    }

    #[test]
    fn a_doubled_member_is_corrupt() {
        assert!(cause(r#"{"v":1,"at":5,"at":5}"#).contains("never writes"));
    }
}
