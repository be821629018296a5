//! `Idempotency-Key`: a request that may be sent again does its work once.
//!
//! The key, with who asks, the route and the domain, names a record for a day. The record is claimed before the work and keeps the
//! answer after it. All that the work draws, ids, aliases, names of commits, is made of the record's nonce: if the worker dies half-way, the
//! next one draws the same and finds what is already done.
//!
//! Unfinished work stores its progress in the record, and the next request continues from there. The two store operations for that are
//! reserved, so that every repetition makes progress even if a request uses up its budget.

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

/// In bytes: enough for every kind of random id.
pub(crate) const LONGEST_KEY: usize = 255;

/// Whoever has been at it for longer than any edge lets a request run has died.
const PATIENCE_MILLIS: u64 = 60_000;

/// How often the record is looked at again because it changed meanwhile.
const LOOKS: u32 = 8;

/// A request, as far as its repetition is concerned.
pub(crate) struct RepeatableRequest<'a> {
    pub(crate) authorized: &'a Authorized,
    pub(crate) route: &'static str,
    pub(crate) domain: &'a Domain,
    pub(crate) query: &'a str,
    pub(crate) body: &'a Body,
}

/// Has `work` done, once for each key. Without a key it is done every time.
pub(crate) async fn once<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    asked: RepeatableRequest<'_>,
    work: impl AsyncFnOnce(&Context<'_, E>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let (Some(header), Body::Whole(body)) = (client.header(&IDEMPOTENCY_KEY), asked.body) else {
        return work(context).await;
    };
    let name = header.trim_ascii();
    if name.is_empty() || name.len() > LONGEST_KEY || !name.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        let detail = "an idempotency key is 1 to 255 characters of printable ASCII";
        return Err(Problem::wrong_field("Idempotency-Key", FieldError::invalid(detail)));
    }
    let scope = [asked.authorized.principal().as_bytes(), asked.route.as_bytes(), asked.domain.as_str().as_bytes(), name];
    let seed = seed(context, "once", &scope).await?;
    let key = Key::idempotency(&seed.name());
    let media_type = client.header(&CONTENT_TYPE).unwrap_or_default();
    let fingerprint = seed.derive("body", &[asked.query.as_bytes(), &media_type, body]).name();
    let claimed = match claim(context, &key, &fingerprint).await? {
        KeyClaim::Claimed(claimed) => claimed,
        KeyClaim::Done(answer) => return replay(answer),
    };
    let source = IdSource::Repeatable(seed.derive(&claimed.nonce, &[]));
    // Reserves the two operations that store the outcome.
    context.budget.begin();
    let settling = context.budget.reserve(cost_of_rewrite(context.edge.records()));
    let answer = work(&context.resumed(claimed.first_at, source, claimed.progress.as_deref())).await;
    drop(settling);
    let done = IdempotentRequest { running_since: None, ..claimed.clone() };
    let outcome = match &answer {
        Ok(Response { progress: Some(progress), .. }) => IdempotentRequest { progress: Some(progress.clone()), ..done },
        Ok(response) => IdempotentRequest { answer: Some(keep(response)), progress: None, ..done },
        // What was refused may be sent again otherwise; what a store did not answer, wholly or in part, again as it is.
        Err(problem) if !problem.is_transient() => IdempotentRequest { body: None, ..done },
        _ => done,
    };
    if let Err(error) = finalize_move(context, &key, &claimed, &outcome).await {
        context.log_lost("an answer was not kept", &error);
    }
    answer
}

/// What the draws of a request are made of, and the name of its record: under the pepper before this one if that is where it was begun.
pub(crate) async fn seed<E: Edge>(context: &Context<'_, E>, purpose: &str, parts: &[&[u8]]) -> Result<KeyedDigest, Problem> {
    let (seed, old) = context.under_each_pepper(|pepper| pepper.digest(purpose, parts))?;
    if let Some(old) = old {
        let record = IdempotencyRecord::decode(context.edge.records().get(&Key::idempotency(&old.name())).await?.as_ref())?;
        if record.request.is_some_and(|request| context.now.millis_since(request.first_at) < REMEMBERED_MILLIS) {
            return Ok(old);
        }
    }
    Ok(seed)
}

enum KeyClaim {
    Claimed(IdempotentRequest),
    Done(RecordedResponse),
}

/// Makes the request this one's to do, or finds out what became of it.
async fn claim<E: Edge>(context: &Context<'_, E>, key: &Key, fingerprint: &str) -> Result<KeyClaim, Problem> {
    for _ in 0..LOOKS {
        let record = IdempotencyRecord::decode(context.edge.records().get(key).await?.as_ref())?;
        let remembers =
            |request: &&IdempotentRequest| request.body.is_some() && context.now.millis_since(request.first_at) < REMEMBERED_MILLIS;
        let mine = match record.request.as_ref().filter(remembers) {
            Some(request) if request.body.as_deref() != Some(fingerprint) => return Err(Problem::idempotency_reused()),
            Some(IdempotentRequest { answer: Some(answer), .. }) => return Ok(KeyClaim::Done(answer.clone())),
            Some(request) if request.running_since.is_some_and(|since| context.now.millis_since(since) < PATIENCE_MILLIS) => {
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
        let change = record.replace(key, &mine, context.token()?)?;
        if write(context.edge.records(), change).await? == Written::Done {
            return Ok(KeyClaim::Claimed(mine));
        }
    }
    Err(Problem::crowded())
}

/// Writes down what became of the request, unless somebody has taken it over. If that fails, whoever repeats it finds what was done. A read
/// that does not show the claim yet is late, and done again.
async fn finalize_move<E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    claimed: &IdempotentRequest,
    outcome: &IdempotentRequest,
) -> Result<(), StoreError> {
    let records = context.edge.records();
    for _ in 0..LOOKS {
        let record = IdempotencyRecord::decode(records.get(key).await?.as_ref())?;
        let Some(now) = record.request.as_ref().filter(|now| now.nonce == claimed.nonce) else { continue };
        if now.running_since > claimed.running_since || now.answer.is_some() {
            return Ok(());
        }
        if now.running_since == claimed.running_since {
            let token = context.token().map_err(|error| StoreError::Unavailable(error.0))?;
            if write(records, record.replace(key, outcome, token)?).await? == Written::Done {
                return Ok(());
            }
        }
    }
    Err(StoreError::Unavailable("the record does not show that the request was begun".into()))
}

fn keep(response: &Response) -> RecordedResponse {
    let header = |name| response.header(&name).map(str::to_owned);
    RecordedResponse {
        status: response.status.as_u16(),
        etag: header(ETAG),
        location: header(LOCATION),
        body: String::from_utf8_lossy(&response.body).into_owned(),
    }
}

fn replay(answer: RecordedResponse) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(Problem::internal)?;
    let mut response = Response::json_bytes(status, answer.body.into_bytes());
    for (name, value) in [(ETAG, answer.etag), (LOCATION, answer.location)] {
        if let Some(value) = value {
            response.headers.push((name, HeaderValue::try_from(value).map_err(Problem::internal)?));
        }
    }
    Ok(response)
}
