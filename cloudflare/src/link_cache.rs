//! The link cache in Workers KV. An error while reading counts as a miss.

use hop_core::ports::{LinkCache, StoreError};
use hop_core::store::{Key, cached_link};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::Env;

const BINDING: &str = "COPIES";

#[wasm_bindgen]
extern "C" {
    /// The handle of the runtime. The `KvStore` of the SDK looks up five methods by name whenever it is opened, which
    /// is once per request.
    type Namespace;

    #[wasm_bindgen(method, catch)]
    async fn get(this: &Namespace, key: &str, kind: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn put(this: &Namespace, key: &str, value: &str, options: &Object) -> Result<JsValue, JsValue>;
}

/// The KV namespace of the link cache.
pub(crate) struct KvCache(Namespace);

impl KvCache {
    /// The cache, if the deployment has the binding.
    pub(crate) fn new(env: &Env) -> Option<Self> {
        let namespace = Reflect::get(env, &BINDING.into()).ok().filter(|binding| !binding.is_undefined())?;
        Some(Self(namespace.unchecked_into()))
    }
}

impl LinkCache for KvCache {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.0.get(key.as_str(), "text").await.ok()?.as_string().map(String::into_bytes)
    }

    async fn put(&self, key: &Key, cached_link: &str) -> Result<(), StoreError> {
        let unavailable = |error: JsValue| StoreError::Unavailable(format!("KV: {}", message(&error)));
        let options = Object::new();
        Reflect::set(&options, &"expirationTtl".into(), &cached_link::LIFETIME_SECONDS.into()).map_err(unavailable)?;
        self.0.put(key.as_str(), cached_link, &options).await.map(drop).map_err(unavailable)
    }
}

/// The message of an error that JavaScript threw.
fn message(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "no reason given".to_owned(), |error| error.message().into())
}
