//! Which of the answers that hop documents were seen on this edge.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hop_core::route::{DOCUMENTED, Route};

static SEEN: Mutex<BTreeSet<(&'static str, String, u16)>> = Mutex::new(BTreeSet::new());

/// Notes an answer.
pub fn seen(target: &str, method: &str, status: u16) {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let pattern = Route::of(path).pattern();
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert((pattern, method.to_owned(), status));
}

/// What any route answers beside what is documented for it: a method it lacks, OPTIONS, an unknown host.
fn of_any_route(pattern: &'static str) -> Vec<(&'static str, String, u16)> {
    let mut rows = vec![(pattern, "OPTIONS".into(), 204), (pattern, "PATCH".into(), 405)];
    if !matches!(pattern, "/health" | "/ready") {
        let method = DOCUMENTED.iter().find(|row| row.pattern == pattern).map_or("GET", |row| row.method);
        rows.push((pattern, method.into(), 404));
        rows.push((pattern, method.into(), 503));
    }
    rows
}

/// Fails with every documented answer that no case has seen.
///
/// # Errors
/// When there are some.
pub fn complete() -> Result<(), String> {
    let documented = DOCUMENTED.iter().flat_map(|row| row.statuses.iter().map(|status| (row.pattern, row.method.to_owned(), *status)));
    let of_any_route = DOCUMENTED.iter().flat_map(|row| of_any_route(row.pattern));
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let missing: BTreeSet<_> = documented.chain(of_any_route).filter(|row| !seen.contains(row)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = missing.iter().map(|(pattern, method, status)| format!("{method} {pattern} {status}")).collect();
    Err(format!("no case saw: {}", rows.join(", ")))
}
