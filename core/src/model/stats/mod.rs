//! Statistics: what is counted of a click, how counts merge, and the reports made of them. Pure functions.

mod calendar;
mod click_event;
mod day_counts;
mod dimension;
mod frequent_values;
mod report;
mod uniques;
mod visitor_click;

pub(crate) use calendar::{Day, Month, Quarter};
pub(crate) use click_event::ClickEvent;
pub(crate) use day_counts::{DayCounts, Detail, FailedVisits, Failure, VALUE_BYTES};
pub(crate) use dimension::Dimension;
pub(crate) use frequent_values::FrequentValues;
pub(crate) use report::{DayUniques, Report, ReportQuery, ValueCounts};
pub(crate) use uniques::{Coupon, Uniques};
pub(crate) use visitor_click::{ClickedLink, VisitorClick};
