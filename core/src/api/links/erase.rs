//! Erasing a link: nothing of it stays, and its alias is free for anybody.
//!
//! First the record says that the link is being erased, which ends it for everybody, and keeps it only to know what else is to go. Hints,
//! old versions, the total of clicks and what was taken of its limits go with that commit, and the same of deleted links whose alias it took over.
//! Then nobody holds the alias. Whoever asks again goes on where a request died.

use super::claim::strand;
use crate::api::audit::{self, Deed};
use crate::auth::Proof;
use crate::context::Context;
use crate::message::preconditions::{Refused, Seen};
use crate::message::problem::Problem;
use crate::model::link::{Link, LinkId};
use crate::store::EDITS;
use crate::store::copy::Copy;
use crate::store::ports::{Commit, Edge, Records as _};
use crate::store::{Holder, Key, Place, Prefix, Written, history, look, write};

/// Erases the link at `key`, if it still is what the client has seen.
pub(super) async fn erase<E: Edge>(context: &Context<'_, E>, proof: &Proof, key: &Key, seen: &Seen) -> Result<(), Problem> {
    let mut last = Problem::crowded();
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
        let (mut link, mut drops) = (link, Vec::new());
        let mut budget = context.edge.traits().most_drops;
        let mut is_half_done = false;
        for id in std::mem::take(&mut link.predecessors) {
            if budget == 0 {
                is_half_done = true;
                link.predecessors.push(id);
                continue;
            }
            let left = Remains::of(context, &id, budget).await?;
            // One that nothing is left of is forgotten, so that the next request begins with the others.
            if !left.keys.is_empty() {
                link.predecessors.push(id);
            }
            budget = budget.saturating_sub(left.cost());
            is_half_done |= left.has_more;
            drops.extend(left.keys);
        }
        let left = Remains::listed(context, &link.id, budget).await?;
        is_half_done |= left.has_more;
        drops.extend(left.keys);
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
        return if is_half_done { Err(Problem::half_erased()) } else { release(context, key, commits).await };
    }
    Err(last)
}

/// What is left of a link in the store beside its own record.
pub(super) struct Remains {
    /// At most as many as were asked for, and one or two more.
    pub(super) keys: Vec<Key>,
    /// Whether there are more.
    pub(super) has_more: bool,
}

impl Remains {
    /// Old versions, what was taken of limits and the total of clicks. Without any of these nothing is left.
    pub(super) async fn of<E: Edge>(context: &Context<'_, E>, id: &LinkId, most: u16) -> Result<Self, Problem> {
        let mut left = Self::listed(context, id, most).await?;
        let total = Key::total(id);
        if context.edge.records().get(&total).await?.is_some() {
            left.keys.push(total);
        }
        Ok(left)
    }

    /// Old versions and what was taken of limits.
    async fn listed<E: Edge>(context: &Context<'_, E>, id: &LinkId, most: u16) -> Result<Self, Problem> {
        let mut left = Self { keys: Vec::new(), has_more: false };
        for prefix in [Prefix::history(id), Prefix::takes(id)] {
            // At least one is looked for, to know whether there are any.
            let most = most.saturating_sub(left.count()).max(1);
            let page = context.edge.records().scan(&prefix, None, most).await?;
            left.keys.extend(page.keys);
            left.has_more |= page.next.is_some();
        }
        Ok(left)
    }

    fn count(&self) -> u16 {
        u16::try_from(self.keys.len()).unwrap_or(u16::MAX)
    }

    /// What to look for it and to drop it takes, in operations of the store.
    fn cost(&self) -> u16 {
        self.count().saturating_add(3)
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
