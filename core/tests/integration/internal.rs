//! Internal errors: the client receives a generic problem with the request id, and the log the cause.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::ADMIN_KEY;
use crate::support::{Ask, Isolate, run};
use hop_core::alias::{Alias, AliasCase};
use hop_core::domain::Domain;
use hop_core::endpoints::ENDPOINTS;
use hop_core::log_failure;
use hop_core::memory::MemoryEdge;
use hop_core::ports::StoreError;
use hop_core::store::Key;
use http::Method;
use serde_json::{Value, json};

/// The key of `docs` on the default domain.
fn docs() -> Key {
    match (Domain::parse("hop.example"), Alias::parse("docs", AliasCase::Sensitive)) {
        (Ok(domain), Ok(alias)) => Key::link(&domain, &alias),
        _ => panic!("both are valid"),
    }
}

#[test]
fn damaged_record_answers_500_and_logs_the_cause() {
    for damaged in ["", "null", "{\"v\":1}", "{\"v\":99,\"what\":\"a-later-form\"}"] {
        let edge = MemoryEdge::new(1);
        edge.records.plant(&docs(), damaged);
        for ask in [Ask::show("docs"), Ask::visit("docs"), Ask::delete("docs"), Ask::restore("docs")] {
            let answer = run(Isolate::new(&edge).ask(ask));
            assert_eq!((answer.code(), answer.problem().as_str()), (500, "internal"), "{damaged}");
            let problem = answer.json();
            assert_eq!(problem["detail"], "This is a fault in hop.");
            let log = edge.take_log();
            assert_eq!(log.len(), 1, "{log:?}");
            let line: Value = serde_json::from_str(&log[0]).unwrap_or_default();
            assert_eq!((&line["level"], &line["code"], &line["request_id"]), (&json!("error"), &json!("internal"), &problem["request_id"]));
            assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("stored record")), "{line}");
            assert!(!log[0].contains(ADMIN_KEY));
        }
    }
}

#[test]
fn edge_log_lines_are_valid_json() {
    let edge = MemoryEdge::new(1);
    log_failure(&edge, "rows were not swept", &StoreError::Unavailable("D1: \"x\"\n\u{7}\u{7f}\u{301}".to_owned()));
    let log = edge.take_log();
    let line: Value = serde_json::from_str(&log[0]).unwrap_or_default();
    assert_eq!((&line["level"], &line["event"]), (&json!("error"), &json!("rows were not swept")), "{log:?}");
    assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("D1: ")), "{line}");
}

#[test]
fn damaged_record_hides_no_other_link() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    for alias in ["before", "docs", "after"] {
        assert_eq!(run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": alias})))).code(), 201);
        edge.wait_seconds(1);
    }
    edge.records.plant(&docs(), "{\"v\":99}");
    edge.take_log();
    let answer = run(isolate.ask(Ask::list("/api/v1/links")));
    let page = answer.json();
    let listed: Vec<&Value> = page["items"].as_array().expect("a page has items").iter().map(|link| &link["alias"]).collect();
    assert_eq!((answer.code(), listed), (200, vec![&json!("after"), &json!("before")]));
    let log = edge.take_log();
    assert!(log.len() == 1 && log[0].contains("a record was left out") && log[0].contains("/docs/"), "{log:?}");
}

#[test]
fn damaged_click_total_hides_no_link() {
    let edge = MemoryEdge::new(1).without_ledger();
    let isolate = Isolate::new(&edge);
    let created = run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": "docs"})))).json();
    let id = created["id"].as_str().expect("a link has an id");
    edge.records.plant(&Key::stored(format!("stats/{id}/total")), "damaged");
    let answer = run(isolate.ask(Ask::show("docs")));
    assert_eq!((answer.code(), &answer.json()["clicks"]["humans"]), (200, &json!(0)));
    assert!(edge.take_log().iter().any(|line| line.contains("a record was left out")));
}

#[test]
fn missing_asset_answers_503_and_is_logged() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let ask = |method, path: &str| run(isolate.ask(Ask::to(method, format!("http://hop.example/{path}"))));
    assert_eq!((ask(Method::GET, "openapi.json").code(), edge.take_log().len()), (200, 0));
    edge.assets.remove("openapi.json");
    for (method, body) in [(Method::GET, true), (Method::HEAD, false)] {
        let answer = ask(method, "openapi.json");
        assert_eq!((answer.code(), answer.body.is_empty()), (503, !body));
        assert!(answer.headers.contains_key("retry-after"));
        assert!(!String::from_utf8_lossy(&answer.body).contains("lost"), "the cause must not reach the client");
        let log = edge.take_log();
        assert!(log.len() == 1 && log[0].contains("openapi.json is missing"), "{log:?}");
    }
    assert_eq!(ask(Method::GET, "capabilities").code(), 200);
    edge.assets.remove("app/index.html");
    assert_eq!(ask(Method::GET, "app/").code(), 503);
    assert!(edge.take_log().concat().contains("app/index.html is missing"));
    assert!(ENDPOINTS.iter().any(|row| row.pattern == "/openapi.json" && row.statuses.contains(&503)));
}
