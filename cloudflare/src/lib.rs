//! hop on Cloudflare Workers: converts the request, calls the core, converts the response.

mod assets;
mod convert;
mod edge;
mod hasher;
mod ledger;
mod link_cache;
mod records;
mod salts;
mod shard;
mod sql_rows;

use std::convert::Infallible;
use std::sync::OnceLock;

use hop_core::ports::Edge as _;
use hop_core::{App, Head, body_limit, log_failure};
use web_sys::{Request, Response};
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};

use crate::convert::Client;
use crate::edge::WorkersEdge;

/// The application of this isolate: its configuration and its memo. They are kept from request to request.
static APP: OnceLock<App> = OnceLock::new();

/// Deletes expired records. The cron trigger in `wrangler.toml` calls this.
#[event(scheduled)]
async fn scheduled(_: ScheduledEvent, env: Env, _: ScheduleContext) {
    let edge = WorkersEdge::new(&env);
    if let Err(error) = edge.records().delete_expired(edge.now()).await {
        log_failure(&edge, "expired records were not deleted", &error);
    }
}

/// Handles a request.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response, Infallible> {
    let app = app(&env);
    let edge = WorkersEdge::new(&env);
    let (method, url) = convert::method_and_url_of(&request);
    let head = Head::new(&method, &url);
    let body = convert::body(&request, body_limit(&head)).await;
    let request = hop_core::Request { head, client: &Client::new(&request), body };
    let (response, background) = app.handle(&edge, request).await;
    if !background.is_empty() {
        context.wait_until(async move { app.finish(&edge, background).await });
    }
    // `Response::error()` makes the runtime answer 500.
    Ok(convert::response(&response).unwrap_or_else(|_| Response::error()))
}

/// The application, which the first request or the first object of this isolate configures.
fn app(env: &Env) -> &'static App {
    APP.get_or_init(|| App::new(|name| setting(env, name), |name| secret(env, name)))
}

fn setting(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}

fn secret(env: &Env, name: &str) -> Option<String> {
    env.secret(name).ok().map(|value| value.to_string())
}
