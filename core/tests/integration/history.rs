//! History of links: every acknowledged edit appears once and in order, and no other, whatever fails meanwhile. Old
//! versions are removed.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_list, count, listed_history, stored_links};
use crate::support::client::Answer;
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::sample_link::{HERE, create};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use serde_json::{Value, json};

fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    assert_eq!(ask(&edge, create()).code(), 201);
    edge
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// The target of the edit with this number. No other edit has it.
fn target(number: usize) -> String {
    format!("https://example.com/{number}")
}

fn edit(alias: &str, number: usize) -> Ask {
    Ask::change(alias, &json!({"target": target(number)}))
}

/// The history of a link, newest first.
fn versions(edge: &MemoryEdge, alias: &str) -> Vec<Value> {
    let answer = ask(edge, Ask::list(&format!("/api/v1/links/{alias}/history")));
    assert_eq!(answer.code(), 200, "{alias}");
    answer.json()["items"].as_array().expect("a history has items").clone()
}

/// The alias of the link `id`.
fn alias_of(edge: &MemoryEdge, id: &str) -> String {
    let aliases: Vec<String> = stored_links(edge).into_iter().filter(|(_, link)| link.id == id).map(|(alias, _)| alias).collect();
    assert_eq!(aliases.len(), 1, "the link is at {aliases:?}");
    aliases[0].clone()
}

/// The second of three edits, with one of its steps failing, or all from that step on.
#[test]
fn history_shows_exactly_the_edits_made() {
    let edits: [fn() -> Ask; 4] = [
        || edit("docs", 2),
        || Ask::change("docs", &json!({"target": target(2), "alias": "new", "keep_old_alias": true})),
        || Ask::change("docs", &json!({"target": target(2), "tags": ["x"]})),
        || Ask::change_if("docs", "\"2\"", &json!({"target": target(2)})),
    ];
    let mut made = [0, 0];
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for (kind, second) in edits.iter().enumerate() {
            let mut number = 0;
            loop {
                let plans = [Plan::At(vec![(number, Fault::Fail)]), Plan::At(vec![(number, Fault::Stale)]), Plan::From(number, None)];
                let lengths = plans.map(|fault_plan| {
                    let _guard = OnFailure::print(format!("\nwhile trying: edit {kind}, {steps:?}, {fault_plan:?}\n"));
                    let (is_made, length) = play(steps, second(), &fault_plan);
                    made[usize::from(is_made)] += 1;
                    length
                });
                number += 1;
                if lengths.iter().all(|length| *length <= number) {
                    break;
                }
            }
        }
    }
    assert!(made.iter().all(|times| *times > 10), "{made:?}");
}

/// Edits a link three times, the second time with `fault_plan`. Returns whether the second edit was made, and its
/// number of steps.
fn play(steps: CommitMode, second: Ask, fault_plan: &Plan) -> (bool, usize) {
    let edge = world(steps);
    let id = stored_links(&edge)["docs"].id.clone();
    assert_eq!(ask(&edge, edit("docs", 1)).code(), 200);
    let trace = plan(&edge, fault_plan.clone());
    let answer = ask(&edge, second);
    clear_faults(&edge);
    let is_made = stored_links(&edge)[&alias_of(&edge, &id)].target == target(2);
    assert!(is_made || answer.code() != 200, "an acknowledged edit is lost");
    // A later edit is shown as well, after the same versions.
    assert_eq!(ask(&edge, edit(&alias_of(&edge, &id), 3)).code(), 200);
    let mut expected = vec![HERE.to_owned(), target(1)];
    expected.extend(is_made.then(|| target(2)));
    expected.push(target(3));
    let expected: Vec<(u64, String)> = (1..).zip(expected).collect();
    assert_eq!(listed_history(&edge, &alias_of(&edge, &id)), expected.into_iter().rev().collect::<Vec<_>>());
    (is_made, trace.steps().len())
}

/// An edit that a client made, and its answer.
struct Edit {
    target: String,
    /// The version in the answer, if the edit was acknowledged.
    version: Option<u64>,
    /// Whether it was refused.
    refused: bool,
}

/// Makes four random changes of a link that other clients change too. Each edit has a target of its own.
async fn make_edits(isolate: &Isolate<'_>, client: usize, mut random: Random) -> Vec<Edit> {
    let names = ["docs", "b", "c"];
    let mut edits = Vec::new();
    for number in 0..4 {
        let (from, onto) = (names[random.below(3)], names[random.below(3)]);
        let target = target(client * 100 + number);
        let asked = match random.below(8) {
            0..4 => Ask::change(from, &json!({"target": target})),
            4 | 5 => Ask::change(from, &json!({"target": target, "alias": onto, "keep_old_alias": random.below(2) == 0})),
            6 => Ask::delete(from),
            _ => Ask::restore(from),
        };
        let is_edit = asked.method == http::Method::PATCH;
        let answer = isolate.ask(asked).await;
        assert_ne!(answer.code(), 500, "{}", String::from_utf8_lossy(&answer.body));
        if is_edit {
            let version = (answer.code() == 200).then(|| answer.json()["version"].as_u64().expect("a link has a version"));
            edits.push(Edit { target, version, refused: version.is_none() && answer.code() != 503 });
        }
    }
    edits
}

#[test]
fn acknowledged_edits_appear_once_in_order() {
    for_seeds("history", "acknowledged_edits_appear_once_in_order", 1_500, |seed| {
        let mut random = Random::new(seed);
        let steps = if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise };
        let edge = world(steps);
        let id = stored_links(&edge)["docs"].id.clone();
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)], seed);
        let count = 1 + random.below(3);
        let clients: Vec<_> = (0..count)
            .map(|client| {
                let (isolate, random) = (&isolates[client % 2], Random::new(random.next_u64()));
                Box::pin(make_edits(isolate, client + 1, random)) as Client<'_, Vec<Edit>>
            })
            .collect();
        let edits = Turns::default().interleave(&mut random, clients, || edge.wait_seconds(1));
        clear_faults(&edge);
        let alias = alias_of(&edge, &id);
        check_history(&versions(&edge, &alias), stored_links(&edge)[&alias].version, &edits);
        check_list(&edge);
    });
}

/// Checks a history against the edits that the clients made.
fn check_history(versions: &[Value], last: u64, clients: &[Vec<Edit>]) {
    let field = |name: &str| versions.iter().map(|version| version[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("version"), (1..=last).rev().map(Value::from).collect::<Vec<_>>(), "each version appears once");
    assert_eq!(versions.last().map(|first| &first["target"]), Some(&json!(HERE)));
    let times: Vec<String> = field("at").iter().map(|at| at.as_str().expect("a moment").to_owned()).collect();
    assert!(times.is_sorted_by(|later, earlier| later >= earlier), "{times:?}");
    let content = |version: &Value| ["target", "alias", "deleted"].map(|name| version[name].clone());
    assert!(versions.windows(2).all(|pair| content(&pair[0]) != content(&pair[1])), "a version that changed nothing: {versions:?}");
    for edits in clients {
        let mut last_shown = 0;
        for edit in edits {
            let shown = version_of(versions, &edit.target);
            assert!(shown.is_none() || !edit.refused, "{} was refused, and is shown", edit.target);
            if let Some(version) = edit.version {
                assert_eq!(shown, Some(version), "{} was acknowledged", edit.target);
            }
            if let Some(shown) = shown {
                assert!(shown > last_shown, "the edits of a client keep their order");
                last_shown = shown;
            }
        }
    }
}

/// The version with which a link got the target `target`.
fn version_of(versions: &[Value], target: &str) -> Option<u64> {
    let has_target = |version: &Value| version["target"] == target;
    let starts: Vec<u64> = versions
        .iter()
        .enumerate()
        .filter(|(at, version)| has_target(version) && !versions.get(at + 1).is_some_and(has_target))
        .filter_map(|(_, version)| version["version"].as_u64())
        .collect();
    assert!(starts.len() <= 1, "{target} began with {starts:?}");
    starts.first().copied()
}

#[test]
fn versions_beyond_fifty_are_removed() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = world(steps);
        let mut alias = "docs".to_owned();
        let mut targets = vec![HERE.to_owned()];
        while targets.len() < 200 {
            let number = targets.len() + 1;
            // The versions continue through a move, a deletion and a restoration.
            let asked = match number {
                90 => Ask::change("docs", &json!({"target": target(number), "alias": "new"})),
                120 => Ask::delete(&alias),
                121 => Ask::restore(&alias),
                _ => edit(&alias, number),
            };
            assert!(ask(&edge, asked).code() < 300, "{number}");
            if number == 90 {
                alias = "new".into();
            }
            targets.push(if matches!(number, 120 | 121) { target(119) } else { target(number) });
            assert!(count(&edge, "history/") <= 60, "{} after {number}", count(&edge, "history/"));
            let versions: Vec<(u64, String)> = (1..).zip(targets.iter().cloned()).collect();
            let latest = versions.into_iter().rev().take(50).collect::<Vec<_>>();
            assert_eq!(listed_history(&edge, &alias), latest, "{steps:?}");
        }
    }
}

/// Old versions accumulate while the store cannot list or remove them, and are removed once it recovers.
#[test]
fn delayed_cleanup_catches_up() {
    for fatal in [StoreStep::Scan, StoreStep::RemoveKey] {
        let edge = world(CommitMode::Stepwise);
        for number in 2..=100 {
            plan(&edge, Plan::From(0, Some(fatal)));
            let code = ask(&edge, edit("docs", number)).code();
            clear_faults(&edge);
            assert!(code == 200 || fatal == StoreStep::RemoveKey, "a failed list of versions must not fail the edit: {code}");
        }
        assert_eq!(count(&edge, "history/"), 99);
        for number in 101..=200 {
            assert_eq!(ask(&edge, edit("docs", number)).code(), 200);
        }
        assert!(count(&edge, "history/") <= 60, "{}", count(&edge, "history/"));
        assert_eq!(listed_history(&edge, "docs").len(), 50);
    }
}

/// Leftovers of failed edits lie among the versions, and displace none of them.
#[test]
fn leftover_versions_displace_no_real_ones() {
    let edge = world(CommitMode::Stepwise);
    for number in 2..=160 {
        if number > 2 && number % 3 == 0 {
            plan(&edge, Plan::FromFirst(StoreStep::Write));
            assert_eq!(ask(&edge, edit("docs", 1_000 + number)).code(), 503);
            clear_faults(&edge);
        }
        assert_eq!(ask(&edge, edit("docs", number)).code(), 200);
        let shown: Vec<u64> = listed_history(&edge, "docs").into_iter().map(|(version, _)| version).collect();
        let last = number as u64;
        assert_eq!(shown, (last.saturating_sub(49).max(1)..=last).rev().collect::<Vec<_>>());
    }
}

/// The leftovers of failed edits are removed like old versions.
#[test]
fn failed_edits_do_not_pile_up_versions() {
    let edge = world(CommitMode::Stepwise);
    let mut made = 0;
    for number in 2..=400 {
        let fails = number % 4 == 0;
        if fails {
            plan(&edge, Plan::FromFirst(StoreStep::Write));
        }
        let code = ask(&edge, edit("docs", number)).code();
        clear_faults(&edge);
        assert_eq!(code, if fails { 503 } else { 200 });
        made += u64::from(code == 200);
        assert!(count(&edge, "history/") <= 110, "{} after {made} edits", count(&edge, "history/"));
    }
    assert_eq!(stored_links(&edge)["docs"].version, made + 1);
}
