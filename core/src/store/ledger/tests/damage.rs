//! Rows that cannot be read: they are put aside, and nothing else is lost or blocked.

use super::super::LedgerReply::Done;
use super::world::World;
use super::world::{DAY, days};
use crate::store::ledger::Subject;

#[test]
fn unreadable_document_is_put_aside() {
    let world = World::new(1);
    world.merge(1, &world.events(100));
    world.fold();
    let (before, key) = (world.totals(&["lnk_1"])[0].clicks, world.keys("link/lnk_1/").remove(0));
    world.damage(&key, |row| row.body.truncate(20));
    let damaged = world.rows.rows.borrow()[&key].body.clone();
    world.merge(2, &world.events(100));
    let log = world.fold();
    assert!(log.len() == 1 && log[0].contains(&key), "{log:?}");
    let first = format!("unreadable/{key}/{}", world.now.get());
    assert_eq!(world.rows.rows.borrow()[&first].body, damaged);
    // The totals are those of before and the new ones, and the next fold has nothing to complain about.
    let after = world.totals(&["lnk_1"])[0].clicks;
    assert!(after.total() > before.total());
    assert_eq!(world.total(), 200);
    world.merge(3, &world.events(100));
    assert_eq!((world.fold(), world.total()), (Vec::new(), 300));
    // Damaged again, the first one is still there.
    world.damage(&key, |row| row.body = "{}".into());
    world.wait(1);
    world.merge(4, &world.events(100));
    world.fold();
    let second = format!("unreadable/{key}/{}", world.now.get());
    assert_eq!([&first, &second].map(|key| world.rows.rows.borrow()[key].body.clone()), [damaged, "{}".to_owned()]);
    assert_eq!(world.total(), 400);
    // Retention deletes them.
    world.wait(DAY * 366 * 3);
    world.fold();
    assert_eq!((world.keys("unreadable/"), world.total()), (Vec::<String>::new(), 400));
}

#[test]
fn totals_of_an_unreadable_domain_document_stay() {
    let world = World::new(1);
    world.merge(1, &world.events(100));
    world.fold();
    for key in world.keys("domain/") {
        world.damage(&key, |row| row.body.clear());
    }
    world.merge(2, &world.events(100));
    assert_eq!(world.fold().len(), 2);
    assert_eq!(world.total(), 200);
}

#[test]
fn unreadable_window_does_not_block_other_journals() {
    let world = World::new(1);
    for sender in ["a", "b", "c"] {
        world.merge_of(sender, 1, world.now.get(), &world.events(10));
    }
    world.damage("journal/b", |row| row.summary = "{}".into());
    let report = world.report(Subject::Domains(None), days(world.now.get() - DAY, 2));
    assert_eq!((world.total(), report.totals().total()), (20, 20));
    let log = world.fold();
    assert!(log.len() == 1 && log[0].contains("journal/b"), "{log:?}");
    let aside = format!("unreadable/journal/b/{}", world.now.get());
    assert_eq!((world.total(), world.keys("unreadable/")), (20, vec![aside]));
    assert_eq!(world.merge_of("b", 2, world.now.get(), &world.events(1)), Done);
    assert_eq!((world.fold(), world.total()), (Vec::new(), 21));
}

#[test]
fn sender_with_an_unreadable_window_goes_on() {
    let world = World::new(1);
    world.merge(1, &world.events(10));
    world.damage("journal/a", |row| row.summary = "{}".into());
    let answer = world.answer(&World::request("a", 2, world.now.get(), &world.events(3))).unwrap();
    assert!(answer.log.len() == 1 && answer.log[0].contains("journal/a"), "{:?}", answer.log);
    assert_eq!((world.total(), world.fold(), world.total()), (3, Vec::new(), 3));
}

#[test]
fn unreadable_summary_is_made_from_its_document() {
    let world = World::new(1);
    world.merge(1, &world.events(100));
    world.fold();
    let links = ["lnk_0", "lnk_1", "lnk_2", "lnk_3"];
    let before = (world.totals(&links), world.counters());
    for key in world.keys("link/").into_iter().chain(world.keys("domain/")) {
        world.damage(&key, |row| row.summary = "?".into());
    }
    assert_eq!((world.totals(&links), world.counters()), before);
}

#[test]
fn unreadable_line_does_not_block_other_batches() {
    let world = World::new(1);
    for sequence in 1..=3 {
        world.merge(sequence, &world.events(10));
    }
    world.damage("journal/a", |row| row.body = row.body.replacen("human", "alien", 1));
    assert_eq!(world.total(), 20);
    let log = world.fold();
    assert!(log.len() == 1 && log[0].contains("journal/a"), "{log:?}");
    assert_eq!((world.total(), world.fold(), world.total()), (20, Vec::new(), 20));
    let aside = world.rows.rows.borrow()[&world.keys("unreadable/journal/a/")[0]].body.clone();
    assert!(aside.contains("alien") && aside.lines().count() == 1);
    // The window is still known.
    assert_eq!((world.merge(2, &world.events(10)), world.total()), (Done, 20));
}

#[test]
fn unreadable_summary_does_not_block_the_sweep() {
    let world = World::new(1);
    world.merge(1, &world.events(100));
    world.fold();
    world.damage(&world.keys("link/lnk_1/").remove(0), |row| row.summary = "?".into());
    world.wait(DAY * 366 * 3);
    assert_eq!(world.fold(), [""; 0]);
    assert_eq!((world.keys("link/lnk_1/"), world.total()), (vec!["link/lnk_1/before".to_owned()], 100));
}
