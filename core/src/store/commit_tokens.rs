//! What a record remembers of its own writing: the commit that created it, for good, and the latest ones. By these a writer whose
//! answer was lost learns what became of its change.

use super::stored::tokens::Tokens;
use super::{Change, Expect};
use crate::store::ports::{Record, StoreError};

/// How many of its latest commits a record remembers.
const REMEMBERED_COMMITS: usize = 8;

impl Tokens {
    /// Those of a record that the commit `token` creates.
    pub(super) fn first(token: &str) -> Self {
        Self { created: token.to_owned(), recent: vec![token.to_owned()] }
    }

    /// The tokens to remember after the commit `token` to a record with these.
    pub(super) fn and(&self, token: &str) -> Self {
        let forgotten = self.recent.len().saturating_add(1).saturating_sub(REMEMBERED_COMMITS);
        let recent = self.recent.iter().skip(forgotten).cloned().chain([token.to_owned()]).collect();
        Self { created: self.created.clone(), recent }
    }

    /// Those after the commit `token` to a record with `tokens`, or to none.
    pub(super) fn after(tokens: Option<&Self>, token: &str) -> Self {
        tokens.map_or_else(|| Self::first(token), |tokens| tokens.and(token))
    }

    /// Whether a record with these was made by the commit `token`, or by it among others.
    pub(super) fn remember(&self, token: &str) -> bool {
        self.created == token || self.recent.iter().any(|recent| recent == token)
    }
}

/// What a record shows of a change that was offered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitOutcome {
    /// It was made, whatever came after it.
    Applied,
    /// Something else was made in its place.
    Rejected,
    /// The record is from before the change, or from so long after it that it has forgotten.
    Unknown,
}

/// What became of `change`, as far as `record` tells. It tells of a refusal only while it still remembers the commit the change builds
/// on: then it would remember the change too.
pub(crate) fn commit_outcome(change: &Change, record: &Record) -> Result<CommitOutcome, StoreError> {
    let tokens = Tokens::decode(&record.value)?;
    if tokens.remember(&change.token) {
        return Ok(CommitOutcome::Applied);
    }
    let refused = match &change.expect {
        Expect::Absent => true,
        Expect::Unchanged(guard) => {
            let offered = Tokens::decode(change.value.as_bytes())?;
            let builds_on = offered.recent.iter().rev().nth(1);
            record.guard != *guard && builds_on.is_some_and(|token| tokens.recent.contains(token))
        }
    };
    Ok(if refused { CommitOutcome::Rejected } else { CommitOutcome::Unknown })
}

/// Whether `record` shows that `change` was not made of the very state it expects, and never will be. Another of its name may have been
/// made of a later state.
pub(super) fn is_refused(change: &Change, record: &Record) -> bool {
    match &change.expect {
        Expect::Absent => Tokens::decode(&record.value).is_ok_and(|tokens| tokens.created != change.token),
        Expect::Unchanged(_) => commit_outcome(change, record) == Ok(CommitOutcome::Rejected),
    }
}

/// What a stored record says of its commits: who created it, and the latest.
#[cfg(test)]
pub(super) fn tokens_of(value: &str) -> (String, Vec<String>) {
    let Tokens { created, recent } = Tokens::decode(value.as_bytes()).unwrap();
    (created, recent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Key;
    use crate::store::ports::Guard;
    use crate::store::stored::tokens::StoredTokens;
    use crate::store::stored::{self, SchemaVersion};

    /// The change of commit `number` to a record that was committed `number` times before.
    fn change(number: usize) -> Change {
        let tokens = (1..=number).fold(Tokens::first("t0"), |tokens, commit| tokens.and(&format!("t{commit}")));
        let expect = number.checked_sub(1).map_or(Expect::Absent, |before| Expect::Unchanged(Guard(format!("t{before}"))));
        let value = stored::write(&StoredTokens { schema: SchemaVersion, tokens }).unwrap();
        Change { repeated: true, ..Change::write_only(Key::kept("x".into()), expect, value, format!("t{number}")) }
    }

    /// The record after that change.
    fn record(number: usize) -> Record {
        let change = change(number);
        Record { value: change.value.into_bytes(), guard: Guard(change.token) }
    }

    /// Another change in place of the one of commit `number`.
    fn rival(number: usize) -> Change {
        let change = change(number);
        Change { value: change.value.replace(&format!("\"{}\"", change.token), "\"rival\""), token: "rival".into(), ..change }
    }

    #[test]
    fn a_record_remembers_its_creation_and_its_last_eight_commits() {
        let made: Vec<usize> =
            (0..=11).filter(|number| commit_outcome(&change(*number), &record(10)).unwrap() == CommitOutcome::Applied).collect();
        assert_eq!(made, [0, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn a_refusal_shows_as_long_as_the_record_remembers_what_the_change_builds_on() {
        let fates = |shown: usize| commit_outcome(&rival(5), &record(shown)).unwrap();
        assert_eq!([2, 3, 4].map(fates), [CommitOutcome::Unknown; 3], "a read from before the change tells nothing");
        assert_eq!([5, 8, 11].map(fates), [CommitOutcome::Rejected; 3]);
        assert_eq!([12, 13, 20].map(fates), [CommitOutcome::Unknown; 3], "a record that has forgotten tells nothing");
    }

    #[test]
    fn who_created_a_record_is_never_forgotten() {
        let rival = Change { token: "rival".into(), ..change(0) };
        for shown in [0, 1, 20] {
            assert_eq!(commit_outcome(&change(0), &record(shown)).unwrap(), CommitOutcome::Applied);
            assert_eq!(commit_outcome(&rival, &record(shown)).unwrap(), CommitOutcome::Rejected);
        }
    }

    #[test]
    fn a_record_of_another_schema_tells_nothing() {
        let record = Record { value: br#"{"v":2,"tokens":{"created":"t0","recent":[]}}"#.to_vec(), guard: Guard(String::new()) };
        assert!(matches!(commit_outcome(&change(0), &record), Err(StoreError::Corrupt(_))));
    }
}
