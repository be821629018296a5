//! Shows a link, also a deleted one.

use http::StatusCode;

use super::counts::counts;
use super::link_ref::load_link;
use super::wire::WrittenLinkJson;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::link::Link;
use crate::store::ports::Edge;

/// `GET /api/v1/links/{alias}`
pub(crate) async fn show<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Response, Problem> {
    let link = load_link(context, authorized, alias, query).await?;
    link_response(context, authorized, &link).await
}

/// Response with a link, its counts and its `ETag`; a reference if the caller may not read links.
pub(super) async fn link_response<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, link: &Link) -> Result<Response, Problem> {
    let counts = counts(context, &[link]).await?.first().copied().unwrap_or_default();
    Response::json(StatusCode::OK, &WrittenLinkJson::new(context, authorized, link, counts, false))?.etag(link.version)
}
