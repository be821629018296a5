//! Upserts (`update_if_exists`): one link for each external id, despite concurrency and crashes.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::audit::{StoredLink, check_list, stored_links};
use crate::support::client::Answer;
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

const HERE: &str = "https://example.com/here";
const THERE: &str = "https://example.com/there";

/// An upsert of the link with the external id `sku-1` and further fields.
fn upsert(fields: Value) -> Ask {
    let mut link = json!({"target": HERE, "external_id": "sku-1", "update_if_exists": true});
    link.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    Ask::create(&link)
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// The links with the external id `sku-1` that are not deleted.
fn with_id(edge: &MemoryEdge) -> Vec<Value> {
    let list = ask(edge, Ask::list("/api/v1/links?limit=100")).json();
    list["items"].as_array().expect("a list").iter().filter(|link| link["external_id"] == "sku-1").cloned().collect()
}

#[test]
fn first_upsert_creates_and_later_ones_update() {
    let edge = MemoryEdge::new(1);
    let first = ask(&edge, upsert(json!({"title": "T", "tags": ["a"]})));
    assert_eq!((first.code(), first.header("etag")), (201, "\"1\""));
    let alias = first.json()["alias"].as_str().expect("an alias").to_owned();
    assert_eq!(first.header("location"), format!("/api/v1/links/{alias}?domain=hop.example"));

    let second = ask(&edge, upsert(json!({"target": THERE, "tags": null})));
    assert_eq!((second.code(), second.header("etag"), second.header("location")), (200, "\"2\"", first.header("location")));
    let mut expected = first.json();
    for field in ["target", "tags", "version", "updated_at"] {
        expected[field] = second.json()[field].clone();
    }
    assert_eq!((second.json(), &expected["target"], &expected["tags"]), (expected.clone(), &json!(THERE), &json!([])));
    assert_eq!(ask(&edge, Ask::show(&alias)).json(), expected);

    let same = ask(&edge, upsert(json!({"target": THERE, "alias": alias, "domain": "hop.example", "reuse": true})));
    assert_eq!((same.code(), same.header("etag")), (200, "\"2\""), "nothing has changed");
    assert_eq!(with_id(&edge).len(), 1);
}

#[test]
fn upsert_updates_a_moved_link_created_otherwise() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "docs", "external_id": "sku-1"}))).code(), 201);
    assert_eq!(ask(&edge, upsert(json!({}))).json()["alias"], "docs");
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new"}))).code(), 200);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "docs", "reuse": true}))).code(), 201);
    let answer = ask(&edge, upsert(json!({"title": "T"})));
    assert_eq!((answer.code(), &answer.json()["alias"], &answer.json()["title"]), (200, &json!("new"), &json!("T")));
    let moved = ask(&edge, upsert(json!({"alias": "newer"})));
    assert_eq!((moved.code(), &moved.json()["alias"], &moved.json()["id"]), (200, &json!("newer"), &answer.json()["id"]));
    assert_eq!(ask(&edge, Ask::show("new")).code(), 404);
    assert_eq!(stored_links(&edge).len(), 2);
    check_list(&edge);
}

#[test]
fn upsert_replaces_a_deleted_or_relabelled_link() {
    let edge = MemoryEdge::new(1);
    let first = ask(&edge, upsert(json!({"alias": "one"}))).json();
    assert_eq!(ask(&edge, Ask::delete("one")).code(), 204);
    let second = ask(&edge, upsert(json!({"alias": "two"})));
    assert_eq!((second.code(), second.json()["id"] == first["id"]), (201, false));
    assert_eq!(ask(&edge, Ask::change("two", &json!({"external_id": "sku-2"}))).code(), 200);
    let third = ask(&edge, upsert(json!({})));
    assert_eq!((third.code(), with_id(&edge).len()), (201, 1));
    assert_eq!(ask(&edge, Ask::remove(&format!("/api/v1/links/{}?erase=true", third.json()["alias"].as_str().expect("text")))).code(), 204);
    let fourth = ask(&edge, upsert(json!({})));
    assert_eq!((fourth.code(), with_id(&edge).len()), (201, 1));
}

#[test]
fn stale_index_still_finds_the_link() {
    let edge = MemoryEdge::new(1);
    let first = ask(&edge, upsert(json!({}))).json();
    edge.wait_seconds(25 * 60 * 60);
    // After a day every list shows the index entry. An edit does not change it.
    let entries: Vec<Key> = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("by-external-id/")).collect();
    assert_eq!(entries.len(), 1);
    edge.records.plant(&entries[0], "null");
    assert_eq!(ask(&edge, upsert(json!({"target": THERE}))).code(), 200);
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Stale));
    let again = ask(&edge, upsert(json!({"title": "T"})));
    clear_faults(&edge);
    assert_eq!((again.code(), &again.json()["id"], with_id(&edge).len()), (200, &first["id"], 1), "the claim of the creation has expired");
}

#[test]
fn link_deleted_during_an_upsert_is_replaced() {
    let edge = MemoryEdge::new(1);
    let first = ask(&edge, upsert(json!({"alias": "one"}))).json();
    let isolate = Isolate::new(&edge);
    // The link was found. It is about to be read for the change.
    plan(&edge, Plan::LateAt(StoreStep::Get, 1));
    let mut changing = pin!(isolate.ask(upsert(json!({"title": "T"}))));
    assert!(changing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(ask(&edge, Ask::delete("one")).code(), 204);
    let made = run(changing);
    clear_faults(&edge);
    assert_eq!((made.code(), made.json()["id"] == first["id"]), (201, false), "{}", made.json());
    check_one(&edge, &made.json());
}

#[test]
fn taken_alias_blocks_no_later_upsert() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "docs"}))).code(), 201);
    for _ in 0..2 {
        assert_eq!(ask(&edge, upsert(json!({"alias": "docs"}))).problem(), "alias_taken");
    }
    assert_eq!(ask(&edge, upsert(json!({"alias": "mine"}))).code(), 201);
    assert_eq!(ask(&edge, upsert(json!({"alias": "docs"}))).problem(), "alias_taken", "a move to a taken alias is refused");
    assert_eq!((with_id(&edge).len(), &with_id(&edge)[0]["alias"]), (1, &json!("mine")));
}

#[test]
fn refused_upsert_completes_no_crashed_creation() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "docs"}))).code(), 201);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "gone"}))).code(), 201);
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    // The first writer crashes after it has claimed the external id.
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    assert_eq!(ask(&edge, upsert(json!({"alias": "mine"}))).code(), 503);
    clear_faults(&edge);
    for (alias, problem) in [("docs", "alias_taken"), ("gone", "alias_retired")] {
        assert_eq!(ask(&edge, upsert(json!({"alias": alias}))).problem(), problem);
        assert!(with_id(&edge).is_empty(), "{alias}");
    }
    let made = ask(&edge, upsert(json!({"alias": "gone", "reuse": true})));
    assert_eq!((made.code(), &made.json()["alias"]), (200, &json!("gone")));
    check_list(&edge);
}

#[test]
fn invalid_upserts_are_refused() {
    let edge = MemoryEdge::new(1);
    for (fields, field, code) in [
        (json!({"external_id": null}), "/external_id", "required"),
        (json!({"external_id": ""}), "/external_id", "required"),
        (json!({"find_if_exists": true}), "/update_if_exists", "conflicts"),
        (json!({"update_if_exists": "yes"}), "/update_if_exists", "wrong_type"),
        (json!({"keep_old_alias": true}), "/keep_old_alias", "unknown"),
    ] {
        let answer = ask(&edge, upsert(fields.clone()));
        let error = &answer.json()["errors"][0];
        assert_eq!((answer.code(), &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{fields}");
    }
    let without = Isolate::set_up(&edge, &[("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY)]);
    assert_eq!(run(without.ask(upsert(json!({})))).problem(), "not_configured", "an upsert needs a pepper");
    assert!(stored_links(&edge).is_empty());
}

/// Checks that one live link has the external id, with the fields of the last response.
fn check_one(edge: &MemoryEdge, last: &Value) {
    let links = with_id(edge);
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!((&links[0]["target"], &links[0]["title"]), (&last["target"], &last["title"]));
    let live: BTreeMap<String, StoredLink> = stored_links(edge).into_iter().filter(|(_, link)| link.live).collect();
    assert_eq!(live.len(), 1, "{live:?}");
    check_list(edge);
}

#[test]
fn upsert_crash_leaves_one_link() {
    for alias in [json!({}), json!({"alias": "mine"})] {
        for number in 0.. {
            let edge = store_faults::edge(1, CommitMode::Stepwise);
            let _guard = OnFailure::print(format!("\n{alias}, crash at step {number}\n"));
            let trace = plan(&edge, Plan::From(number, None));
            let first = ask(&edge, upsert(alias.clone()));
            let steps = trace.steps().len();
            clear_faults(&edge);
            if steps <= number {
                assert_eq!(first.code(), 201);
                break;
            }
            assert!([201, 503].contains(&first.code()), "{}", first.code());
            let second = ask(&edge, upsert(alias.clone()));
            assert!([200, 201].contains(&second.code()), "{}", second.json());
            let other = ask(&edge, upsert(json!({"target": THERE, "title": "T"})));
            assert_eq!((other.code(), &other.json()["id"]), (200, &second.json()["id"]));
            check_one(&edge, &other.json());
        }
    }
}

#[test]
fn concurrent_upserts_make_one_link() {
    for_seeds("upsert", "concurrent_upserts_make_one_link", 500, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(1, if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise });
        let rates = [DELAYS, DELAYS_AND_FAILURES][random.below(2)];
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let fields = ["a", "b", "c", "d"].map(|name| match random.below(2) {
            0 => json!({"note": name}),
            _ => json!({"note": name, "alias": format!("alias-{}", random.below(2))}),
        });
        set_random_faults(&edge, rates, seed);
        let clients: Vec<_> = fields
            .iter()
            .enumerate()
            .map(|(client, fields)| Box::pin(isolates[client % 2].ask(upsert(fields.clone()))) as Client<'_, Answer>)
            .collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        for (answer, fields) in answers.iter().zip(&fields) {
            let is_done = [200, 201].contains(&answer.code()) && answer.json()["note"] == fields["note"];
            assert!(is_done || answer.code() == 503, "{} {}", answer.code(), answer.json());
        }
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.code() != 503).collect();
        if rates.fail == 0 {
            assert!(!done.is_empty(), "nothing failed");
            let log = edge.take_log();
            assert!(
                log.iter().all(|line| line.contains("kept changing between its read and its write")),
                "only conflicts may fail: {log:?}"
            );
        }
        let links = with_id(&edge);
        assert!(links.len() <= 1 && links.len() >= done.len().min(1), "{links:?}");
        let ids: Vec<_> = done.iter().map(|answer| answer.json()["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == links[0]["id"]), "{ids:?} {links:?}");
        let last = ask(&edge, upsert(json!({"title": "T"})));
        assert!(last.code() == 200 || done.is_empty(), "{}", last.code());
        check_one(&edge, &last.json());
    });
}
