//! Sending clicks: N clicks count exactly N, and a ledger that is down is reported.

use std::pin::Pin;

use super::world::{World, give_way, interleave, run};
use crate::memory::Random;
use crate::model::ledger_shards::ShardNames;
use crate::model::stats::Failure;
use crate::store::ports::Edge as _;

#[test]
fn flusher_sends_what_came_within_a_second() {
    let world = World::new();
    let task = world.click(1, "192.0.2.1");
    for _ in 0..9 {
        assert!(world.click(2, "192.0.2.2").is_none());
    }
    assert_eq!(world.edge.ledger.take_costs(), (0, 0));
    run(world.flush(task));
    assert_eq!(world.edge.take_waits(), [1_000]);
    // One call and one row for the batch; the other call asks for salts.
    assert_eq!(world.edge.ledger.take_costs(), (2, 2));
    assert_eq!(world.humans(), 10);
    assert_eq!((world.report_of_link(1).totals().humans, world.report_of_link(2).totals().humans), (1, 9));
}

#[test]
fn click_costs_one_call_and_one_row() {
    let world = World::with_salts();
    world.edge.ledger.take_costs();
    world.count(1, "192.0.2.1");
    assert_eq!(world.edge.ledger.take_costs(), (1, 1));
}

#[test]
fn thousand_clicks_of_a_second_are_a_handful_of_batches() {
    let world = World::with_salts();
    world.edge.ledger.take_costs();
    let tasks: Vec<_> = (0..1_000).filter_map(|_| world.click(1, "192.0.2.1")).collect();
    tasks.into_iter().for_each(|task| run(world.flush(Some(task))));
    let (calls, rows) = world.edge.ledger.take_costs();
    assert!(calls == 4 && rows < 30, "{calls} {rows}");
    assert_eq!(world.humans(), 1_001);
}

#[test]
fn batch_is_retried_with_pauses() {
    let world = World::new();
    world.count(1, "192.0.2.1");
    world.edge.take_waits();
    world.edge.ledger.fail_next(3);
    world.count(1, "192.0.2.1");
    assert_eq!(world.edge.take_waits(), [1_000, 500, 2_000, 6_000]);
    assert_eq!((world.humans(), world.counters().dropped, world.edge.take_log()), (2, 0, Vec::new()));
}

#[test]
fn batch_that_is_given_up_is_logged_and_reported() {
    let world = World::new();
    world.edge.ledger.set_down(true);
    world.count(1, "192.0.2.1");
    assert_eq!(world.edge.take_waits(), [1_000, 500, 2_000, 6_000, 12_000]);
    let log = world.edge.take_log();
    assert!(log.len() == 2 && log[1].contains("a batch of clicks was not counted") && log[1].contains("req_1"), "{log:?}");
    // The batch that reports it is lost as well.
    world.count(1, "192.0.2.1");
    assert_eq!(world.edge.take_log().len(), 1);
    world.edge.ledger.set_down(false);
    world.count(1, "192.0.2.1");
    assert_eq!((world.humans(), world.counters().dropped), (1, 2));
    world.count(1, "192.0.2.1");
    assert_eq!((world.humans(), world.counters().dropped), (2, 2));
}

#[test]
fn lost_reply_does_not_count_twice() {
    let world = World::new();
    world.count(1, "192.0.2.1");
    world.edge.ledger.lose_next_replies(4);
    world.count(1, "192.0.2.1");
    assert_eq!((world.humans(), world.counters().dropped), (2, 0));
    world.ring_alarms();
    assert_eq!(world.humans(), 2);
}

#[test]
fn refused_batch_is_not_retried() {
    let world = World::new();
    world.edge.start_timers();
    world.count(1, "192.0.2.1");
    world.edge.take_waits();
    let task = world.click(1, "192.0.2.1");
    world.edge.ledger.fail_next(1);
    let mut flush: Pin<Box<dyn Future<Output = ()>>> = Box::pin(world.flush(task));
    // It waits for the second, and then for the pause, during which the clock jumps.
    for _ in 0..2 {
        assert!(flush.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending());
    }
    world.edge.wait_seconds(61);
    world.edge.ledger();
    run(flush);
    assert_eq!((world.edge.take_waits(), world.humans()), (vec![1_000, 500], 1));
    let log = world.edge.take_log();
    assert!(log.len() == 1 && log[0].contains("refused"), "{log:?}");
}

#[test]
fn failing_shard_does_not_delay_the_others() {
    let mut world = World::new();
    world.shards = ShardNames::parse(["8"].into_iter()).unwrap();
    world.count(1, "192.0.2.1");
    world.edge.take_waits();
    let task = world.click(0, "192.0.2.1");
    (1..40).for_each(|link| drop(world.click(link, "192.0.2.1")));
    world.edge.ledger.fail_next(5);
    world.edge.ledger.take_costs();
    run(world.flush(task));
    assert_eq!(world.edge.take_waits(), [1_000, 500]);
    assert_eq!((world.edge.ledger.take_costs().0, world.humans()), (8 + 5, 41));
}

#[test]
fn failed_visits_wait_for_the_next_click() {
    let world = World::new();
    let failed = || world.isolate.clicks(|buffer| buffer.add_failed("hop.example", Failure::UnknownAlias, world.edge.now()));
    failed();
    failed();
    assert_eq!(world.edge.ledger.take_costs(), (0, 0));
    world.count(1, "192.0.2.1");
    assert_eq!(world.counters().failed.unknown_alias, 2);
}

#[test]
fn interleaved_requests_lose_nothing() {
    for seed in 0..10 {
        let world = World::with_salts();
        world.edge.start_timers();
        let mut random = Random::new(seed);
        let clicks = 100;
        let clients = (0..16_usize).map(|client| {
            let world = &world;
            Box::pin(async move {
                for number in 0..clicks {
                    let task = world.click(client % 3, &format!("192.0.2.{number}"));
                    // The background work of a request runs beside its later requests, here only before the next one.
                    give_way().await;
                    world.flush(task).await;
                }
            }) as Pin<Box<dyn Future<Output = ()>>>
        });
        world.edge.ledger.lose_next_replies(u32::try_from(seed % 5).unwrap());
        interleave(&mut random, clients.collect());
        assert_eq!((world.edge.take_log(), world.counters().dropped), (Vec::new(), 0));
        assert_eq!(
            world.humans() + u64::try_from(world.isolate.clicks(|buffer| buffer.take_delayed().clicks.len())).unwrap(),
            16 * clicks + 1
        );
        world.ring_alarms();
        world.edge.wait_seconds(200);
        world.ring_alarms();
        let of_links: u64 = (0..3).map(|link| world.report_of_link(link).totals().humans).sum();
        assert_eq!(of_links, world.humans());
    }
}
