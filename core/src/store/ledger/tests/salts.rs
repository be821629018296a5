//! Salts: made a day ahead by the shard that was asked, never replaced, and used when an hour old.

use super::super::{LedgerRequest, Salt};
use super::world::{DAY, World};
use crate::model::stats::Day;
use crate::model::time::Timestamp;
use crate::store::ports::NoEntropy;

fn names(world: &World) -> Vec<String> {
    world.salts.0.borrow().keys().cloned().collect()
}

fn asked() -> World {
    let world = World::new(1);
    assert_eq!(world.answer(&LedgerRequest::MakeSalts).unwrap().alarm_after, Some(0));
    world
}

#[test]
fn only_a_shard_that_was_asked_makes_salts() {
    let world = World::new(1);
    world.fold();
    assert_eq!(names(&world), [""; 0]);
    world.answer(&LedgerRequest::MakeSalts).unwrap();
    world.fold();
    assert_eq!(names(&world), ["salt/2026-11-15", "salt/2026-11-16"]);
    assert!(world.salts.0.borrow().values().all(|(_, seconds)| *seconds == 48 * 60 * 60));
}

#[test]
fn salt_is_made_a_day_ahead_and_never_replaced() {
    let world = asked();
    world.fold();
    let first = world.salts.0.borrow().clone();
    for half_day in 1..=6 {
        world.wait(DAY / 2);
        world.fold();
        let salts = world.salts.0.borrow();
        assert!(first.iter().all(|(name, salt)| salts[name] == *salt));
        let tomorrow = Day::of(Timestamp::from_millis(world.now.get())).next();
        assert!(salts.contains_key(&Salt::name(tomorrow)), "{half_day}");
    }
    let salts = world.salts.0.borrow();
    let mut bytes: Vec<_> = salts.values().map(|(salt, _)| Salt::decode(salt.as_bytes()).unwrap().bytes).collect();
    bytes.dedup();
    assert_eq!(bytes.len(), 5);
}

#[test]
fn salt_is_used_when_it_is_an_hour_old() {
    let world = asked();
    world.fold();
    let salt = Salt::decode(world.salts.0.borrow()["salt/2026-11-15"].0.as_bytes()).unwrap();
    let hour = 60 * 60 * 1_000;
    for (after, is_usable) in [(0, false), (hour - 1, false), (hour, true), (2 * DAY, true)] {
        assert_eq!(salt.is_usable(Timestamp::from_millis(world.now.get() + after)), is_usable, "{after}");
    }
    assert!(!salt.is_usable(Timestamp::from_millis(0)));
}

#[test]
fn alarm_without_randomness_rings_again_soon() {
    let world = asked();
    let shard = super::super::Shard::new(&world.rows, world.settings, Timestamp::from_millis(world.now.get()));
    let alarm = crate::message::poll_once::poll_once(shard.ring(&world.salts, |_| Err(NoEntropy("no randomness".into())))).unwrap();
    assert!(alarm.log.len() == 1 && alarm.log[0].contains("no randomness"), "{:?}", alarm.log);
    assert_eq!((alarm.alarm_after, names(&world)), (60_000, Vec::new()));
    let alarm = crate::message::poll_once::poll_once(shard.ring(&world.salts, |_| Ok(()))).unwrap();
    assert_eq!((alarm.log, alarm.alarm_after), (Vec::new(), DAY / 2));
}
