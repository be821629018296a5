//! Erases a link: removes everything about it and frees its alias.
//!
//! 1. A commit marks the record as being erased. From then on the link has ended; the record only lists what else to
//!    remove. The same commit removes index entries, old versions and the used clicks of limits, also those of its
//!    predecessors: deleted links whose alias it took over. The statistics of predecessors are erased before. Versions
//!    that name the destination of a move stay.
//! 2. No pending move of the link can complete any more. Each is reverted at its destination, which returns to its
//!    previous state: one for each request.
//! 3. Another commit removes the versions of moves whose destination is done, and everything else that is left.
//! 4. The alias is released.
//!
//! If the operation budget of a request is exhausted, the response is 503 and a retry continues. If the destination of
//! a crashed move cannot be read, the erasure stops only after everything else is removed.

use super::claim::{abort_move, revert_pending_move};
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
use crate::store::{AliasRecord, AliasState, EntryStatus, Key, MAX_EDIT_ATTEMPTS, Written, load, write};

/// Erases the link at `key`, if its version matches `if_match`.
pub(super) async fn erase<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let mut ended = None;
    let erased = run_steps(context, authorized, key, if_match, &mut ended).await;
    if let Some(cached_link) = ended {
        context.changed(key, cached_link);
    }
    erased
}

/// Runs the steps. `ended` gets the cached link to fill at the end if the link had ended before, since that is less
/// urgent.
async fn run_steps<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    if_match: &IfMatch,
    ended: &mut Option<Option<CachedLink>>,
) -> Result<(), Problem> {
    let mut last = Problem::contended();
    let records = context.edge.records();
    let mut has_begun = false;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let (alias_record, mut link) = load_erasable(context, key).await?;
        authorized.check_write(&link)?;
        // The version was checked when the erasure began.
        let is_erasing = matches!(alias_record.alias_state, AliasState::Erasing(_));
        match if_match.check(link.version) {
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
        // If removing everything in one commit does not fit, leftovers of a crashed move are removed by a separate
        // commit.
        if alias_record.has_leftovers()
            && cost_of_change(records, &alias_record.erase(&link, own_keys(&link), EntryStatus::Named, String::new())?)
                >= context.budget.left()
        {
            write(records, alias_record.replace(&alias_record.alias_state, context.token()?)?).await?;
            continue;
        }
        // Until the record is marked as being erased, a move of the link may still make its claim.
        let moves = if is_erasing { MoveVersions::Follow } else { MoveVersions::Keep };
        let change = |link: &Link, removes| {
            let entries = if has_begun { EntryStatus::Removed } else { EntryStatus::Named };
            let mut change = alias_record.erase(link, removes, entries, context.token()?)?;
            if !is_erasing {
                audit::attach_event(context, authorized, &AuditAction::link("link.erase", link), &mut change)?;
            }
            Ok::<_, Problem>(change)
        };
        let commit_cost = cost_of_change(records, &change(&link, own_keys(&link))?);
        let most = context.budget.left().saturating_sub(commit_cost).saturating_sub(cost_of_rewrite(records));
        let can_list = most >= LinkRemnants::LEAST;
        // If not even the remnants of the link itself can be listed, this commit removes only index entries; a later
        // one the rest.
        let removes_own = can_list || commit_cost.saturating_add(cost_of_rewrite(records)) <= context.budget.left();
        let mut left = if can_list {
            LinkRemnants::load_all(context, &mut link, key, moves, most).await?
        } else if has_begun && !alias_record.names_entries() {
            return Err(Problem::half_erased());
        } else {
            LinkRemnants::not_listed()
        };
        if let Some(pending_move) = left.pending.first() {
            revert_pending_move(context, pending_move).await?;
            return Err(Problem::half_erased());
        }
        let mut removes = std::mem::take(&mut left.keys);
        let own = own_keys(&link).into_iter().filter(|own| removes_own && !removes.contains(own)).collect::<Vec<_>>();
        removes.extend(own);
        let committed = records.commit(&change(&link, removes)?).await;
        if committed == Ok(Commit::Conflict) {
            continue;
        }
        let (commits, link_id) = (alias_record.commits.saturating_add(1), link.id.clone());
        let cached_link = CachedLink::from_state(&AliasState::Erasing(link), commits).filter(|_| committed.is_ok());
        if is_erasing {
            *ended = Some(cached_link);
        } else {
            context.changed(key, cached_link);
        }
        committed?;
        match left.unreadable {
            _ if left.has_more => has_begun = true,
            Some(error) => return Err(error.into()),
            // Clicks that are folded later must find that the link is erased, so this is done last.
            None if !context.statistics().erase(&link_id, context.budget.left()).await? => return Err(Problem::half_erased()),
            None => return release_alias(context, key, commits).await,
        }
    }
    Err(last)
}

/// Keys to remove with the link itself, whether listed or not: the newest version may be too new for a scan.
fn own_keys(link: &Link) -> Vec<Key> {
    history::previous_key(link).into_iter().collect()
}

/// Loads the link to erase and its alias record.
async fn load_erasable<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(AliasRecord, Link), Problem> {
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

/// Frees the alias, whose record had `commits` commits when the link was erased. Another request may have done it
/// already. A record with fewer commits is a stale read.
async fn release_alias<E: Edge>(context: &Context<'_, E>, key: &Key, commits: u64) -> Result<(), Problem> {
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let alias_record = load(context.edge.records(), key).await?;
        let Some(alias_record) = alias_record.filter(|alias_record| alias_record.commits >= commits) else { continue };
        if !matches!(alias_record.alias_state, AliasState::Erasing(_)) {
            return Ok(());
        }
        if write(context.edge.records(), alias_record.replace(&AliasState::Free, context.token()?)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::contended())
}
