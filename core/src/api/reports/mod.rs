//! Abuse reports: visitors report a link, admins list the reports and resolve them. docs/design/reports.md has the
//! design.

mod create;
mod form;
mod list;
mod resolve;
mod short_url;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use create::NewReport;
pub(crate) use create::create;
pub(crate) use form::{show_form, submit_form};
pub(crate) use list::list;
#[cfg(feature = "docs")]
pub(crate) use resolve::ReportPatch;
pub(crate) use resolve::resolve;

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::AbuseReportJson<'_>>();
    generator.subschema_for::<wire::ReportReceiptJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::AbuseReportJson<'_>>>();
}
