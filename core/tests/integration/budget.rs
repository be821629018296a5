//! Batches and imports on a small operation budget. With an `Idempotency-Key` each repetition continues until
//! everything is done. Without one, only what fits is accepted.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_entries, check_list, check_no_stray_entries, stored_links, text};
use crate::support::client::Answer;
use crate::support::keys::{key, user};
use crate::support::replay::OnFailure;
use crate::support::sample_link::{HERE, THERE};
use crate::support::store_faults::{self, FEW_OPERATIONS, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, OPERATIONS};
use serde_json::{Value, json};

/// The two kinds of stores, each with the smallest budget its vendor gives.
const SMALLEST: [(CommitMode, u32); 2] = [(CommitMode::Stepwise, 32), (CommitMode::Transaction, 50)];

/// An upper bound on the requests that a test needs.
const MAX_REQUESTS: usize = 60;

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::limited(edge).ask(ask))
}

/// An edge with a budget of `operations` for each request.
fn edge(steps: CommitMode, operations: u32) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    edge.set_operations(operations);
    edge
}

/// Checks lists and index entries with an unlimited budget.
fn check(edge: &MemoryEdge) {
    edge.set_operations(OPERATIONS);
    check_list(edge);
    check_no_stray_entries(edge);
}

fn create(alias: &str) -> Value {
    json!({"op": "create", "link": {"target": HERE, "alias": alias, "tags": ["a"]}})
}

fn create_untagged(alias: &str) -> Value {
    json!({"op": "create", "link": {"target": HERE, "alias": alias}})
}

fn update(alias: &str, patch: &Value) -> Value {
    json!({"op": "update", "alias": alias, "patch": patch})
}

fn delete(alias: &str) -> Value {
    json!({"op": "delete", "alias": alias})
}

/// The results of a batch or an import.
fn results(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.code(), 200, "{}", answer.json());
    answer.json()["results"].as_array().expect("results").clone()
}

/// The status and the code of a result.
fn outcome(result: &Value) -> (u64, String) {
    (result["status"].as_u64().expect("a status"), result["problem"]["code"].as_str().unwrap_or_default().to_owned())
}

fn is_untried(result: &Value) -> bool {
    outcome(result) == (503, "budget_exhausted".to_owned())
}

/// Whether the item has to be sent again.
fn is_open(result: &Value) -> bool {
    outcome(result).0 == 503
}

/// Repeats a batch until all its items were tried, and returns the answers. Each answer gets further than the one
/// before and repeats its results.
fn send_batch(edge: &MemoryEdge, batch: &Ask) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut is_half_done = false;
    loop {
        assert!(answers.len() < MAX_REQUESTS, "the batch never ends");
        let answer = ask(edge, batch.again());
        let now = results(&answer);
        let untried = now.iter().filter(|result| is_untried(result)).count();
        let (json, failed) = (answer.json(), now.iter().filter(|result| !result["problem"].is_null()).count());
        let counts = ["succeeded", "failed", "untried"].map(|count| json[count].as_u64());
        assert_eq!(counts, [now.len() - failed, failed - untried, untried].map(|count| Some(count as u64)));
        assert_eq!(answer.header("retry-after"), if untried > 0 { "0" } else { "" });
        if let Some(last) = answers.last() {
            let before = results(last);
            assert!(before.iter().zip(&now).all(|(before, now)| is_open(before) || before == now), "an earlier result changed");
            let open = |results: &[Value]| results.iter().filter(|result| is_open(result)).count();
            // A move may end its request half done, once.
            assert!(open(&now) < open(&before) || !is_half_done, "no progress: {:?}", now.iter().find(|result| is_open(result)));
            is_half_done = open(&now) == open(&before);
        }
        let is_done = !now.iter().any(is_open);
        answers.push(answer);
        if is_done {
            return answers;
        }
    }
}

/// A keyed batch of `count` new links.
fn new_links(count: usize) -> Ask {
    let items: Vec<Value> = (0..count).map(|number| create(&format!("n{number}"))).collect();
    Ask::batch(&items).once("a key")
}

#[test]
fn keyed_batch_of_hundred_ends_in_few_requests() {
    for (steps, operations) in SMALLEST {
        let edge = edge(steps, operations);
        let answers = send_batch(&edge, &new_links(100));
        let last = answers.last().expect("an answer");
        assert!(results(last).iter().all(|result| outcome(result).0 == 201));
        // A tagged link takes six keys and a read, because the budget does not cover undoing a refused write; or two
        // statements. The record of the idempotency key is read and written twice, and a unit of the rate limit is
        // taken.
        let of_item = if steps == CommitMode::Stepwise { 7 } else { 2 };
        let fewest = 100_usize.div_ceil((operations as usize - 4 - 1) / of_item);
        assert!((fewest..=fewest + 2).contains(&answers.len()), "{steps:?}: {} requests, {fewest} expected", answers.len());
        assert_eq!(ask(&edge, new_links(100)).body, last.body);
        assert_eq!(stored_links(&edge).len(), 100);
        let keys = edge.records.keys();
        let key = keys.iter().find(|key| key.as_str().starts_with("once/")).expect("the request is stored");
        let record = edge.records.peek(key).map(|record| String::from_utf8_lossy(&record.value).into_owned());
        assert!(record.is_some_and(|record| !record.contains("\"progress\"")), "a finished request keeps its response alone");
        check(&edge);
    }
}

/// Makes links to change, move and delete. `gone` is deleted.
fn world(edge: &MemoryEdge) {
    edge.set_operations(OPERATIONS);
    let tags: Vec<String> = (0..10).map(|number| format!("t{number}")).collect();
    for number in 0..8 {
        let link = json!({"target": THERE, "alias": format!("docs{number}"), "tags": tags[..number % 4 + 2]});
        assert_eq!(ask(edge, Ask::create(&link)).code(), 201);
    }
    for alias in ["gone", "old"] {
        assert_eq!(ask(edge, Ask::create(&json!({"target": THERE, "alias": alias}))).code(), 201);
    }
    assert_eq!(ask(edge, Ask::delete("gone")).code(), 204);
}

/// Valid and invalid items of every kind. Some depend on earlier ones.
fn mixed() -> Vec<Value> {
    let mut items = Vec::new();
    for number in 0..8 {
        items.extend([
            create(&format!("new{number}")),
            update(&format!("docs{number}"), &json!({"title": "T"})),
            update(&format!("docs{number}"), &json!({"alias": format!("moved{number}"), "keep_old_alias": number % 2 == 0})),
            json!({"op": "create", "link": {"target": "ftp://x.example/"}}),
            update(&format!("moved{number}"), &json!({"tags": ["x", "y"]})),
            create("gone"),
            delete(&format!("new{number}")),
            update("nothing", &json!({"title": "T"})),
        ]);
    }
    items.push(json!({"op": "create", "link": {"target": HERE, "alias": "gone", "reuse": true}}));
    items.push(json!(7));
    items
}

/// The stored links without their random ids.
fn state(edge: &MemoryEdge) -> Vec<(String, String, u64, bool)> {
    stored_links(edge).into_iter().map(|(alias, link)| (alias, link.target, link.version, link.live)).collect()
}

#[test]
fn mixed_keyed_batch_matches_an_unlimited_one() {
    for (steps, operations) in SMALLEST {
        let (few, enough) = (edge(steps, OPERATIONS), edge(steps, OPERATIONS));
        world(&few);
        world(&enough);
        few.set_operations(operations);
        let batch = Ask::batch(&mixed()).once("a key");
        let answers = send_batch(&few, &batch);
        let outcomes = |answer: &Answer| results(answer).iter().map(outcome).collect::<Vec<_>>();
        assert_eq!(outcomes(answers.last().expect("an answer")), outcomes(&ask(&enough, batch.again())), "{steps:?}");
        assert!(answers.len() > 2, "{} requests", answers.len());
        assert_eq!(state(&few), state(&enough));
        check(&few);
    }
}

/// On Compute a take may meet tickets that are taken. What it costs then must not decide what is refused.
#[test]
fn scarce_tickets_delay_a_batch_but_refuse_nothing() {
    let [(steps, operations), _] = SMALLEST;
    let (scarce, plenty) = (edge(steps, OPERATIONS), edge(steps, OPERATIONS));
    world(&scarce);
    world(&plenty);
    let batch = Ask::batch(&mixed()).once("a key");
    scarce.set_operations(operations);
    plenty.set_operations(operations);
    let usual = send_batch(&plenty, &batch);
    let last = (0..MAX_REQUESTS).find_map(|request| {
        // Every other request is unlucky.
        scarce.records.set_cost_of_takes(if request % 2 == 0 { 4 } else { 1 });
        Some(results(&ask(&scarce, batch.again()))).filter(|results| !results.iter().any(is_open))
    });
    let outcomes = |results: &[Value]| results.iter().map(outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(&last.expect("the batch never ends")), outcomes(&results(usual.last().expect("an answer"))));
    assert_eq!(state(&scarce), state(&plenty));
    check(&scarce);
}

#[test]
fn unkeyed_batch_is_postponed_while_tickets_are_scarce() {
    let mut postponed = 0;
    for operations in 28..=40 {
        let _guard = OnFailure::print(format!("\n{operations} operations\n"));
        let edge = edge(CommitMode::Stepwise, OPERATIONS);
        let secret = issued_key(&edge);
        edge.set_operations(operations);
        let send = |items: usize| {
            let items: Vec<Value> = (0..items).map(|number| create_untagged(&format!("n{number}"))).collect();
            ask(&edge, Ask::batch(&items).showing(secret.as_str()))
        };
        let most = number_in(&text(&send(100).json()["errors"][0]["detail"]));
        edge.records.set_cost_of_takes(4);
        assert_eq!(send(most + 1).code(), 422);
        let unlucky = send(most);
        if unlucky.code() == 503 {
            assert_eq!((unlucky.problem(), unlucky.header("retry-after")), ("budget_exhausted".into(), "0"));
            assert!(stored_links(&edge).is_empty(), "a batch that is sent again was not begun");
            postponed += 1;
            edge.records.set_cost_of_takes(1);
            assert!(results(&send(most)).iter().all(|result| outcome(result).0 == 201));
        } else {
            assert!(results(&unlucky).iter().all(|result| outcome(result).0 == 201), "{}", unlucky.json());
        }
    }
    assert!(postponed > 0, "every batch fits with an unlucky take");
}

#[test]
fn failed_items_are_retried_with_untried_ones() {
    for (steps, operations) in SMALLEST {
        for dies_at in 0..40 {
            let _guard = OnFailure::print(format!("\n{steps:?}, the store fails once at {dies_at}\n"));
            let edge = edge(steps, operations);
            plan(&edge, Plan::At(vec![(dies_at, Fault::Fail)]));
            let first = ask(&edge, new_links(30));
            clear_faults(&edge);
            if first.code() != 200 {
                assert_eq!(first.problem(), "store_unavailable");
                edge.wait_seconds(61);
            }
            // The progress of the request may not have been stored.
            let next = ask(&edge, new_links(30));
            if next.problem() == "idempotency_in_flight" {
                edge.wait_seconds(61);
            }
            let last = send_batch(&edge, &new_links(30)).pop().expect("an answer");
            assert!(results(&last).iter().all(|result| outcome(result).0 == 201), "{}", last.json());
            assert_eq!(stored_links(&edge).len(), 30);
            edge.set_operations(OPERATIONS);
            check_list(&edge);
        }
    }
}

/// The first number in a text.
fn number_in(text: &str) -> usize {
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// An owner's key that another owner issued. Checking it takes the most operations of all keys.
fn issued_key(edge: &MemoryEdge) -> String {
    let (first, second) = (user(edge, 'a', "owner", "in"), user(edge, 'b', "owner", "in"));
    let scopes = crate::support::keys::SCOPES;
    let (_, issuer) = key(edge, &first, &scopes, &json!({}));
    let made = ask(edge, crate::support::keys::new_key(&second, &scopes, &json!({})).showing(issuer));
    assert_eq!(made.code(), 201, "{}", made.json());
    text(&made.json()["secret"])
}

/// Long results would make the record of the idempotency key outgrow the store's limit, and no repetition would get
/// further.
#[test]
fn long_results_are_stored_in_short_form() {
    let edge = edge(CommitMode::Transaction, OPERATIONS);
    let long = |letter: &str| format!("https://example.com/{}", letter.repeat(8_000));
    let aliases: Vec<String> = (0..20).map(|number| format!("l{number}")).collect();
    for alias in &aliases {
        let link = json!({"alias": alias, "target": long("a"), "fallback": long("b")});
        assert_eq!(ask(&edge, Ask::create(&link)).code(), 201);
    }
    edge.set_operations(45);
    let items: Vec<Value> = aliases.iter().map(|alias| update(alias, &json!({"title": "T"}))).collect();
    let batch = Ask::batch(&items).once("long");
    let first = results(&ask(&edge, batch.again()));
    assert_eq!((&first[0]["link"]["title"], &first[0]["link"]["target"]), (&json!("T"), &json!(long("a"))));
    assert!(is_untried(first.last().expect("a result")));
    let again = results(&ask(&edge, batch.again()));
    let reference = json!({"id": first[0]["link"]["id"], "alias": "l0", "domain": "hop.example", "version": 2});
    assert_eq!((&again[0]["status"], &again[0]["link"]), (&json!(200), &reference));
    let stored = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("once/"));
    let bytes: usize = stored.filter_map(|key| edge.records.peek(&key)).map(|record| record.value.len()).sum();
    assert!((1..items.len() * 8 * 1_024).contains(&bytes), "{bytes} bytes");
}

#[test]
fn unkeyed_batch_is_refused_unless_it_fits() {
    for steps in [CommitMode::Stepwise, CommitMode::Transaction] {
        for operations in FEW_OPERATIONS..=60 {
            let _guard = OnFailure::print(format!("\n{steps:?}, {operations} operations\n"));
            let edge = edge(steps, OPERATIONS);
            let secret = issued_key(&edge);
            edge.set_operations(operations);
            let items: Vec<Value> = (0..100).map(|number| create_untagged(&format!("n{number}"))).collect();
            let refused = ask(&edge, Ask::batch(&items).showing(secret.as_str()));
            let error = refused.json()["errors"][0].clone();
            assert_eq!((refused.code(), text(&error["field"]), text(&error["code"])), (422, "/items".into(), "too_many".into()));
            assert!(stored_links(&edge).is_empty());
            let most = number_in(&text(&error["detail"]));
            assert_eq!(ask(&edge, Ask::batch(&items[..most + 1]).showing(secret.as_str())).code(), 422);
            let made = ask(&edge, Ask::batch(&items[..most]).showing(secret.as_str()));
            assert!(results(&made).iter().all(|result| outcome(result).0 == 201), "{}", made.json());
            assert_eq!(stored_links(&edge).len(), most);
            check(&edge);
        }
    }
}

/// Lines of an import: new links, an invalid one, one that exists already, and one whose alias is taken.
fn lines() -> Vec<String> {
    let line = |number: usize| match number {
        7 => r#"{"target": "ftp://x.example/"}"#.to_owned(),
        40 => r#"{"target": "https://example.com/here", "alias": "n3", "tags": ["a", "b"]}"#.to_owned(),
        50 => r#"{"target": "https://example.com/here", "alias": "n3"}"#.to_owned(),
        _ => json!({"target": HERE, "alias": format!("n{number}"), "tags": ["a", "b"]}).to_string(),
    };
    (0..60).map(|number| line(number) + "\n").collect()
}

fn import(text: &str) -> Ask {
    Ask::import("", "application/x-ndjson", text)
}

/// The final status of a line.
fn expected(line: usize) -> u64 {
    match line {
        7 => 422,
        40 => 200,
        50 => 409,
        _ => 201,
    }
}

/// Checks that each link of the lines exists once.
fn check_imported(edge: &MemoryEdge) {
    assert_eq!(stored_links(edge).len(), 57);
    check(edge);
}

#[test]
fn keyed_import_repeats_earlier_results_until_done() {
    for (steps, operations) in SMALLEST {
        let edge = edge(steps, operations);
        let import = import(&lines().concat()).once("a key");
        let mut earlier: Vec<Value> = Vec::new();
        for requests in 1.. {
            assert!(requests < MAX_REQUESTS, "the import never ends");
            let answer = ask(&edge, import.again());
            let now = results(&answer);
            let next = &answer.json()["next"];
            assert!(now.len() > earlier.len() && now[..earlier.len()] == earlier[..], "{now:?} after {earlier:?}");
            assert_eq!(answer.header("retry-after"), if next.is_null() { "" } else { "0" });
            earlier = now;
            if next.is_null() {
                assert_eq!(ask(&edge, import.again()).body, answer.body);
                assert!(requests > 2, "{requests} requests");
                break;
            }
            assert_eq!(next["line"].as_u64(), Some(earlier.len() as u64 + 1));
        }
        let statuses: Vec<u64> = earlier.iter().map(|result| outcome(result).0).collect();
        assert_eq!(statuses, (0..60).map(expected).collect::<Vec<_>>());
        check_imported(&edge);
    }
}

#[test]
fn long_line_problems_are_stored_in_short_form() {
    let edge = edge(CommitMode::Transaction, 50);
    let unknown_fields: serde_json::Map<String, Value> = (0..50).map(|field| (format!("unknown-{field}"), json!(1))).collect();
    let lines: Vec<String> = (0..30).map(|number| json!({"target": HERE, "alias": format!("l{number}")}).to_string()).collect();
    let text = Value::Object(unknown_fields).to_string() + "\n" + &lines.join("\n");
    let request = import(&text).once("long");
    let errors = |answer: &Answer| results(answer)[0]["problem"]["errors"].as_array().map(Vec::len);
    let first = ask(&edge, request.again());
    assert_eq!((errors(&first), first.header("retry-after")), (Some(50), "0"));
    assert_eq!(errors(&ask(&edge, request.again())), Some(0));
}

#[test]
fn unkeyed_import_continues_at_next() {
    for (steps, operations) in SMALLEST {
        let edge = edge(steps, operations);
        let body = lines().concat();
        let (mut offset, mut statuses) = (0, Vec::new());
        loop {
            assert!(statuses.len() <= 60);
            let answer = ask(&edge, import(&body[offset..]));
            let now = results(&answer);
            assert!(!now.is_empty(), "no line was processed");
            statuses.extend(now.iter().map(|result| outcome(result).0));
            let next = &answer.json()["next"];
            if next.is_null() {
                break;
            }
            assert_eq!(
                (next["line"].as_u64(), answer.header("retry-after")),
                (Some(now.len() as u64 + 1), ""),
                "the client sends the rest, not the same body again"
            );
            offset += usize::try_from(next["offset"].as_u64().expect("an offset")).expect("an offset");
        }
        assert_eq!(statuses, (0..60).map(expected).collect::<Vec<_>>());
        check_imported(&edge);
    }
}

#[test]
fn batch_crash_at_any_step_recovers() {
    for (steps, operations) in SMALLEST {
        let items: Vec<Value> = (0..12).map(|number| create(&format!("n{number}"))).collect();
        for dies_at in 0.. {
            let _guard = OnFailure::print(format!("\n{steps:?}, the writer dies at {dies_at}\n"));
            let edge = edge(steps, operations);
            let batch = Ask::batch(&items).once("a key");
            let trace = plan(&edge, Plan::From(dies_at, None));
            let (first, _lost) = run(Isolate::limited(&edge).handle(batch.again()));
            clear_faults(&edge);
            edge.wait_seconds(61);
            let last = send_batch(&edge, &batch).pop().expect("an answer");
            assert!(results(&last).iter().all(|result| outcome(result).0 == 201), "{}", last.json());
            assert_eq!(stored_links(&edge).len(), items.len());
            edge.set_operations(OPERATIONS);
            check_list(&edge);
            check_entries(&edge);
            if trace.steps().len() <= dies_at {
                assert!(first.code() == 200 && dies_at > 20, "only {dies_at} steps");
                break;
            }
        }
    }
}
