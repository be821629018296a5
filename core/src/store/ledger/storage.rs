//! The storage of a shard: named rows with a summary and a body. It is synchronous, transactional, and has no other
//! writer.

use crate::store::ports::StoreError;

/// A row of a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardRow {
    /// What is read often: short JSON.
    pub summary: String,
    /// The rest, JSON, at most 2 MB.
    pub body: String,
}

/// A write of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardWrite {
    /// Inserts or replaces the row at this key.
    Put(String, ShardRow),
    /// Deletes the row at this key, if there is one.
    Delete(String),
}

/// The storage of one shard. Keys are ASCII.
pub trait ShardStorage {
    /// The row at `key`.
    ///
    /// # Errors
    /// If the storage fails.
    fn get(&self, key: &str) -> Result<Option<ShardRow>, StoreError>;

    /// The rows with this prefix, in the order of their keys.
    ///
    /// # Errors
    /// If the storage fails.
    fn rows(&self, prefix: &str) -> Result<Vec<(String, ShardRow)>, StoreError>;

    /// At most `limit` keys after `after` and their summaries, in the order of the keys.
    ///
    /// # Errors
    /// If the storage fails.
    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError>;

    /// The keys with this prefix and their summaries, in the order of the keys.
    ///
    /// # Errors
    /// If the storage fails.
    fn summaries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Makes all writes, or none.
    ///
    /// # Errors
    /// If the storage fails.
    fn write(&self, writes: &[ShardWrite]) -> Result<(), StoreError>;
}
