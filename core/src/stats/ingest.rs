//! Ingesting log lines: checks each line, and counts those of one part of a batch once.
//!
//! A part is as many lines as one request counts. It depends only on where it begins and on its lines, so a repeated
//! request has the same part, whose name is known by then. If a batch has several parts, a record says where the next
//! one begins.

use std::collections::BTreeSet;

use super::{Statistics, ledger, records};
use crate::model::digest;
use crate::model::time::Timestamp;
use crate::store::ingest_position::IngestPosition;
use crate::store::ledger::Batch;
use crate::store::ledger::click_line::{ClickLine, LineKey, ReadLine};
use crate::store::ports::{Edge, Records as _, StoreError};
use crate::store::segments::Segment;
use crate::store::{Key, id_source};

/// Most lines that one request counts: as many as an edge reads in its time.
const MAX_LINES: usize = 1_000;

/// Most lines whose faults are listed.
pub(crate) const MAX_ERRORS: usize = 100;

/// Most segments of a part on an edge without a ledger. Each is one write.
const MAX_SEGMENTS: usize = 12;

/// What was done with the lines that a request has read.
#[derive(Debug, Default)]
pub(crate) struct Ingested {
    /// Lines that are counted, by this request or by an earlier one.
    pub(crate) accepted: usize,
    /// Lines that are not counted.
    pub(crate) skipped: usize,
    /// The first faults: number of the line, and what is wrong.
    pub(crate) errors: Vec<(usize, String)>,
    /// The first line that was not read.
    pub(crate) next: Option<usize>,
}

/// A line that is not empty, with its number in the body.
type NumberedLine<'a> = (usize, &'a [u8]);

/// The lines of one request.
#[derive(Default)]
struct Part {
    batch: Batch,
    ingested: Ingested,
}

/// The lines of a body, from 1. Empty ones are left out.
fn lines(body: &[u8]) -> impl Iterator<Item = NumberedLine<'_>> {
    let lines = (1_usize..).zip(body.split(|byte| *byte == b'\n'));
    lines.map(|(number, line)| (number, line.trim_ascii())).filter(|(_, line)| !line.is_empty())
}

impl Part {
    /// Reads the part that begins at line `from`.
    fn read(body: &[u8], from: usize, keys: &[LineKey], now: Timestamp, max_segments: usize) -> Self {
        let (mut part, mut segments) = (Self::default(), BTreeSet::new());
        let mut lines = lines(body).skip_while(|(number, _)| *number < from).enumerate();
        for (position, (number, line)) in lines.by_ref() {
            if position >= MAX_LINES {
                part.ingested.next = Some(number);
                break;
            }
            let ReadLine { at, line } = ClickLine::read(line, keys, now);
            // Lines that are not counted are included: they may have been when the batch was sent before.
            segments.extend(at.map(Segment::of));
            if segments.len() > max_segments {
                part.ingested.next = Some(number);
                break;
            }
            match line {
                Ok(line) => part.add(line),
                Err(fault) => part.skip(number, fault.detail()),
            }
        }
        part
    }

    fn add(&mut self, line: ClickLine) {
        self.ingested.accepted = self.ingested.accepted.saturating_add(1);
        match line {
            ClickLine::Click(event) => self.batch.events.push(event),
            ClickLine::Failed(failed) => self.batch.failed.push(failed),
        }
    }

    fn skip(&mut self, number: usize, detail: String) {
        self.ingested.skipped = self.ingested.skipped.saturating_add(1);
        if self.ingested.errors.len() < MAX_ERRORS {
            self.ingested.errors.push((number, detail));
        }
    }
}

impl<E: Edge> Statistics<'_, E> {
    /// Counts the next part of the batch with this name.
    pub(crate) async fn ingest(&self, name: &str, body: &[u8], keys: &[LineKey]) -> Result<Ingested, StoreError> {
        let max_segments = if self.edge.ledger().is_some() { usize::MAX } else { MAX_SEGMENTS };
        let read = |from| Part::read(body, from, keys, self.now, max_segments);
        let first = read(1);
        if first.ingested.next.is_none() {
            self.count_part(name, 1, first.batch).await?;
            return Ok(first.ingested);
        }
        let key = Key::ingest(name);
        let record = self.edge.records().get(&key).await?;
        let from = record.as_ref().map(|record| IngestPosition::decode(&record.value)).transpose()?.map_or(1, |position| position.line);
        let part = if from > 1 { read(from) } else { first };
        self.count_part(name, from, part.batch).await?;
        let line = part.ingested.next.unwrap_or(usize::MAX);
        if line > from {
            let token = id_source::random_96(self.edge).map_err(|error| StoreError::Unavailable(error.0))?;
            // After a conflict another request has counted the same part.
            self.edge.records().commit(&IngestPosition { line }.save(key, record, self.now, token)?).await?;
        }
        Ok(part.ingested)
    }

    async fn count_part(&self, name: &str, from: usize, batch: Batch) -> Result<(), StoreError> {
        let name = digest::name_of(format!("{name} {from}").as_bytes());
        match self.edge.ledger() {
            Some(ledger) => ledger::ingest(ledger, self.shards, &name, batch).await,
            None => records::without_ledger::<E, _, _>(|| records::ingest(self.edge, &name, batch)).await,
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::model::digest::Pepper;
    use crate::model::stats::VisitorClick;

    const NOW: Timestamp = Timestamp::from_millis(1_795_248_000_000);

    fn keys() -> [LineKey; 1] {
        [LineKey::new(&Pepper::new("p"))]
    }

    /// A line of a click this many minutes ago.
    fn line(minutes: u64) -> String {
        let at = Timestamp::from_millis(NOW.as_millis() - minutes * 60_000);
        ClickLine::Click(VisitorClick::example("lnk_1", at).into_event(None)).encode(&keys()[0]).unwrap()
    }

    fn read(body: &str, from: usize, max_segments: usize) -> Ingested {
        Part::read(body.as_bytes(), from, &keys(), NOW, max_segments).ingested
    }

    #[test]
    fn lines_are_numbered_with_the_empty_ones() {
        let found: Vec<NumberedLine<'_>> = lines(b"\na\r\n\n b").collect();
        assert_eq!(found, [(2, &b"a"[..]), (4, b"b")]);
    }

    #[test]
    fn faults_are_counted_and_the_first_ones_listed() {
        let good = line(0);
        let body = format!("{good}\n{}\n{good}\n{}", "x\n".repeat(150), &good[..good.len() - 1]);
        let ingested = read(&body, 1, 1);
        assert_eq!((ingested.accepted, ingested.skipped, ingested.errors.len(), ingested.next), (2, 151, MAX_ERRORS, None));
        assert_eq!(ingested.errors[0].0, 2);
        assert_eq!(read(&body, 153, 1).errors.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [154]);
    }

    #[test]
    fn part_ends_after_its_lines_or_segments() {
        let many = format!("{}\n", line(0)).repeat(MAX_LINES + 5);
        assert_eq!((read(&many, 1, 9).accepted, read(&many, 1, 9).next), (MAX_LINES, Some(MAX_LINES + 1)));
        assert_eq!((read(&many, MAX_LINES + 1, 9).accepted, read(&many, MAX_LINES + 1, 9).next), (5, None));
        let late = [0, 5, 10, 0, 20, 30].map(line).join("\n");
        let next = |body: &str, minutes: u64| {
            let now = Timestamp::from_millis(NOW.as_millis() + minutes * 60_000);
            Part::read(body.as_bytes(), 1, &keys(), now, 2).ingested.next
        };
        let aging = [1_439, 1_430, 1_410].map(line).join("\n");
        assert_eq!([0, 2, 15].map(|minutes| next(&aging, minutes)), [Some(3); 3], "the same part, however late it is sent again");
        let parts = [(1, 2), (1, 3), (3, 2), (6, 2)].map(|(from, most)| (read(&late, from, most).accepted, read(&late, from, most).next));
        assert_eq!(parts, [(4, Some(5)), (5, Some(6)), (2, Some(5)), (1, None)]);
    }
}
