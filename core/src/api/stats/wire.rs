//! JSON and CSV of statistics.

use std::collections::BTreeMap;

use serde::Serialize;

use super::query::{Reports, StatsQuery};
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::clicks::Clicks;
use crate::model::csv;
use crate::model::stats::{Day, DayUniques, Dimension, Period, Report, ValueCounts};
use crate::model::time::Timestamp;

/// Most values of a dimension that are listed.
pub(crate) const MAX_ITEMS: usize = 100;

/// The relative standard error of an estimate of unique visitors: 4,096 registers give 1.04 / 64.
pub(crate) const UNIQUES_ERROR: f64 = 0.02;

/// The columns of CSV.
const COLUMNS: [&str; 5] = ["start", "humans", "bots", "previews", "uniques"];

/// Statistics of a period.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Stats"))]
pub(super) struct StatsJson<'a> {
    /// Start of the period, with the offset of `tz`.
    #[cfg_attr(feature = "docs", schemars(with = "DisplayText<Timestamp>"))]
    from: String,
    /// End of the period. It is not part of it.
    #[cfg_attr(feature = "docs", schemars(with = "DisplayText<Timestamp>"))]
    to: String,
    /// Time zone whose calendar divides the period.
    tz: &'a str,
    /// Unit of the series.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["hour", "day", "week", "month"])))]
    granularity: &'static str,
    /// All clicks of the period.
    totals: TotalsJson,
    /// The clicks of the period of the same length directly before; `null` unless it was asked for with
    /// `compare=previous`.
    previous: Option<TotalsJson>,
    /// The clicks of each unit, in order. The units cover the period without gaps; the first and the last may be parts.
    #[cfg_attr(feature = "docs", schemars(length(max = crate::model::stats::MAX_BUCKETS)))]
    series: Vec<PointJson>,
    /// For each dimension that `by` names, the clicks of `whole_days` by value.
    by: BTreeMap<&'static str, BreakdownJson<'a>>,
    /// The UTC days that `by` and `visitor_days` cover: those that begin within the period.
    whole_days: WholeDaysJson,
    precision: PrecisionJson,
}

/// Clicks of a period, and its visitors.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct TotalsJson {
    /// Clicks of people.
    humans: u64,
    /// Requests of programs.
    bots: u64,
    /// Requests of programs that show a preview of the link.
    previews: u64,
    /// The unique visitors of each UTC day, added up: one who comes on two days counts twice. Estimated.
    visitor_days: u64,
}

/// Clicks of one unit of time.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct PointJson {
    /// Its start, with the offset of `tz`.
    #[cfg_attr(feature = "docs", schemars(with = "DisplayText<Timestamp>"))]
    start: String,
    /// Clicks of people.
    humans: u64,
    /// Requests of programs.
    bots: u64,
    /// Requests of programs that show a preview of the link.
    previews: u64,
    /// Estimated number of people. `null` unless the unit is a day in UTC: visitors of different days cannot be
    /// recognised.
    uniques: Option<u64>,
}

/// Clicks by value.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct BreakdownJson<'a> {
    /// The values with most clicks of people.
    #[cfg_attr(feature = "docs", schemars(length(max = MAX_ITEMS)))]
    items: Vec<ValueJson<'a>>,
    /// The other clicks: those with another value, or with an unknown one.
    other: OtherJson,
}

/// Clicks with one value.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ValueJson<'a> {
    value: &'a str,
    /// Clicks of people; at least this many, if `at_most` is set.
    humans: u64,
    /// Requests of programs. Of a region, a city or a referrer at least this many.
    bots: u64,
    /// Requests of programs that show a preview, likewise.
    previews: u64,
    /// Upper bound of `humans` where that number is estimated; `null` where it is exact.
    at_most: Option<u64>,
}

/// Clicks that are not listed.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct OtherJson {
    humans: u64,
    bots: u64,
    previews: u64,
}

/// UTC days.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct WholeDaysJson {
    /// The first day.
    from: DisplayText<Day>,
    /// The day after the last one. It equals `from` if no day begins within the period.
    to: DisplayText<Day>,
}

/// How exact these statistics are.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct PrecisionJson {
    /// Totals and series have every click that was counted.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["exact"])))]
    totals: &'static str,
    /// Relative standard error of estimated visitors.
    uniques_error: f64,
    /// Time until which all clicks are counted; `null` where a click is counted as soon as it is stored.
    complete_until: Option<DisplayText<Timestamp>>,
}

impl<'a> StatsJson<'a> {
    pub(super) fn new(query: &'a StatsQuery, reports: &'a Reports) -> Self {
        let (period, report) = (&query.period, &reports.current.report);
        let days = period.whole_days();
        let breakdown = |dimension: &Dimension| (dimension.name(), BreakdownJson::new(report.values.get(dimension), report.whole_days));
        Self {
            from: period.label(period.from),
            to: period.label(period.to),
            tz: period.zone.as_str(),
            granularity: period.granularity.name(),
            totals: TotalsJson::new(report),
            previous: reports.previous.as_ref().map(|previous| TotalsJson::new(&previous.report)),
            series: points(period, report),
            by: query.dimensions().iter().map(breakdown).collect(),
            whole_days: WholeDaysJson { from: DisplayText(days.from), to: DisplayText(days.to) },
            precision: PrecisionJson {
                totals: "exact",
                uniques_error: UNIQUES_ERROR,
                complete_until: reports.current.complete_until.map(DisplayText),
            },
        }
    }
}

/// The series as CSV.
pub(super) fn csv_response(period: &Period, report: &Report) -> Response {
    let mut rows = Vec::new();
    csv::write(&mut rows, &COLUMNS);
    for PointJson { start, humans, bots, previews, uniques } in points(period, report) {
        let uniques = uniques.map(|uniques| uniques.to_string()).unwrap_or_default();
        csv::write(&mut rows, &[start, humans.to_string(), bots.to_string(), previews.to_string(), uniques]);
    }
    Response::file("text/csv; charset=utf-8", rows)
}

fn points(period: &Period, report: &Report) -> Vec<PointJson> {
    let buckets = period.buckets().into_iter().zip(&report.series).enumerate();
    buckets
        .map(|(position, (bucket, clicks))| {
            let estimate = || report.uniques.get(&Day::of(bucket.start)).map_or(0, DayUniques::estimate);
            let uniques = period.is_utc_day(position).then(estimate);
            let Clicks { humans, bots, previews } = *clicks;
            PointJson { start: bucket.label, humans, bots, previews, uniques }
        })
        .collect()
}

impl TotalsJson {
    fn new(report: &Report) -> Self {
        let Clicks { humans, bots, previews } = report.totals();
        Self { humans, bots, previews, visitor_days: report.visitor_days() }
    }
}

impl<'a> BreakdownJson<'a> {
    /// The most frequent of `counts`, which are part of the clicks `all`.
    fn new(counts: Option<&'a ValueCounts>, all: Clicks) -> Self {
        let mut values: Vec<(&str, Clicks)> =
            counts.into_iter().flat_map(|counts| &counts.values).map(|(value, clicks)| (value.as_str(), *clicks)).collect();
        values.sort_by_key(|(_, clicks)| std::cmp::Reverse((clicks.humans, clicks.total())));
        values.truncate(MAX_ITEMS);
        let mut listed = Clicks::default();
        values.iter().for_each(|(_, clicks)| listed.merge(*clicks));
        let errors = counts.map(|counts| counts.errors).unwrap_or_default();
        let Clicks { humans, bots, previews } = all.without(listed);
        let items = values.into_iter().map(|(value, clicks)| ValueJson::new(value, clicks, errors)).collect();
        Self { items, other: OtherJson { humans, bots, previews } }
    }
}

impl<'a> ValueJson<'a> {
    fn new(value: &'a str, clicks: Clicks, errors: Clicks) -> Self {
        let Clicks { humans, bots, previews } = clicks;
        let at_most = (errors.humans > 0).then(|| humans.saturating_add(errors.humans));
        Self { value, humans, bots, previews, at_most }
    }
}
