//! Batches of log lines: the clicks of one batch in one segment are one record, in the key space of the segment.
//!
//! The key is named by the batch, so inserting it again changes nothing. Folding and reading find it where they find the
//! keys of clicks. The events are in its value, because they do not fit a key.

use std::collections::BTreeMap;

use crate::model::base58;
use crate::model::digest;
use crate::model::time::Timestamp;
use crate::store::ledger::{Batch, FailedVisit};
use crate::store::ports::StoreError;
use crate::store::segments::event::{KEPT_MILLIS, KeptEvent};
use crate::store::segments::segment::{BATCH, BATCH_BASE, BATCH_DIGITS, DIGITS, Segment};
use crate::store::{Change, Expect, Key};

/// The clicks of a batch in one segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentBatch {
    pub(crate) events: Vec<KeptEvent>,
    pub(crate) failed: Vec<FailedVisit>,
}

impl SegmentBatch {
    /// Whether this is the key of a batch.
    pub(crate) fn is_key(key: &Key) -> bool {
        // After `c/`, the segment and a slash.
        key.as_str().get(DIGITS.saturating_add(3)..).is_some_and(|name| name.starts_with(BATCH))
    }

    /// The changes that store a batch, in the order of the segments. Each may be repeated: the batch is counted once.
    pub(crate) fn inserts(name: &str, batch: Batch, now: Timestamp) -> Result<BTreeMap<Segment, Change>, StoreError> {
        let mut segments = BTreeMap::<Segment, Batch>::new();
        for event in batch.events {
            segments.entry(Segment::of(event.at)).or_default().events.push(event);
        }
        for failed in batch.failed {
            segments.entry(Segment::of(failed.at)).or_default().failed.push(failed);
        }
        let key_name = key_name(name);
        let insert = |(segment, batch): (Segment, Batch)| {
            let key = Key::click_batch(segment, &key_name);
            let mut change = Change::write_only(key, Expect::Absent, batch.encode()?, name.to_owned());
            let last = segment.next().start().max(now).as_millis();
            change.expires_at = Some(Timestamp::from_millis(last.saturating_add(KEPT_MILLIS)));
            Ok((segment, change))
        };
        segments.into_iter().map(insert).collect()
    }

    pub(crate) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        let text = std::str::from_utf8(value).map_err(|_| StoreError::Corrupt("a batch of log lines is not UTF-8".into()))?;
        let Batch { events, failed, .. } = Batch::decode(text)?;
        Ok(Self { events: events.into_iter().map(KeptEvent::of_batch).collect(), failed })
    }
}

/// The name of a batch in keys: some characters of a small alphabet, so that few slices have all batches, and a digest.
fn key_name(name: &str) -> String {
    let digest = digest::name_of(name.as_bytes());
    let small = |digit: u8| {
        let position = base58::ALPHABET.iter().position(|known| *known == digit).unwrap_or_default();
        let position = position.checked_rem(BATCH_BASE).unwrap_or_default();
        base58::ALPHABET.get(position).copied().map_or('1', char::from)
    };
    // The last characters of a digest are distributed evenly.
    let beginning: String = digest.bytes().rev().take(BATCH_DIGITS).map(small).collect();
    [beginning.as_str(), digest.as_str()].concat()
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::stats::{FailedVisits, Failure, VisitorClick};
    use crate::store::segments::Slice;

    fn batch(minutes: &[u64]) -> Batch {
        let at = |minutes: u64| Timestamp::from_millis(1_795_248_000_000 + minutes * 60_000);
        let events = minutes.iter().map(|minutes| VisitorClick::example("lnk_1", at(*minutes)).into_event(None)).collect();
        let failed = FailedVisit { domain: "hop.example".into(), at: at(25), counts: FailedVisits::one(Failure::Root) };
        Batch { events, failed: vec![failed], dropped: 0 }
    }

    #[test]
    fn each_segment_has_its_part_of_a_batch() {
        let now = Timestamp::from_millis(1_795_248_000_000);
        let inserts = SegmentBatch::inserts("x", batch(&[1, 2, 12]), now).unwrap();
        let found: Vec<(usize, usize)> = inserts
            .values()
            .map(|insert| {
                assert!(SegmentBatch::is_key(&insert.key) && KeptEvent::decode(&insert.key).is_err());
                let part = SegmentBatch::decode(insert.value.as_bytes()).unwrap();
                assert!(part.events.iter().all(|kept| kept.event.tags.is_empty() && !kept.tags.is_empty()));
                (part.events.len(), part.failed.len())
            })
            .collect();
        assert_eq!(found, [(2, 0), (1, 0), (0, 1)]);
        assert!(SegmentBatch::decode(b"{}").is_err() && SegmentBatch::decode(b"\xff").is_err());
    }

    #[test]
    fn click_is_no_batch() {
        let kept = KeptEvent::of_batch(batch(&[1]).events.remove(0));
        let change = kept.insert("1", Timestamp::from_millis(0)).unwrap();
        assert!(!SegmentBatch::is_key(&change.key) && !SegmentBatch::is_key(&Key::fold_progress()));
    }

    #[test]
    fn batches_are_divided_into_few_slices() {
        let names: BTreeSet<String> = (0..200).map(|number| format!("{BATCH}{}", key_name(&number.to_string()))).collect();
        assert_eq!(names.len(), 200);
        let (mut slice, mut seen, mut slices) = (Some(Slice::default()), 0, 0);
        while let Some(current) = slice {
            let inside = names.iter().filter(|name| name.starts_with(current.as_str())).count();
            slices += 1;
            if inside > 20 {
                slice = Some(current.first_part());
                continue;
            }
            seen += inside;
            slice = current.next();
        }
        assert!(seen == 200 && slices < 30, "{seen} batches in {slices} slices");
    }
}
