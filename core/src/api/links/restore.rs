//! Restoring a deleted link as it was.

use super::edit;
use super::link_ref::named;
use super::scan::of_counts;
use super::show::shown;
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
    let key = named(context, authorized, alias, query).await?;
    let raise = |link: &Link| Ok(Link { deleted_at: None, ..link.clone() }.into());
    let telling = context.budget.reserve(of_counts(context.edge.records(), 1));
    let link = edit(context, authorized, &key, &raise).await?;
    drop(telling);
    shown(context, authorized, &link).await
}
