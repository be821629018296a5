//! The examples in `docs/contract`: each request is accepted, and answered as its example shows.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;

use crate::support::client::{ADMIN_KEY, PEPPER};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{MemoryEdge, Planted, PlantedLine};
use hop_core::ports::Edge as _;
use serde_json::{Value, json};

/// Fields whose values differ between deployments or runs.
const VARIABLE: [&str; 11] =
    ["id", "subject", "request_id", "created_at", "updated_at", "short_id", "short_url", "key", "principal", "secret", "invite_token"];

fn example_text(name: &str) -> String {
    fs::read_to_string(format!("{}/../docs/contract/{name}.json", env!("CARGO_MANIFEST_DIR"))).expect("the example exists")
}

fn example(name: &str) -> Value {
    serde_json::from_str(&example_text(name)).expect("the example is JSON")
}

/// The field names of a JSON text, in order.
fn field_names(json: &str) -> Vec<&str> {
    let texts: Vec<&str> = json.split('"').collect();
    texts.windows(2).filter(|pair| pair[1].starts_with(':')).map(|pair| pair[0]).collect()
}

/// `value` with a placeholder for each variable field.
fn plain(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (name, field) in fields {
                *field = if VARIABLE.contains(&name.as_str()) { json!("variable") } else { plain(field.take()) };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = plain(item.take())),
        _ => {}
    }
    value
}

#[track_caller]
fn answers(edge: &MemoryEdge, ask: Ask, status: u16, name: &str) {
    let answer = run(Isolate::new(edge).ask(ask));
    assert_eq!((answer.code(), plain(answer.json())), (status, plain(example(name))), "{name}");
    let text = String::from_utf8(answer.body).expect("JSON is UTF-8");
    assert_eq!(field_names(&text), field_names(&example_text(name)), "{name}");
}

#[test]
fn batch_matches_its_example() {
    let items: Vec<Value> = example("batch")["items"].as_array().expect("items").clone();
    answers(&MemoryEdge::new(1), Ask::batch(&items), 200, "batch-results");
}

/// The link of the examples is imported as an export writes it.
#[test]
fn import_matches_its_example() {
    let text = format!("{}\n{}\n", example("link"), json!({"target": "javascript:alert(1)"}));
    let edge = MemoryEdge::new(1);
    answers(&edge, Ask::import("", "application/x-ndjson", text), 200, "import-results");
    answers(&edge, Ask::show("docs"), 200, "link");
}

#[test]
fn link_bodies_in_examples_are_accepted() {
    let edge = MemoryEdge::new(1);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::create(&example("new-link")))).code(), 201);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::change("docs", &example("link-patch")))).code(), 200);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::show("manual"))).code(), 200);
}

#[test]
fn shorten_matches_its_example() {
    let url = example("shorten")["url"].as_str().expect("a URL").to_owned();
    answers(&MemoryEdge::new(1), Ask::shorten(&url), 201, "shortened");
}

#[test]
fn alias_matches_its_example() {
    let edge = MemoryEdge::new(1);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::create(&example("new-link")))).code(), 201);
    answers(&edge, Ask::list("/api/v1/aliases/docs"), 200, "alias");
}

/// The example has more links than one request edits.
#[test]
fn tags_match_their_examples() {
    let edge = MemoryEdge::new(1);
    for _ in 0..37 {
        let link = Ask::create(&json!({"target": "https://example.com/", "tags": ["x"]}));
        assert_eq!(run(Isolate::new(&edge).ask(link)).code(), 201);
    }
    answers(&edge, Ask::list("/api/v1/tags"), 200, "tags");
    edge.set_operations(155);
    answers(&edge, Ask::patch("/api/v1/tags/x", &example("tag-patch")), 200, "retagged");
}

#[test]
fn domains_match_their_examples() {
    let edge = MemoryEdge::new(1);
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER)];
    let ask = |ask| run(Isolate::set_up(&edge, &settings).ask(ask));
    for (path, name) in [("/api/v1/domains/hop.example", "domain"), ("/api/v1/domains", "domains")] {
        assert_eq!(ask(Ask::list(path)).json(), example(name), "{name}");
    }
    let (new, patch) = (example("new-domain"), example("domain-patch"));
    let added = ask(Ask::post("/api/v1/domains", &new));
    assert_eq!((added.code(), &added.json()["not_found"]), (201, &new["not_found"]));
    let changed = ask(Ask::patch("/api/v1/domains/c.example", &patch));
    assert_eq!((changed.code(), &changed.json()["ended"]), (200, &patch["ended"]));
}

#[test]
fn maintenance_matches_its_example() {
    for edge in [MemoryEdge::new(1), MemoryEdge::new(1).without_ledger()] {
        let ask = Ask { body: hop_core::Body::Whole(Vec::new()), ..Ask::post("/api/v1/maintenance", &json!({})) };
        answers(&edge, ask, 200, "maintenance");
    }
}

#[test]
fn ingested_lines_match_their_example() {
    for edge in [MemoryEdge::new(1), MemoryEdge::new(1).without_ledger()] {
        let line = PlantedLine { pepper: PEPPER, domain: "hop.example", at: edge.now() }.failed();
        answers(&edge, Ask::ingest(format!("{line}\n{line}\n{{\"v\":1,")), 200, "ingested");
    }
}

#[test]
fn audit_matches_its_example() {
    let edge = MemoryEdge::new(1);
    let ask = |ask: Ask| assert!(run(Isolate::new(&edge).ask(ask)).code() < 300);
    ask(Ask::post("/api/v1/domains", &json!({"domain": "c.example"})));
    ask(Ask::create(&json!({"alias": "docs", "target": "https://example.com/"})));
    edge.wait_seconds(1);
    ask(Ask::change("docs", &json!({"alias": "manual"})).from("203.0.113.9", "DE"));
    let page = run(Isolate::new(&edge).ask(Ask::list("/api/v1/audit"))).json();
    let mut items = page["items"].as_array().expect("items").clone();
    items.retain(|item| item["action"] != "link.create");
    items[0]["at"] = items[1]["at"].clone();
    assert_eq!(plain(json!({"items": items, "next": page["next"]})), plain(example("audit")));
}

#[test]
fn keys_match_their_examples() {
    let edge = MemoryEdge::new(1);
    let new = example("new-key");
    edge.records.plant_user(new["owner"].as_str().expect("an id"), "editor", "in");
    let created = run(Isolate::new(&edge).ask(Ask::post("/api/v1/keys", &new)));
    assert_eq!((created.code(), plain(created.json())), (201, plain(example("made-key"))));
    let (id, secret) = (created.json()["id"].clone(), created.json()["secret"].clone());
    let path = format!("/api/v1/keys/{}", id.as_str().expect("an id"));
    answers(&edge, Ask::list(&path), 200, "key");
    answers(&edge, Ask::list("/api/v1/keys"), 200, "keys");
    answers(&edge, Ask::list("/api/v1/me").showing(secret.as_str().expect("a key")), 200, "me");
}

#[test]
fn write_only_key_matches_its_example() {
    let edge = MemoryEdge::new(1);
    edge.records.plant_user("usr_11111111111111111", "admin", "in");
    let secret = edge.plant_key(PEPPER, "usr_11111111111111111", &Planted { scopes: Some(&["links:write"]), ..Planted::default() });
    assert_eq!(run(Isolate::new(&edge).ask(Ask::create(&example("new-link")))).code(), 201);
    let change = Ask::change("docs", &json!({"title": "Changed"})).showing(secret.expect("a key"));
    answers(&edge, change, 200, "link-reference");
}

#[test]
fn users_match_their_examples() {
    let edge = MemoryEdge::new(1);
    answers(&edge, Ask::post("/api/v1/users", &example("new-user")), 201, "invited");
    answers(&edge, Ask::list("/api/v1/users"), 200, "users");
    let users = run(Isolate::new(&edge).ask(Ask::list("/api/v1/users"))).json();
    let address = format!("/api/v1/users/{}", users["items"][0]["id"].as_str().expect("an id"));
    answers(&edge, Ask::list(&address), 200, "user");
    let changed = run(Isolate::new(&edge).ask(Ask::patch(&address, &example("user-patch"))));
    assert_eq!((changed.code(), &changed.json()["role"]), (200, &example("user-patch")["role"]));
}

#[test]
fn problem_matches_its_example() {
    answers(&MemoryEdge::new(1), Ask::create(&json!({"target": "javascript:alert(1)"})), 422, "problem");
}

#[test]
fn rules_come_back_as_sent() {
    let edge = MemoryEdge::new(1);
    let ask = |ask| run(Isolate::new(&edge).ask(ask));
    assert_eq!(ask(Ask::create(&example("new-link"))).code(), 201);
    for when in [
        r#"{"type":"country","any":["CH","DE"]}"#,
        r#"{"type":"device","any":["mobile","tablet"]}"#,
        r#"{"type":"os","any":["ios"]}"#,
        r#"{"type":"browser","any":["firefox"]}"#,
        r#"{"type":"language","any":["de","fr"]}"#,
        r#"{"type":"query","name":"é","present":true}"#,
        r#"{"type":"query","name":"a","present":false}"#,
        r#"{"type":"query","name":"a","equals":"\"b\""}"#,
        r#"{"type":"time","from":"08:30","to":"17:00","tz":"UTC0"}"#,
        r#"{"type":"weekday","any":["mon","sun"],"tz":"UTC0"}"#,
        r#"{"type":"address","any":["192.0.2.0/24","2001:db8::/32"]}"#,
        r#"{"type":"split","percent":25}"#,
    ] {
        let rules = format!(r#""rules":[{{"id":"r","when":[{when}],"target":"https://example.com/b"}}]"#);
        let patch = serde_json::from_str(&format!("{{{rules}}}")).expect("the example is JSON");
        let answer = ask(Ask::change("docs", &patch));
        assert!(answer.code() == 200 && answer.tells(&rules), "{}", String::from_utf8_lossy(&answer.body));
    }
}

#[test]
fn readme_states_the_bound_for_edits() {
    let edge = MemoryEdge::new(1);
    let guarantees = run(Isolate::new(&edge).ask(Ask::visit("capabilities"))).json()["promises"].clone();
    let (bound, seconds) = (&guarantees["edits_reach_visitors"], &guarantees["edits_reach_visitors_seconds"]);
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("the file can be read");
    assert_eq!(*bound, format!("within {seconds} seconds while the database answers"));
    for sentence in [
        format!("| An edit, block or deletion reaches every request | {}: ", bound.as_str().expect("a text")),
        format!("within {} seconds under an alias that was never used", guarantees["memo"]["miss_seconds"]),
        format!(
            "{} in a data centre's cache, {} in an isolate's memory",
            guarantees["cached_links"]["fresh_seconds"], guarantees["memo"]["hit_seconds"]
        ),
    ] {
        assert!(readme.contains(&sentence), "{sentence}");
    }
}
