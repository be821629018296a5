//! Erasing the statistics of a link.

use super::fold::TRIES;
use crate::model::link::LinkId;
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ports::{Commit, Edge, Records as _, StoreCall, StoreError};
use crate::store::segments::LinkTotal;
use crate::store::{Change, Expect, Key, Prefix, id_source};

/// How long an erased link is remembered: longer than the keys of its clicks are kept.
const REMEMBERED_MILLIS: u64 = 36 * 24 * 60 * 60 * 1_000;

/// Most documents of a link that are listed at once.
const MAX_LISTED: u16 = 200;

/// Deletes the documents of a link with at most `most` store operations. The record of its totals becomes a mark, so
/// that its clicks are not folded any more; the keys of its clicks, which name no visitor, expire by themselves. Returns
/// whether everything was deleted: if the operations are used up before, a repetition continues.
pub(crate) async fn erase<E: Edge>(edge: &E, budget: &Budget, link: &LinkId, most: u32) -> Result<bool, StoreError> {
    let _reserved = budget.reserve(budget.left().saturating_sub(most));
    let records = edge.records();
    let key = Key::total(link);
    for _ in 0..TRIES {
        let known = records.get(&key).await?;
        let page = records.scan(&Prefix::statistics(link), None, MAX_LISTED).await?;
        let mut removes: Vec<Key> = page.keys.into_iter().filter(|listed| *listed != key).collect();
        let is_marked = known.as_ref().is_some_and(|known| LinkTotal::decode(&known.value).is_ok_and(|total| total.is_erased));
        if is_marked && removes.is_empty() {
            return Ok(true);
        }
        let left = budget.left().saturating_sub(records.operations(&StoreCall::Write));
        let all = removes.len();
        while records.operations(&StoreCall::Remove(removes.len())) > left {
            removes.pop();
        }
        let is_complete = removes.len() == all && page.next.is_none();
        let mark = LinkTotal { is_erased: true, ..LinkTotal::default() };
        let token = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
        let expect = known.map_or(Expect::Absent, |known| Expect::Unchanged(known.guard));
        let mut change = Change::write_only(key.clone(), expect, mark.encode()?, token);
        change.expires_at = Some(mark_expiry(edge.now()));
        change.removes = removes;
        if records.commit(&change).await? == Commit::Done {
            return Ok(is_complete);
        }
    }
    Ok(false)
}

/// When a mark that is written now expires.
pub(super) fn mark_expiry(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_add(REMEMBERED_MILLIS))
}
