//! What a link was: its latest versions, newest first.

use http::StatusCode;
use serde::Serialize;

use super::named::named_link;
use super::wire::BlockedJson;
use crate::auth::Proof;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::link::UserId;
use crate::model::time::Timestamp;
use crate::store::history::{self, Snapshot};
use crate::store::ports::{Call, Edge, Records as _};

/// `GET /api/v1/links/{alias}/history`
pub(crate) async fn history<E: Edge>(context: &Context<'_, E>, proof: &Proof, alias: &str, query: &str) -> Result<Response, Problem> {
    let link = named_link(context, proof, alias, query).await?;
    let records = context.edge.records();
    let of_versions = |versions: u16| records.operations(&Call::Scan).saturating_add(records.operations(&Call::GetMany(versions.into())));
    let reads = context.budget.largest(history::MOST_READ, of_versions);
    let versions = history::latest(records, &link, reads).await?;
    Response::json(StatusCode::OK, &HistoryJson { items: versions.iter().map(VersionJson::new).collect() })
}

/// The versions of a link. There is no next page.
#[derive(Serialize)]
struct HistoryJson<'a> {
    items: Vec<VersionJson<'a>>,
}

/// One version of a link, and who made it.
#[derive(Serialize)]
struct VersionJson<'a> {
    version: u64,
    at: DisplayText<Timestamp>,
    by: Option<&'a str>,
    alias: &'a str,
    domain: &'a str,
    target: &'a str,
    disabled: bool,
    deleted: bool,
    blocked: Option<BlockedJson<'a>>,
}

impl<'a> VersionJson<'a> {
    fn new(version: &'a Snapshot) -> Self {
        Self {
            version: version.version,
            at: DisplayText(version.at),
            by: version.by.as_ref().map(UserId::as_str),
            alias: version.alias.as_str(),
            domain: version.domain.as_str(),
            target: version.target.as_str(),
            disabled: version.is_disabled,
            deleted: version.is_deleted,
            blocked: version.blocked.as_ref().map(BlockedJson::new),
        }
    }
}
