//! Status endpoints: health, readiness, capabilities and the OpenAPI document.

use http::StatusCode;
use serde::Serialize;

use crate::api::links;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT};
use crate::message::response::Response;
use crate::model::{alias, target};
use crate::store::ports::{Edge, Records as _};
use crate::store::{Key, cached_link, memo};

/// Whether the deployment runs, and whether it can serve.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Status"))]
struct StatusJson {
    /// `ok`: it runs. `ready`: it can serve.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["ok", "ready"])))]
    status: &'static str,
}

/// `GET /health`. Reads neither the store nor the settings.
pub(crate) async fn health() -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &StatusJson { status: "ok" })
}

/// `GET /ready`: the secrets are usable and the store answers. With wrong settings no request reaches this handler.
pub(crate) async fn ready<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    if let Some(why) = context.config.fault() {
        return Err(Problem::not_configured(why.to_owned()));
    }
    context.edge.records().get(&Key::probe()).await?;
    Response::json(StatusCode::OK, &StatusJson { status: "ready" })
}

/// Guarantees and limits of this deployment.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Capabilities"))]
struct CapabilitiesJson {
    /// Platform that the deployment runs on.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["cloudflare", "fastly", "memory"])))]
    edge: &'static str,
    /// Version of hop.
    version: &'static str,
    promises: PromisesJson,
    limits: LimitsJson,
}

/// Guarantees of this deployment.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct PromisesJson {
    /// How reliably an alias belongs to only one link.
    one_alias_one_owner: &'static str,
    /// When an accepted change can be read.
    read_your_writes: &'static str,
    /// When an edit reaches all visitors.
    edits_reach_visitors: &'static str,
    memo: MemoJson,
    /// `null` on an edge without such a cache.
    copies: Option<CacheJson>,
    /// How exactly click limits are enforced.
    max_clicks: &'static str,
    /// How exactly clicks are counted.
    clicks: &'static str,
}

/// How long an isolate keeps a link in its memory.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct MemoJson {
    /// Seconds for a link that was found.
    hit_seconds: u32,
    /// Seconds for an alias without a link.
    miss_seconds: u32,
}

/// How long a data centre keeps a copy of a link in its cache.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct CacheJson {
    /// Seconds after which the copy is compared with the store.
    recheck_after_seconds: u32,
    /// Seconds after which the copy expires.
    expire_after_seconds: u32,
}

/// The largest values that are accepted.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct LimitsJson {
    /// Bytes of an alias.
    alias_bytes: usize,
    /// Bytes of a target.
    target_bytes: usize,
    /// Bytes of a request body.
    body_bytes: usize,
    /// Bytes of the body of a batch or an import.
    bulk_body_bytes: usize,
    /// Store operations that a request may use, as the vendor counts them: the setting `HOP_PLAN` or
    /// `HOP_STORE_OPERATIONS`. The sizes that follow are what fits.
    store_operations: u32,
    /// Links that a page examines.
    page: u16,
    /// Items of a batch without an `Idempotency-Key`.
    batch: u16,
    /// Items of a batch with an `Idempotency-Key`, which may take several requests.
    repeatable_batch: u16,
    /// Lines of an import, without tags, that one request takes.
    import_lines: u32,
    /// Links that `/robots.txt` lets robots follow.
    crawlable: u16,
    /// Clicks that a link can be limited to; `null` for any number.
    max_clicks: Option<u64>,
}

/// `GET /capabilities`
pub(crate) async fn capabilities<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let edge = context.edge.edge_limits();
    let records = context.edge.records();
    let budget = &context.budget.after_authentication();
    let copies =
        CacheJson { recheck_after_seconds: cached_link::RECHECK_AFTER_SECONDS, expire_after_seconds: cached_link::LIFETIME_SECONDS };
    let promises = PromisesJson {
        one_alias_one_owner: edge.one_owner,
        read_your_writes: edge.read_your_writes,
        edits_reach_visitors: edge.edits_reach_visitors,
        memo: MemoJson { hit_seconds: memo::HIT_SECONDS, miss_seconds: memo::MISS_SECONDS },
        copies: context.edge.link_cache().map(|_| copies),
        max_clicks: "never exceeded, with one exception: while a link is being erased, a visitor who read it before may take \
                     one click more; a failure may waste a click",
        clicks: "counted after the response; of more than eight simultaneous clicks on one link some may be lost",
    };
    let limits = LimitsJson {
        alias_bytes: alias::MAX_BYTES,
        target_bytes: target::MAX_BYTES,
        body_bytes: BODY_LIMIT,
        bulk_body_bytes: BULK_LIMIT,
        store_operations: context.budget.limit(),
        page: links::largest_page(records, budget),
        batch: links::largest_batch(records, budget),
        repeatable_batch: links::LARGEST_BATCH,
        import_lines: links::max_lines(records, budget),
        crawlable: links::max_crawlable(records, budget),
        max_clicks: edge.max_clicks,
    };
    Response::json(StatusCode::OK, &CapabilitiesJson { edge: edge.name, version: env!("CARGO_PKG_VERSION"), promises, limits })
}

/// `GET /favicon.ico`: an empty response. Browsers request it by themselves, and should not get the page of an unknown
/// alias.
pub(crate) async fn favicon() -> Result<Response, Problem> {
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// `GET /openapi.json`
pub(crate) async fn openapi<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    Ok(Response::json_bytes(StatusCode::OK, context.edge.openapi().await?))
}

/// `docs/openapi.json` for an edge that has no static assets beside its module.
#[must_use]
pub fn document() -> Vec<u8> {
    include_bytes!("../../../docs/openapi.json").to_vec()
}

/// Adds the schemas of the responses to the document.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<StatusJson>();
    generator.subschema_for::<CapabilitiesJson>();
}
