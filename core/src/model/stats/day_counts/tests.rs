//! Merge laws of day counts: parts of a day give the same counts in any order and grouping.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small, and a test that overflows has failed")]

use proptest::prelude::*;

use super::*;
use crate::memory::Random;
use crate::model::stats::calendar::{MILLIS_OF_A_DAY, MILLIS_OF_A_QUARTER};
use crate::model::stats::samples::{MIDNIGHT, event};
use crate::model::time::Timestamp;

impl DayCounts {
    /// Makes all numbers of clicks large.
    pub(crate) fn multiply(&mut self, factor: u64) {
        self.quarters.values_mut().for_each(|clicks| *clicks = Clicks { humans: factor * 10, bots: factor * 10, previews: factor * 10 });
        for values in self.exact.values_mut() {
            // Each value of the sample has clicks of one kind; the largest document has all of them.
            values.values_mut().for_each(|clicks| *clicks = Clicks { humans: factor, bots: factor, previews: factor });
        }
        for frequent in self.frequent.values_mut() {
            for kind in AgentKind::ALL {
                let summary = frequent.summary_mut(kind);
                summary.counts.values_mut().for_each(|count| *count *= factor);
                (summary.error, summary.total) = (summary.error * factor, summary.total * factor);
            }
        }
    }
}

fn random_events(random: &mut Random, count: usize) -> Vec<ClickEvent> {
    (0..count).map(|_| event(random, MIDNIGHT + random.clone().next_u64() % MILLIS_OF_A_DAY)).collect()
}

/// The counts of the events, divided into parts that are merged in a random order and grouping.
fn merged(random: &mut Random, events: &[ClickEvent], detail: Detail) -> DayCounts {
    let mut parts = vec![DayCounts::default(); 1 + random.below(6)];
    for event in events {
        let part = random.below(parts.len());
        parts[part].add(event, detail);
        parts[part].add_failed(Quarter::of(event.at), FailedVisits { unknown_alias: 1, ended: 2, root: 3, unknown_host: 4 });
    }
    while parts.len() > 1 {
        let part = parts.swap_remove(random.below(parts.len()));
        let position = random.below(parts.len());
        parts[position].merge(&part);
    }
    parts.remove(0)
}

fn clicks_where(events: &[ClickEvent], is_counted: impl Fn(&ClickEvent) -> bool) -> Clicks {
    let mut clicks = Clicks::default();
    events.iter().filter(|event| is_counted(event)).for_each(|event| clicks.add(event.kind, 1));
    clicks
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn exact_parts_merge_in_any_order_and_grouping(seed in any::<u64>(), count in 0..300_usize) {
        let mut random = Random::new(seed);
        let events = random_events(&mut random, count);
        for detail in [Detail::Link, Detail::Domain, Detail::Tag] {
            let (one, other) = (merged(&mut random, &events, detail), merged(&mut random, &events, detail));
            prop_assert_eq!((&one.quarters, &one.exact, &one.uniques, &one.failed), (&other.quarters, &other.exact, &other.uniques, &other.failed));
            prop_assert_eq!(one.total(), clicks_where(&events, |_| true));
            for (quarter, clicks) in &one.quarters {
                prop_assert_eq!(*clicks, clicks_where(&events, |event| Quarter::of(event.at) == *quarter));
            }
            for (dimension, values) in &one.exact {
                for (value, clicks) in values {
                    prop_assert_eq!(*clicks, clicks_where(&events, |event| event.value(*dimension) == Some(value)));
                }
            }
            let failed = one.failed.values().fold(0, |sum, failed| sum + failed.unknown_host);
            prop_assert_eq!(failed, 4 * u64::try_from(count).unwrap());
        }
    }

    #[test]
    fn frequent_values_are_bounded_in_any_grouping(seed in any::<u64>(), count in 0..800_usize) {
        let mut random = Random::new(seed);
        let events = random_events(&mut random, count);
        let merged = merged(&mut random, &events, Detail::Link);
        for (dimension, frequent) in &merged.frequent {
            let (values, errors) = (frequent.values(), frequent.errors());
            let mut sum = Clicks::default();
            values.values().for_each(|clicks| sum.merge(*clicks));
            for kind in AgentKind::ALL {
                let summary = frequent.summary(kind);
                prop_assert!(summary.is_consistent());
                let number = |clicks: Clicks| match kind {
                    AgentKind::Human => clicks.humans,
                    AgentKind::Bot => clicks.bots,
                    AgentKind::Preview => clicks.previews,
                };
                // The sum of the values and the rest are all clicks.
                prop_assert_eq!(summary.total, number(clicks_where(&events, |_| true)));
                prop_assert!(number(sum) <= summary.total);
                for event in &events {
                    let value = event.value(*dimension).unwrap();
                    let truth = number(clicks_where(&events, |event| event.value(*dimension) == Some(value)));
                    let lower = number(values.get(value).copied().unwrap_or_default());
                    prop_assert!(lower <= truth && truth <= lower + number(errors), "{} {} {}", value, lower, truth);
                }
            }
        }
    }
}

#[test]
fn parts_of_a_day_keep_their_quarter() {
    let mut random = Random::new(1);
    let mut counts = DayCounts::default();
    for quarter in 0..96 {
        counts.add(&event(&mut random, MIDNIGHT + quarter * MILLIS_OF_A_QUARTER), Detail::Domain);
    }
    assert_eq!((counts.quarters.len(), counts.total().total()), (96, 96));
}

#[test]
fn each_subject_has_its_dimensions() {
    let event = event(&mut Random::new(1), MIDNIGHT);
    let names = |detail| {
        let mut counts = DayCounts::default();
        counts.add(&event, detail);
        let dimensions = counts.exact.keys().chain(counts.frequent.keys());
        dimensions.map(|dimension| dimension.name()).collect::<Vec<_>>()
    };
    assert_eq!(names(Detail::Link), ["country", "language", "rule", "city", "referrer"]);
    assert_eq!(names(Detail::Domain), ["country", "language", "city", "referrer", "link"]);
    assert_eq!(names(Detail::Tag), ["link"]);
}

#[test]
fn link_is_counted_with_its_domain_and_alias() {
    let event = event(&mut Random::new(1), MIDNIGHT);
    let mut counts = DayCounts::default();
    counts.add(&event, Detail::Tag);
    let expected = format!("{} {}/{}", event.link, event.domain, event.alias);
    assert_eq!(counts.frequent[&Dimension::Link].values().into_keys().collect::<Vec<_>>(), [expected]);
}

#[test]
fn values_of_closed_dimensions_are_limited() {
    let mut counts = DayCounts::default();
    let mut event = ClickEvent { values: Vec::new(), ..event(&mut Random::new(1), MIDNIGHT) };
    for number in 0..1_000 {
        event.values = [Dimension::Language, Dimension::Rule].map(|dimension| (dimension, number.to_string().into())).to_vec();
        event.at = Timestamp::from_millis(MIDNIGHT);
        counts.add(&event, Detail::Link);
    }
    assert_eq!((counts.exact[&Dimension::Language].len(), counts.exact[&Dimension::Rule].len()), (MAX_VALUES, MAX_RULES));
    assert_eq!(counts.total().total(), 1_000);
}
