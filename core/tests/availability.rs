//! Whether an alias is free: what hop says of it is what a creation meets.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::{MemoryEdge, Step, Steps};
use serde_json::{Value, json};
use support::misfortune::{self, Plan, calm, plan};
use support::{Ask, Isolate, run};

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

fn create(alias: &str) -> Ask {
    Ask::create(&json!({"alias": alias, "target": "https://example.com/"}))
}

/// What hop says of `alias`, and then what a creation says of it.
fn check(edge: &MemoryEdge, alias: &str, reason: Value) {
    let told = ask(edge, Ask::list(&format!("/api/v1/aliases/{alias}")));
    assert_eq!(told, (200, json!({"alias": alias, "available": reason.is_null(), "reason": reason})));
    let (status, answer) = ask(edge, create(alias));
    let met = if status == 422 { &answer["errors"][0]["code"] } else { &answer["code"] };
    assert_eq!((status == 201, met), (reason.is_null(), &reason), "{alias}: a creation says {status} {answer}");
}

#[test]
fn an_alias_is_as_free_as_a_creation_finds_it() {
    let edge = MemoryEdge::new(1);
    for alias in ["live", "gone", "old", "left"] {
        assert_eq!(ask(&edge, create(alias)).0, 201);
    }
    assert_eq!(ask(&edge, Ask::delete("gone")).0, 204);
    assert_eq!(ask(&edge, Ask::change("old", &json!({"alias": "new", "keep_old_alias": true}))).0, 200);
    assert_eq!(ask(&edge, Ask::change("left", &json!({"alias": "there"}))).0, 200);
    for (alias, reason) in [
        ("free", Value::Null),
        ("live", json!("alias_taken")),
        ("gone", json!("alias_retired")),
        ("old", json!("alias_taken")),
        ("left", json!("alias_retired")),
        ("new", json!("alias_taken")),
        ("api", json!("reserved")),
        ("...", json!("invalid")),
        (&"x".repeat(129), json!("too_long")),
    ] {
        check(&edge, alias, reason);
    }
}

#[test]
fn an_alias_is_told_in_its_one_spelling() {
    let edge = MemoryEdge::new(1);
    let told = ask(&edge, Ask::list("/api/v1/aliases/e%CC%81"));
    assert_eq!(told, (200, json!({"alias": "é", "available": true, "reason": null})));
}

#[test]
fn an_alias_is_free_on_one_domain_and_taken_on_another() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    let is_free = |query: &str| ask(&edge, Ask::list(&format!("/api/v1/aliases/docs{query}"))).1["available"].clone();
    assert_eq!([is_free(""), is_free("?domain=hop.example"), is_free("?domain=b.example")], [json!(false), json!(false), json!(true)]);
    assert_eq!(ask(&edge, Ask::list("/api/v1/aliases/docs?domain=evil.example")).0, 422);
}

/// A move that dies half-way holds the new alias for a minute.
#[test]
fn an_alias_somebody_is_arriving_at_is_taken_until_they_are_given_up() {
    let edge = misfortune::edge(1, Steps::OneByOne);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    let trace = misfortune::watch(&edge);
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "there"}))).0, 200);
    let claimed = trace.steps().iter().position(|step| *step == Step::Write).expect("a move writes");
    let edge = misfortune::edge(1, Steps::OneByOne);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    plan(&edge, Plan::From(claimed + 1, None));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "there"}))).0, 503);
    calm(&edge);
    check(&edge, "there", json!("alias_taken"));
    edge.wait_seconds(61);
    check(&edge, "there", Value::Null);
}
