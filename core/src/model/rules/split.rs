//! Which share of all visitors somebody belongs to. They stay in it without a cookie: it is drawn from where they come from, what they
//! come with, the link and the rule. Each rule draws anew, so that its percentage is of those who reach it.

use std::net::IpAddr;

use super::RuleId;
use crate::model::digest::{self, Pepper};
use crate::model::link::LinkId;

/// What stands for a visitor at one link. It tells nobody who does not know the pepper where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SplitPosition(u64);

impl SplitPosition {
    /// An IPv6 visitor is known by their /64: the rest changes by the day.
    pub(super) fn draw(pepper: Option<&Pepper>, link: &LinkId, address: Option<IpAddr>, agent: &[u8]) -> Self {
        let octets;
        let place = match address {
            Some(IpAddr::V4(address)) => {
                octets = address.octets();
                octets.as_slice()
            }
            Some(IpAddr::V6(address)) => &(address.to_bits() >> 64).to_be_bytes(),
            None => &[],
        };
        Self(digest::under(pepper, "split", &[link.as_str().as_bytes(), place, agent]).number())
    }

    /// 0 to 99, as likely each.
    pub(super) fn percentile(self, rule: &RuleId) -> u8 {
        // The digest is unknown and even already. It is only to be different for each rule, so nothing cryptographic: FNV-1a and the
        // end of SplitMix64, for a hundredth of the work.
        let read = |mixed: u64, byte: u8| (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let mixed = rule.as_str().bytes().fold(self.0, read);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u8::try_from((mixed ^ (mixed >> 31)) % 100).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: &[u8] = b"Mozilla/5.0";

    fn lot(link: &str, address: Option<&str>, agent: &[u8]) -> SplitPosition {
        SplitPosition::draw(None, &LinkId::from_name(link), address.map(|address| address.parse().unwrap()), agent)
    }

    fn rule(id: &str) -> RuleId {
        RuleId::stored(id.into())
    }

    /// Ten thousand clients, one after the other in their net.
    fn clients() -> impl Iterator<Item = SplitPosition> {
        (0xC633_6400..0xC633_8B10_u32).map(|address| {
            let address = IpAddr::from(address.to_be_bytes());
            SplitPosition::draw(Some(&Pepper::new("pepper")), &LinkId::from_name("x"), Some(address), AGENT)
        })
    }

    #[test]
    fn ten_thousand_clients_split_as_they_should() {
        for id in ["1", "2", "3", "a", "b", "checkout-b", ""] {
            let mut counts = [0_u32; 100];
            clients().for_each(|lot| counts[usize::from(lot.percentile(&rule(id)))] += 1);
            let mut below = 0;
            for (percent, count) in (1_u32..).zip(counts) {
                below += count;
                assert!(below.abs_diff(percent * 100) < 200, "{id}: {below} of 10000 below {percent}");
                assert!(count > 50, "{id}: {count} of 10000 at {percent}");
            }
        }
    }

    /// Of those that one rule passes over, the next takes its own share.
    #[test]
    fn each_rule_draws_anew() {
        for (one, other) in [("1", "2"), ("a", "b"), ("a", "aa"), ("", "a")] {
            let (one, other) = (rule(one), rule(other));
            let left: Vec<SplitPosition> = clients().filter(|lot| lot.percentile(&one) >= 30).collect();
            let taken = left.iter().filter(|lot| lot.percentile(&other) < 30).count();
            assert!((taken * 100).abs_diff(left.len() * 30) < left.len() * 2, "{taken} of {}", left.len());
        }
    }

    #[test]
    fn somebody_is_known_by_where_they_come_from_and_what_they_come_with() {
        let known = lot("x", Some("2001:db8:0:1::1"), AGENT);
        assert_eq!(known, lot("x", Some("2001:db8:0:1:ffff::2"), AGENT));
        let four = lot("x", Some("192.0.2.1"), AGENT);
        for (one, other) in [
            (known, lot("x", Some("2001:db8:0:2::1"), AGENT)),
            (known, lot("y", Some("2001:db8:0:1::1"), AGENT)),
            (known, lot("x", Some("2001:db8:0:1::1"), b"curl")),
            (known, lot("x", None, AGENT)),
            (four, lot("x", Some("192.0.2.2"), AGENT)),
            (four, SplitPosition::draw(Some(&Pepper::new("p")), &LinkId::from_name("x"), "192.0.2.1".parse().ok(), AGENT)),
        ] {
            assert_ne!(one, other);
        }
    }

    /// Whoever is drawn today is drawn by the next version of hop too.
    #[test]
    fn a_draw_never_changes() {
        let lot = SplitPosition::draw(Some(&Pepper::new("pepper")), &LinkId::from_name("x"), "192.0.2.1".parse().ok(), AGENT);
        assert_eq!(["1", "2", "3", "a"].map(|id| lot.percentile(&rule(id))), [19, 19, 81, 74]);
    }
}
