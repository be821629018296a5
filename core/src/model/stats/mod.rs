//! Statistics: the periods and units of time in which clicks are counted.

mod calendar;
mod granularity;
mod period;
mod period_query;

pub(crate) use calendar::{Day, Month, Quarter};
pub(crate) use granularity::Granularity;
pub(crate) use period::{Bucket, Period, WholeDays};
pub(crate) use period_query::{ParameterErrors, PeriodQuery};
