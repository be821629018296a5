//! Whether an alias is free, by the same verdict that a creation goes by.

use http::StatusCode;

use super::claim::{Standing, standing};
use super::named::domain_of;
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::error::{Code, FieldCode, Problem};
use crate::ports::Edge;
use crate::records::{Key, look};
use crate::response::Response;

/// `GET /api/v1/aliases/{alias}`
pub(crate) async fn availability<E: Edge>(context: &Context<'_, E>, proof: &Proof, text: &str, query: &str) -> Result<Response, Problem> {
    let domain = domain_of(context, proof, query).await?;
    let alias = match Alias::parse_existing(text, context.config.alias_case) {
        Ok(alias) => alias,
        Err(refusal) => return Ok(tell(text, Some(refusal.code.name()))),
    };
    let place = look(context.edge.records(), &Key::link(&domain, &alias)).await?;
    let reason = match place.map(|place| standing(&place.holder, None, false, context.now)) {
        Some(Standing::Taken) => Some(Code::AliasTaken.name()),
        _ if alias.is_reserved_later() => Some(FieldCode::Reserved.name()),
        None | Some(Standing::Free) => None,
        Some(Standing::Retired) => Some(Code::AliasRetired.name()),
    };
    Ok(tell(alias.as_str(), reason))
}

/// `reason` is what a creation would be refused for.
fn tell(alias: &str, reason: Option<&str>) -> Response {
    Response::json(StatusCode::OK, |json| {
        json.text("alias", alias);
        json.flag("available", reason.is_none());
        json.text_or_null("reason", reason);
    })
}
