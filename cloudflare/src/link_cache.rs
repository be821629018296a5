//! The link cache in the Cache API of the data centre. A call that fails counts as a miss.
//!
//! Keys are URLs, never the request of a visitor: its method, `Range` or `If-None-Match` would change the result. On
//! workers.dev and behind Cloudflare Access the runtime may keep nothing; then each call is a miss.
//!
//! The cache is used through its handle. The SDK opens it for every call and reads an entry as a stream, which takes
//! about a fifth of the processor time of a redirect (`cargo xtask bench edge`, docs/PERFORMANCE.md).

use std::cell::RefCell;

use hop_core::ports::{LinkCache, StoreError};
use hop_core::store::{Key, cache};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Headers, Response, ResponseInit};

use crate::records::message;

#[wasm_bindgen]
extern "C" {
    /// The handle of a named cache.
    #[derive(Clone)]
    type NamedCache;

    #[wasm_bindgen(catch, js_namespace = caches, js_name = open)]
    async fn open(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn put(this: &NamedCache, url: &str, response: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn delete(this: &NamedCache, url: &str) -> Result<JsValue, JsValue>;
}

/// In JavaScript, because each promise that Rust awaits takes a noticeable part of a redirect.
#[wasm_bindgen(inline_js = "export const read = async (cache, url) => (await cache.match(url))?.text();")]
extern "C" {
    /// Reads the body of the response at `url`; `undefined` if there is none.
    #[wasm_bindgen(catch)]
    async fn read(cache: &NamedCache, url: &str) -> Result<JsValue, JsValue>;
}

thread_local! {
    /// The handle of this isolate. It is not bound to the request that opened it.
    static OPENED: RefCell<Option<NamedCache>> = const { RefCell::new(None) };
}

/// The named cache of this version of hop.
pub(crate) struct CacheApi;

impl LinkCache for CacheApi {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let cache = opened().await.ok()?;
        read(&cache, &key.cache_url()).await.ok()?.as_string().map(String::into_bytes)
    }

    async fn put(&self, key: &Key, entry: &str) -> Result<(), StoreError> {
        let response = response(entry).map_err(unavailable)?;
        opened().await.map_err(unavailable)?.put(&key.cache_url(), &response).await.map(drop).map_err(unavailable)
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        opened().await.map_err(unavailable)?.delete(&key.cache_url()).await.map(drop).map_err(unavailable)
    }
}

/// The handle of the cache, which the first call in an isolate opens.
async fn opened() -> Result<NamedCache, JsValue> {
    if let Some(cache) = OPENED.with_borrow(Clone::clone) {
        return Ok(cache);
    }
    let cache: NamedCache = open(cache::NAME).await?.unchecked_into();
    OPENED.set(Some(cache.clone()));
    Ok(cache)
}

fn unavailable(error: JsValue) -> StoreError {
    StoreError::Unavailable(format!("Cache API: {}", message(&error.into())))
}

/// An entry as a response, because the cache stores only responses.
fn response(entry: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("cache-control", &format!("max-age={}", cache::LIFETIME_SECONDS))?;
    let head = ResponseInit::new();
    head.set_headers_headers(&headers);
    Response::new_with_opt_str_and_init(Some(entry), &head)
}
