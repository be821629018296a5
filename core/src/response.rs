//! Responses, and the headers each kind of answer carries.

use std::fmt;

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LINK, LOCATION, REFERRER_POLICY, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::error::{Advice, FieldError, Problem, RETRY_AFTER_SECONDS};
use crate::json::{self, Members};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// JSON and plain text are never rendered as a page.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What goes back to the client. A header name may stand several times; adapters keep each.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, empty for HEAD.
    pub body: Vec<u8>,
    /// Whether a part of what was asked for may still be done by asking again.
    pub(crate) is_unfinished: bool,
}

impl Response {
    fn bare(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new(), is_unfinished: false }
    }

    /// Sends a visitor on. It carries no header that a redirect does not need.
    pub(crate) fn redirect(status: StatusCode, location: HeaderValue, cache_control: HeaderValue) -> Self {
        let mut response = Self::bare(status);
        response.headers.reserve(4);
        response.headers.insert(LOCATION, location);
        response.headers.insert(CACHE_CONTROL, cache_control);
        response.headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
        response
    }

    /// An object whose members `write` says.
    pub(crate) fn json(status: StatusCode, write: impl FnOnce(&mut Members)) -> Self {
        Self::json_bytes(status, json::object(write).into_bytes())
    }

    pub(crate) fn text(body: &'static str) -> Self {
        Self::content(StatusCode::OK, "text/plain; charset=utf-8", body.into())
    }

    /// The same, if nothing `failed` for a reason that passes.
    pub(crate) fn unless_unfinished<'a>(self, mut failed: impl Iterator<Item = &'a Problem>) -> Self {
        Self { is_unfinished: failed.any(Problem::is_passing), ..self }
    }

    /// JSON written beforehand.
    pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Self {
        Self::content(status, "application/json", body)
    }

    /// A list of links as a file.
    pub(crate) fn file(media_type: &'static str, body: Vec<u8>) -> Self {
        Self::content(StatusCode::OK, media_type, body)
    }

    /// A page; `policy` names the one style sheet it holds.
    pub(crate) fn html(status: StatusCode, body: String, policy: HeaderValue) -> Self {
        let mut response = Self::content(status, "text/html; charset=utf-8", body.into_bytes());
        response.headers.insert(CONTENT_SECURITY_POLICY, policy);
        response.headers.insert(VARY, HeaderValue::from_static("Accept"));
        response
    }

    fn content(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Self {
        let mut response = Self::empty(status);
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        response.body = body;
        response
    }

    /// Says all with its status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Self::bare(status);
        let headers = &mut response.headers;
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_SECURITY_POLICY, NOTHING_RUNS);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }

    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.headers.insert(ALLOW, HeaderValue::from_static(methods));
        self
    }

    pub(crate) fn etag(self, version: u64) -> Result<Self, Problem> {
        self.with(ETAG, format!("\"{version}\""))
    }

    pub(crate) fn location(self, address: &str) -> Result<Self, Problem> {
        self.with(LOCATION, address)
    }

    /// Adds one of possibly several `Link` headers.
    pub(crate) fn link(self, address: &str, relation: &'static str) -> Result<Self, Problem> {
        self.with(LINK, format!("<{address}>; rel=\"{relation}\""))
    }

    /// Names the request this answers, as the log does.
    pub(crate) fn identify(&mut self, request_id: &str) {
        if let Ok(value) = HeaderValue::from_str(request_id) {
            self.headers.insert(X_REQUEST_ID, value);
        }
    }

    fn with(mut self, name: HeaderName, value: impl fmt::Display) -> Result<Self, Problem> {
        let value = HeaderValue::from_str(&value.to_string()).map_err(Problem::internal)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// The problem as RFC 9457 JSON.
    pub(crate) fn problem(problem: &Problem, request_id: &str) -> Self {
        let body = json::object(|json| write_problem(problem, request_id, json));
        Self::content(problem.code.meaning().status, "application/problem+json", body.into_bytes()).advise(problem.advice)
    }

    /// Adds the header a problem brings along.
    pub(crate) fn advise(mut self, advice: Advice) -> Self {
        let (name, value) = match advice {
            Advice::None => return self,
            Advice::RetryAfter => (RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS)),
            Advice::Allow(methods) => (ALLOW, HeaderValue::from_static(methods)),
            Advice::Authenticate(challenge) => (WWW_AUTHENTICATE, HeaderValue::from_static(challenge)),
        };
        self.headers.insert(name, value);
        self
    }
}

/// A problem on the wire, as an answer or within one.
pub(crate) fn write_problem(problem: &Problem, request_id: &str, json: &mut Members) {
    let meaning = problem.code.meaning();
    json.text("type", &format!("/problems/{}", meaning.name));
    json.text("title", meaning.title);
    json.number("status", meaning.status.as_u16().into());
    json.text("code", meaning.name);
    json.text("detail", &problem.detail);
    json.text("request_id", request_id);
    json.list("errors", |errors| problem.errors.iter().for_each(|error| errors.object(|json| write_field_error(error, json))));
}

fn write_field_error(error: &FieldError, json: &mut Members) {
    json.text("field", &error.field);
    json.text("code", error.refusal.code.name());
    json.text("detail", &error.refusal.detail);
}
