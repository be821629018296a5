//! Resolves a report, once. With the action `blocked` the link is blocked first, and then the report is resolved: after
//! a crash between the two, the report is open and the same request completes it.

use http::StatusCode;

use super::wire::AbuseReportJson;
use crate::api::audit::{self, AuditAction};
use crate::api::links;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, RequestBody, Required, request_body, text_types};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::abuse_report::{AbuseReport, AbuseReportId, AbuseReportState, ReportAction, ReportResolution};
use crate::model::field_error::FieldError;
use crate::model::text::Reason;
use crate::store::budget::cost_of_change;
use crate::store::ports::{Edge, StoreError};
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written, write};

request_body! {
    /// The resolution of a report.
    pub(crate) struct ReportPatch as ReportPatch {
        /// New state. A resolved report cannot be opened again.
        state: Required<Resolved>,
        /// What is done. `blocked` also blocks the link, with a reason that names the report, and needs the scopes
        /// `links:write` and `links:admin` too.
        action: Required<ReportAction>,
    }
}

/// The only state that a report can be changed to.
pub(crate) enum Resolved {}

text_types! {
    Resolved as () = |text, _| if text == AbuseReportState::Resolved.name() { Ok(()) } else { Err(not_resolved()) },
        {"type": "string", "enum": [AbuseReportState::Resolved.name()]};
    ReportAction as ReportAction = |text, _| ReportAction::parse(&text),
        {"type": "string", "enum": ReportAction::ALL.map(ReportAction::name)};
}

fn not_resolved() -> FieldError {
    FieldError::invalid("a report can only be resolved: send resolved")
}

/// `PATCH /api/v1/reports/{report}`
pub(crate) async fn resolve<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    query: &str,
    body: &Body,
) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let ReportPatch { action, .. } = ReportPatch::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let mut must_block = action == ReportAction::Blocked;
    if must_block {
        links::check_block(authorized)?;
    }
    let id = AbuseReportId::parse(id).ok_or_else(Problem::no_such_report)?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = load(context, &id).await?.ok_or_else(Problem::no_such_report)?;
        if let Some(resolution) = &was.value.resolution {
            // The link is not blocked again: its block may have been lifted since.
            return if resolution.action == action {
                report_response(&was.value)
            } else {
                Err(Problem::report_resolved(resolution.action))
            };
        }
        let resolved = was.value.resolved(ReportResolution { action, at: context.now, by: authorized.user().cloned() });
        let mut change = GuardedRecord::put(Some(&was), Key::abuse_report(&id), &resolved, context.token()?)?;
        change.removes.push(Key::open_abuse_report(&id));
        change.expires_at = resolved.expires_at();
        audit::attach_event(context, authorized, &AuditAction::resolve_report(&resolved, action), &mut change)?;
        let records = context.edge.records();
        if must_block {
            let reserved = context.budget.reserve(cost_of_change(records, &change));
            block_link(context, authorized, &was.value).await?;
            drop(reserved);
            must_block = false;
        }
        if write(records, change).await? == Written::Done {
            return report_response(&resolved);
        }
    }
    Err(Problem::contended())
}

/// Loads a report, unless it has expired.
async fn load<E: Edge>(context: &Context<'_, E>, id: &AbuseReportId) -> Result<Option<Box<GuardedRecord<AbuseReport>>>, StoreError> {
    let found = GuardedRecord::<AbuseReport>::load(context.edge.records(), &Key::abuse_report(id)).await?;
    Ok(found.filter(|report| !report.value.has_expired(context.now)))
}

/// Blocks the link of a report, wherever it has moved.
async fn block_link<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, report: &AbuseReport) -> Result<(), Problem> {
    let reason = Reason::parse(format!("Report {} ({})", report.id.as_str(), report.reason.name()))
        .map_err(|error| Problem::internal(&error.detail))?;
    links::block(context, authorized, Key::link(&report.domain, &report.alias), &report.link, &reason).await
}

fn report_response(report: &AbuseReport) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &AbuseReportJson::new(report))
}
