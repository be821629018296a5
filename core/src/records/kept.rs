//! Records that say one thing each, are replaced as a whole and know their commits: keys, users, the team, domains.

use super::object::Object;
use super::stored;
use super::tokens::Tokens;
use super::{Change, Expect, Key};
use crate::json::Members;
use crate::ports::{Guard, Record, Records, StoreError};

/// What a record may say.
pub(crate) trait Keep: Sized {
    fn read(stored: &mut Object) -> Self;
    fn write(&self, stored: &mut Members);
}

/// A record and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Kept<T> {
    pub(crate) what: T,
    tokens: Tokens,
    guard: Guard,
}

impl<T: Keep> Kept<T> {
    /// In a box, since it is handed on from one who waits to the next.
    pub(crate) fn read(record: &Record) -> Result<Box<Self>, StoreError> {
        let mut stored = Object::record(&record.value)?;
        let what = T::read(&mut stored);
        let tokens = Tokens::read(&mut stored);
        stored.end(Box::new(Self { what, tokens, guard: record.guard.clone() }))
    }

    /// The record at `key`.
    pub(crate) async fn look(records: &impl Records, key: &Key) -> Result<Option<Box<Self>>, StoreError> {
        let record = records.get(key).await?;
        record.as_ref().map(Self::read).transpose()
    }

    /// The change that puts `what` in place of what was kept at `key`, or is the first to keep anything there.
    pub(crate) fn put(was: Option<&Self>, key: Key, what: &T, token: String) -> Change {
        put(was.map(|was| (&was.tokens, &was.guard)), key, &|stored| what.write(stored), token)
    }
}

#[inline(never)]
fn put(was: Option<(&Tokens, &Guard)>, key: Key, write: &dyn Fn(&mut Members), token: String) -> Change {
    let value = stored::record(|stored| {
        Tokens::after(was.map(|(tokens, _)| tokens), &token).write(stored);
        write(stored);
    });
    Change::of(key, was.map_or(Expect::Absent, |(_, guard)| Expect::Unchanged(guard.clone())), value, token)
}
