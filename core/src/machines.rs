//! What hop tells machines: that it lives, that it is ready, what it promises, how its API is spoken, and that robots stay out.

use http::StatusCode;
use serde_json::json;

use crate::app::Context;
use crate::error::Problem;
use crate::ports::{Edge, Records as _};
use crate::records::{Key, copy};
use crate::request::{BODY_LIMIT, BULK_LIMIT};
use crate::response::Response;
use crate::{alias, memo, target};

/// It runs. Nothing is asked of the store or the settings.
pub(crate) fn health() -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &json!({"status": "ok"}))
}

/// It can serve: the settings are good, or this would not be reached, and the store answers.
pub(crate) async fn ready<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    context.edge.records().get(&Key::probe()).await?;
    Response::json(StatusCode::OK, &json!({"status": "ready"}))
}

/// Which promises hold here, with numbers.
pub(crate) fn capabilities<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let edge = context.edge.traits();
    let copies = context.edge.copies().map(|_| {
        json!({
            "recheck_after_seconds": copy::RECHECK_AFTER_SECONDS,
            "expire_after_seconds": copy::LIFETIME_SECONDS,
        })
    });
    Response::json(
        StatusCode::OK,
        &json!({
            "edge": edge.name,
            "version": env!("CARGO_PKG_VERSION"),
            "promises": {
                "one_alias_one_owner": edge.one_owner,
                "read_your_writes": edge.read_your_writes,
                "edits_reach_visitors": edge.edits_reach_visitors,
                "memo": {"hit_seconds": memo::HIT_SECONDS, "miss_seconds": memo::MISS_SECONDS},
                "copies": copies,
                "clicks": "counted once the visitor has gone; of more than eight at once on one link some may be lost",
            },
            "limits": {
                "alias_bytes": alias::MAX_BYTES,
                "target_bytes": target::MAX_BYTES,
                "body_bytes": BODY_LIMIT,
                "bulk_body_bytes": BULK_LIMIT,
                "page": edge.largest_page,
                "batch": edge.largest_batch,
                "max_clicks": edge.max_clicks,
            },
        }),
    )
}

/// The API as OpenAPI has it: `docs/openapi.json` without its blanks.
pub(crate) fn openapi() -> Response {
    Response::json_bytes(StatusCode::OK, include_str!(concat!(env!("OUT_DIR"), "/openapi.json")).into())
}

/// Short links are no content of their own: robots stay out.
pub(crate) fn robots() -> Response {
    Response::text("User-agent: *\nDisallow: /\n")
}
