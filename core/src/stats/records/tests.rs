//! Statistics in records, under faults, races and clocks that jump.

#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small, and a test that overflows has failed")]

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context as Waking, Poll, Waker};

use super::*;
use crate::memory::{CommitMode, Fault, Faults, MemoryEdge, MemoryRecords, NoFaults, Random, StoreStep};
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::ledger_shards::ShardNames;
use crate::model::link::LinkId;
use crate::model::stats::{Day, Dimension, Month, Report, ReportQuery, VisitorClick};
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::stats::Statistics;
use crate::store::Key;
use crate::store::budget::{Budget, Metered};
use crate::store::ledger::Subject;
use crate::store::ports::{Edge, StoreError};
use crate::store::segments::{KeptEvent, LinkTotal, Segment, SegmentedMonth};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The operations of a request on Compute.
const OPERATIONS: u32 = 32;

const MONTHS: u32 = 24;

mod ingested;

fn edge() -> MemoryEdge {
    let edge = MemoryEdge::with_records(7, MemoryRecords::new(CommitMode::Stepwise, Box::new(NoFaults))).without_ledger().without_cache();
    edge.set_operations(OPERATIONS);
    edge
}

fn link(number: u64) -> LinkId {
    let digit = |position: u32| char::from(b"123456789A"[usize::try_from(number / 10_u64.pow(position) % 10).unwrap()]);
    LinkId::stored(format!("lnk_{}", (0..17).map(digit).collect::<String>()))
}

/// Polls a future until it is ready.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Waking::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("this future never ends");
}

/// Polls futures in an order drawn from a seed.
fn interleave<T>(seed: u64, futures: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let (mut random, mut outputs, mut waiting) = (Random::new(seed), Vec::new(), futures);
    while !waiting.is_empty() {
        let turn = random.below(waiting.len());
        if let Poll::Ready(output) = waiting[turn].as_mut().poll(&mut Waking::from_waker(Waker::noop())) {
            outputs.push(output);
            drop(waiting.swap_remove(turn));
        }
    }
    outputs
}

/// Is pending as many times.
async fn wait_for_turns(turns: u64) {
    let mut left = turns;
    std::future::poll_fn(|_| {
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Applies a fault at each step that a function chooses.
struct At<F>(F);

impl<F: FnMut(StoreStep) -> Fault + Send> Faults for At<F> {
    fn next(&mut self, step: StoreStep) -> Fault {
        (self.0)(step)
    }
}

fn set_faults(edge: &MemoryEdge, faults: impl FnMut(StoreStep) -> Fault + Send + 'static) {
    edge.records.set_faults(Box::new(At(faults)));
}

fn heal(edge: &MemoryEdge) {
    edge.records.set_faults(Box::new(NoFaults));
}

/// Counts a click as the background work of a request does.
async fn click_within(edge: &MemoryEdge, link: &LinkId, operations: u32) -> Result<(), StoreError> {
    let budget = Budget::new(operations);
    let metered = Metered::new(edge, &budget);
    let after = count_click(&metered, VisitorClick::example(link.as_str(), edge.now())).await?;
    work_after_click(&metered, &budget, MONTHS, after).await
}

fn click(edge: &MemoryEdge, link: &LinkId) {
    run(click_within(edge, link, OPERATIONS)).unwrap();
}

/// Stores the key of a click of this moment, without any work for others.
fn plant(edge: &MemoryEdge, link: &LinkId, at: Timestamp) {
    let event = KeptEvent::new(VisitorClick::example(link.as_str(), at).into_event(None)).unwrap();
    run(count::insert(edge, &event, at)).unwrap();
}

/// One request of a scheduler.
async fn maintain(edge: &MemoryEdge) -> Result<Folded, StoreError> {
    let budget = Budget::new(OPERATIONS);
    fold(&Metered::new(edge, &budget), &budget, Folding::Scheduler { months: MONTHS }).await
}

/// Requests of a scheduler until nothing is due.
fn fold_all(edge: &MemoryEdge) -> u32 {
    let mut segments = 0;
    for _ in 0..1_000 {
        let folded = run(maintain(edge)).unwrap();
        segments += folded.segments;
        if !folded.more {
            return segments;
        }
    }
    panic!("folding never ends");
}

/// Reads in a request with the budget of Compute, of which authentication has used some.
fn read<T>(edge: &MemoryEdge, read: impl AsyncFnOnce(&Statistics<'_, Metered<'_, MemoryEdge>>) -> T) -> T {
    let budget = Budget::new(OPERATIONS);
    let metered = Metered::new(edge, &budget);
    for _ in 0..6 {
        run(crate::store::ports::Records::get(crate::store::ports::Edge::records(&metered), &Key::probe())).unwrap();
    }
    let statistics = Statistics { edge: &metered, shards: &ShardNames::default(), budget: &budget, now: edge.now(), is_logged: true };
    run(read(&statistics))
}

fn total(edge: &MemoryEdge, link: &LinkId) -> u64 {
    read(edge, async |statistics| totals(statistics, &[link]).await.unwrap()[0].clicks.humans)
}

/// The last twelve months by day, with four dimensions.
fn year(edge: &MemoryEdge) -> ReportQuery {
    let tomorrow = Day::of(edge.now()).next();
    ReportQuery {
        starts: (0..365).rev().map(|days| tomorrow.minus(days + 1).start()).collect(),
        end: tomorrow.start(),
        days: (tomorrow.minus(365), tomorrow),
        dimensions: vec![Dimension::Browser, Dimension::Os, Dimension::Referrer, Dimension::Language],
        with_sketches: false,
    }
}

fn report_of(edge: &MemoryEdge, subject: &Subject) -> (Report, Timestamp) {
    let query = year(edge);
    read(edge, async |statistics| report(statistics, subject, &query).await.unwrap())
}

fn reported(edge: &MemoryEdge, subject: &Subject) -> u64 {
    report_of(edge, subject).0.totals().humans
}

/// The documents, without their guards.
fn documents(edge: &MemoryEdge) -> BTreeMap<String, Vec<u8>> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("stats"));
    keys.map(|key| (key.as_str().to_owned(), edge.records.peek(&key).unwrap().value)).collect()
}

fn keys_of_clicks(edge: &MemoryEdge) -> Vec<Key> {
    edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("c/")).collect()
}

fn everything() -> Subject {
    Subject::Domains(None)
}

#[test]
fn clicks_are_exact_before_and_after_folding() {
    let (edge, link) = (edge(), link(1));
    set_faults(&edge, |step| if step == StoreStep::Write { Fault::LateAnswer(2) } else { Fault::Late(1) });
    for round in 0..4 {
        let clicks = (0..16).map(|_| Box::pin(click_within(&edge, &link, OPERATIONS)) as Pin<Box<dyn Future<Output = _>>>);
        assert!(interleave(round, clicks.collect()).into_iter().all(|counted| counted == Ok(())));
        edge.wait_seconds(7 * MINUTE);
    }
    heal(&edge);
    let subjects = [Subject::Link(link.clone()), everything(), Subject::Tag(Tag::stored("news".into()), None)];
    for wait in [0, 20 * MINUTE, DAY + 2 * HOUR, 3 * DAY] {
        edge.wait_seconds(wait);
        assert_eq!(total(&edge, &link), 64, "after {wait} seconds");
        for subject in &subjects {
            let (report, _) = report_of(&edge, subject);
            assert_eq!((report.totals(), report.whole_days.humans), (Clicks { humans: 64, bots: 0, previews: 0 }, 64), "{subject:?}");
            if *subject != subjects[2] {
                assert_eq!(report.values[&Dimension::Browser].values["firefox"].humans, 64);
                assert_eq!(report.values[&Dimension::Referrer].values["news.example"].humans, 64);
            }
        }
        fold_all(&edge);
    }
    let document = SegmentedMonth::decode(&edge.records.peek(&Key::link_month(&link, Month::of(edge.now()))).unwrap().value).unwrap();
    assert_eq!(document.recent().count(), 64);
}

#[test]
fn folding_again_changes_nothing() {
    let edge = edge();
    for number in 0..5 {
        click(&edge, &link(number));
        edge.wait_seconds(13 * MINUTE);
    }
    edge.wait_seconds(20 * MINUTE);
    fold_all(&edge);
    let before = documents(&edge);
    edge.records.lose(&Key::fold_progress());
    assert!(fold_all(&edge) >= 5);
    assert_eq!(documents(&edge), before);
    edge.wait_seconds(2 * DAY);
    click(&edge, &link(0));
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    let sealed = documents(&edge);
    edge.records.lose(&Key::fold_progress());
    fold_all(&edge);
    assert_eq!(documents(&edge).get("stats/lnk_1/total"), sealed.get("stats/lnk_1/total"));
    assert_eq!((total(&edge, &link(0)), reported(&edge, &everything())), (2, 6));
}

#[test]
fn fold_that_crashes_at_any_step_is_completed() {
    for crash in 0..60 {
        let edge = edge();
        for number in 0..3 {
            plant(&edge, &link(number), edge.now());
        }
        edge.wait_seconds(30 * MINUTE);
        for number in 0..3 {
            plant(&edge, &link(number), edge.now());
        }
        edge.wait_seconds(30 * MINUTE);
        let mut step = 0;
        set_faults(&edge, move |_| {
            step += 1;
            if step >= crash { Fault::Fail } else { Fault::None }
        });
        let _ = run(maintain(&edge));
        heal(&edge);
        for wait in [0, 2 * DAY] {
            edge.wait_seconds(wait);
            fold_all(&edge);
            let counts = (0..3).map(|number| total(&edge, &link(number))).collect::<Vec<_>>();
            assert_eq!((counts, reported(&edge, &everything())), (vec![2, 2, 2], 6), "crash at step {crash}");
        }
    }
}

#[test]
fn folds_at_once_count_every_click_once() {
    for seed in 0..200 {
        let edge = edge();
        for number in 0..4 {
            plant(&edge, &link(number % 2), edge.now());
        }
        edge.wait_seconds(30 * MINUTE);
        let mut random = Random::new(seed);
        set_faults(&edge, move |_| match random.below(20) {
            0 => Fault::Fail,
            1 => Fault::Stale,
            lag => Fault::LateAnswer(u8::try_from(lag % 4).unwrap()),
        });
        let folds = (0..3).map(|_| Box::pin(maintain(&edge)) as Pin<Box<dyn Future<Output = _>>>);
        let _ = interleave(seed, folds.collect());
        heal(&edge);
        edge.wait_seconds(DAY + 2 * HOUR);
        fold_all(&edge);
        edge.wait_seconds(DAY);
        fold_all(&edge);
        let counts = [0, 1].map(|number| total(&edge, &link(number)));
        assert_eq!((counts, reported(&edge, &everything())), ([2, 2], 4), "seed {seed}");
    }
}

#[test]
fn late_key_is_counted_when_its_segment_is_sealed() {
    let edge = edge();
    let at = edge.now();
    click(&edge, &link(1));
    edge.wait_seconds(40 * MINUTE);
    fold_all(&edge);
    plant(&edge, &link(1), at);
    plant(&edge, &link(2), at);
    assert_eq!((total(&edge, &link(1)), total(&edge, &link(2))), (1, 0), "they are not folded yet");
    edge.wait_seconds(DAY + HOUR);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), total(&edge, &link(2)), reported(&edge, &everything())), (2, 1, 3));
}

/// A request that has nearly used its operations must not take a segment for one with too many keys: its slices would
/// later hide a late key.
#[test]
fn clicks_with_few_operations_lose_no_late_key() {
    let edge = edge();
    let at = edge.now();
    plant(&edge, &link(1), at);
    edge.wait_seconds(40 * MINUTE);
    for operations in 3..30 {
        run(click_within(&edge, &link(3), operations)).unwrap_or_default();
        // The lease of a step is over.
        edge.wait_seconds(2 * MINUTE);
    }
    fold_all(&edge);
    plant(&edge, &link(1), at);
    edge.wait_seconds(DAY + HOUR);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), total(&edge, &link(3))), (2, 27));
}

#[test]
fn key_in_an_empty_segment_is_found_later() {
    let edge = edge();
    click(&edge, &link(1));
    edge.wait_seconds(5 * HOUR);
    let at = edge.now();
    edge.wait_seconds(5 * HOUR);
    click(&edge, &link(1));
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    plant(&edge, &link(2), at);
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), total(&edge, &link(2))), (2, 1));
}

#[test]
fn lost_answer_counts_the_click_once() {
    let edge = edge();
    click(&edge, &link(1));
    let mut answers = 0;
    set_faults(&edge, move |step| {
        answers += u32::from(step == StoreStep::Answer);
        if step == StoreStep::Answer && answers == 1 { Fault::Fail } else { Fault::None }
    });
    click(&edge, &link(1));
    heal(&edge);
    assert_eq!(keys_of_clicks(&edge).len(), 2);
}

#[test]
fn stale_listing_is_mended_before_the_segment_is_sealed() {
    let edge = edge();
    click(&edge, &link(1));
    edge.wait_seconds(MINUTE);
    click(&edge, &link(2));
    edge.wait_seconds(30 * MINUTE);
    let mut scans = 0;
    set_faults(&edge, move |step| {
        scans += u32::from(step == StoreStep::Scan);
        if step == StoreStep::Scan && scans == 1 { Fault::Stale } else { Fault::None }
    });
    let _ = run(maintain(&edge));
    heal(&edge);
    fold_all(&edge);
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), total(&edge, &link(2))), (1, 1));
}

#[test]
fn clock_that_jumps_back_a_day_loses_no_click() {
    let edge = edge();
    for _ in 0..3 {
        click(&edge, &link(1));
        edge.wait_seconds(HOUR);
        fold_all(&edge);
    }
    edge.turn_back_seconds(DAY);
    click(&edge, &link(1));
    fold_all(&edge);
    assert_eq!(total(&edge, &link(1)), 3, "the late click is counted when its segment is sealed");
    edge.wait_seconds(DAY);
    click(&edge, &link(1));
    edge.wait_seconds(3 * DAY);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), reported(&edge, &everything())), (5, 5));
}

#[test]
fn old_events_are_folded_into_their_month() {
    let edge = edge();
    let at = Timestamp::from_millis(edge.now().as_millis() - 40 * DAY * 1_000);
    plant(&edge, &link(1), at);
    plant(&edge, &link(1), edge.now());
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(1)), reported(&edge, &Subject::Link(link(1)))), (2, 2));
    assert!(edge.records.peek(&Key::link_month(&link(1), Month::of(at))).is_some());
}

#[test]
fn unvisited_link_keeps_its_clicks_when_keys_expire() {
    let edge = edge();
    for _ in 0..3 {
        click(&edge, &link(1));
        edge.wait_seconds(HOUR);
    }
    let expiry = edge.records.expiry(&keys_of_clicks(&edge)[0]).unwrap();
    assert!(expiry.millis_since(edge.now()) > 34 * DAY * 1_000);
    let mut segments = 0;
    for _ in 0..40 {
        edge.wait_seconds(DAY);
        segments += fold_all(&edge);
    }
    assert!(expiry < edge.now());
    for key in keys_of_clicks(&edge) {
        edge.records.lose(&key);
    }
    assert_eq!((total(&edge, &link(1)), reported(&edge, &everything())), (3, 3));
    assert!(segments >= 6, "each segment was folded and sealed: {segments}");
    let total = LinkTotal::decode(&edge.records.peek(&Key::total(&link(1))).unwrap().value).unwrap();
    assert!(total.parts.len() <= 3);
}

#[test]
fn erased_link_stays_erased_when_its_clicks_are_folded() {
    let edge = edge();
    for _ in 0..3 {
        click(&edge, &link(1));
        click(&edge, &link(2));
        edge.wait_seconds(40 * DAY);
        fold_all(&edge);
    }
    click(&edge, &link(1));
    let of_link = |edge: &MemoryEdge| documents(edge).into_keys().filter(|key| key.starts_with(&format!("stats/{}/", link(1)))).count();
    assert_eq!(of_link(&edge), 4);
    // The budget is enough for one document at a time.
    for is_complete in [false, false, true] {
        let budget = Budget::new(4);
        assert_eq!(run(erase(&Metered::new(&edge, &budget), &budget, &link(1), 4)), Ok(is_complete));
    }
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!((of_link(&edge), total(&edge, &link(1)), reported(&edge, &Subject::Link(link(1)))), (1, 0, 0));
    assert_eq!(total(&edge, &link(2)), 3);
    let mark = edge.records.expiry(&Key::total(&link(1))).unwrap();
    assert!(mark > edge.records.expiry(keys_of_clicks(&edge).last().unwrap()).unwrap());
}

#[test]
fn erasure_during_a_fold_leaves_no_document() {
    for seed in 0..100 {
        let edge = edge();
        plant(&edge, &link(1), edge.now());
        edge.wait_seconds(30 * MINUTE);
        let mut random = Random::new(seed);
        set_faults(&edge, move |_| Fault::LateAnswer(u8::try_from(random.below(4)).unwrap()));
        let budget = Budget::new(OPERATIONS);
        let erasing = async {
            wait_for_turns(seed % 40).await;
            erase(&edge, &budget, &link(1), OPERATIONS).await.unwrap();
        };
        let folding = async {
            maintain(&edge).await.unwrap();
        };
        interleave(seed, vec![Box::pin(erasing) as Pin<Box<dyn Future<Output = ()>>>, Box::pin(folding)]);
        heal(&edge);
        let keys: Vec<String> = documents(&edge).into_keys().filter(|key| key.starts_with("stats/")).collect();
        assert_eq!(keys, [Key::total(&link(1)).as_str()], "seed {seed}");
        assert_eq!(total(&edge, &link(1)), 0);
    }
}

#[test]
fn key_that_comes_during_a_fold_is_counted() {
    let edge = edge();
    let at = edge.now();
    for number in 0..30 {
        plant(&edge, &link(number), at);
    }
    edge.wait_seconds(30 * MINUTE);
    assert!(run(maintain(&edge)).unwrap().more);
    for number in 0..30 {
        plant(&edge, &link(number), at);
    }
    fold_all(&edge);
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert!((0..30).all(|number| total(&edge, &link(number)) == 2));
    assert_eq!(reported(&edge, &everything()), 60);
}

#[test]
fn year_of_a_link_fits_the_budget_of_compute() {
    let edge = edge();
    for _ in 0..24 {
        click(&edge, &link(1));
        edge.wait_seconds(31 * DAY / 2);
        fold_all(&edge);
    }
    click(&edge, &link(1));
    edge.take_operations();
    let (report, complete_until) = report_of(&edge, &Subject::Link(link(1)));
    let operations = edge.take_operations();
    assert!(report.totals().humans >= 23 && report.series.len() == 365, "{:?}", report.totals());
    // Six of them stand for authentication.
    assert!(operations <= 26, "{operations}");
    assert!(edge.now().millis_since(complete_until) <= 20 * MINUTE * 1_000);
}

#[test]
fn complete_until_is_what_the_budget_reaches() {
    let edge = edge();
    click(&edge, &link(1));
    let first = Segment::of(edge.now());
    edge.wait_seconds(20 * DAY);
    plant(&edge, &link(1), edge.now());
    let (_, complete_until) = report_of(&edge, &Subject::Link(link(1)));
    assert!(complete_until > first.next().start() && complete_until < edge.now());
    fold_all(&edge);
    let (report, complete_until) = report_of(&edge, &Subject::Link(link(1)));
    assert!(edge.now().millis_since(complete_until) <= 20 * MINUTE * 1_000);
    assert_eq!(report.totals().humans, 2);
}

#[test]
fn click_costs_three_operations_and_folding_fits_the_rest() {
    let edge = edge();
    click(&edge, &link(1));
    edge.wait_seconds(MINUTE);
    edge.take_operations();
    click(&edge, &link(1));
    assert_eq!(edge.take_operations(), 3, "salt and progress are read, the key is written");
    edge.wait_seconds(20 * MINUTE);
    click(&edge, &link(1));
    let with_fold = edge.take_operations();
    assert!((10..=24).contains(&with_fold), "{with_fold}");
    assert_eq!(LinkTotal::decode(&edge.records.peek(&Key::total(&link(1))).unwrap().value).unwrap().totals().clicks.humans, 2);
    // The last pass begins before the first click. It moves on once, and then nothing else is due.
    click(&edge, &link(1));
    edge.take_operations();
    click(&edge, &link(1));
    assert_eq!(edge.take_operations(), 3, "nothing else is due");
}

#[test]
fn clicks_at_once_share_the_work_of_folding() {
    let (edge, link) = (edge(), link(1));
    click(&edge, &link);
    edge.wait_seconds(30 * MINUTE);
    set_faults(&edge, |_| Fault::LateAnswer(1));
    edge.take_operations();
    let clicks = (0..16).map(|_| Box::pin(click_within(&edge, &link, OPERATIONS)) as Pin<Box<dyn Future<Output = _>>>);
    assert!(interleave(3, clicks.collect()).into_iter().all(|counted| counted == Ok(())));
    let operations = edge.take_operations();
    assert!(operations < 16 * 8, "{operations}");
    heal(&edge);
    assert_eq!(total(&edge, &link), 17);
}

#[test]
fn very_busy_segment_is_folded_slice_by_slice() {
    let edge = edge();
    let at = edge.now();
    for number in 0..9_000_u64 {
        let link = if number < 6_000 { link(0) } else { link(number % 40) };
        plant(&edge, &link, at);
    }
    edge.wait_seconds(30 * MINUTE);
    fold_all(&edge);
    let of_first = 6_000 + 3_000 / 40;
    assert_eq!((total(&edge, &link(0)), total(&edge, &link(7))), (of_first, 75));
    assert_eq!(reported(&edge, &Subject::Domains(Some(vec![Domain::stored("hop.example".into())]))), 9_000);
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(0)), reported(&edge, &everything())), (of_first, 9_000));
}

#[test]
fn uniques_are_counted_with_a_salt_an_hour_old() {
    let edge = edge();
    let uniques = |edge: &MemoryEdge| report_of(edge, &Subject::Link(link(1))).0.visitor_days();
    click(&edge, &link(1));
    edge.wait_seconds(MINUTE);
    click(&edge, &link(1));
    assert_eq!(uniques(&edge), 0, "the salt is new");
    edge.wait_seconds(HOUR);
    click(&edge, &link(1));
    click(&edge, &link(1));
    assert_eq!(uniques(&edge), 1);
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    assert_eq!(uniques(&edge), 1);
    // The salt of the next day was made ahead.
    edge.wait_seconds(DAY);
    edge.take_operations();
    click(&edge, &link(1));
    assert_eq!(uniques(&edge), 2);
    let salt = edge.records.expiry(&Key::salt(Day::of(edge.now()))).unwrap();
    assert!(salt > edge.now() && salt.millis_since(edge.now()) <= 2 * DAY * 1_000);
}

#[test]
fn unreadable_document_is_put_aside() {
    let edge = edge();
    click(&edge, &link(1));
    let keys = [Key::total(&link(1)), Key::link_month(&link(1), Month::of(edge.now()))];
    keys.iter().for_each(|key| edge.records.plant(key, "{\"v\":99}"));
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    assert_eq!(total(&edge, &link(1)), 1);
    for key in keys.iter().map(|key| key.unreadable(edge.now())) {
        assert_eq!(edge.records.peek(&key).unwrap().value, b"{\"v\":99}");
        assert!(edge.records.expiry(&key).is_some_and(|expiry| expiry > edge.now()));
    }
    assert!(edge.take_log().iter().any(|line| line.contains("schema version 99")));
}

#[test]
fn unreadable_progress_counts_no_click_twice() {
    let edge = edge();
    for day in 0..4 {
        for number in 0..3 {
            click(&edge, &link(number));
        }
        if day == 2 {
            fold_all(&edge);
        }
        edge.wait_seconds(DAY);
    }
    let damaged = edge.records.peek(&Key::fold_progress()).unwrap();
    edge.records.plant(&Key::fold_progress(), "{\"v\":99}");
    click(&edge, &link(0));
    assert!(edge.take_log().iter().any(|line| line.contains("schema version 99")));
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    assert_eq!((total(&edge, &link(0)), total(&edge, &link(1)), reported(&edge, &everything())), (5, 4, 13));
    assert_ne!(edge.records.peek(&Key::fold_progress()).unwrap().value, damaged.value);
    assert_eq!(run(maintain(&edge)).unwrap(), Folded::default());
}

#[test]
fn every_maintenance_request_makes_progress() {
    let edge = edge();
    for number in 0..300 {
        plant(&edge, &link(number), edge.now());
    }
    edge.wait_seconds(HOUR);
    let mut requests = 0;
    loop {
        let before = edge.records.peek(&Key::fold_progress()).map(|record| record.value);
        edge.take_operations();
        let folded = run(maintain(&edge)).unwrap();
        assert!(edge.take_operations() <= OPERATIONS);
        requests += 1;
        assert_ne!(edge.records.peek(&Key::fold_progress()).map(|record| record.value), before);
        if !folded.more {
            break;
        }
    }
    assert!((40..=100).contains(&requests), "{requests}");
    assert_eq!(reported(&edge, &everything()), 300);
}
