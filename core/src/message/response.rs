//! Responses, with the headers that each kind of response has.

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LINK, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::message::problem::{Problem, ProblemHeader, RETRY_AFTER_SECONDS};
use crate::message::wire::ProblemJson;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Headers of rate limits: draft-ietf-httpapi-ratelimit-headers-10, lists of structured fields (RFC 9651).
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// HSTS for a year, without `includeSubDomains`: hop does not control the subdomains.
const A_YEAR: &str = "max-age=31536000";

/// `Cache-Control` of a redirect that no browser or proxy may cache.
pub(crate) const NO_CACHE: HeaderValue = HeaderValue::from_static("private, no-store");

/// `Cache-Control` of public responses that may be a little old.
pub(crate) const FIVE_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");
pub(crate) const ONE_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// `Cache-Control` of a file that never changes: its name has a hash of its contents.
pub(crate) const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// `Referrer-Policy` of a redirect: the target learns only the origin of the page with the link.
const REFERRER_ORIGIN: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");

/// Content security policy of JSON and plain text, which are never rendered as a page.
const NO_CONTENT_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Content security policy of the dashboard: scripts, styles and requests of its own origin only, and none inline.
/// `data:` and `blob:` are for pictures alone, such as QR codes. Trusted Types forbid text as markup, and no script may make an exception.
const DASHBOARD_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'none'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Content security policy of pictures. It also blocks scripts in an SVG.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// A response to the client. A header may appear several times, and adapters must keep each.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body, empty for HEAD.
    pub body: Vec<u8>,
    /// The progress of unfinished work. The same request with the same `Idempotency-Key` continues from it.
    pub(crate) progress: Option<String>,
}

/// A body as the client accepts it.
pub(crate) struct EncodedBody {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is gzipped.
    pub(crate) is_gzip: bool,
}

impl Response {
    fn bare(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), progress: None }
    }

    /// A redirect, with only the headers that it needs.
    pub(crate) fn redirect(status: StatusCode, location: HeaderValue, cache_control: HeaderValue) -> Self {
        let mut headers = Vec::with_capacity(4);
        headers.extend([(LOCATION, location), (CACHE_CONTROL, cache_control), (REFERRER_POLICY, REFERRER_ORIGIN)]);
        Self { headers, ..Self::bare(status) }
    }

    /// A wire type as JSON. The keys of wire types are field names, so serialization does not fail.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(Problem::internal)?;
        Ok(Self::json_bytes(status, body))
    }

    pub(crate) fn text(body: String) -> Self {
        Self::content(StatusCode::OK, "text/plain; charset=utf-8", body.into_bytes())
    }

    /// Plain text with its own `Cache-Control`.
    pub(crate) fn cached_text(body: String, cache_control: HeaderValue) -> Self {
        Self::text(body).cached(cache_control)
    }

    /// Replaces `Cache-Control`.
    fn cached(mut self, cache_control: HeaderValue) -> Self {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| *name == CACHE_CONTROL) {
            *value = cache_control.clone();
        }
        self
    }

    /// The page of the dashboard.
    pub(crate) fn dashboard(page: EncodedBody) -> Self {
        let mut response = Self::guarded(StatusCode::OK, DASHBOARD_POLICY, "no-referrer");
        response.add(CONTENT_TYPE, "text/html; charset=utf-8");
        response.add(CROSS_ORIGIN_OPENER_POLICY, "same-origin");
        response.add(PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), clipboard-write=(self)");
        response.add(X_ROBOTS_TAG, "noindex");
        response.encoded(page)
    }

    /// A static asset, which browsers may keep for ever.
    pub(crate) fn asset(media_type: &'static str, file: EncodedBody) -> Self {
        Self::file(media_type, Vec::new()).cached(IMMUTABLE).encoded(file)
    }

    fn encoded(mut self, body: EncodedBody) -> Self {
        self.add(VARY, "Accept-Encoding");
        if body.is_gzip {
            self.add(CONTENT_ENCODING, "gzip");
        }
        Self { body: body.bytes, ..self }
    }

    /// Marks the work as unfinished: a repeated request continues from `progress`.
    pub(crate) fn unfinished(self, progress: String) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Adds `Retry-After: 0`: the client should repeat the request at once to continue.
    pub(crate) fn retry_at_once(mut self) -> Self {
        self.add(RETRY_AFTER, "0");
        self
    }

    /// JSON that is serialized already.
    pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Self {
        Self::content(status, "application/json", body)
    }

    /// A file of another media type: an export, metrics or a style sheet.
    pub(crate) fn file(media_type: &'static str, body: Vec<u8>) -> Self {
        Self::content(StatusCode::OK, media_type, body)
    }

    /// A picture. `disposition` has its file name.
    pub(crate) fn picture(media_type: &'static str, body: Vec<u8>, disposition: &str) -> Result<Self, Problem> {
        let mut response = Self::guarded(StatusCode::OK, PICTURE_POLICY, "no-referrer");
        response.add(CONTENT_TYPE, media_type);
        Self { body, ..response }.with(CONTENT_DISPOSITION, disposition)
    }

    /// An HTML page. `policy` allows its style sheet, and `referrer` is its `Referrer-Policy`.
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

    /// A response without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::guarded(status, NO_CONTENT_POLICY, "no-referrer")
    }

    /// A response with the security headers: not cached, not sniffed, not embedded. `policy` is its content security
    /// policy.
    fn guarded(status: StatusCode, policy: HeaderValue, referrer: &'static str) -> Self {
        let mut response = Self { headers: Vec::with_capacity(10), ..Self::bare(status) };
        response.headers.push((CONTENT_SECURITY_POLICY, policy));
        response.add(CACHE_CONTROL, "no-store");
        response.add(REFERRER_POLICY, referrer);
        response.add(X_CONTENT_TYPE_OPTIONS, "nosniff");
        response.add(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
        response
    }

    /// Adds HSTS: browsers use only HTTPS for this host from now on.
    pub(crate) fn add_hsts(&mut self) {
        self.add(STRICT_TRANSPORT_SECURITY, A_YEAR);
    }

    pub(crate) fn add(&mut self, name: HeaderName, value: &'static str) {
        self.headers.push((name, HeaderValue::from_static(value)));
    }

    /// The first value of a header, as text.
    pub(crate) fn header(&self, header: &HeaderName) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == header)?;
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

    /// Adds `X-Request-Id`, the identifier of the request in the log.
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

    /// A problem as JSON (RFC 9457).
    pub(crate) fn problem(problem: &Problem, request_id: &str) -> Self {
        // Serialization of a wire type does not fail.
        let body = serde_json::to_vec(&ProblemJson::new(problem, request_id)).unwrap_or_default();
        Self::content(problem.code.info().status, "application/problem+json", body).advise(&problem.advice)
    }

    /// Adds the headers of a problem.
    pub(crate) fn advise(mut self, advice: &ProblemHeader) -> Self {
        let (name, value) = match advice {
            ProblemHeader::None => return self,
            ProblemHeader::RetryAfter => (RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()),
            ProblemHeader::RetryIn(seconds) => (RETRY_AFTER, seconds.to_string()),
            ProblemHeader::UsedUp(used_up) => {
                self.push(RATE_LIMIT_POLICY, used_up.policy_header());
                self.push(RATE_LIMIT, used_up.header());
                (RETRY_AFTER, used_up.seconds_left.to_string())
            }
            ProblemHeader::Allow(methods) => (ALLOW, methods.clone()),
            ProblemHeader::Authenticate(challenge) => (WWW_AUTHENTICATE, (*challenge).to_owned()),
        };
        self.push(name, value);
        self
    }

    /// Adds a header whose value is made of characters that a header may have.
    fn push(&mut self, name: HeaderName, value: String) {
        self.headers.extend(HeaderValue::try_from(value).map(|value| (name, value)));
    }
}
