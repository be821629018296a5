//! The log: one line of JSON for each failure, with its cause. Secrets are never logged.

use serde::Serialize;

use crate::message::problem::Problem;
use crate::store::Key;
use crate::store::ports::{Edge, StoreError};

/// Logs the cause of a problem, if it has one.
pub(crate) fn log_cause(edge: &impl Edge, problem: &Problem, request_id: &str) {
    if let Some(cause) = &problem.cause {
        log(edge, LogLine { request_id: Some(request_id), code: Some(problem.code.name()), ..LogLine::error(cause) });
    }
}

/// Logs a failure that does not change the status of the response: something left out of it, or a background task.
pub(crate) fn log_lost(edge: &impl Edge, request_id: &str, event: &str, error: &StoreError) {
    log(edge, LogLine { request_id: Some(request_id), event: Some(event), ..LogLine::error(&error.to_string()) });
}

/// Logs the failure of work that belongs to no request, such as a scheduled task of an adapter.
pub fn log_failure(edge: &impl Edge, event: &str, error: &StoreError) {
    log(edge, LogLine { event: Some(event), ..LogLine::error(&error.to_string()) });
}

/// Logs that a record was left out of a response because it cannot be read. `key` is its key or that of an index entry.
pub(crate) fn log_skipped(edge: &impl Edge, key: &Key, error: &StoreError) {
    let event = Some("a record was left out");
    log(edge, LogLine { event, key: Some(key.as_str()), ..LogLine::error(&error.to_string()) });
}

/// One line of the log, as JSON. Members without a value are left out.
#[derive(Serialize)]
struct LogLine<'a> {
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    /// The code of the problem in the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The key of a record or index entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    cause: &'a str,
}

impl<'a> LogLine<'a> {
    fn error(cause: &'a str) -> Self {
        Self { level: "error", request_id: None, event: None, code: None, key: None, cause }
    }
}

fn log(edge: &impl Edge, line: LogLine<'_>) {
    // A struct of strings always serializes.
    edge.log(&serde_json::to_string(&line).unwrap_or_default());
}
