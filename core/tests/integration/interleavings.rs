//! Interleaved clients: the steps of many clients are mixed in an order drawn from a seed, over a store with delays,
//! failures, lost responses and stale reads. An alias has one owner, and acknowledged changes are linearizable.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use crate::support::audit::{StoredLink, check_list, clicks, stored_links, text};
use crate::support::client::Answer;
use crate::support::history::{Event, LinkState, Outcome, Request, explain};
use crate::support::replay::for_seeds;
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, FaultRates, clear_faults, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, Random};
use http::Method;
use serde_json::json;

/// A store with a random commit mode, and the rates of its faults.
fn draw(seed: u64) -> (MemoryEdge, FaultRates, Random) {
    let mut random = Random::new(seed);
    let steps = if random.below(2) == 0 { CommitMode::Transaction } else { CommitMode::Stepwise };
    let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
    (store_faults::edge(seed, steps), rates, random)
}

fn has_only_delays(rates: FaultRates) -> bool {
    rates.fail == 0 && rates.stale == 0
}

fn create(alias: &str, target: &str) -> Ask {
    Ask::create(&json!({"target": target, "alias": alias}))
}

/// Checks that a refused or failed request says whether it can be retried.
fn check_refusal(answer: &Answer) {
    assert_ne!(answer.code(), 500, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.code() == 503, !answer.header("retry-after").is_empty());
}

#[test]
fn concurrent_creations_yield_one_owner() {
    for_seeds("interleavings", "concurrent_creations_yield_one_owner", 600, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let target = |client: usize| format!("https://example.com/{client}");
        set_random_faults(&edge, rates, seed);
        let count = 2 + random.below(6);
        let clients = (0..count).map(|client| {
            let ask = isolates[client % 2].ask(create("docs", &target(client)));
            Box::pin(ask) as Client<'_, Answer>
        });
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        let alias_state = stored_links(&edge).remove("docs");
        for (client, answer) in answers.iter().enumerate() {
            check_refusal(answer);
            let holds = alias_state.as_ref().is_some_and(|alias_state| alias_state.target == target(client));
            match answer.code() {
                201 => assert!(
                    holds && alias_state.as_ref().is_some_and(|alias_state| answer.json()["id"] == alias_state.id),
                    "an acknowledged creation does not hold the alias"
                ),
                409 => assert!(alias_state.is_some() && !holds, "client {client} got 409, but no other client holds the alias"),
                503 => assert!(!has_only_delays(rates), "nothing failed"),
                other => panic!("{other}"),
            }
        }
        if has_only_delays(rates) {
            assert_eq!(answers.iter().filter(|answer| answer.code() == 201).count(), 1);
        }
        check_list(&edge);
    });
}

/// Sends three random requests for one alias, with visits and lists in between.
async fn send_random_requests(isolate: &Isolate<'_>, turns: &Turns, client: usize, mut random: Random) -> Vec<Event> {
    let mut events = Vec::new();
    for number in 0..3 {
        if random.below(3) == 0 {
            check_refusal(&isolate.ask(Ask::visit("docs")).await);
            check_refusal(&isolate.ask(Ask::list("/api/v1/links")).await);
        }
        let target = format!("https://example.com/{client}/{number}");
        let (request, ask) = match random.below(5) {
            0 | 1 => (Request::Create { target: target.clone() }, create("docs", &target)),
            2 | 3 => (Request::Delete, Ask::delete("docs")),
            _ => (Request::Restore, Ask::restore("docs")),
        };
        let called = turns.now();
        let answer = isolate.ask(ask).await;
        check_refusal(&answer);
        let outcome = match answer.code() {
            201 => Outcome::Created,
            204 => Outcome::Deleted,
            200 => Outcome::Restored(answer.json()["version"].as_u64().expect("a link has a version")),
            409 => Outcome::Taken,
            404 => Outcome::Missing,
            503 => Outcome::Unknown,
            other => panic!("{other}"),
        };
        events.push(Event { request, outcome, called, returned: turns.now() });
    }
    events
}

#[test]
fn acknowledged_changes_are_linearizable() {
    for_seeds("interleavings", "acknowledged_changes_are_linearizable", 600, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let turns = Turns::default();
        set_random_faults(&edge, rates, seed);
        let clients = (0..4).map(|client| {
            let random = Random::new(random.next_u64());
            Box::pin(send_random_requests(&isolates[client % 2], &turns, client, random)) as Client<'_, Vec<Event>>
        });
        let clients = clients.collect();
        let mut was: Option<StoredLink> = None;
        let events = turns.interleave(&mut random, clients, || {
            let is = stored_links(&edge).remove("docs");
            check_step(was.as_ref(), is.as_ref());
            was = is;
        });
        clear_faults(&edge);
        let end = was.map(|link| LinkState { target: link.target, version: link.version, live: link.live });
        let events = events.concat();
        assert!(explain(&events, &end, rates.stale > 0), "no order of these events explains {end:?}: {events:#?}");
        check_list(&edge);
        check_visits(&edge, end.as_ref());
    });
}

/// Checks that a link keeps its id and target, and that its version counts each deletion and restoration.
fn check_step(was: Option<&StoredLink>, is: Option<&StoredLink>) {
    let Some(was) = was else { return };
    let is = is.expect("a link never vanishes");
    assert_eq!((&is.id, &is.target), (&was.id, &was.target));
    assert!(is.version >= was.version && is.live == (is.version % 2 == 1), "after {was:?} came {is:?}");
}

/// Checks that a visit follows the stored link once cached links are stale.
fn check_visits(edge: &MemoryEdge, end: Option<&LinkState>) {
    edge.wait_seconds(61);
    let visit = run(Isolate::new(edge).ask(Ask::visit("docs")));
    let expected = match end {
        Some(LinkState { live: true, target, .. }) => (302, target.as_str()),
        Some(_) => (410, ""),
        None => (404, ""),
    };
    assert_eq!((visit.code(), visit.header("location")), expected);
}

#[test]
fn each_click_is_counted_once() {
    for_seeds("interleavings", "each_click_is_counted_once", 600, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let link = run(isolates[0].ask(create("docs", "https://example.com/"))).json();
        set_random_faults(&edge, rates, seed);
        let visitors = 1 + random.below(14);
        let clients = (0..visitors).map(|visitor| {
            let isolate = &isolates[visitor % 2];
            Box::pin(async move { isolate.ask(Ask::visit("docs")).await }) as Client<'_, Answer>
        });
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        answers.iter().for_each(check_refusal);
        let redirects = answers.iter().filter(|answer| answer.code() == 302).count();
        let lost = edge.take_log().iter().filter(|line| line.contains("a click was not counted")).count();
        let counted = usize::try_from(clicks(&edge, &text(&link["id"]))).expect("a small number");
        assert!(counted <= redirects, "{redirects} redirects were counted as {counted} clicks");
        assert!(counted + lost >= redirects, "{counted} of {redirects} were counted, and only {lost} logged as lost");
        if has_only_delays(rates) {
            assert_eq!((redirects, counted), (visitors, visitors));
        }
    });
}

#[test]
fn redirects_never_exceed_the_click_limit() {
    const LIMIT: usize = 5;
    for_seeds("interleavings", "redirects_never_exceed_the_click_limit", 300, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
        let confirm = random.below(3) == 0;
        let link = json!({"target": "https://secret.example/", "alias": "docs", "max_clicks": LIMIT, "confirm": confirm});
        assert_eq!(run(isolates[0].ask(Ask::create(&link))).code(), 201);
        set_random_faults(&edge, rates, seed);
        let clients = (0..20).map(|follower| {
            let isolate = &isolates[follower % 3];
            Box::pin(async move {
                // A preview or a confirmation page uses no click.
                check_target_is_hidden(&isolate.ask(Ask::visit("docs+")).await);
                let method = if confirm { Method::POST } else { Method::GET };
                isolate.ask(Ask { method, ..Ask::visit("docs") }).await
            }) as Client<'_, Answer>
        });
        let clients = clients.collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        let (redirected, others): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status.is_redirection());
        assert!(
            redirected.len() <= LIMIT && redirected.iter().all(|answer| answer.header("location") == "https://secret.example/"),
            "{redirected:?}"
        );
        others.iter().for_each(|answer| check_target_is_hidden(answer));
        if has_only_delays(rates) {
            assert_eq!((redirected.len(), others.iter().all(|answer| answer.code() == 410)), (LIMIT, true));
        }
        let last = run(isolates[0].ask(Ask::show("docs"))).json();
        assert!(rates.fail > 0 || last["state"] == "used_up", "{last}");
    });
}

#[test]
fn edited_limit_grants_both_limits_at_most() {
    const TARGETS: [&str; 2] = ["https://secret.example/old", "https://secret.example/new"];
    for_seeds("interleavings", "edited_limit_grants_both_limits_at_most", 600, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
        let link = json!({"target": TARGETS[0], "alias": "docs", "max_clicks": 1});
        assert_eq!(run(isolates[0].ask(Ask::create(&link))).code(), 201);
        let edit = json!({"target": TARGETS[1], "max_clicks": 2});
        set_random_faults(&edge, rates, seed);
        let followers = (0..2).map(|follower| {
            let isolate = &isolates[follower];
            Box::pin(async move { vec![isolate.ask(Ask::visit("docs")).await, isolate.ask(Ask::visit("docs")).await] }) as Client<'_, _>
        });
        let editor = Box::pin(async { vec![isolates[2].ask(Ask::change("docs", &edit)).await] }) as Client<'_, Vec<Answer>>;
        let clients = followers.chain([editor]).collect();
        let answers: Vec<Answer> = Turns::default().interleave(&mut random, clients, || {}).into_iter().flatten().collect();
        clear_faults(&edge);
        let edited = answers.last().map(Answer::code);
        let redirected = |answers: &[Answer], target: &str| answers.iter().filter(|answer| answer.header("location") == target).count();
        answers.iter().for_each(check_refusal);
        // No cache shows the old link any more. Visitors follow until no click is left.
        edge.link_cache.empty();
        let isolate = Isolate::new(&edge);
        let later: Vec<Answer> = (0..4).map(|_| run(isolate.ask(Ask::visit("docs")))).collect();
        let counts = TARGETS.map(|target| redirected(&answers, target) + redirected(&later, target));
        assert!(counts[0] <= 1 && counts[1] <= 2, "{counts:?}");
        assert!(redirected(&later[3..], TARGETS[0]) + redirected(&later[3..], TARGETS[1]) == 0, "{later:?}");
        if has_only_delays(rates) {
            assert_eq!((edited, counts[1]), (Some(200), 2), "the edit starts a new count");
        }
    });
}

/// Checks that a response without a redirect does not contain the target.
fn check_target_is_hidden(answer: &Answer) {
    check_refusal(answer);
    assert!(!answer.tells("secret.example"), "{answer:?}");
}

/// Reads the list to its end while others change it. Returns the listed aliases.
async fn read_list(isolate: &Isolate<'_>) -> Vec<String> {
    let mut aliases = Vec::new();
    let mut next = Some("/api/v1/links?limit=2".to_owned());
    while let Some(path) = next {
        let answer = isolate.ask(Ask::list(&path)).await;
        check_refusal(&answer);
        if answer.code() == 503 {
            return Vec::new();
        }
        let page = answer.json();
        aliases.extend(page["items"].as_array().into_iter().flatten().map(|item| text(&item["alias"])));
        next = page["next"].as_str().map(str::to_owned);
    }
    aliases
}

#[test]
fn pagination_under_changes_lists_no_alias_twice() {
    for_seeds("interleavings", "pagination_under_changes_lists_no_alias_twice", 300, |seed| {
        let (edge, rates, mut random) = draw(seed);
        let isolate = Isolate::new(&edge);
        for alias in ["a", "b", "c", "d", "e"] {
            run(isolate.ask(create(alias, "https://example.com/")));
            edge.wait_seconds(1);
        }
        set_random_faults(&edge, rates, seed);
        let mut clients: Vec<Client<'_, Vec<String>>> = (0..3).map(|_| Box::pin(read_list(&isolate)) as Client<'_, _>).collect();
        for new in ["x", "y", "z"] {
            let isolate = &isolate;
            clients.push(Box::pin(async move {
                for ask in [create(new, "https://example.com/"), Ask::delete("b"), Ask::restore("b"), Ask::delete(new), Ask::restore(new)] {
                    check_refusal(&isolate.ask(ask).await);
                }
                Vec::new()
            }));
        }
        let lists = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        for shown in lists {
            let distinct: BTreeSet<&String> = shown.iter().collect();
            assert_eq!(distinct.len(), shown.len(), "{shown:?}");
            let untouched: Vec<&String> = shown.iter().filter(|alias| ["a", "c", "d", "e"].contains(&alias.as_str())).collect();
            assert!(shown.is_empty() || rates.stale > 0 || untouched == ["e", "d", "c", "a"], "{shown:?}");
        }
        check_list(&edge);
    });
}
