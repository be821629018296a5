//! The columns of the table of endpoints.

use http::header::CONTENT_TYPE;

use super::EndpointName;
use crate::api::links::ImportFormat;
use crate::auth::Access;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT, FORM_LIMIT};
use crate::store::ports::ClientInfo;

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    pub(crate) name: EndpointName,
    /// The method. `HEAD` answers like `GET`, and every path has `OPTIONS`.
    pub method: &'static str,
    /// The path, with names in place of what varies: `/api/v1/links/{alias}`.
    pub pattern: &'static str,
    /// The pattern, split when hop is compiled: a path is compared with many of them.
    pub(super) segments: &'static [&'static str],
    pub(crate) audience: Audience,
    pub(crate) access: Access,
    pub(crate) body: BodyKind,
    /// Every status it answers with beside those any request can get: 404 `unknown_host`, 405, 500, and 503 for a
    /// deployment that is not set up.
    pub statuses: &'static [u16],
    /// Whether an `Idempotency-Key` has a repeated request done once.
    pub(crate) is_once: bool,
}

/// The kind of client of a path. It decides CORS, HTML problems and the check of the host. All endpoints of one path have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// People who follow a link. It is looked for on every host, and problems are pages for those who want HTML.
    Visitors,
    /// People with a browser. Problems are pages for those who want HTML.
    People,
    /// Programs, those of other sites' pages among them: answers have the headers of CORS.
    Programs,
    /// Whoever watches over a deployment, and need not know its domains: every host answers.
    Monitors,
    /// Browsers and robots that fetch a file of a known name.
    Fetchers,
}

/// The body an endpoint takes: its media types and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    NoBody,
    Json,
    /// JSON for many links at once.
    BulkJson,
    /// A form that a browser sends. One of another media type has no fields.
    Form,
    /// A list of links: JSON Lines or CSV.
    Import,
}

impl BodyKind {
    /// How many bytes of body are read, if any.
    pub(crate) fn limit(self) -> Option<usize> {
        match self {
            Self::NoBody => None,
            Self::Json => Some(BODY_LIMIT),
            Self::BulkJson | Self::Import => Some(BULK_LIMIT),
            Self::Form => Some(FORM_LIMIT),
        }
    }

    /// Refuses a body that says it is of another kind.
    pub(crate) fn check_media_type(self, client: &impl ClientInfo) -> Result<(), Problem> {
        match self {
            Self::NoBody | Self::Form => Ok(()),
            Self::Json | Self::BulkJson if is_json(client) => Ok(()),
            Self::Json | Self::BulkJson => Err(Problem::unsupported_media_type()),
            Self::Import => ImportFormat::from_content_type(client).map(drop),
        }
    }
}

/// Whether a body says that it is JSON, or a merge patch, which is JSON.
fn is_json(client: &impl ClientInfo) -> bool {
    const JSON: [&[u8]; 2] = [b"application/json", b"application/merge-patch+json"];
    let media_type = client.header(&CONTENT_TYPE);
    let essence = media_type.as_deref().unwrap_or_default().split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    JSON.iter().any(|known| essence.eq_ignore_ascii_case(known))
}
