//! A pepper that takes another's place: for as long as both are known nothing that was made under the old one is lost.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::{Fault, MemoryEdge, Step};
use serde_json::{Value, json};
use support::audit::count;
use support::client::{ADMIN_KEY, Answer, PEPPER};
use support::keys::{kept, key, user};
use support::locks::{PASSWORD, cookie, edge_with, type_in, with_cookie};
use support::misfortune::{Plan, calm, plan};
use support::{Ask, Isolate, run};

const NEW: &str = "another-pepper-that-only-these-tests-know";
const TARGET: &str = "https://example.com/";

/// Asks a deployment with this pepper and the one before it.
fn ask_under(edge: &MemoryEdge, pepper: &str, old: &str, ask: Ask) -> Answer {
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", pepper), ("HOP_OLD_PEPPER", old)];
    run(Isolate::set_up(edge, &settings).ask(ask))
}

fn before(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, PEPPER, "", ask)
}

fn meanwhile(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, NEW, PEPPER, ask)
}

fn afterwards(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, NEW, "", ask)
}

fn me(secret: &str) -> Ask {
    Ask::list("/api/v1/me").showing(secret)
}

#[test]
fn a_key_that_is_used_while_both_are_good_outlives_the_old_pepper() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let [(id, used), (other, unused)] = [(); 2].map(|()| key(&edge, &owner, &["links:read"], &json!({})));
    assert_eq!(before(&edge, me(&used)).code(), 200);
    let (of_old, unused_before) = (kept(&edge, &id), kept(&edge, &other));
    assert_eq!(meanwhile(&edge, me(&used)).code(), 200);
    let of_new = kept(&edge, &id);
    assert!(of_new["mark"] != of_old["mark"], "it is marked anew at once, though it was used this very hour");
    assert_eq!(meanwhile(&edge, me(&used)).code(), 200);
    assert_eq!(kept(&edge, &id), of_new, "and once");
    assert_eq!([&used, &unused].map(|secret| afterwards(&edge, me(secret)).code()), [200, 401]);
    assert_eq!(kept(&edge, &other), unused_before);
    assert_eq!(meanwhile(&edge, me(&unused)).code(), 200, "it is not lost while the old pepper is");
    let (same, secret) = key_made(&meanwhile(&edge, support::keys::new_key(&owner, &["links:read"], &json!({}))));
    assert_eq!((afterwards(&edge, me(&secret)).code(), before(&edge, me(&secret)).code()), (200, 401), "{same} is of the new one");
}

fn key_made(made: &Answer) -> (String, String) {
    let text = |name: &str| made.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

#[test]
fn a_new_mark_that_cannot_be_written_is_written_next_time() {
    let edge = MemoryEdge::new(1);
    let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let of_old = kept(&edge, &id)["mark"].clone();
    plan(&edge, Plan::Every(Step::Write, Fault::Fail));
    assert_eq!(meanwhile(&edge, me(&secret)).code(), 200);
    calm(&edge);
    assert_eq!(kept(&edge, &id)["mark"], of_old);
    assert_eq!((meanwhile(&edge, me(&secret)).code(), afterwards(&edge, me(&secret)).code()), (200, 200));
}

#[test]
fn a_list_goes_on_under_the_new_pepper() {
    let edge = MemoryEdge::new(1);
    for _ in 0..3 {
        assert_eq!(before(&edge, Ask::create(&json!({"target": TARGET}))).code(), 201);
    }
    let next = |page: &Answer| page.json()["next"].as_str().expect("a next page").to_owned();
    let second = next(&before(&edge, Ask::list("/api/v1/links?limit=1")));
    assert_eq!(afterwards(&edge, Ask::list(&second)).code(), 422);
    let third = next(&meanwhile(&edge, Ask::list(&second)));
    assert_eq!((afterwards(&edge, Ask::list(&third)).code(), before(&edge, Ask::list(&third)).code()), (200, 422));
    let other = second.replace("cursor=", "domain=hop.example&state=live&cursor=");
    assert_eq!(meanwhile(&edge, Ask::list(&other)).code(), 422, "it still opens nothing else");
}

#[test]
fn a_repeated_request_finds_what_was_done_under_the_old_pepper() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": TARGET})).once("a key of the client's own");
    let first = before(&edge, create());
    let again = meanwhile(&edge, create());
    assert_eq!((first.code(), again.code(), &again.body, count(&edge, "link/")), (201, 201, &first.body, 1));
    let other = Ask::create(&json!({"target": "https://example.com/other"})).once("a key of the client's own");
    assert_eq!(meanwhile(&edge, other).problem(), "idempotency_reused");
    edge.wait_seconds(24 * 60 * 60);
    assert_eq!((meanwhile(&edge, create()).code(), count(&edge, "link/")), (201, 2), "it was a day ago");
    assert_eq!((afterwards(&edge, create()).code(), count(&edge, "link/")), (201, 2), "and is of the new pepper now");
}

#[test]
fn a_repeated_request_that_died_under_the_old_pepper_is_finished_under_the_new_one() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": TARGET})).once("a key of the client's own");
    plan(&edge, Plan::FromNth(Step::Answer, 2));
    assert_eq!(before(&edge, create()).code(), 503);
    calm(&edge);
    assert_eq!(count(&edge, "link/"), 1, "the link was made and not acknowledged");
    edge.wait_seconds(61);
    assert_eq!((meanwhile(&edge, create()).code(), count(&edge, "link/")), (201, 1));
}

#[test]
fn a_promise_made_under_the_old_pepper_is_kept() {
    let edge = MemoryEdge::new(1);
    let upsert = || Ask::create(&json!({"target": TARGET, "external_id": "sku-1", "update_if_exists": true}));
    assert_eq!(before(&edge, upsert()).code(), 201);
    // A store that shows no hint yet.
    plan(&edge, Plan::Every(Step::Scan, Fault::Stale));
    let again = meanwhile(&edge, upsert());
    calm(&edge);
    assert_eq!(count(&edge, "link/"), 1, "{}", again.json());
}

#[test]
fn an_opened_link_stays_open() {
    let edge = edge_with(&json!({"locked": true}));
    let open = cookie(&before(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, with_cookie(&open)).code()), [302, 302, 200]);
    let anew = cookie(&meanwhile(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, with_cookie(&anew)).code()), [200, 302, 302]);
}

/// Secrets are set one after the other, and whoever mistypes one learns of it before a key is lost.
#[test]
fn an_old_pepper_that_is_no_other_is_none_and_one_too_short_is_a_mistake() {
    let edge = MemoryEdge::new(1);
    let (_, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    for (old, code) in [(PEPPER, 200), ("", 200), (" \n", 200), ("too-short", 503), (NEW, 200)] {
        assert_eq!(ask_under(&edge, PEPPER, old, me(&secret)).code(), code, "{old:?}");
    }
    edge.take_log();
    let refused = ask_under(&edge, PEPPER, "too-short", me(&secret));
    let log: Value = serde_json::from_str(&edge.take_log().concat()).expect("one line");
    assert_eq!((refused.problem().as_str(), &log["cause"]), ("not_configured", &json!("HOP_OLD_PEPPER is shorter than 32 characters")));
}
