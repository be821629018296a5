//! Ingesting log lines of clicks, which an edge with log endpoints wrote.

use http::{HeaderName, StatusCode};
use serde::Serialize;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::request::{BULK_LIMIT, Body};
use crate::message::response::Response;
use crate::model::digest;
use crate::model::field_error::FieldError;
use crate::stats::Ingested;
#[cfg(feature = "docs")]
use crate::stats::MAX_ERRORS;
use crate::store::ledger::click_line::LineKey;
use crate::store::ports::{ClientInfo, Edge};

const BATCH_ID: HeaderName = HeaderName::from_static("batch-id");

/// Longest id of a batch, in bytes.
pub(crate) const LONGEST_BATCH_ID: usize = 128;

/// What was done with the lines that the request has read.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Ingested"))]
struct IngestedJson<'a> {
    /// Number of valid lines. They are counted, by this request or by an earlier one with the same batch. 0 if the last
    /// part of a long batch was counted before.
    accepted: usize,
    /// Number of lines that are not counted.
    skipped: usize,
    /// The first lines that are not counted.
    #[cfg_attr(feature = "docs", schemars(length(max = MAX_ERRORS)))]
    errors: Vec<LineErrorJson<'a>>,
    /// Number of the first line that was not read, or `null` if all were: repeat the request.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    next: Option<usize>,
}

/// A line that is not counted.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct LineErrorJson<'a> {
    /// Number of the line in the body, from 1.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    line: usize,
    /// What is wrong.
    detail: &'a str,
}

/// `POST /api/v1/ingest`
pub(crate) async fn ingest<E: Edge>(
    context: &Context<'_, E>,
    _authorized: &Authorized,
    query: &str,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let bytes = body.bytes(BULK_LIMIT)?;
    if bytes.trim_ascii().is_empty() {
        return Err(Problem::malformed_json("The body has no log lines."));
    }
    let name = batch_name(client, bytes)?;
    let (key, old_key) = context.under_each_pepper(LineKey::new)?;
    let keys: Vec<LineKey> = [key].into_iter().chain(old_key).collect();
    let result = context.statistics().ingest(&name, bytes, &keys).await;
    context.fold_later();
    let Ingested { accepted, skipped, errors, next } = result.map_err(Problem::from_statistics)?;
    let errors = errors.iter().map(|(line, detail)| LineErrorJson { line: *line, detail }).collect();
    let response = Response::json(StatusCode::OK, &IngestedJson { accepted, skipped, errors, next })?;
    Ok(if next.is_some() { response.retry_at_once() } else { response })
}

/// The name of the batch: by the header `Batch-Id`, or else by its content.
fn batch_name(client: &impl ClientInfo, body: &[u8]) -> Result<String, Problem> {
    let Some(header) = client.header(&BATCH_ID) else {
        return Ok(digest::name_of(&[b"content ", body].concat()));
    };
    let id = header.trim_ascii();
    let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:".contains(byte);
    if id.is_empty() || id.len() > LONGEST_BATCH_ID || !id.iter().all(is_valid) {
        let detail = "a batch id must be 1 to 128 letters, digits, or the characters - . _ :";
        return Err(Problem::wrong_field("Batch-Id", FieldError::invalid(detail)));
    }
    Ok(digest::name_of(&[b"id ", id].concat()))
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<IngestedJson<'_>>();
}
