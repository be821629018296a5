//! A Worker in Rust that does nothing but redirect: what the runtime, the glue and the SDK cost by themselves.

use std::convert::Infallible;

use web_sys::{Request, Response};
use worker::{Context, Env, event};

#[event(fetch)]
async fn fetch(_: Request, _: Env, _: Context) -> Result<Response, Infallible> {
    Ok(Response::redirect_with_status("https://example.com/", 302).unwrap_or_else(|_| Response::error()))
}
