//! A pepper that takes another's place: for as long as both are known nothing that was made under the old one is lost.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{kept, key, user};
use crate::support::locks::{PASSWORD, cookie, edge_with, type_in, with_cookie};
use crate::support::misfortune::{self, FOGGY, Plan, STORMY, WINDY, calm, plan, unleash};
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use serde_json::{Value, json};

const NEW: &str = "another-pepper-that-only-these-tests-know";
const TARGET: &str = "https://example.com/";

/// A deployment with this pepper and the one before it.
fn isolate_under<'a>(edge: &'a MemoryEdge, pepper: &str, old: &str) -> Isolate<'a> {
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", pepper), ("HOP_OLD_PEPPER", old)];
    Isolate::set_up(edge, &settings)
}

fn ask_under(edge: &MemoryEdge, pepper: &str, old: &str, ask: Ask) -> Answer {
    run(isolate_under(edge, pepper, old).ask(ask))
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
fn key_used_during_rotation_outlives_old_pepper() {
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
    let (same, secret) = key_made(&meanwhile(&edge, crate::support::keys::new_key(&owner, &["links:read"], &json!({}))));
    assert_eq!((afterwards(&edge, me(&secret)).code(), before(&edge, me(&secret)).code()), (200, 401), "{same} is of the new one");
}

fn key_made(made: &Answer) -> (String, String) {
    let text = |name: &str| made.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

#[test]
fn failed_digest_renewal_is_retried_next_time() {
    let edge = MemoryEdge::new(1);
    let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let of_old = kept(&edge, &id)["mark"].clone();
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    assert_eq!(meanwhile(&edge, me(&secret)).code(), 200);
    calm(&edge);
    assert_eq!(kept(&edge, &id)["mark"], of_old);
    assert_eq!((meanwhile(&edge, me(&secret)).code(), afterwards(&edge, me(&secret)).code()), (200, 200));
}

#[test]
fn cursor_stays_valid_during_rotation() {
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
fn idempotency_key_stays_valid_during_rotation() {
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
fn crashed_request_is_finished_under_the_new_pepper() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": TARGET})).once("a key of the client's own");
    plan(&edge, Plan::FromNth(StoreStep::Answer, 2));
    assert_eq!(before(&edge, create()).code(), 503);
    calm(&edge);
    assert_eq!(count(&edge, "link/"), 1, "the link was made and not acknowledged");
    edge.wait_seconds(61);
    assert_eq!((meanwhile(&edge, create()).code(), count(&edge, "link/")), (201, 1));
}

#[test]
fn upsert_finds_link_made_under_old_pepper() {
    let edge = MemoryEdge::new(1);
    let upsert = || Ask::create(&json!({"target": TARGET, "external_id": "sku-1", "update_if_exists": true}));
    assert_eq!(before(&edge, upsert()).code(), 201);
    // A store that shows no hint yet.
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Stale));
    let again = meanwhile(&edge, upsert());
    calm(&edge);
    assert_eq!(count(&edge, "link/"), 1, "{}", again.json());
}

#[test]
fn unlock_cookie_stays_valid_during_rotation() {
    let edge = edge_with(&json!({"locked": true}));
    let open = cookie(&before(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, with_cookie(&open)).code()), [302, 302, 200]);
    let anew = cookie(&meanwhile(&edge, type_in("docs", PASSWORD)));
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, with_cookie(&anew)).code()), [200, 302, 302]);
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

/// The ids of all users, as a deployment lists them.
fn listed(list: &Answer) -> Vec<String> {
    let json = list.json();
    json["items"].as_array().expect("items").iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn email_stays_taken_during_rotation() {
    let edge = MemoryEdge::new(1);
    let ann = id(&before(&edge, new_user()));
    assert_eq!(meanwhile(&edge, new_user()).problem(), "email_taken");
    assert_eq!(listed(&meanwhile(&edge, Ask::list(USERS))), [&*ann]);
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
    let remove = Ask::remove(&format!("{USERS}/{ann}?links_to=none"));
    assert_eq!(meanwhile(&edge, remove).code(), 204);
    let next = id(&meanwhile(&edge, new_user()));
    assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
    assert_eq!(listed(&afterwards(&edge, Ask::list(USERS))), [next]);
}

#[test]
fn refused_creation_during_rotation_leaves_nothing() {
    let edge = MemoryEdge::new(1);
    id(&before(&edge, new_user()));
    // As long as nobody has claimed the address anew, and after that.
    for _ in 0..2 {
        let keys = edge.records.keys();
        for _ in 0..2 {
            assert_eq!(meanwhile(&edge, new_user()).problem(), "email_taken");
            assert_eq!(edge.records.keys(), keys);
        }
        meanwhile(&edge, Ask::list(USERS));
    }
}

/// Whoever is there stays there, whatever pepper their address was claimed under, and whoever shows or lists them claims it anew.
#[test]
fn users_outlive_the_old_pepper() {
    for look in [USERS.to_owned(), String::new()] {
        let edge = MemoryEdge::new(1);
        let ann = id(&before(&edge, new_user()));
        let at_ann = format!("{USERS}/{ann}");
        let look = if look.is_empty() { &at_ann } else { &look };
        assert_eq!(afterwards(&edge, Ask::list(look)).code(), 200);
        assert_eq!(afterwards(&edge, Ask::patch(&at_ann, &json!({"disabled": true}))).code(), 200);
        assert_eq!(afterwards(&edge, new_user()).problem(), "email_taken", "{look}");
        assert_eq!(listed(&afterwards(&edge, Ask::list(USERS))), [&*ann]);
        let writes = |step: StoreStep| matches!(step, StoreStep::Write | StoreStep::AddEntry | StoreStep::RemoveKey);
        let trace = plan(&edge, Plan::At(Vec::new()));
        assert_eq!((afterwards(&edge, Ask::list(look)).code(), trace.count(writes)), (200, 0), "once is enough");
        assert_eq!(edge.take_log(), [""; 0]);
    }
}

#[test]
fn failed_claim_renewal_fails_no_request() {
    let edge = MemoryEdge::new(1);
    let ann = id(&before(&edge, new_user()));
    for kind in [StoreStep::Write, StoreStep::Answer] {
        plan(&edge, Plan::Every(kind, Fault::Fail));
        assert_eq!(listed(&meanwhile(&edge, Ask::list(USERS))), [&*ann]);
        calm(&edge);
        assert_eq!(listed(&meanwhile(&edge, Ask::list(USERS))), [&*ann]);
    }
    assert_eq!(afterwards(&edge, new_user()).problem(), "email_taken");
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
    // A claim that cannot be read yet is written, which is refused. A user who cannot be read yet is looked at again.
    assert_eq!(writes, [1, 0]);
}

/// Isolates that know one pepper and isolates that know both create the same user at once.
#[test]
fn concurrent_creations_during_rotation_yield_one_user() {
    for_seeds("peppers", "concurrent_creations_during_rotation_yield_one_user", 300, |seed| {
        let mut random = Random::new(seed);
        let weather = [WINDY, STORMY, FOGGY][random.below(3)];
        let edge = misfortune::edge(seed, [CommitMode::Transaction, CommitMode::Stepwise][random.below(2)]);
        let phases = [[(PEPPER, ""), (NEW, PEPPER)], [(NEW, PEPPER), (NEW, PEPPER)], [(NEW, PEPPER), (NEW, "")]][random.below(3)];
        let isolates = phases.map(|(pepper, old)| isolate_under(&edge, pepper, old));
        // In some, somebody had the address and is gone, or has it.
        let had = random.below(3);
        if had > 0 {
            let ann = id(&run(isolates[0].ask(new_user())));
            if had == 1 {
                assert_eq!(run(isolates[random.below(2)].ask(Ask::remove(&format!("{USERS}/{ann}?links_to=none")))).code(), 204);
            }
        }
        unleash(&edge, weather, seed);
        let creations = (0..2 + random.below(3)).map(|number| Box::pin(isolates[number % 2].ask(new_user())) as Client<'_, Answer>);
        // Somebody lists them meanwhile, by which claims are renewed.
        let lists = isolates.iter().map(|isolate| Box::pin(isolate.ask(Ask::list(USERS))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, creations.chain(lists).collect(), || {});
        calm(&edge);
        let there = isolates.each_ref().map(|isolate| listed(&run(isolate.ask(Ask::list(USERS)))));
        let made = answers.iter().filter(|answer| answer.code() == 201).count();
        assert_eq!(there[0], there[1]);
        assert!(there[0].len() <= 1 && made <= usize::from(had < 2), "{there:?}, {made} made");
        if there[0].is_empty() {
            id(&run(isolates[0].ask(new_user())));
        }
        for answer in answers.iter().filter(|answer| answer.code() == 201) {
            assert_eq!(there[0], [id(answer)]);
        }
    });
}

#[test]
fn creation_crash_during_rotation_leaves_one_user() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for dies_at in 0.. {
            let _guard = OnFailure::print(format!("\ndead at {dies_at}, {steps:?}\n"));
            let edge = misfortune::edge(1, steps);
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = meanwhile(&edge, new_user());
            calm(&edge);
            let second = [before, meanwhile][dies_at % 2](&edge, new_user());
            assert!(second.code() == 201 || second.problem() == "email_taken", "{}", second.json());
            assert!(first.code() == 503 || second.code() == 409);
            let there = [meanwhile, afterwards].map(|ask| listed(&ask(&edge, Ask::list(USERS))));
            assert!(there[0].len() == 1 && there[0] == there[1], "{there:?}");
            assert_eq!([before, meanwhile, afterwards].map(|ask| ask(&edge, new_user()).problem()), ["email_taken"; 3]);
            if trace.steps().len() <= dies_at {
                assert_eq!(first.code(), 201);
                break;
            }
        }
    }
}

/// Secrets are set one after the other, and whoever mistypes one learns of it before a key is lost.
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
