//! Invariants of the store: records, index entries, lists, robots.txt and audit events agree after any faults.

use std::collections::{BTreeMap, BTreeSet};

use hop_core::memory::{CommitMode, MemoryEdge};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use serde_json::Value;

use super::{Ask, Isolate, run};

/// A link as its stored record describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLink {
    pub(crate) id: String,
    pub(crate) target: String,
    pub(crate) version: u64,
    pub(crate) live: bool,
    /// Whether it is crawlable and not off.
    pub(crate) open: bool,
}

/// Every stored link by alias, read directly from the records.
pub(crate) fn stored_links(edge: &MemoryEdge) -> BTreeMap<String, StoredLink> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("link/"));
    keys.filter_map(|key| {
        let record = edge.records.peek(&key).expect("a key that is listed has a record");
        let alias_record: Value = serde_json::from_slice(&record.value).expect("a record is JSON");
        let json = link_in(edge, &alias_record)?;
        let link = StoredLink {
            id: text(&json["id"]),
            target: text(&json["target"]),
            version: json["version"].as_u64().expect("a record has a version"),
            live: json["deleted_at"].is_null(),
            open: ["crawlable", "disabled"].map(|flag| has_flag(&json, flag)) == [true, false],
        };
        Some((text(&json["alias"]), link))
    })
    .collect()
}

/// The link of an alias record. The link of a pending move counts once the source alias says that it has left.
fn link_in(edge: &MemoryEdge, alias_record: &Value) -> Option<Value> {
    let pending_move = &alias_record["arriving"];
    if pending_move.is_null() {
        return alias_record.get("link").cloned();
    }
    let from = edge.records.keys().into_iter().find(|key| Some(key.as_str()) == pending_move["from"].as_str())?;
    let record = edge.records.peek(&from).expect("a key that is listed has a record");
    let from: Value = serde_json::from_slice(&record.value).expect("a record is JSON");
    let has_left = from["signpost"]["journey"] == pending_move["journey"];
    if has_left { Some(pending_move["link"].clone()) } else { alias_record.get("link").cloned() }
}

fn has_flag(link: &Value, flag: &str) -> bool {
    link["spec"][flag] == true
}

/// The number of keys with this prefix.
pub(crate) fn count(edge: &MemoryEdge, prefix: &str) -> usize {
    edge.records.keys().iter().filter(|key| key.as_str().starts_with(prefix)).count()
}

/// The versions in the history of a link, newest first, each with its target.
pub(crate) fn listed_history(edge: &MemoryEdge, alias: &str) -> Vec<(u64, String)> {
    let answer = run(Isolate::new(edge).ask(Ask::list(&format!("/api/v1/links/{alias}/history"))));
    assert_eq!(answer.code(), 200, "{alias}");
    let items = answer.json()["items"].as_array().expect("a history has items").clone();
    items.iter().map(|item| (item["version"].as_u64().expect("a version is counted"), text(&item["target"]))).collect()
}

/// The counted clicks of a link: on an edge with a ledger those of people, else the keys of all.
pub(crate) fn clicks(edge: &MemoryEdge, id: &str) -> u64 {
    if let Some(ledger) = edge.ledger() {
        return ledger.humans(id);
    }
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("c/") && key.as_str().contains(&format!("/{id}/")));
    u64::try_from(keys.count()).expect("there are few")
}

/// Reads every page of the list and returns the items in their order.
pub(crate) fn listed(edge: &MemoryEdge) -> Vec<Value> {
    let isolate = Isolate::new(edge);
    let mut items = Vec::new();
    let mut next = Some("/api/v1/links?limit=2".to_owned());
    while let Some(path) = next {
        let answer = run(isolate.ask(Ask::list(&path)));
        assert_eq!(answer.code(), 200, "{path}");
        let page = answer.json();
        items.extend(page["items"].as_array().expect("a page has items").iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
    }
    items
}

/// Every audit event by its key, read directly from the records.
pub(crate) fn lines(edge: &MemoryEdge) -> BTreeMap<String, Value> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("audit/"));
    keys.map(|key| {
        let record = edge.records.peek(&key).expect("a key that is listed has a record");
        (key.as_str().to_owned(), serde_json::from_slice(&record.value).expect("an event is JSON"))
    })
    .collect()
}

/// Checks that every change of a link has its audit event. In a store with transactions the numbers are equal. In other
/// stores there may also be events of changes that were begun and never made.
pub(crate) fn check_audit_events(edge: &MemoryEdge) {
    let mut by_subject: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in lines(edge).values().filter(|event| event["action"] != "link.unforward") {
        by_subject.entry(text(&event["subject"])).or_default().push(text(&event["action"]));
    }
    let is_exact = edge.records.commit_mode() == CommitMode::Transaction;
    for link in stored_links(edge).values() {
        let actions = by_subject.remove(&link.id).unwrap_or_default();
        let count = actions.len() as u64;
        assert!(count >= link.version, "{link:?} lacks audit events: {actions:?}");
        assert!(count == link.version || !is_exact, "{link:?} has too many audit events: {actions:?}");
    }
    for (id, actions) in by_subject.iter().filter(|(id, _)| is_exact && id.starts_with("lnk_")) {
        let is_over = ["link.erase", "link.delete"].iter().any(|end| actions.iter().any(|action| action == end));
        assert!(is_over, "{id} has no record, but audit events: {actions:?}");
    }
}

/// Checks that every index entry named by a record exists. A store with transactions has no other entries. In other
/// stores a crashed or refused writer may have left some.
pub(crate) fn check_entries(edge: &MemoryEdge) {
    let (named, stored) = entries(edge);
    assert_eq!(named.difference(&stored).collect::<Vec<_>>(), Vec::<&Key>::new(), "missing");
    if edge.records.commit_mode() == CommitMode::Transaction {
        check_no_stray_entries(edge);
    }
}

/// Checks that no other index entry exists, as it must be if nothing failed.
pub(crate) fn check_no_stray_entries(edge: &MemoryEdge) {
    let (named, stored) = entries(edge);
    assert_eq!(stored.difference(&named).collect::<Vec<_>>(), Vec::<&Key>::new(), "stray");
}

/// The index entries that records name, and those in the store.
fn entries(edge: &MemoryEdge) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let is_entry = |key: &Key| ["by-", "crawlable/"].iter().any(|class| key.as_str().starts_with(class));
    (edge.records.named_entries().into_iter().collect(), edge.records.keys().into_iter().filter(is_entry).collect())
}

/// Checks that the list shows every live stored link exactly once and nothing else. Index entries and audit events are
/// checked too.
pub(crate) fn check_list(edge: &MemoryEdge) {
    check_audit_events(edge);
    check_entries(edge);
    let mut shown: Vec<(String, String, u64)> =
        listed(edge).iter().map(|item| (text(&item["alias"]), text(&item["id"]), item["version"].as_u64().unwrap_or_default())).collect();
    shown.sort();
    let live: Vec<(String, String, u64)> =
        stored_links(edge).into_iter().filter(|(_, link)| link.live).map(|(alias, link)| (alias, link.id, link.version)).collect();
    assert_eq!(shown, live, "the list and the records differ");
}

/// The robots.txt of a domain, computed again.
pub(crate) fn robots(edge: &MemoryEdge, host: &str) -> String {
    edge.records.lose(&Key::stored(format!("robots/{host}")));
    let answer = run(Isolate::new(edge).ask(Ask::visit("robots.txt").at(host)));
    assert_eq!(answer.code(), 200);
    String::from_utf8(answer.body).expect("text is UTF-8")
}

/// Checks that robots.txt allows exactly the links that are live, crawlable and enabled, if they have no other
/// conditions.
pub(crate) fn check_robots(edge: &MemoryEdge) {
    let open = stored_links(edge).into_iter().filter(|(_, link)| link.live && link.open).map(|(alias, _)| format!("Allow: /{alias}$\n"));
    assert_eq!(robots(edge, "hop.example"), format!("User-agent: *\nAllow: /$\n{}Disallow: /\n", open.collect::<String>()));
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
