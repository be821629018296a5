//! Month documents: the clicks of a link, a domain or a tag in one UTC month.

use std::collections::BTreeMap;

use crate::model::clicks::Clicks;
use crate::model::stats::{ClickEvent, Day, DayCounts, Detail, FailedVisits, Quarter};
use crate::store::ledger::ShardRow;
use crate::store::ledger::batch::FailedVisit;
use crate::store::ledger::stored;
use crate::store::ports::StoreError;

/// Number of clicks that a link shows one by one.
pub(crate) const MAX_RECENT: usize = 100;

/// The largest document in bytes: 31 days, all values invented and as long as they can be, with thousands of clicks
/// each (1,825,609 bytes of a domain are measured). A row of SQLite in a Durable Object has at most 2 MB.
#[cfg(test)]
pub(super) const MAX_DOCUMENT: usize = 1_900_000;

/// The clicks of one UTC month.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MonthDocument {
    pub(crate) days: BTreeMap<Day, DayCounts>,
    /// The latest clicks, oldest first. Only links have them.
    pub(crate) recent: Vec<ClickEvent>,
}

/// The part of a month document that is read for lists and counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MonthSummary {
    pub(crate) clicks: Clicks,
    pub(crate) failed: FailedVisits,
    /// Clicks of people by day; the last seven days that have any.
    pub(crate) days: Vec<(Day, u64)>,
}

/// Number of days in a summary.
const SUMMARY_DAYS: usize = 7;

impl MonthDocument {
    pub(crate) fn decode(row: &ShardRow) -> Result<Self, StoreError> {
        stored::read_month(&row.body)
    }

    pub(crate) fn encode(&self) -> Result<ShardRow, StoreError> {
        Ok(ShardRow { summary: stored::write_summary(&self.summary())?, body: stored::write_month(self)? })
    }

    /// Counts a click.
    pub(crate) fn add(&mut self, event: &ClickEvent, detail: Detail) {
        self.days.entry(Day::of(event.at)).or_default().add(event, detail);
        if detail == Detail::Link {
            let values = event.values.clone();
            let (link, domain, alias) = (event.link.clone(), event.domain.clone(), event.alias.clone());
            self.recent.push(ClickEvent { link, domain, alias, tags: Vec::new(), at: event.at, kind: event.kind, values, coupon: None });
            if self.recent.len() >= MAX_RECENT.saturating_mul(2) {
                self.limit_recent();
            }
        }
    }

    pub(crate) fn add_failed(&mut self, failed: &FailedVisit) {
        self.days.entry(Day::of(failed.at)).or_default().add_failed(Quarter::of(failed.at), failed.counts);
    }

    /// Sorts the latest clicks, and leaves out those that are no longer shown.
    pub(crate) fn limit_recent(&mut self) {
        self.recent.sort_by_key(|event| event.at);
        let excess = self.recent.len().saturating_sub(MAX_RECENT);
        self.recent.drain(..excess);
    }

    pub(crate) fn summary(&self) -> MonthSummary {
        let mut summary = MonthSummary::default();
        for (day, counts) in &self.days {
            let total = counts.total();
            summary.clicks.merge(total);
            counts.failed.values().for_each(|failed| summary.failed.merge(*failed));
            if total.humans > 0 {
                summary.days.push((*day, total.humans));
            }
        }
        let excess = summary.days.len().saturating_sub(SUMMARY_DAYS);
        summary.days.drain(..excess);
        summary
    }
}

impl MonthSummary {
    pub(crate) fn decode(text: &str) -> Result<Self, StoreError> {
        stored::read_summary(text)
    }

    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_summary(self)
    }
}
