//! The storage of a shard: one table in the SQLite database of a Durable Object.
//!
//! `WITHOUT ROWID` makes the key the only index, so that each write is one row of those that the vendor bills and, on
//! the free plan, limits.

use std::cell::Cell;

use hop_core::ports::StoreError;
use hop_core::store::ledger::{ShardRow, ShardStorage, ShardWrite};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::{Error, SqlCursor, SqlStorage, SqlStorageValue, Storage};

use crate::records::message;

const CREATE: &str = "CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, summary TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID";
const GET: &str = "SELECT summary, body FROM rows WHERE key = ?1";
const ROWS: &str = "SELECT key, summary, body FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key";
const SUMMARIES: &str = "SELECT key, summary FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key";
const PAGE: &str = "SELECT key, summary FROM rows WHERE key > ?1 ORDER BY key LIMIT ?2";
const PUT: &str = "INSERT INTO rows (key, summary, body) VALUES (?1, ?2, ?3) \
     ON CONFLICT (key) DO UPDATE SET summary = excluded.summary, body = excluded.body";
const DELETE: &str = "DELETE FROM rows WHERE key = ?1";

/// A character after every one in a key: keys are printable ASCII.
const AFTER_ALL: char = '\u{7f}';

#[wasm_bindgen]
extern "C" {
    /// The storage of an object. The SDK has no method for its synchronous transactions.
    type ObjectStorage;

    /// Runs `work` in a transaction, which is rolled back if `work` throws.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &ObjectStorage, work: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue>;
}

/// The rows of a shard.
pub(crate) struct SqlRows {
    storage: ObjectStorage,
    sql: SqlStorage,
    /// Whether this instance of the object has made sure that the table exists.
    has_table: Cell<bool>,
}

impl SqlRows {
    pub(crate) fn new(storage: &Storage) -> Self {
        let raw: &JsValue = storage.as_raw();
        Self { storage: raw.clone().unchecked_into(), sql: storage.sql(), has_table: Cell::new(false) }
    }

    fn execute<const N: usize>(&self, sql: &str, parameters: [&str; N]) -> Result<SqlCursor, Error> {
        if !self.has_table.get() {
            self.sql.exec(CREATE, None)?;
            self.has_table.set(true);
        }
        let parameters: Vec<SqlStorageValue> = parameters.into_iter().map(SqlStorageValue::from).collect();
        self.sql.exec(sql, parameters)
    }

    /// The rows of a query whose columns are all text.
    fn select<const N: usize, const M: usize>(&self, sql: &str, parameters: [&str; N]) -> Result<Vec<[String; M]>, StoreError> {
        let rows = self.execute(sql, parameters).map_err(unavailable)?.raw();
        rows.map(|row| texts(row.map_err(unavailable)?)).collect()
    }

    /// The rows with this prefix.
    fn range<const M: usize>(&self, sql: &str, prefix: &str) -> Result<Vec<[String; M]>, StoreError> {
        self.select(sql, [prefix, &format!("{prefix}{AFTER_ALL}")])
    }

    fn write_one(&self, write: &ShardWrite) -> Result<(), Error> {
        match write {
            ShardWrite::Put(key, row) => self.execute(PUT, [key, &row.summary, &row.body]),
            ShardWrite::Delete(key) => self.execute(DELETE, [key]),
        }
        .map(drop)
    }
}

impl ShardStorage for SqlRows {
    fn get(&self, key: &str) -> Result<Option<ShardRow>, StoreError> {
        let rows = self.select(GET, [key])?;
        Ok(rows.into_iter().next().map(|[summary, body]| ShardRow { summary, body }))
    }

    fn rows(&self, prefix: &str) -> Result<Vec<(String, ShardRow)>, StoreError> {
        let rows = self.range(ROWS, prefix)?;
        Ok(rows.into_iter().map(|[key, summary, body]| (key, ShardRow { summary, body })).collect())
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.select(PAGE, [after, &limit.to_string()])?;
        Ok(rows.into_iter().map(|[key, summary]| (key, summary)).collect())
    }

    fn summaries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.range(SUMMARIES, prefix)?;
        Ok(rows.into_iter().map(|[key, summary]| (key, summary)).collect())
    }

    fn write(&self, writes: &[ShardWrite]) -> Result<(), StoreError> {
        let mut write_all = || writes.iter().try_for_each(|write| self.write_one(write).map_err(JsValue::from));
        self.storage.transaction_sync(&mut write_all).map_err(|error| unavailable(error.into()))
    }
}

/// The columns of a row, which are all text.
fn texts<const M: usize>(row: Vec<SqlStorageValue>) -> Result<[String; M], StoreError> {
    let wrong = || StoreError::Corrupt("a row of the ledger has another form than hop writes".into());
    let text = |value| match value {
        SqlStorageValue::String(text) => Ok(text),
        _ => Err(wrong()),
    };
    let texts: Vec<String> = row.into_iter().map(text).collect::<Result<_, _>>()?;
    texts.try_into().map_err(|_| wrong())
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(format!("SQLite: {}", message(&error)))
}
