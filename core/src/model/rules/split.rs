//! Splits: percentages of visitors. A visitor's percentile is a hash of address, user agent, link and rule, so it is
//! stable without a cookie. It differs for each rule, so the percentage of a rule applies to the visitors who reach it.

use std::net::IpAddr;

use super::RuleId;
use crate::model::digest::{self, Pepper};
use crate::model::link::LinkId;

/// Hash of a visitor of one link. Without the pepper it does not reveal the visitor's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SplitPosition(u64);

impl SplitPosition {
    /// Computes the hash. Of an IPv6 address only the /64 is used, because the rest changes daily.
    pub(super) fn compute(pepper: Option<&Pepper>, link: &LinkId, address: Option<IpAddr>, agent: &[u8]) -> Self {
        let octets;
        let network = match address {
            Some(IpAddr::V4(address)) => {
                octets = address.octets();
                octets.as_slice()
            }
            Some(IpAddr::V6(address)) => &(address.to_bits() >> 64).to_be_bytes(),
            None => &[],
        };
        Self(digest::keyed_digest(pepper, "split", &[link.as_str().as_bytes(), network, agent]).number())
    }

    /// The visitor's percentile for `rule`: 0 to 99, evenly distributed.
    pub(super) fn percentile(self, rule: &RuleId) -> u8 {
        // The digest is already secret and evenly distributed. It only has to differ for each rule, so this needs no
        // cryptography: FNV-1a and the finalizer of SplitMix64 take a hundredth of the time.
        let fnv_1a = |mixed: u64, byte: u8| (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let mixed = rule.as_str().bytes().fold(self.0, fnv_1a);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u8::try_from((mixed ^ (mixed >> 31)) % 100).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: &[u8] = b"Mozilla/5.0";

    fn position(link: &str, address: Option<&str>, agent: &[u8]) -> SplitPosition {
        SplitPosition::compute(None, &LinkId::from_random(link), address.map(|address| address.parse().unwrap()), agent)
    }

    fn rule(id: &str) -> RuleId {
        RuleId::stored(id.into())
    }

    /// Ten thousand clients with consecutive addresses.
    fn clients() -> impl Iterator<Item = SplitPosition> {
        (0xC633_6400..0xC633_8B10_u32).map(|address| {
            let address = IpAddr::from(address.to_be_bytes());
            SplitPosition::compute(Some(&Pepper::new("pepper")), &LinkId::from_random("x"), Some(address), AGENT)
        })
    }

    #[test]
    fn percentiles_are_evenly_distributed() {
        for id in ["1", "2", "3", "a", "b", "checkout-b", ""] {
            let mut counts = [0_u32; 100];
            clients().for_each(|position| counts[usize::from(position.percentile(&rule(id)))] += 1);
            let mut below = 0;
            for (percent, count) in (1_u32..).zip(counts) {
                below += count;
                assert!(below.abs_diff(percent * 100) < 200, "{id}: {below} of 10000 below {percent}");
                assert!(count > 50, "{id}: {count} of 10000 at {percent}");
            }
        }
    }

    /// Of the visitors that one rule does not take, the next rule takes its own share.
    #[test]
    fn percentiles_of_two_rules_are_independent() {
        for (one, other) in [("1", "2"), ("a", "b"), ("a", "aa"), ("", "a")] {
            let (one, other) = (rule(one), rule(other));
            let left: Vec<SplitPosition> = clients().filter(|position| position.percentile(&one) >= 30).collect();
            let taken = left.iter().filter(|position| position.percentile(&other) < 30).count();
            assert!((taken * 100).abs_diff(left.len() * 30) < left.len() * 2, "{taken} of {}", left.len());
        }
    }

    #[test]
    fn positions_depend_on_network_agent_link_and_pepper() {
        let known = position("x", Some("2001:db8:0:1::1"), AGENT);
        assert_eq!(known, position("x", Some("2001:db8:0:1:ffff::2"), AGENT));
        let four = position("x", Some("192.0.2.1"), AGENT);
        for (one, other) in [
            (known, position("x", Some("2001:db8:0:2::1"), AGENT)),
            (known, position("y", Some("2001:db8:0:1::1"), AGENT)),
            (known, position("x", Some("2001:db8:0:1::1"), b"curl")),
            (known, position("x", None, AGENT)),
            (four, position("x", Some("192.0.2.2"), AGENT)),
            (four, SplitPosition::compute(Some(&Pepper::new("p")), &LinkId::from_random("x"), "192.0.2.1".parse().ok(), AGENT)),
        ] {
            assert_ne!(one, other);
        }
    }

    /// Visitors keep their percentile in later versions of hop.
    #[test]
    fn percentiles_are_stable_across_versions() {
        let position = SplitPosition::compute(Some(&Pepper::new("pepper")), &LinkId::from_random("x"), "192.0.2.1".parse().ok(), AGENT);
        assert_eq!(["1", "2", "3", "a"].map(|id| position.percentile(&rule(id))), [19, 19, 81, 74]);
    }
}
