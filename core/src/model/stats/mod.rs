//! Statistics: what is counted of a click, in which periods, how counts merge, and the reports made of them. Pure
//! functions.

mod calendar;
mod click_event;
mod day_counts;
mod dimension;
mod frequent_values;
mod granularity;
mod period;
mod period_query;
mod report;
#[cfg(test)]
pub(crate) mod samples;
mod uniques;
mod visitor_click;

pub(crate) use calendar::{Day, Month, Quarter};
pub(crate) use click_event::ClickEvent;
pub(crate) use day_counts::{DayCounts, Detail, FailedVisits, Failure};
pub(crate) use dimension::Dimension;
pub(crate) use frequent_values::{FrequentValues, ValueSummary};
#[cfg(feature = "docs")]
pub(crate) use granularity::Granularity;
pub(crate) use period::Period;
#[cfg(feature = "docs")]
pub(crate) use period_query::MAX_BUCKETS;
pub(crate) use period_query::PeriodQuery;
pub(crate) use report::{DayUniques, Report, ReportQuery, ValueCounts};
pub(crate) use uniques::{Coupon, Uniques};
pub(crate) use visitor_click::{ClickedLink, VALUE_BYTES, VisitorClick};
