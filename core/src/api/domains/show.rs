//! Shows a domain.

use http::StatusCode;

use super::wire::DomainJson;
use super::{find, parse_name};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::DomainRecord;
use crate::store::ports::Edge;

/// `GET /api/v1/domains/{domain}`
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, text: &str, query: &str) -> Result<Response, Problem> {
    let domain_record = find(context, &parse_name(authorized, text, query)?).await?;
    domain_response(context, StatusCode::OK, &domain_record)
}

/// Response with a domain and its `ETag`.
pub(super) fn domain_response<E: Edge>(
    context: &Context<'_, E>,
    status: StatusCode,
    domain_record: &DomainRecord,
) -> Result<Response, Problem> {
    Response::json(status, &DomainJson::new(context.config, domain_record))?.etag(domain_record.version)
}
