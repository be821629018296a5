//! Error bounds of frequent values, and what a flood of invented values does to those of people.

use super::*;
use crate::memory::Random;

const DIMENSION: Dimension = Dimension::Referrer;

#[test]
fn few_values_are_exact() {
    let mut values = FrequentValues::default();
    for number in 0..40 {
        (0..=number).for_each(|_| values.add(DIMENSION, &number.to_string(), AgentKind::Human));
    }
    assert_eq!(values.errors(), Clicks::default());
    assert!((0..40).all(|number| values.values()[&*number.to_string()].humans == number + 1));
}

#[test]
fn flood_of_invented_values_leaves_people_exact() {
    let mut values = FrequentValues::default();
    for number in 0..1_000_000_u32 {
        values.add(DIMENSION, &number.to_string(), if number % 2 == 0 { AgentKind::Bot } else { AgentKind::Preview });
        if number % 10_000 == 0 {
            values.add(DIMENSION, &format!("news{}.example", number % 30_000), AgentKind::Human);
        }
    }
    let humans: Vec<_> = values.summary(AgentKind::Human).counts.iter().map(|(value, count)| (&**value, *count)).collect();
    assert_eq!(humans, [("news0.example", 34), ("news10000.example", 33), ("news20000.example", 33)]);
    assert_eq!(values.errors().humans, 0);
    assert!(values.values().len() <= 3 + 8 + 8);
}

#[test]
fn frequent_value_survives_a_flood_of_its_kind() {
    let mut values = FrequentValues::default();
    for number in 0..100_000_u32 {
        values.add(DIMENSION, &number.to_string(), AgentKind::Human);
        if number % 10 == 0 {
            values.add(DIMENSION, "news.example", AgentKind::Human);
        }
    }
    let (lower, error) = (values.values()["news.example"].humans, values.errors().humans);
    assert!(lower <= 10_000 && 10_000 <= lower + error && lower > 7_000, "{lower} {error}");
    assert!(error <= 110_000 / 41, "{error}");
}

#[test]
fn error_is_bounded_by_the_number_of_counters() {
    let mut random = Random::new(5);
    for _ in 0..50 {
        let mut merged = FrequentValues::default();
        for _ in 0..5 {
            let mut part = FrequentValues::default();
            (0..500).for_each(|_| part.add(Dimension::Link, &random.below(90).to_string(), AgentKind::Human));
            merged.merge(Dimension::Link, &part);
        }
        let summary = merged.summary(AgentKind::Human);
        assert!(summary.counts.len() <= 32 && summary.is_consistent());
        assert!(summary.error > 0 && summary.error <= summary.total / 33, "{summary:?}");
    }
}

#[test]
fn counts_at_the_limit_of_numbers_do_not_overflow() {
    let full = ValueSummary { counts: [("a".to_owned(), u64::MAX)].into(), error: 0, total: u64::MAX };
    let mut summary = full.clone();
    summary.merge(&full, 1);
    summary.add("a", 1);
    summary.add("b", 1);
    assert_eq!((summary.total, summary.counts["a"], summary.error), (u64::MAX, u64::MAX - 1, 1));
}

#[test]
fn impossible_summaries_are_inconsistent() {
    let summary = |count, error, total| ValueSummary { counts: [("a".to_owned(), count)].into(), error, total };
    for (summary, is_consistent) in [
        (ValueSummary::default(), true),
        (summary(1, 0, 1), true),
        (summary(1, 2, 3), true),
        (summary(0, 0, 1), false),
        (summary(2, 0, 1), false),
        (summary(1, 1, 1), false),
        (summary(u64::MAX, u64::MAX, 1), false),
    ] {
        assert_eq!(summary.is_consistent(), is_consistent, "{summary:?}");
    }
}
