//! The ledger of clicks: sends requests to the Durable Objects, which are in `shard.rs`.
//!
//! Bindings are opened in the call that uses them. A stub belongs to the request that created it, and a redirect sends
//! nothing: only its background work does.

use hop_core::ports::{Ledger, SaltStore as _, StoreError};
use worker::{Env, Error, Method, Request, RequestInit};

use crate::records::message;
use crate::salts::KvSalts;

const BINDING: &str = "LEDGER";

/// The runtime requires a URL. An object has one endpoint, so it reads the body alone.
const URL: &str = "https://ledger/";

/// The ledger in Durable Objects.
pub(crate) struct WorkersLedger {
    env: Env,
    salts: KvSalts,
}

impl WorkersLedger {
    pub(crate) fn new(env: &Env) -> Self {
        Self { env: env.clone(), salts: KvSalts::new(env) }
    }
}

impl Ledger for WorkersLedger {
    async fn call(&self, shard: &str, request: String) -> Result<Vec<u8>, StoreError> {
        let stub = self.env.durable_object(BINDING).and_then(|objects| objects.get_by_name(shard)).map_err(unavailable)?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_body(Some(request.into()));
        let request = Request::new_with_init(URL, &init).map_err(unavailable)?;
        let mut response = stub.fetch_with_request(request).await.map_err(unavailable)?;
        let status = response.status_code();
        let body = response.bytes().await.map_err(unavailable)?;
        let is_success = status / 100 == 2;
        if is_success {
            Ok(body)
        } else {
            Err(StoreError::Unavailable(format!("ledger {shard}: status {status}: {}", String::from_utf8_lossy(&body))))
        }
    }

    async fn salt(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.salts.get(name).await
    }
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(format!("ledger: {}", message(&error)))
}
