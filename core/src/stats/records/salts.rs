//! The salts of unique visitors, in the store of records: inserted if absent, so that all requests use the same one.

use crate::model::stats::Day;
use crate::model::time::Timestamp;
use crate::store::ledger::{SALT_LIFETIME_SECONDS, Salt};
use crate::store::ports::{Edge, Record, Records as _, StoreError};
use crate::store::{Change, Expect, Key, id_source};

/// The salt in this record.
pub(super) fn decode(record: &Record) -> Result<Salt, StoreError> {
    Salt::decode(&record.value)
}

/// Makes the salt of `day`, unless there is one.
pub(super) async fn make(edge: &impl Edge, day: Day) -> Result<(), StoreError> {
    let mut salt = Salt { bytes: [0; 32], made_at: edge.now() };
    edge.random(&mut salt.bytes).map_err(|error| StoreError::Unavailable(error.0))?;
    let token = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
    let mut change = Change::write_only(Key::salt(day), Expect::Absent, salt.encode()?, token);
    let lifetime = u64::from(SALT_LIFETIME_SECONDS).saturating_mul(1_000);
    change.expires_at = Some(Timestamp::from_millis(salt.made_at.as_millis().saturating_add(lifetime)));
    edge.records().commit(&change).await.map(drop)
}

/// Makes the salts of today and tomorrow, if they are missing.
pub(crate) async fn ensure_salts(edge: &impl Edge) -> Result<(), StoreError> {
    let today = Day::of(edge.now());
    for day in [today, today.next()] {
        if edge.records().get(&Key::salt(day)).await?.is_none() {
            make(edge, day).await?;
        }
    }
    Ok(())
}
