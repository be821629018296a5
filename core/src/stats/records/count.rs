//! Counting a click, after its response: one key. Then a request may fold a segment that is due.

use super::fold::{Folding, fold_from};
use super::{ensure_salts, salts};
use crate::model::stats::{Day, VisitorClick};
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ports::{Edge, Records as _, StoreError};
use crate::store::segments::{FoldProgress, KeptEvent};
use crate::store::{Key, id_source};

/// How often the key of a click is written, if the store fails.
const TRIES: u32 = 3;

/// Counts a click, and folds a segment if one is due. `months` is how long documents are kept.
pub(crate) async fn count_click<E: Edge>(edge: &E, budget: &Budget, months: u32, click: VisitorClick) -> Result<(), StoreError> {
    let (at, day) = (click.at, Day::of(click.at));
    let read = edge.records().get_many(&[Key::salt(day), Key::fold_progress()]).await;
    let (salt, progress) = match read.as_deref() {
        Ok([salt, progress]) => (salt.as_ref().map(salts::decode), progress.as_ref()),
        _ => (None, None),
    };
    let is_missing = read.is_ok() && salt.is_none();
    let salt = salt.and_then(Result::ok).filter(|salt| salt.is_usable(edge.now()));
    let event = KeptEvent::new(click.into_event(salt.as_ref().map(|salt| &salt.bytes)))?;
    insert(edge, &event, at).await?;
    if is_missing {
        salts::make(edge, day).await?;
    }
    // The click is counted. The rest is work for all, which another request does if this one cannot.
    let progress = match read {
        Ok(_) => progress.map(FoldProgress::decode).transpose()?,
        Err(_) => return Ok(()),
    };
    if progress.as_ref().is_some_and(|progress| progress.due(edge.now()).is_none()) {
        return Ok(());
    }
    ensure_salts(edge).await?;
    fold_from(edge, budget, Folding::Click { months }, progress).await.map(drop)
}

/// Writes the key of a click. A key that was written, but whose answer was lost, is not written a second time.
pub(super) async fn insert<E: Edge>(edge: &E, event: &KeptEvent, now: Timestamp) -> Result<(), StoreError> {
    let name = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
    let change = event.insert(&name, now)?;
    let mut tries = 1..TRIES;
    loop {
        match edge.records().commit(&change).await {
            Ok(_) => return Ok(()),
            Err(error @ StoreError::OverBudget { .. }) => return Err(error),
            Err(error) if tries.next().is_none() => return Err(error),
            Err(_) => {}
        }
    }
}
