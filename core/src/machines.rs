//! What hop tells machines: that it lives, that it is ready, what it promises, and how its API is spoken.

use http::StatusCode;

use crate::app::Context;
use crate::error::Problem;
use crate::ports::{Edge, Records as _};
use crate::records::{Key, copy};
use crate::request::{BODY_LIMIT, BULK_LIMIT};
use crate::response::Response;
use crate::{alias, memo, target};

/// It runs. Nothing is asked of the store or the settings.
pub(crate) fn health() -> Result<Response, Problem> {
    Ok(Response::json(StatusCode::OK, |all| all.text("status", "ok")))
}

/// It can serve: the settings are good, or this would not be reached, the secrets are, and the store answers.
pub(crate) async fn ready<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    if let Some(why) = context.config.fault() {
        return Err(Problem::not_configured(why.to_owned()));
    }
    context.edge.records().get(&Key::probe()).await?;
    Ok(Response::json(StatusCode::OK, |all| all.text("status", "ready")))
}

/// Which promises hold here, with numbers.
pub(crate) fn capabilities<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let edge = context.edge.traits();
    Ok(Response::json(StatusCode::OK, |all| {
        all.text("edge", edge.name);
        all.text("version", env!("CARGO_PKG_VERSION"));
        all.object("promises", |promises| {
            promises.text("one_alias_one_owner", edge.one_owner);
            promises.text("read_your_writes", edge.read_your_writes);
            promises.text("edits_reach_visitors", edge.edits_reach_visitors);
            promises.object("memo", |memo| {
                memo.number("hit_seconds", memo::HIT_SECONDS.into());
                memo.number("miss_seconds", memo::MISS_SECONDS.into());
            });
            match context.edge.copies() {
                Some(_) => promises.object("copies", |copies| {
                    copies.number("recheck_after_seconds", copy::RECHECK_AFTER_SECONDS.into());
                    copies.number("expire_after_seconds", copy::LIFETIME_SECONDS.into());
                }),
                None => promises.null("copies"),
            }
            promises.text("max_clicks", "never more than so many; a failure may waste one");
            promises.text("clicks", "counted once the visitor has gone; of more than eight at once on one link some may be lost");
        });
        all.object("limits", |limits| {
            limits.count("alias_bytes", alias::MAX_BYTES);
            limits.count("target_bytes", target::MAX_BYTES);
            limits.count("body_bytes", BODY_LIMIT);
            limits.count("bulk_body_bytes", BULK_LIMIT);
            limits.number("page", edge.largest_page.into());
            limits.number("batch", edge.largest_batch.into());
            limits.number("crawlable", edge.most_crawlable.into());
            limits.number_or_null("max_clicks", edge.max_clicks);
        });
    }))
}

/// How the API is spoken.
pub(crate) async fn openapi<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    Ok(Response::json_bytes(StatusCode::OK, context.edge.openapi().await?))
}

/// `docs/openapi.json` in brief, for an edge that has it in its module: 13 KB gzip.
#[must_use]
pub fn document() -> Vec<u8> {
    include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json")).to_vec()
}
