//! Reports, totals, counters and latest clicks equal those of a plain list of clicks, whenever journals are folded.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::{LedgerReply, Subject};
use super::world::{DAY, World, days};
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::samples::MIDNIGHT;
use crate::model::stats::{ClickEvent, Day, DayUniques, Dimension, Uniques};
use crate::model::text::Tag;
use crate::model::time::Timestamp;

fn sum<'a>(events: impl Iterator<Item = &'a ClickEvent>) -> Clicks {
    let mut clicks = Clicks::default();
    events.for_each(|event| clicks.add(event.kind, 1));
    clicks
}

fn is_about(about: &Subject, event: &ClickEvent) -> bool {
    match about {
        Subject::Link(link) => event.link == *link,
        Subject::Domains(domains) => domains.as_ref().is_none_or(|domains| domains.contains(&event.domain)),
        Subject::Tag(tag, domains) => event.tags.contains(tag) && domains.as_ref().is_none_or(|domains| domains.contains(&event.domain)),
    }
}

fn subjects() -> Vec<Subject> {
    let (a, b) = (Domain::stored("a.example".into()), Domain::stored("b.example".into()));
    let tag = || Tag::stored("m\u{fc}ll".into());
    vec![
        Subject::Link(LinkId::stored("lnk_1".into())),
        Subject::Domains(None),
        Subject::Domains(Some(vec![a.clone()])),
        Subject::Domains(Some(vec![a.clone(), b])),
        Subject::Tag(tag(), None),
        Subject::Tag(tag(), Some(vec![a])),
    ]
}

/// Compares everything that the shard can be asked with the list of merged clicks.
fn check(world: &World, merged: &[ClickEvent]) {
    assert_eq!(world.counters().clicks, sum(merged.iter()));
    for (link, totals) in ["lnk_0", "lnk_1"].into_iter().zip(world.totals(&["lnk_0", "lnk_1"])) {
        assert_eq!(totals.clicks, sum(merged.iter().filter(|event| event.link.as_str() == link)));
    }
    let query = days(MIDNIGHT - 2 * DAY, 40);
    for about in subjects() {
        let events: Vec<_> = merged.iter().filter(|event| is_about(&about, event)).collect();
        let report = world.report(about.clone(), query.clone());
        for (start, clicks) in query.starts.iter().zip(&report.series) {
            let of_day = events.iter().filter(|event| Day::of(event.at) == Day::of(*start)).copied();
            assert_eq!(*clicks, sum(of_day), "{about:?} {start}");
        }
        for dimension in [Dimension::Country, Dimension::Rule] {
            let is_kept = matches!(about, Subject::Link(_)) || dimension == Dimension::Country && matches!(about, Subject::Domains(_));
            let mut expected = BTreeMap::<String, Clicks>::new();
            for event in events.iter().filter(|_| is_kept) {
                expected.entry(event.value(dimension).unwrap().to_owned()).or_default().add(event.kind, 1);
            }
            assert_eq!(report.values.get(&dimension).map(|counts| counts.values.clone()).unwrap_or_default(), expected, "{about:?}");
        }
        let mut uniques = BTreeMap::<Day, Uniques>::new();
        for event in &events {
            if let Some(coupon) = event.coupon {
                uniques.entry(Day::of(event.at)).or_default().add(coupon);
            }
        }
        assert_eq!(report.uniques, uniques.into_iter().map(|(day, uniques)| (day, DayUniques::Sketch(uniques))).collect(), "{about:?}");
    }
    let mut latest: Vec<Timestamp> = merged.iter().filter(|event| event.link.as_str() == "lnk_1").map(|event| event.at).collect();
    latest.sort_by_key(|at| std::cmp::Reverse(*at));
    latest.truncate(100);
    assert_eq!(world.recent("lnk_1").iter().map(|event| event.at).collect::<Vec<_>>(), latest);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn shard_counts_like_a_plain_list(seed in any::<u64>()) {
        let world = World::new(seed);
        let (mut merged, mut sent) = (Vec::new(), BTreeSet::new());
        for _ in 0..25 {
            let action = world.random.borrow_mut().below(10);
            match action {
                0 => drop(world.fold()),
                1 => world.wait(DAY * 3),
                2 => {
                    world.rows.failing_after.set(Some(0));
                    world.fold();
                    assert!(world.answer(&World::request("d", 1, world.now.get(), &world.events(3))).is_err());
                    world.rows.failing_after.set(None);
                }
                _ => {
                    let (sender, sequence) = (["a", "b", "c"][action % 3], 1 + world.random.borrow_mut().below(12));
                    let count = world.random.borrow_mut().below(60);
                    let events = world.events(count);
                    let sequence = u64::try_from(sequence).unwrap();
                    // A forgotten sender starts anew.
                    let is_known = sent.contains(&(sender, sequence)) && world.keys(&format!("journal/{sender}")).len() == 1;
                    assert_eq!(world.merge_of(sender, sequence, world.now.get(), &events), LedgerReply::Done);
                    if !is_known {
                        merged.extend(events);
                    }
                    if world.keys(&format!("journal/{sender}")).len() == 1 {
                        sent.insert((sender, sequence));
                    }
                    world.wait(7_000);
                }
            }
            sent.retain(|(sender, _)| world.keys(&format!("journal/{sender}")).len() == 1);
            check(&world, &merged);
        }
        world.fold();
        check(&world, &merged);
    }
}
