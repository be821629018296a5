//! Deletes a link: a tombstone stays, so that caches are updated and the alias is not reused unnoticed.

use http::StatusCode;

use super::claim::abort_move;
use super::erase::erase;
use super::link_ref::{alias_key, take_domain};
use super::{MAX_EDIT_ATTEMPTS, edit, follow_moves, load_record};
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::preconditions::IfMatch;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::Response;
use crate::model::link::Link;
use crate::model::rights::Right;
use crate::store::cached_link::CachedLink;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{AliasState, Key, MovedTo, Written, write};

/// `DELETE /api/v1/links/{alias}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
    client: &impl ClientInfo,
) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let erases = fields.take("erase", JsonValue::flag).unwrap_or_default();
    fields.finish(Some(()))?;
    let key = alias_key(context, &domain, alias)?;
    let if_match = IfMatch::parse(client);
    if erases {
        erase(context, authorized, &key, &if_match).await?;
    } else {
        delete_link(context, authorized, &key, &if_match).await?;
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// Makes the link at `key` a tombstone, if its version matches `if_match`.
pub(super) async fn delete_link<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let tombstone = |link: &Link| {
        if !link.is_deleted() {
            if_match.check(link.version)?;
        }
        Ok(Link { deleted_at: link.deleted_at.or(Some(context.now)), ..link.clone() }.into())
    };
    match edit(context, authorized, key, &tombstone).await {
        // A request with a version means the link, not the forwarding record.
        Err(problem) if problem.code == ProblemCode::NotFound && matches!(if_match, IfMatch::Any) => {
            stop_forwarding(context, authorized, key).await
        }
        edited => edited.map(drop),
    }
}

/// Deletes the old alias of a moved link: it does not redirect to the link any more. A pending move of the link back to
/// this alias is aborted and retried by its request.
async fn stop_forwarding<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, key: &Key) -> Result<(), Problem> {
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let alias_record = load_record(context, key).await?;
        let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible() else {
            return Err(Problem::no_such_link());
        };
        // The forwarding record belongs to the owner of the link. If the link is gone, only admins may delete it.
        match follow_moves(context.edge.records(), moved_to.to(), &moved_to.link).await? {
            Some(link) => authorized.check_write(&link)?,
            None => authorized.check(Right::ManageLinks)?,
        }
        if let AliasState::PendingMove(pending_move) = &alias_record.alias_state
            && !abort_move(context, pending_move).await?
        {
            continue;
        }
        let alias_state = AliasState::MovedTo(MovedTo { forwards: false, ..moved_to.clone() });
        let mut change = alias_record.replace(&alias_state, context.token()?)?;
        // Deleting it again has no audit event.
        if moved_to.forwards {
            let from = key.as_str().strip_prefix("link/").unwrap_or_default();
            audit::attach_event(
                context,
                authorized,
                &AuditAction::end_forwarding(moved_to).with_detail(format!("from {from}")),
                &mut change,
            )?;
        }
        let written = write(context.edge.records(), change).await;
        if matches!(written, Ok(Written::Conflict)) {
            continue;
        }
        let known = written.as_ref().ok().and_then(|_| CachedLink::from_state(&alias_state, alias_record.commits.saturating_add(1)));
        context.changed(key, known);
        return Ok(written.map(drop)?);
    }
    Err(Problem::contended())
}
