//! The stored form of what a quota has counted.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::domain::Domain;
use crate::store::Cursor;
use crate::store::guarded_record::RecordValue;
use crate::store::link_count::{CountProgress, LinkCount, ReservedSpans};
use crate::store::ports::StoreError;

/// What a quota has counted.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLinkCount<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    links: u64,
    counts_from: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted_at: Option<Millis>,
    reserved: u64,
    /// The latest span, the links reserved in it, and those in the span before it.
    latest: (u64, u64, u64),
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<StoredCountProgress<'a>>,
    tokens: Tokens,
}

/// A count that is under way.
#[derive(Serialize, Deserialize)]
struct StoredCountProgress<'a> {
    began_at: Millis,
    reserved_before: u64,
    counted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    past: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Cow<'a, str>>,
}

impl RecordValue for LinkCount {
    type Stored<'a> = StoredLinkCount<'a>;

    fn store(&self, tokens: Tokens) -> StoredLinkCount<'_> {
        let (links, counts_from, counted_at, reserved, latest, progress) = self.to_parts();
        StoredLinkCount {
            schema: SchemaVersion,
            links,
            counts_from: counts_from.into(),
            counted_at: counted_at.map(Millis::from),
            reserved,
            latest: (latest.span, latest.now, latest.before),
            progress: progress.map(StoredCountProgress::from),
            tokens,
        }
    }

    fn restore(stored: StoredLinkCount<'_>) -> Result<(Self, Tokens), StoreError> {
        let (span, now, before) = stored.latest;
        let count = Self::from_parts((
            stored.links,
            stored.counts_from.into(),
            stored.counted_at.map(Into::into),
            stored.reserved,
            ReservedSpans { span, now, before },
            stored.progress.map(CountProgress::from),
        ));
        Ok((count, stored.tokens))
    }
}

impl From<CountProgress> for StoredCountProgress<'_> {
    fn from(progress: CountProgress) -> Self {
        Self {
            began_at: progress.began_at.into(),
            reserved_before: progress.reserved_before,
            counted: progress.counted,
            past: progress.past.map(|past| past.as_str().to_owned().into()),
            cursor: progress.cursor.map(|Cursor(cursor)| cursor.into()),
        }
    }
}

impl From<StoredCountProgress<'_>> for CountProgress {
    fn from(stored: StoredCountProgress<'_>) -> Self {
        Self {
            began_at: stored.began_at.into(),
            reserved_before: stored.reserved_before,
            counted: stored.counted,
            past: stored.past.map(|past| Domain::stored(past.into_owned())),
            cursor: stored.cursor.map(|cursor| Cursor(cursor.into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    #[test]
    fn link_count_is_stored_and_read_back() {
        let start = r#"{"v":1,"links":5,"counts_from":1,"#;
        let end = r#""reserved":4,"latest":[3,2,1],"tokens":{"created":"t","recent":["t"]}}"#;
        let progress = r#""progress":{"began_at":7,"reserved_before":2,"counted":3,"past":"a.example","cursor":"c"},"tokens""#;
        for json in
            [format!("{start}{end}"), format!(r#"{start}"counted_at":6,{end}"#), format!("{start}{end}").replace(r#""tokens""#, progress)]
        {
            let (count, tokens) = LinkCount::restore(stored::read(json.as_bytes()).unwrap()).unwrap();
            assert_eq!(stored::write(&count.store(tokens)).unwrap(), json);
        }
    }
}
