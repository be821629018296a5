//! Blocking links: the API shows the reason and the time. A block outlasts edits, moves and imports.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::text;
use crate::support::sample_link::HERE;
use crate::support::{Ask, Isolate, run};
use hop_core::memory::MemoryEdge;
use serde_json::{Value, json};

const LINES: &str = "application/x-ndjson";

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

fn done(edge: &MemoryEdge, asked: Ask) -> Value {
    let (status, json) = ask(edge, asked);
    assert!(status < 300, "{status} {json}");
    json
}

fn create(alias: &str) -> Ask {
    Ask::create(&json!({"alias": alias, "target": HERE}))
}

fn block(alias: &str, reason: &str) -> Ask {
    Ask::change(alias, &json!({"blocked": {"reason": reason}}))
}

/// An edge with the link `docs`, which was blocked at 08:00:05.
fn world() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    done(&edge, create("docs"));
    edge.wait_seconds(5);
    done(&edge, block("docs", "phishing"));
    edge
}

#[test]
fn blocked_link_shows_time_and_reason() {
    let edge = world();
    let since = json!({"reason": "phishing", "at": "2026-11-21T08:00:05Z"});
    let link = done(&edge, Ask::show("docs"));
    assert_eq!((&link["state"], &link["blocked"], &link["version"]), (&json!("blocked"), &since, &json!(2)));
    edge.wait_seconds(5);
    assert_eq!(done(&edge, block("docs", "phishing"))["version"], 2, "the same reason changes nothing");
    let corrected = done(&edge, block("docs", "malware"));
    assert_eq!(corrected["blocked"], json!({"reason": "malware", "at": "2026-11-21T08:00:05Z"}));
    let lifted = done(&edge, Ask::change("docs", &json!({"blocked": null})));
    assert_eq!((&lifted["state"], &lifted["blocked"], &lifted["version"]), (&json!("live"), &Value::Null, &json!(4)));
    assert_eq!(done(&edge, block("docs", "again"))["blocked"]["at"], "2026-11-21T08:00:10Z");
}

#[test]
fn block_outlasts_edits_moves_and_restores() {
    let edge = world();
    for patch in [
        json!({"disabled": true}),
        json!({"disabled": false, "ends_at": "2020-01-01T00:00:00Z", "max_clicks": 1}),
        json!({"title": "t"}),
        json!({"alias": "new"}),
    ] {
        let changed = done(&edge, Ask::change("docs", &patch));
        assert_eq!((&changed["state"], &changed["blocked"]["reason"]), (&json!("blocked"), &json!("phishing")), "{patch}");
    }
    done(&edge, Ask::delete("new"));
    assert_eq!(done(&edge, Ask::show("new"))["state"], "deleted");
    assert_eq!(done(&edge, Ask::restore("new"))["state"], "blocked");
    assert_eq!(ask(&edge, block("gone", "x")).0, 404);
}

#[test]
fn history_records_the_block() {
    let edge = world();
    done(&edge, Ask::change("docs", &json!({"blocked": null})));
    let history = done(&edge, Ask::list("/api/v1/links/docs/history"));
    let blocks: Vec<&Value> = history["items"].as_array().expect("items").iter().map(|item| &item["blocked"]).collect();
    assert_eq!(blocks, [&Value::Null, &json!({"reason": "phishing", "at": "2026-11-21T08:00:05Z"}), &Value::Null]);
}

#[test]
fn batch_blocks_links_and_lists_filter_them() {
    let edge = world();
    done(&edge, create("b"));
    done(&edge, create("c"));
    let update = |alias: &str, blocked: Value| json!({"op": "update", "alias": alias, "patch": {"blocked": blocked}});
    let answer = done(&edge, Ask::batch(&[update("b", json!({"reason": "spam"})), update("docs", Value::Null), update("c", json!({}))]));
    assert_eq!(answer["results"][0]["link"]["state"], "blocked");
    assert_eq!(answer["results"][1]["link"]["state"], "live");
    assert_eq!(answer["results"][2]["problem"]["errors"][0]["field"], "/patch/blocked/reason");
    for (state, expected) in [("blocked", vec!["b"]), ("live", vec!["c", "docs"])] {
        let page = done(&edge, Ask::list(&format!("/api/v1/links?state={state}")));
        assert_eq!(page["items"].as_array().expect("items").iter().map(|item| text(&item["alias"])).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn invalid_block_fields_are_reported() {
    let edge = world();
    let patch = |blocked: Value| Ask::change("docs", &json!({"blocked": blocked}));
    let new = |blocked: Value| Ask::create(&json!({"target": HERE, "blocked": blocked}));
    let line = |blocked: Value| Ask::import("", LINES, json!({"target": HERE, "blocked": blocked}).to_string());
    for (asked, field, code) in [
        (patch(json!({"reason": ""})), "/blocked/reason", "required"),
        (patch(json!({"reason": "x".repeat(513)})), "/blocked/reason", "too_long"),
        (patch(json!({"reason": "a\nb"})), "/blocked/reason", "invalid"),
        (patch(json!({"reason": "x", "at": "2026-11-21T08:00:00Z"})), "/blocked/at", "unknown"),
        (patch(json!(true)), "/blocked", "wrong_type"),
        (new(json!({"reason": "x"})), "/blocked", "unknown"),
        (new(Value::Null), "/blocked", "unknown"),
    ] {
        let (status, problem) = ask(&edge, asked);
        let error = &problem["errors"][0];
        assert_eq!((status, &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{problem}");
    }
    for (asked, field) in
        [(line(json!({"at": "2026-11-21T08:00:00Z"})), "/blocked/reason"), (line(json!({"reason": "x", "at": 7})), "/blocked/at")]
    {
        assert_eq!(done(&edge, asked)["results"][0]["problem"]["errors"][0]["field"], field);
    }
}

/// Another deployment imports what this one exports. A second import changes nothing.
#[test]
fn block_survives_export_and_import() {
    let edge = world();
    done(&edge, block("docs", "=said \"so\", twice"));
    done(&edge, create("free"));
    for (query, media_type) in [("", LINES), ("?format=csv", "text/csv")] {
        let export = run(Isolate::new(&edge).ask(Ask::list(&format!("/api/v1/export{query}")))).body;
        let other = MemoryEdge::new(2);
        other.wait_seconds(100);
        for status in [201, 200] {
            let answer = done(&other, Ask::import("", media_type, export.clone()));
            let statuses: Vec<&Value> = answer["results"].as_array().expect("results").iter().map(|one| &one["status"]).collect();
            assert_eq!(statuses, [status, status], "{media_type} {answer}");
        }
        assert_eq!(done(&other, Ask::show("docs"))["blocked"], done(&edge, Ask::show("docs"))["blocked"], "{media_type}");
        assert_eq!(done(&other, Ask::show("free"))["blocked"], Value::Null);
        done(&other, Ask::change("docs", &json!({"blocked": null})));
        let answer = done(&other, Ask::import("", media_type, export));
        assert!(answer.to_string().contains("alias_taken"), "a link that is no longer blocked differs: {answer}");
    }
}
