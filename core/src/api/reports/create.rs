//! Reports a link. Anybody may do this, so the rate limits are all that bounds the number of reports.

use http::StatusCode;

use super::short_url::ShortUrl;
use super::wire::ReportReceiptJson;
use crate::auth::rate_limit;
use crate::context::Context;
#[cfg(feature = "docs")]
use crate::message::body::patterns::{VISIBLE, VISIBLE_IN_LINES};
use crate::message::body::{Draft, Optional, RequestBody, Required, request_body, text_types};
use crate::message::problem::Problem;
use crate::message::request::{Body, REPORT_LIMIT};
use crate::message::response::Response;
use crate::model::abuse_report::{AbuseReason, AbuseReport, AbuseReportId, ReportContact, ReportDetail};
#[cfg(feature = "docs")]
use crate::model::abuse_report::{CONTACT_CHARS, DETAIL_CHARS};
use crate::model::rate_limits::RatePolicy;
use crate::model::visit::network;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{GuardedRecord, Key, Written, write};

request_body! {
    /// A report of a link.
    pub(crate) struct NewReport as NewReport {
        /// Short URL of the link, on a domain of this deployment, in at most 2,048 characters. The scheme may be left
        /// out. The `+` of the preview, a path after the alias, the query and the fragment are ignored. Visitors must
        /// reach a link there: otherwise it is `invalid`.
        url: Required<ShortUrl>,
        /// Why the link is reported.
        reason: Required<AbuseReason>,
        /// What happened, in at most 2,000 characters.
        detail: Optional<ReportDetail>,
        /// How to reach the sender with questions, in at most 254 characters. It is removed once the report is
        /// resolved.
        contact: Optional<ReportContact>,
    }
}

text_types! {
    AbuseReason as AbuseReason = |text, _| AbuseReason::parse(&text),
        {"type": "string", "enum": AbuseReason::ALL.map(AbuseReason::name)};
    ReportDetail as ReportDetail = |text, _| ReportDetail::parse(text),
        {"type": "string", "minLength": 1, "maxLength": DETAIL_CHARS, "pattern": VISIBLE_IN_LINES};
    ReportContact as ReportContact = |text, _| ReportContact::parse(text),
        {"type": "string", "minLength": 1, "maxLength": CONTACT_CHARS, "pattern": VISIBLE};
}

/// `POST /api/v1/reports`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, body: &Body) -> Result<Response, Problem> {
    let draft = NewReport::read(body, REPORT_LIMIT, &context.parsing())?;
    let id = save(context, client, draft).await?;
    Response::json(StatusCode::ACCEPTED, &ReportReceiptJson::new(&id))
}

/// Checks a report and saves it. Wrong fields cost no unit of a rate limit. A unit of the network is taken before the
/// link is read, because the answer says whether there is one; a unit of all networks only for a report that is saved.
pub(super) async fn save<E: Edge>(
    context: &Context<'_, E>,
    client: &dyn ClientInfo,
    draft: Draft<NewReport>,
) -> Result<AbuseReportId, Problem> {
    let NewReport { url, reason, detail, contact } = draft.finish()?;
    rate_limit::take(context, RatePolicy::Report, &[&network(client)]).await?;
    let link = url.find(context).await?.map_err(|error| Problem::wrong_field("url", error))?;
    rate_limit::take(context, RatePolicy::ReportAll, &[]).await?;
    let report = AbuseReport {
        id: AbuseReportId::new(context.now, &context.token()?),
        link: link.id,
        domain: link.domain,
        alias: link.alias,
        reason,
        detail,
        contact,
        created_at: context.now,
        resolution: None,
    };
    let mut change = GuardedRecord::put(None, Key::abuse_report(&report.id), &report, context.token()?)?;
    change.index_adds.push(Key::open_abuse_report(&report.id));
    match write(context.edge.records(), change).await? {
        Written::Done => Ok(report.id),
        Written::Conflict => Err(Problem::contended()),
    }
}
