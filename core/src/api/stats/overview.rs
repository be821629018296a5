//! Statistics of a domain, a tag or the whole deployment, with the links that were followed most.

use http::StatusCode;
use serde::Serialize;

use super::query::StatsQuery;
#[cfg(feature = "docs")]
use super::top_links::MAX_LINKS;
use super::top_links::{TopLink, top_links};
use super::wire::{StatsJson, csv_response};
use crate::api::links;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::problem::Problem;
use crate::message::response::Response;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::clicks::Clicks;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::stats::{Dimension, FailedVisits, ValueCounts};
use crate::model::text::Tag;
use crate::store::ledger::Subject;
use crate::store::ports::Edge;

/// `GET /api/v1/stats`. A key for some domains gets the clicks of those domains.
pub(crate) async fn overview<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = links::take_optional_domain(context, authorized, &mut fields).await?;
    let tag = fields.take("tag", |json_value: JsonValue| Tag::parse(&json_value.text()?));
    if tag.is_some() && fields.has("by") {
        fields.skip("by");
        fields.refuse("by", FieldError::new(FieldCode::Conflicts, "the statistics of a tag have no dimensions: leave out by or tag"));
    }
    let query = StatsQuery::from_query(&mut fields, context.now, false);
    let query = fields.finish(query)?;
    let domains = domain.map(|domain| vec![domain]).or_else(|| authorized.domains().map(<[_]>::to_vec));
    let has_failed = tag.is_none();
    let about = match tag {
        Some(tag) => Subject::Tag(tag, domains),
        None => Subject::Domains(domains),
    };
    let reports = query.load(context, about, &[Dimension::Link]).await?;
    if query.is_csv {
        return Ok(csv_response(&query.period, &reports.current.report));
    }
    let report = &reports.current.report;
    let none = ValueCounts::default();
    let top_links = top_links(context, authorized, report.values.get(&Dimension::Link).unwrap_or(&none)).await?;
    let failed = Some(report.failed).filter(|_| has_failed && reports.current.has_failed);
    let overview = OverviewJson {
        stats: StatsJson::new(&query, &reports),
        top_links: top_links.iter().map(TopLinkJson::new).collect(),
        failed: failed.map(FailedJson::new),
    };
    Response::json(StatusCode::OK, &overview)
}

/// Statistics of several links.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Overview"))]
pub(super) struct OverviewJson<'a> {
    #[serde(flatten)]
    stats: StatsJson<'a>,
    /// The links with most clicks of people in `whole_days`. Erased links are left out, and so are those on domains
    /// that the key does not cover. With very many links the numbers are lower bounds.
    #[cfg_attr(feature = "docs", schemars(length(max = MAX_LINKS)))]
    top_links: Vec<TopLinkJson<'a>>,
    /// Visits of the period that followed no link. `null` for a tag, and where the edge does not count them.
    failed: Option<FailedJson>,
}

/// A link and its clicks.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct TopLinkJson<'a> {
    /// Its alias now.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    alias: &'a str,
    /// Its domain now.
    domain: &'a str,
    /// Clicks of people.
    humans: u64,
    /// Requests of programs.
    bots: u64,
    /// Requests of programs that show a preview of the link.
    previews: u64,
}

/// Visits that followed no link, by cause.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct FailedJson {
    /// There is no link with this alias.
    unknown_alias: u64,
    /// The link is over: ended, disabled, blocked, deleted or used up.
    ended: u64,
    /// The front page of the domain.
    root: u64,
    /// The host is not served. Counted for the whole deployment only.
    unknown_host: u64,
}

impl<'a> TopLinkJson<'a> {
    fn new(link: &'a TopLink) -> Self {
        let Clicks { humans, bots, previews } = link.clicks;
        Self { alias: link.alias.as_str(), domain: link.domain.as_str(), humans, bots, previews }
    }
}

impl FailedJson {
    fn new(failed: FailedVisits) -> Self {
        let FailedVisits { unknown_alias, ended, root, unknown_host } = failed;
        Self { unknown_alias, ended, root, unknown_host }
    }
}
