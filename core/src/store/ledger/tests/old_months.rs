//! Retention: old months are deleted, and totals stay.

use super::world::{DAY, World, days};
use crate::model::clicks::Clicks;
use crate::store::ledger::Subject;

/// The middle of a month and of the 26 months after it.
fn world_with_months() -> World {
    let world = World::new(1);
    for sequence in 1..=27 {
        world.merge(sequence, &world.events(40));
        world.fold();
        world.wait(DAY * 61 / 2);
    }
    world
}

#[test]
fn months_older_than_the_setting_are_deleted() {
    let world = world_with_months();
    let (keys, tags) = (world.keys("domain/a.example/"), world.keys("tag/"));
    let months: Vec<_> = keys.iter().filter_map(|key| key.rsplit('/').next()).collect();
    assert_eq!((months.first(), months.len(), months.last()), (Some(&"2027-01"), 26, Some(&"before")));
    assert!(tags.iter().all(|key| !key.ends_with("before") && !key.ends_with("2026-12")));
}

#[test]
fn sweep_changes_no_total() {
    let mut world = world_with_months();
    let links = ["lnk_0", "lnk_1", "lnk_2", "lnk_3"];
    let read = |world: &World| (world.totals(&links).into_iter().map(|totals| totals.clicks).collect::<Vec<_>>(), world.counters());
    let before = read(&world);
    assert_eq!((before.0.iter().map(|clicks| clicks.total()).sum::<u64>(), world.total()), (27 * 40, 27 * 40));
    world.settings.months = 1;
    world.wait(DAY * 31);
    world.fold();
    assert_eq!((read(&world), world.keys("link/lnk_1/")), (before.clone(), vec!["link/lnk_1/before".to_owned()]));
    let report = world.report(Subject::Domains(None), days(world.now.get() - 1_000 * DAY, 1_000));
    assert_eq!(report.totals(), Clicks::default());
    // A click after that starts a new document.
    world.merge(1_000, &world.events(8));
    world.fold();
    assert_eq!(world.total(), before.1.clicks.total() + 8);
}

#[test]
fn month_is_swept_once() {
    let world = world_with_months();
    world.fold();
    world.rows.written.take();
    world.fold();
    assert_eq!(world.rows.written.take(), 0);
    world.wait(DAY * 31);
    world.fold();
    assert!(world.rows.written.take() > 0);
}

#[test]
fn shard_without_clicks_goes_on_deleting_old_months() {
    let mut world = World::new(1);
    for number in 0..15_u64 {
        let mut events = world.events(100);
        for (position, event) in events.iter_mut().enumerate() {
            event.link = crate::model::link::LinkId::stored(format!("lnk_{number}_{position}"));
        }
        world.merge(number + 1, &events);
    }
    assert_eq!([world.ring().alarm_after, world.ring().alarm_after], [60_000, DAY / 2]);
    world.settings.months = 1;
    world.wait(DAY * 70);
    let pauses: Vec<u64> = (0..3).map(|_| world.ring().alarm_after).collect();
    let left = world.keys("link/").iter().filter(|key| !key.ends_with("before")).count();
    assert_eq!((pauses, left), (vec![60_000, DAY / 2, DAY / 2], 0));
}

#[test]
fn many_documents_are_deleted_in_parts() {
    let mut world = World::new(1);
    for number in 0..15_u64 {
        let mut events = world.events(100);
        for (position, event) in events.iter_mut().enumerate() {
            event.link = crate::model::link::LinkId::stored(format!("lnk_{number}_{position}"));
        }
        world.merge(number + 1, &events);
    }
    world.fold();
    world.settings.months = 1;
    world.wait(DAY * 70);
    let mut left = Vec::new();
    for _ in 0..3 {
        world.fold();
        left.push(world.keys("").iter().filter(|key| key.ends_with("2026-11")).count());
        assert_eq!(world.total(), 1_500);
    }
    assert_eq!(left, [506, 0, 0]);
}
