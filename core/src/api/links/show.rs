//! Showing a link, deleted ones too.

use http::StatusCode;

use super::counts::counts;
use super::link_ref::named_link;
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
    let link = named_link(context, authorized, alias, query).await?;
    shown(context, authorized, &link).await
}

/// A link as it is, with what is counted of it, as far as whoever asks may read it.
pub(super) async fn shown<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, link: &Link) -> Result<Response, Problem> {
    let counts = counts(context, &[link]).await?.first().copied().unwrap_or_default();
    Response::json(StatusCode::OK, &WrittenLinkJson::new(context, authorized, link, counts, false))?.etag(link.version)
}
