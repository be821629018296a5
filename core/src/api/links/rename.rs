//! Moves a link to another alias in three writes: claim the new alias as a pending move, write the forwarding record at
//! the old alias, finalize the move at the new alias.
//!
//! The second write is the commit point, and it is guarded: before it the link is at the old alias, after it at the new
//! one, even if the request crashes in between.
//!
//! A link with many tags may need more store operations than one request has. Then the request ends after the claim.
//! The next one finds the index entries written and continues.

use super::claim::{AliasClaim, RecordLookup, ReplacedMove, abort_move, revert_pending_move};
use super::{LinkEdit, audit_action};
use crate::api::audit;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkId, MAX_MOVES};
use crate::store::budget::{Fit, cost_of_change, cost_of_rewrite};
use crate::store::cached_link::CachedLink;
use crate::store::ports::{Edge, Records as _, StoreCall};
use crate::store::{AliasRecord, AliasState, Change, Key, MovedTo, PendingMove, Written, finalize_move, history, load, write};

/// Moves the link; `None` if another request changed it meanwhile. The first attempt is refused if no request can make
/// the move.
pub(super) async fn rename<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias_record: &AliasRecord,
    was: &Link,
    edit: LinkEdit,
    mut move_id: String,
    is_first: bool,
) -> Result<Option<Link>, Problem> {
    let records = context.edge.records();
    let LinkEdit { mut link, keeps_old_alias, reuses } = edit;
    link.moves = if keeps_old_alias || link.moves > 0 { link.moves.saturating_add(1) } else { 0 };
    if link.moves > MAX_MOVES {
        return Err(Problem::wrong_field(
            "alias",
            FieldError::new(
                FieldCode::TooMany,
                format!("a link can be moved at most {MAX_MOVES} times from its first move with keep_old_alias on"),
            ),
        ));
    }
    let to = Key::link(&link.domain, &link.alias);
    let there = load(records, &to).await?;
    let unfinished = there.as_ref().and_then(|there| match &there.alias_state {
        AliasState::PendingMove(pending_move) if pending_move.from == alias_record.key && pending_move.link.id == link.id => {
            Some(pending_move)
        }
        _ => None,
    });
    // A pending move with the same result is continued under its move id: whichever request commits the forwarding
    // record, the link is moved once. A request with an idempotency key recognises its move by the move id, so it
    // continues only its own. Requests of the same millisecond are excluded because their audit events would share a
    // key.
    let continued = unfinished.filter(|pending_move| {
        let may_continue = pending_move.move_id == move_id || (!context.source.is_repeatable() && pending_move.since != context.now);
        may_continue && has_same_result(&pending_move.link, &link)
    });
    if let Some(pending_move) = continued {
        move_id.clone_from(&pending_move.move_id);
    }
    let is_continued = continued.is_some();
    let replaced = unfinished.map(|pending_move| match continued {
        Some(_) => ReplacedMove::Continued(move_id.clone()),
        None => ReplacedMove::Aborted { version: pending_move.link.history.clone() },
    });
    let moved_to = AliasState::MovedTo(MovedTo {
        link: link.id.clone(),
        domain: link.domain.clone(),
        alias: link.alias.clone(),
        move_id: move_id.clone(),
        forwards: keeps_old_alias,
    });
    let departure = |alias_record: &AliasRecord| {
        let mut departure = alias_record.replace(&moved_to, move_id.clone())?;
        audit::attach_event(context, authorized, &audit_action(was, &link), &mut departure)?;
        // A refusal may mean that another attempt of this move has committed the forwarding record already.
        departure.repeated = is_continued || context.source.is_repeatable();
        Ok::<_, Problem>(departure)
    };
    // The cached links of both aliases are filled.
    let departure_cost = cost_of_change(records, &departure(alias_record)?)
        .saturating_add(cost_of_rewrite(records))
        .saturating_add(context.cost_of_fills(2));
    if is_first {
        // If only the claim fits this request, the next one has to renew the claim and commit the forwarding record. If
        // the pending move is a different one, it has to read and rewrite the source record first. Refuse now if that
        // fits no request.
        let read_cost = if replaced.is_none() { records.operations(&StoreCall::Get) } else { 0 };
        // A link that moved away from the new alias earlier has to be found and its move finalized.
        let has_left = |alias_state: &AliasState| matches!(alias_state, AliasState::MovedTo(moved_to) if moved_to.link != link.id);
        let rewrites = if there.as_ref().is_some_and(|there| has_left(there.alias_state.visible())) { 4 } else { 2 };
        let rest_cost = departure_cost.saturating_add(cost_of_rewrite(records).saturating_mul(rewrites)).saturating_add(read_cost);
        if let Fit::Never { excess } = context.budget.fit(rest_cost) {
            return Err(context.never_fits(excess, link.settings.tags.len()));
        }
    }
    let renews = matches!(replaced, Some(ReplacedMove::Aborted { .. }));
    let renewed = if renews { rewrite_source(context, alias_record).await? } else { None };
    if renews && renewed.is_none() {
        return Ok(None);
    }
    let alias_record = renewed.as_ref().unwrap_or(alias_record);
    let departure = departure(alias_record)?;
    // A retry may restart a move under the same move id. Its claim has a new token, since other requests may have
    // written in between.
    let commit = context.token()?;
    let version = history::name(was, &to, &commit);
    link.history = Some(version.clone());
    let pending_move = AliasState::PendingMove(Box::new(PendingMove {
        link: link.clone(),
        from: alias_record.key.clone(),
        move_id: move_id.clone(),
        since: context.now,
        before: AliasState::Free,
    }));
    let claim = AliasClaim {
        authorized,
        alias: &link.alias,
        key: &to,
        alias_state: &pending_move,
        link_id: &link.id,
        previous: Some(was),
        reuses,
        replaced,
        admission: None,
        token: commit,
    };
    let commits = match claim.run(context, RecordLookup::Loaded(Box::new(there))).await? {
        Ok(claimed) => claimed.commits,
        // Another request, perhaps another attempt of this one, has moved the link there meanwhile.
        Err(refusal) if refusal.is_outdated || is_at(context, &to, &link.id).await? => return Ok(None),
        Err(refusal) => return Err(refusal.problem),
    };
    if departure_cost > context.budget.left() {
        return Err(Problem::budget_exhausted("the new alias is claimed, but the link was not moved yet"));
    }
    match commit_departure(context, departure).await {
        Ok(Written::Done) => {}
        Ok(Written::Conflict) => {
            revert_claim(context, &to, &version).await;
            return Ok(None);
        }
        Err(problem) => {
            context.perhaps_changed(&alias_record.key);
            context.perhaps_changed(&to);
            return Err(problem);
        }
    }
    // Readers resolve a pending move by the forwarding record. Finalizing the move saves them that read.
    let finalized = finalize_move(records, &to, &move_id, context.token()?).await;
    let commits = commits.filter(|_| matches!(finalized, Ok(Written::Done)));
    let known = commits.and_then(|commits| CachedLink::from_state(&AliasState::Link(link.clone()), commits.saturating_add(1)));
    context.changed(&alias_record.key, CachedLink::from_state(&moved_to, alias_record.commits.saturating_add(1)));
    context.changed(&to, known);
    Ok(Some(link))
}

/// Whether two edits of a link have the same result, apart from times, history and limit epochs.
fn has_same_result(one: &Link, other: &Link) -> bool {
    let Link { updated_at, history, epoch, predecessors, .. } = other.clone();
    *other == Link { updated_at, history, epoch, predecessors, ..one.clone() }
}

/// Rewrites the source record unchanged, so that an earlier pending move of the link can no longer complete. Returns
/// the new record, or `None` if another request has written it or the read is stale.
async fn rewrite_source<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<Option<AliasRecord>, Problem> {
    let token = context.token()?;
    let written = write(context.edge.records(), alias_record.replace(&alias_record.alias_state, token.clone())?).await?;
    let now = if written == Written::Done { load(context.edge.records(), &alias_record.key).await? } else { None };
    Ok(now.filter(|now| now.commits == alias_record.commits.saturating_add(1) && now.remembers(&token)))
}

/// Whether the link `id` is at `key`.
async fn is_at<E: Edge>(context: &Context<'_, E>, key: &Key, id: &LinkId) -> Result<bool, Problem> {
    let alias_record = load(context.edge.records(), key).await?;
    Ok(alias_record.is_some_and(|alias_record| matches!(alias_record.alias_state.visible(), AliasState::Link(link) if link.id == *id)))
}

/// Commits the forwarding record at the old alias, with the move id as commit token. As long as the record remembers
/// it, a retry knows that the move was made, even if the link has moved back.
async fn commit_departure<E: Edge>(context: &Context<'_, E>, change: Change) -> Result<Written, Problem> {
    Ok(write(context.edge.records(), change).await?)
}

/// Reverts the claim at `to`, if it is still the one that wrote the history version `version`; another attempt of the
/// same move has its own. That attempt may have found this claim and be about to commit its forwarding record, so the
/// move is aborted first. If this fails, the pending move times out and the alias is available to others.
async fn revert_claim<E: Edge>(context: &Context<'_, E>, to: &Key, version: &str) {
    if let Ok(Some(alias_record)) = load(context.edge.records(), to).await
        && let AliasState::PendingMove(pending_move) = &alias_record.alias_state
        && pending_move.link.history.as_deref() == Some(version)
        && matches!(abort_move(context, pending_move).await, Ok(true))
    {
        let _ = revert_pending_move(context, &alias_record).await;
    }
}
