//! What an edge must provide.
//!
//! The consistency the core counts on: `commit` is atomic about the one record it guards, so of two writers that expect the
//! same state at most one is `Done`. Everything else may be late: a `get` may answer with an older value, a `scan` may miss a new
//! key or still show a dropped one, and a failed `commit` may have been applied. Two reads agree only by luck. `take` never grants more than
//! was to be had, whatever else goes wrong; what a failed one took is lost.

use std::fmt;

pub use crate::model::password::PasswordCost;
use crate::model::time::Timestamp;
pub use crate::model::visit::{ClientInfo, join};
use crate::store::{Change, Cursor, Key, Prefix};

/// The platform one request runs on.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Edge {
    /// Where truth is kept.
    type Records: Records;
    /// Where nearer copies are kept.
    type LinkCache: LinkCache;

    /// What this edge is and how far its promises go.
    fn edge_limits(&self) -> &'static EdgeLimits;
    /// Where it is said how many store operations a request may use.
    fn operation_limit(&self) -> OperationLimit;
    /// The truth.
    fn records(&self) -> &Self::Records;
    /// Copies, if this edge has any.
    fn link_cache(&self) -> Option<&Self::LinkCache>;
    /// The time.
    fn now(&self) -> Timestamp;
    /// Fills `bytes` from the platform's source of randomness.
    ///
    /// # Errors
    /// When the source does not answer.
    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
    /// Writes one line, JSON, to the deployment's log.
    fn log(&self, line: &str);
    /// The API as OpenAPI has it: what `docs/openapi.json` says, from beside the module or, with [`crate::openapi`], from within it.
    async fn openapi(&self) -> Result<Vec<u8>, StoreError>;
}

/// What is fixed about an edge: data for the core to size its work by and to tell in `/capabilities`.
#[derive(Debug)]
pub struct EdgeLimits {
    /// `cloudflare`, `fastly` or `memory`.
    pub name: &'static str,
    /// The most clicks a link can be limited to; any number if there is none.
    pub max_clicks: Option<u64>,
    /// What hashing a password may cost.
    pub password_cost: PasswordCost,
    /// Most passwords that are hashed in one request, at least one.
    pub most_hashes: u16,
    /// Whether one alias always has one owner, or only as far as the store's insert-if-absent holds.
    pub one_owner: &'static str,
    /// Whether a client always reads its own acknowledged write.
    pub read_your_writes: &'static str,
    /// How soon an edit or a deletion reaches every visitor.
    pub edits_reach_visitors: &'static str,
}

/// Where it is said how many store operations a request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationLimit {
    /// In the setting `HOP_PLAN`: the vendor has a limit for each plan.
    Plan {
        /// For `free`, and where nothing is set.
        free: u32,
        /// For `paid`.
        paid: u32,
    },
    /// In the setting `HOP_STORE_OPERATIONS`.
    Operations {
        /// Where nothing is set.
        usual: u32,
    },
}

/// A store call, with what determines its cost.
#[derive(Clone, Copy, Debug)]
pub enum StoreCall<'a> {
    /// A record is read.
    Get,
    /// So many are.
    GetMany(usize),
    /// Keys are listed.
    Scan,
    /// A record is written, and nothing beside it.
    Write,
    /// A change is made.
    Commit(&'a Change),
    /// A change is refused.
    Refused(&'a Change),
    /// So many keys are dropped by a change that drops others too.
    Drop(usize),
    /// One of a few is taken.
    Take {
        /// Whether the limit holds only until a moment.
        expires: bool,
    },
    /// So many counts of what was taken are read.
    Taken(usize),
}

/// The edge has no random bytes; the text is for the log.
#[derive(Debug)]
pub struct NoEntropy(pub String);

/// Truth and the pointers to it. Keys are short ASCII strings, values are JSON.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Records {
    /// Upper limit of the operations that the vendor counts for `call`.
    fn operations(&self, call: &StoreCall<'_>) -> u32;
    /// The record under `key`.
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError>;
    /// The records under `keys`, in their order.
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;
    /// Up to `limit` keys under `prefix` in ascending order, after where `after` left off.
    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError>;
    /// Makes the change if its expectation holds.
    async fn commit(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Takes one of the `limit` that are to be had under `key`. The store may forget what was taken after `until`.
    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<Take, StoreError>;
    /// How many were taken under each of `keys`, in their order.
    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError>;
}

/// A nearer, possibly older copy of link records. What a copy may be trusted for is the core's decision (`store/cached_link.rs`).
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait LinkCache {
    /// The copy under `key`; a failure is a missing copy.
    async fn get(&self, key: &Key) -> Option<Vec<u8>>;
    /// Puts a copy, for at most [`crate::store::cached_link::LIFETIME_SECONDS`].
    async fn put(&self, key: &Key, cached_link: &str) -> Result<(), StoreError>;
}

/// The copies of an edge that has none.
#[derive(Debug)]
pub enum NoCache {}

impl LinkCache for NoCache {
    async fn get(&self, _key: &Key) -> Option<Vec<u8>> {
        match *self {}
    }

    async fn put(&self, _key: &Key, _copy: &str) -> Result<(), StoreError> {
        match *self {}
    }
}

/// A stored value and what the store knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// JSON.
    pub value: Vec<u8>,
    /// The store's mark of this very state of the record.
    pub guard: Guard,
}

/// The store's own mark of one state of a record: a row's token, a generation. Opaque to the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard(pub String);

/// A page of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage {
    /// In ascending order; may be fewer than asked for even if more follow.
    pub keys: Vec<Key>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl KeyPage {
    /// The page of a store that was asked for one key more than `limit`, to see whether more follow. Its cursor is the last key
    /// without the prefix.
    #[must_use]
    pub fn cut(mut keys: Vec<Key>, prefix: &Prefix, limit: u16) -> Self {
        let more = keys.len() > usize::from(limit);
        keys.truncate(limit.into());
        let last = keys.last().filter(|_| more).and_then(|key| key.as_str().strip_prefix(prefix.as_str()));
        let next = last.map(|rest| Cursor(rest.to_owned()));
        Self { keys, next }
    }
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It was made.
    Done,
    /// The record was not in the expected state; nothing was written.
    Conflict,
}

/// What became of asking for one of a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// It is the asker's, and nobody else's.
    Granted,
    /// All were taken.
    Exhausted,
    /// Too many asked at once: whoever asks again may get one.
    Busy,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable(cause) | Self::Corrupt(cause) => cause,
            Self::BadCursor => "the store does not know the cursor",
            Self::OverBudget { needs, left } => {
                return write!(f, "a call takes {needs} store operations, and {left} are left of this request's budget");
            }
        })
    }
}

/// A store that did not do its work. The texts are for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// It did not answer, or answered with a failure. A write may have been applied all the same.
    Unavailable(String),
    /// What it holds is not what hop wrote.
    Corrupt(String),
    /// It does not know the cursor.
    BadCursor,
    /// The request has fewer operations left than the call takes. It was not sent.
    OverBudget {
        /// What the call takes.
        needs: u32,
        /// What is left.
        left: u32,
    },
}
