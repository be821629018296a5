//! Deleting a link: a tombstone stays, so that caches learn of it and the alias is not silently handed on.

use http::StatusCode;

use super::erase::erase;
use super::{EDITS, edit, named_and};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Tree;
use crate::error::{Code, FieldCode, Problem, Refusal};
use crate::link::Link;
use crate::ports::Edge;
use crate::records::copy::Copy;
use crate::records::{Holder, Key, Signpost, Written, look, write};
use crate::response::Response;

/// `DELETE /api/v1/links/{alias}`
pub(crate) async fn delete<E: Edge>(context: &Context<'_, E>, _proof: &Proof, alias: &str, query: &str) -> Result<Response, Problem> {
    let (key, erases) = named_and(context, alias, query, |fields| fields.take("erase", flag)).await?;
    if erases == Some(true) {
        erase(context, &key).await?;
        return Ok(Response::empty(StatusCode::NO_CONTENT));
    }
    let bury = |link: &Link| Ok(Link { deleted_at: link.deleted_at.or(Some(context.now)), ..link.clone() }.into());
    match edit(context, &key, bury).await {
        Err(problem) if problem.code == Code::NotFound => forward_no_more(context, &key).await?,
        edited => drop(edited?),
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// A flag in a query, where everything is text.
fn flag(tree: Tree) -> Result<bool, Refusal> {
    match tree.text()?.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::new(FieldCode::WrongType, "this is true or false")),
    }
}

/// An alias that a link has left is deleted by forwarding to it no more.
async fn forward_no_more<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let place = look(context.edge.records(), key).await?.ok_or_else(Problem::no_such_link)?;
        let Holder::Signpost(signpost) = &place.holder else {
            return Err(Problem::no_such_link());
        };
        let holder = Holder::Signpost(Signpost { forwards: false, ..signpost.clone() });
        let written = write(context.edge.records(), place.hand_over(&holder, context.token()?)?).await;
        let known = matches!(written, Ok(Written::Done)).then(|| Copy::of(&holder, place.commits.saturating_add(1)));
        context.changed(key.clone(), known.flatten());
        if written? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}
