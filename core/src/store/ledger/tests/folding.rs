//! Folding journals: in the middle of batches, by alarm, and after a failure.

use super::super::LedgerReply::Done;
use super::super::{Batch, FailedVisit, LedgerRequest};
use super::world::{DAY, World, days};
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::FailedVisits;
use crate::model::time::Timestamp;
use crate::store::ledger::Subject;

#[test]
fn long_journal_is_folded_at_once() {
    let world = World::new(1);
    let mut sequence = 0;
    while world.keys("link/").is_empty() {
        sequence += 1;
        assert!(sequence < 100, "the journal is never folded");
        assert_eq!(world.merge(sequence, &world.events(50)), Done);
        assert_eq!(world.total(), sequence * 50);
    }
    assert!(sequence > 2);
    // The window stays, so that no batch counts twice.
    for sequence in 1..=sequence {
        assert_eq!(world.merge(sequence, &world.events(50)), Done);
    }
    assert_eq!(world.total(), sequence * 50);
}

#[test]
fn fold_writes_each_document_and_journal_once() {
    let world = World::new(1);
    for sender in ["a", "b", "c"] {
        world.merge_of(sender, 1, world.now.get(), &world.events(100));
    }
    world.rows.written.take();
    world.rows.transactions.take();
    world.fold();
    assert_eq!(world.rows.transactions.take(), 2, "one fold, one sweep");
    let documents = ["link/", "domain/", "tag/"].map(|prefix| world.keys(prefix).len());
    assert_eq!(documents, [4, 2, 4]);
    assert_eq!(world.rows.written.take(), 4 + 2 + 4 + 3 + 1, "documents, journals, and the note of the sweep");
    world.fold();
    assert_eq!(world.rows.written.take(), 0, "a fold without batches writes nothing");
}

#[test]
fn long_journals_are_folded_in_several_transactions() {
    let world = World::new(1);
    for sender in ["a", "b", "c", "d", "e", "f", "g"] {
        world.merge_of(sender, 1, world.now.get(), &world.events(200));
    }
    world.rows.transactions.take();
    world.rows.failing_after.set(Some(1));
    assert_eq!((world.fold().len(), world.total()), (1, 1_400), "the second transaction fails");
    world.rows.failing_after.set(None);
    assert_eq!((world.fold(), world.total()), (Vec::new(), 1_400));
    assert_eq!(world.rows.transactions.take(), 4, "three folds, one sweep");
}

#[test]
fn failed_fold_changes_nothing() {
    let world = World::new(1);
    let query = days(world.now.get() - DAY, 3);
    world.merge(1, &world.events(30));
    let before = (world.rows.rows.borrow().clone(), world.report(Subject::Domains(None), query.clone()));
    world.rows.failing_after.set(Some(0));
    let log = world.fold();
    assert!(log.len() == 1 && log[0].contains("not folded") && log[0].contains("the disk is full"), "{log:?}");
    assert!(world.answer(&World::request("a", 2, world.now.get(), &world.events(1))).is_err());
    assert_eq!((world.rows.rows.borrow().clone(), world.report(Subject::Domains(None), query.clone())), before);
    world.rows.failing_after.set(None);
    assert_eq!(world.fold(), [""; 0]);
    assert_eq!((world.total(), world.report(Subject::Domains(None), query)), (30, before.1));
    assert_eq!((world.merge(2, &world.events(1)), world.total()), (Done, 31));
}

#[test]
fn batch_whose_fold_fails_is_not_merged() {
    let world = World::new(1);
    for sequence in 1.. {
        let request = World::request("a", sequence, world.now.get(), &world.events(100));
        world.rows.failing_after.set(Some(0));
        assert!(world.answer(&request).is_err());
        assert_eq!(world.total(), (sequence - 1) * 100);
        world.rows.failing_after.set(None);
        assert_eq!((world.reply(&request), world.total()), (Done, sequence * 100));
        if !world.keys("link/").is_empty() {
            break;
        }
    }
}

#[test]
fn failed_visits_and_dropped_batches_are_counted() {
    let world = World::new(1);
    let counts = FailedVisits { unknown_alias: 1, ended: 2, root: 3, unknown_host: 4 };
    let failed = ["a.example", ""].map(|domain| FailedVisit { domain: domain.into(), at: Timestamp::from_millis(world.now.get()), counts });
    for sequence in 1..=2 {
        let batch = Batch { events: Vec::new(), failed: failed.to_vec(), dropped: 5 };
        let sent_at = Timestamp::from_millis(world.now.get());
        world.reply(&LedgerRequest::Merge { sender: "a".into(), sequence, sent_at, batch });
        for _ in 0..2 {
            let counters = world.counters();
            assert_eq!((counters.failed.unknown_host, counters.dropped), (8 * sequence, 5 * sequence));
            let report = world.report(Subject::Domains(None), days(world.now.get() - DAY, 2));
            assert_eq!((report.failed.root, report.totals()), (6 * sequence, Clicks::default()));
            let about = Subject::Domains(Some(vec![Domain::stored("a.example".into())]));
            assert_eq!(world.report(about, days(world.now.get() - DAY, 2)).failed.ended, 2 * sequence);
            world.fold();
        }
    }
}

#[test]
fn oldest_unfolded_batch_is_reported() {
    let world = World::new(1);
    assert_eq!(world.counters().oldest_unfolded, None);
    let first = world.now.get();
    world.merge(1, &world.events(2));
    world.wait(5_000);
    world.merge_of("b", 1, world.now.get(), &world.events(2));
    assert_eq!(world.counters().oldest_unfolded, Some(Timestamp::from_millis(first)));
    world.fold();
    assert_eq!(world.counters().oldest_unfolded, None);
}

#[test]
fn erased_link_stays_erased() {
    let world = World::new(1);
    let events = world.events(40);
    world.merge(1, &events);
    world.fold();
    world.merge(2, &events);
    world.reply(&LedgerRequest::Erase(LinkId::stored("lnk_1".into())));
    let is_gone = |late: u64| {
        assert!(world.keys("link/lnk_1").is_empty() && world.recent("lnk_1").is_empty());
        let totals = world.totals(&["lnk_0", "lnk_1"]);
        assert!(totals[0].clicks.total() > 0);
        assert_eq!(totals[1].clicks, Clicks::default());
        let report = world.report(Subject::Link(LinkId::stored("lnk_1".into())), days(world.now.get() - DAY, 3));
        assert_eq!((report.totals(), report.whole_days), (Clicks::default(), Clicks::default()));
        assert_eq!(world.total(), 80 + late, "the clicks of the domain stay");
    };
    is_gone(0);
    world.merge(3, &events);
    is_gone(40);
    world.fold();
    is_gone(40);
    world.wait(DAY + 60 * 60 * 1_000);
    world.fold();
    assert_eq!(world.keys("erased/").len(), 1);
    world.wait(1);
    world.merge(4, &world.events(1));
    world.fold();
    assert!(world.keys("erased/").is_empty(), "it is forgotten after a day and an hour");
}

#[test]
fn latest_clicks_are_shown_without_tags_and_coupons() {
    let world = World::new(1);
    let mut all = Vec::new();
    for sequence in 1..=8 {
        let events = world.events(100);
        all.extend(events.clone().into_iter().filter(|event| event.link.as_str() == "lnk_2"));
        world.merge(sequence, &events);
        world.wait(1_000);
        if sequence % 3 == 0 {
            world.fold();
        }
    }
    let recent = world.recent("lnk_2");
    assert!(all.len() > 150 && recent.len() == 100);
    assert!(recent.is_sorted_by_key(|event| std::cmp::Reverse(event.at)));
    let expected: Vec<_> = all.iter().rev().take(100).map(|event| event.at).collect();
    assert_eq!(recent.iter().map(|event| event.at).collect::<Vec<_>>(), expected);
    world.fold();
    assert!(world.recent("lnk_2").iter().all(|event| event.tags.is_empty() && event.coupon.is_none() && event.values.len() == 5));
}
