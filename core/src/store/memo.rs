//! The memo: an in-memory cache of one isolate, for visitors. The API does not read it, except that `explain` looks up
//! the redirects of a domain.
//!
//! Hits are valid for five seconds and misses (404) for ten. The number of entries and their bytes are bounded. A
//! commit drops the entry of its own isolate, and a value that was read before this commit is not stored after it.

use std::sync::Arc;

use crate::model::time::Timestamp;
use crate::store::compiled_link::ResolvedAlias;
use crate::store::{DomainRedirects, Key, cache};

pub(crate) const HIT_SECONDS: u32 = 5;
pub(crate) const MISS_SECONDS: u32 = 10;

/// A compiled link has about 200 bytes beside its target; a target has at most 8 KiB.
const HIT_BOUNDS: MemoBounds = MemoBounds { seconds: HIT_SECONDS, bytes: 2 * 1_024 * 1_024 };
const MISS_BOUNDS: MemoBounds = MemoBounds { seconds: MISS_SECONDS, bytes: 512 * 1_024 };
/// One `robots.txt` per domain. With a thousand links it has at most 400 KB.
const TEXT_BOUNDS: MemoBounds = MemoBounds { seconds: 60, bytes: 1_024 * 1_024 };
const VERIFICATION_BOUNDS: MemoBounds = MemoBounds { seconds: cache::VERIFY_SECONDS, bytes: 512 * 1_024 };

/// A value of the memo.
#[derive(Clone, Debug)]
pub(crate) enum MemoValue {
    Link(ResolvedAlias),
    Domain(DomainRedirects),
}

/// The epoch of the memo, which every commit changes. A value may be stored only in the epoch in which it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// The result of a lookup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MemoLookup<V> {
    Hit(V),
    /// The store has no such link.
    Miss,
    /// Not in the memo.
    Unknown,
}

/// The memo of an isolate: a bounded shelf for each kind of entry.
pub(crate) struct Memo<V> {
    hits: Shelf<V>,
    misses: Shelf<V>,
    verifications: Shelf<V>,
    texts: Shelf<Arc<str>>,
    /// When the store did not answer a read for a visitor.
    store_failed_at: Option<Timestamp>,
    epoch: u64,
}

impl<V: Clone> Memo<V> {
    pub(crate) fn new() -> Self {
        Self {
            hits: Shelf::new(HIT_BOUNDS),
            misses: Shelf::new(MISS_BOUNDS),
            verifications: Shelf::new(VERIFICATION_BOUNDS),
            texts: Shelf::new(TEXT_BOUNDS),
            store_failed_at: None,
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

    /// The text of `robots.txt` under the key of its record. A commit does not drop it: it is valid for a minute.
    pub(crate) fn text(&self, key: &Key, now: Timestamp) -> Option<Arc<str>> {
        self.texts.get(key, now)?.value.as_deref().cloned()
    }

    /// Stores a text until a minute after it was made.
    pub(crate) fn remember_text(&mut self, key: &Key, text: Arc<str>, made_at: Timestamp) {
        let bytes = text.len();
        self.texts.put(key, Some(Box::new(text)), bytes, made_at);
    }

    /// Whether to verify the cached entry of `key` now: at most once in fifteen seconds.
    pub(crate) fn claim_verification(&mut self, key: &Key, now: Timestamp) -> bool {
        self.verifications.claim(key, now)
    }

    /// Notes that the store did not answer at `now`.
    pub(crate) fn note_store_failure(&mut self, now: Timestamp) {
        self.store_failed_at = Some(now);
    }

    /// Whether the store did not answer in the last five seconds.
    pub(crate) fn has_store_failed(&self, now: Timestamp) -> bool {
        self.store_failed_at.is_some_and(|failed_at| now.millis_since(failed_at) < u64::from(cache::SILENCE_SECONDS).saturating_mul(1_000))
    }

    /// The usage of each shelf.
    pub(crate) fn usage(&self) -> [ShelfUsage; 4] {
        [self.hits.usage("hits"), self.misses.usage("misses"), self.verifications.usage("verifications"), self.texts.usage("texts")]
    }

    /// Drops the entries of `key`, which this isolate has just changed.
    pub(crate) fn drop(&mut self, key: &Key) {
        self.hits.remove(key);
        self.misses.remove(key);
        self.epoch = self.epoch.wrapping_add(1);
    }
}

/// The usage of a shelf.
pub(crate) struct ShelfUsage {
    pub(crate) name: &'static str,
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    pub(crate) max_bytes: usize,
}

/// The lifetime of the entries of a shelf, and their maximum size in total.
#[derive(Clone, Copy)]
struct MemoBounds {
    seconds: u32,
    bytes: usize,
}

/// A set-associative cache with a lifetime. Each key belongs to one of [`SETS`] small sets, and the oldest entry of a
/// full set is evicted. So a full shelf costs no more than an empty one. The hash has no secret, so visitors can choose
/// keys that crowd one set. Then its other keys are evicted early and read again.
struct Shelf<V> {
    bounds: MemoBounds,
    /// The sets; none until the first entry. The oldest entry of a set is first.
    sets: Vec<Vec<Entry<V>>>,
    bytes: usize,
    /// The set that is checked for expired entries next.
    hand: u8,
}

/// The number of sets: one for each value of a byte.
const SETS: usize = 256;
const ENTRIES_PER_SET: usize = 8;

/// The maximum number of entries of a shelf.
pub(crate) const MAX_ENTRIES: usize = SETS * ENTRIES_PER_SET;

/// An entry of a shelf. Without a value it only records that the key was added.
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

    fn usage(&self, name: &'static str) -> ShelfUsage {
        ShelfUsage { name, entries: self.sets.iter().map(Vec::len).sum(), bytes: self.bytes, max_bytes: self.bounds.bytes }
    }

    /// Adds `key` if it is not on the shelf, and returns whether it was added.
    fn claim(&mut self, key: &Key, now: Timestamp) -> bool {
        let is_new = self.get(key, now).is_none();
        if is_new {
            self.put(key, None, 0, now);
        }
        is_new
    }

    fn put(&mut self, key: &Key, value: Option<Box<V>>, value_bytes: usize, now: Timestamp) {
        let bytes = value_bytes.saturating_add(key.as_str().len()).saturating_add(size_of::<Entry<V>>());
        if bytes > self.bounds.bytes {
            return;
        }
        self.sets.resize_with(SETS, Vec::new);
        let index = set_of(key);
        self.evict(index, &|entry| entry.key == *key);
        self.make_room_for(bytes, now);
        let Some(set) = self.sets.get_mut(index) else { return };
        if set.len() >= ENTRIES_PER_SET {
            self.bytes = self.bytes.saturating_sub(set.remove(0).bytes);
        }
        set.push(Entry { key: key.clone(), value, bytes, put_at: now });
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Evicts the expired entries of the next set. As long as `bytes` do not fit, evicts all entries of one set after
    /// the other.
    fn make_room_for(&mut self, bytes: usize, now: Timestamp) {
        loop {
            let (is_full, bounds) = (self.bytes.saturating_add(bytes) > self.bounds.bytes, self.bounds);
            self.hand = self.hand.wrapping_add(1);
            self.evict(self.hand.into(), &|entry| is_full || !entry.is_fresh(bounds, now));
            if !is_full {
                return;
            }
        }
    }

    fn remove(&mut self, key: &Key) {
        self.evict(set_of(key), &|entry| entry.key == *key);
    }

    /// Evicts the entries of a set for which `is_evicted` is true.
    fn evict(&mut self, set: usize, is_evicted: &dyn Fn(&Entry<V>) -> bool) {
        let Some(entries) = self.sets.get_mut(set) else { return };
        entries.retain(|entry| {
            let evicted = is_evicted(entry);
            if evicted {
                self.bytes = self.bytes.saturating_sub(entry.bytes);
            }
            !evicted
        });
    }
}

/// The set of a key: FNV-1a and a final multiplication that mixes all bits into the highest byte. Similar keys are
/// spread over the sets.
fn set_of(key: &Key) -> usize {
    let hash = key.as_str().bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let [set, ..] = hash.wrapping_mul(0x9E37_79B1).to_be_bytes();
    set.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> Key {
        Key::stored(format!("link/hop.example/{number}"))
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn hit(memo: &mut Memo<u64>, number: u64, bytes: usize, millis: u64) {
        let epoch = memo.epoch();
        memo.remember_hit(&key(number), number, bytes, epoch, at(millis));
    }

    #[test]
    fn hit_is_valid_for_five_seconds() {
        let mut memo = Memo::new();
        hit(&mut memo, 1, 10, 1_000);
        assert_eq!(memo.get(&key(1), at(5_999)), MemoLookup::Hit(1));
        assert_eq!(memo.get(&key(1), at(6_000)), MemoLookup::Unknown);
        assert_eq!(memo.get(&key(2), at(1_000)), MemoLookup::Unknown);
    }

    #[test]
    fn miss_is_valid_for_ten_seconds() {
        let mut memo = Memo::<u64>::new();
        let epoch = memo.epoch();
        memo.remember_miss(&key(1), epoch, at(1_000));
        assert_eq!(memo.get(&key(1), at(10_999)), MemoLookup::Miss);
        assert_eq!(memo.get(&key(1), at(11_000)), MemoLookup::Unknown);
    }

    #[test]
    fn commit_drops_entries_and_reads_in_progress() {
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
    fn entry_is_verified_once_in_fifteen_seconds() {
        let mut memo = Memo::<u64>::new();
        let claims = [0, 1, 14_999, 15_000, 15_001].map(|millis| memo.claim_verification(&key(1), at(millis)));
        assert_eq!(claims, [true, false, false, true, false]);
        assert!(memo.claim_verification(&key(2), at(1)));
    }

    #[test]
    fn store_failure_is_noted_for_five_seconds() {
        let mut memo = Memo::<u64>::new();
        assert!(!memo.has_store_failed(at(0)));
        memo.note_store_failure(at(1_000));
        assert_eq!([0, 1_000, 5_999, 6_000].map(|millis| memo.has_store_failed(at(millis))), [true, true, true, false]);
    }

    /// The first nine numbers whose keys belong to one set, which holds eight.
    fn crowd() -> Vec<u64> {
        (0..).filter(|number| set_of(&key(*number)) == set_of(&key(0))).take(9).collect()
    }

    fn entries(memo: &Memo<u64>) -> Vec<&Entry<u64>> {
        memo.hits.sets.iter().flatten().collect()
    }

    #[test]
    fn oldest_entry_of_a_full_set_is_evicted() {
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
    fn key_put_again_becomes_the_newest() {
        let (mut memo, crowd) = (Memo::new(), crowd());
        for number in crowd[..8].iter().chain(&[crowd[0], crowd[8]]) {
            hit(&mut memo, *number, 10, 0);
        }
        assert_eq!(memo.get(&key(crowd[0]), at(0)), MemoLookup::Hit(crowd[0]));
        assert_eq!(memo.get(&key(crowd[1]), at(0)), MemoLookup::Unknown);
    }

    #[test]
    fn entry_count_is_bounded_and_recent_entries_stay() {
        let mut memo = Memo::new();
        for number in 0..20_000 {
            hit(&mut memo, number, 10, 0);
            assert!(entries(&memo).len() <= 2_048);
        }
        assert!(memo.hits.sets.iter().all(|set| set.len() == 8));
        let newest = (19_000..20_000).filter(|number| memo.get(&key(*number), at(0)) == MemoLookup::Hit(*number)).count();
        assert!(newest > 900, "{newest}");
    }

    #[test]
    fn expired_entries_are_evicted_set_by_set() {
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
    fn bytes_are_bounded() {
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
    fn entry_of_exactly_the_bound_is_kept() {
        let overhead = |number| key(number).as_str().len() + size_of::<Entry<u64>>() + size_of::<u64>();
        let mut memo = Memo::new();
        hit(&mut memo, 1, HIT_BOUNDS.bytes - overhead(1), 0);
        assert_eq!(memo.get(&key(1), at(0)), MemoLookup::Hit(1));
        hit(&mut memo, 2, HIT_BOUNDS.bytes / 2 - overhead(2), 0);
        hit(&mut memo, 3, HIT_BOUNDS.bytes / 2 - overhead(3), 0);
        assert_eq!([1, 2, 3].map(|number| memo.get(&key(number), at(0))), [MemoLookup::Unknown, MemoLookup::Hit(2), MemoLookup::Hit(3)]);
    }

    #[test]
    fn key_put_many_times_takes_one_entry() {
        let mut memo = Memo::new();
        for millis in 0..10_000 {
            hit(&mut memo, 1, 10, millis);
        }
        assert_eq!(entries(&memo).len(), 1);
        assert_eq!(memo.get(&key(1), at(10_000)), MemoLookup::Hit(1));
    }
}
