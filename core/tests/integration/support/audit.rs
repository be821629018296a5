//! What must hold whatever happened: truth and what the list shows agree, link by link.

use std::collections::{BTreeMap, BTreeSet};

use hop_core::memory::{CommitMode, MemoryEdge};
use hop_core::store::Key;
use serde_json::Value;

use super::{Ask, Isolate, run};

/// A link as truth has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuardedRecord {
    pub(crate) id: String,
    pub(crate) target: String,
    pub(crate) version: u64,
    pub(crate) live: bool,
    /// Whether it is crawlable and not off.
    pub(crate) open: bool,
}

/// Every link record, by alias, read behind hop's back.
pub(crate) fn truth(edge: &MemoryEdge) -> BTreeMap<String, GuardedRecord> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("link/"));
    keys.filter_map(|key| {
        let record = edge.records.peek(&key).expect("a key that is listed has a record");
        let place: Value = serde_json::from_slice(&record.value).expect("a record is JSON");
        let json = link_in(edge, &place)?;
        let kept = GuardedRecord {
            id: text(&json["id"]),
            target: text(&json["target"]),
            version: json["version"].as_u64().expect("a record has a version"),
            live: json["deleted_at"].is_null(),
            open: ["crawlable", "disabled"].map(|flag| has_flag(&json, flag)) == [true, false],
        };
        Some((text(&json["alias"]), kept))
    })
    .collect()
}

/// The link that a place holds, if it holds one: one that is arriving is there once the alias it comes from says so.
fn link_in(edge: &MemoryEdge, place: &Value) -> Option<Value> {
    let pending_move = &place["arriving"];
    if pending_move.is_null() {
        return place.get("link").cloned();
    }
    let from = edge.records.keys().into_iter().find(|key| Some(key.as_str()) == pending_move["from"].as_str())?;
    let record = edge.records.peek(&from).expect("a key that is listed has a record");
    let from: Value = serde_json::from_slice(&record.value).expect("a record is JSON");
    let has_left = from["signpost"]["journey"] == pending_move["journey"];
    if has_left { Some(pending_move["link"].clone()) } else { place.get("link").cloned() }
}

fn has_flag(link: &Value, flag: &str) -> bool {
    link["spec"][flag] == true
}

/// How many keys begin like this.
pub(crate) fn count(edge: &MemoryEdge, prefix: &str) -> usize {
    edge.records.keys().iter().filter(|key| key.as_str().starts_with(prefix)).count()
}

/// The versions that hop tells of a link, newest first, each with where it led.
pub(crate) fn told_history(edge: &MemoryEdge, alias: &str) -> Vec<(u64, String)> {
    let answer = run(Isolate::new(edge).ask(Ask::list(&format!("/api/v1/links/{alias}/history"))));
    assert_eq!(answer.code(), 200, "{alias}");
    let items = answer.json()["items"].as_array().expect("a history has items").clone();
    items.iter().map(|item| (item["version"].as_u64().expect("a version is counted"), text(&item["target"]))).collect()
}

/// How often truth says a link was followed.
pub(crate) fn clicks(edge: &MemoryEdge, id: &str) -> u64 {
    let total = edge.records.keys().into_iter().find(|key| key.as_str() == format!("stats/{id}/total"));
    let record = total.and_then(|key| edge.records.peek(&key));
    record.map_or(0, |record| {
        let json: Value = serde_json::from_slice(&record.value).expect("a total is JSON");
        json["humans"].as_u64().expect("a total counts clicks")
    })
}

/// Walks the whole list, page by page, and returns its items in their order.
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

/// Every line of the audit, by its key, read behind hop's back.
pub(crate) fn lines(edge: &MemoryEdge) -> BTreeMap<String, Value> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("audit/"));
    keys.map(|key| {
        let record = edge.records.peek(&key).expect("a key that is listed has a record");
        (key.as_str().to_owned(), serde_json::from_slice(&record.value).expect("a line is JSON"))
    })
    .collect()
}

/// No change of a link goes without its line. A store that makes a change at once has no line too many; elsewhere a line may tell of what
/// was begun and never made.
pub(crate) fn check_told(edge: &MemoryEdge) {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines(edge).values().filter(|line| line["action"] != "link.unforward") {
        told.entry(text(&line["subject"])).or_default().push(text(&line["action"]));
    }
    let is_exact = edge.records.commit_mode() == CommitMode::Transaction;
    for kept in truth(edge).values() {
        let deeds = told.remove(&kept.id).unwrap_or_default();
        let count = deeds.len() as u64;
        assert!(count >= kept.version, "{kept:?} is told of by {deeds:?}");
        assert!(count == kept.version || !is_exact, "{kept:?} is told of by {deeds:?}");
    }
    for (id, deeds) in told.iter().filter(|(id, _)| is_exact && id.starts_with("lnk_")) {
        let is_over = ["link.erase", "link.delete"].iter().any(|end| deeds.iter().any(|deed| deed == end));
        assert!(is_over, "{id} is not there and is told of by {deeds:?}");
    }
}

/// Every index entry that a record names is there, whatever went wrong. A store that makes a change at once has no others; elsewhere a
/// writer that died, or was refused, may have left some.
pub(crate) fn check_entries(edge: &MemoryEdge) {
    let (named, stored) = entries(edge);
    assert_eq!(named.difference(&stored).collect::<Vec<_>>(), Vec::<&Key>::new(), "missing");
    if edge.records.commit_mode() == CommitMode::Transaction {
        check_no_stray_entries(edge);
    }
}

/// No other index entry is there: so it must be if nothing went wrong.
pub(crate) fn check_no_stray_entries(edge: &MemoryEdge) {
    let (named, stored) = entries(edge);
    assert_eq!(stored.difference(&named).collect::<Vec<_>>(), Vec::<&Key>::new(), "left over");
}

/// The index entries that records name, and those that are there.
fn entries(edge: &MemoryEdge) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let is_entry = |key: &Key| ["by-", "crawlable/"].iter().any(|class| key.as_str().starts_with(class));
    (edge.records.named_entries().into_iter().collect(), edge.records.keys().into_iter().filter(is_entry).collect())
}

/// The list shows every live link of truth exactly once, as it is, and nothing else; the index has an entry for it wherever its record says
/// so; and the audit tells of every change.
pub(crate) fn check_list(edge: &MemoryEdge) {
    check_told(edge);
    check_entries(edge);
    let mut shown: Vec<(String, String, u64)> =
        listed(edge).iter().map(|item| (text(&item["alias"]), text(&item["id"]), item["version"].as_u64().unwrap_or_default())).collect();
    shown.sort();
    let live: Vec<(String, String, u64)> =
        truth(edge).into_iter().filter(|(_, kept)| kept.live).map(|(alias, kept)| (alias, kept.id, kept.version)).collect();
    assert_eq!(shown, live, "the list and truth differ");
}

/// What a domain tells robots, worked out anew.
pub(crate) fn robots(edge: &MemoryEdge, host: &str) -> String {
    edge.records.lose(&Key::stored(format!("robots/{host}")));
    let answer = run(Isolate::new(edge).ask(Ask::visit("robots.txt").at(host)));
    assert_eq!(answer.code(), 200);
    String::from_utf8(answer.body).expect("text is UTF-8")
}

/// Of links that nothing else is said of, those that are live, crawlable and not off are open to robots, and no others.
pub(crate) fn check_robots(edge: &MemoryEdge) {
    let open = truth(edge).into_iter().filter(|(_, kept)| kept.live && kept.open).map(|(alias, _)| format!("Allow: /{alias}$\n"));
    assert_eq!(robots(edge, "hop.example"), format!("User-agent: *\nAllow: /$\n{}Disallow: /\n", open.collect::<String>()));
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
