//! A client of hop: sends requests to `App::handle` as an adapter would, and reads the responses.

use std::borrow::Cow;
use std::net::IpAddr;

use hop_core::memory::MemoryEdge;
use hop_core::ports::ClientInfo;
use hop_core::{App, BackgroundWork, Body, Head, Request, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::Value;

pub(crate) const ADMIN_KEY: &str = "a-key-that-only-these-tests-know";

pub(crate) const PEPPER: &str = "a-pepper-that-only-these-tests-know";

/// The user agent of a person, sent unless a test sets another one.
const PERSON: &[u8] = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// hop on one isolate: its own memo, over an edge that isolates may share.
pub(crate) struct Isolate<'a> {
    pub(crate) app: App,
    pub(crate) edge: &'a MemoryEdge,
}

/// The settings of most tests.
const SETTINGS: [(&str, &str); 3] =
    [("HOP_DOMAINS", "https://hop.example http://b.example:8080"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER)];

impl<'a> Isolate<'a> {
    /// hop without two rate limits: most tests create many links, send many invalid credentials, or look at each step
    /// of the store.
    pub(crate) fn new(edge: &'a MemoryEdge) -> Self {
        Self::set_up(edge, &[&SETTINGS[..], &[("HOP_RATE_LIMITS", "create=off credentials=off")]].concat())
    }

    /// hop with every rate limit.
    pub(crate) fn limited(edge: &'a MemoryEdge) -> Self {
        Self::set_up(edge, &SETTINGS)
    }

    pub(crate) fn set_up(edge: &'a MemoryEdge, settings: &[(&str, &str)]) -> Self {
        let read = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Self { app: App::new(read, read), edge }
    }

    /// Sends a request and returns the background work to the caller.
    pub(crate) async fn handle(&self, ask: Ask) -> (Answer, BackgroundWork) {
        let head = Head::new(&ask.method, &ask.url);
        let request = Request { head, client: &ask.visitor, body: ask.body };
        let (response, after) = self.app.handle(self.edge, request).await;
        (Answer::of(response), after)
    }

    /// Sends a request and does the background work. Fails if both together exceed the operation budget.
    pub(crate) async fn ask(&self, ask: Ask) -> Answer {
        self.edge.take_operations();
        let answer = self.ask_beside_others(ask).await;
        let operations = self.edge.take_operations();
        assert!(operations <= self.edge.operations(), "{operations} store operations exceed {}", self.edge.operations());
        answer
    }
}

impl Isolate<'_> {
    /// Sends a request and does the background work, without counting operations: concurrent requests share the count.
    pub(crate) async fn ask_beside_others(&self, ask: Ask) -> Answer {
        let (answer, after) = self.handle(ask).await;
        self.app.finish(self.edge, after).await;
        answer
    }
}

/// Client information of a request: headers, IP address and country.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    headers: Vec<(HeaderName, Vec<u8>)>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) country: Option<&'static str>,
}

impl Visitor {
    pub(crate) fn with(mut self, name: HeaderName, value: Vec<u8>) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn without(mut self, name: &HeaderName) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }
}

impl ClientInfo for Visitor {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let sent = self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice());
        let of_a_browser = match name.as_str() {
            "user-agent" => Some(PERSON),
            "sec-fetch-mode" => Some(&b"navigate"[..]),
            _ => None,
        };
        sent.or(of_a_browser).map(Cow::Borrowed)
    }

    fn address(&self) -> Option<IpAddr> {
        self.address
    }

    fn country(&self) -> Option<String> {
        self.country.map(str::to_owned)
    }
}

/// A request to send.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) visitor: Visitor,
    pub(crate) body: Body,
}

impl Ask {
    pub(crate) fn to(method: Method, url: String) -> Self {
        Self { method, url, visitor: Visitor::default(), body: Body::Whole(Vec::new()) }
    }

    /// Follows a link, without a key.
    pub(crate) fn visit(alias: &str) -> Self {
        Self::to(Method::GET, format!("http://hop.example/{alias}"))
    }

    fn signed(method: Method, path: &str) -> Self {
        Self::to(method, format!("http://hop.example{path}")).header(AUTHORIZATION, &format!("Bearer {ADMIN_KEY}"))
    }

    /// Posts JSON to a path of the API.
    pub(crate) fn post(path: &str, json: &Value) -> Self {
        Self::send_json(Method::POST, path, json)
    }

    fn send_json(method: Method, path: &str, json: &Value) -> Self {
        let body = Body::Whole(json.to_string().into_bytes());
        Self { body, ..Self::signed(method, path).header(CONTENT_TYPE, "application/json") }
    }

    /// Changes a link at any version.
    pub(crate) fn change(alias: &str, patch: &Value) -> Self {
        Self::send_json(Method::PATCH, &format!("/api/v1/links/{alias}"), patch)
    }

    /// Changes a link if it has the version named in `If-Match`.
    pub(crate) fn change_if(alias: &str, seen: &str, patch: &Value) -> Self {
        Self::change(alias, patch).header(IF_MATCH, seen)
    }

    pub(crate) fn create(json: &Value) -> Self {
        Self::post("/api/v1/links", json)
    }

    pub(crate) fn batch(items: &[Value]) -> Self {
        Self::post("/api/v1/batch", &serde_json::json!({ "items": items }))
    }

    /// Imports links from JSON Lines or CSV.
    pub(crate) fn import(query: &str, media_type: &str, text: impl Into<Vec<u8>>) -> Self {
        let body = Body::Whole(text.into());
        Self { body, ..Self::signed(Method::POST, &format!("/api/v1/import{query}")).header(CONTENT_TYPE, media_type) }
    }

    /// Sends log lines of clicks.
    pub(crate) fn ingest(lines: String) -> Self {
        let body = Body::Whole(lines.into_bytes());
        Self { body, ..Self::signed(Method::POST, "/api/v1/ingest").header(CONTENT_TYPE, "application/x-ndjson") }
    }

    /// The same request with this idempotency key.
    pub(crate) fn once(self, key: &str) -> Self {
        self.header(HeaderName::from_static("idempotency-key"), key)
    }

    pub(crate) fn shorten(url: &str) -> Self {
        Self::post("/shorten", &serde_json::json!({ "url": url }))
    }

    pub(crate) fn show(alias: &str) -> Self {
        Self::signed(Method::GET, &format!("/api/v1/links/{alias}"))
    }

    pub(crate) fn list(path: &str) -> Self {
        Self::signed(Method::GET, path)
    }

    /// Deletes what a path of the API names.
    pub(crate) fn remove(path: &str) -> Self {
        Self::signed(Method::DELETE, path)
    }

    /// Changes what a path of the API names.
    pub(crate) fn patch(path: &str, patch: &Value) -> Self {
        Self::send_json(Method::PATCH, path, patch)
    }

    pub(crate) fn delete(alias: &str) -> Self {
        Self::signed(Method::DELETE, &format!("/api/v1/links/{alias}"))
    }

    pub(crate) fn restore(alias: &str) -> Self {
        Self::signed(Method::POST, &format!("/api/v1/links/{alias}/restore"))
    }

    /// The same request to another host.
    pub(crate) fn at(self, host: &str) -> Self {
        Self { url: self.url.replacen("hop.example", host, 1), ..self }
    }

    pub(crate) fn header(self, name: HeaderName, value: &str) -> Self {
        Self { visitor: self.visitor.with(name, value.into()), ..self }
    }

    /// The same request with another token in place of the admin key.
    pub(crate) fn showing(mut self, token: impl Into<Vec<u8>>) -> Self {
        self.visitor.headers.retain(|(name, _)| *name != AUTHORIZATION);
        let value = [b"Bearer ".as_slice(), &token.into()].concat();
        Self { visitor: self.visitor.with(AUTHORIZATION, value), ..self }
    }

    /// The same request from this IP address and country.
    pub(crate) fn from(mut self, address: &str, country: &'static str) -> Self {
        (self.visitor.address, self.visitor.country) = (address.parse().ok(), Some(country));
        self
    }

    /// A copy of the request.
    pub(crate) fn again(&self) -> Self {
        let body = match &self.body {
            Body::Whole(bytes) => Body::Whole(bytes.clone()),
            Body::TooLarge => Body::TooLarge,
            Body::Broken => Body::Broken,
        };
        Self { method: self.method.clone(), url: self.url.clone(), visitor: self.visitor.clone(), body }
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads a response. Fails if a header other than `Link` and `Set-Cookie` is repeated.
    pub(crate) fn of(response: Response) -> Self {
        let headers: HeaderMap = response.headers.into_iter().collect();
        for name in headers.keys().filter(|name| *name != "link" && *name != "set-cookie") {
            assert_eq!(headers.get_all(name).iter().count(), 1, "{name} is repeated: {headers:?}");
        }
        Self { status: response.status, headers, body: response.body }
    }

    pub(crate) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A header's text; empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether headers or body contain `text`.
    pub(crate) fn tells(&self, text: &str) -> bool {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        has(&self.body) || self.headers.iter().any(|(name, value)| has(name.as_str().as_bytes()) || has(value.as_bytes()))
    }

    /// The code of the problem; empty if there is none.
    pub(crate) fn problem(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}
