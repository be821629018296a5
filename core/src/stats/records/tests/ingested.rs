//! Batches of log lines: counted once, whatever is repeated, late or not yet readable.

use super::*;
use crate::model::stats::{FailedVisits, Failure};
use crate::store::ledger::{Batch, FailedVisit};

/// Clicks of two links at the present time and a quarter of an hour before, and a failed visit.
fn batch(at: Timestamp) -> Batch {
    let earlier = Timestamp::from_millis(at.as_millis() - 15 * MINUTE * 1_000);
    let click = |number: u64, at| VisitorClick::example(link(number).as_str(), at).into_event(None);
    let failed = FailedVisit { domain: "hop.example".into(), at, counts: FailedVisits::one(Failure::Root) };
    Batch { events: vec![click(1, at), click(1, earlier), click(2, at)], failed: vec![failed], dropped: 0 }
}

/// Counts a batch as a request does.
async fn ingest_within(edge: &MemoryEdge, name: &str, batch: Batch, operations: u32) -> Result<(), StoreError> {
    let budget = Budget::new(operations);
    ingest(&Metered::new(edge, &budget), name, batch).await
}

fn send(edge: &MemoryEdge, name: &str, batch: &Batch) {
    run(ingest_within(edge, name, batch.clone(), OPERATIONS)).unwrap();
}

/// Clicks of both links, those of the deployment, and failed visits.
fn counts(edge: &MemoryEdge) -> (u64, u64, u64, u64) {
    let failed = report_of(edge, &everything()).0.failed.root;
    assert_eq!(reported(edge, &Subject::Link(link(1))), total(edge, &link(1)));
    (total(edge, &link(1)), total(edge, &link(2)), reported(edge, &everything()), failed)
}

#[test]
fn batch_is_counted_once_before_and_after_folding() {
    let edge = edge();
    let batch = batch(edge.now());
    for seed in 0..4 {
        set_faults(&edge, |step| if step == StoreStep::Write { Fault::LateAnswer(2) } else { Fault::Late(1) });
        let both = (0..3).map(|_| Box::pin(ingest_within(&edge, "a", batch.clone(), OPERATIONS)) as Pin<Box<dyn Future<Output = _>>>);
        assert!(interleave(seed, both.collect()).into_iter().all(|counted| counted == Ok(())));
        heal(&edge);
    }
    // After a day its lines are refused.
    for (wait, is_sent) in [(0, true), (HOUR, true), (20 * HOUR, true), (10 * HOUR, false), (3 * DAY, false)] {
        edge.wait_seconds(wait);
        assert_eq!(counts(&edge), (2, 1, 3, 1), "after {wait} seconds");
        fold_all(&edge);
        assert_eq!(counts(&edge), (2, 1, 3, 1), "folded after {wait} seconds");
        if is_sent {
            send(&edge, "a", &batch);
        }
    }
    send(&edge, "b", &self::batch(edge.now()));
    assert_eq!(counts(&edge), (4, 2, 6, 2));
}

#[test]
fn late_batch_is_counted_at_once() {
    let edge = edge();
    let batch = batch(edge.now());
    click(&edge, &link(1));
    edge.wait_seconds(MINUTE * 70);
    fold_all(&edge);
    assert_eq!(counts(&edge), (1, 0, 1, 0));
    send(&edge, "late", &batch);
    assert_eq!(counts(&edge), (3, 1, 4, 1), "before it is folded");
    fold_all(&edge);
    assert_eq!(counts(&edge), (3, 1, 4, 1), "after it is folded");
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!(counts(&edge), (3, 1, 4, 1), "after it is sealed");
}

#[test]
fn crash_at_any_step_counts_a_batch_once() {
    for crash in 0..12 {
        let edge = edge();
        click(&edge, &link(3));
        let batch = batch(edge.now());
        edge.wait_seconds(2 * HOUR);
        fold_all(&edge);
        let mut step = 0;
        set_faults(&edge, move |_| {
            step += 1;
            if step >= crash { Fault::Fail } else { Fault::None }
        });
        let first = run(ingest_within(&edge, "a", batch.clone(), OPERATIONS));
        heal(&edge);
        assert!(first.is_err() || crash > 4, "crash at step {crash}");
        send(&edge, "a", &batch);
        assert_eq!(counts(&edge), (2, 1, 4, 1), "crash at step {crash}");
        fold_all(&edge);
        assert_eq!(counts(&edge), (2, 1, 4, 1), "crash at step {crash}");
    }
}

#[test]
fn many_batches_of_a_segment_are_folded_in_slices() {
    let edge = edge();
    let batch = batch(edge.now());
    for number in 0..40 {
        send(&edge, &number.to_string(), &batch);
    }
    (0..5).for_each(|_| plant(&edge, &link(1), edge.now()));
    edge.wait_seconds(HOUR);
    let mut requests = 0;
    loop {
        edge.take_operations();
        let folded = run(maintain(&edge)).unwrap();
        assert!(edge.take_operations() <= OPERATIONS);
        requests += 1;
        if !folded.more || requests == 60 {
            break;
        }
    }
    assert!(requests < 60, "folding takes too many requests");
    assert_eq!(counts(&edge), (85, 40, 125, 40));
    edge.wait_seconds(2 * DAY);
    fold_all(&edge);
    assert_eq!(counts(&edge), (85, 40, 125, 40));
}

#[test]
fn batch_that_cannot_be_read_yet_is_folded_later() {
    let edge = edge();
    send(&edge, "a", &batch(edge.now()));
    set_faults(&edge, |step| if step == StoreStep::GetMany { Fault::Stale } else { Fault::None });
    let (report, complete_until) = report_of(&edge, &everything());
    assert_eq!(
        (report.totals().humans, complete_until),
        (0, Segment::of(Timestamp::from_millis(edge.now().as_millis() - 900_000)).start())
    );
    edge.wait_seconds(HOUR);
    assert!(run(maintain(&edge)).is_err());
    heal(&edge);
    fold_all(&edge);
    assert_eq!(counts(&edge), (2, 1, 3, 1));
}

#[test]
fn unreadable_batch_does_not_stop_folding() {
    let edge = edge();
    send(&edge, "a", &batch(edge.now()));
    send(&edge, "b", &batch(edge.now()));
    let damaged = keys_of_clicks(&edge).remove(0);
    edge.records.plant(&damaged, "{\"v\":99}");
    edge.wait_seconds(HOUR);
    fold_all(&edge);
    assert_eq!(reported(&edge, &everything()), 5);
    assert!(edge.take_log().iter().any(|line| line.contains("schema version 99")));
}
