//! Hosts with letters outside ASCII, and targets that lead there: the ones browsers take, under the names they look up.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use hop_core::memory::Random;
use hop_core::target::{Target, TargetRules};
use sha2::{Digest, Sha256};
use url::Url;

/// What hosts are made of, in the order in which the kinds of them take turns.
const NAMES: &str = "abzABZ019.-%_~!$&'()*+,;=ßäöüÄſªﬁｅＸ。．";
const DIRECTIONS: &str = "אבגתבایل٠١۰۹0a9z-\u{5b0}\u{64b}\u{301}\u{200c}\u{200d}\u{94d}कष.";
const PUNYCODE: &str = "abcdefghijklmnopqrstuvwxyz0123456789-";
const NUMBERS: &str = "012１２９²①x0Ｘf8..．";

fn several(random: &mut Random, of: &str, most: usize) -> String {
    let of: Vec<char> = of.chars().collect();
    (0..=random.below(most)).map(|_| of[random.below(of.len())]).collect()
}

/// Anything that ends no host: most are refused, so there are few in one host, and half are of the first planes.
fn any(random: &mut Random) -> String {
    let ends = |c: char| c <= ' ' || "/?#@\\:\u{7f}".contains(c);
    let one = |random: &mut Random| {
        let end = [0x3000, 0x1_F000, 0x32_000][random.below(3)];
        u32::try_from(random.below(end)).ok().and_then(char::from_u32).filter(|c| !ends(*c))
    };
    (0..=random.below(3)).filter_map(|_| one(random)).collect()
}

fn draw(random: &mut Random, turn: usize) -> String {
    match turn % 5 {
        0 => several(random, NAMES, 12),
        1 => several(random, DIRECTIONS, 7),
        2 => ["xn--", &several(random, PUNYCODE, 8), ".", &several(random, DIRECTIONS, 2)].concat(),
        3 => several(random, NUMBERS, 8),
        _ => any(random),
    }
}

/// The name or address that a browser will ask, or nothing where hop refuses the host.
fn asked(host: &str) -> String {
    let rules = TargetRules { schemes: vec!["https".to_owned()], own_domains: Vec::new() };
    let target = Target::parse(&format!("https://{host}/"), &rules).ok();
    target.map(|target| Url::parse(target.as_str()).expect("a URL").host_str().expect("a host").to_owned()).unwrap_or_default()
}

/// `hosts/drawn.txt` has the first four bytes of a SHA-256 for each hundred: of the hosts that `url` 2.5 found in `https://HOST/` over ICU's
/// tables of Unicode 17, one a line, what it refused as an empty one.
#[test]
fn a_host_is_what_a_browser_takes_it_for() {
    let mut random = Random::new(1);
    let hosts: Vec<String> = (0..20_000).map(|turn| draw(&mut random, turn)).collect();
    let mut digests = include_str!("hosts/drawn.txt").lines();
    let mut taken = 0;
    for hundred in hosts.chunks(100) {
        let asked: Vec<String> = hundred.iter().map(|host| asked(host)).collect();
        taken += asked.iter().filter(|asked| !asked.is_empty()).count();
        let digest = Sha256::digest(asked.iter().map(|asked| format!("{asked}\n")).collect::<String>());
        let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(Some(digest.as_str()), digests.next(), "{:#?}", hundred.iter().zip(&asked).collect::<Vec<_>>());
    }
    assert_eq!(digests.next(), None);
    assert!(taken > 5_000 && taken < 15_000, "{taken} are taken");
}
