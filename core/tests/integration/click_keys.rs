//! Clicks on an edge without a ledger, by whole requests within the budget of Compute.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::scheduler::{Client, Turns};
use crate::support::{Ask, Isolate, run, store_faults};
use hop_core::Body;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use serde_json::json;

const HOUR: u64 = 60 * 60;

fn compute() -> MemoryEdge {
    let edge = store_faults::edge(1, CommitMode::Stepwise).without_cache().without_ledger();
    edge.set_operations(32);
    edge
}

fn create(edge: &MemoryEdge, alias: &str) {
    let link = json!({"target": "https://example.com/", "alias": alias, "tags": ["news"]});
    assert_eq!(run(Isolate::new(edge).ask(Ask::create(&link))).code(), 201);
}

fn clicks(edge: &MemoryEdge, alias: &str) -> u64 {
    let answer = run(Isolate::new(edge).ask(Ask::show(alias)));
    assert_eq!(answer.code(), 200);
    answer.json()["clicks"]["humans"].as_u64().unwrap() + answer.json()["clicks"]["bots"].as_u64().unwrap()
}

/// Follows a link, and does the work after the response. Each request has an isolate of its own.
async fn follow(edge: &MemoryEdge, alias: &str) -> u16 {
    let isolate = Isolate::new(edge);
    let (answer, after) = isolate.handle(Ask::visit(alias)).await;
    isolate.app.finish(edge, after).await;
    answer.code()
}

fn maintain(edge: &MemoryEdge) {
    for _ in 0..200 {
        let ask = Ask { body: Body::Whole(Vec::new()), ..Ask::post("/api/v1/maintenance", &json!({})) };
        let answer = run(Isolate::new(edge).ask(ask));
        assert_eq!(answer.code(), 200, "{}", answer.json());
        if answer.json()["more"] == false {
            return;
        }
    }
    panic!("more is always due");
}

fn keys(edge: &MemoryEdge, prefix: &str) -> Vec<String> {
    edge.records.keys().iter().map(|key| key.as_str().to_owned()).filter(|key| key.starts_with(prefix)).collect()
}

#[test]
fn visitors_at_once_are_counted_exactly() {
    let edge = compute();
    create(&edge, "docs");
    store_faults::plan(&edge, store_faults::Plan::Every(StoreStep::Write, Fault::Late(2)));
    for round in 0..4 {
        let visitors: Vec<Client<'_, u16>> = (0..16).map(|_| Box::pin(follow(&edge, "docs")) as Client<'_, u16>).collect();
        let codes = Turns::default().interleave(&mut Random::new(round), visitors, || {});
        assert!(codes.iter().all(|code| *code == 302), "{codes:?}");
        edge.wait_seconds(8 * 60);
    }
    store_faults::clear_faults(&edge);
    assert_eq!(clicks(&edge, "docs"), 64);
    for wait in [HOUR, 48 * HOUR] {
        edge.wait_seconds(wait);
        maintain(&edge);
        assert_eq!(clicks(&edge, "docs"), 64);
    }
    for key in keys(&edge, "c/") {
        edge.records.lose(&hop_core::store::Key::stored(key));
    }
    assert_eq!(clicks(&edge, "docs"), 64, "the keys have expired");
}

#[test]
fn erased_link_leaves_only_a_mark() {
    let edge = compute();
    create(&edge, "docs");
    create(&edge, "other");
    for alias in ["docs", "other"] {
        assert_eq!(run(follow(&edge, alias)), 302);
    }
    edge.wait_seconds(HOUR);
    maintain(&edge);
    assert_eq!(run(follow(&edge, "docs")), 302);
    assert_eq!(keys(&edge, "stats/").len(), 4);
    let erase = || run(Isolate::new(&edge).ask(Ask::remove("/api/v1/links/docs?erase=true"))).code();
    assert!((0..5).any(|_| erase() == 204));
    for wait in [HOUR, 48 * HOUR] {
        edge.wait_seconds(wait);
        maintain(&edge);
        let left = keys(&edge, "stats/");
        assert_eq!(left.len(), 3, "a mark, and the records of the other link: {left:?}");
    }
    assert_eq!(clicks(&edge, "other"), 1);
}

#[test]
fn store_that_fails_loses_no_redirect() {
    let edge = compute();
    create(&edge, "docs");
    edge.wait_seconds(HOUR);
    for failing in [StoreStep::GetMany, StoreStep::Scan, StoreStep::Write, StoreStep::Answer] {
        // The first step reads the link.
        store_faults::plan(&edge, store_faults::Plan::From(1, Some(failing)));
        assert_eq!(run(follow(&edge, "docs")), 302, "{failing:?}");
        store_faults::clear_faults(&edge);
        let is_lost = edge.take_log().iter().any(|line| line.contains("a click was not counted"));
        assert_eq!(is_lost, matches!(failing, StoreStep::Write | StoreStep::Answer), "{failing:?}");
    }
    // A failed write is lost and logged. All others are counted, also if only the answer was lost.
    assert_eq!(keys(&edge, "c/").len(), 3);
    assert_eq!(clicks(&edge, "docs"), 3);
}
