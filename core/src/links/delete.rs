//! Deleting a link: a tombstone stays, so that caches learn of it and the alias is not silently handed on.

use http::StatusCode;

use super::{edit, named};
use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::link::Link;
use crate::ports::Edge;
use crate::response::Response;

/// `DELETE /api/v1/links/{alias}`
pub(crate) async fn delete<E: Edge>(context: &Context<'_, E>, _proof: &Proof, alias: &str, query: &str) -> Result<Response, Problem> {
    let key = named(context.config, alias, query)?;
    let bury = |link: &Link| Ok(Link { deleted_at: link.deleted_at.or(Some(context.now)), ..link.clone() });
    edit(context, &key, bury).await?;
    Ok(Response::empty(StatusCode::NO_CONTENT))
}
