//! Idempotency keys: a request with an `Idempotency-Key` can be retried: its work is done only once.
//!
//! The key, the principal, the route and the domain together name a record, which is kept for a day. The record is
//! claimed before the work and stores the response after it. All random values of the work (ids, aliases, commit
//! tokens) derive from the nonce in the record. After a crash the retry derives the same values and finds the partial
//! work.
//!
//! Unfinished work stores its progress in the record, and the next request continues from there. The two store
//! operations for that are reserved, so that every retry makes progress even if it uses up its operation budget.

use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::Body;
use crate::message::response::Response;
use crate::model::digest::KeyedDigest;
use crate::model::domain::Domain;
use crate::model::field_error::FieldError;
use crate::store::budget::cost_of_rewrite;
use crate::store::id_source::IdSource;
use crate::store::idempotency::{IdempotencyRecord, IdempotentRequest, REMEMBERED_MILLIS, RecordedResponse};
use crate::store::ports::{ClientInfo, Edge, Records as _, StoreError};
use crate::store::{Key, Written, write};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest key, in bytes. Any usual random id fits.
pub(crate) const LONGEST_KEY: usize = 255;

/// A request that has been running for longer than this is taken to be dead: no edge lets a request run that long.
const RUN_TIMEOUT_MILLIS: u64 = 60_000;

/// Attempts to write the record while other requests change it.
const ATTEMPTS: u32 = 8;

/// The parts of a request that identify it when it is retried.
pub(crate) struct RepeatableRequest<'a> {
    pub(crate) authorized: &'a Authorized,
    pub(crate) route: &'static str,
    pub(crate) domain: &'a Domain,
    pub(crate) query: &'a str,
    pub(crate) body: &'a Body,
}

/// Runs `work` once for each idempotency key. Without a key it runs every time.
pub(crate) async fn run_once<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    request: RepeatableRequest<'_>,
    work: impl AsyncFnOnce(&Context<'_, E>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let (Some(header), Body::Whole(body)) = (client.header(&IDEMPOTENCY_KEY), request.body) else {
        return work(context).await;
    };
    let name = header.trim_ascii();
    if name.is_empty() || name.len() > LONGEST_KEY || !name.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        let detail = "an idempotency key must be 1 to 255 printable ASCII characters";
        return Err(Problem::wrong_field("Idempotency-Key", FieldError::invalid(detail)));
    }
    let scope = [request.authorized.principal().as_bytes(), request.route.as_bytes(), request.domain.as_str().as_bytes(), name];
    let seed = request_seed(context, "once", &scope).await?;
    let key = Key::idempotency(&seed.name());
    let media_type = client.header(&CONTENT_TYPE).unwrap_or_default();
    let fingerprint = seed.derive("body", &[request.query.as_bytes(), &media_type, body]).name();
    let claimed = match claim_key(context, &key, &fingerprint).await? {
        KeyClaim::Claimed(claimed) => claimed,
        KeyClaim::Done(recorded) => return replay_response(recorded),
    };
    let source = IdSource::Repeatable(seed.derive(&claimed.nonce, &[]));
    // Reserves the two operations that store the outcome.
    context.budget.begin();
    let reserved = context.budget.reserve(cost_of_rewrite(context.edge.records()));
    let result = work(&context.resumed(claimed.first_at, source, claimed.progress.as_deref())).await;
    drop(reserved);
    let done = IdempotentRequest { running_since: None, ..claimed.clone() };
    let outcome = match &result {
        Ok(Response { progress: Some(progress), .. }) => IdempotentRequest { progress: Some(progress.clone()), ..done },
        Ok(response) => IdempotentRequest { answer: Some(record_response(response)), progress: None, ..done },
        // After a refusal the key is free for a corrected request. After a temporary failure the record keeps the
        // fingerprint of the body, because the client sends the same request again.
        Err(problem) if !problem.is_transient() => IdempotentRequest { body: None, ..done },
        _ => done,
    };
    if let Err(error) = store_outcome(context, &key, &claimed, &outcome).await {
        context.log_lost("the response for an idempotency key was not stored", &error);
    }
    result
}

/// Seed for the random values of a request, which also names its record. It is derived under the old pepper if the
/// request began under that one.
pub(crate) async fn request_seed<E: Edge>(context: &Context<'_, E>, purpose: &str, parts: &[&[u8]]) -> Result<KeyedDigest, Problem> {
    let (seed, old) = context.under_each_pepper(|pepper| pepper.digest(purpose, parts))?;
    if let Some(old) = old {
        let record = IdempotencyRecord::decode(context.edge.records().get(&Key::idempotency(&old.name())).await?.as_ref())?;
        if record.request.is_some_and(|request| context.now.millis_since(request.first_at) < REMEMBERED_MILLIS) {
            return Ok(old);
        }
    }
    Ok(seed)
}

/// Result of claiming a key.
enum KeyClaim {
    /// This request does the work.
    Claimed(IdempotentRequest),
    /// An earlier request has done it.
    Done(RecordedResponse),
}

/// Claims the key for this request, or returns the response of an earlier one.
async fn claim_key<E: Edge>(context: &Context<'_, E>, key: &Key, fingerprint: &str) -> Result<KeyClaim, Problem> {
    for _ in 0..ATTEMPTS {
        let record = IdempotencyRecord::decode(context.edge.records().get(key).await?.as_ref())?;
        let remembers =
            |request: &&IdempotentRequest| request.body.is_some() && context.now.millis_since(request.first_at) < REMEMBERED_MILLIS;
        let claimed = match record.request.as_ref().filter(remembers) {
            Some(request) if request.body.as_deref() != Some(fingerprint) => return Err(Problem::idempotency_reused()),
            Some(IdempotentRequest { answer: Some(answer), .. }) => return Ok(KeyClaim::Done(answer.clone())),
            Some(request) if request.running_since.is_some_and(|since| context.now.millis_since(since) < RUN_TIMEOUT_MILLIS) => {
                return Err(Problem::idempotency_in_flight());
            }
            Some(request) => IdempotentRequest { running_since: Some(context.now), ..request.clone() },
            None => IdempotentRequest {
                body: Some(fingerprint.to_owned()),
                nonce: context.token()?,
                first_at: context.now,
                running_since: Some(context.now),
                answer: None,
                progress: None,
            },
        };
        let change = record.replace(key, &claimed, context.token()?)?;
        if write(context.edge.records(), change).await? == Written::Done {
            return Ok(KeyClaim::Claimed(claimed));
        }
    }
    Err(Problem::contended())
}

/// Stores the outcome of the request, unless another request has taken it over. If that fails, a retry finds the work
/// done. A read that does not show the claim of this request is stale, and is repeated.
async fn store_outcome<E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    claimed: &IdempotentRequest,
    outcome: &IdempotentRequest,
) -> Result<(), StoreError> {
    let records = context.edge.records();
    for _ in 0..ATTEMPTS {
        let record = IdempotencyRecord::decode(records.get(key).await?.as_ref())?;
        let Some(current) = record.request.as_ref().filter(|current| current.nonce == claimed.nonce) else { continue };
        if current.running_since > claimed.running_since || current.answer.is_some() {
            return Ok(());
        }
        if current.running_since == claimed.running_since {
            let token = context.token().map_err(|error| StoreError::Unavailable(error.0))?;
            if write(records, record.replace(key, outcome, token)?).await? == Written::Done {
                return Ok(());
            }
        }
    }
    Err(StoreError::Unavailable("the record does not show the claim of this request".into()))
}

fn record_response(response: &Response) -> RecordedResponse {
    let header = |name| response.header(&name).map(str::to_owned);
    RecordedResponse {
        status: response.status.as_u16(),
        etag: header(ETAG),
        location: header(LOCATION),
        body: String::from_utf8_lossy(&response.body).into_owned(),
    }
}

fn replay_response(recorded: RecordedResponse) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(recorded.status).map_err(Problem::internal)?;
    let mut response = Response::json_bytes(status, recorded.body.into_bytes());
    for (name, value) in [(ETAG, recorded.etag), (LOCATION, recorded.location)] {
        if let Some(value) = value {
            response.headers.push((name, HeaderValue::try_from(value).map_err(Problem::internal)?));
        }
    }
    Ok(response)
}
