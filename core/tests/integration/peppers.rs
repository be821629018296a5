//! Rotation of the pepper: while both peppers are configured, everything made under the old one stays valid.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, key_record, user};
use crate::support::locks::{PASSWORD, cookie, edge_with, type_in, with_cookie};
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use serde_json::{Value, json};

const NEW: &str = "another-pepper-that-only-these-tests-know";
const TARGET: &str = "https://example.com/";

/// A deployment with this pepper and this old pepper.
fn isolate_under<'a>(edge: &'a MemoryEdge, pepper: &str, old: &str) -> Isolate<'a> {
    let settings = [
        ("HOP_DOMAINS", "https://hop.example"),
        ("HOP_ADMIN_KEY", ADMIN_KEY),
        ("HOP_PEPPER", pepper),
        ("HOP_OLD_PEPPER", old),
        ("HOP_RATE_LIMITS", "create=off"),
    ];
    Isolate::set_up(edge, &settings)
}

fn ask_under(edge: &MemoryEdge, pepper: &str, old: &str, ask: Ask) -> Answer {
    run(isolate_under(edge, pepper, old).ask(ask))
}

fn before(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, PEPPER, "", ask)
}

fn during(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, NEW, PEPPER, ask)
}

fn after(edge: &MemoryEdge, ask: Ask) -> Answer {
    ask_under(edge, NEW, "", ask)
}

fn me(secret: &str) -> Ask {
    Ask::list("/api/v1/me").showing(secret)
}

#[test]
fn key_used_during_rotation_outlives_old_pepper() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let [(id, used), (other, unused)] = [(); 2].map(|()| key(&edge, &owner, &["links:read"], &json!({})));
    assert_eq!(before(&edge, me(&used)).code(), 200);
    let (of_old, unused_before) = (key_record(&edge, &id), key_record(&edge, &other));
    assert_eq!(during(&edge, me(&used)).code(), 200);
    let of_new = key_record(&edge, &id);
    assert!(of_new["mark"] != of_old["mark"], "the digest is renewed at once, although the key was used this hour");
    assert_eq!(during(&edge, me(&used)).code(), 200);
    assert_eq!(key_record(&edge, &id), of_new, "the digest is renewed once");
    assert_eq!([&used, &unused].map(|secret| after(&edge, me(secret)).code()), [200, 401]);
    assert_eq!(key_record(&edge, &other), unused_before);
    assert_eq!(during(&edge, me(&unused)).code(), 200, "an unused key stays valid while the old pepper is configured");
    let (same, secret) = key_made(&during(&edge, crate::support::keys::new_key(&owner, &["links:read"], &json!({}))));
    assert_eq!((after(&edge, me(&secret)).code(), before(&edge, me(&secret)).code()), (200, 401), "{same} is made under the new pepper");
}

fn key_made(made: &Answer) -> (String, String) {
    let text = |name: &str| made.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

#[test]
fn failed_digest_renewal_is_retried_next_time() {
    let edge = MemoryEdge::new(1);
    let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let of_old = key_record(&edge, &id)["mark"].clone();
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    assert_eq!(during(&edge, me(&secret)).code(), 200);
    clear_faults(&edge);
    assert_eq!(key_record(&edge, &id)["mark"], of_old);
    assert_eq!((during(&edge, me(&secret)).code(), after(&edge, me(&secret)).code()), (200, 200));
}

#[test]
fn cursor_stays_valid_during_rotation() {
    let edge = MemoryEdge::new(1);
    for _ in 0..3 {
        assert_eq!(before(&edge, Ask::create(&json!({"target": TARGET}))).code(), 201);
    }
    let next = |page: &Answer| page.json()["next"].as_str().expect("a next page").to_owned();
    let second = next(&before(&edge, Ask::list("/api/v1/links?limit=1")));
    assert_eq!(after(&edge, Ask::list(&second)).code(), 422);
    let third = next(&during(&edge, Ask::list(&second)));
    assert_eq!((after(&edge, Ask::list(&third)).code(), before(&edge, Ask::list(&third)).code()), (200, 422));
    let other = second.replace("cursor=", "domain=hop.example&state=live&cursor=");
    assert_eq!(during(&edge, Ask::list(&other)).code(), 422, "a cursor is still valid for one list only");
}

#[test]
fn idempotency_key_stays_valid_during_rotation() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": TARGET})).once("a key of the client's own");
    let first = before(&edge, create());
    let again = during(&edge, create());
    assert_eq!((first.code(), again.code(), &again.body, count(&edge, "link/")), (201, 201, &first.body, 1));
    let other = Ask::create(&json!({"target": "https://example.com/other"})).once("a key of the client's own");
    assert_eq!(during(&edge, other).problem(), "idempotency_reused");
    edge.wait_seconds(24 * 60 * 60);
    assert_eq!((during(&edge, create()).code(), count(&edge, "link/")), (201, 2), "the key expires after a day");
    assert_eq!((after(&edge, create()).code(), count(&edge, "link/")), (201, 2), "the new claim is under the new pepper");
}

#[test]
fn crashed_request_is_finished_under_the_new_pepper() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": TARGET})).once("a key of the client's own");
    plan(&edge, Plan::FromNth(StoreStep::Answer, 2));
    assert_eq!(before(&edge, create()).code(), 503);
    clear_faults(&edge);
    assert_eq!(count(&edge, "link/"), 1, "the link was created but not acknowledged");
    edge.wait_seconds(61);
    assert_eq!((during(&edge, create()).code(), count(&edge, "link/")), (201, 1));
}

#[test]
fn upsert_finds_link_made_under_old_pepper() {
    let edge = MemoryEdge::new(1);
    let upsert = || Ask::create(&json!({"target": TARGET, "external_id": "sku-1", "update_if_exists": true}));
    assert_eq!(before(&edge, upsert()).code(), 201);
    // The index does not show the entry yet.
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Stale));
    let again = during(&edge, upsert());
    clear_faults(&edge);
    assert_eq!(count(&edge, "link/"), 1, "{}", again.json());
}

#[test]
fn unlock_cookie_stays_valid_during_rotation() {
    let edge = edge_with(&json!({"locked": true}));
    let old_cookie = cookie(&before(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, during, after].map(|ask| ask(&edge, with_cookie(&old_cookie)).code()), [302, 302, 200]);
    let new_cookie = cookie(&during(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, during, after].map(|ask| ask(&edge, with_cookie(&new_cookie)).code()), [200, 302, 302]);
}

const USERS: &str = "/api/v1/users";

fn new_user() -> Ask {
    Ask::post(USERS, &json!({"email": "ann@example.com"}))
}

#[track_caller]
fn id(made: &Answer) -> String {
    assert_eq!(made.code(), 201, "{}", made.json());
    made.json()["id"].as_str().expect("an id").to_owned()
}

/// The ids in a list of users.
fn listed(list: &Answer) -> Vec<String> {
    let json = list.json();
    json["items"].as_array().expect("items").iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn email_stays_taken_during_rotation() {
    let edge = MemoryEdge::new(1);
    let ann = id(&before(&edge, new_user()));
    assert_eq!(during(&edge, new_user()).problem(), "email_taken");
    assert_eq!(listed(&during(&edge, Ask::list(USERS))), [&*ann]);
    assert_eq!([before, during, after].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
    let remove = Ask::remove(&format!("{USERS}/{ann}?links_to=none"));
    assert_eq!(during(&edge, remove).code(), 204);
    let next = id(&during(&edge, new_user()));
    assert_eq!([before, during, after].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
    assert_eq!(listed(&after(&edge, Ask::list(USERS))), [next]);
}

#[test]
fn refused_creation_during_rotation_leaves_nothing() {
    let edge = MemoryEdge::new(1);
    id(&before(&edge, new_user()));
    // Before and after the claim of the address is renewed.
    for _ in 0..2 {
        let keys = edge.records.keys();
        for _ in 0..2 {
            assert_eq!(during(&edge, new_user()).problem(), "email_taken");
            assert_eq!(edge.records.keys(), keys);
        }
        during(&edge, Ask::list(USERS));
    }
}

/// Users exist independently of the pepper. Showing or listing a user renews the claim of the address.
#[test]
fn users_outlive_the_old_pepper() {
    for path in [USERS.to_owned(), String::new()] {
        let edge = MemoryEdge::new(1);
        let ann = id(&before(&edge, new_user()));
        let at_ann = format!("{USERS}/{ann}");
        let path = if path.is_empty() { &at_ann } else { &path };
        assert_eq!(after(&edge, Ask::list(path)).code(), 200);
        assert_eq!(after(&edge, Ask::patch(&at_ann, &json!({"disabled": true}))).code(), 200);
        assert_eq!(after(&edge, new_user()).problem(), "email_taken", "{path}");
        assert_eq!(listed(&after(&edge, Ask::list(USERS))), [&*ann]);
        let writes = |step: StoreStep| matches!(step, StoreStep::Write | StoreStep::AddEntry | StoreStep::RemoveKey);
        let trace = plan(&edge, Plan::At(Vec::new()));
        assert_eq!((after(&edge, Ask::list(path)).code(), trace.count(writes)), (200, 0), "a claim is renewed once");
        assert_eq!(edge.take_log(), [""; 0]);
    }
}

#[test]
fn failed_claim_renewal_fails_no_request() {
    let edge = MemoryEdge::new(1);
    let ann = id(&before(&edge, new_user()));
    for kind in [StoreStep::Write, StoreStep::Answer] {
        plan(&edge, Plan::Every(kind, Fault::Fail));
        assert_eq!(listed(&during(&edge, Ask::list(USERS))), [&*ann]);
        clear_faults(&edge);
        assert_eq!(listed(&during(&edge, Ask::list(USERS))), [&*ann]);
    }
    assert_eq!(after(&edge, new_user()).problem(), "email_taken");
}

#[test]
fn stale_reads_keep_the_email_taken() {
    let edge = MemoryEdge::new(1);
    before(&edge, new_user());
    let trace = plan(&edge, Plan::At(Vec::new()));
    assert_eq!(before(&edge, new_user()).problem(), "email_taken");
    let reads = trace.steps().iter().filter(|step| **step == StoreStep::Get).count();
    let writes: Vec<usize> = (0..reads)
        .map(|late| {
            let trace = plan(&edge, Plan::At(vec![(late, Fault::Stale)]));
            assert_eq!(before(&edge, new_user()).problem(), "email_taken");
            trace.count(|step| step == StoreStep::Write)
        })
        .collect();
    // A claim that is not visible yet is written, which the store refuses. A user who is not visible yet is read again.
    assert_eq!(writes, [1, 0]);
}

/// Isolates that know one pepper and isolates that know both create the same user concurrently.
#[test]
fn concurrent_creations_during_rotation_yield_one_user() {
    for_seeds("peppers", "concurrent_creations_during_rotation_yield_one_user", 300, |seed| {
        let mut random = Random::new(seed);
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        let edge = store_faults::edge(seed, [CommitMode::Transaction, CommitMode::Stepwise][random.below(2)]);
        let phases = [[(PEPPER, ""), (NEW, PEPPER)], [(NEW, PEPPER), (NEW, PEPPER)], [(NEW, PEPPER), (NEW, "")]][random.below(3)];
        let isolates = phases.map(|(pepper, old)| isolate_under(&edge, pepper, old));
        // In some runs the address belongs to a user, or to a deleted one.
        let had = random.below(3);
        if had > 0 {
            let ann = id(&run(isolates[0].ask(new_user())));
            if had == 1 {
                assert_eq!(run(isolates[random.below(2)].ask(Ask::remove(&format!("{USERS}/{ann}?links_to=none")))).code(), 204);
            }
        }
        set_random_faults(&edge, rates, seed);
        let creations = (0..2 + random.below(3)).map(|number| Box::pin(isolates[number % 2].ask(new_user())) as Client<'_, Answer>);
        // Concurrent lists renew claims.
        let lists = isolates.iter().map(|isolate| Box::pin(isolate.ask(Ask::list(USERS))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, creations.chain(lists).collect(), || {});
        clear_faults(&edge);
        let users = isolates.each_ref().map(|isolate| listed(&run(isolate.ask(Ask::list(USERS)))));
        let made = answers.iter().filter(|answer| answer.code() == 201).count();
        assert_eq!(users[0], users[1]);
        assert!(users[0].len() <= 1 && made <= usize::from(had < 2), "{users:?}, {made} created");
        if users[0].is_empty() {
            id(&run(isolates[0].ask(new_user())));
        }
        for answer in answers.iter().filter(|answer| answer.code() == 201) {
            assert_eq!(users[0], [id(answer)]);
        }
    });
}

#[test]
fn creation_crash_during_rotation_leaves_one_user() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for crash_at in 0.. {
            let _guard = OnFailure::print(format!("\ncrash at step {crash_at}, {steps:?}\n"));
            let edge = store_faults::edge(1, steps);
            let trace = plan(&edge, Plan::From(crash_at, None));
            let first = during(&edge, new_user());
            clear_faults(&edge);
            let second = [before, during][crash_at % 2](&edge, new_user());
            assert!(second.code() == 201 || second.problem() == "email_taken", "{}", second.json());
            assert!(first.code() == 503 || second.code() == 409);
            let users = [during, after].map(|ask| listed(&ask(&edge, Ask::list(USERS))));
            assert!(users[0].len() == 1 && users[0] == users[1], "{users:?}");
            assert_eq!([before, during, after].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
            if trace.steps().len() <= crash_at {
                assert_eq!(first.code(), 201);
                break;
            }
        }
    }
}

/// An old pepper may equal the new one or be empty while secrets are being set. A short one is an error, so that a
/// typing error is noticed before keys become invalid.
#[test]
fn equal_old_pepper_is_ignored_short_one_refused() {
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
