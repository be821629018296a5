//! Counting a click, after its response: one key. Then a request may fold a segment that is due.

use super::fold::{Folding, fold_from, read_progress};
use super::{ensure_salts, salts};
use crate::model::stats::{Day, VisitorClick};
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ledger::Salt;
use crate::store::ports::{Edge, Record, Records as _, StoreError};
use crate::store::segments::KeptEvent;
use crate::store::{Key, id_source};

/// How often the key of a click is written, if the store fails.
const TRIES: u32 = 3;

/// What a request that counted a click knows of the work for all.
#[derive(Debug)]
pub(crate) struct AfterClick {
    /// The day whose salt is missing.
    missing_salt: Option<Day>,
    /// The record of the progress of folding; nothing if it was not read.
    progress: Option<Option<Record>>,
}

/// Reads what a click of this day needs: the salt, if it is usable, and what is known of the work for all. Without an
/// answer the click is counted without unique visitors.
pub(super) async fn prepare<E: Edge>(edge: &E, day: Day) -> (Option<Salt>, AfterClick) {
    let read = edge.records().get_many(&[Key::salt(day), Key::fold_progress()]).await.ok();
    let (salt, progress) = match read.map(<[_; 2]>::try_from) {
        Some(Ok([salt, progress])) => (Some(salt), Some(progress)),
        _ => (None, None),
    };
    let missing_salt = matches!(salt, Some(None)).then_some(day);
    let salt = salt.flatten().and_then(|salt| salts::decode(&salt).ok()).filter(|salt| salt.is_usable(edge.now()));
    (salt, AfterClick { missing_salt, progress })
}

/// Counts a click: writes its key.
pub(crate) async fn count_click<E: Edge>(edge: &E, click: VisitorClick) -> Result<AfterClick, StoreError> {
    let at = click.at;
    let (salt, after) = prepare(edge, Day::of(at)).await;
    let event = KeptEvent::new(click.into_event(salt.as_ref().map(|salt| &salt.bytes)))?;
    insert(edge, &event, at).await?;
    Ok(after)
}

impl AfterClick {
    /// Without a progress there is nothing to fold: another deployment may receive the lines of this one.
    pub(super) fn of_line(self) -> Self {
        Self { progress: self.progress.filter(Option::is_some), ..self }
    }
}

/// Makes the salt of the day if it is missing, and folds a segment if one is due. Another request does it if this one
/// cannot. `months` is how long documents are kept.
pub(crate) async fn work_after_click<E: Edge>(edge: &E, budget: &Budget, months: u32, after: AfterClick) -> Result<(), StoreError> {
    if let Some(day) = after.missing_salt {
        salts::make(edge, day).await?;
    }
    let Some(progress) = after.progress else { return Ok(()) };
    if read_progress(edge, progress.as_ref()).is_some_and(|progress| progress.due(edge.now()).is_none()) {
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
