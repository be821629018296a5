//! JSON of reports. Every field is always present.

use serde::Serialize;

use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::abuse_report::{AbuseReport, AbuseReportId, ReportContact, ReportDetail};
use crate::model::link::UserId;
use crate::model::time::Timestamp;

/// The receipt for a report.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "ReportReceipt"))]
pub(super) struct ReportReceiptJson<'a> {
    /// Identifier of the report, for questions about it. It gives no access to the report.
    id: &'a str,
}

/// A report of a link.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Report"))]
pub(super) struct AbuseReportJson<'a> {
    /// Identifier of the report.
    id: &'a str,
    /// Link that was reported, with the alias and the domain that it had then.
    link: ReportedLinkJson<'a>,
    /// Why it was reported.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AbuseReasonSchema"))]
    reason: &'static str,
    /// What happened, in the words of the sender.
    detail: Option<&'a str>,
    /// How to reach the sender. `null` once the report is resolved.
    contact: Option<&'a str>,
    /// Whether the report is resolved.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AbuseReportStateSchema"))]
    state: &'static str,
    /// What was done, or `null` while the report is open.
    #[cfg_attr(feature = "docs", schemars(with = "Option<wire_schema::ReportActionSchema>"))]
    action: Option<&'static str>,
    /// Time of the report.
    created_at: DisplayText<Timestamp>,
    /// Time at which it was resolved.
    resolved_at: Option<DisplayText<Timestamp>>,
    /// Identifier of the user who resolved it; `null` for the bootstrap admin.
    resolved_by: Option<&'a str>,
}

/// A link that was reported.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ReportedLinkJson<'a> {
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    alias: &'a str,
    /// Domain of the link.
    domain: &'a str,
}

impl<'a> ReportReceiptJson<'a> {
    pub(super) fn new(id: &'a AbuseReportId) -> Self {
        Self { id: id.as_str() }
    }
}

impl<'a> AbuseReportJson<'a> {
    pub(super) fn new(report: &'a AbuseReport) -> Self {
        let resolution = report.resolution.as_ref();
        Self {
            id: report.id.as_str(),
            link: ReportedLinkJson { alias: report.alias.as_str(), domain: report.domain.as_str() },
            reason: report.reason.name(),
            detail: report.detail.as_ref().map(ReportDetail::as_str),
            contact: report.contact.as_ref().map(ReportContact::as_str),
            state: report.state().name(),
            action: resolution.map(|resolution| resolution.action.name()),
            created_at: DisplayText(report.created_at),
            resolved_at: resolution.map(|resolution| DisplayText(resolution.at)),
            resolved_by: resolution.and_then(|resolution| resolution.by.as_ref()).map(UserId::as_str),
        }
    }
}
