//! Links with a password: the lifetime of the unlock cookie, the rate limits of guesses, and passwords that change
//! while visitors use the link.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use crate::support::audit::{count, text};
use crate::support::locks::{PASSWORD, ask, bring_locked, change, cookie, edge_with, press, type_in, with_cookie};
use crate::support::sample_link::{HERE, THERE, status_and_location, to};
use crate::support::store_faults::{Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{Fault, MemoryEdge, StoreStep};
use http::HeaderName;
use http::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::json;

/// The window of the rate limits, in seconds.
const QUARTER: u64 = 15 * 60;

/// An edge with the link `docs`, which has a password.
fn locked() -> MemoryEdge {
    edge_with(&json!({"locked": true}))
}

#[test]
fn unlock_cookie_expires_after_an_hour() {
    let edge = locked();
    let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    for (wait, code) in [(0, 302), (3_599, 302), (1, 200), (1, 200)] {
        edge.wait_seconds(wait);
        let answer = ask(&edge, with_cookie(&cookie));
        assert_eq!((answer.code(), answer.tells(HERE)), (code, code == 302), "after {wait} more seconds");
    }
    let (name, value) = cookie.split_once('=').expect("a pair");
    let (until, seal) = value.split_once('.').expect("a time and a seal");
    let until: u64 = until.parse().expect("seconds");
    let later = until + 3_600;
    for forged in [format!("{later}.{seal}"), format!("{}.{seal}", u64::MAX), format!("0{until}.{seal}x")] {
        assert_eq!(ask(&edge, with_cookie(&format!("{name}={forged}"))).code(), 200, "{forged}");
    }
}

/// Each link has its own cookie, so that unlocking one link locks no other.
#[test]
fn unlock_cookies_of_two_links_coexist() {
    let edge = locked();
    ask(&edge, bring_locked(json!({"alias": "other", "target": THERE})));
    let cookies = ["docs", "other"].map(|alias| {
        let id = text(&ask(&edge, Ask::show(alias)).json()["id"]);
        let answer = ask(&edge, type_in(alias, PASSWORD));
        let (cookie, attributes) = answer.header("set-cookie").split_once("; ").expect("a cookie with attributes");
        assert!(cookie.starts_with(&format!("__Host-hop-{id}=")), "{cookie}");
        assert_eq!(attributes, "Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax");
        cookie.to_owned()
    });
    for (alias, target) in [("docs", HERE), ("other", THERE)] {
        assert_eq!(status_and_location(&ask(&edge, Ask::visit(alias).header(COOKIE, &cookies.join("; ")))), to(target));
    }
    assert_eq!(ask(&edge, Ask::visit("other").header(COOKIE, &cookies[0])).code(), 200);
}

/// A browser sends all cookies of the host. The right one is found among others, but only the first four of its name
/// are read.
#[test]
fn unlock_cookie_is_found_among_others() {
    let edge = locked();
    let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    let name = cookie.split('=').next().expect("a name");
    for (header, code) in [
        (format!("a=b; {cookie}"), 302),
        (format!("a=b;{cookie} ;c"), 302),
        (format!("{name}=1.AAAA; {name}; {name}x=1; {cookie}"), 302),
        (format!("{}{cookie}", format!("{name}=x; ").repeat(3)), 302),
        (format!("{}{cookie}", format!("{name}=x; ").repeat(4)), 200),
        (format!("x{cookie}"), 200),
        (cookie.replacen('=', "==", 1), 200),
    ] {
        assert_eq!(ask(&edge, with_cookie(&header)).code(), code, "{header}");
    }
}

#[test]
fn network_has_sixty_tries_per_quarter_hour() {
    let edge = locked();
    let guess = |password: &str, address: &str| ask(&edge, type_in("docs", password).from(address, "DE"));
    edge.wait_seconds(100);
    for _ in 0..60 {
        assert_eq!(guess("a wrong password", "2001:db8:1:2::1").code(), 403);
    }
    let refused = guess(PASSWORD, "2001:db8:1:2:ffff::2");
    assert_eq!((refused.code(), refused.header("retry-after")), (429, "800"), "the limit counts the whole network");
    assert!(!refused.headers.contains_key(SET_COOKIE) && !refused.tells(HERE));
    for elsewhere in ["2001:db8:1:3::1", "192.0.2.1", "192.0.2.2"] {
        cookie(&guess(PASSWORD, elsewhere));
    }
    ask(&edge, bring_locked(json!({"alias": "other", "target": HERE})));
    assert_eq!(ask(&edge, type_in("other", PASSWORD).from("2001:db8:1:2::1", "DE")).code(), 303, "each link has its own limit");
    edge.wait_seconds(QUARTER - 100 - 1);
    let refused = guess(PASSWORD, "2001:db8:1:2::1");
    assert_eq!((refused.code(), refused.header("retry-after")), (429, "1"));
    edge.wait_seconds(1);
    for _ in 0..59 {
        assert_eq!(guess("a wrong password", "2001:db8:1:2::1").code(), 403);
    }
    cookie(&guess(PASSWORD, "2001:db8:1:2::1"));
    assert_eq!(guess(PASSWORD, "2001:db8:1:2::1").code(), 429);
}

/// Only sixty guesses of a network are compared with the hash. The others leave one counter in the store.
#[test]
fn ten_thousand_guesses_get_sixty_tries() {
    let edge = locked();
    let isolate = Isolate::new(&edge);
    let mut counts = BTreeMap::<u16, u32>::new();
    for number in 0..10_000 {
        let guess = type_in("docs", &format!("guess number {number}")).from("192.0.2.7", "DE");
        *counts.entry(run(isolate.ask(guess)).code()).or_default() += 1;
    }
    assert_eq!(counts, BTreeMap::from([(403, 60), (429, 9_940)]));
    assert_eq!(count(&edge, "rate/unlock-"), 2, "one counter of the network, one of all networks");
    cookie(&run(isolate.ask(type_in("docs", PASSWORD).from("192.0.2.8", "DE"))));
}

/// The tries that all networks together have at one link.
const TOTAL: usize = 600;

/// The tries of each network once the total is used up.
const FEW: usize = 10;

/// The tries of a device that unlocked the link before.
const OF_A_DEVICE: usize = 20;

/// The statuses of one wrong guess more than a network has once the total is used up.
fn few_refusals() -> Vec<u16> {
    let mut codes = vec![403; FEW];
    codes.push(429);
    codes
}

/// Guesses from many networks until the total is used up.
fn use_up_total(edge: &MemoryEdge) {
    let isolate = Isolate::new(edge);
    for number in 0..TOTAL {
        let network = format!("2001:db8:{}::1", number / 60);
        assert_eq!(run(isolate.ask(type_in("docs", "a guess").from(&network, "DE"))).code(), 403);
    }
}

fn guess(edge: &MemoryEdge, password: &str, address: &str, cookie: &str) -> u16 {
    ask(edge, type_in("docs", password).from(address, "DE").header(COOKIE, cookie)).code()
}

#[test]
fn guesses_from_many_networks_reach_a_total_cap() {
    let edge = locked();
    edge.wait_seconds(100);
    use_up_total(&edge);
    let mut counts = BTreeMap::<u16, usize>::new();
    for number in 0..200 {
        for _ in 0..12 {
            *counts.entry(guess(&edge, "a guess", &format!("192.0.2.{number}"), "")).or_default() += 1;
        }
    }
    assert_eq!(counts, BTreeMap::from([(403, 200 * FEW), (429, 200 * (12 - FEW))]));
    let refused = ask(&edge, type_in("docs", PASSWORD).from("192.0.2.1", "DE"));
    assert_eq!((refused.code(), refused.header("retry-after")), (429, "800"));
    ask(&edge, bring_locked(json!({"alias": "other", "target": HERE})));
    assert_eq!(ask(&edge, type_in("other", PASSWORD).from("192.0.2.1", "DE")).code(), 303, "each link has its own cap");
    edge.wait_seconds(QUARTER - 100);
    assert_eq!(guess(&edge, PASSWORD, "192.0.2.1", ""), 303);
}

/// An attack does not lock out visitors who know the password.
#[test]
fn reached_cap_locks_no_user_out() {
    let edge = locked();
    let known = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    edge.wait_seconds(89 * 24 * 3_600);
    use_up_total(&edge);
    assert_eq!(ask(&edge, with_cookie(&known)).code(), 200, "the cookie does not unlock after an hour");
    for number in 0..OF_A_DEVICE {
        let password = if number % 2 == 0 { PASSWORD } else { "mistyped" };
        let code = guess(&edge, password, "2001:db8:1::1", &known);
        assert_eq!(code, if number % 2 == 0 { 303 } else { 403 }, "a known device has its own tries");
    }
    assert_eq!(guess(&edge, PASSWORD, "192.0.2.1", &known), 429, "a known device has twenty tries");
    for number in 0..FEW {
        assert_eq!(guess(&edge, "mistyped", "192.0.2.1", ""), 403, "{number}");
    }
    assert_eq!(guess(&edge, PASSWORD, "192.0.2.2", ""), 303, "a new network has a few tries");
    edge.wait_seconds(24 * 3_600);
    use_up_total(&edge);
    let codes: Vec<u16> = (0..=FEW).map(|_| guess(&edge, "mistyped", "192.0.2.1", &known)).collect();
    assert_eq!(codes, few_refusals(), "a device is unknown after ninety days");
}

#[test]
fn only_devices_that_unlocked_have_own_tries() {
    let edge = locked();
    let known = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    ask(&edge, bring_locked(json!({"alias": "other", "target": HERE})));
    let of_other = ask(&edge, type_in("other", PASSWORD)).header("set-cookie").split(';').next().expect("a pair").to_owned();
    let (name, value) = known.split_once('=').expect("a pair");
    let (until, seal) = value.split_once('.').expect("a time and a seal");
    let later = until.parse::<u64>().expect("seconds") + 1;
    use_up_total(&edge);
    let other_value = of_other.split_once('=').expect("a pair").1;
    for (number, forged) in
        [format!("{later}.{seal}"), format!("{until}.A{}", &seal[1..]), other_value.to_owned(), "x".into()].iter().enumerate()
    {
        let address = format!("192.0.2.{number}");
        let codes: Vec<u16> = (0..=FEW).map(|_| guess(&edge, "a guess", &address, &format!("{name}={forged}"))).collect();
        assert_eq!(codes, few_refusals(), "{forged}");
    }
    assert_eq!(guess(&edge, PASSWORD, "192.0.2.9", &known), 303);
    change(&edge, &json!({"password": "quite another one"}));
    let codes: Vec<u16> = (0..=FEW).map(|_| guess(&edge, PASSWORD, "192.0.2.10", &known)).collect();
    assert_eq!(codes, few_refusals(), "a device is unknown after a change of the password");
}

/// If a limit cannot be read or written, the password is refused.
#[test]
fn failed_rate_limit_refuses_the_password() {
    let edge = locked();
    let known = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    edge.wait_seconds(2 * 3_600);
    use_up_total(&edge);
    for cookie in ["", &*known] {
        let mut failures = 0;
        for fails_at in 0.. {
            let trace = plan(&edge, Plan::At(vec![(fails_at, Fault::Fail)]));
            let address = format!("198.51.100.{fails_at}");
            let answer = ask(&edge, type_in("docs", PASSWORD).from(&address, "DE").header(COOKIE, cookie));
            let steps = trace.steps();
            clear_faults(&edge);
            if steps.len() <= fails_at {
                assert_eq!(answer.code(), 303);
                break;
            }
            if matches!(steps[fails_at], StoreStep::Write | StoreStep::Answer) && !steps[fails_at..].contains(&StoreStep::Get) {
                failures += 1;
                assert_eq!((answer.code(), answer.headers.contains_key(SET_COOKIE)), (503, false), "{steps:?}");
            }
        }
        assert!(failures >= 2, "{failures}");
    }
}

#[test]
fn form_without_password_is_not_counted() {
    let edge = locked();
    for form in ["", "x=y", "pass=word"] {
        let form = Ask { body: Body::Whole(form.into()), ..press("docs") };
        let answer = ask(&edge, form);
        assert_eq!((answer.code(), answer.json()["needs"].clone(), count(&edge, "rate/unlock-")), (200, json!("password"), 0));
    }
    assert_eq!((ask(&edge, type_in("docs", "")).code(), count(&edge, "rate/unlock-")), (403, 2));
}

/// The new password unlocks the link at once, even if the memo or the cache still has the old one.
#[test]
fn new_password_unlocks_despite_stale_cache() {
    for put_is_lost in [false, true] {
        let edge = locked();
        let isolate = Isolate::new(&edge);
        let old_cookie = cookie(&run(isolate.ask(type_in("docs", PASSWORD))));
        assert_eq!(run(isolate.ask(with_cookie(&old_cookie))).code(), 302);
        edge.link_cache.hold(put_is_lost);
        change(&edge, &json!({"password": "quite another one"}));
        edge.link_cache.lose();
        edge.link_cache.hold(false);
        assert_eq!(run(isolate.ask(type_in("docs", "neither of them"))).code(), 403);
        let cookie = cookie(&run(isolate.ask(type_in("docs", "quite another one"))));
        assert_eq!(status_and_location(&run(isolate.ask(with_cookie(&cookie)))), to(HERE), "put lost: {put_is_lost}");
        assert_eq!(status_and_location(&ask(&edge, with_cookie(&cookie))), to(HERE), "on another isolate, put lost: {put_is_lost}");
        for isolate in [&isolate, &Isolate::new(&edge)] {
            assert_eq!(run(isolate.ask(with_cookie(&old_cookie))).code(), 200, "the old cookie is invalid");
            assert_eq!(run(isolate.ask(type_in("docs", PASSWORD))).code(), 403, "the old password is invalid");
        }
    }
}

/// If tries cannot be counted or the password cannot be read, the link stays locked.
#[test]
fn store_failure_keeps_the_link_locked() {
    for down in [StoreStep::Write, StoreStep::Answer, StoreStep::Get] {
        let edge = locked();
        let isolate = Isolate::new(&edge);
        assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 200);
        plan(&edge, Plan::From(0, Some(down)));
        let answer = run(isolate.ask(type_in("docs", PASSWORD)));
        clear_faults(&edge);
        assert_eq!((answer.code(), answer.headers.contains_key(SET_COOKIE), answer.tells(HERE)), (503, false, false), "{down:?}");
        cookie(&run(isolate.ask(type_in("docs", PASSWORD))));
    }
}

/// A page of another site cannot submit a form for a visitor. Requests without these headers do not come from browsers.
#[test]
fn form_from_another_site_is_refused() {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let edge = locked();
    for (headers, code) in [
        (&[][..], 303),
        (&[(ORIGIN, "https://hop.example")], 303),
        (&[(ORIGIN, "http://HOP.example:8080")], 303),
        (&[(ORIGIN, "https://hop.example.evil.example")], 403),
        (&[(ORIGIN, "https://b.example")], 403),
        (&[(ORIGIN, "null")], 403),
        (&[(ORIGIN, "")], 403),
        (&[(SITE, "same-origin"), (ORIGIN, "null")], 303),
        (&[(SITE, "none")], 303),
        (&[(SITE, "same-site"), (ORIGIN, "https://hop.example")], 403),
        (&[(SITE, "cross-site"), (ORIGIN, "https://hop.example")], 403),
        (&[(SITE, "")], 403),
    ] {
        let form = headers.iter().fold(type_in("docs", PASSWORD), |form, (name, value)| form.header(name.clone(), value));
        let answer = ask(&edge, form);
        assert_eq!((answer.code(), answer.headers.contains_key(SET_COOKIE)), (code, code == 303), "{headers:?}");
    }
    assert_eq!(count(&edge, "rate/unlock-"), 2, "refused forms are not counted");
}
