//! Statistics of a link, also of a deleted one.

use http::StatusCode;

use super::query::StatsQuery;
use super::wire::{StatsJson, csv_response};
use crate::api::links;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::ledger::Subject;
use crate::store::ports::Edge;

/// `GET /api/v1/links/{alias}/stats`
pub(crate) async fn link<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = links::take_domain(context, authorized, &mut fields).await?;
    let query = StatsQuery::from_query(&mut fields, context.now, true);
    let query = fields.finish(query)?;
    let (_, link) = links::find_link(context, &links::alias_key(context, &domain, alias)?).await?;
    let reports = query.load(context, Subject::Link(link.id), &[]).await?;
    if query.is_csv {
        return Ok(csv_response(&query.period, &reports.current.report));
    }
    Response::json(StatusCode::OK, &StatsJson::new(&query, &reports))
}
