//! Copies in Workers KV. A miss, an error and a slow answer are all the same to the core: no copy.

use hop_core::ports::{Copies, StoreError};
use hop_core::records::{Key, copy};
use worker::Env;
use worker::kv::KvStore;

const BINDING: &str = "COPIES";

pub(crate) struct KvCopies(KvStore);

impl KvCopies {
    pub(crate) fn new(env: &Env) -> Option<Self> {
        env.kv(BINDING).ok().map(Self)
    }
}

impl Copies for KvCopies {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.0.get(key.as_str()).bytes().await.ok()?
    }

    async fn put(&self, key: &Key, copy: &str) -> Result<(), StoreError> {
        let unavailable = |error: worker::kv::KvError| StoreError::Unavailable(format!("KV: {error}"));
        let put = self.0.put(key.as_str(), copy).map_err(unavailable)?;
        put.expiration_ttl(copy::LIFETIME_SECONDS.into()).execute().await.map_err(unavailable)
    }
}
