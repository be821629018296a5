//! The memo: what this isolate answered a moment ago. Followers only; the API never looks here.
//!
//! Hits are repeated for five seconds and truth's 404s for ten, each within a bounded number of entries and bytes. A commit drops its
//! own isolate's entry, and an answer read before that commit is not remembered after it.

use std::sync::Arc;

use crate::model::time::Timestamp;
use crate::store::compiled_link::ResolvedAlias;
use crate::store::{DomainRedirects, Key, cached_link};

pub(crate) const HIT_SECONDS: u32 = 5;
pub(crate) const MISS_SECONDS: u32 = 10;

/// A link's answer is about 200 bytes beside its target; a target has at most 8 KiB.
const HIT_BOUNDS: MemoBounds = MemoBounds { seconds: HIT_SECONDS, bytes: 2 * 1_024 * 1_024 };
const MISS_BOUNDS: MemoBounds = MemoBounds { seconds: MISS_SECONDS, bytes: 512 * 1_024 };
/// KV repeats a miss for about a minute and takes one write a second for a key: one fill a minute is enough.
const FILL_BOUNDS: MemoBounds = MemoBounds { seconds: 60, bytes: 512 * 1_024 };
/// One for each domain that is served; of a thousand links a text has at most 400 KB.
const TEXT_BOUNDS: MemoBounds = MemoBounds { seconds: 60, bytes: 1_024 * 1_024 };
const RECHECK_BOUNDS: MemoBounds = MemoBounds { seconds: cached_link::RECHECK_AFTER_SECONDS, bytes: 512 * 1_024 };

/// What an isolate remembers under a key.
#[derive(Clone, Debug)]
pub(crate) enum MemoValue {
    Link(ResolvedAlias),
    Domain(DomainRedirects),
}

/// A moment in the life of the memo: an answer may be remembered only if no commit came since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// What a memo knows about a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MemoLookup<V> {
    Hit(V),
    /// Truth has no such link.
    Miss,
    Unknown,
}

pub(crate) struct Memo<V> {
    hits: Shelf<V>,
    misses: Shelf<V>,
    rechecks: Shelf<V>,
    fills: Shelf<V>,
    texts: Shelf<Arc<str>>,
    epoch: u64,
}

impl<V: Clone> Memo<V> {
    pub(crate) fn new() -> Self {
        Self {
            hits: Shelf::new(HIT_BOUNDS),
            misses: Shelf::new(MISS_BOUNDS),
            rechecks: Shelf::new(RECHECK_BOUNDS),
            fills: Shelf::new(FILL_BOUNDS),
            texts: Shelf::new(TEXT_BOUNDS),
            epoch: 0,
        }
    }

    pub(crate) fn get(&self, key: &Key, now: Timestamp) -> MemoLookup<V> {
        if let Some(value) = self.hits.get(key, now).and_then(|entry| entry.value.as_deref()) {
            return MemoLookup::Hit(value.clone());
        }
        match self.misses.get(key, now) {
            Some(_) => MemoLookup::Miss,
            None => MemoLookup::Unknown,
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

    /// What robots are told, under the key of its record. Nothing that is younger than a minute is forgotten for a change.
    pub(crate) fn text(&self, key: &Key, now: Timestamp) -> Option<Arc<str>> {
        self.texts.get(key, now)?.value.as_deref().cloned()
    }

    /// Remembers a text until a minute after it was made.
    pub(crate) fn remember_text(&mut self, key: &Key, text: Arc<str>, made_at: Timestamp) {
        let bytes = text.len();
        self.texts.put(key, Some(Box::new(text)), bytes, made_at);
    }

    /// Whether the copy of `key` is to be checked now: at most once in ten minutes.
    pub(crate) fn claim_recheck(&mut self, key: &Key, now: Timestamp) -> bool {
        self.rechecks.claim(key, now)
    }

    /// Whether a missing copy of `key` is to be filled now: at most once in a minute.
    pub(crate) fn claim_fill(&mut self, key: &Key, now: Timestamp) -> bool {
        self.fills.claim(key, now)
    }

    /// How much there is on each shelf.
    pub(crate) fn holdings(&self) -> [ShelfUsage; 5] {
        [
            self.hits.holding("hits"),
            self.misses.holding("misses"),
            self.rechecks.holding("rechecks"),
            self.fills.holding("fills"),
            self.texts.holding("texts"),
        ]
    }

    /// Forgets `key`, which this isolate has just changed.
    pub(crate) fn drop(&mut self, key: &Key) {
        self.hits.remove(key);
        self.misses.remove(key);
        self.epoch = self.epoch.wrapping_add(1);
    }
}

/// How much there is on a shelf.
pub(crate) struct ShelfUsage {
    pub(crate) name: &'static str,
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    pub(crate) most_bytes: usize,
}

#[derive(Clone, Copy)]
struct MemoBounds {
    seconds: u32,
    bytes: usize,
}

/// Keys for a while, some with a value, the oldest making room for the newest. Each key belongs to one of [`SETS`] small sets, so that a full
/// shelf costs no more than an empty one. Visitors choose the keys, and nothing secret says which set is whose: somebody can crowd one. Its
/// other keys are forgotten early then, and asked for again.
struct Shelf<V> {
    bounds: MemoBounds,
    /// All of them as soon as there is something to keep. A set has its oldest entry first.
    sets: Vec<Vec<Entry<V>>>,
    bytes: usize,
    /// The set that is looked through next for what is too old.
    hand: u8,
}

/// One for each value of a byte.
const SETS: usize = 256;
const ENTRIES_OF_A_SET: usize = 8;

/// Of a shelf.
pub(crate) const MOST_ENTRIES: usize = SETS * ENTRIES_OF_A_SET;

struct Entry<V> {
    key: Key,
    value: Option<Box<V>>,
    bytes: usize,
    put_at: Timestamp,
}

impl<V> Entry<V> {
    fn is_fresh(&self, bounds: MemoBounds, now: Timestamp) -> bool {
        now.millis_since(self.put_at) < u64::from(bounds.seconds).saturating_mul(1_000)
    }
}

impl<V> Shelf<V> {
    fn new(bounds: MemoBounds) -> Self {
        Self { bounds, sets: Vec::new(), bytes: 0, hand: 0 }
    }

    fn get(&self, key: &Key, now: Timestamp) -> Option<&Entry<V>> {
        let entry = self.sets.get(set_of(key))?.iter().find(|entry| entry.key == *key)?;
        entry.is_fresh(self.bounds, now).then_some(entry)
    }

    fn holding(&self, name: &'static str) -> ShelfUsage {
        ShelfUsage { name, entries: self.sets.iter().map(Vec::len).sum(), bytes: self.bytes, most_bytes: self.bounds.bytes }
    }

    /// Whether `key` is not on the shelf; then it is from now on.
    fn claim(&mut self, key: &Key, now: Timestamp) -> bool {
        let free = self.get(key, now).is_none();
        if free {
            self.put(key, None, 0, now);
        }
        free
    }

    fn put(&mut self, key: &Key, value: Option<Box<V>>, value_bytes: usize, now: Timestamp) {
        let bytes = value_bytes.saturating_add(key.as_str().len()).saturating_add(size_of::<Entry<V>>());
        if bytes > self.bounds.bytes {
            return;
        }
        self.sets.resize_with(SETS, Vec::new);
        let place = set_of(key);
        self.forget(place, &|entry| entry.key == *key);
        self.make_room_for(bytes, now);
        let Some(set) = self.sets.get_mut(place) else { return };
        if set.len() >= ENTRIES_OF_A_SET {
            self.bytes = self.bytes.saturating_sub(set.remove(0).bytes);
        }
        set.push(Entry { key: key.clone(), value, bytes, put_at: now });
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Of one set after the other goes what is too old, and all else as long as there is no room for so many bytes.
    fn make_room_for(&mut self, bytes: usize, now: Timestamp) {
        loop {
            let (is_full, bounds) = (self.bytes.saturating_add(bytes) > self.bounds.bytes, self.bounds);
            self.hand = self.hand.wrapping_add(1);
            self.forget(self.hand.into(), &|entry| is_full || !entry.is_fresh(bounds, now));
            if !is_full {
                return;
            }
        }
    }

    fn remove(&mut self, key: &Key) {
        self.forget(set_of(key), &|entry| entry.key == *key);
    }

    /// Forgets of a set what `goes`.
    fn forget(&mut self, set: usize, goes: &dyn Fn(&Entry<V>) -> bool) {
        let Some(entries) = self.sets.get_mut(set) else { return };
        entries.retain(|entry| {
            let goes = goes(entry);
            if goes {
                self.bytes = self.bytes.saturating_sub(entry.bytes);
            }
            !goes
        });
    }
}

/// FNV-1a, and a last multiplication that leaves a part of every bit in the highest byte: keys that differ in a digit are spread over the sets.
fn set_of(key: &Key) -> usize {
    let hash = key.as_str().bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let [set, ..] = hash.wrapping_mul(0x9E37_79B1).to_be_bytes();
    set.into()
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
        assert_eq!(memo.get(&key(1), at(5_999)), MemoLookup::Hit(1));
        assert_eq!(memo.get(&key(1), at(6_000)), MemoLookup::Unknown);
        assert_eq!(memo.get(&key(2), at(1_000)), MemoLookup::Unknown);
    }

    #[test]
    fn a_miss_is_repeated_for_ten_seconds() {
        let mut memo = Memo::<u64>::new();
        let epoch = memo.epoch();
        memo.remember_miss(&key(1), epoch, at(1_000));
        assert_eq!(memo.get(&key(1), at(10_999)), MemoLookup::Miss);
        assert_eq!(memo.get(&key(1), at(11_000)), MemoLookup::Unknown);
    }

    #[test]
    fn a_commit_drops_what_was_known_and_what_was_being_read() {
        let mut memo = Memo::new();
        hit(&mut memo, 1, 10, 0);
        let read_in = memo.epoch();
        memo.drop(&key(1));
        assert_eq!(memo.get(&key(1), at(0)), MemoLookup::Unknown);
        memo.remember_hit(&key(1), 1, 10, read_in, at(0));
        memo.remember_miss(&key(1), read_in, at(0));
        assert_eq!(memo.get(&key(1), at(0)), MemoLookup::Unknown);
        let epoch = memo.epoch();
        memo.remember_miss(&key(1), epoch, at(0));
        memo.drop(&key(1));
        assert_eq!(memo.get(&key(1), at(0)), MemoLookup::Unknown);
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

    /// The first nine numbers whose keys belong to one set, which holds eight.
    fn crowd() -> Vec<u64> {
        (0..).filter(|number| set_of(&key(*number)) == set_of(&key(0))).take(9).collect()
    }

    fn entries(memo: &Memo<u64>) -> Vec<&Entry<u64>> {
        memo.hits.sets.iter().flatten().collect()
    }

    #[test]
    fn the_oldest_of_a_set_makes_room() {
        let (mut memo, crowd) = (Memo::new(), crowd());
        for number in &crowd {
            hit(&mut memo, *number, 10, *number);
        }
        assert_eq!(memo.get(&key(crowd[0]), at(crowd[8])), MemoLookup::Unknown);
        for number in &crowd[1..] {
            assert_eq!(memo.get(&key(*number), at(crowd[8])), MemoLookup::Hit(*number));
        }
    }

    #[test]
    fn a_key_put_again_is_as_young_as_its_last_time() {
        let (mut memo, crowd) = (Memo::new(), crowd());
        for number in crowd[..8].iter().chain(&[crowd[0], crowd[8]]) {
            hit(&mut memo, *number, 10, 0);
        }
        assert_eq!(memo.get(&key(crowd[0]), at(0)), MemoLookup::Hit(crowd[0]));
        assert_eq!(memo.get(&key(crowd[1]), at(0)), MemoLookup::Unknown);
    }

    #[test]
    fn entries_are_bounded_and_the_room_for_them_is_used() {
        let mut memo = Memo::new();
        for number in 0..20_000 {
            hit(&mut memo, number, 10, 0);
            assert!(entries(&memo).len() <= 2_048);
        }
        assert!(memo.hits.sets.iter().all(|set| set.len() == 8));
        let young = (19_000..20_000).filter(|number| memo.get(&key(*number), at(0)) == MemoLookup::Hit(*number)).count();
        assert!(young > 900, "{young}");
    }

    #[test]
    fn what_is_too_old_goes_by_and_by() {
        let mut memo = Memo::new();
        for number in 0..1_000 {
            hit(&mut memo, number, 10, 0);
        }
        for number in 1_000..1_256 {
            hit(&mut memo, number, 10, 5_000);
        }
        assert!(entries(&memo).iter().all(|entry| entry.put_at == at(5_000)));
        assert!(entries(&memo).len() > 240);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut memo = Memo::new();
        for number in 0..400 {
            hit(&mut memo, number, 8_192, number);
            assert!(memo.hits.bytes <= HIT_BOUNDS.bytes);
        }
        let held: usize = entries(&memo).iter().map(|entry| entry.bytes).sum();
        assert_eq!(held, memo.hits.bytes);
        assert!((200..256).contains(&entries(&memo).len()));
        hit(&mut memo, 999, 3 * 1_024 * 1_024, 400);
        assert_eq!(memo.get(&key(999), at(400)), MemoLookup::Unknown);
    }

    #[test]
    fn what_just_fits_is_kept() {
        let overhead = |number| key(number).as_str().len() + size_of::<Entry<u64>>() + size_of::<u64>();
        let mut memo = Memo::new();
        hit(&mut memo, 1, HIT_BOUNDS.bytes - overhead(1), 0);
        assert_eq!(memo.get(&key(1), at(0)), MemoLookup::Hit(1));
        hit(&mut memo, 2, HIT_BOUNDS.bytes / 2 - overhead(2), 0);
        hit(&mut memo, 3, HIT_BOUNDS.bytes / 2 - overhead(3), 0);
        assert_eq!([1, 2, 3].map(|number| memo.get(&key(number), at(0))), [MemoLookup::Unknown, MemoLookup::Hit(2), MemoLookup::Hit(3)]);
    }

    #[test]
    fn one_key_written_for_ever_takes_no_more_room() {
        let mut memo = Memo::new();
        for millis in 0..10_000 {
            hit(&mut memo, 1, 10, millis);
        }
        assert_eq!(entries(&memo).len(), 1);
        assert_eq!(memo.get(&key(1), at(10_000)), MemoLookup::Hit(1));
    }
}
