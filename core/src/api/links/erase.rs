//! Erasing a link: nothing of it stays, and its alias is free for anybody.
//!
//! First the record says that the link is being erased, which ends it for everybody, and keeps it only to know what else is to go. Hints,
//! old versions, the total of clicks and what was taken of its limits go with that commit, and the same of deleted links whose alias it took over.
//! From then on no move of the link can be completed, and aliases where one was cut off are given back to whoever held them. Then nobody holds
//! the alias. Whoever asks again goes on where a request died.

use super::claim::{give_back, strand};
use crate::api::audit::{self, Deed};
use crate::auth::Proof;
use crate::context::Context;
use crate::message::preconditions::{Refused, Seen};
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::copy::Copy;
use crate::store::ports::{Commit, Edge, Records as _};
use crate::store::{EDITS, Holder, Key, Place, Prefix, Written, history, look, write};

/// What giving one alias back may take, with the round it is done in, in operations of the store.
const ROUND: u16 = 20;

/// Erases the link at `key`, if it still is what the client has seen.
pub(super) async fn erase<E: Edge>(context: &Context<'_, E>, proof: &Proof, key: &Key, seen: &Seen) -> Result<(), Problem> {
    let mut last = Problem::crowded();
    let mut spare = context.edge.traits().most_drops;
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
        // Every drop may cost a write: a link of many versions, or of many tickets, takes several requests.
        let (mut link, mut drops, mut pending) = (link, Vec::new(), Vec::new());
        let mut budget = context.edge.traits().most_drops;
        let mut is_half_done = false;
        for id in std::mem::take(&mut link.predecessors) {
            if budget == 0 {
                is_half_done = true;
                link.predecessors.push(id);
                continue;
            }
            let left = Remains::of(context, (&id, key), budget).await?;
            // One that nothing is left of is forgotten, so that the next request begins with the others.
            if !left.is_empty() {
                link.predecessors.push(id);
            }
            budget = budget.saturating_sub(left.cost.saturating_add(3));
            is_half_done |= left.has_more;
            drops.extend(left.keys);
            pending.extend(left.pending);
        }
        let left = Remains::listed(context, (&link.id, key), budget).await?;
        is_half_done |= left.has_more;
        drops.extend(left.keys);
        pending.extend(left.pending);
        if is_erasing && let Some(arriving) = pending.first() {
            give_back(context, arriving).await?;
            spend_round(&mut spare)?;
            continue;
        }
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
        if !pending.is_empty() {
            spend_round(&mut spare)?;
            continue;
        }
        return if is_half_done { Err(Problem::half_erased()) } else { release(context, key, commits).await };
    }
    Err(last)
}

/// Goes on with another round, or leaves it to the next request.
fn spend_round(spare: &mut u16) -> Result<(), Problem> {
    *spare = spare.checked_sub(ROUND).ok_or_else(Problem::half_erased)?;
    Ok(())
}

/// What is left of a link in the store beside its own record.
pub(super) struct Remains {
    /// What is to be dropped.
    pub(super) keys: Vec<Key>,
    /// Aliases where a move of the link was cut off, to be given back first.
    pub(super) pending: Vec<Place>,
    /// Whether there may be more.
    pub(super) has_more: bool,
    /// What it takes to look at them and to drop them, in operations of the store: at most what was asked for, and one or two more.
    cost: u16,
}

impl Remains {
    /// Old versions, what was taken of limits and the total of clicks of the link `id`, whose record is or was at `at`. Without any of these
    /// nothing is left.
    pub(super) async fn of<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), most: u16) -> Result<Self, Problem> {
        let mut left = Self::listed(context, (id, at), most).await?;
        let total = Key::total(id);
        if context.edge.records().get(&total).await?.is_some() {
            left.keys.push(total);
            left.cost = left.cost.saturating_add(1);
        }
        Ok(left)
    }

    /// Old versions and what was taken of limits.
    async fn listed<E: Edge>(context: &Context<'_, E>, (id, at): (&LinkId, &Key), most: u16) -> Result<Self, Problem> {
        let records = context.edge.records();
        // At least one of each is looked for, to know whether there are any.
        let versions = records.scan(&Prefix::history(id), None, most.max(1)).await?;
        let sifted = history::sift(records, id, at, versions.keys, most).await?;
        let mut left =
            Self { keys: sifted.keys, pending: sifted.pending, has_more: sifted.has_more || versions.next.is_some(), cost: sifted.cost };
        let takes = records.scan(&Prefix::takes(id), None, most.saturating_sub(left.cost).max(1)).await?;
        left.cost = left.cost.saturating_add(u16::try_from(takes.keys.len()).unwrap_or(u16::MAX));
        left.keys.extend(takes.keys);
        left.has_more |= takes.next.is_some();
        Ok(left)
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
