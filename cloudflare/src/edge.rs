//! The edge for the Workers runtime: implements the ports of the core.

use hop_core::Timestamp;
use hop_core::ports::{Edge, EdgeLimits, NoEntropy, OperationLimit, PasswordCost, StoreError};
use worker::{Date, Env, console_error};

use crate::assets;
use crate::link_cache::KvCache;
use crate::records::D1Records;

/// The limits and guarantees of this edge.
static LIMITS: EdgeLimits = EdgeLimits {
    name: "cloudflare",
    max_clicks: None,
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    max_hashes: 100,
    one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: "usually within about a minute; the vendor gives no upper bound",
};

/// The edge of one request.
pub(crate) struct WorkersEdge {
    records: D1Records,
    link_cache: Option<KvCache>,
    env: Env,
}

impl WorkersEdge {
    pub(crate) fn new(env: &Env) -> Self {
        Self { records: D1Records::new(env), link_cache: KvCache::new(env), env: env.clone() }
    }
}

impl Edge for WorkersEdge {
    type Records = D1Records;
    type LinkCache = KvCache;

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

    fn link_cache(&self) -> Option<&KvCache> {
        self.link_cache.as_ref()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Date::now().as_millis())
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
    }

    fn log(&self, line: &str) {
        console_error!("{line}");
    }

    async fn openapi(&self) -> Result<Vec<u8>, StoreError> {
        assets::read(&self.env, "openapi.json").await
    }
}
