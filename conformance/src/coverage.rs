//! Coverage: which documented responses the suite has seen on this edge, and whether each was as documented.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hop_core::endpoints::{ENDPOINTS, Route};

use crate::client::Response;
use crate::edges::Edge;
use crate::openapi;

/// A path, a method, a status, and whether any endpoint can give this response: unknown host, invalid setting.
type Row = (&'static str, String, u16, bool);

static SEEN: Mutex<BTreeSet<Row>> = Mutex::new(BTreeSet::new());

/// Records a response of hop. Responses without a request id come from the edge.
///
/// # Panics
/// When the response is not as `docs/openapi.json` describes it.
pub fn record(target: &str, method: &str, response: &Response) {
    if response.header("x-request-id").is_none() {
        return;
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let pattern = Route::find(path).pattern();
    if let Err(wrong) = openapi::check(pattern, method, response) {
        panic!("{wrong}");
    }
    let text = response.text();
    let is_general = ["\"code\":\"unknown_host\"", "\"code\":\"not_configured\""].iter().any(|code| text.contains(code));
    let row = (pattern, method.to_owned(), response.status, is_general);
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(row);
}

/// The responses of every endpoint: to OPTIONS, an unsupported method, an unknown host, and with an invalid setting.
fn of_every_endpoint(pattern: &'static str) -> Vec<Row> {
    let mut rows = vec![(pattern, "OPTIONS".into(), 204, false), (pattern, "PUT".into(), 405, false)];
    let method = ENDPOINTS.iter().find(|row| row.pattern == pattern).map_or("GET", |row| row.method);
    if pattern != "/health" {
        rows.push((pattern, method.into(), 503, true));
    }
    if !matches!(pattern, "/health" | "/ready") {
        rows.push((pattern, method.into(), 404, true));
    }
    rows
}

/// A response that no case can produce: static assets are not in the store, which cases can remove, and Compute has no
/// rate limiter of its own for unknown aliases.
fn cannot_be_tested((pattern, method, status, _): &Row) -> bool {
    let is_flood = matches!((*pattern, method.as_str(), *status), ("/{alias}" | "/{alias}+", "GET", 429));
    (needs_assets(pattern) && *status == 503) || is_flood && Edge::chosen() == Edge::Viceroy
}

/// Whether the endpoint answers with a static asset, so that a 503 is not about the store.
pub(crate) fn needs_assets(pattern: &str) -> bool {
    matches!(pattern, "/openapi.json" | "/app/" | "/app/assets/{file}")
}

/// All documented responses.
fn documented() -> BTreeSet<Row> {
    let of_endpoints =
        ENDPOINTS.iter().flat_map(|row| row.all_statuses().into_iter().map(|status| (row.pattern, row.method.to_owned(), status, false)));
    of_endpoints.chain(ENDPOINTS.iter().flat_map(|row| of_every_endpoint(row.pattern))).collect()
}

/// Whether a response is documented for its endpoint or for all endpoints.
fn is_documented((pattern, method, status, is_general): &Row) -> bool {
    let method = if method == "HEAD" { "GET" } else { method };
    let is_of_endpoint = documented().contains(&(*pattern, method.to_owned(), *status, false));
    is_of_endpoint
        || (*is_general && matches!(status, 404 | 503))
        || (*status == 204 && method == "OPTIONS")
        || *status == 405
        || *pattern == "unknown"
}

/// Compares the documented responses with those seen.
///
/// # Errors
/// With the documented responses that no case saw, and those seen that are not documented.
pub fn complete() -> Result<(), String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let missing: Vec<Row> = documented().into_iter().filter(|row| !seen.contains(row) && !cannot_be_tested(row)).collect();
    let undocumented: Vec<Row> = seen.iter().filter(|row| !is_documented(row)).cloned().collect();
    if missing.is_empty() && undocumented.is_empty() {
        return Ok(());
    }
    let list = |rows: Vec<Row>| {
        let rows: Vec<String> = rows.iter().map(|(pattern, method, status, _)| format!("{method} {pattern} {status}")).collect();
        rows.join(", ")
    };
    Err(format!("no case saw: {}; not documented: {}", list(missing), list(undocumented)))
}
