//! The click buffer: which request sends the clicks.

use crate::model::stats::samples::MIDNIGHT;
use crate::model::stats::{FailedVisits, Failure, VisitorClick};
use crate::model::time::Timestamp;
use crate::stats::{ClickBuffer, FlushTask};

fn add(buffer: &mut ClickBuffer, at: u64) -> Option<FlushTask> {
    buffer.add(VisitorClick::sample(1, "192.0.2.1", at), Timestamp::from_millis(at))
}

fn is_flusher(task: Option<FlushTask>) -> bool {
    matches!(task, Some(FlushTask::Delayed))
}

#[test]
fn first_click_makes_its_request_the_flusher() {
    let mut buffer = ClickBuffer::default();
    let tasks: Vec<_> = (0..100).map(|number| is_flusher(add(&mut buffer, MIDNIGHT + number))).collect();
    assert_eq!(tasks.iter().filter(|is_flusher| **is_flusher).count(), 1);
    assert!(tasks[0]);
    assert_eq!(buffer.take_delayed().clicks.len(), 100);
    assert!(is_flusher(add(&mut buffer, MIDNIGHT + 200)));
}

#[test]
fn full_buffer_is_sent_by_the_request_that_filled_it() {
    let mut buffer = ClickBuffer::default();
    buffer.add_failed("hop.example", Failure::Root, Timestamp::from_millis(MIDNIGHT));
    buffer.count_dropped(3);
    for number in 1..=600 {
        match add(&mut buffer, MIDNIGHT) {
            Some(FlushTask::Delayed) => assert_eq!(number, 1),
            Some(FlushTask::Now(full)) => {
                let is_first = number == 250;
                assert!(is_first || number == 500, "{number}");
                assert_eq!(
                    (full.clicks.len(), full.failed.len(), full.dropped),
                    (250, usize::from(is_first), if is_first { 3 } else { 0 })
                );
            }
            None => assert!(number % 250 != 0 && number != 1, "{number}"),
        }
    }
    assert_eq!(buffer.take_delayed().clicks.len(), 100);
}

#[test]
fn flusher_that_never_ends_is_replaced() {
    let mut buffer = ClickBuffer::default();
    for (after, expected) in [(0, true), (1, false), (34_999, false), (35_000, true), (35_001, false), (69_999, false), (70_000, true)] {
        assert_eq!(is_flusher(add(&mut buffer, MIDNIGHT + after)), expected, "{after}");
    }
    assert_eq!(buffer.take_delayed().clicks.len(), 7);
}

#[test]
fn clock_that_jumps_back_does_not_block_flushing() {
    let mut buffer = ClickBuffer::default();
    let day = 86_400_000;
    for (at, expected) in [(MIDNIGHT, true), (MIDNIGHT - day, true), (MIDNIGHT - day + 1, false), (MIDNIGHT + day, true), (0, true)] {
        assert_eq!(is_flusher(add(&mut buffer, at)), expected, "{at}");
    }
}

#[test]
fn failed_visits_are_added_up_and_limited() {
    let mut buffer = ClickBuffer::default();
    for number in 0..200 {
        for failure in [Failure::UnknownAlias, Failure::UnknownAlias, Failure::Ended] {
            buffer.add_failed(&format!("{number}.example"), failure, Timestamp::from_millis(MIDNIGHT + number));
        }
    }
    buffer.add_failed("0.example", Failure::UnknownHost, Timestamp::from_millis(MIDNIGHT + 899_999));
    let failed = buffer.take_delayed().failed;
    assert_eq!(failed.len(), 100);
    assert_eq!((&*failed[0].domain, failed[0].at), ("0.example", Timestamp::from_millis(MIDNIGHT)));
    assert_eq!(failed[0].counts, FailedVisits { unknown_alias: 2, ended: 1, root: 0, unknown_host: 1 });
    assert!(buffer.take_delayed().is_empty());
}

#[test]
fn sequences_count_from_one_under_one_name() {
    let mut buffer = ClickBuffer::default();
    assert_eq!(buffer.next_sequence(|| Err("no randomness")), Err("no randomness"));
    let next: Vec<_> = ["a", "b"].into_iter().map(|name| buffer.next_sequence(|| Ok::<_, ()>(name.into())).unwrap()).collect();
    assert_eq!(next, [("a".to_owned(), 1), ("a".to_owned(), 2)]);
}
