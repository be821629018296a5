//! Moving a link to another alias: claim the new one, let the old one say that the link has left, have the new one say that it is there.
//!
//! The second write is the one that counts, and it is guarded: before it, the link is at its old alias, and after it at the new one,
//! whoever dies in between.
//!
//! A link with many tags may take more store operations than one request has. Then the request ends after the claim, and the next one, which
//! finds the index entries written, goes on.

use super::claim::{AliasClaim, RecordLookup, give_back};
use super::{LinkEdit, deed};
use crate::api::audit;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkId, MOST_MOVES};
use crate::store::budget::{Fit, cost_of_change, cost_of_rewrite};
use crate::store::cached_link::CachedLink;
use crate::store::ports::{Edge, Records as _, StoreCall};
use crate::store::{AliasRecord, AliasState, Change, Key, MovedTo, PendingMove, Written, finalize_move, history, load, write};

/// Moves the link; nothing comes back if somebody changed it meanwhile. The first try is refused if no request can make the move.
pub(super) async fn rename<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias_record: &AliasRecord,
    was: &Link,
    wish: LinkEdit,
    mut move_id: String,
    is_first: bool,
) -> Result<Option<Link>, Problem> {
    let records = context.edge.records();
    let LinkEdit { mut link, keeps_old_alias, reuses } = wish;
    link.moves = if keeps_old_alias || link.moves > 0 { link.moves.saturating_add(1) } else { 0 };
    if link.moves > MOST_MOVES {
        return Err(Problem::wrong_field(
            "alias",
            FieldError::new(FieldCode::TooMany, "the first alias it kept would be too many moves away"),
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
    // A pending move with the same result is continued under its own journey: whichever request commits the departure, the link arrives
    // once. A request with an idempotency key recognises its move by the journey, so it continues only its own. Requests of the same
    // millisecond are excluded because their audit events would share a key.
    let continued = unfinished.filter(|pending_move| {
        let may_continue = pending_move.move_id == move_id || (!context.source.is_repeatable() && pending_move.since != context.now);
        may_continue && wants_the_same(&pending_move.link, &link)
    });
    if let Some(pending_move) = continued {
        move_id.clone_from(&pending_move.move_id);
    }
    let (is_continued, unfinished) = (continued.is_some(), unfinished.map(|pending_move| pending_move.move_id.clone()));
    let moved_to = AliasState::MovedTo(MovedTo {
        link: link.id.clone(),
        domain: link.domain.clone(),
        alias: link.alias.clone(),
        move_id: move_id.clone(),
        forwards: keeps_old_alias,
    });
    let leaving = |alias_record: &AliasRecord| {
        let mut leaving = alias_record.replace(&moved_to, move_id.clone())?;
        audit::note(context, authorized, &deed(was, &link), &mut leaving)?;
        // A refusal may mean that another try of this move has already committed the departure.
        leaving.repeated = is_continued || context.source.is_repeatable();
        Ok::<_, Problem>(leaving)
    };
    // Both aliases have cached copies to fill.
    let of_leaving =
        cost_of_change(records, &leaving(alias_record)?).saturating_add(cost_of_rewrite(records)).saturating_add(context.cost_of_fills(2));
    if is_first {
        // If only the claim fits this request, the next one has to renew the claim and commit the departure. If the pending move is a
        // different one, it has to read and rewrite the source record first. Refuse now if that fits no request.
        let of_look = if unfinished.is_none() { records.operations(&StoreCall::Get) } else { 0 };
        // The link that moved away from the new alias earlier has to be found and its move finalised.
        let has_left = |alias_state: &AliasState| matches!(alias_state, AliasState::MovedTo(moved_to) if moved_to.link != link.id);
        let rewrites = if there.as_ref().is_some_and(|there| has_left(there.alias_state.visible())) { 4 } else { 2 };
        let of_rest = of_leaving.saturating_add(cost_of_rewrite(records).saturating_mul(rewrites)).saturating_add(of_look);
        if let Fit::Never { excess } = context.budget.fit(of_rest) {
            return Err(context.never_fits(excess, link.spec.tags.len()));
        }
    }
    let renews = unfinished.is_some() && !is_continued;
    let renewed = if renews { renew(context, alias_record).await? } else { None };
    if renews && renewed.is_none() {
        return Ok(None);
    }
    let alias_record = renewed.as_ref().unwrap_or(alias_record);
    let leaving = leaving(alias_record)?;
    // A journey may be begun again by a repeated request. Its claim is a new one: others may have been here since.
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
        link: &link.id,
        was: Some(was),
        reuses,
        replaces: unfinished.as_deref(),
        token: commit,
    };
    let commits = match claim.make(context, RecordLookup::At(Box::new(there))).await? {
        Ok(claimed) => claimed.commits,
        // Somebody has moved it there meanwhile, perhaps another try of this very request.
        Err(_) if is_at(context, &to, &link.id).await? => return Ok(None),
        Err(problem) => return Err(problem),
    };
    if of_leaving > context.budget.left() {
        return Err(Problem::budget_exhausted("the link has not left its old alias yet"));
    }
    match leave(context, leaving).await {
        Ok(Written::Done) => {}
        Ok(Written::Conflict) => {
            give_up(context, &to, &version).await;
            return Ok(None);
        }
        Err(problem) => {
            context.perhaps_changed(&alias_record.key);
            context.perhaps_changed(&to);
            return Err(problem);
        }
    }
    // Whoever looks believes the signpost: that the link is settled saves them the look.
    let settled = finalize_move(records, &to, &move_id, context.token()?).await;
    let commits = commits.filter(|_| matches!(settled, Ok(Written::Done)));
    let known = commits.and_then(|commits| CachedLink::from_state(&AliasState::Link(link.clone()), commits.saturating_add(1)));
    context.changed(alias_record.key.clone(), CachedLink::from_state(&moved_to, alias_record.commits.saturating_add(1)));
    context.changed(to, known);
    Ok(Some(link))
}

/// Whether two edits of a link have the same result, apart from times, history and limit epochs.
fn wants_the_same(one: &Link, other: &Link) -> bool {
    let Link { updated_at, history, epoch, predecessors, .. } = other.clone();
    *other == Link { updated_at, history, epoch, predecessors, ..one.clone() }
}

/// Rewrites the source record unchanged, so that an earlier pending move of the link can no longer complete. Returns the new record, or
/// nothing if another request has written it or the read is stale.
async fn renew<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<Option<AliasRecord>, Problem> {
    let token = context.token()?;
    let written = write(context.edge.records(), alias_record.replace(&alias_record.alias_state, token.clone())?).await?;
    let now = if written == Written::Done { load(context.edge.records(), &alias_record.key).await? } else { None };
    Ok(now.filter(|now| now.commits == alias_record.commits.saturating_add(1) && now.remembers(&token)))
}

async fn is_at<E: Edge>(context: &Context<'_, E>, key: &Key, id: &LinkId) -> Result<bool, Problem> {
    let alias_record = load(context.edge.records(), key).await?;
    Ok(alias_record.is_some_and(|alias_record| matches!(alias_record.alias_state.visible(), AliasState::Link(link) if link.id == *id)))
}

/// Has the old alias say that the link has left, under the name of the journey: by that a repeated request knows, as long as the record
/// remembers, that the move was made, even if the link has come back.
async fn leave<E: Edge>(context: &Context<'_, E>, change: Change) -> Result<Written, Problem> {
    Ok(write(context.edge.records(), change).await?)
}

/// Gives the alias at `to` back, if it is still held by the claim that wrote down `version`: another try of the same journey has one of its
/// own. If that fails, it is free for others after a while.
async fn give_up<E: Edge>(context: &Context<'_, E>, to: &Key, version: &str) {
    if let Ok(Some(alias_record)) = load(context.edge.records(), to).await
        && let AliasState::PendingMove(pending_move) = &alias_record.alias_state
        && pending_move.link.history.as_deref() == Some(version)
    {
        // Whether it was given back or not, the link is where it was.
        let _ = give_back(context, &alias_record).await;
    }
}
