//! History of a link: its latest versions, newest first.

use http::StatusCode;
use serde::Serialize;

use super::link_ref::load_link;
use super::wire::{BlockedJson, SettingsJson};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::link::UserId;
use crate::model::time::Timestamp;
use crate::store::history::{self, LinkVersion};
use crate::store::ports::{Edge, Records as _, StoreCall};

/// `GET /api/v1/links/{alias}/history`
pub(crate) async fn list_versions<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Response, Problem> {
    let link = load_link(context, authorized, alias, query).await?;
    let records = context.edge.records();
    let cost_of_versions =
        |versions: u16| records.operations(&StoreCall::Scan).saturating_add(records.operations(&StoreCall::GetMany(versions.into())));
    let reads = context.budget.largest(history::MAX_READ, cost_of_versions);
    let versions = history::latest(records, &link, reads).await?;
    Response::json(StatusCode::OK, &HistoryJson { items: versions.iter().map(VersionJson::new).collect() })
}

/// The latest versions of a link, the newest first. There is no next page.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "History"))]
pub(super) struct HistoryJson<'a> {
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = history::KEPT_VERSIONS)))]
    items: Vec<VersionJson<'a>>,
}

/// A version of a link: its state from `at` until the next change.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Version"))]
struct VersionJson<'a> {
    /// Number of the version, counted from 1.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    version: u64,
    /// Time of the change that made this version.
    at: DisplayText<Timestamp>,
    /// Identifier of the user who made the change; `null` for the bootstrap admin.
    by: Option<&'a str>,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    alias: &'a str,
    /// Domain that the alias belongs to.
    domain: &'a str,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::TargetSchema"))]
    target: &'a str,
    #[serde(flatten)]
    settings: SettingsJson<'a>,
    /// Whether the link was deleted.
    deleted: bool,
    /// Set if an admin had blocked the link.
    blocked: Option<BlockedJson<'a>>,
}

impl<'a> VersionJson<'a> {
    fn new(version: &'a LinkVersion) -> Self {
        Self {
            version: version.version,
            at: DisplayText(version.at),
            by: version.by.as_ref().map(UserId::as_str),
            alias: version.alias.as_str(),
            domain: version.domain.as_str(),
            target: version.target.as_str(),
            settings: SettingsJson::new(&version.settings, version.has_password),
            deleted: version.is_deleted,
            blocked: version.blocked.as_ref().map(BlockedJson::new),
        }
    }
}
