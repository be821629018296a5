//! Batches of log lines: merged once, as long as they are remembered.

use super::super::{Batch, LedgerReply, LedgerRequest};
use super::world::{DAY, World};

fn request(name: &str, world: &World, clicks: usize) -> LedgerRequest {
    LedgerRequest::Ingest { name: name.into(), batch: Batch { events: world.events(clicks), ..Batch::default() } }
}

#[test]
fn named_batch_is_merged_once() {
    let world = World::new(1);
    let (small, large) = (request("small", &world, 5), request("large", &world, 2_000));
    for (request, total) in [(&small, 5), (&small, 5), (&large, 2_005), (&large, 2_005), (&small, 2_005)] {
        assert_eq!((world.reply(request), world.total()), (LedgerReply::Done, total));
    }
    for wait in [0, 1_000, DAY - 2_000] {
        world.wait(wait);
        world.fold();
        assert_eq!((world.reply(&small), world.reply(&large), world.total()), (LedgerReply::Done, LedgerReply::Done, 2_005), "{wait}");
    }
}

#[test]
fn repeated_batch_writes_no_row() {
    let world = World::new(1);
    let request = request("a", &world, 5);
    world.reply(&request);
    assert_eq!(world.rows.written.take(), 2, "the journal and the note");
    world.reply(&request);
    assert_eq!(world.rows.written.take(), 0);
}

#[test]
fn failed_write_merges_nothing() {
    let world = World::new(1);
    let request = request("a", &world, 5);
    world.rows.failing_after.set(Some(0));
    assert!(world.answer(&request).is_err());
    world.rows.failing_after.set(None);
    assert_eq!((world.reply(&request), world.total()), (LedgerReply::Done, 5));
}

#[test]
fn old_batches_are_forgotten() {
    let world = World::new(1);
    world.reply(&request("old", &world, 1));
    world.wait(DAY / 2);
    world.reply(&request("new", &world, 1));
    world.wait(DAY / 2 + 2 * 60 * 60 * 1_000);
    world.fold();
    let rows = world.rows.rows.borrow();
    let names: Vec<&str> = rows.keys().filter_map(|key| key.strip_prefix("ingested/")).collect();
    assert_eq!(names, ["new"]);
}
