//! The stored form of a month with parts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::stats::ClickEvent;
use crate::store::ledger::MonthDocument;
use crate::store::ledger::stored::{StoredClickEvent, StoredDay};
use crate::store::ports::StoreError;
use crate::store::segments::{MonthPart, Segment, SegmentedMonth, Slice};
use crate::store::stored::{self, SchemaVersion};

#[derive(Serialize, Deserialize)]
struct StoredSegmentedMonth<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    sealed: u32,
    days: Vec<StoredDay<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<StoredClickEvent<'a>>,
    parts: Vec<StoredPart<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredPart<'a> {
    segment: u32,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    slice: Cow<'a, str>,
    keys: u32,
    counts: StoredDay<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<StoredClickEvent<'a>>,
}

impl<'a> From<(&'a (Segment, Slice), &'a MonthPart)> for StoredPart<'a> {
    fn from(((segment, slice), part): (&'a (Segment, Slice), &'a MonthPart)) -> Self {
        Self {
            segment: segment.number(),
            slice: slice.as_str().into(),
            keys: part.keys,
            counts: StoredDay::new(segment.day(), &part.counts),
            recent: part.recent.iter().map(StoredClickEvent::from).collect(),
        }
    }
}

pub(in crate::store) fn write_month(document: &SegmentedMonth) -> Result<String, StoreError> {
    stored::write(&StoredSegmentedMonth {
        schema: SchemaVersion,
        sealed: document.sealed.number(),
        days: document.month.days.iter().map(|(day, counts)| StoredDay::new(*day, counts)).collect(),
        recent: document.month.recent.iter().map(StoredClickEvent::from).collect(),
        parts: document.parts.iter().map(StoredPart::from).collect(),
    })
}

pub(in crate::store) fn read_month(value: &[u8]) -> Result<SegmentedMonth, StoreError> {
    let stored: StoredSegmentedMonth<'_> = stored::read(value)?;
    let mut document = SegmentedMonth {
        month: MonthDocument {
            days: stored.days.into_iter().map(StoredDay::into_counts).collect::<Result<_, _>>()?,
            recent: read_recent(stored.recent)?,
        },
        sealed: Segment::stored(stored.sealed),
        ..SegmentedMonth::default()
    };
    for part in stored.parts {
        let at = (Segment::stored(part.segment), Slice::stored(part.slice.into_owned()));
        let (_, counts) = part.counts.into_counts()?;
        document.parts.insert(at, MonthPart { counts, recent: read_recent(part.recent)?, keys: part.keys });
    }
    Ok(document)
}

fn read_recent(recent: Vec<StoredClickEvent<'_>>) -> Result<Vec<ClickEvent>, StoreError> {
    recent.into_iter().map(ClickEvent::try_from).collect()
}
