//! Statistics: the periods and units of time in which clicks are counted.

mod calendar;

pub(crate) use calendar::{Day, Month, Quarter};
