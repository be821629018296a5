//! The log: one line of JSON for each failure, with its cause. Secrets never go there.

use serde::Serialize;

use crate::message::problem::Problem;
use crate::store::Key;
use crate::store::ports::{Edge, StoreError};

/// Logs what a problem was caused by, if it says.
pub(crate) fn log_cause(edge: &impl Edge, problem: &Problem, request_id: &str) {
    if let Some(cause) = &problem.cause {
        log(edge, LogLine { request_id: Some(request_id), code: Some(problem.code.name()), ..LogLine::error(cause) });
    }
}

/// Logs what an answer does without, or work after it that failed.
pub(crate) fn log_lost(edge: &impl Edge, request_id: &str, what: &str, error: &StoreError) {
    log(edge, LogLine { request_id: Some(request_id), event: Some(what), ..LogLine::error(&error.to_string()) });
}

/// Logs that something failed which an edge does of itself and no request asked for.
pub fn log_failure(edge: &impl Edge, event: &str, error: &StoreError) {
    log(edge, LogLine { event: Some(event), ..LogLine::error(&error.to_string()) });
}

/// Logs that the record `key` leads to was left out of an answer.
pub(crate) fn log_skipped(edge: &impl Edge, key: &Key, error: &StoreError) {
    let event = Some("a record was left out");
    log(edge, LogLine { event, key: Some(key.as_str()), ..LogLine::error(&error.to_string()) });
}

/// One line of the log, as JSON. What a line has nothing to say of is left out.
#[derive(Serialize)]
struct LogLine<'a> {
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    /// Of the problem that the request was answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Of a record.
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
    // A struct of texts does not fail to serialize.
    edge.log(&serde_json::to_string(&line).unwrap_or_default());
}
