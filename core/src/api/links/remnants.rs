//! Remnants of a link beside its alias record: old versions and used clicks of limits. Those of predecessors include
//! their statistics.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::history::{self, MoveVersions};
use crate::store::ports::{Edge, Records, StoreCall, StoreError};
use crate::store::{AliasRecord, Key, Prefix};

/// Most keys of one kind that are listed together, whatever the budget.
const MAX_AT_ONCE: u16 = 200;

/// Remnants of links in the store beside their record.
#[derive(Default)]
pub(super) struct LinkRemnants {
    /// Keys to remove.
    pub(super) keys: Vec<Key>,
    /// Alias records with a crashed move of the link, to be reverted first.
    pub(super) pending: Vec<AliasRecord>,
    /// Why an alias record that may hold a crashed move cannot be read. The version that names it stays.
    pub(super) unreadable: Option<StoreError>,
    /// Whether there may be more.
    pub(super) has_more: bool,
    /// Store operations to list and remove this: at most the given number, or [`Self::LEAST`] if that is more.
    pub(super) operations: u32,
}

impl LinkRemnants {
    /// Store operations to list the remnants of one link and to remove one of each kind: two scans, the read of a
    /// destination, and removals of a version and a used click.
    pub(super) const LEAST: u32 = 5;

    /// Store operations to erase statistics of one link: read and mark its totals, list its documents, remove one.
    const LEAST_OF_STATISTICS: u32 = 4;

    /// Store operations for the remnants of a predecessor.
    pub(super) const LEAST_OF_PREDECESSOR: u32 = Self::LEAST + Self::LEAST_OF_STATISTICS;

    /// Remnants that the request has no operations to list.
    pub(super) fn not_listed() -> Self {
        Self { has_more: true, ..Self::default() }
    }

    /// Lists the remnants of the link whose record is at `key`, and of its predecessors. Predecessors without remnants
    /// are removed from the link, so that the next request begins with the others.
    pub(super) async fn load_all<E: Edge>(
        context: &Context<'_, E>,
        link: &mut Link,
        key: &Key,
        moves: MoveVersions,
        most: u32,
    ) -> Result<Self, Problem> {
        let mut all = Self::default();
        for id in std::mem::take(&mut link.predecessors) {
            let most = all.operations_left(most, Self::LEAST_OF_PREDECESSOR).filter(|_| all.pending.is_empty());
            let Some(most) = most else {
                link.predecessors.push(id);
                all.has_more = true;
                continue;
            };
            let left = Self::load_predecessor(context, (&id, key), moves, most).await?;
            if !left.is_empty() {
                link.predecessors.push(id);
            }
            all.merge(left);
        }
        match all.operations_left(most, Self::LEAST) {
            Some(most) => all.merge(Self::list(context, (&link.id, key), moves, most).await?),
            None => all.has_more = true,
        }
        Ok(all)
    }

    /// Operations left for one more link, if they are at least `least`.
    fn operations_left(&self, most: u32, least: u32) -> Option<u32> {
        Some(most.saturating_sub(self.operations)).filter(|spare| *spare >= least)
    }

    fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.pending.extend(other.pending);
        self.unreadable = self.unreadable.take().or(other.unreadable);
        self.has_more |= other.has_more;
        self.operations = self.operations.saturating_add(other.operations);
    }

    /// Lists the remnants of the predecessor `id`, whose record was at `at`, and erases its statistics. Clicks of it
    /// that arrive later must find that it was erased, so its statistics are not removed like the rest.
    pub(super) async fn load_predecessor<E: Edge>(
        context: &Context<'_, E>,
        (id, at): (&LinkId, &Key),
        moves: MoveVersions,
        most: u32,
    ) -> Result<Self, Problem> {
        let mut left = Self::list(context, (id, at), moves, most.saturating_sub(Self::LEAST_OF_STATISTICS)).await?;
        // The request only reverts the pending move.
        if !left.pending.is_empty() {
            return Ok(left);
        }
        let before = context.budget.left();
        let spare = most.saturating_sub(left.operations).max(Self::LEAST_OF_STATISTICS);
        let has_erased = context.statistics().erase(id, spare).await?;
        left.operations = left.operations.saturating_add(before.saturating_sub(context.budget.left()));
        left.has_more |= !has_erased;
        Ok(left)
    }

    /// Lists old versions and used clicks of limits.
    async fn list<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), moves: MoveVersions, most: u32) -> Result<Self, Problem> {
        let records = context.edge.records();
        // At least one used click is listed, to know whether there are any.
        let scan_cost = records.operations(&StoreCall::Scan).saturating_mul(2);
        let spare = most.saturating_sub(scan_cost).saturating_sub(records.operations(&StoreCall::Remove(1)));
        let versions = records.scan(&Prefix::history(id), None, removable(records, spare)).await?;
        let prunable = history::select_prunable(records, (id, at), versions.keys, moves, spare).await?;
        let max_takes = removable(records, spare.saturating_sub(prunable.operations)).saturating_add(1);
        let takes = records.scan(&Prefix::takes(id), None, max_takes).await?;
        let takes_cost = records.operations(&StoreCall::Remove(takes.keys.len()));
        let (mut pending, mut unreadable) = (Vec::new(), None);
        for alias_record in prunable.blocking {
            match alias_record {
                Ok(alias_record) => pending.push(alias_record),
                Err(error) => unreadable = Some(error),
            }
        }
        Ok(Self {
            operations: prunable.operations.saturating_add(scan_cost).saturating_add(takes_cost),
            keys: [prunable.keys, takes.keys].concat(),
            pending,
            unreadable,
            has_more: prunable.has_more || versions.next.is_some() || takes.next.is_some(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pending.is_empty() && self.unreadable.is_none() && !self.has_more
    }
}

/// Number of keys that can be removed with `most` operations: from 1 to [`MAX_AT_ONCE`].
fn removable(records: &impl Records, most: u32) -> u16 {
    (1..=MAX_AT_ONCE).rev().find(|count| records.operations(&StoreCall::Remove((*count).into())) <= most).unwrap_or(1)
}
