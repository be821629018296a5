//! Which batches are merged: each at most once, whenever and however often it arrives.

use super::super::LedgerReply::{Done, Refused};
use super::world::{DAY, World};

#[test]
fn batch_that_arrives_twice_counts_once() {
    let world = World::new(1);
    let events = world.events(5);
    assert_eq!((world.merge(1, &events), world.merge(1, &events)), (Done, Done));
    assert_eq!(world.total(), 5);
    world.fold();
    assert_eq!((world.merge(1, &events), world.total()), (Done, 5));
    world.fold();
    assert_eq!(world.total(), 5);
}

#[test]
fn duplicate_writes_no_row() {
    let world = World::new(1);
    let events = world.events(5);
    world.merge(1, &events);
    assert_eq!(world.rows.written.take(), 1);
    world.merge(1, &events);
    assert_eq!(world.rows.written.take(), 0);
}

#[test]
fn each_sequence_and_sender_is_a_batch() {
    let world = World::new(1);
    let events = world.events(1);
    let now = world.now.get();
    for (sender, sequence, total) in
        [("a", 1, 1), ("a", 2, 2), ("b", 1, 3), ("b", 2, 4), ("a", 66, 5), ("a", 3, 6), ("a", 3, 6), ("b", 66, 7)]
    {
        assert_eq!(world.merge_of(sender, sequence, now, &events), Done);
        assert_eq!(world.total(), total, "{sender} {sequence}");
    }
}

#[test]
fn batch_too_far_behind_is_refused() {
    let world = World::new(1);
    let events = world.events(1);
    for (sequence, reply, total) in
        [(1, Done, 1), (66, Done, 2), (1, Refused, 2), (2, Done, 3), (131, Done, 4), (66, Refused, 4), (67, Done, 5)]
    {
        assert_eq!((world.merge(sequence, &events), world.total()), (reply, total), "{sequence}");
    }
}

#[test]
fn old_and_future_batches_are_refused() {
    let world = World::new(1);
    let (events, now) = (world.events(1), world.now.get());
    for (sent_at, reply) in [
        (now - 3_600_000, Refused),
        (now - 60_001, Refused),
        (now - 60_000, Done),
        (now, Done),
        (now + 60_000, Done),
        (now + 60_001, Refused),
        (u64::MAX, Refused),
        (0, Refused),
    ] {
        let sender = sent_at.to_string();
        assert_eq!(world.merge_of(&sender, 1, sent_at, &events), reply, "{sent_at}");
    }
    assert_eq!((world.total(), world.rows.written.get()), (3, 3));
}

#[test]
fn forgotten_sender_cannot_count_twice() {
    let world = World::new(1);
    let (events, sent_at) = (world.events(3), world.now.get());
    for wait in [0, 60_000, 59_999, 1, 1, 60_000] {
        world.wait(wait);
        let expected = if world.now.get() - sent_at <= 60_000 { Done } else { Refused };
        assert_eq!(world.merge_of("a", 1, sent_at, &events), expected);
        world.fold();
        assert_eq!(world.total(), 3);
    }
    assert!(world.keys("journal/").is_empty());
}

#[test]
fn sender_with_an_invalid_name_is_refused() {
    let world = World::new(1);
    for sender in ["", "a/b", "\u{fc}"] {
        assert_eq!(world.merge_of(sender, 1, world.now.get(), &world.events(1)), Refused);
    }
    assert_eq!(world.rows.written.get(), 0);
}

#[test]
fn clock_that_jumps_counts_each_batch_once() {
    let world = World::new(1);
    let mut expected = 0;
    for (sequence, jump) in (1..).zip([0_i64, -1, 1, 1, -1, 30, -30]) {
        world.now.set(world.now.get().checked_add_signed(jump * i64::try_from(DAY).unwrap()).unwrap());
        let events = world.events(2);
        expected += 2;
        for _ in 0..2 {
            assert_eq!((world.merge(sequence, &events), world.total()), (Done, expected), "{sequence}");
        }
        world.fold();
        assert_eq!((world.merge(sequence, &events), world.total()), (Done, expected), "{sequence}");
    }
}

#[test]
fn merge_asks_for_an_alarm() {
    let mut world = World::new(1);
    let request = World::request("a", 1, world.now.get(), &world.events(1));
    assert_eq!(world.answer(&request).unwrap().alarm_after, Some(3_600_000));
    world.settings.has_paid_plan = true;
    assert_eq!(world.answer(&request).unwrap().alarm_after, Some(60_000));
    let refused = World::request("a", 2, 0, &world.events(1));
    assert_eq!(world.answer(&refused).unwrap().alarm_after, None);
}

#[test]
fn unreadable_request_changes_nothing() {
    let world = World::new(1);
    let request = World::request("a", 1, world.now.get(), &world.events(3)).encode().unwrap();
    let shard = super::super::Shard::new(&world.rows, world.settings, crate::model::time::Timestamp::from_millis(world.now.get()));
    for length in 0..request.len() {
        assert!(request.get(..length).is_none_or(|part| shard.answer(part.as_bytes()).is_err()), "{length}");
    }
    assert_eq!((world.rows.written.get(), shard.answer(request.as_bytes()).is_ok()), (0, true));
}
