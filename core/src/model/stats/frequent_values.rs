//! Frequent values: counts of the values of a dimension that has no limit of values, such as referrers.
//!
//! Each kind of visitor has a summary of its own, so a program that invents referrers cannot displace those of people.
//! A summary keeps a limited number of counters (Misra and Gries; Agarwal and others, "Mergeable summaries", 2012). Few
//! values are counted exactly. With many, each count is a lower bound, and the true count is at most
//! [`FrequentValues::errors`] higher.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Dimension;
use crate::model::agent::AgentKind;
use crate::model::clicks::Clicks;

/// Counts of frequent values, by kind of visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FrequentValues {
    summaries: [ValueSummary; 3],
}

/// Counts of the frequent values of one kind of visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ValueSummary {
    /// A lower bound of the clicks of each value.
    pub(crate) counts: BTreeMap<String, u64>,
    /// How much higher than its lower bound any count can be.
    pub(crate) error: u64,
    /// The clicks with any value.
    pub(crate) total: u64,
}

/// The number of values that are kept of a dimension and a kind of visitor. Links have long names, so fewer are kept.
const fn capacity(dimension: Dimension, kind: AgentKind) -> usize {
    match (dimension, kind) {
        (Dimension::Link, AgentKind::Human) => 32,
        (Dimension::Link, AgentKind::Bot | AgentKind::Preview) => 4,
        (_, AgentKind::Human) => 40,
        (_, AgentKind::Bot | AgentKind::Preview) => 8,
    }
}

impl FrequentValues {
    /// Counts one click of `kind` with this value of `dimension`.
    pub(crate) fn add(&mut self, dimension: Dimension, value: &str, kind: AgentKind) {
        self.summary_mut(kind).add(value, capacity(dimension, kind));
    }

    /// Adds the counts of `other`, which has values of the same dimension.
    pub(crate) fn merge(&mut self, dimension: Dimension, other: &Self) {
        for kind in AgentKind::ALL {
            self.summary_mut(kind).merge(other.summary(kind), capacity(dimension, kind));
        }
    }

    /// The values with a lower bound of their clicks. Unfrequent ones are missing.
    pub(crate) fn values(&self) -> BTreeMap<&str, Clicks> {
        let mut values = BTreeMap::<&str, Clicks>::new();
        for kind in AgentKind::ALL {
            for (value, count) in &self.summary(kind).counts {
                values.entry(value).or_default().add(kind, *count);
            }
        }
        values
    }

    /// How much higher than its lower bound any count can be; zero if all counts are exact.
    pub(crate) fn errors(&self) -> Clicks {
        self.clicks(|summary| summary.error)
    }

    fn clicks(&self, number: impl Fn(&ValueSummary) -> u64) -> Clicks {
        let mut clicks = Clicks::default();
        AgentKind::ALL.into_iter().for_each(|kind| clicks.add(kind, number(self.summary(kind))));
        clicks
    }

    pub(crate) fn summary(&self, kind: AgentKind) -> &ValueSummary {
        let [humans, bots, previews] = &self.summaries;
        match kind {
            AgentKind::Human => humans,
            AgentKind::Bot => bots,
            AgentKind::Preview => previews,
        }
    }

    pub(crate) fn summary_mut(&mut self, kind: AgentKind) -> &mut ValueSummary {
        let [humans, bots, previews] = &mut self.summaries;
        match kind {
            AgentKind::Human => humans,
            AgentKind::Bot => bots,
            AgentKind::Preview => previews,
        }
    }
}

impl ValueSummary {
    fn add(&mut self, value: &str, capacity: usize) {
        self.total = self.total.saturating_add(1);
        if let Some(count) = self.counts.get_mut(value) {
            *count = count.saturating_add(1);
        } else {
            self.counts.insert(value.to_owned(), 1);
            self.limit(capacity);
        }
    }

    fn merge(&mut self, other: &Self, capacity: usize) {
        for (value, added) in &other.counts {
            if let Some(count) = self.counts.get_mut(value) {
                *count = count.saturating_add(*added);
            } else {
                self.counts.insert(value.clone(), *added);
            }
        }
        self.error = self.error.saturating_add(other.error);
        self.total = self.total.saturating_add(other.total);
        self.limit(capacity);
    }

    /// Reduces all counts by that of the most frequent value that has no place, so that it and rarer ones drop out.
    fn limit(&mut self, capacity: usize) {
        if self.counts.len() <= capacity {
            return;
        }
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        counts.sort_unstable_by_key(|count| Reverse(*count));
        let cut = counts.get(capacity).copied().unwrap_or_default();
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(cut);
            *count > 0
        });
        self.error = self.error.saturating_add(cut);
    }

    /// Whether counting can have made it: no click has two values.
    pub(crate) fn is_consistent(&self) -> bool {
        let sum = self.counts.values().fold(self.error, |sum, count| sum.saturating_add(*count));
        sum <= self.total && self.counts.values().all(|count| *count > 0)
    }
}

#[cfg(test)]
mod tests;
