//! Moves: a link is always at exactly one alias, despite crashes and concurrent requests.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::support::audit::{check_list, clicks, stored_links};
use crate::support::client::Answer;
use crate::support::replay::{for_seeds, slow};
use crate::support::sample_link::{HERE, THERE, create, ended, missing, status_and_location, to};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, DELAYS, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, Faults, MemoryEdge, Random, StoreStep};
use serde_json::{Value, json};

fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    assert_eq!(ask(&edge, create()).code(), 201);
    edge
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn rename(from: &str, to: &str, keep: bool) -> Ask {
    Ask::change(from, &json!({"alias": to, "keep_old_alias": keep}))
}

fn visit(edge: &MemoryEdge, alias: &str) -> (u16, String) {
    status_and_location(&ask(edge, Ask::visit(alias)))
}

#[test]
fn moved_link_keeps_its_data() {
    let edge = world(CommitMode::Transaction);
    let before = ask(&edge, Ask::show("docs")).json();
    assert_eq!(visit(&edge, "docs"), to(HERE));
    let moved = ask(&edge, Ask::change("docs", &json!({"alias": "new", "title": "T"})));
    assert_eq!((moved.code(), moved.header("etag")), (200, "\"2\""));
    let moved = moved.json();
    assert_eq!((&moved["alias"], &moved["short_url"], &moved["title"]), (&json!("new"), &json!("https://hop.example/new"), &json!("T")));
    for field in ["id", "created_at", "target"] {
        assert_eq!(moved[field], before[field], "{field}");
    }
    assert_eq!(moved["clicks"]["humans"], 1);
    assert_eq!((visit(&edge, "new"), visit(&edge, "docs")), (to(HERE), ended()));
    let old = ask(&edge, Ask::show("docs"));
    assert_eq!((old.code(), old.json()["detail"].as_str()), (404, Some("The link of this alias has moved to \"new\".")));
    assert_eq!(ask(&edge, create()).problem(), "alias_retired");
    check_list(&edge);
}

#[test]
fn forwarding_alias_redirects_to_the_current_target() {
    let edge = world(CommitMode::Transaction);
    for (from, alias) in [("docs", "b"), ("b", "c")] {
        assert_eq!(ask(&edge, rename(from, alias, true)).code(), 200);
    }
    for alias in ["docs", "b", "c"] {
        assert_eq!(visit(&edge, alias), to(HERE));
    }
    let id = stored_links(&edge)["c"].id.clone();
    assert_eq!(clicks(&edge, &id), 3, "clicks by any alias count for the link");
    assert_eq!(ask(&edge, Ask::change("c", &json!({"target": THERE}))).code(), 200);
    for alias in ["docs", "b", "c"] {
        assert_eq!(visit(&edge, alias), to(THERE), "{alias}");
    }
    assert_eq!(ask(&edge, create()).problem(), "alias_taken", "a forwarding alias is taken");
    assert_eq!(ask(&edge, Ask::delete("docs")).code(), 204);
    assert_eq!((visit(&edge, "docs"), visit(&edge, "b")), (ended(), to(THERE)));
    assert_eq!(ask(&edge, create()).problem(), "alias_retired");
    check_list(&edge);
}

#[test]
fn link_moves_back_to_its_old_alias() {
    let edge = world(CommitMode::Transaction);
    for (from, alias) in [("docs", "b"), ("b", "docs"), ("docs", "b")] {
        let moved = ask(&edge, rename(from, alias, true));
        assert_eq!(moved.code(), 200, "{}", moved.json());
        assert_eq!((visit(&edge, "docs"), visit(&edge, "b")), (to(HERE), to(HERE)));
        check_list(&edge);
    }
}

#[test]
fn retired_alias_is_taken_only_with_reuse() {
    let edge = world(CommitMode::Transaction);
    let other = json!({"target": THERE, "alias": "other"});
    assert_eq!(ask(&edge, Ask::create(&other)).code(), 201);
    assert_eq!(ask(&edge, Ask::delete("other")).code(), 204);
    assert_eq!(visit(&edge, "other"), ended());
    assert_eq!(ask(&edge, rename("docs", "other", false)).problem(), "alias_retired");
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "other", "reuse": true}))).code(), 200);
    assert_eq!((visit(&edge, "other"), visit(&edge, "docs")), (to(HERE), ended()));
    let again = json!({"target": THERE, "alias": "docs", "reuse": true});
    assert_eq!(ask(&edge, Ask::create(&again)).code(), 201);
    assert_eq!((visit(&edge, "docs"), visit(&edge, "other")), (to(THERE), to(HERE)));
    check_list(&edge);
}

#[test]
fn move_without_another_address_is_refused() {
    let edge = world(CommitMode::Transaction);
    for (patch, field) in [
        (json!({"alias": "docs"}), "/alias"),
        (json!({"alias": "docs", "domain": "hop.example"}), "/alias"),
        (json!({"domain": "hop.example"}), "/domain"),
        (json!({"keep_old_alias": true}), "/keep_old_alias"),
        (json!({"reuse": true}), "/reuse"),
    ] {
        let refused = ask(&edge, Ask::change("docs", &patch)).json();
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!(field), &json!("conflicts")), "{patch}");
    }
    let reserved = ask(&edge, rename("docs", "api", true)).json();
    assert_eq!((&reserved["errors"][0]["field"], &reserved["errors"][0]["code"]), (&json!("/alias"), &json!("reserved")));
    assert_eq!(stored_links(&edge)["docs"].version, 1);
}

#[test]
fn moves_after_a_forwarding_alias_are_limited() {
    let edge = world(CommitMode::Transaction);
    let mut from = "docs".to_owned();
    for number in 1..=16 {
        let alias = format!("n{number}");
        assert_eq!(ask(&edge, rename(&from, &alias, number == 1)).code(), 200, "{number}");
        from = alias;
    }
    assert_eq!(visit(&edge, "docs"), to(HERE));
    for _ in 0..2 {
        let refused = ask(&edge, rename(&from, "n17", false)).json();
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("/alias"), &json!("too_many")));
        // The limit counts moves. Whether the first alias still forwards does not matter.
        ask(&edge, Ask::delete("docs"));
    }
}

/// The writer crashes before each step in turn. Then other clients use both aliases.
#[test]
fn move_crash_at_any_step_recovers() {
    for (steps, keep) in [(CommitMode::Transaction, true), (CommitMode::Stepwise, true), (CommitMode::Stepwise, false)] {
        let mut crash_at = 0;
        loop {
            let edge = world(steps);
            let trace = plan(&edge, Plan::From(crash_at, None));
            let (answer, _lost) = run(Isolate::new(&edge).handle(rename("docs", "new", keep)));
            clear_faults(&edge);
            if trace.steps().len() <= crash_at {
                assert_eq!(answer.code(), 200);
                break;
            }
            check_after_crash(&edge, keep, &format!("{steps:?} crash at step {crash_at}"));
            crash_at += 1;
        }
        assert!(crash_at > 5, "a move has more than {crash_at} steps");
    }
}

fn check_after_crash(edge: &MemoryEdge, keep: bool, what: &str) {
    let has_moved = stored_links(edge).contains_key("new");
    assert_eq!(stored_links(edge).len(), 1, "{what}");
    check_list(edge);
    let (docs, new) = (visit(edge, "docs"), visit(edge, "new"));
    match (has_moved, keep) {
        (false, _) => assert_eq!((docs, new), (to(HERE), missing()), "{what}"),
        (true, true) => assert_eq!((docs, new), (to(HERE), to(HERE)), "{what}"),
        (true, false) => assert_eq!((docs, new), (ended(), to(HERE)), "{what}"),
    }
    // Another client claims the new alias. The pending move holds it for a minute; then it is free.
    if has_moved {
        let taken = ask(edge, Ask::create(&json!({"target": THERE, "alias": "new"})));
        assert_eq!(taken.problem(), "alias_taken", "{what}");
        assert_eq!(ask(edge, rename("docs", "new", keep)).code(), 404, "{what}: the link has moved already");
        assert_eq!(ask(edge, rename("new", "docs", true)).code(), 200, "{what}");
        assert_eq!((visit(edge, "docs"), visit(edge, "new")), (to(HERE), to(HERE)), "{what}");
        assert_eq!(ask(edge, Ask::change("docs", &json!({"target": THERE}))).code(), 200, "{what}");
        assert_eq!(visit(edge, "new"), to(THERE), "{what}");
    } else {
        edge.wait_seconds(61);
        assert_eq!(ask(edge, Ask::create(&json!({"target": THERE, "alias": "new"}))).code(), 201, "{what}");
        assert_eq!((visit(edge, "docs"), visit(edge, "new")), (to(HERE), to(THERE)), "{what}");
        assert_eq!(ask(edge, rename("docs", "newer", keep)).code(), 200, "{what}");
    }
    check_list(edge);
}

#[test]
fn retry_completes_a_crashed_move() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for crash_at in 0..12 {
            let edge = world(steps);
            plan(&edge, Plan::From(crash_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle(rename("docs", "new", true)));
            clear_faults(&edge);
            let again = ask(&edge, rename("docs", "new", true));
            let was_moved = stored_links(&edge)["new"].version == 2;
            assert!(again.code() == 200 || (was_moved && again.code() == 404), "{steps:?} {crash_at}: {}", again.json());
            assert_eq!((visit(&edge, "docs"), visit(&edge, "new"), stored_links(&edge).len()), (to(HERE), to(HERE), 1));
            check_list(&edge);
        }
    }
}

/// Polls a request until it waits at the `nth` step of this kind.
fn run_until<T>(edge: &MemoryEdge, request: &mut Client<'_, T>, step: StoreStep, nth: usize) {
    let trace = plan(edge, Plan::LateAt(step, nth));
    assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(trace.count(|one| one == step), nth);
    clear_faults(edge);
}

/// Checks that only `alias` has the link, and that `docs` redirects to it.
fn check_only_at(edge: &MemoryEdge, alias: &str) {
    assert_eq!(stored_links(edge).into_keys().collect::<Vec<_>>(), [alias]);
    assert_eq!((visit(edge, "docs"), visit(edge, alias)), (to(HERE), to(HERE)));
    check_list(edge);
}

/// An edge on which a move of `docs` to `new` has crashed before its departure, a second ago.
fn crashed_move(steps: CommitMode) -> MemoryEdge {
    let edge = world(steps);
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    let (_, _lost) = run(Isolate::new(&edge).handle(rename("docs", "new", true)));
    clear_faults(&edge);
    edge.wait_seconds(1);
    edge
}

/// A request aborts the pending move of another one, which a third request then continues under the same move id.
#[test]
fn aborted_move_that_is_continued_keeps_the_link() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = crashed_move(steps);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let other_move = Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true, "title": "another"}));
        let mut aborting = Box::pin(isolates[0].ask_beside_others(other_move)) as Client<'_, Answer>;
        // It has rewritten the record of `docs` and is about to claim `new`.
        run_until(&edge, &mut aborting, StoreStep::Write, 2);
        edge.wait_seconds(1);
        let mut continuing = Box::pin(isolates[1].ask_beside_others(rename("docs", "new", true))) as Client<'_, Answer>;
        // It has claimed `new` and is about to write the forwarding record.
        run_until(&edge, &mut continuing, StoreStep::Write, 2);
        // The claim of the first request is refused. It is about to write again.
        run_until(&edge, &mut aborting, StoreStep::Write, 1);
        // The second request has written the forwarding record and is about to finalize the move.
        run_until(&edge, &mut continuing, StoreStep::Write, 1);
        let codes = [run(aborting).code(), run(continuing).code()];
        check_only_at(&edge, "new");
        assert_eq!(codes, [404, 200], "{steps:?}");
    }
}

/// Two requests continue a crashed move. One of them fails and reverts its claim, while the other is about to commit its
/// forwarding record.
#[test]
fn reverted_claim_of_a_continued_move_keeps_the_link() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = crashed_move(steps);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let mut slow = Box::pin(isolates[0].ask_beside_others(rename("docs", "new", true))) as Client<'_, Answer>;
        // It is about to claim `new`.
        run_until(&edge, &mut slow, StoreStep::Write, 1);
        assert_eq!(ask(&edge, Ask::change("docs", &json!({"title": null}))).code(), 200);
        edge.wait_seconds(1);
        let mut other = Box::pin(isolates[1].ask_beside_others(rename("docs", "new", true))) as Client<'_, Answer>;
        // It has claimed `new` and is about to write the forwarding record.
        run_until(&edge, &mut other, StoreStep::Write, 2);
        // The slow request has replaced this claim, its forwarding record was refused, and it has written once more.
        run_until(&edge, &mut slow, StoreStep::Write, 4);
        let codes = [run(other).code(), run(slow).code()];
        check_only_at(&edge, "new");
        assert!(codes.contains(&200), "{steps:?}: {codes:?}");
    }
}

/// Two requests continue a crashed move. One is slow, and the link has moved on meanwhile.
#[test]
fn late_continued_move_does_not_duplicate_the_link() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = crashed_move(steps);
        let isolate = Isolate::new(&edge);
        let mut slow = Box::pin(isolate.ask_beside_others(rename("docs", "new", true))) as Client<'_, Answer>;
        // It is about to claim `new`.
        run_until(&edge, &mut slow, StoreStep::Write, 1);
        edge.wait_seconds(1);
        assert_eq!(ask(&edge, rename("docs", "new", true)).code(), 200);
        assert_eq!(ask(&edge, rename("new", "newer", true)).code(), 200);
        let answer = run(slow);
        check_only_at(&edge, "newer");
        assert_eq!(answer.code(), 404, "{steps:?}");
    }
}

/// Another request moves the link to the same alias and back while this one claims it.
#[test]
fn link_is_not_refused_its_own_alias() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(steps);
        let isolate = Isolate::new(&edge);
        let mut moving = Box::pin(isolate.ask_beside_others(rename("docs", "new", true))) as Client<'_, Answer>;
        // It is about to claim `new`.
        run_until(&edge, &mut moving, StoreStep::Write, 1);
        assert_eq!(ask(&edge, rename("docs", "new", true)).code(), 200);
        // It has found the link itself at `new`.
        run_until(&edge, &mut moving, StoreStep::Get, 2);
        assert_eq!(ask(&edge, rename("new", "docs", true)).code(), 200);
        let answer = run(moving);
        assert_eq!(answer.code(), 200, "{steps:?} {}", answer.json());
        check_only_at(&edge, "new");
    }
}

/// The deleted link of the new alias is restored while the move is pending. Both links stay at their aliases.
#[test]
fn restoring_a_deleted_link_stops_a_pending_move() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(steps);
        assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "other"}))).code(), 201);
        assert_eq!(ask(&edge, Ask::delete("other")).code(), 204);
        let isolate = Isolate::new(&edge);
        // The first write is the claim, the second would be the departure.
        let trace = plan(&edge, Plan::LateAt(StoreStep::Write, 2));
        let mut moving = pin!(isolate.handle(Ask::change("docs", &json!({"alias": "other", "reuse": true}))));
        assert!(moving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(trace.count(|step| step == StoreStep::Write), 2);
        clear_faults(&edge);
        assert_eq!(ask(&edge, Ask::restore("other")).code(), 200);
        let (answer, _) = run(moving);
        assert_eq!(answer.problem(), "alias_taken");
        assert_eq!((visit(&edge, "docs"), visit(&edge, "other"), stored_links(&edge).len()), (to(HERE), to(THERE), 2));
        check_list(&edge);
    }
}

/// A link moves from `there` to an alias whose record says that its link moved to `there`.
#[test]
fn link_replaces_a_forwarding_record_pointing_at_it() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(steps);
        assert_eq!(ask(&edge, rename("docs", "there", false)).code(), 200);
        assert_eq!(ask(&edge, Ask::delete("there")).code(), 204);
        assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "there", "reuse": true}))).code(), 201);
        let back = ask(&edge, Ask::change("there", &json!({"alias": "docs", "reuse": true})));
        assert_eq!((back.code(), back.json()["target"].clone()), (200, json!(THERE)), "{}", back.json());
        check_list(&edge);
    }
}

#[test]
fn forwarding_can_end_while_link_moves_back() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(steps);
        assert_eq!(ask(&edge, rename("docs", "new", true)).code(), 200);
        let isolate = Isolate::new(&edge);
        // The first write is the claim, the second would be the departure.
        let trace = plan(&edge, Plan::LateAt(StoreStep::Write, 2));
        let mut moving = pin!(isolate.handle(Ask::change("new", &json!({"alias": "docs"}))));
        assert!(moving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(trace.count(|step| step == StoreStep::Write), 2);
        clear_faults(&edge);
        assert_eq!(ask(&edge, Ask::delete("docs")).code(), 204);
        assert_eq!((visit(&edge, "docs"), visit(&edge, "new")), (ended(), to(HERE)));
        let (answer, after) = run(moving);
        run(isolate.app.finish(&edge, after));
        assert_eq!(answer.code(), 200, "the move is retried: {}", answer.json());
        assert_eq!((visit(&edge, "docs"), stored_links(&edge).len()), (to(HERE), 1));
        check_list(&edge);
    }
}

#[test]
fn forwarding_never_reaches_another_link() {
    let edge = world(CommitMode::Transaction);
    assert_eq!(ask(&edge, rename("docs", "one", true)).code(), 200);
    assert_eq!(ask(&edge, rename("one", "two", false)).code(), 200);
    assert_eq!(visit(&edge, "docs"), to(HERE));
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "one", "reuse": true}))).code(), 201);
    assert_eq!((visit(&edge, "docs"), visit(&edge, "one"), visit(&edge, "two")), (ended(), to(THERE), to(HERE)));
}

#[test]
fn deleted_link_is_listed_until_move_completes() {
    let edge = world(CommitMode::Stepwise);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": "gone", "tags": ["x"]}))).code(), 201);
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "gone", "reuse": true}))).code(), 503);
    clear_faults(&edge);
    for query in ["state=deleted", "state=deleted&tag=x", "state=deleted&prefix=go"] {
        let list = ask(&edge, Ask::list(&format!("/api/v1/links?{query}"))).json();
        assert_eq!(list["items"][0]["alias"], "gone", "{query}: {list}");
    }
    edge.wait_seconds(61);
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "gone", "reuse": true}))).code(), 200);
    let index_entries = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("by-tag/")).count();
    assert_eq!(index_entries, 0, "the index entries of the deleted link remain");
    check_list(&edge);
}

/// A random request for one of three aliases.
fn random_request(random: &mut Random) -> Ask {
    let names = ["docs", "b", "c"];
    let (from, onto) = (names[random.below(3)], names[random.below(3)]);
    match random.below(6) {
        0 | 1 => rename(from, onto, random.below(2) == 0),
        2 => Ask::change(from, &json!({"alias": onto, "reuse": true})),
        3 => Ask::change(from, &json!({"title": "T"})),
        4 => Ask::delete(from),
        _ => Ask::restore(from),
    }
}

#[test]
fn moving_link_is_at_exactly_one_alias() {
    for_seeds("rename", "moving_link_is_at_exactly_one_alias", 1_500, |seed| {
        let mut random = Random::new(seed);
        let steps = if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise };
        let edge = world(steps);
        let id = stored_links(&edge)["docs"].id.clone();
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, [DELAYS, store_faults::DELAYS_AND_FAILURES, store_faults::ALL_FAULTS][random.below(3)], seed);
        let count = 2 + random.below(4);
        let clients: Vec<_> = (0..count)
            .map(|client| {
                let requests: Vec<Ask> = (0..1 + random.below(3)).map(|_| random_request(&mut random)).collect();
                let isolate = &isolates[client % 2];
                Box::pin(async move {
                    for request in requests {
                        let answer = isolate.ask(request).await;
                        assert_ne!(answer.code(), 500, "{}", String::from_utf8_lossy(&answer.body));
                    }
                }) as Client<'_, ()>
            })
            .collect();
        Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        edge.wait_seconds(120);
        let aliases: Vec<String> = stored_links(&edge).into_iter().filter(|(_, link)| link.id == id).map(|(alias, _)| alias).collect();
        assert_eq!(aliases.len(), 1, "the link is at {aliases:?}");
        check_list(&edge);
        let shown = ask(&edge, Ask::show(&aliases[0])).json();
        assert_eq!(shown["id"], Value::from(id));
        // The link can still be moved.
        ask(&edge, Ask::restore(&aliases[0]));
        assert_eq!(ask(&edge, rename(&aliases[0], "last", true)).code(), 200);
        assert_eq!(visit(&edge, "last"), to(HERE));
        check_list(&edge);
    });
}

/// Delays each read and each guarded write by one turn.
struct OneTurnDelay;

impl Faults for OneTurnDelay {
    fn next(&mut self, step: StoreStep) -> Fault {
        if matches!(step, StoreStep::Get | StoreStep::GetMany | StoreStep::Write) { Fault::Late(1) } else { Fault::None }
    }
}

/// Enumerates the orders of two clients' steps with a limited number of switches between clients that are both ready.
struct Schedule {
    max_switches: usize,
    switches: Vec<bool>,
    turn: usize,
}

impl Schedule {
    /// Runs both clients to their ends.
    fn run<T>(&mut self, clients: [Client<'_, T>; 2]) -> [T; 2] {
        let (mut clients, mut outputs) = (clients.map(Some), [const { None }; 2]);
        let mut current = 0;
        self.turn = 0;
        while clients.iter().any(Option::is_some) {
            if clients.iter().all(Option::is_some) {
                current ^= usize::from(self.switches_now());
            } else {
                current = usize::from(clients[0].is_none());
            }
            if let Some(client) = &mut clients[current]
                && let Poll::Ready(output) = client.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                (outputs[current], clients[current]) = (Some(output), None);
            }
        }
        outputs.map(|output| output.expect("both clients are ready"))
    }

    fn switches_now(&mut self) -> bool {
        if self.turn == self.switches.len() {
            self.switches.push(false);
        }
        self.turn += 1;
        self.switches[self.turn - 1]
    }

    /// Goes to the next order; false if there is none.
    fn advance(&mut self) -> bool {
        self.switches.truncate(self.turn);
        while let Some(switches) = self.switches.pop() {
            if !switches && self.switches.iter().filter(|switches| **switches).count() < self.max_switches {
                self.switches.push(true);
                return true;
            }
        }
        false
    }
}

/// 573 orders in each commit mode; all 19,410 in slow mode.
#[test]
fn one_of_two_concurrent_moves_succeeds() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let mut schedule = Schedule { max_switches: if slow() { usize::MAX } else { 4 }, switches: Vec::new(), turn: 0 };
        let mut wins = [0, 0];
        loop {
            let edge = world(steps);
            let id = stored_links(&edge)["docs"].id.clone();
            let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
            edge.records.set_faults(Box::new(OneTurnDelay));
            let names = ["left", "right"];
            let move_to = |at: usize| Box::pin(isolates[at].ask(rename("docs", names[at], true))) as Client<'_, Answer>;
            let answers = schedule.run([move_to(0), move_to(1)]);
            clear_faults(&edge);
            let codes = answers.each_ref().map(Answer::code);
            let won = usize::from(codes[1] == 200);
            let switches = &schedule.switches;
            assert_eq!((codes[won], codes[1 - won]), (200, 404), "{steps:?} {switches:?}");
            let aliases: Vec<String> = stored_links(&edge).into_iter().filter(|(_, link)| link.id == id).map(|(alias, _)| alias).collect();
            assert_eq!(aliases, [names[won]], "{steps:?} {switches:?}");
            assert_eq!((visit(&edge, "docs"), visit(&edge, names[won])), (to(HERE), to(HERE)));
            assert_eq!(visit(&edge, names[1 - won]), missing());
            wins[won] += 1;
            if !schedule.advance() {
                break;
            }
        }
        assert!(wins.iter().all(|wins| *wins > 100), "{steps:?} {wins:?}");
    }
}
