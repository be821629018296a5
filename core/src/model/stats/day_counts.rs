//! Day counts: all that statistics keep of the clicks of one UTC day, of a link, a domain or a tag.
//!
//! Quarter hours, values of closed dimensions, failed visits and unique visitors merge exactly: in any order and
//! grouping, with the same result. Values of open dimensions are in a sketch with lower and upper bounds.

use std::collections::BTreeMap;

use super::{ClickEvent, Dimension, FrequentValues, Quarter, Uniques};
use crate::model::agent::AgentKind;
use crate::model::clicks::Clicks;

/// The highest number of values of a closed dimension of one day. There are fewer countries, languages and reasons.
const MAX_VALUES: usize = 256;
/// The highest number of rules of one day. A link has at most 20 at a time.
const MAX_RULES: usize = 64;

/// The clicks of one UTC day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DayCounts {
    /// Clicks by quarter hour.
    pub(crate) quarters: BTreeMap<Quarter, Clicks>,
    /// Exact clicks by value, for closed dimensions.
    pub(crate) exact: BTreeMap<Dimension, BTreeMap<String, Clicks>>,
    /// Clicks of frequent values, for open dimensions.
    pub(crate) frequent: BTreeMap<Dimension, FrequentValues>,
    pub(crate) uniques: Uniques,
    /// Failed visits by quarter hour; only domains have them.
    pub(crate) failed: BTreeMap<Quarter, FailedVisits>,
}

/// Which dimensions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Those of a link.
    Link,
    /// Those of a domain.
    Domain,
    /// Only the followed links.
    Tag,
}

/// Visits that followed no link, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FailedVisits {
    pub(crate) unknown_alias: u64,
    pub(crate) ended: u64,
    pub(crate) root: u64,
    pub(crate) unknown_host: u64,
}

/// The cause of a failed visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    UnknownAlias,
    Ended,
    Root,
    UnknownHost,
}

impl Detail {
    fn includes(self, dimension: Dimension) -> bool {
        match self {
            Self::Link => dimension != Dimension::Link,
            Self::Domain => dimension.is_shared_by_links(),
            Self::Tag => dimension == Dimension::Link,
        }
    }
}

impl DayCounts {
    /// Counts a click of this day.
    pub(crate) fn add(&mut self, event: &ClickEvent, detail: Detail) {
        self.quarters.entry(Quarter::of(event.at)).or_default().add(event.kind, 1);
        if let Some(coupon) = event.coupon {
            self.uniques.add(coupon);
        }
        for (dimension, value) in &event.values {
            self.add_value(*dimension, value, event.kind, detail);
        }
        if detail.includes(Dimension::Link) {
            let link = [event.link.as_str(), " ", event.domain.as_str(), "/", &event.alias].concat();
            self.add_value(Dimension::Link, &link, event.kind, detail);
        }
    }

    fn add_value(&mut self, dimension: Dimension, value: &str, kind: AgentKind, detail: Detail) {
        if !detail.includes(dimension) {
            return;
        }
        if dimension.is_open() {
            self.frequent.entry(dimension).or_default().add(dimension, value, kind);
        } else {
            let mut clicks = Clicks::default();
            clicks.add(kind, 1);
            add_exact(self.exact.entry(dimension).or_default(), dimension, value, clicks);
        }
    }

    /// Counts failed visits of this day.
    pub(crate) fn add_failed(&mut self, quarter: Quarter, failed: FailedVisits) {
        self.failed.entry(quarter).or_default().merge(failed);
    }

    /// Adds the counts of another part of the same day.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (quarter, clicks) in &other.quarters {
            self.quarters.entry(*quarter).or_default().merge(*clicks);
        }
        for (dimension, values) in &other.exact {
            let known = self.exact.entry(*dimension).or_default();
            for (value, clicks) in values {
                add_exact(known, *dimension, value, *clicks);
            }
        }
        for (dimension, values) in &other.frequent {
            self.frequent.entry(*dimension).or_default().merge(*dimension, values);
        }
        self.uniques.merge(&other.uniques);
        for (quarter, failed) in &other.failed {
            self.add_failed(*quarter, *failed);
        }
    }

    /// All failed visits of the day.
    pub(crate) fn total_failed(&self) -> u64 {
        self.failed.values().map(|failed| failed.total()).fold(0, u64::saturating_add)
    }

    /// All clicks of the day.
    pub(crate) fn total(&self) -> Clicks {
        let mut total = Clicks::default();
        self.quarters.values().for_each(|clicks| total.merge(*clicks));
        total
    }
}

fn add_exact(values: &mut BTreeMap<String, Clicks>, dimension: Dimension, value: &str, clicks: Clicks) {
    let max_values = if dimension.is_shared_by_links() { MAX_VALUES } else { MAX_RULES };
    if let Some(known) = values.get_mut(value) {
        known.merge(clicks);
    } else if values.len() < max_values {
        values.insert(value.to_owned(), clicks);
    }
}

impl FailedVisits {
    /// One failed visit.
    pub(crate) fn one(failure: Failure) -> Self {
        let mut failed = Self::default();
        *match failure {
            Failure::UnknownAlias => &mut failed.unknown_alias,
            Failure::Ended => &mut failed.ended,
            Failure::Root => &mut failed.root,
            Failure::UnknownHost => &mut failed.unknown_host,
        } = 1;
        failed
    }

    /// Failed visits of all causes.
    pub(crate) fn total(self) -> u64 {
        [self.unknown_alias, self.ended, self.root, self.unknown_host].into_iter().fold(0, u64::saturating_add)
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.unknown_alias = self.unknown_alias.saturating_add(other.unknown_alias);
        self.ended = self.ended.saturating_add(other.ended);
        self.root = self.root.saturating_add(other.root);
        self.unknown_host = self.unknown_host.saturating_add(other.unknown_host);
    }
}

#[cfg(test)]
mod tests;
