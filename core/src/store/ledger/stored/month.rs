//! The stored forms of a month document and of its summary.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::StoredClickEvent;
use super::{StoredClicks, StoredFailed, dimension};
use crate::model::agent::AgentKind;
use crate::model::clicks::Clicks;
use crate::model::stats::{ClickEvent, Day, DayCounts, FrequentValues, Quarter, Uniques, ValueSummary};
use crate::store::ledger::{MonthDocument, MonthSummary};
use crate::store::ports::StoreError;
use crate::store::stored::{self, SchemaVersion, corrupt};

/// A month document.
#[derive(Serialize, Deserialize)]
struct StoredMonth<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    days: Vec<StoredDay<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<StoredClickEvent<'a>>,
}

/// The clicks of a day. Quarter hours are numbers from 0 to 95.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredDay<'a> {
    day: u32,
    quarters: Vec<(u8, StoredClicks)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exact: BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, StoredClicks>>,
    /// Summaries of people, bots and previews.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    frequent: BTreeMap<Cow<'a, str>, [StoredValueSummary<'a>; 3]>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    uniques: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failed: Vec<(u8, StoredFailed)>,
}

/// Counts of frequent values of one kind of visitor: the total, the error, and the count of each value.
#[derive(Serialize, Deserialize)]
struct StoredValueSummary<'a>(u64, u64, BTreeMap<Cow<'a, str>, u64>);

/// The summary of a month.
#[derive(Serialize, Deserialize)]
struct StoredSummary {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    clicks: StoredClicks,
    failed: StoredFailed,
    days: Vec<(u32, u64)>,
}

impl<'a> StoredDay<'a> {
    pub(in crate::store) fn new(day: Day, counts: &'a DayCounts) -> Self {
        let clicks =
            |values: &'a BTreeMap<String, Clicks>| values.iter().map(|(value, clicks)| (Cow::from(value), (*clicks).into())).collect();
        let summaries = |values: &'a FrequentValues| AgentKind::ALL.map(|kind| StoredValueSummary::from(values.summary(kind)));
        Self {
            day: day.number(),
            quarters: counts.quarters.iter().map(|(quarter, clicks)| (quarter.number(), (*clicks).into())).collect(),
            exact: counts.exact.iter().map(|(dimension, values)| (dimension.name().into(), clicks(values))).collect(),
            frequent: counts.frequent.iter().map(|(dimension, values)| (dimension.name().into(), summaries(values))).collect(),
            uniques: counts.uniques.to_text(),
            failed: counts.failed.iter().map(|(quarter, failed)| (quarter.number(), (*failed).into())).collect(),
        }
    }

    pub(in crate::store) fn into_counts(self) -> Result<(Day, DayCounts), StoreError> {
        let mut counts = DayCounts { uniques: Uniques::parse(&self.uniques).ok_or_else(|| corrupt("uniques"))?, ..DayCounts::default() };
        for (number, clicks) in self.quarters {
            counts.quarters.insert(quarter(number)?, clicks.into());
        }
        for (name, values) in self.exact {
            let values = values.into_iter().map(|(value, clicks)| (value.into_owned(), clicks.into()));
            counts.exact.insert(dimension(&name)?, values.collect());
        }
        for (name, summaries) in self.frequent {
            counts.frequent.insert(dimension(&name)?, frequent_values(summaries)?);
        }
        for (number, failed) in self.failed {
            counts.failed.insert(quarter(number)?, failed.into());
        }
        Ok((Day::from_number(self.day), counts))
    }
}

fn quarter(number: u8) -> Result<Quarter, StoreError> {
    Quarter::stored(number).ok_or_else(|| corrupt("quarters"))
}

fn frequent_values(summaries: [StoredValueSummary<'_>; 3]) -> Result<FrequentValues, StoreError> {
    let mut values = FrequentValues::default();
    for (kind, StoredValueSummary(total, error, counts)) in AgentKind::ALL.into_iter().zip(summaries) {
        let counts = counts.into_iter().map(|(value, count)| (value.into_owned(), count)).collect();
        let summary = ValueSummary { counts, error, total };
        if !summary.is_consistent() {
            return Err(corrupt("frequent"));
        }
        *values.summary_mut(kind) = summary;
    }
    Ok(values)
}

impl<'a> From<&'a ValueSummary> for StoredValueSummary<'a> {
    fn from(summary: &'a ValueSummary) -> Self {
        Self(summary.total, summary.error, summary.counts.iter().map(|(value, count)| (value.into(), *count)).collect())
    }
}

pub(in crate::store::ledger) fn write_month(month: &MonthDocument) -> Result<String, StoreError> {
    stored::write(&StoredMonth {
        schema: SchemaVersion,
        days: month.days.iter().map(|(day, counts)| StoredDay::new(*day, counts)).collect(),
        recent: month.recent.iter().map(StoredClickEvent::from).collect(),
    })
}

pub(in crate::store::ledger) fn read_month(text: &str) -> Result<MonthDocument, StoreError> {
    let stored: StoredMonth<'_> = stored::read(text.as_bytes())?;
    Ok(MonthDocument {
        days: stored.days.into_iter().map(StoredDay::into_counts).collect::<Result<_, _>>()?,
        recent: stored.recent.into_iter().map(ClickEvent::try_from).collect::<Result<_, _>>()?,
    })
}

pub(in crate::store::ledger) fn write_summary(summary: &MonthSummary) -> Result<String, StoreError> {
    stored::write(&StoredSummary {
        schema: SchemaVersion,
        clicks: summary.clicks.into(),
        failed: summary.failed.into(),
        days: summary.days.iter().map(|(day, humans)| (day.number(), *humans)).collect(),
    })
}

pub(in crate::store::ledger) fn read_summary(text: &str) -> Result<MonthSummary, StoreError> {
    let stored: StoredSummary = stored::read(text.as_bytes())?;
    Ok(MonthSummary {
        clicks: stored.clicks.into(),
        failed: stored.failed.into(),
        days: stored.days.into_iter().map(|(day, humans)| (Day::from_number(day), humans)).collect(),
    })
}
