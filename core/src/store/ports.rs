//! The ports: what an edge must implement, and the consistency that the core relies on.
//!
//! * `commit` is atomic for the one record it guards: of two writers that expect the same state, at most one gets
//!   `Done`.
//! * A failed `commit` may have been applied.
//! * Reads may be stale: `get` may return an older value, `scan` may miss a new key or still list a removed one. Two
//!   reads need not agree.
//! * `take` never grants more than the limit, whatever fails. What a failed `take` took is lost. Erasing a link removes
//!   its counts, so a visitor who read the link before may take one click more.

use std::fmt;

pub use crate::model::account_password::PasswordHashing;
pub use crate::model::password::PasswordCost;
use crate::model::time::Timestamp;
pub use crate::model::visit::{ClientInfo, join};
use crate::store::{Change, Cursor, Key, Prefix};

/// What the status of an edge's static assets says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetStatus {
    /// The response has the file.
    Found,
    /// There is no such file.
    Missing,
    /// The assets do not answer properly.
    Failed,
}

impl AssetStatus {
    /// Reads a status.
    #[must_use]
    pub fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Found,
            404 => Self::Missing,
            _ => Self::Failed,
        }
    }
}

/// The platform one request runs on.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Edge {
    /// The store.
    type Records: Records;
    /// The cache of links.
    type LinkCache: LinkCache;
    /// The ledger of clicks.
    type Ledger: Ledger;

    /// Whether the edge has a ledger whatever happens. Then its module has no code for clicks in records.
    const ALWAYS_HAS_LEDGER: bool = false;

    /// The name of this edge, its limits and its guarantees.
    fn edge_limits(&self) -> &'static EdgeLimits;
    /// The limit of store operations per request, and the setting that determines it.
    fn operation_limit(&self) -> OperationLimit;
    /// The store.
    fn records(&self) -> &Self::Records;
    /// The cache of links, if this edge has one.
    fn link_cache(&self) -> Option<&Self::LinkCache>;
    /// The ledger of clicks, if this edge has objects with storage of their own. Without one, clicks are records.
    fn ledger(&self) -> Option<&Self::Ledger>;
    /// Awaits `work` for at most `millis` milliseconds; nothing if it takes longer. An edge whose store calls block
    /// cannot interrupt `work`, so it awaits all of it.
    async fn within<T>(&self, millis: u32, work: impl Future<Output = T>) -> Option<T> {
        let _ = millis;
        Some(work.await)
    }
    /// Waits, so that the clicks of a second can be sent together. An edge without a ledger needs no timer.
    async fn wait(&self, millis: u32) {
        let _ = millis;
    }
    /// The current time.
    fn now(&self) -> Timestamp;
    /// Fills `bytes` from the platform's source of randomness.
    ///
    /// # Errors
    /// If the source fails.
    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
    /// Runs Argon2id for the password of a user: here, or where the vendor allows more processor time.
    ///
    /// # Errors
    /// If it could not be run.
    async fn hash_password(&self, hashing: &PasswordHashing) -> Result<[u8; 32], StoreError> {
        hashing.run().map_err(|error| StoreError::Unavailable(format!("a password cannot be hashed: {error}")))
    }
    /// Writes one line of JSON to the log of the deployment.
    fn log(&self, line: &str);
    /// Whether this edge has log endpoints for clicks, so that the setting `HOP_CLICK_LOG` can name one.
    fn has_click_logs(&self) -> bool {
        false
    }
    /// Writes one line to the log endpoint with this name, which delivers it later.
    ///
    /// # Errors
    /// If the edge refuses the name or the line.
    fn log_click(&self, endpoint: &str, line: &str) -> Result<(), StoreError> {
        let _ = line;
        Err(StoreError::Unavailable(format!("this edge has no log endpoint {endpoint}")))
    }
    /// Whether the platform's own rate limiter lets a request of `client` for an unknown alias go on. It counts near
    /// the visitor, not exactly, and without the store. An edge without such a limiter lets every request go on.
    ///
    /// # Errors
    /// If the limiter does not answer.
    async fn admits_unknown_alias(&self, client: &str) -> Result<bool, StoreError> {
        let _ = client;
        Ok(true)
    }
    /// Reads a static asset that was built with the module: `openapi.json`, or a file of the dashboard such as
    /// `app/index.html`. `None` if there is no such file. Each segment of a name consists of ASCII letters, digits and
    /// `.`, `-`, `_`, and none begins with a dot, so a name never leaves the folder of the assets.
    ///
    /// # Errors
    /// If the assets cannot be read.
    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
}

/// The limits and guarantees of an edge. The core sizes its work by them and shows them in `/capabilities`.
#[derive(Debug)]
pub struct EdgeLimits {
    /// The name: `cloudflare`, `fastly` or `memory`.
    pub name: &'static str,
    /// The highest click limit a link can have, and the highest quota of a day; `None` if there is no maximum.
    pub max_clicks: Option<u64>,
    /// The cost parameters for hashing the password of a link.
    pub password_cost: PasswordCost,
    /// The cost parameters for hashing the password of a user, unless the setting `HOP_PASSWORD_COST` has others.
    pub account_password_cost: PasswordCost,
    /// The maximum number of passwords that one request may hash; at least one.
    pub max_hashes: u16,
    /// The guarantee that an alias has one owner: `always`, or the condition for it.
    pub one_owner: &'static str,
    /// The guarantee that a client reads its own acknowledged writes.
    pub read_your_writes: &'static str,
    /// How soon an edit or a deletion is visible to every visitor.
    pub edits_reach_visitors: EditsReachVisitors,
}

/// How soon an edit or a deletion is visible to every visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditsReachVisitors {
    /// The store returns the latest version, so the setting `HOP_FRESH_SECONDS` bounds the time.
    WithinFreshSeconds,
    /// The vendor of the store gives no upper bound. The text says how soon it usually is.
    Usually(&'static str),
}

/// The limit of store operations per request, and the setting that determines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationLimit {
    /// Each plan of the vendor has its own limit. The setting `HOP_PLAN` names the plan.
    Plan {
        /// The limit of the plan `free`, which is the default.
        free: u32,
        /// The limit of the plan `paid`.
        paid: u32,
    },
    /// The setting `HOP_STORE_OPERATIONS` is the limit.
    Operations {
        /// The limit without this setting.
        default: u32,
    },
}

/// A store call, with the parameters that determine its cost.
#[derive(Clone, Copy, Debug)]
pub enum StoreCall<'a> {
    /// Read one record.
    Get,
    /// Read this many records.
    GetMany(usize),
    /// List keys.
    Scan,
    /// Write one record without index entries, attachments or an audit event.
    Write,
    /// Commit a change.
    Commit(&'a Change),
    /// Commit a change that ends in a conflict, and undo what was written beside its record.
    Conflicting(&'a Change),
    /// Remove this many more keys in a commit that removes some already.
    Remove(usize),
    /// Take one unit of a limit.
    Take {
        /// Whether the store may forget the count after some time, as for a rate limit.
        expires: bool,
    },
    /// Read how much was taken of this many limits.
    Taken(usize),
}

/// The error that the edge has no random bytes. The text is for the log.
#[derive(Debug)]
pub struct NoEntropy(pub String);

/// The store: records, index entries and attachments. Keys are short ASCII strings, values are JSON.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Records {
    /// The maximum number of operations that the vendor counts for `call`.
    fn operations(&self, call: &StoreCall<'_>) -> u32;
    /// Whether `commit` keeps the word index ([`Change::word_adds`]). That takes a transaction: the entries have no
    /// token that tells those of two commits apart.
    fn has_word_index(&self) -> bool;
    /// The record at `key`.
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError>;
    /// The records at `keys`, in the same order.
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;
    /// Up to `limit` keys with `prefix`, in ascending order, from the position `after`.
    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError>;
    /// Commits the change if its record is in the expected state.
    async fn commit(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Takes one unit of `limit` at `key`, and returns how many operations that took. The store may forget the count
    /// after `until`.
    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<TakeOutcome, StoreError>;
    /// How many units were taken at each of `keys`, in the same order.
    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError>;
}

/// A cache of links and domains near the visitor. An entry may be outdated; the core decides how far to trust it
/// (`store/cache.rs`).
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait LinkCache {
    /// The entry of `key`. A failure counts as a miss.
    async fn get(&self, key: &Key) -> Option<Vec<u8>>;
    /// Stores an entry, for at most [`crate::store::cache::LIFETIME_SECONDS`].
    async fn put(&self, key: &Key, entry: &str) -> Result<(), StoreError>;
    /// Removes the entry of `key`, if there is one.
    async fn delete(&self, key: &Key) -> Result<(), StoreError>;
}

/// The cache of an edge that has none.
#[derive(Debug)]
pub enum NoCache {}

impl LinkCache for NoCache {
    async fn get(&self, _key: &Key) -> Option<Vec<u8>> {
        match *self {}
    }

    async fn put(&self, _key: &Key, _entry: &str) -> Result<(), StoreError> {
        match *self {}
    }

    async fn delete(&self, _key: &Key) -> Result<(), StoreError> {
        match *self {}
    }
}

/// The ledger of clicks: shards that merge batches one at a time ([`crate::store::ledger`]), and the salts of unique
/// visitors.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Ledger {
    /// Sends `request` to the shard with this name, and returns its reply. A failed request may have been carried out.
    async fn call(&self, shard: &str, request: String) -> Result<Vec<u8>, StoreError>;
    /// The salt of this name. The store of salts keeps no backups, so an expired salt is gone.
    async fn salt(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
}

/// The ledger of an edge that has none.
#[derive(Debug)]
pub enum NoLedger {}

impl Ledger for NoLedger {
    async fn call(&self, _shard: &str, _request: String) -> Result<Vec<u8>, StoreError> {
        match *self {}
    }

    async fn salt(&self, _name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match *self {}
    }
}

/// The store of the salts, which only the first shard of the ledger writes.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait SaltStore {
    /// The salt of this name.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Stores a salt, to be deleted after `seconds`.
    async fn put(&self, name: &str, salt: &str, seconds: u32) -> Result<(), StoreError>;
}

/// A stored value and its guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The value, JSON.
    pub value: Vec<u8>,
    /// The guard of this state of the record.
    pub guard: Guard,
}

/// The store's identifier of one state of a record: the token of a row in D1, the generation in KV Store. The core does
/// not interpret it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard(pub String);

/// A page of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys, in ascending order. There may be fewer than requested even if more follow.
    pub keys: Vec<Key>,
    /// The position of the next page, if there may be one.
    pub next: Option<Cursor>,
}

impl KeyPage {
    /// Makes a page from up to `limit + 1` keys; the extra key shows that more follow. The cursor is the last key of
    /// the page without the prefix.
    #[must_use]
    pub fn cut(mut keys: Vec<Key>, prefix: &Prefix, limit: u16) -> Self {
        let more = keys.len() > usize::from(limit);
        keys.truncate(limit.into());
        let last = keys.last().filter(|_| more).and_then(|key| key.as_str().strip_prefix(prefix.as_str()));
        let next = last.map(|rest| Cursor(rest.to_owned()));
        Self { keys, next }
    }
}

/// The result of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// The change was made.
    Done,
    /// The record was not in the expected state; nothing was written.
    Conflict,
}

/// The result of [`Records::take`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// One unit was taken.
    Granted,
    /// The limit is used up.
    Exhausted,
    /// Too many requests at once. A retry may succeed.
    Busy,
}

/// The result of [`Records::take`], with its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeOutcome {
    /// Whether a unit was taken.
    pub take: Take,
    /// The operations that the vendor counted: at most [`Records::operations`] of the call.
    pub operations: u32,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable(cause) | Self::Corrupt(cause) => cause,
            Self::BadCursor => "the store rejected the cursor",
            Self::OverBudget { needs, left } => {
                return write!(f, "a store call needs {needs} operations, but the budget of this request has {left} left");
            }
        })
    }
}

/// An error of the store. The texts are for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The store failed or did not answer. A write may have been applied.
    Unavailable(String),
    /// A stored value is not one that hop writes.
    Corrupt(String),
    /// The store rejected the cursor.
    BadCursor,
    /// The budget of the request has fewer operations left than the call needs. The call was not sent.
    OverBudget {
        /// The operations that the call needs.
        needs: u32,
        /// The operations that are left.
        left: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_404_means_that_a_file_is_missing() {
        for (status, expected) in [
            (200, AssetStatus::Found),
            (404, AssetStatus::Missing),
            (304, AssetStatus::Failed),
            (403, AssetStatus::Failed),
            (429, AssetStatus::Failed),
            (503, AssetStatus::Failed),
        ] {
            assert_eq!(AssetStatus::of(status), expected, "{status}");
        }
    }
}
