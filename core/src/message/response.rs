//! Responses, and the headers each kind of answer carries.

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LINK, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::message::problem::{Problem, ProblemHeader, RETRY_AFTER_SECONDS};
use crate::message::wire::ProblemJson;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year, of this host alone: what else is below its domain is not hop's to promise.
const A_YEAR: &str = "max-age=31536000";

/// Of a redirect that nobody may repeat by heart.
pub(crate) const NO_CACHE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Of what is the same for everybody and may be a little old.
pub(crate) const FIVE_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");
pub(crate) const ONE_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Of a redirect: whose page it was is told to other sites by its origin alone.
const REFERRER_ORIGIN: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");

/// JSON and plain text are never rendered as a page.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Nor does anything in a picture, were one to slip something in.
const PICTURE_ALONE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// What goes back to the client. A header name may stand several times; adapters keep each.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers, of which there are few.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body, empty for HEAD.
    pub body: Vec<u8>,
    /// What the same request with the same `Idempotency-Key` goes on from, if this one did not do all that was asked for.
    pub(crate) progress: Option<String>,
}

impl Response {
    fn bare(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), progress: None }
    }

    /// Sends a visitor on. It carries no header that a redirect does not need.
    pub(crate) fn redirect(status: StatusCode, location: HeaderValue, cache_control: HeaderValue) -> Self {
        let mut headers = Vec::with_capacity(4);
        headers.extend([(LOCATION, location), (CACHE_CONTROL, cache_control), (REFERRER_POLICY, REFERRER_ORIGIN)]);
        Self { headers, ..Self::bare(status) }
    }

    /// A wire type as JSON. The keys of wire types are field names, so serializing one does not fail.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(Problem::internal)?;
        Ok(Self::json_bytes(status, body))
    }

    pub(crate) fn text(body: String) -> Self {
        Self::content(StatusCode::OK, "text/plain; charset=utf-8", body.into_bytes())
    }

    /// Text that anybody may keep for a while.
    pub(crate) fn cached_text(body: String, cache_control: HeaderValue) -> Self {
        let mut response = Self::text(body);
        for (_, value) in response.headers.iter_mut().filter(|(name, _)| *name == CACHE_CONTROL) {
            *value = cache_control.clone();
        }
        response
    }

    /// The same where not all was done: what is left goes on from `progress`.
    pub(crate) fn unfinished(self, progress: String) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Says that the same request can be sent again at once, to go on.
    pub(crate) fn retry_at_once(mut self) -> Self {
        self.add(RETRY_AFTER, "0");
        self
    }

    /// JSON written beforehand.
    pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Self {
        Self::content(status, "application/json", body)
    }

    /// A list of links or of numbers, in a format of its own.
    pub(crate) fn file(media_type: &'static str, body: Vec<u8>) -> Self {
        Self::content(StatusCode::OK, media_type, body)
    }

    /// A picture, and the name it is saved under.
    pub(crate) fn picture(media_type: &'static str, body: Vec<u8>, disposition: &str) -> Result<Self, Problem> {
        let mut response = Self::guarded(StatusCode::OK, PICTURE_ALONE, "no-referrer");
        response.add(CONTENT_TYPE, media_type);
        Self { body, ..response }.with(CONTENT_DISPOSITION, disposition)
    }

    /// A page; `policy` names the one style sheet it holds, `referrer` says what is told to whom it leads to.
    pub(crate) fn html(status: StatusCode, body: String, policy: HeaderValue, referrer: &'static str) -> Self {
        let mut response = Self::guarded(status, policy, referrer);
        response.add(CONTENT_TYPE, "text/html; charset=utf-8");
        response.add(VARY, "Accept");
        Self { body: body.into_bytes(), ..response }
    }

    fn content(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Self {
        let mut response = Self::empty(status);
        response.add(CONTENT_TYPE, media_type);
        Self { body, ..response }
    }

    /// Says all with its status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::guarded(status, NOTHING_RUNS, "no-referrer")
    }

    /// Not kept, and not taken for anything but what it is; `policy` says what may run.
    fn guarded(status: StatusCode, policy: HeaderValue, referrer: &'static str) -> Self {
        let mut response = Self { headers: Vec::with_capacity(10), ..Self::bare(status) };
        response.headers.push((CONTENT_SECURITY_POLICY, policy));
        response.add(CACHE_CONTROL, "no-store");
        response.add(REFERRER_POLICY, referrer);
        response.add(X_CONTENT_TYPE_OPTIONS, "nosniff");
        response.add(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
        response
    }

    /// Has browsers come back encrypted, whatever leads them here.
    pub(crate) fn only_encrypted(&mut self) {
        self.add(STRICT_TRANSPORT_SECURITY, A_YEAR);
    }

    pub(crate) fn add(&mut self, name: HeaderName, value: &'static str) {
        self.headers.push((name, HeaderValue::from_static(value)));
    }

    /// The text of a header, where it stands once.
    pub(crate) fn header(&self, wanted: &HeaderName) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == wanted)?;
        value.to_str().ok()
    }

    pub(crate) fn allow(self, methods: &str) -> Result<Self, Problem> {
        self.with(ALLOW, methods)
    }

    pub(crate) fn etag(self, version: u64) -> Result<Self, Problem> {
        self.with(ETAG, &["\"", &version.to_string(), "\""].concat())
    }

    pub(crate) fn location(self, address: &str) -> Result<Self, Problem> {
        self.with(LOCATION, address)
    }

    /// Adds one of possibly several `Link` headers.
    pub(crate) fn link(self, address: &str, relation: &'static str) -> Result<Self, Problem> {
        self.with(LINK, &["<", address, ">; rel=\"", relation, "\""].concat())
    }

    /// Names the request this answers, as the log does.
    pub(crate) fn identify(&mut self, request_id: &str) {
        if let Ok(value) = HeaderValue::from_str(request_id) {
            self.headers.push((X_REQUEST_ID, value));
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Result<Self, Problem> {
        let value = HeaderValue::from_str(value).map_err(Problem::internal)?;
        self.headers.push((name, value));
        Ok(self)
    }

    /// The problem as RFC 9457 JSON.
    pub(crate) fn problem(problem: &Problem, request_id: &str) -> Self {
        // As with every wire type, this does not fail.
        let body = serde_json::to_vec(&ProblemJson::new(problem, request_id)).unwrap_or_default();
        Self::content(problem.code.meaning().status, "application/problem+json", body).advise(&problem.advice)
    }

    /// Adds the header a problem brings along.
    pub(crate) fn advise(mut self, advice: &ProblemHeader) -> Self {
        let (name, value) = match advice {
            ProblemHeader::None => return self,
            ProblemHeader::RetryAfter => (RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()),
            ProblemHeader::RetryIn(seconds) => (RETRY_AFTER, seconds.to_string()),
            ProblemHeader::Allow(methods) => (ALLOW, methods.clone()),
            ProblemHeader::Authenticate(challenge) => (WWW_AUTHENTICATE, (*challenge).to_owned()),
        };
        self.headers.extend(HeaderValue::try_from(value).map(|value| (name, value)));
        self
    }
}
