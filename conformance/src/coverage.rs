//! Which of the answers that hop documents were seen on this edge, and whether each was as documented.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hop_core::endpoints::{ENDPOINTS, Route};

use crate::client::Answer;
use crate::openapi;

/// A route, a method, a status, and whether the answer is one that any route gives: an unknown host, a deployment that is not set up.
type Row = (&'static str, String, u16, bool);

static SEEN: Mutex<BTreeSet<Row>> = Mutex::new(BTreeSet::new());

/// Notes an answer, if it is hop's: whatever hop answers carries a request id.
///
/// # Panics
/// When the answer is not as `docs/openapi.json` describes it.
pub fn seen(target: &str, method: &str, answer: &Answer) {
    if answer.header("x-request-id").is_none() {
        return;
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let pattern = Route::find(path).pattern();
    if let Err(wrong) = openapi::check(pattern, method, answer) {
        panic!("{wrong}");
    }
    let text = answer.text();
    let of_any_route = ["\"code\":\"unknown_host\"", "\"code\":\"not_configured\""].iter().any(|code| text.contains(code));
    let row = (pattern, method.to_owned(), answer.status, of_any_route);
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(row);
}

/// What any route answers beside what is documented for it: OPTIONS, a method it lacks, an unknown host, a bad setting.
fn of_any_route(pattern: &'static str) -> Vec<Row> {
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

/// What only a broken deployment answers: the description of the API is no part of the store, which cases can take away.
fn is_out_of_reach((pattern, _, status, _): &Row) -> bool {
    (*pattern, *status) == ("/openapi.json", 503)
}

/// Every documented answer.
fn documented() -> BTreeSet<Row> {
    let of_a_route =
        ENDPOINTS.iter().flat_map(|row| row.statuses.iter().map(|status| (row.pattern, row.method.to_owned(), *status, false)));
    of_a_route.chain(ENDPOINTS.iter().flat_map(|row| of_any_route(row.pattern))).collect()
}

/// Whether hop documents an answer it gave: for its route, or for any.
fn is_documented((pattern, method, status, of_any_route): &Row) -> bool {
    let method = if method == "HEAD" { "GET" } else { method };
    let of_the_route = documented().contains(&(*pattern, method.to_owned(), *status, false));
    of_the_route
        || (*of_any_route && matches!(status, 404 | 503))
        || (*status == 204 && method == "OPTIONS")
        || *status == 405
        || *pattern == "unknown"
}

/// Fails with every documented answer that no case has seen, and with every answer seen that is not documented.
///
/// # Errors
/// When there are some.
pub fn complete() -> Result<(), String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let missing: Vec<Row> = documented().into_iter().filter(|row| !seen.contains(row) && !is_out_of_reach(row)).collect();
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
