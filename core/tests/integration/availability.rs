//! Availability of aliases: the answer agrees with what a creation of the same alias gets. Words reserved later are
//! covered too.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::store_faults::{self, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::alias::RESERVED_FOR_NEW_LINKS;
use hop_core::memory::{CommitMode, MemoryEdge, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

fn create(alias: &str) -> Ask {
    Ask::create(&json!({"alias": alias, "target": "https://example.com/"}))
}

/// Checks the availability of `alias`, and then that a creation gets the same reason.
fn check(edge: &MemoryEdge, alias: &str, reason: Value) {
    let availability = ask(edge, Ask::list(&format!("/api/v1/aliases/{alias}")));
    assert_eq!(availability, (200, json!({"alias": alias, "available": reason.is_null(), "reason": reason})));
    let (status, answer) = ask(edge, create(alias));
    let code = if status == 422 { &answer["errors"][0]["code"] } else { &answer["code"] };
    assert_eq!((status == 201, code), (reason.is_null(), &reason), "{alias}: a creation got {status} {answer}");
}

#[test]
fn availability_matches_the_answer_to_a_creation() {
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
        ("mcp", json!("reserved")),
        ("Security.txt", json!("reserved")),
        ("...", json!("invalid")),
        (&"x".repeat(129), json!("too_long")),
    ] {
        check(&edge, alias, reason);
    }
}

#[test]
fn alias_is_returned_in_normal_form() {
    let edge = MemoryEdge::new(1);
    let availability = ask(&edge, Ask::list("/api/v1/aliases/e%CC%81"));
    assert_eq!(availability, (200, json!({"alias": "é", "available": true, "reason": null})));
}

#[test]
fn availability_is_separate_for_each_domain() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    let is_free = |query: &str| ask(&edge, Ask::list(&format!("/api/v1/aliases/docs{query}"))).1["available"].clone();
    assert_eq!([is_free(""), is_free("?domain=hop.example"), is_free("?domain=b.example")], [json!(false), json!(false), json!(true)]);
    assert_eq!(ask(&edge, Ask::list("/api/v1/aliases/docs?domain=evil.example")).0, 422);
}

/// A move that crashes after its claim holds the new alias for a minute.
#[test]
fn abandoned_move_holds_its_alias_one_minute() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    let trace = store_faults::watch(&edge);
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "there"}))).0, 200);
    let claimed = trace.steps().iter().position(|step| *step == StoreStep::Write).expect("a move writes");
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    plan(&edge, Plan::From(claimed + 1, None));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "there"}))).0, 503);
    clear_faults(&edge);
    check(&edge, "there", json!("alias_taken"));
    edge.wait_seconds(61);
    check(&edge, "there", Value::Null);
}

/// A store with the records of `edge`, in which the link `from` has the reserved alias `to`.
fn transplant(edge: &MemoryEdge, from: &str, to: &str) -> MemoryEdge {
    let changed = MemoryEdge::new(2);
    for key in edge.records.keys() {
        let Some(record) = edge.records.peek(&key) else { continue };
        let value = String::from_utf8(record.value).expect("JSON");
        let key = Key::stored(key.as_str().replace(from, &to.replace('.', "=2e")));
        changed.records.plant(&key, &value.replace(from, to));
    }
    changed
}

#[test]
fn links_under_later_reserved_words_keep_working() {
    for word in RESERVED_FOR_NEW_LINKS {
        let edge = MemoryEdge::new(1);
        let new =
            json!({"alias": "transplanted", "target": "https://example.com/", "external_id": "it", "tags": ["t"], "forward_path": true});
        assert_eq!(ask(&edge, Ask::create(&new)).0, 201);
        let edge = transplant(&edge, "transplanted", word);
        assert_eq!(ask(&edge, Ask::visit(word)).0, 302, "{word}");
        assert_eq!(ask(&edge, Ask::visit(&format!("{word}/behind"))).0, 302);
        assert_eq!(ask(&edge, Ask::visit(&format!("{word}+"))).0, 200);
        assert_eq!(ask(&edge, Ask::show(word)).1["alias"], word);
        for path in ["history", "qr"] {
            assert_eq!(run(Isolate::new(&edge).ask(Ask::list(&format!("/api/v1/links/{word}/{path}")))).code(), 200);
        }
        let listed = ask(&edge, Ask::list(&format!("/api/v1/links?prefix={word}&tag=t"))).1;
        assert_eq!(listed["items"][0]["alias"], word);
        check(&edge, word, json!("alias_taken"));
        assert_eq!(ask(&edge, Ask::change(word, &json!({"title": "still here"}))).0, 200);
        let item = json!({"op": "update", "alias": word, "patch": {"note": "n"}});
        assert_eq!(ask(&edge, Ask::batch(&[item])).1["succeeded"], 1);
        let upsert = json!({"alias": word, "target": "https://example.com/2", "external_id": "it", "update_if_exists": true});
        assert_eq!(ask(&edge, Ask::create(&upsert)).0, 200);
        let exported = run(Isolate::new(&edge).ask(Ask::list("/api/v1/export?format=csv"))).body;
        let imported = ask(&edge, Ask::import("", "text/csv", exported.clone())).1;
        assert_eq!((&imported["existing"], &imported["failed"]), (&json!(1), &json!(0)), "{imported}");
        // In another deployment the line would be a new link, which is refused.
        let imported = ask(&MemoryEdge::new(2), Ask::import("", "text/csv", exported)).1;
        assert_eq!(imported["results"][0]["problem"]["errors"][0]["code"], "reserved");
        assert_eq!(ask(&edge, Ask::delete(word)).0, 204);
        check(&edge, word, json!("reserved"));
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": word, "target": "https://example.com/", "reuse": true}))).0, 422);
        assert_eq!(ask(&edge, Ask::restore(word)).0, 200);
        let moved = ask(&edge, Ask::change(word, &json!({"alias": "moved", "keep_old_alias": true})));
        assert_eq!(moved.0, 200);
        assert_eq!(ask(&edge, Ask::visit(word)).0, 302);
    }
}

#[test]
fn no_link_moves_to_a_later_reserved_word() {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, create("docs")).0, 201);
    let refused = |edge: &MemoryEdge, patch: Value, alias: &str| {
        let (status, answer) = ask(edge, Ask::change(alias, &patch));
        assert_eq!((status, &answer["errors"][0]["code"]), (422, &json!("reserved")), "{answer}");
        answer["errors"][0]["field"].clone()
    };
    assert_eq!(refused(&edge, json!({"alias": "report"}), "docs"), "/alias");
    let edge = transplant(&edge, "docs", "report");
    assert_eq!(refused(&edge, json!({"domain": "b.example"}), "report"), "/domain");
}
