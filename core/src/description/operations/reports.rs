//! The endpoints of abuse reports.

use serde_json::{Value, json};

use crate::api::reports;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};
use crate::message::body::component;

pub(super) const REPORT_FORM: Operation = Operation::new(OperationGroup::Reports, "showReportForm", "Show the form that reports a link")
    .description(
        "A page for people, which needs no JavaScript. A link that had the alias `report` before hop reserved it keeps this \
         address until it is deleted: the answer is then that of the link.",
    )
    .parameters(&[parameters::REPORTED_URL])
    .answers(&[(200, answers::PAGE)]);

pub(super) const SEND_REPORT_FORM: Operation =
    Operation::new(OperationGroup::Reports, "sendReportForm", "Send the form that reports a link")
        .description(
            "Like `POST /api/v1/reports`. The answer is a page that thanks. If fields are wrong, a rate limit is used up or the \
             store does not answer, a browser gets the form again, with everything that was typed. A form from a page of another \
             site is refused.",
        )
        .parameters(&[parameters::ORIGIN, parameters::SEC_FETCH_SITE])
        .body_schema(form)
        .answers(&[(200, answers::PAGE)]);

pub(super) const CREATE_REPORT: Operation = Operation::new(OperationGroup::Reports, "createReport", "Report a link")
    .description(
        "Needs no key. Nothing about the sender is stored besides `contact`. By default a network may send 20 reports an hour, \
         and all networks together 200 (`report` and `report-all` of the setting `HOP_RATE_LIMITS`). Several reports of one \
         link stay separate.",
    )
    .body::<reports::NewReport>("new-report")
    .answers(&[(202, answers::REPORT_RECEIPT)]);

pub(super) const LIST_REPORTS: Operation = Operation::new(OperationGroup::Reports, "listReports", "List the reports")
    .description("Newest first.")
    .parameters(&[parameters::REPORT_STATE, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::REPORT_LIST)]);

pub(super) const RESOLVE_REPORT: Operation = Operation::new(OperationGroup::Reports, "resolveReport", "Resolve a report")
    .description(
        "`dismissed` resolves the report. `blocked` first blocks the link, wherever it has moved, and then resolves the \
         report; if the request fails in between, send it again. A link that is blocked already keeps its reason. The block \
         takes the scopes `links:write` and `links:admin` too, as in a change of the link. A deleted link is blocked too, so \
         that it cannot be restored. If the link was erased, or moved and another link has its old alias, `blocked` is 410. \
         A report that is resolved stays as it is: with the same action the \
         answer is 200, with the other 409.",
    )
    .body::<reports::ReportPatch>("report-patch")
    .answers(&[(200, answers::REPORT), (409, answers::REPORT_RESOLVED)]);

/// The schema of the form on the page `/report`.
fn form() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let description = "The form of the page `/report`. Its fields are those of a NewReport. An empty field counts as absent, and \
        other fields are ignored.";
    component(
        "ReportForm",
        json!({
            "type": "object",
            "description": description,
            "properties": {
                "url": text("Short URL of the link."),
                "reason": text("Reason, such as `phishing`."),
                "detail": text("What happened."),
                "contact": text("How to reach the sender."),
            },
        }),
    )
}
