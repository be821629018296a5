//! Reports: the statistics of a period, computed from day counts. Reports of several shards add up.

use std::collections::BTreeMap;

use super::{Day, DayCounts, Dimension, FailedVisits, Uniques};
use crate::model::clicks::Clicks;
use crate::model::time::Timestamp;

/// The most values of one dimension in the report of a shard.
const MAX_VALUES: usize = 1_000;

/// What a report covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportQuery {
    /// The starts of the buckets, in ascending order.
    pub(crate) starts: Vec<Timestamp>,
    /// The end of the last bucket.
    pub(crate) end: Timestamp,
    /// The UTC days of dimensions and unique visitors: the first, and the one after the last.
    pub(crate) days: (Day, Day),
    pub(crate) dimensions: Vec<Dimension>,
    /// Whether the report has the sketch of each day, to be merged with others, and not only its estimate.
    pub(crate) with_sketches: bool,
}

/// The statistics of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Report {
    /// The clicks of each bucket.
    pub(crate) series: Vec<Clicks>,
    /// Clicks by value.
    pub(crate) values: BTreeMap<Dimension, ValueCounts>,
    /// The clicks of the whole UTC days, which the values are part of.
    pub(crate) whole_days: Clicks,
    /// The unique visitors of each UTC day that has any.
    pub(crate) uniques: BTreeMap<Day, DayUniques>,
    pub(crate) failed: FailedVisits,
}

/// Clicks by value of one dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ValueCounts {
    /// A lower bound of the clicks of each value.
    pub(crate) values: BTreeMap<String, Clicks>,
    /// How much higher than its lower bound a count can be.
    pub(crate) errors: Clicks,
}

/// The unique visitors of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DayUniques {
    Estimate(u64),
    Sketch(Uniques),
}

impl ReportQuery {
    /// The position of the bucket with this moment.
    fn bucket(&self, moment: Timestamp) -> Option<usize> {
        let following = self.starts.partition_point(|start| *start <= moment);
        following.checked_sub(1).filter(|_| moment < self.end)
    }
}

impl Report {
    /// A report without clicks.
    pub(crate) fn empty(query: &ReportQuery) -> Self {
        Self { series: vec![Clicks::default(); query.starts.len()], ..Self::default() }
    }

    /// Adds the clicks of a day. Each day may be added in parts, but then unique visitors need sketches.
    pub(crate) fn add_day(&mut self, query: &ReportQuery, day: Day, counts: &DayCounts) {
        for (quarter, clicks) in &counts.quarters {
            if let Some(bucket) = query.bucket(quarter.start(day)).and_then(|bucket| self.series.get_mut(bucket)) {
                bucket.merge(*clicks);
            }
        }
        for (quarter, failed) in &counts.failed {
            if query.bucket(quarter.start(day)).is_some() {
                self.failed.merge(*failed);
            }
        }
        if day < query.days.0 || day >= query.days.1 {
            return;
        }
        self.whole_days.merge(counts.total());
        if !counts.uniques.is_empty() {
            self.add_uniques(day, DayUniques::Sketch(counts.uniques.clone()));
        }
        for dimension in &query.dimensions {
            let known = self.values.entry(*dimension).or_default();
            if let Some(frequent) = counts.frequent.get(dimension) {
                frequent.values().into_iter().for_each(|(value, clicks)| known.add(value, clicks));
                known.errors.merge(frequent.errors());
            }
            for (value, clicks) in counts.exact.get(dimension).into_iter().flatten() {
                known.add(value, *clicks);
            }
        }
    }

    /// Ends the report of a shard: sketches become estimates unless they are needed, and rare values are left out.
    pub(crate) fn finish(&mut self, query: &ReportQuery) {
        if !query.with_sketches {
            for uniques in self.uniques.values_mut() {
                *uniques = DayUniques::Estimate(uniques.estimate());
            }
        }
        self.values.values_mut().for_each(ValueCounts::limit);
    }

    /// Adds the report of another shard for the same query.
    pub(crate) fn add(&mut self, other: Self) {
        for (bucket, clicks) in self.series.iter_mut().zip(other.series) {
            bucket.merge(clicks);
        }
        for (dimension, values) in other.values {
            self.values.entry(dimension).or_default().merge(values);
        }
        self.whole_days.merge(other.whole_days);
        for (day, uniques) in other.uniques {
            self.add_uniques(day, uniques);
        }
        self.failed.merge(other.failed);
    }

    /// The sum of the unique visitors of each day.
    pub(crate) fn visitor_days(&self) -> u64 {
        self.uniques.values().fold(0, |sum, uniques| sum.saturating_add(uniques.estimate()))
    }

    /// All clicks of the period.
    pub(crate) fn totals(&self) -> Clicks {
        let mut totals = Clicks::default();
        self.series.iter().for_each(|clicks| totals.merge(*clicks));
        totals
    }

    fn add_uniques(&mut self, day: Day, added: DayUniques) {
        match (self.uniques.get_mut(&day), added) {
            (Some(DayUniques::Sketch(known)), DayUniques::Sketch(added)) => known.merge(&added),
            (Some(known), added) => *known = DayUniques::Estimate(known.estimate().saturating_add(added.estimate())),
            (None, added) => {
                self.uniques.insert(day, added);
            }
        }
    }
}

impl ValueCounts {
    fn add(&mut self, value: &str, clicks: Clicks) {
        if let Some(known) = self.values.get_mut(value) {
            known.merge(clicks);
        } else {
            self.values.insert(value.to_owned(), clicks);
        }
    }

    fn merge(&mut self, other: Self) {
        for (value, clicks) in other.values {
            self.values.entry(value).or_default().merge(clicks);
        }
        self.errors.merge(other.errors);
    }

    /// Leaves out rare values, if there are very many. Then the error of each count grows by the highest one left out.
    fn limit(&mut self) {
        if self.values.len() <= MAX_VALUES {
            return;
        }
        let mut frequent = self.by_frequency();
        let mut highest = Clicks::default();
        for (_, rare) in frequent.split_off(MAX_VALUES) {
            highest.humans = highest.humans.max(rare.humans);
            highest.bots = highest.bots.max(rare.bots);
            highest.previews = highest.previews.max(rare.previews);
        }
        self.errors.merge(highest);
        self.values = frequent.into_iter().collect();
    }

    /// The values, the most frequent ones first: by people, then by all visitors.
    pub(crate) fn by_frequency(&self) -> Vec<(String, Clicks)> {
        let mut values: Vec<_> = self.values.iter().map(|(value, clicks)| (value.clone(), *clicks)).collect();
        values.sort_by_key(|(_, clicks)| std::cmp::Reverse((clicks.humans, clicks.total())));
        values
    }
}

impl DayUniques {
    pub(crate) fn estimate(&self) -> u64 {
        match self {
            Self::Estimate(estimate) => *estimate,
            Self::Sketch(uniques) => uniques.estimate(),
        }
    }
}

#[cfg(test)]
mod tests;
