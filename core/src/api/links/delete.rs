//! Deleting a link: a tombstone stays, so that caches learn of it and the alias is not silently handed on.

use http::StatusCode;

use super::claim::abort_move;
use super::erase::erase;
use super::link_ref::{key, take_domain};
use super::{EDITS, edit, follow_moves, place_at};
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
    let key = key(context, &domain, alias)?;
    let seen = IfMatch::parse(client);
    if erases {
        erase(context, authorized, &key, &seen).await?;
    } else {
        bury(context, authorized, &key, &seen).await?;
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// Makes the link at `key` a tombstone, if it still is what the client has seen.
pub(super) async fn bury<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, key: &Key, seen: &IfMatch) -> Result<(), Problem> {
    let bury = |link: &Link| {
        if !link.is_deleted() {
            seen.check(link.version)?;
        }
        Ok(Link { deleted_at: link.deleted_at.or(Some(context.now)), ..link.clone() }.into())
    };
    match edit(context, authorized, key, &bury).await {
        // Whoever has seen a version means the link, not the way to it.
        Err(problem) if problem.code == ProblemCode::NotFound && matches!(seen, IfMatch::Any) => {
            forward_no_more(context, authorized, key).await
        }
        edited => edited.map(drop),
    }
}

/// An alias that a link has left is deleted by forwarding to it no more. If the link is on its way back, it does not come: it is told to look
/// again.
async fn forward_no_more<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, key: &Key) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let alias_record = place_at(context, key).await?;
        let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible() else {
            return Err(Problem::no_such_link());
        };
        // The way belongs to whom the link belongs to; that to a link which is gone, to the admins.
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
        // Whoever deletes it again changes nothing.
        if moved_to.forwards {
            let from = key.as_str().strip_prefix("link/").unwrap_or_default();
            audit::note(context, authorized, &AuditAction::way(moved_to).saying(format!("from {from}")), &mut change)?;
        }
        let written = write(context.edge.records(), change).await;
        let known =
            matches!(written, Ok(Written::Done)).then(|| CachedLink::from_state(&alias_state, alias_record.commits.saturating_add(1)));
        context.changed(key.clone(), known.flatten());
        if written? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}
