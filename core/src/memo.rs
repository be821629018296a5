//! The memo: what this isolate answered a moment ago. Followers only; the API never looks here.
//!
//! Hits are repeated for five seconds and truth's 404s for ten, each within a bounded number of entries and bytes. A commit drops its
//! own isolate's entry, and an answer read before that commit is not remembered after it.

use crate::records::{Key, copy};
use crate::time::Timestamp;

pub(crate) const HIT_SECONDS: u32 = 5;
pub(crate) const MISS_SECONDS: u32 = 10;

/// A link's answer is about 200 bytes beside its target; a target has at most 8 KiB.
const HIT_BOUNDS: Bounds = Bounds { seconds: HIT_SECONDS, entries: 2_000, bytes: 2 * 1_024 * 1_024 };
const MISS_BOUNDS: Bounds = Bounds { seconds: MISS_SECONDS, entries: 2_000, bytes: 512 * 1_024 };
/// KV repeats a miss for about a minute and takes one write a second for a key: one fill a minute is enough.
const FILL_BOUNDS: Bounds = Bounds { seconds: 60, entries: 2_000, bytes: 512 * 1_024 };
const RECHECK_BOUNDS: Bounds = Bounds { seconds: copy::RECHECK_AFTER_SECONDS, entries: 2_000, bytes: 512 * 1_024 };

/// A moment in the life of the memo: an answer may be remembered only if no commit came since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// What a memo knows about a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known<V> {
    Hit(V),
    /// Truth has no such link.
    Miss,
    Nothing,
}

pub(crate) struct Memo<V> {
    hits: Shelf<V>,
    misses: Shelf<V>,
    rechecks: Shelf<V>,
    fills: Shelf<V>,
    epoch: u64,
}

impl<V: Clone> Memo<V> {
    pub(crate) fn new() -> Self {
        Self {
            hits: Shelf::new(HIT_BOUNDS),
            misses: Shelf::new(MISS_BOUNDS),
            rechecks: Shelf::new(RECHECK_BOUNDS),
            fills: Shelf::new(FILL_BOUNDS),
            epoch: 0,
        }
    }

    pub(crate) fn get(&self, key: &Key, now: Timestamp) -> Known<V> {
        if let Some(value) = self.hits.get(key, now).and_then(|entry| entry.value.as_deref()) {
            return Known::Hit(value.clone());
        }
        match self.misses.get(key, now) {
            Some(_) => Known::Miss,
            None => Known::Nothing,
        }
    }

    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    pub(crate) fn remember_hit(&mut self, key: &Key, value: V, bytes: usize, read_in: Epoch, now: Timestamp) {
        if read_in == self.epoch() {
            self.hits.put(key, Some(Box::new(value)), bytes.saturating_add(size_of::<V>()), now);
        }
    }

    pub(crate) fn remember_miss(&mut self, key: &Key, read_in: Epoch, now: Timestamp) {
        if read_in == self.epoch() {
            self.misses.put(key, None, 0, now);
        }
    }

    /// Whether the copy of `key` is to be checked now: at most once in ten minutes.
    pub(crate) fn claim_recheck(&mut self, key: &Key, now: Timestamp) -> bool {
        self.rechecks.claim(key, now)
    }

    /// Whether a missing copy of `key` is to be filled now: at most once in a minute.
    pub(crate) fn claim_fill(&mut self, key: &Key, now: Timestamp) -> bool {
        self.fills.claim(key, now)
    }

    /// Forgets `key`, which this isolate has just changed.
    pub(crate) fn drop(&mut self, key: &Key) {
        self.hits.remove(key);
        self.misses.remove(key);
        self.epoch = self.epoch.wrapping_add(1);
    }
}

#[derive(Clone, Copy)]
struct Bounds {
    seconds: u32,
    entries: usize,
    bytes: usize,
}

/// Keys for a while, some with a value, the oldest making room for the newest. A list is searched as fast as a tree, and is 6.5 KB gzip
/// less to carry.
struct Shelf<V> {
    bounds: Bounds,
    /// In the order of their keys.
    entries: Vec<Entry<V>>,
    bytes: usize,
}

struct Entry<V> {
    key: Key,
    value: Option<Box<V>>,
    bytes: usize,
    put_at: Timestamp,
}

impl<V> Shelf<V> {
    fn new(bounds: Bounds) -> Self {
        Self { bounds, entries: Vec::new(), bytes: 0 }
    }

    fn get(&self, key: &Key, now: Timestamp) -> Option<&Entry<V>> {
        let entry = self.entries.get(self.find(key).ok()?)?;
        let fresh = now.millis_since(entry.put_at) < u64::from(self.bounds.seconds).saturating_mul(1_000);
        fresh.then_some(entry)
    }

    /// Whether `key` is not on the shelf; then it is from now on.
    fn claim(&mut self, key: &Key, now: Timestamp) -> bool {
        let free = self.get(key, now).is_none();
        if free {
            self.put(key, None, 0, now);
        }
        free
    }

    #[inline(never)]
    fn put(&mut self, key: &Key, value: Option<Box<V>>, value_bytes: usize, now: Timestamp) {
        let bytes = value_bytes.saturating_add(key.as_str().len()).saturating_add(size_of::<Entry<V>>());
        if bytes > self.bounds.bytes {
            return;
        }
        self.remove(key);
        self.make_room_for(bytes);
        if let Err(place) = self.find(key) {
            self.bytes = self.bytes.saturating_add(bytes);
            self.entries.insert(place, Entry { key: key.clone(), value, bytes, put_at: now });
        }
    }

    fn make_room_for(&mut self, bytes: usize) {
        while self.entries.len() >= self.bounds.entries || self.bytes.saturating_add(bytes) > self.bounds.bytes {
            let oldest = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.put_at);
            let Some((place, _)) = oldest else { return };
            self.remove_at(place);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Ok(place) = self.find(key) {
            self.remove_at(place);
        }
    }

    fn remove_at(&mut self, place: usize) {
        let entry = self.entries.remove(place);
        self.bytes = self.bytes.saturating_sub(entry.bytes);
    }

    /// Where `key` is, or else belongs.
    #[inline(never)]
    fn find(&self, key: &Key) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.key.cmp(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> Key {
        Key::kept(format!("link/hop.example/{number}"))
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn hit(memo: &mut Memo<u64>, number: u64, bytes: usize, millis: u64) {
        let epoch = memo.epoch();
        memo.remember_hit(&key(number), number, bytes, epoch, at(millis));
    }

    #[test]
    fn a_hit_is_repeated_for_five_seconds() {
        let mut memo = Memo::new();
        hit(&mut memo, 1, 10, 1_000);
        assert_eq!(memo.get(&key(1), at(5_999)), Known::Hit(1));
        assert_eq!(memo.get(&key(1), at(6_000)), Known::Nothing);
        assert_eq!(memo.get(&key(2), at(1_000)), Known::Nothing);
    }

    #[test]
    fn a_miss_is_repeated_for_ten_seconds() {
        let mut memo = Memo::<u64>::new();
        let epoch = memo.epoch();
        memo.remember_miss(&key(1), epoch, at(1_000));
        assert_eq!(memo.get(&key(1), at(10_999)), Known::Miss);
        assert_eq!(memo.get(&key(1), at(11_000)), Known::Nothing);
    }

    #[test]
    fn a_commit_drops_what_was_known_and_what_was_being_read() {
        let mut memo = Memo::new();
        hit(&mut memo, 1, 10, 0);
        let read_in = memo.epoch();
        memo.drop(&key(1));
        assert_eq!(memo.get(&key(1), at(0)), Known::Nothing);
        memo.remember_hit(&key(1), 1, 10, read_in, at(0));
        memo.remember_miss(&key(1), read_in, at(0));
        assert_eq!(memo.get(&key(1), at(0)), Known::Nothing);
        let epoch = memo.epoch();
        memo.remember_miss(&key(1), epoch, at(0));
        memo.drop(&key(1));
        assert_eq!(memo.get(&key(1), at(0)), Known::Nothing);
    }

    #[test]
    fn a_copy_is_checked_at_most_once_in_ten_minutes() {
        let mut memo = Memo::<u64>::new();
        let claims = [0, 1, 599_999, 600_000, 600_001].map(|millis| memo.claim_recheck(&key(1), at(millis)));
        assert_eq!(claims, [true, false, false, true, false]);
        assert!(memo.claim_recheck(&key(2), at(1)));
    }

    #[test]
    fn a_missing_copy_is_filled_at_most_once_in_a_minute() {
        let mut memo = Memo::<u64>::new();
        let claims = [0, 59_999, 60_000, 60_001].map(|millis| memo.claim_fill(&key(1), at(millis)));
        assert_eq!(claims, [true, false, true, false]);
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut memo = Memo::new();
        for number in 0..2_001 {
            hit(&mut memo, number, 10, number);
        }
        assert_eq!(memo.get(&key(0), at(2_001)), Known::Nothing);
        assert_eq!(memo.get(&key(1), at(2_001)), Known::Hit(1));
        assert_eq!(memo.hits.entries.len(), 2_000);
    }

    #[test]
    fn a_key_put_again_is_as_young_as_its_last_time() {
        let mut memo = Memo::new();
        hit(&mut memo, 0, 10, 0);
        hit(&mut memo, 1, 10, 1);
        hit(&mut memo, 0, 10, 2);
        for number in 2..2_001 {
            hit(&mut memo, number, 10, 3);
        }
        assert_eq!(memo.get(&key(0), at(3)), Known::Hit(0));
        assert_eq!(memo.get(&key(1), at(3)), Known::Nothing);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut memo = Memo::new();
        for number in 0..400 {
            hit(&mut memo, number, 8_192, number);
            assert!(memo.hits.bytes <= HIT_BOUNDS.bytes);
        }
        let held: usize = memo.hits.entries.iter().map(|entry| entry.bytes).sum();
        assert_eq!(held, memo.hits.bytes);
        assert!((200..256).contains(&memo.hits.entries.len()));
        hit(&mut memo, 999, 3 * 1_024 * 1_024, 400);
        assert_eq!(memo.get(&key(999), at(400)), Known::Nothing);
    }

    #[test]
    fn what_just_fits_is_kept() {
        let overhead = |number| key(number).as_str().len() + size_of::<Entry<u64>>() + size_of::<u64>();
        let mut memo = Memo::new();
        hit(&mut memo, 1, HIT_BOUNDS.bytes - overhead(1), 0);
        assert_eq!(memo.get(&key(1), at(0)), Known::Hit(1));
        hit(&mut memo, 2, HIT_BOUNDS.bytes / 2 - overhead(2), 0);
        hit(&mut memo, 3, HIT_BOUNDS.bytes / 2 - overhead(3), 0);
        assert_eq!([1, 2, 3].map(|number| memo.get(&key(number), at(0))), [Known::Nothing, Known::Hit(2), Known::Hit(3)]);
    }

    #[test]
    fn one_key_written_for_ever_takes_no_more_room() {
        let mut memo = Memo::new();
        for millis in 0..10_000 {
            hit(&mut memo, 1, 10, millis);
        }
        assert_eq!(memo.hits.entries.len(), 1);
        assert_eq!(memo.get(&key(1), at(10_000)), Known::Hit(1));
    }
}
