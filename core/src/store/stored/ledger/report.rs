//! The stored forms of a report and of its query, as they are sent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{StoredClicks, StoredFailed, dimension};
use crate::model::stats::{Day, DayUniques, Report, ReportQuery, Uniques, ValueCounts};
use crate::store::ports::StoreError;
use crate::store::stored::{Millis, corrupt};

/// What a report covers.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredReportQuery<'a> {
    starts: Vec<Millis>,
    end: Millis,
    days: (u32, u32),
    dimensions: Vec<Cow<'a, str>>,
    with_sketches: bool,
}

/// The statistics of a period.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredReport {
    series: Vec<StoredClicks>,
    values: BTreeMap<String, StoredValues>,
    whole_days: StoredClicks,
    uniques: Vec<(u32, StoredUniques)>,
    failed: StoredFailed,
}

/// Clicks by value.
#[derive(Serialize, Deserialize)]
struct StoredValues {
    values: BTreeMap<String, StoredClicks>,
    errors: StoredClicks,
}

/// The unique visitors of a day: a number or a sketch.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredUniques {
    Estimate(u64),
    Sketch(String),
}

impl<'a> From<&'a ReportQuery> for StoredReportQuery<'a> {
    fn from(query: &'a ReportQuery) -> Self {
        Self {
            starts: query.starts.iter().map(|start| (*start).into()).collect(),
            end: query.end.into(),
            days: (query.days.0.number(), query.days.1.number()),
            dimensions: query.dimensions.iter().map(|dimension| dimension.name().into()).collect(),
            with_sketches: query.with_sketches,
        }
    }
}

impl TryFrom<StoredReportQuery<'_>> for ReportQuery {
    type Error = StoreError;

    fn try_from(stored: StoredReportQuery<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            starts: stored.starts.into_iter().map(Into::into).collect(),
            end: stored.end.into(),
            days: (Day::from_number(stored.days.0), Day::from_number(stored.days.1)),
            dimensions: stored.dimensions.iter().map(|name| dimension(name)).collect::<Result<_, _>>()?,
            with_sketches: stored.with_sketches,
        })
    }
}

impl From<&Report> for StoredReport {
    fn from(report: &Report) -> Self {
        let values = |counts: &ValueCounts| StoredValues {
            values: counts.values.iter().map(|(value, clicks)| (value.clone(), (*clicks).into())).collect(),
            errors: counts.errors.into(),
        };
        let uniques = |uniques: &DayUniques| match uniques {
            DayUniques::Estimate(estimate) => StoredUniques::Estimate(*estimate),
            DayUniques::Sketch(uniques) => StoredUniques::Sketch(uniques.to_text()),
        };
        Self {
            series: report.series.iter().map(|clicks| (*clicks).into()).collect(),
            values: report.values.iter().map(|(dimension, counts)| (dimension.name().to_owned(), values(counts))).collect(),
            whole_days: report.whole_days.into(),
            uniques: report.uniques.iter().map(|(day, of_day)| (day.number(), uniques(of_day))).collect(),
            failed: report.failed.into(),
        }
    }
}

impl TryFrom<StoredReport> for Report {
    type Error = StoreError;

    fn try_from(stored: StoredReport) -> Result<Self, StoreError> {
        let values = |counts: StoredValues| ValueCounts {
            values: counts.values.into_iter().map(|(value, clicks)| (value, clicks.into())).collect(),
            errors: counts.errors.into(),
        };
        let uniques = |uniques: StoredUniques| match uniques {
            StoredUniques::Estimate(estimate) => Ok(DayUniques::Estimate(estimate)),
            StoredUniques::Sketch(text) => Uniques::parse(&text).map(DayUniques::Sketch).ok_or_else(|| corrupt("uniques")),
        };
        Ok(Self {
            series: stored.series.into_iter().map(Into::into).collect(),
            values: stored
                .values
                .into_iter()
                .map(|(name, counts)| Ok((dimension(&name)?, values(counts))))
                .collect::<Result<_, StoreError>>()?,
            whole_days: stored.whole_days.into(),
            uniques: stored
                .uniques
                .into_iter()
                .map(|(day, of_day)| Ok((Day::from_number(day), uniques(of_day)?)))
                .collect::<Result<_, StoreError>>()?,
            failed: stored.failed.into(),
        })
    }
}
