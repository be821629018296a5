//! Remnants of a link beside its alias record: old versions, used clicks of limits, statistics.

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

/// Deletes the statistics of a link on an edge with a ledger. Repeating it is harmless.
pub(super) async fn erase_statistics<E: Edge>(context: &Context<'_, E>, link: &LinkId) -> Result<(), StoreError> {
    match context.edge.ledger() {
        Some(_) => context.statistics().erase(link).await.map(drop),
        None => Ok(()),
    }
}

impl LinkRemnants {
    /// Store operations to list the remnants of one link and to remove one of each kind: three scans, the read of
    /// a destination, and removals of a version, a used click and the total.
    pub(super) const LEAST: u32 = 7;

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
            let Some(most) = all.operations_left(most) else {
                link.predecessors.push(id);
                all.has_more = true;
                continue;
            };
            erase_statistics(context, &id).await?;
            let left = Self::load(context, (&id, key), moves, most).await?;
            if !left.is_empty() {
                link.predecessors.push(id);
            }
            all.merge(left);
        }
        match all.operations_left(most) {
            Some(most) => all.merge(Self::list(context, (&link.id, key), moves, most).await?),
            None => all.has_more = true,
        }
        Ok(all)
    }

    /// Operations left for one more link, if they are enough. The first link is always listed.
    fn operations_left(&self, most: u32) -> Option<u32> {
        let spare = most.saturating_sub(self.operations);
        (self.operations == 0 || spare >= Self::LEAST).then_some(spare)
    }

    fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.pending.extend(other.pending);
        self.unreadable = self.unreadable.take().or(other.unreadable);
        self.has_more |= other.has_more;
        self.operations = self.operations.saturating_add(other.operations);
    }

    /// Lists all remnants of the link `id`, whose record is or was at `at`: old versions, used clicks of limits,
    /// statistics.
    pub(super) async fn load<E: Edge>(
        context: &Context<'_, E>,
        (id, at): (&LinkId, &Key),
        moves: MoveVersions,
        most: u32,
    ) -> Result<Self, Problem> {
        let records = context.edge.records();
        if context.edge.ledger().is_some() {
            return Self::list(context, (id, at), moves, most).await;
        }
        let scan_cost = records.operations(&StoreCall::Scan);
        let least = scan_cost.saturating_add(records.operations(&StoreCall::Remove(1)));
        let mut left = Self::list(context, (id, at), moves, most.saturating_sub(least)).await?;
        let spare = most.saturating_sub(left.operations).saturating_sub(scan_cost);
        let statistics = records.scan(&Prefix::statistics(id), None, removable(records, spare)).await?;
        let cost = scan_cost.saturating_add(records.operations(&StoreCall::Remove(statistics.keys.len())));
        left.operations = left.operations.saturating_add(cost);
        left.has_more |= statistics.next.is_some();
        left.keys.extend(statistics.keys);
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
