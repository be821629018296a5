//! The edge for the Workers runtime: implements the ports of the core.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use hop_core::Timestamp;
use hop_core::ports::{Edge, EdgeLimits, EditsReachVisitors, NoEntropy, OperationLimit, PasswordCost, PasswordHashing, StoreError};
use worker::{Date, Delay, Env, console_error};

use crate::assets;
use crate::hasher;
use crate::ledger::WorkersLedger;
use crate::link_cache::CacheApi;
use crate::records::D1Records;

/// The limits and guarantees of this edge.
static LIMITS: EdgeLimits = EdgeLimits {
    name: "cloudflare",
    max_clicks: None,
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    account_password_cost: PasswordCost { memory_kib: 19_456, passes: 2 },
    max_hashes: 100,
    one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: EditsReachVisitors::WithinFreshSeconds,
};

/// The edge of one request.
pub(crate) struct WorkersEdge {
    records: D1Records,
    ledger: WorkersLedger,
    env: Env,
}

impl WorkersEdge {
    pub(crate) fn new(env: &Env) -> Self {
        Self { records: D1Records::new(env), ledger: WorkersLedger::new(env), env: env.clone() }
    }
}

impl Edge for WorkersEdge {
    type Records = D1Records;
    type LinkCache = CacheApi;
    type Ledger = WorkersLedger;

    const ALWAYS_HAS_LEDGER: bool = true;

    fn edge_limits(&self) -> &'static EdgeLimits {
        &LIMITS
    }

    /// The vendor limits the D1 queries of one invocation of a Worker, for each plan.
    fn operation_limit(&self) -> OperationLimit {
        OperationLimit::Plan { free: 50, paid: 1_000 }
    }

    fn records(&self) -> &D1Records {
        &self.records
    }

    fn link_cache(&self) -> Option<&CacheApi> {
        Some(&CacheApi)
    }

    fn ledger(&self) -> Option<&WorkersLedger> {
        Some(&self.ledger)
    }

    async fn wait(&self, millis: u32) {
        delay(millis).await;
    }

    async fn within<T>(&self, millis: u32, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut timer) = (pin!(work), pin!(delay(millis)));
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Date::now().as_millis())
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
    }

    async fn hash_password(&self, hashing: &PasswordHashing) -> Result<[u8; 32], StoreError> {
        hasher::hash(&self.env, hashing).await
    }

    fn log(&self, line: &str) {
        console_error!("{line}");
    }

    /// The counts are of one data centre, and Cloudflare updates them now and then. Without the binding there is no
    /// limiter.
    async fn admits_unknown_alias(&self, client: &str) -> Result<bool, StoreError> {
        let Ok(limiter) = self.env.rate_limiter("UNKNOWN_ALIASES") else { return Ok(true) };
        let outcome = limiter.limit(client.to_owned()).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(outcome.success)
    }

    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        assets::read(&self.env, name).await
    }
}

fn delay(millis: u32) -> Delay {
    Delay::from(Duration::from_millis(millis.into()))
}
