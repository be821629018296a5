//! The stored form of the totals of a link.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::stats::Day;
use crate::store::ports::StoreError;
use crate::store::segments::{LinkTotal, Segment, Slice, TotalPart};
use crate::store::stored::clicks::StoredClicks;
use crate::store::stored::{self, SchemaVersion};

#[derive(Serialize, Deserialize)]
struct StoredLinkTotal<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    sealed: u32,
    clicks: StoredClicks,
    /// Days with the clicks of people.
    days: Vec<(u32, u64)>,
    /// Segment, slice, number of keys, clicks.
    parts: Vec<(u32, Cow<'a, str>, u32, StoredClicks)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
}

pub(in crate::store) fn write_total(total: &LinkTotal) -> Result<String, StoreError> {
    stored::write(&StoredLinkTotal {
        schema: SchemaVersion,
        sealed: total.sealed.number(),
        clicks: total.clicks.into(),
        days: total.days.iter().map(|(day, humans)| (day.number(), *humans)).collect(),
        parts: total
            .parts
            .iter()
            .map(|((segment, slice), part)| (segment.number(), slice.as_str().into(), part.keys, part.clicks.into()))
            .collect(),
        erased: total.is_erased,
    })
}

pub(in crate::store) fn read_total(value: &[u8]) -> Result<LinkTotal, StoreError> {
    let stored: StoredLinkTotal<'_> = stored::read(value)?;
    let part = |(segment, slice, keys, clicks): (u32, Cow<'_, str>, u32, StoredClicks)| {
        ((Segment::stored(segment), Slice::stored(slice.into_owned())), TotalPart { clicks: clicks.into(), keys })
    };
    Ok(LinkTotal {
        clicks: stored.clicks.into(),
        days: stored.days.into_iter().map(|(day, humans)| (Day::from_number(day), humans)).collect(),
        parts: stored.parts.into_iter().map(part).collect(),
        sealed: Segment::stored(stored.sealed),
        is_erased: stored.erased,
    })
}
