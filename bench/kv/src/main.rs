//! A minimal Compute program for short links, to compare with: it looks the target up in a KV store and redirects. It
//! counts nothing.
#![forbid(unsafe_code)]

use fastly::http::StatusCode;
use fastly::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use fastly::{Error, KVStore, Request, Response};

#[fastly::main]
fn main(request: Request) -> Result<Response, Error> {
    let Some(store) = KVStore::open("links")? else {
        return Ok(Response::from_status(StatusCode::SERVICE_UNAVAILABLE));
    };
    // An alias that does not exist is an error too, and so a response with status 500.
    let target = store.lookup(request.get_path().trim_start_matches('/'))?.take_body().into_string();
    Ok(Response::from_status(StatusCode::FOUND)
        .with_header(LOCATION, target)
        .with_header(CACHE_CONTROL, "private, no-store")
        .with_header(REFERRER_POLICY, "strict-origin-when-cross-origin"))
}
