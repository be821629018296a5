//! Blocks the link of an abuse report.

use super::{LinkEdit, edit};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::blocked::Blocked;
use crate::model::link::{Link, LinkId};
use crate::model::rights::Right;
use crate::model::text::Reason;
use crate::store::ports::Edge;
use crate::store::{Key, follow_moves};

/// Fails unless the caller may block links: the rights that `PATCH /api/v1/links/{alias}` needs for it.
pub(crate) fn check_block(authorized: &Authorized) -> Result<(), Problem> {
    authorized.check(Right::WriteLinks)?;
    authorized.check(Right::ManageLinks)
}

/// Blocks the link `id`, which was at `key` or has moved from there. A deleted link is blocked too, so that its owner
/// cannot restore it. The block of a link that is blocked already stays as it is.
pub(crate) async fn block<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: Key,
    id: &LinkId,
    reason: &Reason,
) -> Result<(), Problem> {
    let found = follow_moves(context.edge.records(), key, id).await?.ok_or_else(Problem::reported_link_gone)?;
    let change = |link: &Link| {
        if link.id != *id {
            return Err(Problem::reported_link_gone().into());
        }
        let blocked = link.blocked.clone().unwrap_or_else(|| Blocked { reason: reason.clone(), at: context.now });
        Ok(LinkEdit::from(Link { blocked: Some(blocked), ..link.clone() }))
    };
    match edit(context, authorized, &Key::link(&found.domain, &found.alias), &change).await {
        Ok(_) => Ok(()),
        // The link was moved or erased since it was found. The next attempt finds out.
        Err(problem) if problem.code == ProblemCode::NotFound => Err(Problem::contended()),
        Err(problem) => Err(problem),
    }
}
