//! The salts of unique visitors in Workers KV. Unlike D1 and Durable Objects it has no point-in-time recovery, so an
//! expired salt is gone.

use hop_core::ports::{SaltStore, StoreError};
use wasm_bindgen::JsValue;
use worker::kv::KvError;
use worker::{Env, Error, KvStore};

use crate::records::message;

const BINDING: &str = "SALTS";

/// The salts in a namespace of Workers KV.
pub(crate) struct KvSalts(Env);

impl KvSalts {
    pub(crate) fn new(env: &Env) -> Self {
        Self(env.clone())
    }

    fn namespace(&self) -> Result<KvStore, StoreError> {
        self.0.kv(BINDING).map_err(unavailable)
    }
}

impl SaltStore for KvSalts {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.namespace()?.get(name).bytes().await.map_err(failed)
    }

    async fn put(&self, name: &str, salt: &str, seconds: u32) -> Result<(), StoreError> {
        let put = self.namespace()?.put(name, salt).map_err(failed)?;
        put.expiration_ttl(seconds.into()).execute().await.map_err(failed)
    }
}

fn failed(error: KvError) -> StoreError {
    unavailable(JsValue::from(error).into())
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(format!("Workers KV: {}", message(&error)))
}
