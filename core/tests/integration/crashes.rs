//! Crashes between two steps of a write: what is left, and that later readers and writers cope with it. Each row of
//! the crash table in `docs/ARCHITECTURE.md` names its test.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::audit::{check_list, count, listed_history, stored_links};
use crate::support::sample_link::{HERE, THERE, cached_commits, create, ended, follow_afresh, missing, status_and_location, to};
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, StoreStep};
use hop_core::ports::{Records as _, Take};
use hop_core::store::tickets::{self, RandomBytes};
use hop_core::store::{Key, Prefix};
use serde_json::json;

/// An edge without links, whose store commits stepwise.
fn empty_edge() -> MemoryEdge {
    store_faults::edge(1, CommitMode::Stepwise)
}

/// An edge with the link `docs` to `HERE`.
fn one_link() -> MemoryEdge {
    let edge = empty_edge();
    assert_eq!(run(Isolate::new(&edge).ask(create())).code(), 201);
    edge
}

/// Sends a request whose writer dies at the first step of this kind. Nothing after it is done, not even the
/// background work.
fn die_at(edge: &MemoryEdge, step: StoreStep, ask: Ask) {
    let trace = plan(edge, Plan::FromFirst(step));
    let (answer, _lost) = run(Isolate::new(edge).handle(ask));
    clear_faults(edge);
    assert!(trace.steps().contains(&step), "the request never reached {step:?}");
    assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"));
}

/// The same, at the `nth` step of its kind.
fn die_at_nth(edge: &MemoryEdge, step: StoreStep, nth: usize, ask: Ask) {
    let trace = plan(edge, Plan::FromNth(step, nth));
    let (answer, _lost) = run(Isolate::new(edge).handle(ask));
    clear_faults(edge);
    assert!(trace.count(|reached| reached == step) >= nth, "the request never reached {step:?} number {nth}");
    assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"));
}

/// The number of index entries by time.
fn index_entries(edge: &MemoryEdge) -> usize {
    count(edge, "by-time/")
}

fn ask(edge: &MemoryEdge, ask: Ask) -> u16 {
    run(Isolate::new(edge).ask(ask)).code()
}

/// Follows an alias on a new isolate.
fn visit(edge: &MemoryEdge, alias: &str) -> (u16, String) {
    status_and_location(&run(Isolate::new(edge).ask(Ask::visit(alias))))
}

fn edit(target: &str) -> Ask {
    Ask::change("docs", &json!({"target": target}))
}

fn rename(keep: bool) -> Ask {
    Ask::change("docs", &json!({"alias": "new", "keep_old_alias": keep}))
}

/// The creation of another link at the alias that `docs` moves to.
fn rival_of_the_move() -> Ask {
    Ask::create(&json!({"target": THERE, "alias": "new"}))
}

/// Whether the record of `new` holds a pending move.
fn has_pending_move(edge: &MemoryEdge) -> bool {
    let key = edge.records.keys().into_iter().find(|key| key.as_str() == "link/hop.example/new").expect("the alias has a record");
    let record = edge.records.peek(&key).expect("a key that is listed has a record");
    String::from_utf8_lossy(&record.value).contains("\"arriving\"")
}

/// The creation of another link at `docs`.
fn rival() -> Ask {
    Ask::create(&json!({"target": THERE, "alias": "docs"}))
}

#[test]
fn create_crash_before_index_entry_leaves_nothing() {
    let edge = empty_edge();
    die_at(&edge, StoreStep::AddEntry, create());
    assert!(edge.records.keys().is_empty());
    assert_eq!((follow_afresh(&edge), run(Isolate::new(&edge).ask(create())).code()), (missing(), 201));
}

/// A link remembers eight predecessors. The ninth `reuse` of its alias first removes what is left of the oldest.
#[test]
fn reuse_crash_during_cleanup_recovers() {
    let reuse = || Ask::create(&json!({"target": THERE, "alias": "docs", "reuse": true}));
    for dies_at in 0.. {
        let edge = one_link();
        for number in 0..9 {
            assert_eq!((ask(&edge, edit(HERE)), ask(&edge, Ask::visit("docs")), ask(&edge, Ask::delete("docs"))), (200, 302, 204));
            assert!(number == 8 || ask(&edge, reuse()) == 201);
        }
        let trace = plan(&edge, Plan::From(dies_at, None));
        let first = ask(&edge, reuse());
        clear_faults(&edge);
        let second = ask(&edge, reuse());
        assert!(if first == 201 { second == 409 } else { [201, 409].contains(&second) }, "{first}, then {second} after dying at {dies_at}");
        check_list(&edge);
        assert!((0..3).any(|_| ask(&edge, erase()) == 204), "after dying at {dies_at}");
        assert_eq!(count(&edge, "history/"), 0, "after dying at {dies_at}");
        if trace.steps().len() <= dies_at {
            assert!(dies_at > 10, "{dies_at}");
            break;
        }
    }
}

#[test]
fn create_crash_before_record_leaves_unconfirmed_entry() {
    let edge = empty_edge();
    die_at(&edge, StoreStep::Write, create());
    assert_eq!((index_entries(&edge), stored_links(&edge).len()), (1, 0));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201, "the alias is still free");
    assert_eq!((index_entries(&edge), follow_afresh(&edge)), (2, to(THERE)));
    check_list(&edge);
}

#[test]
fn create_crash_before_response_keeps_the_link() {
    let edge = empty_edge();
    die_at(&edge, StoreStep::Answer, create());
    assert_eq!((index_entries(&edge), follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(create())).problem(), "alias_taken", "the link was made");
}

#[test]
fn refused_create_removes_its_index_entry() {
    let edge = one_link();
    assert_eq!((run(Isolate::new(&edge).ask(rival())).code(), index_entries(&edge)), (409, 1));
}

#[test]
fn refused_create_crash_leaves_unconfirmed_entry() {
    let edge = one_link();
    die_at(&edge, StoreStep::RemoveKey, rival());
    assert_eq!((index_entries(&edge), follow_afresh(&edge)), (2, to(HERE)));
    check_list(&edge);
}

/// A store may report a failed removal and still make it later, after the claim succeeded. Here the alias belonged to
/// an erased link: the claim first expects no record, removes its index entries again, and is then made over the
/// record it finds.
#[test]
fn late_removal_spares_entries_of_its_claim() {
    let erased = || {
        let edge = one_link();
        assert_eq!(ask(&edge, erase()), 204);
        edge
    };
    let edge = erased();
    die_at(&edge, StoreStep::RemoveKey, create());
    let offered: Vec<Key> = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("by-")).collect();
    assert_eq!(offered.len(), 2);
    let edge = erased();
    let steps = watch(&edge);
    assert_eq!(ask(&edge, create()), 201);
    let first_removal = steps.steps().iter().position(|step| *step == StoreStep::RemoveKey).expect("the first claim is refused");
    let edge = erased();
    plan(&edge, Plan::At(vec![(first_removal, Fault::Fail)]));
    assert_eq!(ask(&edge, create()), 201);
    clear_faults(&edge);
    offered.iter().for_each(|key| edge.records.lose(key));
    check_list(&edge);
}

#[test]
fn delete_crash_before_record_changes_nothing() {
    let edge = one_link();
    die_at(&edge, StoreStep::Write, Ask::delete("docs"));
    assert_eq!((stored_links(&edge)["docs"].version, follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
}

#[test]
fn delete_crash_before_response_leaves_stale_cache() {
    let edge = one_link();
    follow_afresh(&edge);
    die_at(&edge, StoreStep::Answer, Ask::delete("docs"));
    assert_eq!((stored_links(&edge)["docs"].version, follow_afresh(&edge)), (2, to(HERE)));
    check_list(&edge);
    edge.wait_seconds(601);
    follow_afresh(&edge);
    assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(2), ended()));
}

#[test]
fn restore_crash_before_response_keeps_link_live() {
    let edge = one_link();
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    die_at(&edge, StoreStep::Answer, Ask::restore("docs"));
    assert_eq!(stored_links(&edge)["docs"].version, 3);
    check_list(&edge);
    let again = run(Isolate::new(&edge).ask(Ask::restore("docs")));
    assert_eq!((again.code(), again.header("etag"), follow_afresh(&edge)), (200, "\"3\"", to(HERE)));
}

#[test]
fn fill_crash_before_put_leaves_no_cached_link() {
    let edge = one_link();
    let (_, lost) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
    drop(lost);
    assert_eq!((cached_commits(&edge), follow_afresh(&edge), cached_commits(&edge)), (None, to(HERE), Some(1)));
}

#[test]
fn edit_crash_before_put_heals_within_a_minute() {
    let edge = one_link();
    assert_eq!(follow_afresh(&edge), to(HERE));
    let (answer, lost) = run(Isolate::new(&edge).handle(Ask::delete("docs")));
    drop(lost);
    assert_eq!((answer.code(), cached_commits(&edge), follow_afresh(&edge)), (204, Some(1), to(HERE)));
    edge.wait_seconds(61);
    assert_eq!((follow_afresh(&edge), cached_commits(&edge)), (ended(), Some(2)));
}

#[test]
fn create_crash_before_record_leaves_tag_marker() {
    let edge = empty_edge();
    let tagged = || Ask::create(&json!({"target": HERE, "alias": "docs", "tags": ["x"]}));
    die_at(&edge, StoreStep::Write, tagged());
    assert_eq!((count(&edge, "tag/hop.example/x"), count(&edge, "by-tag/"), stored_links(&edge).len()), (1, 1, 0));
    check_list(&edge);
    assert_eq!(ask(&edge, tagged()), 201, "the alias is still free");
    assert_eq!((count(&edge, "tag/hop.example/x"), stored_links(&edge).len()), (1, 1), "a tag marker is written once");
    check_list(&edge);
}

#[test]
fn edit_crash_before_record_leaves_unnamed_version() {
    let edge = one_link();
    die_at(&edge, StoreStep::Write, edit("https://example.com/lost"));
    assert_eq!((count(&edge, "history/"), stored_links(&edge)["docs"].version), (1, 1));
    assert_eq!(listed_history(&edge, "docs"), [(1, HERE.into())]);
    assert_eq!(ask(&edge, edit(THERE)), 200);
    assert_eq!((count(&edge, "history/"), follow_afresh(&edge)), (2, to(THERE)));
    assert_eq!(listed_history(&edge, "docs"), [(2, THERE.into()), (1, HERE.into())]);
}

#[test]
fn edit_crash_before_response_keeps_the_edit() {
    let edge = one_link();
    die_at(&edge, StoreStep::Answer, edit(THERE));
    assert_eq!((follow_afresh(&edge), stored_links(&edge)["docs"].version), (to(THERE), 2));
    assert_eq!(listed_history(&edge, "docs"), [(2, THERE.into()), (1, HERE.into())]);
}

#[test]
fn edit_crash_before_cleanup_leaves_old_versions() {
    let edge = one_link();
    let target = |version: usize| format!("https://example.com/{version}");
    let edit_up_to =
        |versions: std::ops::RangeInclusive<usize>| versions.for_each(|version| assert_eq!(ask(&edge, edit(&target(version))), 200));
    edit_up_to(2..=55);
    die_at(&edge, StoreStep::RemoveKey, edit(&target(56)));
    assert_eq!((count(&edge, "history/"), stored_links(&edge)["docs"].version), (55, 56));
    let latest: Vec<_> = (7..=56).rev().map(|version| (version as u64, target(version))).collect();
    assert_eq!(listed_history(&edge, "docs"), latest);
    edit_up_to(57..=64);
    assert_eq!(count(&edge, "history/"), 51, "the fifty that are shown, and the one just written");
}

#[test]
fn rename_crash_before_claim_changes_nothing() {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::Write, 1, rename(true));
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge)["docs"].version), (to(HERE), missing(), 1));
    assert_eq!(listed_history(&edge, "docs"), [(1, HERE.into())]);
    check_list(&edge);
    assert_eq!(ask(&edge, rival_of_the_move()), 201, "the new alias is still free");
    check_list(&edge);
}

#[test]
fn rename_crash_before_forwarding_record_keeps_old_alias() {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::Write, 2, rename(true));
    assert!(has_pending_move(&edge));
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge)["docs"].version), (to(HERE), missing(), 1));
    assert_eq!(ask(&edge, Ask::show("new")), 404, "a pending move is not visible");
    check_list(&edge);
    assert_eq!(ask(&edge, edit(THERE)), 200);
    assert_eq!(listed_history(&edge, "docs"), [(2, THERE.into()), (1, HERE.into())]);
    assert_eq!(ask(&edge, rename(true)), 200, "the same move does not wait");
    assert_eq!((visit(&edge, "new"), listed_history(&edge, "new").len()), (to(THERE), 3));
    check_list(&edge);
}

#[test]
fn abandoned_move_frees_its_alias_after_a_minute() {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::Write, 2, rename(true));
    edge.wait_seconds(60);
    assert_eq!(run(Isolate::new(&edge).ask(rival_of_the_move())).problem(), "alias_taken", "the move may still complete");
    edge.wait_seconds(1);
    assert_eq!(ask(&edge, rival_of_the_move()), 201);
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge).len()), (to(HERE), to(THERE), 2));
    check_list(&edge);
}

#[test]
fn takeover_crash_before_claim_keeps_old_alias() {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::Write, 2, rename(true));
    edge.wait_seconds(61);
    // The first write is refused, the second aborts the move, the third would be the claim.
    die_at_nth(&edge, StoreStep::Write, 3, rival_of_the_move());
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge).len()), (to(HERE), missing(), 1));
    check_list(&edge);
    assert_eq!(ask(&edge, rival_of_the_move()), 201);
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new")), (to(HERE), to(THERE)));
    check_list(&edge);
}

#[test]
fn rename_crash_before_removals_leaves_unconfirmed_entries() {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::RemoveKey, 1, rename(true));
    assert_eq!((index_entries(&edge), visit(&edge, "docs"), visit(&edge, "new")), (2, to(HERE), to(HERE)));
    assert_eq!(stored_links(&edge).keys().collect::<Vec<_>>(), ["new"]);
    check_list(&edge);
}

#[test]
fn rename_crash_before_finalization_recovers() {
    let edge = one_link();
    die_unanswered(&edge, StoreStep::Write, 3, rename(true));
    assert!(has_pending_move(&edge));
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge)["new"].version), (to(HERE), to(HERE), 2));
    assert_eq!(listed_history(&edge, "new"), [(2, HERE.into()), (1, HERE.into())]);
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(rival_of_the_move())).problem(), "alias_taken");
    edge.wait_seconds(61);
    assert_eq!(run(Isolate::new(&edge).ask(rival_of_the_move())).problem(), "alias_taken", "a departed move never expires");
    assert_eq!(ask(&edge, Ask::change("new", &json!({"title": "T"}))), 200);
    assert!(!has_pending_move(&edge), "the next edit finalizes the move");
    check_list(&edge);
}

#[test]
fn rename_crash_before_response_leaves_stale_cache() {
    let edge = one_link().without_ledger();
    follow_afresh(&edge);
    die_unanswered(&edge, StoreStep::GetMany, 2, rename(false));
    assert!(!has_pending_move(&edge));
    assert_eq!((follow_afresh(&edge), visit(&edge, "new"), stored_links(&edge)["new"].version), (to(HERE), to(HERE), 2));
    assert_eq!(ask(&edge, rename(false)), 404, "the link is no longer at the old alias");
    check_list(&edge);
    edge.wait_seconds(601);
    follow_afresh(&edge);
    assert_eq!((follow_afresh(&edge), visit(&edge, "new")), (ended(), to(HERE)));
}

#[test]
fn refused_rename_crash_leaves_pending_move() {
    let edge = one_link();
    let isolate = Isolate::new(&edge);
    // The claim is the first write. Another request edits the link before the second, which would be the forwarding
    // record.
    let trace = plan(&edge, Plan::LateAt(StoreStep::Write, 2));
    let mut moving = pin!(isolate.handle(rename(true)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(moving.as_mut().poll(&mut context).is_pending() && trace.count(|step| step == StoreStep::Write) == 2);
    clear_faults(&edge);
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"title": "T"}))), 200);
    plan(&edge, Plan::From(0, None));
    let (answer, _lost) = run(moving);
    clear_faults(&edge);
    assert_eq!(answer.code(), 503);
    assert!(has_pending_move(&edge));
    assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge)["docs"].version), (to(HERE), missing(), 2));
    check_list(&edge);
    edge.wait_seconds(61);
    assert_eq!(ask(&edge, rival_of_the_move()), 201);
    check_list(&edge);
}

fn erase() -> Ask {
    Ask::remove("/api/v1/links/docs?erase=true")
}

/// The number of keys other than alias records and audit events.
fn remnants(edge: &MemoryEdge) -> usize {
    edge.records.keys().iter().filter(|key| !["link/", "audit/"].iter().any(|apart| key.as_str().starts_with(apart))).count()
}

#[test]
fn erase_crash_before_first_record_changes_nothing() {
    let edge = one_link();
    die_at(&edge, StoreStep::Write, erase());
    assert_eq!((stored_links(&edge)["docs"].version, follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
}

#[test]
fn erase_crash_before_removals_recovers() {
    let edge = one_link();
    die_at(&edge, StoreStep::RemoveKey, erase());
    assert_eq!((stored_links(&edge).len(), remnants(&edge), follow_afresh(&edge)), (0, 2, ended()));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).problem(), "alias_retired");
    assert_eq!((run(Isolate::new(&edge).ask(erase())).code(), remnants(&edge)), (204, 0));
}

#[test]
fn erase_crash_before_second_record_recovers() {
    let edge = one_link();
    die_at(&edge, StoreStep::Answer, erase());
    assert_eq!((stored_links(&edge).len(), remnants(&edge), follow_afresh(&edge)), (0, 0, ended()));
    assert_eq!(run(Isolate::new(&edge).ask(erase())).code(), 204);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201);
}

/// An edge with the link `docs`, whose move to `new` crashed before its forwarding record.
fn crashed_move() -> MemoryEdge {
    let edge = one_link();
    die_at_nth(&edge, StoreStep::Write, 2, rename(true));
    edge
}

/// The number of records that contain `target`, apart from audit events.
fn records_with(edge: &MemoryEdge, target: &str) -> usize {
    let holds = |key: &Key| edge.records.peek(key).is_some_and(|record| String::from_utf8_lossy(&record.value).contains(target));
    edge.records.keys().iter().filter(|key| !key.as_str().starts_with("audit/") && holds(key)).count()
}

/// Repeats the erasure until nothing of the link is left.
fn erase_until_done(edge: &MemoryEdge) {
    assert!((0..3).any(|_| ask(edge, erase()) == 204), "the erasure never ends");
    assert_eq!((remnants(edge), records_with(edge, HERE)), (0, 0));
    check_list(edge);
}

#[test]
fn erase_crash_before_revert_recovers() {
    let edge = crashed_move();
    die_at_nth(&edge, StoreStep::Write, 2, erase());
    assert_eq!((stored_links(&edge).len(), follow_afresh(&edge), has_pending_move(&edge)), (0, ended(), true));
    erase_until_done(&edge);
    assert_eq!(ask(&edge, rival_of_the_move()), 201);
    check_list(&edge);
}

#[test]
fn erase_crash_after_revert_recovers() {
    let edge = crashed_move();
    assert_eq!(ask(&edge, erase()), 503, "the claim was reverted, and the version is left");
    assert_eq!((stored_links(&edge).len(), follow_afresh(&edge), has_pending_move(&edge)), (0, ended(), false));
    die_at_nth(&edge, StoreStep::Write, 1, erase());
    erase_until_done(&edge);
}

#[test]
fn erase_crash_before_response_leaves_nothing() {
    let edge = one_link();
    let steps = watch(&edge);
    assert_eq!(run(Isolate::new(&edge).handle(erase())).0.code(), 204);
    let answer = steps.steps().len() - 1;
    let edge = one_link();
    plan(&edge, Plan::From(answer, None));
    assert_eq!(run(Isolate::new(&edge).handle(erase())).0.code(), 503);
    clear_faults(&edge);
    assert_eq!((remnants(&edge), run(Isolate::new(&edge).ask(erase())).code()), (0, 404));
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201);
}

/// A creation with an idempotency key: it claims the key, makes the link, and stores its answer.
fn create_once() -> Ask {
    create().once("k")
}

/// Sends a request whose writer dies at the `nth` step of its kind, whatever its answer is.
fn die_unanswered(edge: &MemoryEdge, step: StoreStep, nth: usize, ask: Ask) {
    let trace = plan(edge, Plan::FromNth(step, nth));
    let (_answer, _lost) = run(Isolate::new(edge).handle(ask));
    clear_faults(edge);
    assert!(trace.count(|reached| reached == step) >= nth, "the request never reached {step:?} number {nth}");
}

#[test]
fn keyed_crash_before_claim_leaves_key_free() {
    let edge = empty_edge();
    die_at_nth(&edge, StoreStep::Write, 1, create_once());
    assert!(edge.records.keys().is_empty());
    assert_eq!((ask(&edge, create_once()), stored_links(&edge).len()), (201, 1));
}

#[test]
fn keyed_crash_during_work_retries_after_a_minute() {
    let edge = empty_edge();
    die_at_nth(&edge, StoreStep::Write, 2, create_once());
    assert_eq!((count(&edge, "once/"), stored_links(&edge).len()), (1, 0));
    edge.wait_seconds(59);
    assert_eq!(run(Isolate::new(&edge).ask(create_once())).problem(), "idempotency_in_flight", "the first writer may be slow");
    edge.wait_seconds(1);
    assert_eq!((ask(&edge, create_once()), index_entries(&edge)), (201, 2), "the first try left an index entry");
    check_list(&edge);
}

#[test]
fn keyed_crash_before_storing_answer_finds_its_work() {
    let edge = empty_edge();
    die_unanswered(&edge, StoreStep::Write, 3, create_once());
    let made = stored_links(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(create_once())).problem(), "idempotency_in_flight");
    edge.wait_seconds(60);
    let again = run(Isolate::new(&edge).ask(create_once()));
    assert_eq!((again.code(), &again.json()["id"], stored_links(&edge)), (201, &json!(made["docs"].id), made));
    check_list(&edge);
}

#[test]
fn keyed_crash_before_response_replays_stored_answer() {
    let edge = empty_edge();
    die_unanswered(&edge, StoreStep::Answer, 3, create_once());
    let made = stored_links(&edge);
    assert_eq!(ask(&edge, Ask::delete("docs")), 204);
    let again = run(Isolate::new(&edge).ask(create_once()));
    assert_eq!((again.code(), &again.json()["id"], &again.json()["state"]), (201, &json!(made["docs"].id), &json!("live")));
    assert_eq!(stored_links(&edge)["docs"].version, 2, "the work is not repeated");
}

/// A limit of two, and random numbers that try the same tickets each time.
const TWO: u64 = 2;
const DRAWS: RandomBytes = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn counter_key() -> Key {
    Key::rate("test", "x", 1)
}

/// Takes one of two, from a counter and from tickets.
fn take(edge: &MemoryEdge) -> [Option<Take>; 2] {
    let (counter, tickets) = (counter_key(), Key::rate("test", "y", 1));
    let outcomes =
        [run(edge.records.take(&counter, TWO, None)).ok(), run(tickets::take(&edge.records, &tickets, TWO, None, Ok(DRAWS))).ok()];
    outcomes.map(|outcome| Some(outcome?.take))
}

fn takes(edge: &MemoryEdge) -> Vec<[Option<Take>; 2]> {
    (0..3).map(|_| take(edge)).collect()
}

#[test]
fn take_crash_before_count_takes_nothing() {
    let edge = empty_edge();
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    assert_eq!(take(&edge), [None; 2]);
    clear_faults(&edge);
    assert_eq!(takes(&edge), [[Some(Take::Granted); 2], [Some(Take::Granted); 2], [Some(Take::Exhausted); 2]]);
}

#[test]
fn take_crash_before_response_loses_one_click() {
    let edge = empty_edge();
    plan(&edge, Plan::Every(StoreStep::Answer, Fault::Fail));
    assert_eq!(take(&edge), [None; 2]);
    clear_faults(&edge);
    assert_eq!(takes(&edge), [[Some(Take::Granted); 2], [Some(Take::Exhausted); 2], [Some(Take::Exhausted); 2]]);
}

#[test]
fn take_crash_before_exhaustion_marker_recovers() {
    let edge = empty_edge();
    let take = || Some(run(tickets::take(&edge.records, &counter_key(), TWO, None, Ok(DRAWS))).ok()?.take);
    let is_marked = || edge.records.peek(&counter_key()).is_some();
    assert_eq!([take(), take()], [Some(Take::Granted); 2]);
    // Two tickets are refused, then the exhaustion marker is written.
    plan(&edge, Plan::FromNth(StoreStep::Write, 3));
    assert_eq!((take(), is_marked()), (Some(Take::Exhausted), false));
    clear_faults(&edge);
    assert_eq!((take(), is_marked()), (Some(Take::Exhausted), true));
    assert_eq!(run(edge.records.scan(&Prefix::tickets(&counter_key()), None, 10)).map(|page| page.keys.len()), Ok(2));
}
