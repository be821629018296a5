//! What is left of a link beside the record of its alias: old versions, what was taken of limits, the total of clicks.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::history::{self, MoveVersions};
use crate::store::ports::{Edge, Records, StoreCall, StoreError};
use crate::store::{AliasRecord, Key, Prefix};

/// However many operations there are.
const MOST_AT_ONCE: u16 = 200;

/// What is left of links in the store beside the record.
#[derive(Default)]
pub(super) struct LinkRemnants {
    /// What is to be dropped.
    pub(super) keys: Vec<Key>,
    /// Aliases where a move of the link was cut off, to be given back first.
    pub(super) pending: Vec<AliasRecord>,
    /// Why an alias where a move of the link may have been cut off cannot be read. What leads there stays.
    pub(super) unreadable: Option<StoreError>,
    /// Whether there may be more.
    pub(super) has_more: bool,
    /// Operations of the store that it takes to find and to drop this: at most what was asked for, or [`Self::LEAST`] if that is more.
    pub(super) operations: u32,
}

impl LinkRemnants {
    /// Operations of the store that it takes to look for what one link left and to drop one of each kind: two scans, reads of the
    /// total and of a destination, and drops of a version, a take and the total.
    pub(super) const LEAST: u32 = 7;

    /// What a request has no operations to look for.
    pub(super) fn not_looked_for() -> Self {
        Self { has_more: true, ..Self::default() }
    }

    /// What is left of the link whose record is at `key`, and of its predecessors. Those that nothing is left of are taken from the
    /// link, so that the next request begins with the others.
    pub(super) async fn of_all<E: Edge>(
        context: &Context<'_, E>,
        link: &mut Link,
        key: &Key,
        moves: MoveVersions,
        most: u32,
    ) -> Result<Self, Problem> {
        let mut all = Self::default();
        for id in std::mem::take(&mut link.predecessors) {
            let Some(most) = all.spare(most) else {
                link.predecessors.push(id);
                all.has_more = true;
                continue;
            };
            let left = Self::load(context, (&id, key), moves, most).await?;
            if !left.is_empty() {
                link.predecessors.push(id);
            }
            all.add(left);
        }
        match all.spare(most) {
            Some(most) => all.add(Self::listed(context, (&link.id, key), moves, most).await?),
            None => all.has_more = true,
        }
        Ok(all)
    }

    /// What may be spent on one more link, if that is enough. The first is always looked at.
    fn spare(&self, most: u32) -> Option<u32> {
        let spare = most.saturating_sub(self.operations);
        (self.operations == 0 || spare >= Self::LEAST).then_some(spare)
    }

    fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.pending.extend(other.pending);
        self.unreadable = self.unreadable.take().or(other.unreadable);
        self.has_more |= other.has_more;
        self.operations = self.operations.saturating_add(other.operations);
    }

    /// Old versions, what was taken of limits and the total of clicks of the link `id`, whose record is or was at `at`. Without any
    /// of these nothing is left.
    pub(super) async fn load<E: Edge>(
        context: &Context<'_, E>,
        (id, at): (&LinkId, &Key),
        moves: MoveVersions,
        most: u32,
    ) -> Result<Self, Problem> {
        let records = context.edge.records();
        let of_total = records.operations(&StoreCall::Get).saturating_add(records.operations(&StoreCall::Drop(1)));
        let mut left = Self::listed(context, (id, at), moves, most.saturating_sub(of_total)).await?;
        let total = Key::total(id);
        left.operations = left.operations.saturating_add(of_total);
        if records.get(&total).await?.is_some() {
            left.keys.push(total);
        }
        Ok(left)
    }

    /// Old versions and what was taken of limits.
    async fn listed<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), moves: MoveVersions, most: u32) -> Result<Self, Problem> {
        let records = context.edge.records();
        // One take at least is looked for, to know whether there are any.
        let of_scans = records.operations(&StoreCall::Scan).saturating_mul(2);
        let spare = most.saturating_sub(of_scans).saturating_sub(records.operations(&StoreCall::Drop(1)));
        let versions = records.scan(&Prefix::history(id), None, droppable(records, spare)).await?;
        let sifted = history::select_prunable(records, (id, at), versions.keys, moves, spare).await?;
        let most_takes = droppable(records, spare.saturating_sub(sifted.operations)).saturating_add(1);
        let takes = records.scan(&Prefix::takes(id), None, most_takes).await?;
        let of_takes = records.operations(&StoreCall::Drop(takes.keys.len()));
        let (mut pending, mut unreadable) = (Vec::new(), None);
        for alias_record in sifted.pending {
            match alias_record {
                Ok(alias_record) => pending.push(alias_record),
                Err(error) => unreadable = Some(error),
            }
        }
        Ok(Self {
            operations: sifted.operations.saturating_add(of_scans).saturating_add(of_takes),
            keys: [sifted.keys, takes.keys].concat(),
            pending,
            unreadable,
            has_more: sifted.has_more || versions.next.is_some() || takes.next.is_some(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pending.is_empty() && self.unreadable.is_none() && !self.has_more
    }
}

/// How many keys can be dropped for `most` operations: one at least, and as many as are looked for at once.
fn droppable(records: &impl Records, most: u32) -> u16 {
    (1..=MOST_AT_ONCE).rev().find(|count| records.operations(&StoreCall::Drop((*count).into())) <= most).unwrap_or(1)
}
