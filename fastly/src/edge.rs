//! The edge for the Compute runtime: implements the ports of the core.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use fastly::log::Endpoint;
use fastly::{ConfigStore, SecretStore};
use hop_core::Timestamp;
use hop_core::ports::{Edge, EdgeLimits, EditsReachVisitors, NoCache, NoEntropy, NoLedger, OperationLimit, PasswordCost, StoreError};

use crate::assets;
use crate::records::KvRecords;

/// The limits and guarantees of this edge.
static LIMITS: EdgeLimits = EdgeLimits {
    name: "fastly",
    // Each click is a ticket, and all tickets are listed with one call.
    max_clicks: Some(1_000),
    // 15 ms of the 50 ms that a request has.
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    account_password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    // The rest of the time is for the store and for parsing the request.
    max_hashes: 3,
    one_owner: "as long as KV Store never lets two inserts of one absent key succeed",
    read_your_writes: "an accepted write may take seconds to be readable, even for its writer",
    edits_reach_visitors: EditsReachVisitors::Usually("usually within seconds; the vendor gives no upper bound"),
};

/// The edge of one request.
pub(crate) struct ComputeEdge {
    records: KvRecords,
}

impl ComputeEdge {
    pub(crate) fn open() -> Self {
        Self { records: KvRecords::open() }
    }
}

impl Edge for ComputeEdge {
    type Records = KvRecords;
    type LinkCache = NoCache;
    type Ledger = NoLedger;

    fn edge_limits(&self) -> &'static EdgeLimits {
        &LIMITS
    }

    /// The vendor limits backend requests to 32, and does not document whether calls of the KV Store count as such.
    fn operation_limit(&self) -> OperationLimit {
        OperationLimit::Operations { default: 32 }
    }

    fn records(&self) -> &KvRecords {
        &self.records
    }

    fn link_cache(&self) -> Option<&NoCache> {
        None
    }

    fn ledger(&self) -> Option<&NoLedger> {
        None
    }

    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        random(bytes)
    }

    fn log(&self, line: &str) {
        eprintln!("{line}");
    }

    fn has_click_logs(&self) -> bool {
        true
    }

    /// Each write is one line.
    fn log_click(&self, endpoint: &str, line: &str) -> Result<(), StoreError> {
        let failed = |error: &dyn std::fmt::Display| StoreError::Unavailable(format!("log endpoint {endpoint}: {error}"));
        let mut endpoint = Endpoint::try_from_name(endpoint).map_err(|error| failed(&error))?;
        endpoint.write_all(line.as_bytes()).map_err(|error| failed(&error))
    }

    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(assets::read(name))
    }
}

/// Fills `bytes` from the source of randomness of the runtime.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
}

/// The stores with the settings and secrets of the deployment. Either may be missing.
pub(crate) struct Settings {
    config: Option<ConfigStore>,
    secrets: Option<SecretStore>,
}

impl Settings {
    pub(crate) fn open() -> Self {
        Self { config: ConfigStore::try_open("hop_config").ok(), secrets: SecretStore::open("hop_secrets").ok() }
    }

    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        self.config.as_ref()?.try_get(name).ok()?
    }

    pub(crate) fn secret(&self, name: &str) -> Option<String> {
        let secret = self.secrets.as_ref()?.try_get(name).ok()??;
        String::from_utf8(secret.try_plaintext().ok()?.to_vec()).ok()
    }
}
