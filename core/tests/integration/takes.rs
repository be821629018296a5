//! Limited takes: never more are granted than the limit, despite concurrency and faults. Both implementations are
//! tested: the counter of stores with atomic increments, and the tickets of stores without.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Mutex;

use crate::support::replay::for_seeds;
use crate::support::run;
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults, watch};
use hop_core::Timestamp;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, MemoryRecords, Random, StoreStep};
use hop_core::ports::{NoEntropy, Records, StoreError, Take};
use hop_core::store::tickets::{self, RandomBytes, Tickets as _};
use hop_core::store::{Key, Prefix};

/// The implementation that counts takes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Counter,
    Tickets,
}

const METHODS: [Method; 2] = [Method::Counter, Method::Tickets];

fn key() -> Key {
    Key::rate("test", "x", 1)
}

fn edge(seed: u64) -> MemoryEdge {
    store_faults::edge(seed, CommitMode::Stepwise)
}

fn draws(random: &mut Random) -> RandomBytes {
    let mut draws = RandomBytes::default();
    random.fill(&mut draws);
    draws
}

async fn take(records: &MemoryRecords, method: Method, limit: u64, draws: RandomBytes) -> Result<Take, StoreError> {
    match method {
        Method::Counter => records.take(&key(), limit, None).await.map(|outcome| outcome.take),
        Method::Tickets => tickets::take(records, &key(), limit, None, Ok(draws)).await.map(|outcome| outcome.take),
    }
}

async fn taken(records: &MemoryRecords, method: Method) -> u64 {
    match method {
        Method::Counter => records.taken(&[key()]).await.expect("the store has no faults")[0],
        Method::Tickets => {
            let page = records.scan(&Prefix::tickets(&key()), None, tickets::MAX_TICKETS).await.expect("the store has no faults");
            tickets::count(&page.keys)
        }
    }
}

fn granted(answers: &[Result<Take, StoreError>]) -> usize {
    answers.iter().filter(|answer| **answer == Ok(Take::Granted)).count()
}

#[test]
fn exactly_the_limit_is_granted() {
    for method in METHODS {
        for limit in [0, 1, 2, 7, 8, 9, 16, 17, 100, 1_000] {
            let (edge, mut random) = (edge(1), Random::new(limit));
            for number in 0..limit {
                assert_eq!(
                    run(take(&edge.records, method, limit, draws(&mut random))),
                    Ok(Take::Granted),
                    "{number} of {limit}, {method:?}"
                );
                assert!(limit > 100 || run(taken(&edge.records, method)) == number + 1);
            }
            for _ in 0..3 {
                assert_eq!(run(take(&edge.records, method, limit, draws(&mut random))), Ok(Take::Exhausted), "{limit}, {method:?}");
            }
            assert_eq!(run(taken(&edge.records, method)), limit);
            assert_eq!(
                run(take(&edge.records, method, limit + 1, draws(&mut random))),
                Ok(Take::Granted),
                "one more than {limit}, {method:?}"
            );
        }
    }
}

#[test]
fn concurrent_takes_never_exceed_the_limit() {
    for method in METHODS {
        for_seeds("takes", "concurrent_takes_never_exceed_the_limit", 500, |seed| {
            let (edge, mut random) = (edge(seed), Random::new(seed));
            let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
            set_random_faults(&edge, rates, seed);
            let takers = (0..20).map(|_| {
                let (records, draws) = (&edge.records, draws(&mut random));
                Box::pin(take(records, method, 10, draws)) as Client<'_, _>
            });
            let takers = takers.collect();
            let answers = Turns::default().interleave(&mut random, takers, || {});
            clear_faults(&edge);
            let (granted, counted) = (granted(&answers), run(taken(&edge.records, method)));
            assert!(granted as u64 <= counted && counted <= 10, "{method:?}: {granted} were granted, {counted} are counted");
            if rates.fail == 0 && rates.stale == 0 {
                assert_eq!(granted, 10, "{method:?}: {answers:?}");
                assert!(answers.iter().all(|answer| matches!(answer, Ok(Take::Granted | Take::Exhausted))), "{method:?}: {answers:?}");
            }
        });
    }
}

#[test]
fn parallel_threads_never_exceed_the_limit() {
    for method in METHODS {
        for round in 0..20 {
            let edge = edge(round);
            set_random_faults(&edge, DELAYS, round);
            let answers = Mutex::new(Vec::new());
            std::thread::scope(|scope| {
                for taker in 0..8 {
                    let (records, answers) = (&edge.records, &answers);
                    scope.spawn(move || {
                        let mut random = Random::new(round * 8 + taker);
                        for _ in 0..5 {
                            let answer = run(take(records, method, 25, draws(&mut random)));
                            answers.lock().expect("no thread panicked").push(answer);
                        }
                    });
                }
            });
            clear_faults(&edge);
            let answers = answers.into_inner().expect("no thread panicked");
            let busy = answers.iter().filter(|answer| **answer == Ok(Take::Busy)).count();
            let granted = granted(&answers);
            assert!(granted == 25 || (granted < 25 && busy > 0), "{method:?}: {granted} granted, {busy} busy");
            assert_eq!(run(taken(&edge.records, method)), granted as u64);
        }
    }
}

#[test]
fn failure_grants_nothing_and_wastes_at_most_one() {
    for method in METHODS {
        for (step, wasted) in [(StoreStep::Write, 0), (StoreStep::Answer, 1)] {
            let (edge, mut random) = (edge(1), Random::new(1));
            plan(&edge, Plan::FromFirst(step));
            assert!(run(take(&edge.records, method, 5, draws(&mut random))).is_err(), "{method:?} {step:?}");
            clear_faults(&edge);
            assert_eq!(run(taken(&edge.records, method)), wasted, "{method:?} {step:?}");
            let answers: Vec<_> = (0..8).map(|_| run(take(&edge.records, method, 5, draws(&mut random)))).collect();
            assert_eq!(granted(&answers) as u64, 5 - wasted, "{method:?} {step:?}");
        }
    }
}

#[test]
fn missing_randomness_tries_no_ticket() {
    let edge = edge(1);
    let trace = watch(&edge);
    let answer = run(tickets::take(&edge.records, &key(), 5, None, Err(NoEntropy("none".into()))));
    assert_eq!((answer, trace.steps().len()), (Err(StoreError::Unavailable("none".into())), 0));
}

/// The outcome of a take by tickets, and its store calls.
fn cost(edge: &MemoryEdge, limit: u64, draws: RandomBytes) -> (Take, Vec<StoreStep>) {
    let trace = watch(edge);
    let outcome = run(tickets::take(&edge.records, &key(), limit, None, Ok(draws))).expect("the store has no faults");
    clear_faults(edge);
    let steps: Vec<StoreStep> = trace.steps().into_iter().filter(|step| *step != StoreStep::Answer).collect();
    assert_eq!(outcome.operations as usize, steps.len(), "a take says what it used");
    (outcome.take, steps)
}

#[test]
fn ticket_cost_is_bounded() {
    let (edge, mut random) = (edge(1), Random::new(1));
    for _ in 0..10 {
        assert_eq!(cost(&edge, 1_000, draws(&mut random)), (Take::Granted, vec![StoreStep::Write]));
    }
    let mut most = 0;
    for number in 10..=1_000 {
        let (answer, steps) = cost(&edge, 1_000, draws(&mut random));
        most = most.max(steps.len());
        assert_eq!(answer == Take::Granted, number < 1_000, "{number}");
    }
    assert!((11..=19).contains(&most), "{most}");
    assert_eq!(cost(&edge, 1_000, draws(&mut random)), (Take::Exhausted, vec![StoreStep::Write, StoreStep::Get]));
}

/// A limit that expires, as for password tries: a take then costs at most four operations.
#[test]
fn expiring_limit_costs_at_most_four_operations() {
    let until = Some(Timestamp::from_millis(1));
    for limit in [1, 2, 3, 20, 60, 600] {
        let (edge, mut random) = (edge(limit), Random::new(limit));
        let (mut granted, mut most) = (0, 0);
        for _ in 0..limit * 2 {
            let trace = watch(&edge);
            let outcome = run(tickets::take(&edge.records, &key(), limit, until, Ok(draws(&mut random)))).expect("the store has no faults");
            clear_faults(&edge);
            let used = trace.count(|step| step != StoreStep::Answer);
            assert_eq!(outcome.operations as usize, used, "a take says what it used");
            most = most.max(used);
            assert_eq!(outcome.take == Take::Granted, granted < limit, "{granted} of {limit}");
            granted += u64::from(outcome.take == Take::Granted);
        }
        assert!(most <= 4, "{most} for {limit}");
    }
}

#[test]
fn concurrent_tries_never_exceed_an_expiring_limit() {
    let until = Some(Timestamp::from_millis(1));
    for_seeds("takes", "concurrent_tries_never_exceed_an_expiring_limit", 300, |seed| {
        let (edge, mut random) = (edge(seed), Random::new(seed));
        set_random_faults(&edge, [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)], seed);
        let takers = (0..20).map(|_| {
            let (records, draws) = (&edge.records, draws(&mut random));
            Box::pin(async move { tickets::take(records, &key(), 10, until, Ok(draws)).await.map(|outcome| outcome.take) }) as Client<'_, _>
        });
        let takers = takers.collect();
        let answers = Turns::default().interleave(&mut random, takers, || {});
        clear_faults(&edge);
        assert!(granted(&answers) <= 10, "{answers:?}");
    });
}

#[test]
fn missing_exhaustion_mark_is_written_next_time() {
    let (edge, mut random) = (edge(1), Random::new(1));
    for _ in 0..3 {
        assert_eq!(run(take(&edge.records, Method::Tickets, 3, draws(&mut random))), Ok(Take::Granted));
    }
    let has_mark = || edge.records.peek(&key()).is_some();
    let all = || cost(&edge, 3, [0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Three tickets are refused, then the write of the mark fails.
    plan(&edge, Plan::FromNth(StoreStep::Write, 4));
    let answer = run(tickets::take(&edge.records, &key(), 3, None, Ok([0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])));
    clear_faults(&edge);
    assert_eq!((answer.map(|outcome| outcome.take), has_mark()), (Ok(Take::Exhausted), false));
    let tries_all = vec![StoreStep::Write, StoreStep::Get, StoreStep::Write, StoreStep::Write, StoreStep::Write];
    assert_eq!((all(), has_mark()), ((Take::Exhausted, tries_all), true), "all tickets were tried, so no list is needed");
    assert_eq!(all(), (Take::Exhausted, vec![StoreStep::Write, StoreStep::Get]));
}

#[test]
fn exhaustion_mark_is_read_despite_failing_writes() {
    let (edge, mut random) = (edge(1), Random::new(1));
    for expected in [Take::Granted, Take::Exhausted] {
        assert_eq!(run(take(&edge.records, Method::Tickets, 1, draws(&mut random))), Ok(expected));
    }
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    assert_eq!(run(take(&edge.records, Method::Tickets, 1, draws(&mut random))), Ok(Take::Exhausted));
    clear_faults(&edge);
}

#[test]
fn stale_list_answers_busy_not_exhausted() {
    let (edge, mut random) = (edge(1), Random::new(1));
    let draws = draws(&mut random);
    // All takers try the same tickets first. The list does not show any of them yet.
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Stale));
    let answers: Vec<_> = (0..40).map(|_| run(take(&edge.records, Method::Tickets, 40, draws))).collect();
    clear_faults(&edge);
    assert!(answers.contains(&Ok(Take::Busy)) && !answers.contains(&Ok(Take::Exhausted)), "{answers:?}");
    assert!(granted(&answers) < 40);
}

/// If no more tickets seem left than one take may try, all of them are tried.
#[test]
fn few_remaining_tickets_are_all_tried() {
    let first = RandomBytes::default();
    for (limit, answer) in [(9, Take::Exhausted), (10, Take::Busy)] {
        let (edge, mut random) = (edge(1), Random::new(1));
        for _ in 0..limit {
            assert_eq!(run(take(&edge.records, Method::Tickets, limit, draws(&mut random))), Ok(Take::Granted));
        }
        plan(&edge, Plan::Every(StoreStep::Scan, Fault::Stale));
        assert_eq!(run(take(&edge.records, Method::Tickets, limit, first)), Ok(answer), "one refused and {} left of {limit}", limit - 1);
        clear_faults(&edge);
    }
}

#[test]
fn every_ticket_number_is_reachable() {
    let edge = edge(1);
    let ticket = |number: u64| edge.records.peek(&Key::stored(format!("{}{number}", Prefix::tickets(&key()).as_str()))).is_some();
    for (high, low, number) in [(0, 0, 0), (0, 255, 255), (1, 2, 258), (3, 231, 999), (3, 232, 0), (255, 255, 535)] {
        let mut draws = RandomBytes::default();
        draws[..2].copy_from_slice(&[high, low]);
        let answer = run(take(&edge.records, Method::Tickets, 1_000, draws));
        assert_eq!((answer, ticket(number)), (Ok(Take::Granted), true), "{high} {low}");
    }
}

#[test]
fn add_succeeds_once() {
    let edge = edge(1);
    let add = |value: &str| run(edge.records.add(&key(), value, None));
    assert_eq!((add("1"), add("2"), add("3")), (Ok(true), Ok(false), Ok(false)));
    assert_eq!(edge.records.peek(&key()).expect("it is there").value, b"1");
}
