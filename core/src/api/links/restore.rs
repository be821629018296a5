//! Restores a deleted link as it was.

use super::edit;
use super::link_ref::parse_link_key;
use super::scan::cost_of_counts;
use super::show::link_response;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::link::Link;
use crate::store::ports::Edge;

/// `POST /api/v1/links/{alias}/restore`
pub(crate) async fn restore<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Response, Problem> {
    let key = parse_link_key(context, authorized, alias, query).await?;
    let restored = |link: &Link| Ok(Link { deleted_at: None, ..link.clone() }.into());
    let reserved = context.budget.reserve(cost_of_counts(context.edge.records(), 1));
    let link = edit(context, authorized, &key, &restored).await?;
    drop(reserved);
    link_response(context, authorized, &link).await
}
