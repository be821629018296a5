//! Erasing a link: nothing of it stays, and its alias is free for anybody.
//!
//! 1. The record says that the link is being erased. That ends it for everybody; it is kept only to know what else is to go.
//!    Index entries, old versions, the total of clicks and what was taken of limits are dropped with that commit, and the same of
//!    predecessors: deleted links whose alias it took over. Versions that name the destination of a move stay.
//! 2. No pending move of the link can be completed any more. Each is aborted at its destination, whose previous holder gets the
//!    alias back: one for each request.
//! 3. Another commit drops the versions of moves that lead to no copy, and what else is left.
//! 4. The alias is released.
//!
//! Once the operation budget of a request is spent the answer is 503, and a repeated request goes on. An alias that cannot be read, to
//! which a move may have been cut off, stops the erasure only after everything else is gone.

use super::claim::{abort_move, give_back};
use super::remnants::LinkRemnants;
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::{EditRefusal, IfMatch};
use crate::message::problem::Problem;
use crate::model::link::Link;
use crate::store::budget::{cost_of_change, cost_of_rewrite};
use crate::store::cached_link::CachedLink;
use crate::store::history::{self, MoveVersions};
use crate::store::ports::{Commit, Edge, Records as _};
use crate::store::{AliasRecord, AliasState, EDITS, EntryStatus, Key, Written, load, write};

/// Erases the link at `key`, if it still is what the client has seen.
pub(super) async fn erase<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, key: &Key, seen: &IfMatch) -> Result<(), Problem> {
    let mut ended = None;
    let erased = erase_parts(context, authorized, key, seen, &mut ended).await;
    if let Some(cached_link) = ended {
        context.changed(key.clone(), cached_link);
    }
    erased
}

/// Goes through the steps. `ended` is what its copy is to say then, if the link had ended before: that comes after what the request is for.
async fn erase_parts<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    seen: &IfMatch,
    ended: &mut Option<Option<CachedLink>>,
) -> Result<(), Problem> {
    let mut last = Problem::crowded();
    let records = context.edge.records();
    let mut has_begun = false;
    for _ in 0..EDITS {
        let (alias_record, mut link) = erasable(context, key).await?;
        authorized.check_write(&link)?;
        // What is being erased was what somebody had seen.
        let is_erasing = matches!(alias_record.alias_state, AliasState::Erasing(_));
        match seen.check(link.version) {
            Err(EditRefusal::Refused(problem)) if !is_erasing => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) if !is_erasing => {
                last = problem;
                continue;
            }
            _ => {}
        }
        if let AliasState::PendingMove(pending_move) = &alias_record.alias_state
            && !abort_move(context, pending_move).await?
        {
            continue;
        }
        // If dropping everything in one commit does not fit, leftovers of a crashed move are dropped by a commit of their own.
        if alias_record.has_leftovers()
            && cost_of_change(records, &alias_record.erase(&link, own_drops(&link), EntryStatus::Named, String::new())?)
                >= context.budget.left()
        {
            write(records, alias_record.replace(&alias_record.alias_state, context.token()?)?).await?;
            continue;
        }
        // Before the record says that the link is being erased, a move of it may still make its claim.
        let moves = if is_erasing { MoveVersions::Follow } else { MoveVersions::Keep };
        let change = |link: &Link, removes| {
            let entries = if has_begun { EntryStatus::Dropped } else { EntryStatus::Named };
            let mut change = alias_record.erase(link, removes, entries, context.token()?)?;
            if !is_erasing {
                audit::note(context, authorized, &AuditAction::link("link.erase", link), &mut change)?;
            }
            Ok::<_, Problem>(change)
        };
        let of_commit = cost_of_change(records, &change(&link, own_drops(&link))?);
        let most = context.budget.left().saturating_sub(of_commit).saturating_sub(cost_of_rewrite(records));
        let looks = most >= LinkRemnants::LEAST;
        // If not even the remains of the link itself can be listed, this commit drops only index entries; a later one drops the rest.
        let drops_own = looks || of_commit.saturating_add(cost_of_rewrite(records)) <= context.budget.left();
        let mut left = if looks {
            LinkRemnants::of_all(context, &mut link, key, moves, most).await?
        } else if has_begun && !alias_record.names_entries() {
            return Err(Problem::half_erased());
        } else {
            LinkRemnants::not_looked_for()
        };
        if let Some(pending_move) = left.pending.first() {
            give_back(context, pending_move).await?;
            return Err(Problem::half_erased());
        }
        let mut removes = std::mem::take(&mut left.keys);
        let own = own_drops(&link).into_iter().filter(|own| drops_own && !removes.contains(own)).collect::<Vec<_>>();
        removes.extend(own);
        let committed = records.commit(&change(&link, removes)?).await;
        if committed == Ok(Commit::Conflict) {
            continue;
        }
        let commits = alias_record.commits.saturating_add(1);
        let cached_link = CachedLink::from_state(&AliasState::Erasing(link), commits).filter(|_| committed.is_ok());
        if is_erasing {
            *ended = Some(cached_link);
        } else {
            context.changed(key.clone(), cached_link);
        }
        committed?;
        match left.unreadable {
            _ if left.has_more => has_begun = true,
            Some(error) => return Err(error.into()),
            None => return release(context, key, commits).await,
        }
    }
    Err(last)
}

/// What goes with the link itself, found or not: the newest version may be too new for a scan.
fn own_drops(link: &Link) -> Vec<Key> {
    std::iter::once(Key::total(&link.id)).chain(history::newest(link)).collect()
}

async fn erasable<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(AliasRecord, Link), Problem> {
    let alias_record = load(context.edge.records(), key).await?.ok_or_else(Problem::no_such_link)?;
    match alias_record.alias_state.visible() {
        AliasState::Link(link) | AliasState::Erasing(link) => {
            let link = link.clone();
            Ok((alias_record, link))
        }
        AliasState::MovedTo(moved_to) => Err(Problem::moved(&moved_to.alias)),
        AliasState::PendingMove(_) | AliasState::Free => Err(Problem::no_such_link()),
    }
}

/// Has nobody hold the alias any more, whose record was written so many times when the link was erased. If somebody else has seen to that, so
/// much the better. A record that was written fewer times was read too early.
async fn release<E: Edge>(context: &Context<'_, E>, key: &Key, commits: u64) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let alias_record = load(context.edge.records(), key).await?;
        let Some(alias_record) = alias_record.filter(|alias_record| alias_record.commits >= commits) else { continue };
        if !matches!(alias_record.alias_state, AliasState::Erasing(_)) {
            return Ok(());
        }
        if write(context.edge.records(), alias_record.replace(&AliasState::Free, context.token()?)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}
