//! Records that say one thing each, are replaced as a whole and know their commits: keys, users, the team, domains.

use super::stored::tokens::Tokens;
use super::stored::{self, StoredForm};
use super::{Change, Expect, Key};
use crate::store::ports::{Guard, Record, Records, StoreError};

/// What a record may say.
pub(crate) trait RecordValue: Sized {
    /// Its stored form.
    type Stored<'a>: StoredForm
    where
        Self: 'a;

    fn store(&self, tokens: Tokens) -> Self::Stored<'_>;
    fn restore(stored: Self::Stored<'_>) -> Result<(Self, Tokens), StoreError>;
}

/// A record and what it says.
#[derive(Clone, Debug)]
pub(crate) struct GuardedRecord<T> {
    pub(crate) what: T,
    tokens: Tokens,
    guard: Guard,
}

impl<T: RecordValue> GuardedRecord<T> {
    /// In a box, since it is handed on from one who waits to the next.
    pub(crate) fn decode(record: &Record) -> Result<Box<Self>, StoreError> {
        let (what, tokens) = T::restore(stored::read(&record.value)?)?;
        Ok(Box::new(Self { what, tokens, guard: record.guard.clone() }))
    }

    /// The record at `key`.
    pub(crate) async fn load(records: &impl Records, key: &Key) -> Result<Option<Box<Self>>, StoreError> {
        let record = records.get(key).await?;
        record.as_ref().map(Self::decode).transpose()
    }

    /// The change that puts `what` in place of what was kept at `key`, or is the first to keep anything there.
    pub(crate) fn put(was: Option<&Self>, key: Key, what: &T, token: String) -> Result<Change, StoreError> {
        let tokens = Tokens::after(was.map(|was| &was.tokens), &token);
        let expect = was.map_or(Expect::Absent, |was| Expect::Unchanged(was.guard.clone()));
        Ok(Change::write_only(key, expect, stored::write(&what.store(tokens))?, token))
    }

    /// The same in place of `record`, even if it cannot be read: for what can be worked out anew.
    pub(crate) fn put_over(record: Option<&Record>, key: Key, what: &T, token: String) -> Result<Change, StoreError> {
        let was = record.and_then(|record| Self::decode(record).ok());
        let change = Self::put(was.as_deref(), key, what, token)?;
        let expect = record.map_or(Expect::Absent, |record| Expect::Unchanged(record.guard.clone()));
        Ok(Change { expect, ..change })
    }
}
