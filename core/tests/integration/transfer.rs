//! Transfer of links between deployments by export and import, without loss.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::Answer;
use crate::support::{Ask, Isolate, run};
use hop_core::memory::MemoryEdge;
use serde_json::{Value, json};

const LINES: &str = "application/x-ndjson";
const TABLE: &str = "text/csv";

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// An edge with a link that has every field, and links with values that are hard to encode.
fn full() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    let everything = json!({
        "target": "https://example.com/a?b=c#d", "alias": "everything", "title": "=SUM(A1)", "note": "two\nlines, \"quoted\"",
        "tags": ["b", "a"], "external_id": "'+1", "starts_at": "2026-01-01T00:00:00.007Z", "ends_at": "2099-01-01T00:00:00.999Z", "max_clicks": 7,
        "confirm": true, "fallback": "https://example.com/f", "password": "twelve chars and more", "redirect_status": 308,
        "forward_query": "visitor_wins", "forward_path": true, "strict": true, "crawlable": true, "disabled": true,
        "card": {"title": "-1", "description": "@", "image": "https://example.com/i.png"},
        "rules": [{"target": "https://example.de/", "when": [
            {"type": "country", "any": ["DE"]}, {"type": "query", "name": "a,b", "equals": "\","},
            {"type": "time", "from": "22:00", "to": "06:30", "tz": "CET-1CEST,M3.5.0,M10.5.0/3"},
            {"type": "weekday", "any": ["sat", "sun"], "tz": "America/Argentina/ComodRivadavia"},
            {"type": "address", "any": ["2001:db8::/32"]}, {"type": "split", "percent": 3}]}],
    });
    for link in [
        everything,
        json!({"target": "https://example.com/ä,\"x\"", "alias": "日本", "title": "'", "password": "another twelve"}),
        json!({"target": "https://example.com/", "alias": "-", "title": "\"@"}),
        json!({"target": "https://example.com/plain"}),
    ] {
        let answer = ask(&edge, Ask::create(&link));
        assert_eq!(answer.code(), 201, "{}", answer.json());
    }
    edge
}

/// Every page of an export.
fn export(edge: &MemoryEdge, query: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut next = Some(format!("/api/v1/export?{query}"));
    while let Some(address) = next {
        let answer = ask(edge, Ask::list(&address));
        assert_eq!(answer.code(), 200, "{}", String::from_utf8_lossy(&answer.body));
        pages.push(String::from_utf8(answer.body.clone()).expect("text"));
        let link = answer.headers.get("link").map(|link| link.to_str().expect("ASCII").to_owned());
        next = link.and_then(|link| Some(link.strip_prefix('<')?.split_once(">; rel=\"next\"")?.0.to_owned()));
    }
    pages
}

/// All exported links, without the fields that differ between deployments.
fn portable_links(edge: &MemoryEdge) -> Vec<Value> {
    let lines = export(edge, "passwords=true").concat();
    let mut links: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for link in &mut links {
        for field in ["id", "updated_at"] {
            link[field] = Value::Null;
        }
    }
    links.sort_by_key(|link| link["alias"].to_string());
    links
}

#[test]
fn import_of_an_export_restores_every_field() {
    let edge = full();
    let wanted = portable_links(&edge);
    assert_eq!(wanted.len(), 4);
    let everything = wanted.iter().find(|link| link["alias"] == "everything").expect("the link");
    assert_eq!(
        (&everything["starts_at"], &everything["ends_at"]),
        (&json!("2026-01-01T00:00:00.007Z"), &json!("2099-01-01T00:00:00.999Z"))
    );
    let again = ask(&edge, Ask::import("", LINES, export(&edge, "passwords=true").concat())).json();
    assert_eq!((&again["existing"], &again["failed"]), (&json!(4), &json!(0)), "in its own deployment every link exists already: {again}");
    assert!(wanted.iter().any(|link| link["password_hash"].as_str().is_some_and(|hash| hash.starts_with("$argon2id$v=19$m="))));
    for (query, media_type) in [("passwords=true&limit=2", LINES), ("passwords=true&format=csv&limit=3", TABLE)] {
        let other = MemoryEdge::new(2);
        for _ in 0..2 {
            for page in export(&edge, query) {
                let answer = ask(&other, Ask::import("", media_type, page)).json();
                assert_eq!((&answer["failed"], &answer["next"]), (&json!(0), &Value::Null), "{answer}");
            }
            assert_eq!(portable_links(&other), wanted, "{query}");
        }
    }
}

#[test]
fn creation_time_survives_to_the_millisecond() {
    let [edge, other] = [1, 2].map(MemoryEdge::new);
    let moments = ["2020-01-02T03:04:05.678Z", "2020-01-02T03:04:05.050Z", "2020-01-02T03:04:05Z"];
    let lines = moments.map(|moment| json!({"target": "https://example.com/", "created_at": moment}).to_string() + "\n").concat();
    assert_eq!(ask(&edge, Ask::import("", LINES, lines)).json()["imported"], 3);
    for (query, media_type) in [("", LINES), ("format=csv", TABLE)] {
        ask(&other, Ask::import("", media_type, export(&edge, query).concat()));
        let links = export(&other, "").concat();
        let created = links.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["created_at"].clone());
        assert_eq!(created.collect::<Vec<_>>(), moments, "newest first");
    }
}

#[test]
fn export_omits_password_hashes_by_default() {
    let edge = full();
    for query in ["", "passwords=false", "format=csv"] {
        let text = export(&edge, query).concat();
        assert!(text.contains("has_password") && !text.contains("password_hash") && !text.contains("argon2"), "{query}");
    }
    let other = MemoryEdge::new(2);
    let answer = ask(&other, Ask::import("", LINES, export(&edge, "").concat())).json();
    assert_eq!((&answer["imported"], &answer["failed"]), (&json!(2), &json!(2)), "an import never drops a password silently: {answer}");
    let errors = answer["results"].as_array().expect("a list").iter().filter_map(|line| line["problem"]["errors"][0]["field"].as_str());
    assert_eq!(errors.collect::<Vec<_>>(), ["/password", "/password"]);
}

#[test]
fn imported_password_hashes_are_compared_and_validated() {
    let edge = full();
    let line = export(&edge, "passwords=true").concat().lines().find(|line| line.contains("日本")).expect("the link").to_owned();
    let link: Value = serde_json::from_str(&line).expect("JSON");
    let import = |change: &dyn Fn(&mut Value)| {
        let mut link = link.clone();
        change(&mut link);
        ask(&edge, Ask::import("", LINES, format!("{link}\n"))).json()["results"][0].clone()
    };
    assert_eq!(import(&|_| {})["status"], 200);
    let other_hash = |link: &mut Value| link["password_hash"] = json!(link["password_hash"].as_str().expect("text").replace("t=3", "t=2"));
    assert_eq!(import(&other_hash)["problem"]["code"], "alias_taken", "another password");
    for (field, value, code) in [
        ("password_hash", json!("$argon2id$v=19$m=4096,t=3,p=1$x$y"), "invalid"),
        ("password_hash", json!(link["password_hash"].as_str().expect("text").replace("t=3", "t=4")), "out_of_range"),
        ("password_hash", json!(7), "wrong_type"),
        ("password", json!("twelve chars and more"), "conflicts"),
    ] {
        let result = import(&|link| link[field] = value.clone());
        let error = &result["problem"]["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("/password_hash"), &json!(code)), "{result}");
    }
    assert_eq!(ask(&edge, Ask::create(&json!({"target": "https://example.com/", "password_hash": "x"}))).code(), 422);
}
