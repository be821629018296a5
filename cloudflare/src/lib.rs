//! hop on Cloudflare Workers: convert, call the core, convert back.

mod assets;
mod convert;
mod edge;
mod link_cache;
mod records;

use std::convert::Infallible;
use std::sync::OnceLock;

use hop_core::ports::Edge as _;
use hop_core::{App, Head, body_limit, log_failure};
use web_sys::{Request, Response};
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};

use crate::convert::Visitor;
use crate::edge::WorkersEdge;

/// One for each isolate: its settings, and what it remembers from request to request.
static APP: OnceLock<App> = OnceLock::new();

/// What wrangler.toml's cron calls: expired records make room.
#[event(scheduled)]
async fn scheduled(_: ScheduledEvent, env: Env, _: ScheduleContext) {
    let edge = WorkersEdge::new(&env);
    if let Err(error) = edge.records().sweep(edge.now()).await {
        log_failure(&edge, "expired records were not swept", &error);
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response, Infallible> {
    let app = APP.get_or_init(|| App::new(|name| variable(&env, name), |name| secret(&env, name)));
    let edge = WorkersEdge::new(&env);
    let (method, url) = (convert::method(&request), request.url());
    let head = Head::new(&method, &url);
    let body = convert::body(&request, body_limit(&head)).await;
    let request = hop_core::Request { head, client: &Visitor(&request), body };
    let (response, after) = app.handle(&edge, request).await;
    if !after.is_empty() {
        context.wait_until(async move { app.finish(&edge, after).await });
    }
    // The runtime answers 500 for it.
    Ok(convert::response(&response).unwrap_or_else(|_| Response::error()))
}

fn variable(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}

fn secret(env: &Env, name: &str) -> Option<String> {
    env.secret(name).ok().map(|value| value.to_string())
}
