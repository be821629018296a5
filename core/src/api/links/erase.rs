//! Erasing a link: nothing of it stays, and its alias is free for anybody.
//!
//! 1. The record says that the link is being erased, which ends it for everybody, and keeps it only to know what else is to go. Hints,
//!    old versions, the total of clicks and what was taken of its limits go with that commit, and the same of its predecessors: deleted links whose
//!    alias it took over. Versions that name the destination of a move stay.
//! 2. No move of the link can be completed any more. Aliases where one was cut off are given back to whoever held them, one by each request.
//! 3. A commit drops the versions of moves that lead to no copy, and what else is left.
//! 4. Nobody holds the alias.
//!
//! A request has a budget for what it finds and drops. Once that is spent, the answer is 503, and whoever asks again goes on.

use super::claim::{give_back, strand};
use crate::api::audit::{self, Deed};
use crate::auth::Proof;
use crate::context::Context;
use crate::message::preconditions::{Refused, Seen};
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::EDITS;
use crate::store::copy::Copy;
use crate::store::ports::{Commit, Edge, Records as _};
use crate::store::history::{self, Moves};
use crate::store::{Holder, Key, Place, Prefix, Written, look, write};

/// What a second round of a request takes beside what it finds, in operations of the store: the look, the commit and its drops of index entries, or an
/// alias given back.
const ROUND: u16 = 20;

/// What it takes to look at what one link left and to drop one of each kind: two scans, a read of the total, a destination, a version, a take, the total.
const LEAST: u16 = 7;

/// Erases the link at `key`, if it still is what the client has seen.
pub(super) async fn erase<E: Edge>(context: &Context<'_, E>, proof: &Proof, key: &Key, seen: &Seen) -> Result<(), Problem> {
    let mut last = Problem::crowded();
    let mut budget = context.edge.traits().most_drops;
    for _ in 0..EDITS {
        let (place, link) = erasable(context, key).await?;
        proof.check_write(&link)?;
        // What is being erased was what somebody had seen.
        let is_erasing = matches!(place.holder, Holder::Erasing(_));
        match seen.check(link.version) {
            Err(Refused::For(problem)) if !is_erasing => return Err(problem),
            Err(Refused::UntilRead(problem)) if !is_erasing => {
                last = problem;
                continue;
            }
            _ => {}
        }
        if let Holder::Arriving(arriving) = &place.holder
            && !strand(context, arriving).await?
        {
            continue;
        }
        let mut link = link;
        // Before the record says that the link is being erased, a move of it may still make its claim.
        let moves = if is_erasing { Moves::Follow } else { Moves::Leave };
        let left = Remains::of_all(context, &mut link, key, moves, budget).await?;
        budget = budget.saturating_sub(left.cost);
        if let Some(arriving) = left.pending.first() {
            give_back(context, arriving).await?;
            return Err(Problem::half_erased());
        }
        let mut drops = left.keys;
        drops.push(Key::total(&link.id));
        // The newest version may be too new for a scan.
        drops.extend(history::newest(&link));
        let mut change = place.erase(&link, drops, context.token()?)?;
        if !is_erasing {
            audit::note(context, proof, &Deed::link("link.erase", &link), &mut change)?;
        }
        let committed = context.edge.records().commit(&change).await;
        if committed == Ok(Commit::Conflict) {
            continue;
        }
        let commits = place.commits.saturating_add(1);
        let ended = Copy::of(&Holder::Erasing(link), commits);
        context.changed(key.clone(), ended.filter(|_| committed.is_ok()));
        committed?;
        if !left.has_more {
            return release(context, key, commits).await;
        }
        budget = budget.checked_sub(ROUND).ok_or_else(Problem::half_erased)?;
    }
    Err(last)
}

/// What is left of links in the store beside the record.
#[derive(Default)]
pub(super) struct Remains {
    /// What is to be dropped.
    pub(super) keys: Vec<Key>,
    /// Aliases where a move of the link was cut off, to be given back first.
    pub(super) pending: Vec<Place>,
    /// Whether there may be more.
    pub(super) has_more: bool,
    /// What it takes to look at them and to drop them, in operations of the store: at most what was asked for, or [`LEAST`] if that is more.
    cost: u16,
}

impl Remains {
    /// What is left of the link whose record is at `key`, and of its predecessors. Those that nothing is left of are taken from the link, so that the
    /// next request begins with the others.
    async fn of_all<E: Edge>(context: &Context<'_, E>, link: &mut Link, key: &Key, moves: Moves, most: u16) -> Result<Self, Problem> {
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
        (self.cost == 0 || spare >= LEAST).then_some(spare)
    }

    fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.pending.extend(other.pending);
        self.has_more |= other.has_more;
        self.cost = self.cost.saturating_add(other.cost);
    }

    /// Old versions, what was taken of limits and the total of clicks of the link `id`, whose record is or was at `at`. Without any of these
    /// nothing is left.
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
        self.keys.is_empty() && self.pending.is_empty()
    }
}

async fn erasable<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(Place, Link), Problem> {
    let place = look(context.edge.records(), key).await?.ok_or_else(Problem::no_such_link)?;
    match place.holder.seen() {
        Holder::Link(link) | Holder::Erasing(link) => {
            let link = link.clone();
            Ok((place, link))
        }
        Holder::Signpost(signpost) => Err(Problem::moved(&signpost.alias)),
        Holder::Arriving(_) | Holder::Nobody => Err(Problem::no_such_link()),
    }
}

/// Has nobody hold the alias any more, whose record was written so many times when the link was erased. If somebody else has seen to that, so
/// much the better. A record that was written fewer times was read too early.
async fn release<E: Edge>(context: &Context<'_, E>, key: &Key, commits: u64) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let place = look(context.edge.records(), key).await?;
        let Some(place) = place.filter(|place| place.commits >= commits) else { continue };
        if !matches!(place.holder, Holder::Erasing(_)) {
            return Ok(());
        }
        if write(context.edge.records(), place.hand_over(&Holder::Nobody, context.token()?)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}
