//! Changing a link: what is said is set, what is null is set back, and nobody overwrites what they have not seen.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::MemoryEdge;
use serde_json::{Value, json};
use support::client::Answer;
use support::{Ask, Isolate, run};

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
fn what_is_said_is_set_and_null_sets_it_back() {
    let edge = world();
    let patch = json!({"target": ELSEWHERE, "redirect_status": 308, "title": "T", "note": "two\nlines", "external_id": "E-1", "tags": ["b", "A"],
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2027-01-01T01:00:00+01:00", "fallback": HERE, "disabled": true});
    let changed = change(&edge, &patch);
    assert_eq!((changed.code(), changed.header("etag")), (200, "\"2\""));
    let link = changed.json();
    for (field, value) in patch.as_object().expect("a patch is an object") {
        let shown = match field.as_str() {
            "tags" => json!(["a", "b"]),
            "ends_at" => json!("2027-01-01T00:00:00Z"),
            _ => value.clone(),
        };
        assert_eq!(link[field], shown, "{field}");
    }
    assert_eq!(link["state"], "disabled");
    let nulls = json!({"redirect_status": null, "title": null, "note": null, "external_id": null, "tags": null, "starts_at": null,
        "ends_at": null, "fallback": null, "disabled": null, "target": HERE});
    let mut back = change(&edge, &nulls).json();
    let fresh = ask(&edge, Ask::create(&json!({"alias": "fresh", "target": HERE}))).json();
    for field in ["id", "alias", "short_url", "created_at", "updated_at", "version"] {
        back[field] = fresh[field].clone();
    }
    assert_eq!(back, fresh);
}

#[test]
fn a_creation_takes_what_a_change_takes() {
    let edge = world();
    let said = json!({"target": ELSEWHERE, "alias": "all", "title": "T", "tags": ["x"], "disabled": true});
    let created = ask(&edge, Ask::create(&said)).json();
    assert_eq!(
        (&created["title"], &created["tags"], &created["state"], &created["version"]),
        (&json!("T"), &json!(["x"]), &json!("disabled"), &json!(1))
    );
}

#[test]
fn a_change_is_made_only_to_what_was_seen() {
    let edge = world();
    for (seen, title, code) in [
        ("\"1\"", "a", 200),
        ("\"1\"", "b", 412),
        ("\"7\", \"2\"", "c", 200),
        ("*", "d", 200),
        ("W/\"4\"", "e", 412),
        ("4", "e", 412),
        ("", "e", 412),
        ("\"5\"", "e", 412),
    ] {
        let answer = ask(&edge, Ask::change_if("docs", seen, &json!({"title": title})));
        assert_eq!(answer.code(), code, "{seen}: {}", String::from_utf8_lossy(&answer.body));
    }
    assert_eq!(ask(&edge, Ask::show("docs")).json()["title"], "d");
}

#[test]
fn of_two_changes_with_one_etag_one_is_made() {
    let edge = world();
    let tries = ["a", "b"].map(|title| ask(&edge, Ask::change_if("docs", "\"1\"", &json!({"title": title}))).code());
    assert_eq!(tries, [200, 412]);
}

#[test]
fn a_change_that_changes_nothing_leaves_the_version() {
    let edge = world();
    let titled = change(&edge, &json!({"title": "T"})).json();
    edge.wait_seconds(5);
    for patch in [json!({}), json!({"title": "T"}), json!({"target": HERE})] {
        assert_eq!(change(&edge, &patch).json(), titled, "{patch}");
    }
}

#[test]
fn a_link_leads_where_its_state_says() {
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
fn an_isolate_that_remembers_a_link_still_looks_at_the_clock() {
    let edge = world();
    change(&edge, &json!({"ends_at": "2026-11-21T08:00:02Z"}));
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 302);
    edge.wait_seconds(2);
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 410);
}

#[test]
fn nobody_repeats_a_redirect_beyond_its_end() {
    let edge = world();
    change(&edge, &json!({"redirect_status": 301, "ends_at": "2026-11-21T08:00:40Z"}));
    for (wait, cached) in [(0, "private, max-age=30"), (15, "private, max-age=25"), (24, "private, max-age=1")] {
        edge.wait_seconds(wait);
        assert_eq!(ask(&edge, Ask::visit("docs")).header("cache-control"), cached);
    }
}

#[test]
fn only_a_link_that_leads_to_its_target_counts_clicks() {
    let edge = world();
    change(&edge, &json!({"disabled": true, "fallback": ELSEWHERE}));
    assert_eq!(follow(&edge), (302, ELSEWHERE.into()));
    change(&edge, &json!({"disabled": false}));
    assert_eq!(follow(&edge), (302, HERE.into()));
    assert_eq!(ask(&edge, Ask::show("docs")).json()["clicks"]["humans"], 1);
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_stored() {
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
        [("/target", "required"), ("/alias", "conflicts"), ("/tags/1", "required"), ("/ends_at", "invalid"), ("/state", "unknown")];
    assert_eq!(errors, expected);
    assert_eq!((ask(&edge, Ask::show("docs")).json()["title"].clone(), follow(&edge)), (Value::Null, (302, HERE.into())));
}
