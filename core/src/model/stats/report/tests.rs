//! Reports: which clicks a period has, and the bounds of values that are left out.

use super::*;
use crate::memory::Random;
use crate::model::agent::AgentKind;
use crate::model::stats::calendar::{MILLIS_OF_A_DAY, MILLIS_OF_A_QUARTER};
use crate::model::stats::day_counts::Detail;
use crate::model::stats::samples::{MIDNIGHT, event};

fn query(starts: &[u64], end: u64) -> ReportQuery {
    ReportQuery {
        starts: starts.iter().map(|start| Timestamp::from_millis(*start)).collect(),
        end: Timestamp::from_millis(end),
        days: (Day::of(Timestamp::from_millis(MIDNIGHT)), Day::of(Timestamp::from_millis(MIDNIGHT + MILLIS_OF_A_DAY))),
        dimensions: vec![Dimension::Country],
        with_sketches: false,
    }
}

fn counts_at(moments: &[u64]) -> DayCounts {
    let mut counts = DayCounts::default();
    for at in moments {
        let mut event = event(&mut Random::new(1), *at);
        event.kind = AgentKind::Human;
        counts.add(&event, Detail::Link);
    }
    counts
}

#[test]
fn clicks_are_in_the_bucket_of_their_quarter() {
    let hour = 4 * MILLIS_OF_A_QUARTER;
    let query = query(&[MIDNIGHT + hour, MIDNIGHT + 2 * hour], MIDNIGHT + 3 * hour);
    let (first, second) = (MIDNIGHT + hour, MIDNIGHT + 2 * hour);
    let counts = counts_at(&[MIDNIGHT, first - 1, first, second - 1, second, MIDNIGHT + 3 * hour - 1, MIDNIGHT + 3 * hour]);
    let mut report = Report::empty(&query);
    report.add_day(&query, Day::of(Timestamp::from_millis(MIDNIGHT)), &counts);
    assert_eq!(report.series.iter().map(|clicks| clicks.humans).collect::<Vec<_>>(), [2, 2]);
    assert_eq!((report.totals().humans, report.whole_days.humans), (4, 7));
}

#[test]
fn days_outside_the_query_have_no_values() {
    let query = query(&[0], MIDNIGHT * 2);
    for day in [MIDNIGHT - MILLIS_OF_A_DAY, MIDNIGHT + MILLIS_OF_A_DAY] {
        let mut report = Report::empty(&query);
        report.add_day(&query, Day::of(Timestamp::from_millis(day)), &counts_at(&[day]));
        assert_eq!((report.totals().humans, report.whole_days.humans, report.values.len(), report.uniques.len()), (1, 0, 0, 0));
    }
}

#[test]
fn parts_of_a_day_count_a_visitor_once() {
    let query = query(&[MIDNIGHT], MIDNIGHT * 2);
    let day = Day::of(Timestamp::from_millis(MIDNIGHT));
    let mut report = Report::empty(&query);
    report.add_day(&query, day, &counts_at(&[MIDNIGHT]));
    report.add_day(&query, day, &counts_at(&[MIDNIGHT, MIDNIGHT]));
    report.finish(&query);
    assert_eq!((report.visitor_days(), report.totals().humans), (counts_at(&[MIDNIGHT]).uniques.estimate(), 3));
}

#[test]
fn values_that_are_left_out_are_within_the_error() {
    let mut values = ValueCounts { errors: Clicks { humans: 10, bots: 0, previews: 7 }, ..ValueCounts::default() };
    for number in 0..1_500_u64 {
        values.add(&number.to_string(), Clicks { humans: number, bots: 1_500 - number, previews: 1 });
    }
    let before = values.clone();
    values.limit();
    assert_eq!(values.values.len(), MAX_VALUES);
    for (value, clicks) in before.values {
        let lower = values.values.get(&value).copied().unwrap_or_default();
        let truth = [clicks.humans + 10, clicks.bots, clicks.previews + 7];
        let highest = [lower.humans + values.errors.humans, lower.bots + values.errors.bots, lower.previews + values.errors.previews];
        assert!(truth.iter().zip(highest).all(|(truth, highest)| *truth <= highest), "{value}: {truth:?} {highest:?}");
    }
}
