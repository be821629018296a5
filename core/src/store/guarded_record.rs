//! Guarded records of one value each, replaced as a whole: API keys, users, the team, e-mail claims, domains,
//! `robots.txt`.

use super::stored::tokens::Tokens;
use super::stored::{self, StoredForm};
use super::{Change, Expect, Key};
use crate::store::ports::{Guard, Record, Records, StoreError};

/// A value that is stored as a guarded record.
pub(crate) trait RecordValue: Sized {
    /// The stored form of the value.
    type Stored<'a>: StoredForm
    where
        Self: 'a;

    fn store(&self, tokens: Tokens) -> Self::Stored<'_>;
    fn restore(stored: Self::Stored<'_>) -> Result<(Self, Tokens), StoreError>;
}

/// A guarded record, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct GuardedRecord<T> {
    pub(crate) value: T,
    tokens: Tokens,
    guard: Guard,
}

impl<T: RecordValue> GuardedRecord<T> {
    /// Decodes a record. It is boxed, because it is moved through several futures.
    pub(crate) fn decode(record: &Record) -> Result<Box<Self>, StoreError> {
        let (value, tokens) = T::restore(stored::read(&record.value)?)?;
        Ok(Box::new(Self { value, tokens, guard: record.guard.clone() }))
    }

    /// Reads the record at `key`.
    pub(crate) async fn load(records: &impl Records, key: &Key) -> Result<Option<Box<Self>>, StoreError> {
        let record = records.get(key).await?;
        record.as_ref().map(Self::decode).transpose()
    }

    /// The change that replaces the record `was` at `key` by `value`, or creates it if there was none.
    pub(crate) fn put(was: Option<&Self>, key: Key, value: &T, token: String) -> Result<Change, StoreError> {
        let tokens = Tokens::after(was.map(|was| &was.tokens), &token);
        let expect = was.map_or(Expect::Absent, |was| Expect::Unchanged(was.guard.clone()));
        Ok(Change::write_only(key, expect, stored::write(&value.store(tokens))?, token))
    }

    /// The same, but replaces `record` even if it cannot be decoded: for values that can be computed again.
    pub(crate) fn put_over(record: Option<&Record>, key: Key, value: &T, token: String) -> Result<Change, StoreError> {
        let was = record.and_then(|record| Self::decode(record).ok());
        let change = Self::put(was.as_deref(), key, value, token)?;
        let expect = record.map_or(Expect::Absent, |record| Expect::Unchanged(record.guard.clone()));
        Ok(Change { expect, ..change })
    }
}
