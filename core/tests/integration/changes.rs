//! Changing links: validation, `If-Match`, passwords, states, and what visitors and caches see of a change.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::Answer;
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::MemoryEdge;
use hop_core::store::Key;
use http::header::IF_MATCH;
use serde_json::{Value, json};

const HERE: &str = "https://example.com/here";
const ELSEWHERE: &str = "https://example.com/elsewhere";

fn world() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, Ask::create(&json!({"alias": "docs", "target": HERE}))).code(), 201);
    edge
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn follow(edge: &MemoryEdge) -> (u16, String) {
    let answer = ask(edge, Ask::visit("docs"));
    (answer.code(), answer.header("location").to_owned())
}

fn change(edge: &MemoryEdge, patch: &Value) -> Answer {
    ask(edge, Ask::change("docs", patch))
}

#[test]
fn rules_are_normalised_and_round_trip() {
    let edge = world();
    let sent = json!([
        {"when": [{"type": "country", "any": ["de", "AT", "de"]}, {"type": "query", "name": "x", "present": true}], "target": HERE},
        {"id": "1", "when": [{"type": "weekday", "any": ["sun", "mon"], "tz": "UTC0"}], "target": ELSEWHERE},
        {"when": [{"type": "address", "any": ["2001:DB8::1", "192.0.2.7"]}, {"type": "query", "name": "x", "present": false}], "target": HERE},
    ]);
    let normal = json!([
        {"id": "2", "when": [{"type": "country", "any": ["AT", "DE"]}, {"type": "query", "name": "x", "present": true}], "target": HERE},
        {"id": "1", "when": [{"type": "weekday", "any": ["mon", "sun"], "tz": "UTC0"}], "target": ELSEWHERE},
        {"id": "3", "when": [{"type": "address", "any": ["192.0.2.7/32", "2001:db8::1/128"]}, {"type": "query", "name": "x", "present": false}],
            "target": HERE},
    ]);
    assert_eq!(change(&edge, &json!({ "rules": sent })).json()["rules"], normal);
    let again = change(&edge, &json!({ "rules": normal })).json();
    assert_eq!((&again["rules"], &again["version"]), (&normal, &json!(2)), "the normal form is no change");
}

#[test]
fn password_and_confirmation_hold_until_removed() {
    for (hold, release, needs) in [
        (json!({"password": "correct horse"}), json!({"password": null}), "password"),
        (json!({"confirm": true}), json!({"confirm": false}), "confirmation"),
    ] {
        let edge = world();
        let isolate = Isolate::new(&edge);
        let visit = || run(isolate.ask(Ask::visit("docs")));
        assert_eq!(visit().code(), 302);
        assert_eq!(run(isolate.ask(Ask::change("docs", &hold))).code(), 200);
        let needs_of = |answer: &Answer| (answer.code(), answer.json()["needs"].clone());
        assert_eq!(needs_of(&visit()), (200, json!(needs)));
        assert_eq!(needs_of(&ask(&edge, Ask::visit("docs"))), (200, json!(needs)), "from the cached link");
        change(&edge, &json!({"fallback": ELSEWHERE, "disabled": true}));
        assert_eq!(follow(&edge), (302, ELSEWHERE.into()));
        assert_eq!(ask(&edge, Ask::show("docs")).json()["clicks"]["humans"], 1, "{hold}");
        change(&edge, &json!({"disabled": false}));
        change(&edge, &release);
        assert_eq!(follow(&edge), (302, HERE.into()), "{release}");
    }
}

/// The key of the only link.
fn key(edge: &MemoryEdge) -> Key {
    let keys = edge.records.keys();
    keys.into_iter().find(|key| key.as_str().starts_with("link/")).expect("a link is stored")
}

/// The stored record of the only link.
fn stored(edge: &MemoryEdge) -> String {
    let record = edge.records.peek(&key(edge)).expect("a link is stored");
    String::from_utf8(record.value).expect("a record is JSON")
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn password_is_stored_as_a_hidden_hash() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    let set = |password: &str| run(isolate.ask(Ask::change("docs", &json!({ "password": password }))));
    let first = set("correct horse");
    assert_eq!((first.json()["has_password"].clone(), first.json()["version"].clone()), (json!(true), json!(2)));
    let stored = self::stored(&edge);
    let record: Value = serde_json::from_str(&stored).expect("a record is JSON");
    let phc: Vec<&str> = record["link"]["spec"]["password"].as_str().expect("a PHC string").split('$').collect();
    let ["", "argon2id", "v=19", "m=4096,t=3,p=1", salt, hash] = *phc else { panic!("{phc:?}") };
    let secrets = [salt, hash];
    run(isolate.ask(Ask::visit("docs")));
    let cached = edge.link_cache.peek(&key(&edge)).expect("a change leaves a cached link");
    assert!(cached.contains("\"version\":2"), "{cached}");
    let list = ask(&edge, Ask::list("/api/v1/links"));
    let visible = [cached, edge.take_log().join("\n"), text(&first), text(&ask(&edge, Ask::show("docs"))), text(&list)].concat();
    for secret in secrets.into_iter().chain(["correct horse"]) {
        assert!(!visible.contains(secret) && (secret != "correct horse" || !stored.contains(secret)), "{secret} in {visible}");
    }
    assert_eq!(set("correct horse").json()["version"], 3, "setting the same password is a change");
    assert!(!secrets.iter().any(|secret| self::stored(&edge).contains(secret)), "each hash has its own salt");
    assert_eq!(run(isolate.ask(Ask::change("docs", &json!({"title": "T"})))).json()["has_password"], true);
    assert_eq!(run(isolate.ask(Ask::change("docs", &json!({"password": null})))).json()["has_password"], false);
    assert!(!self::stored(&edge).contains("password"));
}

#[test]
fn creation_accepts_the_fields_of_a_change() {
    let edge = world();
    let new = json!({"target": ELSEWHERE, "alias": "all", "title": "T", "tags": ["x"], "disabled": true});
    let created = ask(&edge, Ask::create(&new)).json();
    assert_eq!(
        (&created["title"], &created["tags"], &created["state"], &created["version"]),
        (&json!("T"), &json!(["x"]), &json!("disabled"), &json!(1))
    );
}

#[test]
fn change_requires_the_current_etag() {
    let edge = world();
    for (seen, title, code) in [
        ("\"1\"", "a", 200),
        ("\"1\"", "b", 412),
        ("\"7\", \"2\"", "c", 200),
        ("*", "d", 200),
        ("W/\"4\"", "e", 412),
        ("4", "e", 412),
        ("\"5\"", "e", 412),
        (",", "e", 412),
        ("", "e", 200),
        (" ", "f", 200),
    ] {
        let answer = ask(&edge, Ask::change_if("docs", seen, &json!({"title": title})));
        assert_eq!(answer.code(), code, "{seen}: {}", String::from_utf8_lossy(&answer.body));
    }
    assert_eq!(ask(&edge, Ask::show("docs")).json()["title"], "f");
}

#[test]
fn body_is_checked_before_if_match() {
    let edge = world();
    let outdated = |body: &Value| ask(&edge, Ask::change_if("docs", "\"7\"", body));
    let long_query = json!({"target": format!("https://a.example/{}", "x".repeat(8_170)), "utm_source": "news"});
    for body in [
        json!(0),
        json!({"title": 0}),
        json!({"state": "live"}),
        json!({"keep_old_alias": true}),
        json!({"reuse": false}),
        json!({"domain": "nowhere.example"}),
        json!({"owner": "usr_11111111111111111"}),
        json!({"blocked": {"reason": 7}}),
        json!({"starts_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}),
        long_query,
    ] {
        assert_eq!(outdated(&body).problem(), "invalid_fields", "{body}");
    }
    let torn = Ask { body: Body::Whole(b"{".to_vec()), ..Ask::change_if("docs", "\"7\"", &json!({})) };
    assert_eq!(ask(&edge, torn).problem(), "malformed_json");
    let both = outdated(&json!({"title": 0, "alias": "docs"})).json();
    assert_eq!((&both["errors"][0]["field"], &both["errors"][1]["field"]), (&json!("/title"), &json!("/alias")), "{both}");
    assert_eq!(ask(&edge, Ask::delete("docs")).code(), 204);
    assert_eq!(change(&edge, &json!({"title": 0})).problem(), "invalid_fields");
}

#[test]
fn link_dependent_errors_come_after_if_match() {
    let edge = world();
    assert_eq!(change(&edge, &json!({"starts_at": "2030-01-02T00:00:00Z"})).code(), 200);
    for body in [json!({"ends_at": "2030-01-01T00:00:00Z"}), json!({"alias": "docs"}), json!({"blocked": {}}), json!({"card": {}})] {
        assert_eq!(ask(&edge, Ask::change_if("docs", "\"1\"", &body)).problem(), "version_mismatch", "{body}");
        assert_eq!(ask(&edge, Ask::change_if("docs", "\"2\"", &body)).problem(), "invalid_fields", "{body}");
    }
}

#[test]
fn delete_and_erase_require_the_current_etag() {
    for query in ["", "?erase=true"] {
        let edge = world();
        assert_eq!(change(&edge, &json!({"title": "T"})).code(), 200);
        let delete = |seen: &str| ask(&edge, Ask::delete(&format!("docs{query}")).header(IF_MATCH, seen));
        for stale in ["\"1\"", "W/\"2\"", "\"7\"", "x"] {
            assert_eq!(delete(stale).problem(), "version_mismatch", "{stale}{query}");
        }
        assert_eq!(follow(&edge).0, 302);
        assert_eq!(delete("\"7\", \"2\"").code(), 204);
        assert_eq!(follow(&edge).0, 410);
    }
    let edge = world();
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true}))).code(), 200);
    assert_eq!(ask(&edge, Ask::delete("docs").header(IF_MATCH, "\"1\"")).code(), 404, "the link moved");
    assert_eq!(follow(&edge).0, 302);
}

#[test]
fn ineffective_change_keeps_the_version() {
    let edge = world();
    let titled = change(&edge, &json!({"title": "T"})).json();
    edge.wait_seconds(5);
    for patch in [json!({}), json!({"title": "T"}), json!({"target": HERE})] {
        assert_eq!(change(&edge, &patch).json(), titled, "{patch}");
    }
}

#[test]
fn state_decides_where_visitors_go() {
    let edge = world();
    let soon = "2026-11-21T08:01:00Z";
    let later = "2026-11-21T08:02:00Z";
    assert_eq!(change(&edge, &json!({"starts_at": soon, "ends_at": later})).json()["state"], "scheduled");
    assert_eq!(follow(&edge).0, 404);
    edge.wait_seconds(60);
    assert_eq!((ask(&edge, Ask::show("docs")).json()["state"].clone(), follow(&edge)), (json!("live"), (302, HERE.into())));
    edge.wait_seconds(60);
    assert_eq!((ask(&edge, Ask::show("docs")).json()["state"].clone(), follow(&edge).0), (json!("ended"), 410));
    change(&edge, &json!({"fallback": ELSEWHERE}));
    assert_eq!(follow(&edge), (302, ELSEWHERE.into()));
    change(&edge, &json!({"ends_at": null, "disabled": true}));
    assert_eq!((ask(&edge, Ask::show("docs")).json()["state"].clone(), follow(&edge)), (json!("disabled"), (302, ELSEWHERE.into())));
    ask(&edge, Ask::delete("docs"));
    assert_eq!(follow(&edge).0, 410, "a deleted link has no fallback");
}

#[test]
fn memoized_link_still_ends_on_time() {
    let edge = world();
    change(&edge, &json!({"ends_at": "2026-11-21T08:00:02Z"}));
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 302);
    edge.wait_seconds(2);
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 410);
}

#[test]
fn redirect_caching_stops_at_the_end() {
    let edge = world();
    change(&edge, &json!({"redirect_status": 301, "ends_at": "2026-11-21T08:00:40Z"}));
    for (wait, cached) in [(0, "private, max-age=30"), (15, "private, max-age=25"), (24, "private, max-age=1")] {
        edge.wait_seconds(wait);
        assert_eq!(ask(&edge, Ask::visit("docs")).header("cache-control"), cached);
    }
}

#[test]
fn fallback_redirects_count_no_click() {
    let edge = world();
    change(&edge, &json!({"disabled": true, "fallback": ELSEWHERE}));
    assert_eq!(follow(&edge), (302, ELSEWHERE.into()));
    change(&edge, &json!({"disabled": false}));
    assert_eq!(follow(&edge), (302, HERE.into()));
    assert_eq!(ask(&edge, Ask::show("docs")).json()["clicks"]["humans"], 1);
}

#[test]
fn wrong_fields_are_reported_and_nothing_stored() {
    let edge = world();
    let answer = change(
        &edge,
        &json!({"title": "kept out", "target": null, "tags": ["a", ""], "ends_at": "never", "alias": "docs",
        "state": "live"}),
    );
    assert_eq!(answer.code(), 422);
    let json = answer.json();
    let errors: Vec<(&str, &str)> = json["errors"]
        .as_array()
        .expect("errors are listed")
        .iter()
        .map(|error| (error["field"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default()))
        .collect();
    let expected =
        [("/target", "required"), ("/tags/1", "required"), ("/ends_at", "invalid"), ("/state", "unknown"), ("/alias", "conflicts")];
    assert_eq!(errors, expected);
    assert_eq!((ask(&edge, Ask::show("docs")).json()["title"].clone(), follow(&edge)), (Value::Null, (302, HERE.into())));
}
