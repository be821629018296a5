//! Query of statistics: the period, the dimensions, the comparison and the format.

use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::stats::{Dimension, Period, PeriodQuery, ReportQuery};
use crate::model::time::Timestamp;
use crate::stats::PeriodReport;
use crate::store::ledger::Subject;
use crate::store::ports::Edge;

/// Most dimensions of one request.
pub(crate) const MAX_DIMENSIONS: usize = 4;

/// The requested statistics.
pub(super) struct StatsQuery {
    pub(super) period: Period,
    dimensions: Vec<Dimension>,
    is_compared: bool,
    pub(super) is_csv: bool,
}

/// The requested reports.
pub(super) struct Reports {
    pub(super) current: PeriodReport,
    /// The period before, if it was asked for.
    pub(super) previous: Option<PeriodReport>,
}

/// The dimensions that `by` can name in the statistics of a link, or of several links.
pub(crate) fn dimensions(of_one_link: bool) -> impl Iterator<Item = Dimension> {
    Dimension::ALL.into_iter().filter(move |dimension| *dimension != Dimension::Link && (of_one_link || dimension.is_shared_by_links()))
}

impl StatsQuery {
    /// Takes the parameters that all statistics have. Nothing if the period is wrong; all errors are recorded.
    pub(super) fn from_query(fields: &mut Fields, now: Timestamp, of_one_link: bool) -> Option<Self> {
        let [from, to, granularity, tz] = ["from", "to", "granularity", "tz"].map(|name| fields.take_text(name, Ok));
        let query = PeriodQuery { from: from.as_deref(), to: to.as_deref(), granularity: granularity.as_deref(), tz: tz.as_deref() };
        let period = query.read(now);
        let dimensions = fields.take_text("by", |text| parse_dimensions(&text, of_one_link)).unwrap_or_default();
        let is_compared = fields.take_text("compare", |text| word(&text, "previous", "compare must be previous")).is_some();
        let format = fields.take_text("format", |text| match text.as_str() {
            "json" => Ok(false),
            "csv" => Ok(true),
            _ => Err(FieldError::invalid("format must be json or csv")),
        });
        match period {
            Ok(period) => Some(Self { period, dimensions, is_compared, is_csv: format.unwrap_or_default() }),
            Err(errors) => {
                errors.into_iter().for_each(|(name, error)| fields.refuse(name, error));
                None
            }
        }
    }

    /// Loads the reports. `more` are dimensions besides those that were asked for. CSV has the series only.
    pub(super) async fn load<E: Edge>(&self, context: &Context<'_, E>, about: Subject, more: &[Dimension]) -> Result<Reports, Problem> {
        let dimensions = if self.is_csv { Vec::new() } else { [&self.dimensions, more].concat() };
        let current = context.statistics().report(about.clone(), report_query(&self.period, dimensions)).await?;
        let previous = match self.is_compared && !self.is_csv {
            true => Some(context.statistics().report(about, report_query(&self.period.previous(), Vec::new())).await?),
            false => None,
        };
        Ok(Reports { current, previous })
    }

    /// The dimensions that were asked for.
    pub(super) fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }
}

fn report_query(period: &Period, dimensions: Vec<Dimension>) -> ReportQuery {
    let days = period.whole_days();
    ReportQuery {
        starts: period.buckets().into_iter().map(|bucket| bucket.start).collect(),
        end: period.to,
        days: (days.from, days.to),
        dimensions,
        with_sketches: false,
    }
}

fn word(text: &str, expected: &str, detail: &'static str) -> Result<(), FieldError> {
    if text == expected { Ok(()) } else { Err(FieldError::invalid(detail)) }
}

/// Parses `by`: names of dimensions, with commas between them.
fn parse_dimensions(text: &str, of_one_link: bool) -> Result<Vec<Dimension>, FieldError> {
    let mut found = Vec::new();
    for name in text.split(',') {
        let dimension = dimensions(true).find(|dimension| dimension.name() == name).ok_or_else(|| {
            let names: Vec<&str> = dimensions(of_one_link).map(Dimension::name).collect();
            FieldError::invalid(format!("by names an unknown dimension: use {}, with commas between them", names.join(", ")))
        })?;
        if !dimensions(of_one_link).any(|known| known == dimension) {
            return Err(FieldError::invalid(format!("only the statistics of a single link have the dimension {name}")));
        }
        if found.contains(&dimension) {
            return Err(FieldError::new(FieldCode::Duplicate, format!("by names {name} more than once")));
        }
        found.push(dimension);
    }
    if found.len() > MAX_DIMENSIONS {
        return Err(FieldError::new(FieldCode::TooMany, format!("by can name at most {MAX_DIMENSIONS} dimensions: send several requests")));
    }
    Ok(found)
}
