//! Commit tokens in a record: the token of the commit that created it, kept for good, and those of the latest commits.
//! A writer that lost the answer of the store finds out from them whether its change was committed.

use super::stored::tokens::Tokens;
use super::{Change, Expect};
use crate::store::ports::{Record, StoreError};

/// How many of its latest commits a record remembers.
const REMEMBERED_COMMITS: usize = 8;

impl Tokens {
    /// The tokens of a record that the commit `token` creates.
    pub(super) fn first(token: &str) -> Self {
        Self { created: token.to_owned(), recent: vec![token.to_owned()] }
    }

    /// The tokens of a record with these tokens after the commit `token`.
    pub(super) fn and(&self, token: &str) -> Self {
        let forgotten = self.recent.len().saturating_add(1).saturating_sub(REMEMBERED_COMMITS);
        let recent = self.recent.iter().skip(forgotten).cloned().chain([token.to_owned()]).collect();
        Self { created: self.created.clone(), recent }
    }

    /// The tokens after the commit `token` to a record with `tokens`, or to a new record.
    pub(super) fn after(tokens: Option<&Self>, token: &str) -> Self {
        tokens.map_or_else(|| Self::first(token), |tokens| tokens.and(token))
    }

    /// Whether the commit `token` is the first or one of the latest commits.
    pub(super) fn remember(&self, token: &str) -> bool {
        self.created == token || self.recent.iter().any(|recent| recent == token)
    }
}

/// The outcome of a change, as far as the record shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitOutcome {
    /// The change was committed. Later commits may have followed.
    Applied,
    /// Another change was committed instead.
    Rejected,
    /// The record was read in a state before the change, or so long after it that the token is forgotten.
    Unknown,
}

/// The outcome of `change` that `record` shows. It shows a rejection only while it remembers the commit that the change
/// builds on: then it would remember the change too.
pub(crate) fn commit_outcome(change: &Change, record: &Record) -> Result<CommitOutcome, StoreError> {
    let tokens = Tokens::decode(&record.value)?;
    if tokens.remember(&change.token) {
        return Ok(CommitOutcome::Applied);
    }
    let is_rejected = match &change.expect {
        Expect::Absent => true,
        Expect::Unchanged(guard) => {
            let tokens_after = Tokens::decode(change.value.as_bytes())?;
            let builds_on = tokens_after.recent.iter().rev().nth(1);
            record.guard != *guard && builds_on.is_some_and(|token| tokens.recent.contains(token))
        }
    };
    Ok(if is_rejected { CommitOutcome::Rejected } else { CommitOutcome::Unknown })
}

/// Whether `record` shows that `change` was not and will not be committed against the state it expects. A change with
/// the same token may have been committed against a later state.
pub(super) fn is_rejected(change: &Change, record: &Record) -> bool {
    match &change.expect {
        Expect::Absent => Tokens::decode(&record.value).is_ok_and(|tokens| tokens.created != change.token),
        Expect::Unchanged(_) => commit_outcome(change, record) == Ok(CommitOutcome::Rejected),
    }
}

/// The commit tokens of a stored record: the one that created it, and the latest.
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
        Change { repeated: true, ..Change::write_only(Key::stored("x".into()), expect, value, format!("t{number}")) }
    }

    /// The record after commit `number`.
    fn record(number: usize) -> Record {
        let change = change(number);
        Record { value: change.value.into_bytes(), guard: Guard(change.token) }
    }

    /// A different change, instead of commit `number`.
    fn rival(number: usize) -> Change {
        let change = change(number);
        Change { value: change.value.replace(&format!("\"{}\"", change.token), "\"rival\""), token: "rival".into(), ..change }
    }

    #[test]
    fn record_remembers_its_creation_and_last_eight_commits() {
        let applied: Vec<usize> =
            (0..=11).filter(|number| commit_outcome(&change(*number), &record(10)).unwrap() == CommitOutcome::Applied).collect();
        assert_eq!(applied, [0, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn rejection_is_known_while_the_base_is_remembered() {
        let outcome = |number: usize| commit_outcome(&rival(5), &record(number)).unwrap();
        assert_eq!([2, 3, 4].map(outcome), [CommitOutcome::Unknown; 3], "a state before the change shows nothing");
        assert_eq!([5, 8, 11].map(outcome), [CommitOutcome::Rejected; 3]);
        assert_eq!([12, 13, 20].map(outcome), [CommitOutcome::Unknown; 3], "a record that forgot the base shows nothing");
    }

    #[test]
    fn creating_commit_is_never_forgotten() {
        let rival = Change { token: "rival".into(), ..change(0) };
        for number in [0, 1, 20] {
            assert_eq!(commit_outcome(&change(0), &record(number)).unwrap(), CommitOutcome::Applied);
            assert_eq!(commit_outcome(&rival, &record(number)).unwrap(), CommitOutcome::Rejected);
        }
    }

    #[test]
    fn record_of_another_schema_is_corrupt() {
        let record = Record { value: br#"{"v":2,"tokens":{"created":"t0","recent":[]}}"#.to_vec(), guard: Guard(String::new()) };
        assert!(matches!(commit_outcome(&change(0), &record), Err(StoreError::Corrupt(_))));
    }
}
