//! What is left of a link beside the record of its alias: old versions, what was taken of limits, the total of clicks.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::history::{self, Moves};
use crate::store::ports::{Edge, Records as _};
use crate::store::{Key, Place, Prefix};

/// What is left of links in the store beside the record.
#[derive(Default)]
pub(super) struct Remains {
    /// What is to be dropped.
    pub(super) keys: Vec<Key>,
    /// Aliases where a move of the link was cut off, to be given back first.
    pub(super) pending: Vec<Place>,
    /// Whether there may be more.
    pub(super) has_more: bool,
    /// Operations of the store that it takes to find and to drop this: at most what was asked for, or [`Self::LEAST`] if that is more.
    pub(super) cost: u16,
}

impl Remains {
    /// Operations of the store that it takes to look for what one link left and to drop one of each kind: two scans, reads of the
    /// total and of a destination, and drops of a version, a take and the total.
    pub(super) const LEAST: u16 = 7;

    /// What is left of the link whose record is at `key`, and of its predecessors. Those that nothing is left of are taken from the
    /// link, so that the next request begins with the others.
    pub(super) async fn of_all<E: Edge>(
        context: &Context<'_, E>,
        link: &mut Link,
        key: &Key,
        moves: Moves,
        most: u16,
    ) -> Result<Self, Problem> {
        let mut all = Self::default();
        for id in std::mem::take(&mut link.predecessors) {
            let Some(most) = all.spare(most) else {
                link.predecessors.push(id);
                all.has_more = true;
                continue;
            };
            let left = Self::of(context, (&id, key), moves, most).await?;
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
    fn spare(&self, most: u16) -> Option<u16> {
        let spare = most.saturating_sub(self.cost);
        (self.cost == 0 || spare >= Self::LEAST).then_some(spare)
    }

    fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.pending.extend(other.pending);
        self.has_more |= other.has_more;
        self.cost = self.cost.saturating_add(other.cost);
    }

    /// Old versions, what was taken of limits and the total of clicks of the link `id`, whose record is or was at `at`. Without any
    /// of these nothing is left.
    pub(super) async fn of<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), moves: Moves, most: u16) -> Result<Self, Problem> {
        // Reading and dropping the total takes two.
        let mut left = Self::listed(context, (id, at), moves, most.saturating_sub(2)).await?;
        let total = Key::total(id);
        left.cost = left.cost.saturating_add(2);
        if context.edge.records().get(&total).await?.is_some() {
            left.keys.push(total);
        }
        Ok(left)
    }

    /// Old versions and what was taken of limits.
    async fn listed<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), moves: Moves, most: u16) -> Result<Self, Problem> {
        let records = context.edge.records();
        // Two scans, and one take at least is looked for, to know whether there are any.
        let spare = most.saturating_sub(3);
        let versions = records.scan(&Prefix::history(id), None, spare.max(1)).await?;
        let sifted = history::sift(records, (id, at), versions.keys, moves, spare).await?;
        let takes = records.scan(&Prefix::takes(id), None, spare.saturating_sub(sifted.cost).saturating_add(1)).await?;
        Ok(Self {
            cost: sifted.cost.saturating_add(2).saturating_add(u16::try_from(takes.keys.len()).unwrap_or(u16::MAX)),
            keys: [sifted.keys, takes.keys].concat(),
            pending: sifted.pending.into_iter().collect::<Result<_, _>>()?,
            has_more: sifted.has_more || versions.next.is_some() || takes.next.is_some(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pending.is_empty() && !self.has_more
    }
}
