//! The link `docs` and its cached link, read and changed directly in the store and the cache.

use hop_core::alias::{Alias, AliasCase};
use hop_core::domain::Domain;
use hop_core::memory::MemoryEdge;
use hop_core::store::Key;
use serde_json::{Value, json};

use super::client::Answer;
use super::{Ask, Isolate, run};

pub(crate) const HERE: &str = "https://example.com/here";
pub(crate) const THERE: &str = "https://example.com/there";

/// The key of the link `docs`.
pub(crate) fn docs() -> Key {
    let domain = Domain::parse("hop.example").expect("a domain");
    Key::link(&domain, &Alias::parse("docs", AliasCase::Sensitive).expect("an alias"))
}

/// An edge with the link `docs`, which redirects to `HERE` and was never followed.
pub(crate) fn world() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    assert_eq!(run(Isolate::new(&edge).ask(create())).code(), 201);
    edge
}

pub(crate) fn create() -> Ask {
    Ask::create(&json!({"target": HERE, "alias": "docs"}))
}

/// Changes the target of `docs` to `THERE` in the store alone: no cache learns of the edit.
pub(crate) fn edit_elsewhere(edge: &MemoryEdge) {
    let record = edge.records.peek(&docs()).expect("the link is there");
    let mut json: Value = serde_json::from_slice(&record.value).expect("a record is JSON");
    json["link"]["target"] = json!(THERE);
    for counter in ["/commits", "/link/version"] {
        let counter = json.pointer_mut(counter).expect("a record counts");
        *counter = json!(counter.as_u64().expect("a counter is a number") + 1);
    }
    edge.records.plant(&docs(), &json.to_string());
}

/// Follows `docs` on `isolate` and does the background work.
pub(crate) fn follow(isolate: &Isolate<'_>) -> (u16, String) {
    status_and_location(&run(isolate.ask(Ask::visit("docs"))))
}

/// Follows `docs` on a new isolate.
pub(crate) fn follow_afresh(edge: &MemoryEdge) -> (u16, String) {
    follow(&Isolate::new(edge))
}

/// The status and the `Location` of a response.
pub(crate) fn status_and_location(answer: &Answer) -> (u16, String) {
    (answer.code(), answer.header("location").to_owned())
}

pub(crate) fn to(target: &str) -> (u16, String) {
    (302, target.to_owned())
}

pub(crate) fn ended() -> (u16, String) {
    (410, String::new())
}

pub(crate) fn missing() -> (u16, String) {
    (404, String::new())
}

/// The number of commits in the cached link of `docs`.
pub(crate) fn cached_commits(edge: &MemoryEdge) -> Option<u64> {
    let cached_link: Value = serde_json::from_str(&edge.link_cache.peek(&docs())?).expect("a cached link is JSON");
    cached_link["version"].as_u64()
}
