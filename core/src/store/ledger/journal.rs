//! Journals: the batches of one sender that were acknowledged and not yet folded, and which batches were applied.

use crate::model::time::Timestamp;
use crate::store::ledger::stored;
use crate::store::ledger::{Batch, ShardRow, ShardStorage, ShardWrite};
use crate::store::ports::StoreError;

/// The prefix of all journals.
pub(super) const PREFIX: &str = "journal/";

/// How old a batch may be, and how far in the future: longer than a sender retries, and than clocks disagree.
pub(crate) const MAX_AGE_MILLIS: u64 = 60_000;

/// How long a silent sender is remembered. Older batches are refused by their age.
const REMEMBERED_MILLIS: u64 = 2 * MAX_AGE_MILLIS;

/// Number of batches before the latest one that are known one by one.
const WINDOW: u64 = 64;

/// The size in bytes at which a journal is folded at once.
pub(super) const MAX_JOURNAL: usize = 64 * 1_024;

/// How many bytes of journals are folded together. That saves writes of the documents they share.
const MAX_GROUP: usize = 2 * MAX_JOURNAL;

/// Longest name of a sender.
const SENDER_BYTES: usize = 32;

/// Which batches of a sender were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The highest sequence number that was applied. Senders count from 1.
    pub(crate) latest: u64,
    /// A bit for each of the 64 numbers below the latest, the lowest bit for the nearest one.
    pub(crate) earlier: u64,
    /// The latest time at which a batch was sent.
    pub(crate) sent_at: u64,
}

/// What a journal says about a sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was not applied.
    New,
    /// It was applied.
    Applied,
    /// It is too far behind the latest one, so nothing is known of it.
    TooFarBehind,
}

impl Window {
    pub(crate) fn find(&self, sequence: u64) -> Known {
        let Some(behind) = self.latest.checked_sub(sequence) else { return Known::New };
        match behind.checked_sub(1) {
            None => Known::Applied,
            Some(position) if position < WINDOW => {
                let is_set = self.earlier.wrapping_shr(u32::try_from(position).unwrap_or_default()) & 1 == 1;
                if is_set { Known::Applied } else { Known::New }
            }
            Some(_) => Known::TooFarBehind,
        }
    }

    /// Notes that a new batch was applied.
    pub(crate) fn apply(&mut self, sequence: u64, sent_at: Timestamp) {
        self.sent_at = self.sent_at.max(sent_at.as_millis());
        if let Some(ahead) = sequence.checked_sub(self.latest).filter(|ahead| *ahead > 0) {
            let shift = u32::try_from(ahead).unwrap_or(u32::MAX);
            let moved = self.earlier.checked_shl(shift).unwrap_or_default();
            // The bit of the number that was the latest until now. Before the first batch there is none.
            let previous = if self.latest == 0 { 0 } else { 1_u64.checked_shl(shift.saturating_sub(1)).unwrap_or_default() };
            (self.latest, self.earlier) = (sequence, moved | previous);
        } else if let Some(position) = self.latest.checked_sub(sequence).and_then(|behind| behind.checked_sub(1)) {
            self.earlier |= 1_u64.checked_shl(u32::try_from(position).unwrap_or(u32::MAX)).unwrap_or_default();
        }
    }

    /// Whether a duplicate of its batches can no longer arrive.
    fn is_over(&self, now: Timestamp) -> bool {
        now.as_millis() > self.sent_at.saturating_add(REMEMBERED_MILLIS)
    }
}

/// All journals of a shard.
#[derive(Debug, Default)]
pub(super) struct Journals {
    pub(super) readable: Vec<Journal>,
    /// Rows whose window cannot be read, so it is unknown which batches they have.
    pub(super) unreadable: Vec<(String, ShardRow)>,
}

impl Journals {
    pub(super) fn load(storage: &impl ShardStorage) -> Result<Self, StoreError> {
        let mut journals = Self::default();
        for (key, row) in storage.rows(PREFIX)? {
            journals.add(key, row);
        }
        Ok(journals)
    }

    /// The journal of `sender`, if there is one.
    pub(super) fn load_one(storage: &impl ShardStorage, sender: &str) -> Result<Self, StoreError> {
        let (mut journals, key) = (Self::default(), key(sender));
        if let Some(row) = storage.get(&key)? {
            journals.add(key, row);
        }
        Ok(journals)
    }

    fn add(&mut self, key: String, row: ShardRow) {
        let sender = key.strip_prefix(PREFIX).unwrap_or_default();
        match stored::read_window(&row.summary) {
            Ok(window) => self.readable.push(Journal { sender: sender.to_owned(), window, lines: row.body }),
            Err(_) => self.unreadable.push((key, row)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.readable.is_empty() && self.unreadable.is_empty()
    }

    /// The same journals in groups. A long journal is a group of its own.
    pub(super) fn into_groups(self) -> Vec<Self> {
        let (mut groups, mut bytes) = (vec![Self { unreadable: self.unreadable, ..Self::default() }], 0_usize);
        for journal in self.readable {
            bytes = bytes.saturating_add(journal.bytes());
            match groups.last_mut() {
                Some(group) if bytes <= MAX_GROUP => group.readable.push(journal),
                _ => {
                    bytes = journal.bytes();
                    groups.push(Self { readable: vec![journal], ..Self::default() });
                }
            }
        }
        groups
    }
}

/// The journal of a sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    pub(super) sender: String,
    pub(super) window: Window,
    /// One batch a line.
    lines: String,
}

impl Journal {
    /// Whether `sender` can be the name of one.
    pub(super) fn is_sender(sender: &str) -> bool {
        (1..=SENDER_BYTES).contains(&sender.len()) && sender.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    /// The empty journal of `sender`.
    pub(super) fn new(sender: &str) -> Self {
        Self { sender: sender.to_owned(), ..Self::default() }
    }

    /// The key of its row.
    pub(super) fn key(&self) -> String {
        key(&self.sender)
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.lines.push_str(&stored::write_batch(batch)?);
        self.lines.push('\n');
        Ok(())
    }

    /// The batches, in the order in which they were applied, and the lines that cannot be read.
    pub(super) fn batches(&self) -> (Vec<Batch>, Vec<&str>) {
        let (mut batches, mut unreadable) = (Vec::new(), Vec::new());
        for line in self.lines.lines() {
            match stored::read_batch(line) {
                Ok(batch) => batches.push(batch),
                Err(_) => unreadable.push(line),
            }
        }
        (batches, unreadable)
    }

    /// The write that stores the journal.
    pub(super) fn put(&self) -> Result<ShardWrite, StoreError> {
        let row = ShardRow { summary: stored::write_window(&self.window)?, body: self.lines.clone() };
        Ok(ShardWrite::Put(self.key(), row))
    }

    /// The write after its batches were folded, if it has any. A sender that is silent for long is forgotten.
    pub(super) fn clear(mut self, now: Timestamp) -> Result<Option<ShardWrite>, StoreError> {
        if self.window.is_over(now) {
            return Ok(Some(ShardWrite::Delete(self.key())));
        }
        if self.lines.is_empty() {
            return Ok(None);
        }
        self.lines.clear();
        self.put().map(Some)
    }
}

fn key(sender: &str) -> String {
    format!("{PREFIX}{sender}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(applied: &[u64]) -> Window {
        let mut window = Window::default();
        applied.iter().for_each(|sequence| window.apply(*sequence, Timestamp::from_millis(0)));
        window
    }

    #[test]
    fn window_knows_the_applied_batches() {
        for (applied, known, new, far) in [
            (&[][..], &[][..], &[1, 2, 100][..], &[][..]),
            (&[1], &[1], &[2, 3], &[]),
            (&[3], &[3], &[1, 2, 4], &[]),
            (&[3, 1], &[1, 3], &[2, 4], &[]),
            (&[1, 2, 3, 66], &[2, 3, 66], &[4, 65, 67], &[1]),
            (&[1, 65], &[1, 65], &[2, 64, 66], &[]),
            (&[1, 64], &[1, 64], &[2, 63], &[]),
            (&[5, 1_000], &[1_000], &[999, 936, 1_001], &[5, 935]),
        ] {
            let window = window(applied);
            let all =
                |sequences: &[u64], expected| sequences.iter().for_each(|one| assert_eq!(window.find(*one), expected, "{applied:?} {one}"));
            all(known, Known::Applied);
            all(new, Known::New);
            all(far, Known::TooFarBehind);
        }
    }

    #[test]
    fn batches_in_any_order_are_applied_once() {
        let mut random = crate::memory::Random::new(3);
        for _ in 0..200 {
            let (mut window, mut applied) = (Window::default(), std::collections::BTreeSet::new());
            for _ in 0..300 {
                let mut byte = [0; 1];
                random.fill(&mut byte);
                let sequence = u64::try_from(applied.len()).unwrap().saturating_add(u64::from(byte[0] % 40)).saturating_sub(20).max(1);
                let expected = if applied.contains(&sequence) { Known::Applied } else { Known::New };
                match window.find(sequence) {
                    Known::TooFarBehind => assert!(window.latest > sequence + WINDOW),
                    known => assert_eq!(known, expected),
                }
                if window.find(sequence) == Known::New {
                    window.apply(sequence, Timestamp::from_millis(0));
                    applied.insert(sequence);
                }
            }
        }
    }

    #[test]
    fn senders_have_short_plain_names() {
        for (sender, is_valid) in
            [("a1B", true), ("", false), ("a/b", false), ("é", false), (&"a".repeat(33), false), (&"a".repeat(32), true)]
        {
            assert_eq!(Journal::is_sender(sender), is_valid, "{sender}");
        }
    }
}
