//! What a link was: its latest versions, newest first.

use http::StatusCode;
use serde::Serialize;

use super::find;
use super::named::named;
use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::history::{self, Snapshot};
use crate::response::Response;

#[derive(Serialize)]
struct HistoryJson<'a> {
    items: Vec<VersionJson<'a>>,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    version: u64,
    at: String,
    by: Option<&'a str>,
    alias: &'a str,
    domain: &'a str,
    target: &'a str,
    disabled: bool,
    deleted: bool,
}

/// `GET /api/v1/links/{alias}/history`
pub(crate) async fn history<E: Edge>(context: &Context<'_, E>, _proof: &Proof, alias: &str, query: &str) -> Result<Response, Problem> {
    let key = named(context, alias, query).await?;
    let (_, link) = find(context, &key).await?;
    let traits = context.edge.traits();
    let versions = history::latest(context.edge.records(), &link, traits.longest_history, traits.largest_page).await?;
    let items = versions.iter().map(version_json).collect();
    Response::json(StatusCode::OK, &HistoryJson { items })
}

fn version_json(version: &Snapshot) -> VersionJson<'_> {
    VersionJson {
        version: version.version,
        at: version.at.to_string(),
        by: version.by.as_ref().map(UserId::as_str),
        alias: version.alias.as_str(),
        domain: version.domain.as_str(),
        target: version.target.as_str(),
        disabled: version.is_disabled,
        deleted: version.is_deleted,
    }
}
