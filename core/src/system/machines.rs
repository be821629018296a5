//! What hop tells machines: that it lives, that it is ready, what it promises, and how its API is spoken.

use http::StatusCode;
use serde::Serialize;

use crate::api::links;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT};
use crate::message::response::Response;
use crate::model::{alias, target};
use crate::store::ports::{Edge, Records as _};
use crate::store::{Key, copy, memo};

/// The answer of `/health` and of `/ready`.
#[derive(Serialize)]
struct StatusJson {
    status: &'static str,
}

/// It runs. Nothing is asked of the store or the settings.
pub(crate) async fn health() -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &StatusJson { status: "ok" })
}

/// It can serve: the settings are good, or this would not be reached, the secrets are, and the store answers.
pub(crate) async fn ready<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    if let Some(why) = context.config.fault() {
        return Err(Problem::not_configured(why.to_owned()));
    }
    context.edge.records().get(&Key::probe()).await?;
    Response::json(StatusCode::OK, &StatusJson { status: "ready" })
}

/// What a request takes, as a rule at most, before it comes to its work: the key, its owner, an issuer, the owners and the domain.
const OPERATIONS_BEFORE: u32 = 5;

/// What this deployment promises, and its limits.
#[derive(Serialize)]
struct CapabilitiesJson {
    edge: &'static str,
    version: &'static str,
    promises: PromisesJson,
    limits: LimitsJson,
}

#[derive(Serialize)]
struct PromisesJson {
    one_alias_one_owner: &'static str,
    read_your_writes: &'static str,
    edits_reach_visitors: &'static str,
    memo: MemoJson,
    /// Null on an edge that keeps no copies.
    copies: Option<CopiesJson>,
    max_clicks: &'static str,
    clicks: &'static str,
}

#[derive(Serialize)]
struct MemoJson {
    hit_seconds: u32,
    miss_seconds: u32,
}

#[derive(Serialize)]
struct CopiesJson {
    recheck_after_seconds: u32,
    expire_after_seconds: u32,
}

#[derive(Serialize)]
struct LimitsJson {
    alias_bytes: usize,
    target_bytes: usize,
    body_bytes: usize,
    bulk_body_bytes: usize,
    /// The operation budget of a request.
    store_operations: u32,
    page: u16,
    batch: u16,
    /// Of a batch with an `Idempotency-Key`, which may take several requests.
    repeatable_batch: u16,
    /// Lines of one request of an import, whose answer says where the next one goes on.
    import_lines: u32,
    crawlable: u16,
    max_clicks: Option<u64>,
}

/// Which promises hold here, with numbers.
pub(crate) async fn capabilities<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let edge = context.edge.traits();
    let records = context.edge.records();
    let _before = context.budget.reserve(OPERATIONS_BEFORE);
    let copies = CopiesJson { recheck_after_seconds: copy::RECHECK_AFTER_SECONDS, expire_after_seconds: copy::LIFETIME_SECONDS };
    let promises = PromisesJson {
        one_alias_one_owner: edge.one_owner,
        read_your_writes: edge.read_your_writes,
        edits_reach_visitors: edge.edits_reach_visitors,
        memo: MemoJson { hit_seconds: memo::HIT_SECONDS, miss_seconds: memo::MISS_SECONDS },
        copies: context.edge.copies().map(|_| copies),
        max_clicks: "never more than so many; a failure may waste one",
        clicks: "counted once the visitor has gone; of more than eight at once on one link some may be lost",
    };
    let limits = LimitsJson {
        alias_bytes: alias::MAX_BYTES,
        target_bytes: target::MAX_BYTES,
        body_bytes: BODY_LIMIT,
        bulk_body_bytes: BULK_LIMIT,
        store_operations: context.budget.limit(),
        page: links::largest_page(records, context.budget),
        batch: links::largest_batch(records, context.budget),
        repeatable_batch: links::LARGEST_BATCH,
        import_lines: links::most_lines(records, context.budget),
        crawlable: links::most_crawlable(records, context.budget),
        max_clicks: edge.max_clicks,
    };
    Response::json(StatusCode::OK, &CapabilitiesJson { edge: edge.name, version: env!("CARGO_PKG_VERSION"), promises, limits })
}

/// `/favicon.ico`: there is none. Browsers ask for it by themselves, and get no page of an alias that nobody has.
pub(crate) async fn favicon() -> Result<Response, Problem> {
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// How the API is spoken.
pub(crate) async fn openapi<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    Ok(Response::json_bytes(StatusCode::OK, context.edge.openapi().await?))
}

/// `docs/openapi.json` for an edge that has no static assets beside its module.
#[must_use]
pub fn document() -> Vec<u8> {
    include_bytes!("../../../docs/openapi.json").to_vec()
}
