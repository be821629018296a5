//! Lists the reports, newest first. The open ones have index entries.

use super::wire::AbuseReportJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::abuse_report::{AbuseReport, AbuseReportId, AbuseReportState};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, Prefix};

/// `GET /api/v1/reports`. A page examines a limited number of reports, so it may be empty without being the last.
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let state = fields.take_text("state", |text| AbuseReportState::parse(&text));
    let page_query = PageQuery::from_query(&mut fields, "reports");
    fields.finish(Some(()))?;
    let filter = state.map(|state| ["state=", state.name()].concat()).unwrap_or_default();
    let is_for_open = state == Some(AbuseReportState::Open);
    let prefix = if is_for_open { Prefix::open_abuse_reports() } else { Prefix::abuse_reports() };
    let cost = pagination::cost_of_records(context.edge.records());
    let page = page_query.load_keys(context, authorized, ("/api/v1/reports?", &filter), &prefix, cost).await?;
    let keys: Vec<Key> = page.keys.iter().map(|key| Key::abuse_report(&AbuseReportId::from_key(key))).collect();
    let mut reports = Vec::new();
    let mut read = |_: &_, record: &_| {
        let report = GuardedRecord::<AbuseReport>::decode(record)?.value;
        let is_listed = state.is_none_or(|state| state == report.state()) && !report.has_expired(context.now);
        reports.extend(is_listed.then_some(report));
        Ok(())
    };
    pagination::read_each(context, &keys, &mut read).await?;
    let items: Vec<AbuseReportJson<'_>> = reports.iter().map(AbuseReportJson::new).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
