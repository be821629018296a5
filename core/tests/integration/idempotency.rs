//! Idempotency keys: a request with a key does its work once, despite retries, crashes and concurrent changes.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::task::{Context, Waker};

use crate::support::audit::{StoredLink, check_list, stored_links, text};
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, user};
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use serde_json::{Value, json};

const KEY: &str = "a key of the client's own";
const HERE: &str = "https://example.com/here";
const THERE: &str = "https://example.com/there";
const LINES: &str = "application/x-ndjson";
const DAY: u64 = 24 * 60 * 60;

/// A request that may be retried: its name, how many links it creates, and the status of its success.
struct Command {
    name: &'static str,
    ask: fn() -> Ask,
    makes: usize,
    success: u16,
}

const COMMANDS: [Command; 7] = [
    Command { name: "shorten", ask: || Ask::shorten(HERE), makes: 1, success: 201 },
    Command { name: "create", ask: || Ask::create(&json!({"target": HERE})), makes: 1, success: 201 },
    Command { name: "create by name", ask: || Ask::create(&json!({"target": HERE, "alias": "mine"})), makes: 1, success: 201 },
    Command { name: "reuse", ask: || Ask::create(&json!({"target": HERE, "alias": "gone", "reuse": true})), makes: 1, success: 201 },
    Command { name: "batch", ask: batch, makes: 2, success: 200 },
    Command { name: "import", ask: import, makes: 2, success: 200 },
    Command { name: "import of clicks", ask: import_of_clicks, makes: 1, success: 200 },
];

fn batch() -> Ask {
    Ask::batch(&[
        json!({"op": "create", "link": {"target": HERE}}),
        json!({"op": "update", "alias": "docs", "patch": {"target": THERE, "tags": ["x"]}}),
        json!({"op": "update", "alias": "old", "patch": {"alias": "new", "keep_old_alias": true}}),
        json!({"op": "delete", "alias": "bin", "if_match": 1}),
        json!({"op": "create", "link": {"target": HERE, "alias": "mine"}}),
    ])
}

fn import() -> Ask {
    Ask::import("", LINES, format!("{{\"target\":\"{HERE}\"}}\n{{\"target\":\"{HERE}\",\"alias\":\"mine\"}}\n"))
}

fn import_of_clicks() -> Ask {
    Ask::import("", LINES, format!("{{\"target\":\"{HERE}\",\"alias\":\"mine\",\"clicks\":{{\"humans\":7}}}}\n"))
}

/// Links to change, to move and to delete, and a deleted one.
fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    for alias in ["docs", "old", "bin", "gone"] {
        assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": alias}))).code(), 201);
    }
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    edge
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// The links that did not exist before.
fn made(edge: &MemoryEdge, before: &BTreeMap<String, StoredLink>) -> BTreeMap<String, StoredLink> {
    let was = |link: &StoredLink| before.values().any(|known| known.id == link.id);
    stored_links(edge).into_iter().filter(|(_, link)| !was(link)).collect()
}

/// Status, body and headers of a response, without the request id.
fn comparable(answer: &Answer) -> (u16, String, BTreeMap<String, String>) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    (answer.code(), String::from_utf8_lossy(&answer.body).into_owned(), headers.collect())
}

/// Checks that a command took effect exactly once.
fn check_done(command: &Command, edge: &MemoryEdge, before: &BTreeMap<String, StoredLink>) {
    let made = made(edge, before);
    assert_eq!(made.len(), command.makes, "{made:?}");
    assert!(made.values().all(|link| link.target == HERE && link.live && link.version == 1), "{made:?}");
    let now = stored_links(edge);
    if command.name == "batch" {
        let docs = StoredLink { target: THERE.into(), version: 2, ..before["docs"].clone() };
        assert_eq!((&now["docs"], now["new"].version, &now["new"].id), (&docs, 2, &before["old"].id));
        assert_eq!((now["bin"].version, now["bin"].live), (2, false));
    }
    if command.name == "import of clicks" {
        let shown = run(Isolate::new(edge).ask(Ask::show("mine"))).json();
        assert_eq!(shown["clicks"]["humans"], 7);
    }
    check_list(edge);
}

#[test]
fn retry_gets_first_response_despite_later_changes() {
    for command in &COMMANDS {
        for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
            let edge = world(steps);
            let before = stored_links(&edge);
            let first = ask(&edge, (command.ask)().once(KEY));
            assert_eq!(first.code(), command.success, "{}: {}", command.name, first.json());
            assert_eq!(ask(&edge, Ask::list("/api/v1/links")).code(), 200);
            check_done(command, &edge, &before);
            for alias in stored_links(&edge).keys() {
                ask(&edge, Ask::change(alias, &json!({"title": "changed since"})));
                ask(&edge, Ask::delete(alias));
            }
            edge.wait_seconds(DAY - 1);
            let keys = edge.records.keys();
            let again = ask(&edge, (command.ask)().once(KEY));
            assert_eq!(comparable(&again), comparable(&first), "{}", command.name);
            assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
            assert_eq!(edge.records.keys(), keys, "{}", command.name);
        }
    }
}

#[test]
fn requests_without_key_are_independent() {
    let edge = MemoryEdge::new(1);
    for _ in 0..3 {
        assert_eq!(ask(&edge, Ask::shorten(HERE)).code(), 201);
    }
    assert_eq!(stored_links(&edge).len(), 3);
    assert!(!edge.records.keys().iter().any(|key| key.as_str().starts_with("once/")));
}

#[test]
fn key_reused_for_another_request_is_refused() {
    let edge = MemoryEdge::new(1);
    let csv = format!("target\n{HERE}\n");
    assert_eq!(ask(&edge, Ask::import("?dry_run=true", "text/csv", csv.clone()).once(KEY)).code(), 200);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": HERE})).once(KEY)).code(), 201);
    let count = stored_links(&edge).len();
    for other in [
        Ask::create(&json!({"target": THERE})),
        Ask::create(&json!({"target": HERE, "alias": null})),
        Ask::import("", "text/csv", csv.clone()),
        Ask::import("?dry_run=true", LINES, csv.clone()),
        Ask::import("?dry_run=true", "text/csv", format!("{csv}\n")),
    ] {
        assert_eq!(
            (ask(&edge, other.again().once(KEY)).problem().as_str(), stored_links(&edge).len()),
            ("idempotency_reused", count),
            "{other:?}"
        );
    }
}

#[test]
fn key_is_scoped_to_route_and_domain() {
    let edge = MemoryEdge::new(1);
    let on_another_domain = || {
        let here = Ask::shorten(HERE);
        Ask { url: here.url.replace("hop.example", "b.example"), ..here }
    };
    for _ in 0..2 {
        for keyed in [
            Ask::shorten(HERE).once(KEY),
            Ask::create(&json!({"target": HERE})).once(KEY),
            on_another_domain().once(KEY),
            import().once(KEY),
            Ask::shorten(HERE).once("another key"),
        ] {
            assert!(ask(&edge, keyed).code() < 300);
        }
        assert_eq!(stored_links(&edge).len(), 6, "one link each, two of the import");
    }
}

#[test]
fn invalid_keys_are_refused() {
    let edge = MemoryEdge::new(1);
    for (key, good) in [
        ("", false),
        ("  ", false),
        (&*"k".repeat(256), false),
        ("a\tb", false),
        ("a\u{1}b", false),
        ("é", false),
        (&*"k".repeat(255), true),
        (" k ", true),
        ("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", true),
    ] {
        let answer = ask(&edge, Ask::shorten(HERE).once(key));
        if good {
            assert_eq!(answer.code(), 201, "{key:?}");
        } else {
            let problem = answer.json();
            assert_eq!((answer.code(), &problem["errors"][0]["field"]), (422, &json!("/Idempotency-Key")), "{key:?}");
        }
    }
    assert_eq!(stored_links(&edge).len(), 3);
    assert_eq!(comparable(&ask(&edge, Ask::shorten(HERE).once("k"))), comparable(&ask(&edge, Ask::shorten(HERE).once(" k "))));
}

#[test]
fn key_without_pepper_is_not_configured() {
    let edge = MemoryEdge::new(1);
    for pepper in [None, Some("short")] {
        let mut settings = vec![("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY)];
        settings.extend(pepper.map(|pepper| ("HOP_PEPPER", pepper)));
        let isolate = Isolate::set_up(&edge, &settings);
        let refused = run(isolate.ask(Ask::shorten(HERE).once(KEY)));
        assert_eq!((refused.code(), refused.problem().as_str(), refused.header("retry-after")), (503, "not_configured", "2"));
        assert!(edge.take_log().join("").contains("HOP_PEPPER"));
        assert_eq!(run(isolate.ask(Ask::shorten(HERE))).code(), 201);
    }
    assert_eq!(stored_links(&edge).len(), 2);
}

#[test]
fn request_in_flight_answers_409() {
    for command in &COMMANDS {
        let edge = world(CommitMode::Stepwise);
        // The claim consists of a read, a write and its response.
        plan(&edge, Plan::From(3, None));
        let (lost, _lost) = run(Isolate::new(&edge).handle((command.ask)().once(KEY)));
        assert!(matches!(lost.code(), 200 | 503), "{}", command.name);
        clear_faults(&edge);
        for wait in [0, 59] {
            edge.wait_seconds(wait);
            let early = ask(&edge, (command.ask)().once(KEY));
            assert_eq!((early.code(), early.problem().as_str(), early.header("retry-after")), (409, "idempotency_in_flight", "2"));
        }
        assert_eq!(ask(&edge, Ask::shorten(HERE).once(KEY)).code() == 201, command.name != "shorten", "the key is free on another route");
        edge.wait_seconds(1);
        assert_eq!(ask(&edge, (command.ask)().once(KEY)).code(), command.success, "{}", command.name);
    }
}

#[test]
fn takeover_holds_the_key_for_another_minute() {
    let edge = world(CommitMode::Stepwise);
    let create = || Ask::create(&json!({"target": HERE})).once(KEY);
    for _ in 0..2 {
        plan(&edge, Plan::From(3, None));
        assert_eq!(run(Isolate::new(&edge).handle(create())).0.code(), 503);
        clear_faults(&edge);
        for wait in [0, 59] {
            edge.wait_seconds(wait);
            assert_eq!(ask(&edge, create()).problem(), "idempotency_in_flight");
        }
        edge.wait_seconds(1);
    }
    assert_eq!(ask(&edge, create()).code(), 201);
}

#[test]
fn refused_request_leaves_its_key_free() {
    let edge = world(CommitMode::Stepwise);
    for refused in [
        Ask::create(&json!({"target": HERE, "alias": "docs"})),
        Ask::create(&json!({"target": "x"})),
        Ask::create(&json!({"target": HERE, "alias": "gone"})),
    ] {
        let code = ask(&edge, refused.again()).code();
        assert_eq!(ask(&edge, refused.once(KEY)).code(), code);
        assert!((400..500).contains(&code));
    }
    edge.wait_seconds(DAY - 10);
    let first = ask(&edge, Ask::create(&json!({"target": HERE})).once(KEY));
    assert_eq!(first.code(), 201);
    edge.wait_seconds(DAY - 10);
    assert_eq!(comparable(&ask(&edge, Ask::create(&json!({"target": HERE})).once(KEY))), comparable(&first));
}

#[test]
fn expired_key_is_free_and_yields_new_ids() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"target": HERE})).once(KEY);
    let first = ask(&edge, create()).json();
    edge.wait_seconds(DAY);
    let second = ask(&edge, create()).json();
    assert!(first["id"] != second["id"] && first["alias"] != second["alias"]);
    assert_eq!(ask(&edge, create()).json(), second);
    edge.wait_seconds(DAY);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE})).once(KEY)).code(), 201);
    assert_eq!(stored_links(&edge).len(), 3);
}

#[test]
fn stored_request_holds_no_secret() {
    let edge = MemoryEdge::new(1);
    let password = "a password to keep";
    let link = json!({"target": HERE, "alias": "mine", "password": password});
    assert_eq!(ask(&edge, Ask::create(&link).once(KEY)).code(), 201);
    assert_eq!(ask(&edge, Ask::batch(&[json!({"op": "update", "alias": "mine", "patch": {"password": password}})]).once(KEY)).code(), 200);
    let lines = format!("{}\n", json!({"target": HERE, "alias": "other", "password": password}));
    assert_eq!(ask(&edge, Ask::import("", LINES, lines).once(KEY)).code(), 200);
    let keys: Vec<_> = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("once/")).collect();
    assert_eq!(keys.len(), 3);
    for key in keys {
        let record = String::from_utf8(edge.records.peek(&key).expect("it is listed").value).expect("JSON");
        for secret in [password, KEY, ADMIN_KEY, PEPPER, "argon2id"] {
            assert!(!record.contains(secret) && !key.as_str().contains(secret), "{secret} is in {record}");
        }
    }
}

/// Crashes before each step in turn, waits until the claim has expired, calls `between`, and retries.
fn crash_at_every_step(
    command: &Command,
    between: impl Fn(&MemoryEdge),
    check: impl Fn(&MemoryEdge, &BTreeMap<String, StoredLink>, &Answer),
) {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for crash_at in 0.. {
            let _guard = OnFailure::print(format!("\n{}, {steps:?}, crash at step {crash_at}\n", command.name));
            let edge = world(steps);
            let before = stored_links(&edge);
            let trace = plan(&edge, Plan::From(crash_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle((command.ask)().once(KEY)));
            let has_finished = trace.steps().len() <= crash_at;
            clear_faults(&edge);
            let made_before = made(&edge, &before);
            check_list(&edge);
            edge.wait_seconds(61);
            between(&edge);
            let again = ask(&edge, (command.ask)().once(KEY));
            check(&edge, &before, &again);
            let now = made(&edge, &before);
            assert!(made_before.iter().all(|(_, link)| now.values().any(|known| known.id == link.id)), "the retry replaced a created link");
            assert_eq!(comparable(&ask(&edge, (command.ask)().once(KEY))), comparable(&again));
            assert_eq!(made(&edge, &before), now);
            if has_finished {
                assert!(crash_at > 5, "{} has more than {crash_at} steps", command.name);
                break;
            }
        }
    }
}

#[test]
fn retry_after_crash_does_the_work_once() {
    for command in &COMMANDS {
        crash_at_every_step(
            command,
            |_| {},
            |edge, before, again| {
                assert_eq!(again.code(), command.success, "{}", again.json());
                check_done(command, edge, before);
                if command.name.contains("import") {
                    assert_eq!((&again.json()["imported"], &again.json()["failed"]), (&json!(command.makes), &json!(0)));
                }
                if command.name == "batch" {
                    let statuses: Vec<_> =
                        again.json()["results"].as_array().expect("results").iter().map(|one| one["status"].clone()).collect();
                    assert_eq!(statuses, [201, 200, 200, 204, 201]);
                }
            },
        );
    }
}

/// Between crash and retry every created link moves away, and another link takes its alias.
#[test]
fn retry_takes_no_alias_claimed_meanwhile() {
    let others = |edge: &MemoryEdge| {
        for (number, (alias, link)) in stored_links(edge).into_iter().enumerate() {
            if link.target != HERE || !link.live {
                continue;
            }
            assert_eq!(ask(edge, Ask::change(&alias, &json!({"alias": format!("moved{number}")}))).code(), 200);
            let rival = json!({"target": THERE, "alias": alias, "reuse": true});
            assert_eq!(ask(edge, Ask::create(&rival)).code(), 201);
        }
    };
    for command in COMMANDS.iter().filter(|command| command.name != "batch") {
        crash_at_every_step(command, others, |edge, before, again| {
            assert_eq!(again.code(), command.success, "{}", again.json());
            let mine: Vec<StoredLink> = made(edge, before).into_values().filter(|link| link.target == HERE).collect();
            assert_eq!(mine.len(), command.makes, "{:?}", stored_links(edge));
            if let Some(id) = again.json().get("id") {
                assert_eq!(text(id), mine[0].id, "the response shows another link");
            }
            check_list(edge);
        });
    }
}

#[test]
fn retry_of_a_crashed_move_loses_no_link() {
    let command = Command {
        name: "rename",
        ask: || Ask::batch(&[json!({"op": "update", "alias": "old", "patch": {"alias": "new", "keep_old_alias": true}})]),
        makes: 0,
        success: 200,
    };
    let rival = json!({"target": THERE, "alias": "new"});
    crash_at_every_step(
        &command,
        |edge| drop(ask(edge, Ask::create(&rival))),
        |edge, before, _| {
            let aliases: Vec<String> =
                stored_links(edge).into_iter().filter(|(_, link)| link.id == before["old"].id).map(|(alias, _)| alias).collect();
            assert_eq!(aliases.len(), 1, "the link is at {aliases:?}");
            check_list(edge);
        },
    );
    // Or the move is made, and the link moves on.
    let move_on = |edge: &MemoryEdge| drop(ask(edge, Ask::change("new", &json!({"alias": "newer"}))));
    crash_at_every_step(&command, move_on, |edge, before, again| {
        let result = &again.json()["results"][0];
        assert_eq!((&result["status"], &result["link"]["id"]), (&json!(200), &json!(before["old"].id)));
        assert_eq!(stored_links(edge).values().filter(|link| link.id == before["old"].id).count(), 1);
        check_list(edge);
    });
}

#[test]
fn failed_request_may_be_retried_at_once() {
    for command in &COMMANDS {
        let mut failed = 0;
        for number in 0.. {
            let edge = world(CommitMode::Stepwise);
            let before = stored_links(&edge);
            let _guard = OnFailure::print(format!("\n{}, step {number} fails\n", command.name));
            let trace = plan(&edge, Plan::At(vec![(number, Fault::Fail)]));
            let first = ask(&edge, (command.ask)().once(KEY));
            let steps = trace.steps();
            clear_faults(&edge);
            if steps.len() <= number {
                break;
            }
            let again = ask(&edge, (command.ask)().once(KEY));
            let item_failed = first.json()["results"].as_array().is_some_and(|results| results.iter().any(|one| one["status"] == 503));
            if first.code() == 503 || item_failed {
                failed += 1;
                assert_eq!(again.code(), command.success, "{}", again.json());
                assert_eq!(again.json()["failed"].as_u64().unwrap_or_default(), 0);
                check_done(command, &edge, &before);
            } else {
                let is_in_flight = again.problem() == "idempotency_in_flight" && steps[number] == StoreStep::Get;
                assert!(is_in_flight || comparable(&again) == comparable(&first), "{}", again.json());
            }
        }
        assert!(failed > 0, "{} never failed", command.name);
    }
}

/// Whether an item was refused because a stale read did not find its link.
fn was_refused(answer: &Answer) -> bool {
    let json = answer.json();
    let results = json["results"].as_array();
    results.is_some_and(|results| results.iter().any(|one| one["status"] == 404))
}

#[test]
fn concurrent_retries_do_the_work_once() {
    for_seeds("idempotency", "concurrent_retries_do_the_work_once", 700, |seed| {
        let mut random = Random::new(seed);
        let edge = world(if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise });
        let before = stored_links(&edge);
        let command = &COMMANDS[random.below(COMMANDS.len())];
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, rates, seed);
        let clients: Vec<_> = (0..2 + random.below(3))
            .map(|client| Box::pin(isolates[client % 2].ask((command.ask)().once(KEY))) as Client<'_, Answer>)
            .collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        for answer in &answers {
            let is_expected = answer.code() == command.success || answer.code() == 503 || answer.problem() == "idempotency_in_flight";
            let is_outdated = rates.stale > 0 && command.name == "reuse" && answer.problem() == "alias_taken";
            assert!(is_expected || is_outdated, "{} {}: {}", command.name, answer.code(), answer.json());
        }
        if rates.fail == 0 {
            assert!(answers.iter().any(|answer| answer.code() == command.success), "no request succeeded");
            assert!(answers.iter().all(|answer| answer.code() != 503), "nothing failed");
        }
        check_list(&edge);
        edge.wait_seconds(61);
        let last = ask(&edge, (command.ask)().once(KEY));
        assert_eq!(last.code(), command.success, "{} {}", command.name, last.json());
        if was_refused(&last) && rates.stale > 0 {
            assert!(made(&edge, &before).len() <= command.makes);
            check_list(&edge);
        } else {
            check_done(command, &edge, &before);
        }
        let name = |answer: &Answer| (answer.json()["alias"].clone(), answer.json()["short_id"].clone());
        let names: Vec<Value> =
            answers.iter().filter(|answer| answer.code() == command.success).map(|answer| json!(name(answer))).collect();
        assert!(names.iter().all(|other| *other == json!(name(&last))), "{names:?}");
    });
}

#[test]
fn unstored_response_is_sent_and_logged() {
    let edge = world(CommitMode::Transaction);
    edge.take_log();
    // The first write claims the key, the second creates the link.
    plan(&edge, Plan::FromNth(StoreStep::Write, 3));
    let create = || Ask::create(&json!({"target": HERE, "alias": "mine"})).once(KEY);
    let (answer, _lost) = run(Isolate::new(&edge).handle(create()));
    clear_faults(&edge);
    assert_eq!(answer.code(), 201);
    let log = edge.take_log();
    assert!(log.len() == 1 && log[0].contains("the response for an idempotency key was not stored"), "{log:?}");
    edge.wait_seconds(61);
    assert_eq!(comparable(&ask(&edge, create())), comparable(&answer));
}

fn move_once() -> Ask {
    Ask::batch(&[json!({"op": "update", "alias": "old", "patch": {"alias": "new", "keep_old_alias": true}})]).once(KEY)
}

/// Three attempts at one move run at once with the same move id.
#[test]
fn concurrent_retries_move_a_link_once() {
    let edge = world(CommitMode::Transaction);
    let id = stored_links(&edge)["old"].id.clone();
    let isolate = Isolate::new(&edge);
    let begin = |late: usize| {
        let trace = plan(&edge, Plan::LateAt(StoreStep::Write, late));
        let mut moving = Box::pin(isolate.handle(move_once()));
        assert!(moving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(trace.count(|step| step == StoreStep::Write), late);
        clear_faults(&edge);
        edge.wait_seconds(61);
        moving
    };
    // The first attempt has claimed the new alias and is about to write the departure at the old one.
    let first = begin(3);
    // The second takes over the claim and crashes before it writes the departure.
    plan(&edge, Plan::FromNth(StoreStep::Write, 3));
    let (_, _lost) = run(isolate.handle(move_once()));
    clear_faults(&edge);
    edge.wait_seconds(61);
    // The third has claimed the alias again.
    let third = begin(3);
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    let (_, _lost) = run(first);
    clear_faults(&edge);
    let (answer, _) = run(third);
    assert_eq!(answer.json()["results"][0]["status"], 200, "{}", answer.json());
    let aliases: Vec<String> = stored_links(&edge).into_iter().filter(|(_, link)| link.id == id).map(|(alias, _)| alias).collect();
    assert_eq!(aliases, ["new"]);
    check_list(&edge);
}

/// A retry does not repeat a move, even if the link has moved back since.
#[test]
fn finished_move_is_not_repeated() {
    let edge = world(CommitMode::Stepwise);
    // The writer crashes before it finalizes the move.
    plan(&edge, Plan::FromNth(StoreStep::Write, 4));
    let (_, _lost) = run(Isolate::new(&edge).handle(move_once()));
    clear_faults(&edge);
    assert!(stored_links(&edge).contains_key("new"));
    edge.wait_seconds(61);
    assert_eq!(ask(&edge, Ask::change("new", &json!({"alias": "old"}))).code(), 200);
    let again = ask(&edge, move_once()).json();
    assert_eq!((&again["results"][0]["status"], &again["results"][0]["link"]["alias"]), (&json!(200), &json!("old")));
    assert!(!stored_links(&edge).contains_key("new"));
    check_list(&edge);
}

/// A slow request is taken over by a retry while it is still running. Nothing is done twice.
#[test]
fn taken_over_request_does_nothing_twice() {
    for_seeds("idempotency", "taken_over_request_does_nothing_twice", 500, |seed| {
        let mut random = Random::new(seed);
        let edge = world(if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise });
        let before = stored_links(&edge);
        let command = &COMMANDS[random.below(COMMANDS.len())];
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, DELAYS, seed);
        let clients: Vec<_> = (0..2 + random.below(2))
            .map(|client| {
                let isolate = &isolates[client % 2];
                Box::pin(async move {
                    let mut answers = Vec::new();
                    for _ in 0..3 {
                        answers.push(isolate.ask((command.ask)().once(KEY)).await);
                    }
                    answers
                }) as Client<'_, Vec<Answer>>
            })
            .collect();
        let mut pauses = Random::new(seed + 1);
        let answers = Turns::default().interleave(&mut random, clients, || {
            if pauses.below(8) == 0 {
                edge.wait_seconds(61);
            }
        });
        clear_faults(&edge);
        let log = edge.take_log().concat();
        assert!(!log.contains("the response for an idempotency key was not stored"), "a takeover is no failure: {log}");
        edge.wait_seconds(61);
        let last = ask(&edge, (command.ask)().once(KEY));
        assert_eq!(last.code(), command.success, "{} {}", command.name, last.json());
        check_done(command, &edge, &before);
        for answer in answers.into_iter().flatten().filter(|answer| answer.problem() != "idempotency_in_flight") {
            assert_eq!(answer.code(), command.success, "{} {}", command.name, answer.json());
            let ids = |answer: &Answer| [&answer.json()["id"], &answer.json()["short_id"]].map(Value::clone);
            assert_eq!(ids(&answer), ids(&last));
            // Attempts may conflict for too long. Then an item answers 503.
            let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
            assert!(results.iter().all(|one| one["problem"].is_null() || one["status"] == 503), "{}", answer.json());
        }
    });
}

/// The link of an earlier attempt may have been edited since. A key without `links:read` must not see the edit.
#[test]
fn retry_shows_edited_link_to_readers_only() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let [(_, write_only), (_, read_write)] =
        [&["links:write"][..], &["links:read", "links:write"]].map(|scopes| key(&edge, &owner, scopes, &json!({})));
    for (secret, is_visible) in [(&write_only, false), (&read_write, true)] {
        let create = || Ask::create(&json!({"target": "https://example.com/"})).once("a key").showing(&**secret);
        plan(&edge, Plan::FromNth(StoreStep::Answer, 2));
        assert_eq!(run(Isolate::new(&edge).ask(create())).code(), 503);
        clear_faults(&edge);
        let alias =
            run(Isolate::new(&edge).ask(Ask::list("/api/v1/links"))).json()["items"][0]["alias"].as_str().expect("an alias").to_owned();
        assert_eq!(run(Isolate::new(&edge).ask(Ask::change(&alias, &json!({"note": "not for them"})))).code(), 200);
        edge.wait_seconds(61);
        let again = run(Isolate::new(&edge).ask(create()));
        assert_eq!((again.code(), again.tells("not for them"), again.json()["alias"].as_str()), (201, is_visible, Some(&*alias)));
    }
}
