//! Availability of an alias, decided by the same function as for a creation.

use http::StatusCode;
use serde::Serialize;

use super::claim::{AliasAvailability, alias_availability};
use super::link_ref::parse_domain;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::Response;
use crate::model::alias::Alias;
use crate::model::field_error::FieldCode;
use crate::store::ports::Edge;
use crate::store::{Key, load};

/// Whether an alias is available.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Availability"))]
pub(super) struct AvailabilityJson<'a> {
    /// The alias in its normal spelling.
    alias: &'a str,
    /// Whether a link with this alias can be created.
    available: bool,
    /// Code that a creation would be refused with: that of the problem, or that of the field `alias`.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["alias_taken", "alias_retired", "reserved", "invalid", "too_long", null])))]
    reason: Option<&'a str>,
}

/// `GET /api/v1/aliases/{alias}`
pub(crate) async fn availability<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    text: &str,
    query: &str,
) -> Result<Response, Problem> {
    let domain = parse_domain(context, authorized, query).await?;
    let alias = match Alias::parse_existing(text, context.config.alias_case) {
        Ok(alias) => alias,
        Err(error) => return availability_response(text, Some(error.code.name())),
    };
    let alias_record = load(context.edge.records(), &Key::link(&domain, &alias)).await?;
    let reason = match alias_record.map(|alias_record| alias_availability(&alias_record.alias_state, None, false, context.now)) {
        Some(AliasAvailability::Taken) => Some(ProblemCode::AliasTaken.name()),
        _ if alias.is_reserved_for_new_links() => Some(FieldCode::Reserved.name()),
        None | Some(AliasAvailability::Free) => None,
        Some(AliasAvailability::Retired) => Some(ProblemCode::AliasRetired.name()),
    };
    availability_response(alias.as_str(), reason)
}

fn availability_response(alias: &str, reason: Option<&str>) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &AvailabilityJson { alias, available: reason.is_none(), reason })
}
