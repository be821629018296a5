//! Unique visitors: HyperLogLog with 4,096 registers. Its standard error is 1.6 %.
//!
//! A visitor contributes a [`Coupon`]: a register (12 bits) and a rank. Written by hand, because the crates keep 26 bits
//! of a visitor's digest for as long as the sketch is small. hop stores no digest of a visitor, so the coupon has to be
//! reduced before it leaves the isolate. The estimator is the improved raw estimator of Otmar Ertl ("New cardinality
//! estimation algorithms for HyperLogLog sketches", 2017), which needs no tables.

use std::collections::BTreeMap;

/// Bits of a digest that choose the register.
const REGISTER_BITS: u32 = 12;
/// Number of registers.
const REGISTERS: u16 = 1 << REGISTER_BITS;
/// The highest rank: the remaining bits of the digest are all zero.
const MAX_RANK: u8 = 53;

/// The digits of the text form, six bits each.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What one visitor contributes to a count of unique visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coupon {
    register: u16,
    rank: u8,
}

impl Coupon {
    /// The coupon of a visitor with this keyed digest.
    pub(crate) fn from_digest(digest: u64) -> Self {
        let register = u16::try_from(digest >> (u64::BITS - REGISTER_BITS)).unwrap_or_default();
        let rest = digest << REGISTER_BITS;
        let zeros = u8::try_from(rest.leading_zeros()).unwrap_or(MAX_RANK);
        Self { register, rank: zeros.saturating_add(1).min(MAX_RANK) }
    }

    /// Three characters: two of the register, one of the rank.
    pub(crate) fn to_text(self) -> String {
        [self.register >> 6, self.register, self.rank.into()].map(digit).iter().collect()
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let [high, low, rank] = text.as_bytes() else { return None };
        let register = (value(*high)? << 6) | value(*low)?;
        let rank = u8::try_from(value(*rank)?).ok().filter(|rank| (1..=MAX_RANK).contains(rank))?;
        Some(Self { register, rank })
    }
}

/// The unique visitors of one UTC day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uniques {
    /// The highest rank of each register that has one.
    ranks: BTreeMap<u16, u8>,
}

impl Uniques {
    pub(crate) fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    pub(crate) fn add(&mut self, coupon: Coupon) {
        let rank = self.ranks.entry(coupon.register).or_default();
        *rank = (*rank).max(coupon.rank);
    }

    /// Adds the visitors of another sketch. A visitor in both counts once.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (register, rank) in &other.ranks {
            self.add(Coupon { register: *register, rank: *rank });
        }
    }

    /// The estimated number of visitors.
    pub(crate) fn estimate(&self) -> u64 {
        let registers = f64::from(REGISTERS);
        let with_rank =
            |rank: u8| f64::from(u16::try_from(self.ranks.values().filter(|known| **known == rank).count()).unwrap_or(REGISTERS));
        let mut counts = [0.0; MAX_RANK as usize];
        for (count, rank) in counts.iter_mut().zip(1..) {
            *count = with_rank(rank);
        }
        let empty = registers - f64::from(u16::try_from(self.ranks.len()).unwrap_or(REGISTERS));
        let [lower @ .., highest] = counts;
        let saturated = registers * tau(1.0 - highest / registers);
        let sum = lower.iter().rev().fold(saturated, |sum, count| 0.5 * (sum + count));
        let sum = sum + registers * sigma(empty / registers);
        // Without visitors `sum` is infinite.
        let estimate = (registers * registers / (2.0 * std::f64::consts::LN_2 * sum)).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates, and this is positive")]
        let estimate = estimate as u64;
        estimate
    }

    /// The text form: the coupons one after the other, or, when that is longer, the rank of every register.
    pub(crate) fn to_text(&self) -> String {
        if self.ranks.len() < usize::from(REGISTERS) / 3 {
            return self.ranks.iter().map(|(register, rank)| Coupon { register: *register, rank: *rank }.to_text()).collect();
        }
        (0..REGISTERS).map(|register| digit(self.ranks.get(&register).copied().unwrap_or_default().into())).collect()
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut uniques = Self::default();
        if bytes.len() == usize::from(REGISTERS) {
            for (register, byte) in (0..).zip(bytes) {
                let rank = u8::try_from(value(*byte)?).ok().filter(|rank| *rank <= MAX_RANK)?;
                if rank > 0 {
                    uniques.add(Coupon { register, rank });
                }
            }
            return Some(uniques);
        }
        let coupons = bytes.chunks(3).map(|coupon| str::from_utf8(coupon).ok().and_then(Coupon::parse));
        for coupon in coupons {
            uniques.add(coupon?);
        }
        Some(uniques)
    }
}

/// The lowest six bits of `number` as a character.
fn digit(number: u16) -> char {
    DIGITS.get(usize::from(number & 63)).copied().unwrap_or(b'A').into()
}

/// The number of a character.
fn value(digit: u8) -> Option<u16> {
    DIGITS.iter().position(|known| *known == digit).and_then(|position| u16::try_from(position).ok())
}

/// The correction for empty registers: the sum of `x^(2^k) * 2^(k-1)`.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut sum, mut factor) = (x, 1.0);
    loop {
        x *= x;
        let next = sum + x * factor;
        if next <= sum {
            return sum;
        }
        sum = next;
        factor += factor;
    }
}

/// The correction for registers with the highest rank.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut sum, mut factor) = (1.0 - x, 1.0);
    loop {
        x = x.sqrt();
        factor *= 0.5;
        let next = sum - (1.0 - x) * (1.0 - x) * factor;
        if next >= sum {
            return sum / 3.0;
        }
        sum = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Random;

    fn digest(random: &mut Random) -> u64 {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    fn of(count: usize, seed: u64) -> Uniques {
        let mut random = Random::new(seed);
        let mut uniques = Uniques::default();
        (0..count).for_each(|_| uniques.add(Coupon::from_digest(digest(&mut random))));
        uniques
    }

    #[test]
    fn coupon_has_register_and_rank() {
        for (digest, register, rank) in [
            (0, 0, 53),
            (1, 0, 52),
            (u64::MAX, 4_095, 1),
            (0x8000_0000_0000_0000, 2_048, 53),
            (0x0010_0000_0000_0000, 1, 53),
            (0x0008_0000_0000_0000, 0, 1),
        ] {
            let coupon = Coupon::from_digest(digest);
            assert_eq!((coupon.register, coupon.rank), (register, rank), "{digest:x}");
            assert_eq!(Coupon::parse(&coupon.to_text()), Some(coupon));
        }
        for text in ["", "A", "AA", "AAAA", "AAA", "A A", "AA_", "\u{e9}A"] {
            assert_eq!(Coupon::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn small_counts_are_nearly_exact() {
        for count in [0, 1, 2, 10] {
            assert_eq!(of(count, 7).estimate(), u64::try_from(count).unwrap());
        }
    }

    #[test]
    fn estimates_have_the_documented_error() {
        for (count, bound) in [(100, 0.025), (10_000, 0.025), (200_000, 0.025)] {
            let squares: f64 = (0..100_u64)
                .map(|seed| {
                    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
                    let (estimate, truth) = (of(count, seed).estimate() as f64, count as f64);
                    ((estimate - truth) / truth).powi(2)
                })
                .sum();
            let error = (squares / 100.0).sqrt();
            assert!(error < bound && error > 0.0, "{count}: {error}");
        }
    }

    #[test]
    fn merge_is_a_set_union() {
        let (one, other, third) = (of(3_000, 1), of(500, 2), of(20, 3));
        let union = |parts: &[&Uniques]| {
            let mut all = Uniques::default();
            parts.iter().for_each(|part| all.merge(part));
            all
        };
        let all = union(&[&one, &other, &third]);
        assert_eq!(all, union(&[&third, &one, &other, &one]));
        assert_eq!(all, union(&[&union(&[&one, &other]), &third]));
        assert_ne!(all, one);
    }

    #[test]
    fn text_form_is_read_back_and_bounded() {
        for count in [0, 1, 1_000, 1_700, 1_800, 100_000] {
            let uniques = of(count, 5);
            let text = uniques.to_text();
            assert_eq!(Uniques::parse(&text).as_ref(), Some(&uniques));
            assert!(text.len() <= 4_096, "{}", text.len());
        }
        assert_eq!(Uniques::parse("AAB").map(|uniques| uniques.estimate()), Some(1));
        for text in ["A", "AAAA", "AAA", &"_".repeat(4_096)] {
            assert_eq!(Uniques::parse(text), None);
        }
    }
}
