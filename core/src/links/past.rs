//! What a link was: its latest versions, newest first.

use http::StatusCode;

use super::named::named_link;
use super::wire::write_blocked;
use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::json::Members;
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::history::{self, Snapshot};
use crate::response::Response;

/// `GET /api/v1/links/{alias}/history`
pub(crate) async fn history<E: Edge>(context: &Context<'_, E>, proof: &Proof, alias: &str, query: &str) -> Result<Response, Problem> {
    let link = named_link(context, proof, alias, query).await?;
    let traits = context.edge.traits();
    let versions = history::latest(context.edge.records(), &link, traits.longest_history, traits.largest_page).await?;
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |items| versions.iter().for_each(|version| items.object(|json| write_version(version, json))));
    }))
}

fn write_version(version: &Snapshot, json: &mut Members) {
    json.number("version", version.version);
    json.text("at", &version.at.to_string());
    json.text_or_null("by", version.by.as_ref().map(UserId::as_str));
    json.text("alias", version.alias.as_str());
    json.text("domain", version.domain.as_str());
    json.text("target", version.target.as_str());
    json.flag("disabled", version.is_disabled);
    json.flag("deleted", version.is_deleted);
    write_blocked(version.blocked.as_ref(), json);
}
