//! Erasing links: everything of the link is removed, also what crashed moves and reused aliases left, within the
//! operation budget.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use crate::support::audit::{check_list, check_no_stray_entries, stored_links, text};
use crate::support::client::Answer;
use crate::support::store_faults::{self, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, OPERATIONS, StoreStep};
use hop_core::store::Key;
use hop_core::{BackgroundWork, Body};
use http::header::IF_MATCH;
use serde_json::{Value, json};

const HERE: &str = "https://example.com/here";
const THERE: &str = "https://example.com/there";

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

/// An edge with the link `docs`, which has tags, a history and clicks.
fn world(edge: MemoryEdge) -> MemoryEdge {
    for asked in [
        Ask::create(&json!({"alias": "docs", "target": HERE, "tags": ["x"], "note": "a secret"})),
        Ask::change("docs", &json!({"title": "a"})),
        Ask::change("docs", &json!({"title": "b", "tags": ["y"]})),
        Ask::visit("docs"),
    ] {
        assert!(ask(&edge, asked).0 < 400);
    }
    edge
}

/// Edits the link `docs` `times` times.
fn edit(edge: &MemoryEdge, times: usize) {
    for number in 0..times {
        assert_eq!(ask(edge, Ask::change("docs", &json!({"title": number.to_string()}))).0, 200);
    }
}

fn erase(alias: &str) -> Ask {
    Ask::remove(&format!("/api/v1/links/{alias}?erase=true"))
}

/// All stored keys.
fn keys(edge: &MemoryEdge) -> Vec<String> {
    edge.records.keys().iter().filter(|key| !stays(edge, key)).map(|key| key.as_str().to_owned()).collect()
}

/// Whether a record stays on an edge without a ledger when its link is erased: a mark, clicks that expire, statistics of
/// other subjects.
fn stays(edge: &MemoryEdge, key: &Key) -> bool {
    let is_mark = || edge.records.peek(key).is_some_and(|record| String::from_utf8_lossy(&record.value).contains("\"erased\":true"));
    let key = key.as_str();
    (key.starts_with("stats/") && is_mark()) || ["c/", "fold/", "salt/", "stats-domain/"].iter().any(|prefix| key.starts_with(prefix))
}

/// Checks that only tag markers, audit events and the empty record of the alias are left.
fn check_nothing_is_left(edge: &MemoryEdge) {
    check_aliases_are_left(edge, &["docs"]);
}

/// The same, with the empty records of these aliases.
fn check_aliases_are_left(edge: &MemoryEdge, aliases: &[&str]) {
    let left: Vec<String> = keys(edge).into_iter().filter(|key| !key.starts_with("tag/") && !key.starts_with("audit/")).collect();
    assert_eq!(left, aliases.iter().map(|alias| format!("link/hop.example/{alias}")).collect::<Vec<_>>());
    for word in ["example.com", "lnk_", "secret", "\"link\"", "erasing"] {
        assert_eq!(records_with(edge, word), Vec::<String>::new(), "{word}");
    }
}

/// The keys of all records that contain `word` in key or value. Audit events are left out, because they keep naming
/// links.
fn records_with(edge: &MemoryEdge, word: &str) -> Vec<String> {
    let has_word = |key: &Key| {
        let record = edge.records.peek(key).expect("a key that is listed has a record");
        key.as_str().contains(word) || String::from_utf8(record.value).expect("a record is text").contains(word)
    };
    let keys = edge.records.keys().into_iter().filter(|key| !key.as_str().starts_with("audit/") && !stays(edge, key) && has_word(key));
    keys.map(|key| key.as_str().to_owned()).collect()
}

#[test]
fn erased_link_leaves_nothing() {
    for deleted in [false, true] {
        let edge = world(MemoryEdge::new(1));
        if deleted {
            assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
        }
        assert!(keys(&edge).iter().any(|key| key.starts_with("history/")));
        assert_eq!(ask(&edge, erase("docs")).0, 204);
        check_nothing_is_left(&edge);
        assert_eq!(ask(&edge, Ask::show("docs")).0, 404);
        assert_eq!(ask(&edge, Ask::restore("docs")).0, 404);
        assert_eq!(ask(&edge, erase("docs")).0, 404);
        assert_eq!(ask(&edge, Ask::list("/api/v1/aliases/docs")).1["available"], true);
    }
}

#[test]
fn erased_link_leaves_no_statistics() {
    let edge = MemoryEdge::new(1);
    let rows =
        |edge: &MemoryEdge, id: &str| edge.ledger.rows().iter().filter(|(_, key, _)| key.starts_with(&format!("link/{id}/"))).count();
    for _ in 0..2 {
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "docs", "target": HERE, "reuse": true}))).0, 201);
        assert_eq!(run(Isolate::new(&edge).ask(Ask::visit("docs"))).code(), 302);
        assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
    }
    let ids: Vec<String> =
        edge.ledger.rows().iter().filter_map(|(_, _, row)| row.body.split("lnk_").nth(1).map(|id| format!("lnk_{}", &id[..17]))).collect();
    assert_eq!(run(edge.ledger.ring_alarms(|_| Ok(()))), Vec::<String>::new());
    assert!(ids.len() == 2 && ids.iter().all(|id| rows(&edge, id) == 1), "{ids:?}");
    edge.ledger.set_down(true);
    assert_eq!(ask(&edge, erase("docs")).0, 503);
    edge.ledger.set_down(false);
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    assert!(ids.iter().all(|id| rows(&edge, id) == 0), "the link and its predecessor are erased");
}

#[test]
fn erased_alias_starts_a_fresh_link() {
    let edge = world(MemoryEdge::new(1));
    let old = stored_links(&edge)["docs"].id.clone();
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    let (status, link) = ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE})));
    assert_eq!((status, &link["version"], &link["clicks"]["humans"]), (201, &json!(1), &json!(0)));
    assert_ne!(text(&link["id"]), old);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::visit("docs"))).header("location"), THERE);
    check_list(&edge);
}

#[test]
fn erased_link_is_gone_for_visitors() {
    let edge = world(MemoryEdge::new(1));
    let isolate = Isolate::new(&edge);
    let follow = |isolate: &Isolate<'_>| run(isolate.ask(Ask::visit("docs"))).code();
    assert_eq!(follow(&isolate), 302);
    assert_eq!(run(isolate.ask(erase("docs"))).code(), 204);
    assert_eq!((follow(&isolate), follow(&Isolate::new(&edge))), (410, 410), "the cached link says that it is gone");
    edge.link_cache.empty();
    assert_eq!(follow(&Isolate::new(&edge)), 404);
}

#[test]
fn old_alias_of_an_erased_link_is_missing() {
    let edge = world(MemoryEdge::new(1));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true}))).0, 200);
    let (status, problem) = ask(&edge, erase("docs"));
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "the link is at another alias");
    assert_eq!(ask(&edge, erase("new")).0, 204);
    edge.link_cache.empty();
    assert_eq!(ask(&edge, Ask::visit("docs")).0, 404);
    assert_eq!(ask(&edge, Ask::visit("new")).0, 404);
}

#[test]
fn forwarding_alias_is_held_until_deleted() {
    let edge = world(MemoryEdge::new(1));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true}))).0, 200);
    assert_eq!(ask(&edge, erase("new")).0, 204);
    let reuse_alias = || ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": true})));
    assert_eq!(reuse_alias().1["code"], "alias_taken");
    assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
    assert_eq!(reuse_alias().0, 201);
    check_list(&edge);
}

#[test]
fn stored_answer_outlasts_the_erased_link() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"alias": "docs", "target": HERE, "note": "a secret"})).once("k");
    let created = ask(&edge, create());
    assert_eq!((created.0, ask(&edge, erase("docs")).0), (201, 204));
    assert_eq!(ask(&edge, create()), created);
}

#[test]
fn long_history_takes_several_requests() {
    let edge = world(store_faults::edge(1, CommitMode::Stepwise));
    edit(&edge, 60);
    edge.set_operations(50);
    check_half_done(&run(Isolate::new(&edge).ask(erase("docs"))));
    assert_eq!(ask(&edge, Ask::show("docs")).0, 404, "the link itself is gone");
    for reuse in [false, true] {
        let refused = ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": reuse})));
        assert_eq!((refused.0, &refused.1["code"]), (409, &json!("alias_retired")));
    }
    repeat_until_done(&edge, erase("docs"), 204);
    check_nothing_is_left(&edge);
}

#[test]
fn if_match_is_checked_until_erasing_begins() {
    for outdated in ["\"1\"", "\"99\""] {
        let edge = world(store_faults::edge(1, CommitMode::Stepwise));
        edit(&edge, 40);
        edge.set_operations(50);
        let erase_if = |seen: &str| ask(&edge, erase("docs").header(IF_MATCH, seen)).0;
        assert_eq!((erase_if(outdated), erase_if("\"43\""), erase_if(outdated)), (412, 503, 204));
    }
}

#[test]
fn newest_version_is_erased_despite_stale_scan() {
    let edge = world(MemoryEdge::new(1));
    let trace = store_faults::watch(&edge);
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    let scan = trace.steps().iter().position(|step| *step == StoreStep::Scan).expect("an erasure lists old versions");
    let edge = MemoryEdge::new(1);
    for asked in [Ask::create(&json!({"alias": "docs", "target": HERE})), Ask::change("docs", &json!({"title": "a"}))] {
        assert!(ask(&edge, asked).0 < 400);
    }
    plan(&edge, Plan::At(vec![(scan, Fault::Stale)]));
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    clear_faults(&edge);
    check_nothing_is_left(&edge);
}

/// Changes, follows and deletes the link `docs`, and reuses its alias for another link. Returns the id of the deleted
/// link.
fn reuse(edge: &MemoryEdge) -> String {
    let id = stored_links(edge)["docs"].id.clone();
    for asked in [
        Ask::change("docs", &json!({"max_clicks": 5, "tags": ["y"], "crawlable": true})),
        Ask::visit("docs"),
        Ask::delete("docs"),
        Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": true, "tags": ["z"]})),
    ] {
        repeat_until_done(edge, asked, 302);
    }
    assert_ne!(stored_links(edge)["docs"].id, id);
    for class in ["history", "take"] {
        assert!(keys(edge).iter().any(|key| key.starts_with(&format!("{class}/{id}/"))), "{class}");
    }
    id
}

/// Repeats a request until it is done, and returns the number of requests. The last status is at most `most`.
fn repeat_until_done(edge: &MemoryEdge, asked: Ask, most: u16) -> usize {
    for number in 1..=60 {
        let answer = run(Isolate::new(edge).ask(asked.again()));
        if answer.code() <= most {
            return number;
        }
        check_half_done(&answer);
    }
    panic!("the request never ends");
}

/// Checks that the answer is the 503 of a spent budget.
fn check_half_done(answer: &Answer) {
    let json = answer.json();
    assert_eq!((answer.code(), answer.header("retry-after"), &json["code"]), (503, "0", &json!("budget_exhausted")), "{json}");
}

/// Stores of both kinds with the operation budget of Workers' free plan, and one with that of Fastly.
fn edges() -> [MemoryEdge; 3] {
    [(CommitMode::Transaction, 50), (CommitMode::Stepwise, 50), (CommitMode::Stepwise, 32)].map(|(steps, operations)| {
        let edge = store_faults::edge(1, steps);
        edge.set_operations(operations);
        if operations == 32 { edge.without_cache().without_ledger() } else { edge }
    })
}

#[test]
fn erasing_reaches_predecessors_of_the_alias() {
    for edge in edges() {
        let edge = world(edge);
        reuse(&edge);
        reuse(&edge);
        assert_eq!(ask(&edge, Ask::change("docs", &json!({"title": "a"}))).0, 200);
        assert_eq!(ask(&edge, Ask::visit("docs")).0, 302);
        repeat_until_done(&edge, erase("docs"), 204);
        check_nothing_is_left(&edge);
    }
}

/// A link that moves to the alias of a deleted one, and away again, takes its predecessors along.
#[test]
fn erasing_reaches_predecessors_after_moves() {
    for edge in edges() {
        let edge = world(edge);
        let old = reuse(&edge);
        let second = stored_links(&edge)["docs"].id.clone();
        assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "other", "target": HERE}))).0, 201);
        for to in ["docs", "last"] {
            let from = if to == "docs" { "other" } else { "docs" };
            assert_eq!(ask(&edge, Ask::change(from, &json!({"alias": to, "reuse": true}))).0, 200);
        }
        repeat_until_done(&edge, erase("last"), 204);
        let named =
            |id: &str| keys(&edge).into_iter().filter(|key| key.contains(id)).filter(|key| !key.starts_with("audit/")).collect::<Vec<_>>();
        assert_eq!((named(&old), named(&second)), (vec![], vec![]));
        let left: Vec<String> = keys(&edge).into_iter().filter(|key| !key.starts_with("tag/") && !key.starts_with("audit/")).collect();
        assert_eq!(left, ["link/hop.example/docs", "link/hop.example/last", "link/hop.example/other"]);
    }
}

/// The clicks of a predecessor are folded after it was erased.
#[test]
fn late_clicks_of_an_erased_predecessor_stay_away() {
    let [.., edge] = edges();
    let edge = world(edge);
    let old = reuse(&edge);
    repeat_until_done(&edge, erase("docs"), 204);
    edge.wait_seconds(3_600);
    let maintain = || ask(&edge, Ask { body: Body::Whole(Vec::new()), ..Ask::post("/api/v1/maintenance", &json!({})) });
    while maintain().1["more"] == true {}
    let named = edge.records.keys().into_iter().filter(|key| key.as_str().contains(&old));
    let (clicks, others): (Vec<_>, Vec<_>) = named.map(|key| key.as_str().to_owned()).partition(|key| key.starts_with("c/"));
    let others: Vec<_> = others.into_iter().filter(|key| !key.starts_with("audit/")).collect();
    assert_eq!((clicks.len(), others), (2, vec![format!("stats/{old}/total")]));
}

/// The record of an alias stays small however often it is reused, and still names everything to erase.
#[test]
fn record_of_a_reused_alias_stays_bounded() {
    for edge in edges() {
        let edge = world(edge);
        let mut sizes = Vec::new();
        for _ in 0..30 {
            reuse(&edge);
            sizes.push(edge.records.peek(&crate::support::sample_link::docs()).expect("a record").value.len());
        }
        let (early, late) = (sizes[15], sizes[29]);
        assert!(late <= early + 16, "{sizes:?}");
        repeat_until_done(&edge, erase("docs"), 204);
        check_nothing_is_left(&edge);
    }
}

#[test]
fn erase_crash_at_any_step_reaches_predecessors() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for dies_at in 0.. {
            let edge = world(store_faults::edge(1, steps));
            reuse(&edge);
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = ask(&edge, erase("docs")).0;
            clear_faults(&edge);
            if trace.steps().len() <= dies_at {
                assert_eq!(first, 204);
                break;
            }
            let second = ask(&edge, erase("docs")).0;
            assert!([204, 404].contains(&second), "{second} after dying at {dies_at}");
            check_nothing_is_left(&edge);
        }
    }
}

/// A move that never completes leaves the deleted link intact: it can be restored with everything it has.
#[test]
fn deleted_link_keeps_everything_until_alias_is_taken() {
    let edge = world(store_faults::edge(1, CommitMode::Stepwise));
    let id = stored_links(&edge)["docs"].id.clone();
    assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
    assert_eq!(ask(&edge, Ask::create(&json!({"alias": "other", "target": HERE}))).0, 201);
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    assert_eq!(ask(&edge, Ask::change("other", &json!({"alias": "docs", "reuse": true}))).0, 503);
    clear_faults(&edge);
    let (status, restored) = ask(&edge, Ask::restore("docs"));
    assert_eq!((status, text(&restored["id"]), &restored["clicks"]["humans"]), (200, id, &json!(1)));
    assert!(crate::support::audit::listed_history(&edge, "docs").len() >= 4);
    repeat_until_done(&edge, erase("other"), 204);
    assert_eq!(crate::support::audit::listed_history(&edge, "docs").len(), 5, "erasing the other link keeps its versions");
}

/// Moves the link `docs`, and dies before its forwarding record.
fn crash_move(edge: &MemoryEdge, to: &str) {
    crash_move_at(edge, 2, "docs", to);
}

/// Moves a link, and dies before its forwarding record, which is the write with the number `departure`.
fn crash_move_at(edge: &MemoryEdge, departure: usize, from: &str, to: &str) {
    let target = stored_links(edge)[from].target.clone();
    plan(edge, Plan::FromNth(StoreStep::Write, departure));
    assert_eq!(ask(edge, Ask::change(from, &json!({"alias": to, "reuse": true}))).0, 503);
    clear_faults(edge);
    assert!(records_with(edge, &target).contains(&format!("link/hop.example/{to}")), "the copy is at the destination");
}

/// The key of the alias that the link moves to.
fn destination() -> Key {
    Key::stored("link/hop.example/new".into())
}

#[test]
fn erasing_reaches_the_copy_of_crashed_move() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        crash_move(&edge, "other");
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new", "other"]);
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "new", "target": THERE}))).0, 201, "the alias is free at once");
    }
}

/// The crashed move began at an alias that the link has left since, and returned to once.
#[test]
fn erasing_reaches_crashed_moves_from_older_aliases() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        for (from, to) in [("docs", "other"), ("other", "docs"), ("docs", "last")] {
            assert_eq!(ask(&edge, Ask::change(from, &json!({"alias": to}))).0, 200);
        }
        repeat_until_done(&edge, erase("last"), 204);
        assert_eq!((records_with(&edge, HERE), records_with(&edge, "secret")), (vec![], vec![]));
        assert_eq!(records_with(&edge, "lnk_"), ["link/hop.example/docs", "link/hop.example/other"], "the forwarding records");
    }
}

#[test]
fn erasing_spares_a_destination_taken_by_others() {
    for (edge, arrives) in edges().into_iter().zip([false; 3]).chain(edges().into_iter().zip([true; 3])) {
        let edge = world(edge);
        let id = stored_links(&edge)["docs"].id.clone();
        crash_move(&edge, "new");
        edge.wait_seconds(61);
        let alias = if arrives { "other" } else { "new" };
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": alias, "target": THERE}))).0, 201);
        if arrives {
            // The crashed move is aborted, and then the claim is made.
            crash_move_at(&edge, 3, "other", "new");
        }
        let taken = edge.records.peek(&destination()).expect("a record");
        repeat_until_done(&edge, erase("docs"), 204);
        assert_eq!((records_with(&edge, &id), records_with(&edge, HERE)), (vec![], vec![]));
        assert_eq!(edge.records.peek(&destination()).expect("a record"), taken);
        check_list(&edge);
        check_no_stray_entries(&edge);
    }
}

#[test]
fn erasing_gives_a_reused_alias_back() {
    for edge in edges() {
        let edge = world(edge);
        let id = stored_links(&edge)["docs"].id.clone();
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "new", "target": THERE}))).0, 201);
        assert_eq!(ask(&edge, Ask::delete("new")).0, 204);
        let theirs = stored_links(&edge)["new"].clone();
        crash_move(&edge, "new");
        repeat_until_done(&edge, erase("docs"), 204);
        assert_eq!((records_with(&edge, &id), records_with(&edge, HERE)), (vec![], vec![]));
        assert_eq!(stored_links(&edge)["new"], theirs);
        assert_eq!(ask(&edge, Ask::restore("new")).1["state"], "live");
        check_list(&edge);
        check_no_stray_entries(&edge);
    }
}

#[test]
fn deleted_link_is_erased_under_a_crashed_move() {
    for edge in edges() {
        let edge = world(edge);
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "new", "target": THERE}))).0, 201);
        assert_eq!(ask(&edge, Ask::delete("new")).0, 204);
        crash_move(&edge, "new");
        repeat_until_done(&edge, erase("new"), 204);
        assert_eq!(records_with(&edge, THERE), [""; 0]);
        assert_eq!(ask(&edge, Ask::show("docs")).1["target"], HERE, "the move is aborted");
        check_list(&edge);
    }
}

#[test]
fn erasing_reaches_crashed_moves_of_predecessors() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        reuse(&edge);
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// The ninth link that reuses an alias removes what is left of the first.
#[test]
fn reuse_reaches_crashed_moves_of_dropped_predecessors() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        let first = reuse(&edge);
        for _ in 0..8 {
            reuse(&edge);
        }
        assert_eq!(records_with(&edge, &first), Vec::<String>::new());
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// Old versions are removed, but not the one that names the destination of the crashed move.
#[test]
fn cleanup_keeps_versions_of_crashed_moves() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        edit(&edge, 120);
        assert!(crate::support::audit::count(&edge, "history/") <= 60);
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// Seven attempts of a move crashed, one after the other. The versions that name its destination stay; all others are
/// removed.
#[test]
fn crashed_move_attempts_do_not_stop_cleanup() {
    for edge in edges() {
        let edge = world(edge);
        // The first cleanup after the attempts meets their versions first.
        edit(&edge, 59);
        crash_move(&edge, "new");
        for _ in 0..6 {
            // The claim of the crashed move is renewed.
            edge.wait_seconds(1);
            crash_move_at(&edge, 2, "docs", "new");
        }
        edit(&edge, 120);
        let since_cleanup = stored_links(&edge)["docs"].version % 8;
        assert_eq!(crate::support::audit::count(&edge, "history/") as u64, 49 + since_cleanup + 7);
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// Makes the record at the destination unreadable. The returned function repairs it.
fn damage(edge: &MemoryEdge) -> impl Fn() {
    let value = String::from_utf8(edge.records.peek(&destination()).expect("a record").value).expect("a record is text");
    edge.records.plant(&destination(), "damaged");
    move || edge.records.plant(&destination(), &value)
}

#[test]
fn erasing_fails_while_a_destination_is_unreadable() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        let repair = damage(&edge);
        let answers: Vec<u16> = (0..8).map(|_| ask(&edge, erase("docs")).0).collect();
        assert!(!answers.contains(&204) && answers.ends_with(&[500, 500]), "{answers:?}");
        let log = edge.take_log().concat();
        assert!(log.contains("a stored record is not JSON"), "{log}");
        repair();
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

#[test]
fn cleanup_keeps_versions_of_unreadable_destinations() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        let repair = damage(&edge);
        edit(&edge, 120);
        assert!(crate::support::audit::count(&edge, "history/") <= 60);
        repair();
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// Each request makes progress, also while a claim has to be reverted.
#[test]
fn each_erase_request_removes_some_versions() {
    for edge in edges() {
        let edge = world(edge);
        edit(&edge, 90);
        crash_move(&edge, "new");
        let versions = || crate::support::audit::count(&edge, "history/");
        // Reverting the claim takes a request, and so may releasing the other alias.
        let mut others = 0;
        loop {
            let before = versions();
            let answer = run(Isolate::new(&edge).ask(erase("docs")));
            others += usize::from(before == versions());
            assert!(others <= 2, "no progress");
            if answer.code() == 204 {
                break;
            }
            check_half_done(&answer);
        }
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// The alias has eight predecessors, and a move of each crashed.
#[test]
fn erasing_eight_predecessors_stays_within_budget() {
    for edge in edges() {
        let edge = world(edge);
        for number in 0..8 {
            crash_move(&edge, &format!("new{number}"));
            reuse(&edge);
        }
        crash_move(&edge, "new8");
        repeat_until_done(&edge, erase("docs"), 204);
        let aliases: Vec<String> = ["docs".into()].into_iter().chain((0..=8).map(|number| format!("new{number}"))).collect();
        check_aliases_are_left(&edge, &aliases.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// Nothing is left of the predecessor but the version that names the destination of its crashed move.
#[test]
fn erasing_keeps_a_predecessor_with_crashed_move() {
    for edge in edges() {
        let edge = world(edge);
        crash_move(&edge, "new");
        let id = reuse(&edge);
        let is_left = |key: &Key| ["history", "take"].iter().any(|class| key.as_str().starts_with(&format!("{class}/{id}/")));
        for key in edge.records.keys().iter().filter(|key| is_left(key) && !key.as_str().ends_with("/hop.example/new")) {
            edge.records.lose(key);
        }
        repeat_until_done(&edge, erase("docs"), 204);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// A link with four predecessors moves to the alias of one that has eight: five have to be dropped.
#[test]
fn move_drops_predecessors_within_its_budget() {
    for edge in edges() {
        let edge = world(edge);
        for _ in 0..4 {
            reuse(&edge);
        }
        assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "other"}))).0, 200);
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "docs", "target": HERE, "reuse": true}))).0, 201);
        for _ in 0..8 {
            reuse(&edge);
        }
        assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
        assert!(repeat_until_done(&edge, Ask::change("other", &json!({"alias": "docs", "reuse": true})), 200) > 1);
        repeat_until_done(&edge, erase("docs"), 204);
        assert_eq!(records_with(&edge, "lnk_"), ["link/hop.example/other"], "the forwarding record");
    }
}

/// Each link has all index entries a link can have, and the caller uses an API key.
#[test]
fn erasing_a_full_link_stays_within_budget() {
    for (predecessors, edits) in [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 20), (1, 0), (1, 1), (1, 2), (3, 7)] {
        for edge in edges() {
            let few = edge.operations();
            edge.set_operations(OPERATIONS);
            let (owner, letters) = (crate::support::keys::user(&edge, 'a', "admin", "in"), ["a", "b", "c"]);
            let (_, secret) = crate::support::keys::key(&edge, &owner, &crate::support::keys::SCOPES, &json!({}));
            let make = |alias: &str, letter: &str| {
                let tags: Vec<String> = (0..10).map(|number| format!("{letter}{number}")).collect();
                let everything = json!({
                    "alias": alias, "target": HERE, "note": "a secret", "tags": tags, "external_id": format!("crm-{letter}"),
                    "crawlable": true, "max_clicks": 5, "reuse": true,
                });
                assert_eq!(ask(&edge, Ask::create(&everything).showing(secret.as_str())).0, 201);
            };
            let make_used = |letter: &str| {
                make("docs", letter);
                edit(&edge, edits);
                assert_eq!(ask(&edge, Ask::visit("docs")).0, 302);
            };
            make("new", "new");
            assert_eq!(ask(&edge, Ask::delete("new")).0, 204);
            for letter in &letters[..predecessors] {
                make_used(letter);
                crash_move(&edge, &format!("new-{letter}"));
                assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
            }
            make_used("last");
            if predecessors > 0 {
                crash_move(&edge, "new");
            }
            edge.set_operations(few);
            repeat_until_done(&edge, erase("docs").showing(secret.as_str()), 204);
            assert_eq!(records_with(&edge, "crm-last"), Vec::<String>::new());
            check_no_stray_entries(&edge);
        }
    }
}

/// Begins a move of `docs` to `new` whose claim is late.
fn late_claim<'a>(isolate: &'a Isolate<'a>, edge: &MemoryEdge) -> Late<'a> {
    late(edge, 1, isolate.handle(Ask::change("docs", &json!({"alias": "new"}))))
}

/// A request in progress.
type Late<'a> = Pin<Box<dyn Future<Output = (Answer, BackgroundWork)> + 'a>>;

/// Begins a request whose write with this number is late.
fn late<'a>(edge: &MemoryEdge, write: usize, asked: impl Future<Output = (Answer, BackgroundWork)> + 'a) -> Late<'a> {
    let mut asked: Late<'a> = Box::pin(asked);
    plan(edge, Plan::LateAt(StoreStep::Write, write));
    assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clear_faults(edge);
    asked
}

/// Lets a late move make its claim, and die.
fn claim_and_die(edge: &MemoryEdge, moving: Late<'_>) {
    plan(edge, Plan::From(0, None));
    assert_eq!(run(moving).0.code(), 503);
    clear_faults(edge);
    assert!(records_with(edge, HERE).contains(&"link/hop.example/new".to_owned()), "the claim is made");
}

/// On a stepwise store, the erasure sees the version of a move that has not made its claim. The claim is made before
/// the record says that the link is being erased.
#[test]
fn erasing_reaches_a_concurrent_claim() {
    for edge in edges().into_iter().filter(|edge| edge.records.commit_mode() == CommitMode::Stepwise) {
        let edge = world(edge);
        let isolate = Isolate::new(&edge);
        let moving = late_claim(&isolate, &edge);
        let erasing = late(&edge, 1, isolate.handle(erase("docs")));
        claim_and_die(&edge, moving);
        let (answer, _) = run(erasing);
        if answer.code() != 204 {
            check_half_done(&answer);
            repeat_until_done(&edge, erase("docs"), 204);
        }
        let copies = records_with(&edge, HERE).into_iter().filter(|key| !key.starts_with("history/")).collect::<Vec<_>>();
        assert_eq!(copies, Vec::<String>::new());
    }
}

/// The claim is made after the link was erased. The mover finds its departure refused, and reverts the claim.
#[test]
fn claim_after_an_erasure_is_reverted() {
    for edge in edges() {
        let edge = world(edge);
        let isolate = Isolate::new(&edge);
        let moving = late_claim(&isolate, &edge);
        repeat_until_done(&edge, erase("docs"), 204);
        assert_eq!(run(moving).0.code(), 404);
        let copies = records_with(&edge, HERE).into_iter().filter(|key| !key.starts_with("history/")).collect::<Vec<_>>();
        assert_eq!(copies, Vec::<String>::new());
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "new", "target": THERE}))).0, 201);
    }
}

/// A slow move finds the link erased, and its copy is removed.
#[test]
fn erasing_aborts_a_move_in_progress() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(store_faults::edge(1, steps));
        let isolate = Isolate::new(&edge);
        plan(&edge, Plan::LateAt(StoreStep::Write, 2));
        let mut moving = pin!(isolate.handle(Ask::change("docs", &json!({"alias": "new"}))));
        assert!(moving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        clear_faults(&edge);
        assert!(records_with(&edge, HERE).contains(&"link/hop.example/new".to_owned()), "the claim is made");
        repeat_until_done(&edge, erase("docs"), 204);
        let (answer, _) = run(moving);
        assert_eq!(answer.code(), 404);
        check_aliases_are_left(&edge, &["docs", "new"]);
    }
}

/// An erasure of a link with a crashed move may die at any step, and the next one completes it. A stepwise store may
/// keep index entries that no record confirms.
#[test]
fn erase_crash_at_any_step_reaches_crashed_moves() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for dies_at in 0.. {
            let edge = world(store_faults::edge(1, steps));
            let id = stored_links(&edge)["docs"].id.clone();
            crash_move(&edge, "new");
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = ask(&edge, erase("docs")).0;
            clear_faults(&edge);
            if trace.steps().len() <= dies_at {
                assert_eq!(first, 503, "the claim is reverted, and the next request removes the version");
                break;
            }
            check_list(&edge);
            repeat_until_done(&edge, erase("docs"), 404);
            let left = records_with(&edge, &id).len() + records_with(&edge, HERE).len() + records_with(&edge, "secret").len();
            assert_eq!(left, 0, "after dying at {dies_at}");
            if steps == CommitMode::Transaction {
                check_aliases_are_left(&edge, &["docs", "new"]);
            }
        }
    }
}

#[test]
fn erase_parameter_takes_only_true_or_false() {
    let edge = world(MemoryEdge::new(1));
    for (value, status) in [("false", 204), ("yes", 422), ("", 422), ("true&erase=true", 422)] {
        assert_eq!(ask(&edge, Ask::remove(&format!("/api/v1/links/docs?erase={value}"))).0, status, "{value}");
    }
    assert_eq!(ask(&edge, Ask::restore("docs")).1["state"], "live");
}

/// An erasure may die at any step. The next one completes it.
#[test]
fn erase_crash_at_any_step_recovers() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for dies_at in 0.. {
            let edge = world(store_faults::edge(1, steps));
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = ask(&edge, erase("docs")).0;
            clear_faults(&edge);
            if trace.steps().len() <= dies_at {
                assert_eq!(first, 204);
                break;
            }
            check_list(&edge);
            let second = ask(&edge, erase("docs")).0;
            assert!([204, 404].contains(&second), "{second} after dying at {dies_at}");
            check_nothing_is_left(&edge);
        }
    }
}
