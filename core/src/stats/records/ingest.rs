//! Counting log lines on an edge without a ledger: one record for each segment of a batch.

use super::fold::{TRIES, read_progress};
use crate::store::id_source;
use crate::store::ledger::Batch;
use crate::store::ports::{Commit, Edge, Records as _, StoreError};
use crate::store::segments::{FoldPosition, Pass, Segment, SegmentBatch};
use crate::store::{Change, Key};

/// Counts the lines of a batch. Those with the same name are counted once, whatever is repeated.
pub(crate) async fn ingest<E: Edge>(edge: &E, name: &str, batch: Batch) -> Result<(), StoreError> {
    let now = edge.now();
    let inserts = SegmentBatch::inserts(name, batch, now)?;
    let first = inserts.keys().next().copied();
    for change in inserts.values() {
        insert(edge, change).await?;
    }
    match first {
        Some(first) if first < Segment::of(now) => fold_again(edge, first).await,
        _ => Ok(()),
    }
}

/// Inserts a record that may exist already. A write whose answer was lost may be repeated.
async fn insert<E: Edge>(edge: &E, change: &Change) -> Result<(), StoreError> {
    let mut tries = 1..TRIES;
    loop {
        match edge.records().commit(change).await {
            Ok(_) => return Ok(()),
            Err(error @ StoreError::OverBudget { .. }) => return Err(error),
            Err(error) if tries.next().is_none() => return Err(error),
            Err(_) => {}
        }
    }
}

/// Moves the first pass back to `segment`, because lines of it came late. Segments in between that have no new keys are
/// only listed. Without this the lines would be counted by the last pass, a day later.
async fn fold_again<E: Edge>(edge: &E, segment: Segment) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let record = edge.records().get(&Key::fold_progress()).await?;
        // Without a progress, folding begins at the first key.
        let Some(mut progress) = read_progress(edge, record.as_ref()) else { return Ok(()) };
        if progress.first.segment <= segment {
            return Ok(());
        }
        progress.move_to(Pass::First, FoldPosition::start_of(segment.max(progress.last.segment)));
        let token = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
        if edge.records().commit(&progress.save(token)?).await? == Commit::Done {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable(format!("the progress of folding changed {TRIES} times while it was being written")))
}
