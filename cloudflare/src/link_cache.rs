//! The link cache in the Cache API of the data centre. A call that fails counts as a miss.
//!
//! Keys are URLs, never the request of a visitor: its method, `Range` or `If-None-Match` would change the result. On
//! workers.dev and behind Cloudflare Access the runtime keeps nothing, so each call is a miss.

use hop_core::ports::{LinkCache, StoreError};
use hop_core::store::{Key, cache};
use worker::{Cache, Error, Headers, Response};

use crate::records::message;

/// The named cache of this version of hop.
pub(crate) struct CacheApi;

impl LinkCache for CacheApi {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        open().await.get(key.cache_url(), false).await.ok()??.bytes().await.ok()
    }

    async fn put(&self, key: &Key, entry: &str) -> Result<(), StoreError> {
        let response = response(entry).map_err(|error| unavailable(&error))?;
        open().await.put(key.cache_url(), response).await.map_err(|error| unavailable(&error))
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        open().await.delete(key.cache_url(), false).await.map(drop).map_err(|error| unavailable(&error))
    }
}

async fn open() -> Cache {
    Cache::open(cache::NAME.to_owned()).await
}

fn unavailable(error: &Error) -> StoreError {
    StoreError::Unavailable(format!("Cache API: {}", message(error)))
}

/// An entry as a response, because the cache stores only responses.
fn response(entry: &str) -> Result<Response, Error> {
    let headers = Headers::new();
    headers.set("cache-control", &format!("max-age={}", cache::LIFETIME_SECONDS))?;
    Ok(Response::ok(entry)?.with_headers(headers))
}
