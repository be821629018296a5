//! Status endpoints: health, readiness, capabilities and the OpenAPI document.

use http::StatusCode;
use serde::Serialize;

use crate::api::links;
use crate::api::stats::UNIQUES_ERROR;
use crate::api::stats::query::dimensions;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT};
use crate::message::response::{ONE_DAY, Response};
use crate::model::quota::max_links_per_day;
use crate::model::search_words::{MAX_LINK_WORDS, MAX_QUERY_CHARS, MAX_QUERY_WORDS};
use crate::model::stats::Dimension;
use crate::model::{alias, target};
use crate::stats::{self, Exactness};
use crate::store::ports::{Edge, EditsReachVisitors, Records as _, StoreError};
use crate::store::{Key, cache, memo};

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
    /// Whether anybody may `POST /shorten` without a credential: the setting `HOP_PUBLIC_SHORTEN`.
    public_shorten: bool,
    promises: PromisesJson,
    statistics: StatisticsJson,
    search: SearchJson,
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
    /// When an edit, a block or a deletion reaches all visitors.
    edits_reach_visitors: String,
    /// The same as a number: the seconds after which it has reached all visitors while the database answers. `null` if
    /// the vendor gives no upper bound.
    edits_reach_visitors_seconds: Option<u32>,
    memo: MemoJson,
    /// `null` on an edge without such a cache.
    cached_links: Option<CacheJson>,
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

/// How long a data centre serves a link from its cache.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct CacheJson {
    /// Age in seconds after which a cached link is served, and then verified against the database.
    verify_after_seconds: u32,
    /// Age in seconds up to which it is served: the setting `HOP_FRESH_SECONDS`.
    fresh_seconds: u32,
    /// Age in seconds up to which it is served while the database does not answer.
    expire_after_seconds: u32,
}

/// How exact the statistics of this deployment are.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct StatisticsJson {
    /// Totals, series and values of closed dimensions: every click that was stored counts once.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["exact"])))]
    totals: &'static str,
    /// Relative standard error of unique visitors. They are counted for each UTC day.
    uniques_error: f64,
    /// Dimensions whose values are estimated if a day has very many. Each estimate has an upper bound, and so has its
    /// sum.
    estimated: Vec<&'static str>,
    /// Seconds after which a click is usually visible; `null` if this edge cannot say.
    visible_after_seconds: Option<u32>,
    /// Months that statistics are kept: the setting `HOP_STATS_MONTHS`.
    months: u32,
    /// Whether visits that followed no link are counted.
    failed_visits: bool,
    /// Whether `DNT` and `Sec-GPC` of a visitor are respected, so that their click counts in totals only: the setting
    /// `HOP_RESPECT_DNT`.
    respects_dnt: bool,
    /// Whether links have the clicks of the last seven days.
    last_7_days: bool,
    /// Whether clicks are written to a log endpoint, whose lines `POST /api/v1/ingest` counts: the setting
    /// `HOP_CLICK_LOG`.
    click_log: bool,
    /// Clicks a second from which on a log endpoint is needed, on average over ten minutes; `null` if it never is.
    click_log_from: Option<u32>,
}

/// How links are found by words: the parameter `q` of the list of links.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct SearchJson {
    /// `indexed`: words are in an index, and a page examines only links with one of the words, as long as it is not in
    /// very many. `scanned`: a page examines the next links, newest first, as many as its operations allow, and may find
    /// none. `examined` of the page says how many.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["indexed", "scanned"])))]
    words: &'static str,
    /// Index entries up to which a word of a query is looked up. If there are more, of all words that begin with it, links
    /// are found like `scanned`. `null` without an index.
    indexed_entries: Option<u16>,
    /// Words of a link that are searched: the first ones of alias, title, tags, target and note.
    words_per_link: usize,
    /// Words that a query may have.
    query_words: usize,
    /// Characters that a query may have.
    query_characters: usize,
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
    /// The highest `links_per_day` of a quota.
    links_per_day: u32,
}

/// `GET /capabilities`
pub(crate) async fn capabilities<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let edge = context.edge.edge_limits();
    let records = context.edge.records();
    let (budget, for_new_links) = (&context.budget.after_authentication(), context.budget.before_creation());
    let fresh_seconds = context.config.fresh_seconds;
    let (edits_reach_visitors, edits_reach_visitors_seconds) = match edge.edits_reach_visitors {
        EditsReachVisitors::WithinFreshSeconds => {
            let seconds = fresh_seconds.saturating_add(memo::HIT_SECONDS);
            (format!("within {seconds} seconds while the database answers"), Some(seconds))
        }
        EditsReachVisitors::Usually(how_soon) => (how_soon.to_owned(), None),
    };
    let cached_links = CacheJson { verify_after_seconds: fresh_seconds / 2, fresh_seconds, expire_after_seconds: cache::LIFETIME_SECONDS };
    let promises = PromisesJson {
        one_alias_one_owner: edge.one_owner,
        read_your_writes: edge.read_your_writes,
        edits_reach_visitors,
        edits_reach_visitors_seconds,
        memo: MemoJson { hit_seconds: memo::HIT_SECONDS, miss_seconds: memo::MISS_SECONDS },
        cached_links: context.edge.link_cache().map(|_| cached_links),
        max_clicks: "never exceeded, with one exception: while a link is being erased, a visitor who read it before may take \
                     one click more; a failure may waste a click",
        clicks: stats::promise(context.edge, context.config.click_log.is_some()),
    };
    let limits = LimitsJson {
        alias_bytes: alias::MAX_BYTES,
        target_bytes: target::MAX_BYTES,
        body_bytes: BODY_LIMIT,
        bulk_body_bytes: BULK_LIMIT,
        store_operations: context.budget.limit(),
        page: links::largest_page(records, budget),
        batch: links::largest_batch(records, &for_new_links),
        repeatable_batch: links::LARGEST_BATCH,
        import_lines: links::max_lines(records, &for_new_links),
        crawlable: links::max_crawlable(records, budget),
        max_clicks: edge.max_clicks,
        links_per_day: max_links_per_day(edge.max_clicks),
    };
    let capabilities = CapabilitiesJson {
        edge: edge.name,
        version: env!("CARGO_PKG_VERSION"),
        public_shorten: context.config.public_shorten,
        promises,
        statistics: statistics(context),
        search: search(records.has_word_index()),
        limits,
    };
    Response::json(StatusCode::OK, &capabilities)
}

fn search(has_index: bool) -> SearchJson {
    SearchJson {
        words: if has_index { "indexed" } else { "scanned" },
        indexed_entries: has_index.then_some(links::MAX_WORD_ENTRIES),
        words_per_link: MAX_LINK_WORDS,
        query_words: MAX_QUERY_WORDS,
        query_characters: MAX_QUERY_CHARS,
    }
}

fn statistics<E: Edge>(context: &Context<'_, E>) -> StatisticsJson {
    let is_logged = context.config.click_log.is_some();
    let Exactness { visible_after_seconds, has_failed, has_last_days, log_from_rate } = stats::exactness(context.edge, is_logged);
    StatisticsJson {
        totals: "exact",
        uniques_error: UNIQUES_ERROR,
        estimated: dimensions(true).filter(|dimension| dimension.is_open()).map(Dimension::name).collect(),
        visible_after_seconds,
        months: context.config.stats_months,
        failed_visits: has_failed,
        respects_dnt: context.config.respects_dnt,
        last_7_days: has_last_days,
        click_log: is_logged,
        click_log_from: log_from_rate,
    }
}

/// `GET /favicon.ico`: an empty response. Browsers request it by themselves, and should not get the page of an unknown
/// alias.
pub(crate) async fn favicon() -> Result<Response, Problem> {
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// `GET /.well-known/fastly/logging/challenge`: any service of the vendor may send log lines to this host. They are
/// only accepted with a key.
pub(crate) async fn log_challenge() -> Result<Response, Problem> {
    Ok(Response::cached_text("*\n".to_owned(), ONE_DAY))
}

/// `GET /openapi.json`
pub(crate) async fn openapi<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let document = context.edge.asset("openapi.json").await?;
    let document = document.ok_or_else(|| StoreError::Unavailable("the asset openapi.json is missing".into()))?;
    Ok(Response::json_bytes(StatusCode::OK, document))
}

/// Adds the schemas of the responses to the document.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<StatusJson>();
    generator.subschema_for::<CapabilitiesJson>();
}
