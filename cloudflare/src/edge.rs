//! The Workers runtime as an edge of the core.

use hop_core::Timestamp;
use hop_core::ports::{Edge, NoEntropy, PasswordCost, StoreError, Traits};
use worker::{Date, Env, console_error};

use crate::assets;
use crate::copies::KvCopies;
use crate::records::D1Records;

static TRAITS: Traits = Traits {
    name: "cloudflare",
    // A page reads its hints, its records and its totals in one query each.
    largest_page: 100,
    // Each takes up to three of the 1,000 queries that a request may make.
    largest_batch: 100,
    longest_history: 50,
    max_clicks: None,
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    most_hashes: 100,
    // The smallest plan has 50 queries for a request. An edit takes two and its copy two more.
    most_counts: 45,
    // One for their hints, and one for each hundred of them.
    most_crawlable: 1_000,
    most_edits: 10,
    // All drops go in one batch, but predecessors are looked at one by one. An erasure takes up to ten other queries.
    most_drops: 40,
    one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: "usually within about a minute; the vendor gives no upper bound",
};

pub(crate) struct WorkersEdge {
    records: D1Records,
    copies: Option<KvCopies>,
    env: Env,
}

impl WorkersEdge {
    pub(crate) fn new(env: &Env) -> Self {
        Self { records: D1Records::new(env), copies: KvCopies::new(env), env: env.clone() }
    }
}

impl Edge for WorkersEdge {
    type Records = D1Records;
    type Copies = KvCopies;

    fn traits(&self) -> &'static Traits {
        &TRAITS
    }

    fn records(&self) -> &D1Records {
        &self.records
    }

    fn copies(&self) -> Option<&KvCopies> {
        self.copies.as_ref()
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
