//! Requests of the example, each with the time at which hop is to see it.
use serde_json::{Map, Value, json};

use super::visits::Visit;

pub(super) struct Request {
    pub(super) at: u64,
    pub(super) method: &'static str,
    /// The domain; the default one if there is none.
    pub(super) domain: Option<&'static str>,
    /// What follows the domain, without the first `/`.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<String>,
    /// Where the client is, as the Workers runtime says it.
    client: Value,
}

/// What hop answered.
pub(super) struct Response {
    pub(super) status: u64,
    pub(super) body: String,
}

impl Request {
    /// A request of the API with a JSON body.
    pub(super) fn api(at: u64, method: &'static str, path: &str, key: &str, body: &Value) -> Self {
        Self::with_body(at, method, path, key, "application/json", body.to_string())
    }

    /// A request of the API without a key.
    pub(super) fn public(at: u64, path: &str, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { at, method: "POST", domain: None, path: path.to_owned(), headers, body: Some(body.to_string()), client: json!({}) }
    }

    /// An import of these lines.
    pub(super) fn import(at: u64, key: &str, lines: &[String]) -> Self {
        Self::with_body(at, "POST", "api/v1/import", key, "application/x-ndjson", lines.join("\n"))
    }

    fn with_body(at: u64, method: &'static str, path: &str, key: &str, media: &str, body: String) -> Self {
        let headers = vec![("authorization", format!("Bearer {key}")), ("content-type", media.to_owned())];
        Self { at, method, domain: None, path: path.to_owned(), headers, body: Some(body), client: json!({}) }
    }

    pub(super) fn visit(visit: Visit) -> Self {
        let Visit { at, domain, path, visitor, referrer } = visit;
        let place = visitor.place;
        let mut headers = vec![("user-agent", visitor.agent.text.to_owned()), ("cf-connecting-ip", visitor.address)];
        if visitor.is_person {
            headers.push(("accept-language", place.languages.to_owned()));
            headers.push(("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned()));
            let site = if referrer.is_some() { "cross-site" } else { "none" };
            for (name, value) in [("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate"), ("sec-fetch-site", site)] {
                headers.push((name, value.to_owned()));
            }
        }
        headers.extend(referrer.map(|referrer| ("referer", referrer.to_owned())));
        let client = json!({"country": place.country, "region": place.region, "city": place.city});
        Self { at, method: "GET", domain, path, headers, body: None, client }
    }

    pub(super) fn is_visit(&self) -> bool {
        self.body.is_none()
    }

    pub(super) fn creates_link(&self) -> bool {
        self.method == "POST" && self.path == "api/v1/links"
    }

    pub(super) fn deletes_link(&self) -> bool {
        self.method == "DELETE"
    }

    /// As `replay.js` reads it. `origin` is that of the default domain.
    pub(super) fn to_json(&self, origin: &str) -> Value {
        let origin = self.domain.map_or_else(|| origin.to_owned(), |domain| format!("https://{domain}"));
        let headers: Map<String, Value> = self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        let url = format!("{origin}/{}", self.path);
        json!({"at": self.at, "method": self.method, "url": url, "headers": headers, "body": self.body, "cf": self.client})
    }
}
