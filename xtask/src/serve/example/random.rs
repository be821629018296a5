//! Random choices from a seed: the same on every machine and in every run.
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

pub(super) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// A number from 0 to 1, without 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random()
    }

    pub(super) fn has_luck(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent, 100)
    }

    pub(super) fn pick<'a, T, const N: usize>(&mut self, items: &'a [T; N]) -> &'a T {
        &items[self.0.random_range(0..N)]
    }

    /// Characters as in the aliases that hop generates.
    pub(super) fn alias(&mut self) -> String {
        const LETTERS: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        (0..6).map(|_| char::from(*self.pick(LETTERS))).collect()
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }
}

/// Positions that are chosen with different probabilities.
pub(super) struct Weights(Option<WeightedIndex<f64>>);

impl Weights {
    /// The weight of each position, none of them negative.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        Self(WeightedIndex::new(weights).ok())
    }

    /// A position; the first one if all weights are 0.
    pub(super) fn choose(&self, random: &mut Random) -> usize {
        self.0.as_ref().map_or(0, |weights| weights.sample(&mut random.0))
    }
}

/// The weight of the item with this rank, by Zipf's law: a few items are chosen most of the time.
pub(super) fn zipf(rank: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rank is small")]
    let rank = rank as f64;
    (rank + 3.0).powf(-1.05)
}
