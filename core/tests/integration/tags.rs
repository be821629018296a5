//! Tags: counted, renamed, merged and removed, a limited number of links per request, despite crashes and concurrent
//! moves.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::audit::check_list;
use crate::support::store_faults::{self, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, OPERATIONS, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

fn create(edge: &MemoryEdge, alias: &str, tags: &[&str]) {
    let link = json!({"alias": alias, "target": "https://example.com/", "tags": tags});
    assert_eq!(ask(edge, Ask::create(&link)).0, 201);
}

/// An edge with `links` links that have the tag `old`.
fn tagged(edge: MemoryEdge, links: usize) -> MemoryEdge {
    (0..links).for_each(|number| create(&edge, &format!("link-{number}"), &["old"]));
    edge
}

fn rename(old: &str, new: &str) -> Ask {
    Ask::patch(&format!("/api/v1/tags/{old}"), &json!({"tag": new}))
}

fn remove(old: &str) -> Ask {
    Ask::remove(&format!("/api/v1/tags/{old}"))
}

/// Every tag with the number of its links, read page by page.
fn tags(edge: &MemoryEdge) -> Vec<(String, u64)> {
    let (mut tags, mut next) = (Vec::new(), Some("/api/v1/tags?limit=2".to_owned()));
    while let Some(path) = next {
        let (status, page) = ask(edge, Ask::list(&path));
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().expect("a page has items");
        assert!(items.len() <= 2 && items.iter().all(|item| item["exact"] == true));
        tags.extend(items.iter().map(|item| (item["tag"].as_str().unwrap_or_default().to_owned(), item["links"].as_u64().unwrap_or(0))));
        next = page["next"].as_str().map(str::to_owned);
    }
    tags
}

fn tags_of(edge: &MemoryEdge, alias: &str) -> (Value, Value) {
    let link = ask(edge, Ask::show(alias)).1;
    (link["tags"].clone(), link["version"].clone())
}

#[test]
fn tags_are_listed_with_link_counts() {
    let edge = MemoryEdge::new(1);
    create(&edge, "a", &["x", "y/z", "é"]);
    create(&edge, "b", &["x"]);
    create(&edge, "c", &["left"]);
    assert_eq!(ask(&edge, Ask::change("c", &json!({"tags": ["now"]}))).0, 200);
    let expected = [("é", 1), ("now", 1), ("x", 2), ("y/z", 1)].map(|(tag, links)| (tag.to_owned(), links));
    assert_eq!(tags(&edge), expected);
    let elsewhere = ask(&edge, Ask::list("/api/v1/tags?domain=b.example")).1;
    assert_eq!(elsewhere, json!({"items": [], "next": null}));
}

#[test]
fn tag_count_is_exact_up_to_a_thousand() {
    let edge = tagged(MemoryEdge::new(1), 1_000);
    let counted = |exact: bool| json!([{"tag": "old", "links": 1_000, "exact": exact}]);
    assert_eq!(ask(&edge, Ask::list("/api/v1/tags")).1["items"], counted(true));
    create(&edge, "one-more", &["old"]);
    assert_eq!(ask(&edge, Ask::list("/api/v1/tags")).1["items"], counted(false));
}

#[test]
fn tag_rename_spans_several_requests() {
    let edge = tagged(MemoryEdge::new(1), 20);
    edge.set_operations(50);
    let mut changed = Vec::new();
    loop {
        let (status, answer) = ask(&edge, rename("old", "New Word"));
        assert_eq!((status, &answer["tag"]), (200, &json!("new-word")));
        changed.push(answer["changed"].as_u64().expect("a number"));
        if answer["done"] == true {
            break;
        }
    }
    assert!(changed.len() > 1 && changed.iter().all(|links| *links > 0) && changed.iter().sum::<u64>() == 20, "{changed:?}");
    assert_eq!(tags(&edge), [("new-word".to_owned(), 20)]);
    assert_eq!(ask(&edge, rename("old", "New Word")).0, 404, "no link has the old tag");
    assert_eq!(tags_of(&edge, "link-0"), (json!(["new-word"]), json!(2)));
    edge.set_operations(OPERATIONS);
    let rest = tagged(MemoryEdge::new(1), 20);
    assert_eq!(ask(&rest, rename("old", "new")).1, json!({"tag": "new", "changed": 20, "done": true}));
}

#[test]
fn tag_rename_merges_into_an_existing_tag() {
    let edge = MemoryEdge::new(1);
    let ten = ["new", "old", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"];
    create(&edge, "both", &ten);
    create(&edge, "old", &["old"]);
    create(&edge, "new", &["new"]);
    assert_eq!(ask(&edge, rename("old", "new")), (200, json!({"tag": "new", "changed": 2, "done": true})));
    let nine: Vec<&str> = ten.into_iter().filter(|tag| *tag != "old").collect();
    assert_eq!(tags_of(&edge, "both").0, json!(nine));
    assert_eq!((tags_of(&edge, "old"), tags_of(&edge, "new")), ((json!(["new"]), json!(2)), (json!(["new"]), json!(1))));
    assert!(tags(&edge).contains(&("new".to_owned(), 3)));
}

#[test]
fn tag_removal_covers_deleted_links_and_history() {
    let edge = MemoryEdge::new(1);
    create(&edge, "live", &["old", "other"]);
    create(&edge, "gone", &["old"]);
    assert_eq!(ask(&edge, Ask::delete("gone")).0, 204);
    assert_eq!(ask(&edge, remove("old")), (200, json!({"tag": "old", "changed": 2, "done": true})));
    assert_eq!(ask(&edge, Ask::restore("gone")).1["tags"], json!([]));
    assert_eq!(tags_of(&edge, "live"), (json!(["other"]), json!(2)));
    assert_eq!(ask(&edge, Ask::list("/api/v1/links/live/history")).1["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(tags(&edge), [("other".to_owned(), 1)]);
}

#[test]
fn tag_changes_stay_within_one_domain() {
    let edge = MemoryEdge::new(1);
    create(&edge, "here", &["old"]);
    let there = json!({"alias": "there", "domain": "b.example", "target": "https://example.com/", "tags": ["old"]});
    assert_eq!(ask(&edge, Ask::create(&there)).0, 201);
    assert_eq!(ask(&edge, Ask::remove("/api/v1/tags/old?domain=b.example")).1["changed"], 1);
    assert_eq!(tags_of(&edge, "here").0, json!(["old"]));
}

#[test]
fn invalid_tag_renames_are_refused() {
    let edge = tagged(MemoryEdge::new(1), 1);
    assert_eq!(ask(&edge, rename("unused", "new")).0, 404);
    assert_eq!(ask(&edge, remove("unused")).0, 404);
    assert_eq!(ask(&edge, remove(&"x".repeat(65))).0, 404, "no link has an invalid tag");
    for (new, code) in [(json!("OLD"), "conflicts"), (json!(""), "required"), (Value::Null, "required"), (json!(5), "wrong_type")] {
        let (status, problem) = ask(&edge, Ask::patch("/api/v1/tags/old", &json!({ "tag": new })));
        let error = &problem["errors"][0];
        assert_eq!((status, &error["field"], &error["code"]), (422, &json!("/tag"), &json!(code)), "{new}");
    }
    assert_eq!(tags_of(&edge, "link-0"), (json!(["old"]), json!(1)));
}

/// Wherever a request crashes, the next request completes the rename.
#[test]
fn retry_completes_a_crashed_tag_rename() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for crash_at in 0.. {
            let edge = tagged(store_faults::edge(1, steps), 3);
            let trace = plan(&edge, Plan::From(crash_at, None));
            let first = ask(&edge, rename("old", "new")).0;
            clear_faults(&edge);
            if trace.steps().len() <= crash_at {
                assert_eq!(first, 200);
                break;
            }
            assert!(matches!(first, 200 | 503), "{first}");
            let second = ask(&edge, rename("old", "new"));
            assert!(second.0 == 404 || second.1["done"] == true, "{second:?}");
            for number in 0..3 {
                assert_eq!(tags_of(&edge, &format!("link-{number}")), (json!(["new"]), json!(2)), "crash at step {crash_at}");
            }
            check_list(&edge);
        }
    }
}

/// Plants index entries that sort before all others and belong to no link.
fn plant_stray_entries(edge: &MemoryEdge, index_entries: usize, alias: impl Fn(usize) -> String) {
    for number in 0..index_entries {
        let key = format!("by-tag/hop.example/old/0000000000000000/{}/t{number}", alias(number));
        edge.records.plant(&Key::stored(key), "null");
    }
}

#[test]
fn many_entries_of_one_alias_hide_no_link() {
    let edge = tagged(MemoryEdge::new(1), 1);
    plant_stray_entries(&edge, 150, |_| "ghost".into());
    assert_eq!(ask(&edge, rename("old", "new")), (200, json!({"tag": "new", "changed": 1, "done": true})));
}

#[test]
fn tag_rename_is_not_done_with_entries_left() {
    for (index_entries, alias) in [(101, (|number| format!("ghost-{number}")) as fn(usize) -> String), (5_001, |_| "ghost".into())] {
        let edge = MemoryEdge::new(1);
        plant_stray_entries(&edge, index_entries, alias);
        assert_eq!(ask(&edge, rename("old", "new")), (200, json!({"tag": "new", "changed": 0, "done": false})), "{index_entries}");
    }
}

#[test]
fn stray_entries_never_block_a_tag_rename() {
    for (index_entries, alias) in [(300, (|number| format!("ghost-{number}")) as fn(usize) -> String), (1_001, |_| "ghost".into())] {
        let edge = tagged(MemoryEdge::new(1), 1);
        plant_stray_entries(&edge, index_entries, alias);
        let is_renamed = (0..100).any(|_| ask(&edge, rename("old", "new")).1["changed"] == 1);
        assert!(is_renamed, "{index_entries}");
        assert_eq!(tags_of(&edge, "link-0"), (json!(["new"]), json!(2)));
    }
}

#[test]
fn damaged_record_blocks_only_its_own_link() {
    let edge = tagged(MemoryEdge::new(1), 3);
    edge.records.plant(&Key::stored("link/hop.example/link-1".into()), "damaged");
    assert_eq!(ask(&edge, rename("old", "new")), (200, json!({"tag": "new", "changed": 2, "done": true})));
    assert_eq!(edge.take_log().len(), 1);
    assert_eq!(ask(&edge, rename("old", "new")).0, 500, "only the damaged record is left");
}

#[test]
fn tag_rename_follows_moves_within_the_domain() {
    for (to, changed) in [(json!({"alias": "moved"}), 1), (json!({"domain": "b.example"}), 0)] {
        let edge = tagged(MemoryEdge::new(1), 1);
        create(&edge, "other", &["old"]);
        let isolate = Isolate::new(&edge);
        plan(&edge, Plan::LateAt(StoreStep::GetMany, 1));
        let mut renaming = pin!(isolate.handle(rename("old", "new")));
        assert!(renaming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        clear_faults(&edge);
        assert_eq!(ask(&edge, Ask::change("link-0", &to)).0, 200);
        let (answer, _) = run(renaming);
        assert_eq!(answer.json(), json!({"tag": "new", "changed": changed + 1, "done": true}));
        if changed == 1 {
            assert_eq!(tags_of(&edge, "moved").0, json!(["new"]));
        } else {
            assert_eq!(tags_of(&edge, "link-0?domain=b.example").0, json!(["old"]), "another domain has its own tags");
        }
    }
}

/// An edit that crashed left an index entry of a tag that the link has no longer.
#[test]
fn leftover_index_entry_is_skipped() {
    let edge = tagged(store_faults::edge(1, CommitMode::Stepwise), 1);
    plan(&edge, Plan::FromFirst(StoreStep::RemoveKey));
    assert_eq!(ask(&edge, Ask::change("link-0", &json!({"tags": ["other"]}))).0, 503);
    clear_faults(&edge);
    assert_eq!(ask(&edge, rename("old", "new")).0, 404);
    assert_eq!(tags_of(&edge, "link-0").0, json!(["other"]));
}
