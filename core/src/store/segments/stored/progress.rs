//! The stored form of the progress of folding.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::store::ports::StoreError;
use crate::store::segments::{FoldPosition, FoldProgress, Segment, Slice};
use crate::store::stored::{self, SchemaVersion};

#[derive(Serialize, Deserialize)]
struct StoredProgress<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    first: StoredPosition<'a>,
    last: StoredPosition<'a>,
    /// Segment, slice, number of keys.
    counts: Vec<(u32, Cow<'a, str>, u32)>,
}

#[derive(Serialize, Deserialize)]
struct StoredPosition<'a> {
    segment: u32,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    slice: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<(Cow<'a, str>, u32)>,
}

impl<'a> From<&'a FoldPosition> for StoredPosition<'a> {
    fn from(position: &'a FoldPosition) -> Self {
        Self {
            segment: position.segment.number(),
            slice: position.slice.as_str().into(),
            after: position.after.as_ref().map(|(document, keys)| (document.into(), *keys)),
        }
    }
}

impl From<StoredPosition<'_>> for FoldPosition {
    fn from(stored: StoredPosition<'_>) -> Self {
        Self {
            segment: Segment::stored(stored.segment),
            slice: Slice::stored(stored.slice.into_owned()),
            after: stored.after.map(|(document, keys)| (document.into_owned(), keys)),
        }
    }
}

pub(in crate::store) fn write_progress(progress: &FoldProgress) -> Result<String, StoreError> {
    let counts = progress.counts.iter().map(|((segment, slice), keys)| (segment.number(), slice.as_str().into(), *keys));
    stored::write(&StoredProgress {
        schema: SchemaVersion,
        first: (&progress.first).into(),
        last: (&progress.last).into(),
        counts: counts.collect(),
    })
}

pub(in crate::store) fn read_progress(value: &[u8]) -> Result<FoldProgress, StoreError> {
    let stored: StoredProgress<'_> = stored::read(value)?;
    let count = |(segment, slice, keys): (u32, Cow<'_, str>, u32)| ((Segment::stored(segment), Slice::stored(slice.into_owned())), keys);
    Ok(FoldProgress {
        first: stored.first.into(),
        last: stored.last.into(),
        counts: stored.counts.into_iter().map(count).collect(),
        guard: None,
    })
}
