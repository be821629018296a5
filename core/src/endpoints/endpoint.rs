//! The columns of the table of endpoints: endpoint, audience, body kind.

use http::header::CONTENT_TYPE;

use super::EndpointName;
use crate::api::links::ImportFormat;
use crate::auth::Access;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT, FORM_LIMIT, REPORT_LIMIT};
use crate::model::sorted::put_in_order;
use crate::store::ports::ClientInfo;

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    pub(crate) name: EndpointName,
    /// The method. `HEAD` is answered like `GET`, and every path has `OPTIONS`.
    pub method: &'static str,
    /// The path, with its parameter in braces: `/api/v1/links/{alias}`.
    pub pattern: &'static str,
    /// The segments of the pattern, split at compile time: one path is compared with many patterns.
    pub(super) segments: &'static [&'static str],
    pub(crate) audience: Audience,
    pub(crate) access: Access,
    pub(crate) body: BodyKind,
    /// The response statuses of the row ([`Self::all_statuses`] has all). Without those that any request can get: 404
    /// `unknown_host`, 405, 500, and 503 if the configuration is invalid.
    pub statuses: &'static [u16],
    /// Whether requests may carry an `Idempotency-Key`.
    pub(crate) takes_idempotency_key: bool,
    /// Whether requests create links, so that each takes a unit of the rate limit `create`, or of those for the public.
    pub(crate) creates_links: bool,
}

impl Endpoint {
    /// Whether the endpoint reads a credential.
    #[must_use]
    pub fn takes_credential(&self) -> bool {
        self.access != Access::Anyone
    }

    /// The response statuses in ascending order: those of the row, and 429 where a credential is read, because invalid
    /// credentials are rate limited.
    #[must_use]
    pub fn all_statuses(&self) -> Vec<u16> {
        let mut statuses = self.statuses.to_vec();
        if self.takes_credential() {
            put_in_order(&mut statuses, 429);
        }
        statuses
    }
}

/// The kind of client of a path. It decides CORS, HTML problems and the check of the host. All endpoints of one path
/// have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// People who follow a link. It is looked up on every host. Problems are HTML pages if the client accepts HTML.
    Visitors,
    /// People with a browser. Problems are HTML pages if the client accepts HTML.
    People,
    /// Programs, including scripts of other websites: responses have CORS headers.
    Programs,
    /// Monitoring systems, which need not know the domains: every host answers.
    Monitors,
    /// Browsers and robots that fetch a file: one with a well-known name, or one that a page loads.
    Fetchers,
}

/// The request body of an endpoint: its media types and its maximum length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    NoBody,
    Json,
    /// JSON for many links at once.
    BulkJson,
    /// A form that a browser sends. A body of another media type is read as a form without fields.
    Form,
    /// JSON of a report of a link: small, because anybody may send one.
    ReportJson,
    /// The same as a form.
    ReportForm,
    /// A list of links: JSON Lines or CSV.
    Import,
    /// Log lines: JSON Lines.
    LogLines,
}

impl BodyKind {
    /// The maximum length in bytes; nothing if no body is read.
    pub(crate) fn limit(self) -> Option<usize> {
        match self {
            Self::NoBody => None,
            Self::Json => Some(BODY_LIMIT),
            Self::BulkJson | Self::Import | Self::LogLines => Some(BULK_LIMIT),
            Self::Form => Some(FORM_LIMIT),
            Self::ReportJson | Self::ReportForm => Some(REPORT_LIMIT),
        }
    }

    /// Rejects a body whose `Content-Type` is of another kind.
    pub(crate) fn check_media_type(self, client: &impl ClientInfo) -> Result<(), Problem> {
        match self {
            Self::NoBody | Self::Form | Self::ReportForm => Ok(()),
            Self::Json | Self::BulkJson | Self::ReportJson if is_json(client) => Ok(()),
            Self::Json | Self::BulkJson | Self::ReportJson => Err(Problem::unsupported_media_type()),
            Self::Import => ImportFormat::from_content_type(client).map(drop),
            Self::LogLines => match ImportFormat::from_content_type(client) {
                Ok(ImportFormat::JsonLines) => Ok(()),
                _ => Err(Problem::no_log_lines()),
            },
        }
    }
}

/// Whether the `Content-Type` is JSON or JSON Merge Patch.
fn is_json(client: &impl ClientInfo) -> bool {
    const JSON: [&[u8]; 2] = [b"application/json", b"application/merge-patch+json"];
    let media_type = client.header(&CONTENT_TYPE);
    let essence = media_type.as_deref().unwrap_or_default().split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    JSON.iter().any(|known| essence.eq_ignore_ascii_case(known))
}
