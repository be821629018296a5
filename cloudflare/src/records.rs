//! The store in D1: one table with a row per key. A change is one batch, which is one transaction. The guard is the
//! token of the row.

use std::collections::BTreeMap;

use hop_core::Timestamp;
use hop_core::ports::{Commit, Guard, KeyPage, Record, Records, StoreCall, StoreError, Take, TakeOutcome};
use hop_core::store::budget::by_statement;
use hop_core::store::{Change, Cursor, Expect, Key, Prefix, beside_as_json, keys_as_json};
use worker::d1::{D1DatabaseSession, D1PreparedStatement, D1Result, D1SessionConstraint, D1Type};
use worker::js_sys;
use worker::{Env, Error};

const BINDING: &str = "DB";

const GET: &str = "SELECT value, token FROM records WHERE key = ?1";
/// The list of keys is one parameter, so any number of records is one query.
const GET_MANY: &str = "SELECT key, value, token FROM records WHERE key IN (SELECT value FROM json_each(?1))";
/// `>=`, because a key may equal the prefix. Then it comes first.
const SCAN: &str = "SELECT key FROM records WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const SCAN_AFTER: &str = "SELECT key FROM records WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const INSERT: &str = "INSERT INTO records (key, value, token, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING";
const UPDATE: &str = "UPDATE records SET value = ?2, token = ?3, expires_at = ?4 WHERE key = ?1 AND token = ?5";
/// Writes beside the record happen only if the record has the new token, so not if the guarded write was rejected.
const INSERT_BESIDE: &str = "INSERT INTO records (key, value, token, expires_at) \
     SELECT beside.value ->> 0, beside.value ->> 1, ?3, beside.value ->> 2 FROM json_each(?1) AS beside \
     WHERE EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3) ON CONFLICT (key) DO NOTHING";
const DELETE: &str = "DELETE FROM records WHERE key IN (SELECT value FROM json_each(?1)) \
     AND EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3)";

/// Increments a counter below the limit. Returns a row if it did. The column is text, so the value is cast to a number.
const TAKE: &str = "INSERT INTO records (key, value, token, expires_at) SELECT ?1, '1', '', ?3 WHERE ?2 > 0 \
     ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 WHERE CAST(value AS INTEGER) < ?2 RETURNING key";

/// Deletes expired rows. The number of rows per statement is limited by the time that D1 has for one, the number of
/// statements by the queries that the free plan has for one invocation. The next run continues.
const DELETE_EXPIRED: &str = "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at < ?1 LIMIT 5000)";
const ROWS_PER_STATEMENT: usize = 5_000;
const MAX_STATEMENTS: u32 = 20;

/// The D1 database.
///
/// Each call has its own session, because only the first query of a session is guaranteed to reach the primary. Each
/// call also opens the binding: this has a cost, and a redirect from the memo or the link cache needs no database.
pub(crate) struct D1Records(Env);

impl D1Records {
    pub(crate) fn new(env: &Env) -> Self {
        Self(env.clone())
    }

    fn session(&self) -> Result<D1DatabaseSession, StoreError> {
        self.0.d1(BINDING).and_then(|database| database.with_session_constraint(D1SessionConstraint::FirstPrimary)).map_err(unavailable)
    }

    /// Deletes records that expired before `now`. The core checks the expiry itself: this only frees space.
    pub(crate) async fn delete_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        let session = self.session()?;
        for _ in 0..MAX_STATEMENTS {
            let deleted = statement(&session, DELETE_EXPIRED, &[moment(now)])?.run().await.map_err(unavailable)?;
            if changes(&deleted)? < ROWS_PER_STATEMENT {
                break;
            }
        }
        Ok(())
    }

    /// Runs a query and returns its rows. All columns are text.
    async fn rows(&self, sql: &str, parameters: &[D1Type<'_>]) -> Result<Vec<Vec<String>>, StoreError> {
        statement(&self.session()?, sql, parameters)?.raw().await.map_err(unavailable)
    }
}

impl Records for D1Records {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        by_statement(call)
    }

    fn has_word_index(&self) -> bool {
        true
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let rows = self.rows(GET, &[text(key)]).await?;
        rows.into_iter().next().map(|row| columns(row).map(|[value, token]| record(value, token))).transpose()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = BTreeMap::new();
        for row in self.rows(GET_MANY, &[D1Type::Text(&keys_as_json(keys)?)]).await? {
            let [key, value, token] = columns(row)?;
            found.insert(key, record(value, token));
        }
        Ok(keys.iter().map(|key| found.get(key.as_str()).cloned()).collect())
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError> {
        let (sql, rest) = after.map_or((SCAN, ""), |Cursor(rest)| (SCAN_AFTER, rest));
        let (from, end) = (format!("{}{rest}", prefix.as_str()), prefix.end());
        let one_more = f64::from(limit) + 1.0;
        let rows = self.rows(sql, &[D1Type::Text(&from), D1Type::Text(&end), D1Type::Real(one_more)]).await?;
        let keys = rows.into_iter().map(|row| columns(row).map(|[key]| Key::stored(key))).collect::<Result<Vec<_>, _>>()?;
        Ok(KeyPage::cut(keys, prefix, limit))
    }

    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        let session = self.session()?;
        let (key, token) = (text(&change.key), D1Type::Text(&change.token));
        let expires_at = change.expires_at.map_or(D1Type::Null, moment);
        let guarded = match &change.expect {
            Expect::Absent => statement(&session, INSERT, [&key, &D1Type::Text(&change.value), &token, &expires_at])?,
            Expect::Unchanged(Guard(guard)) => {
                let parameters = [&key, &D1Type::Text(&change.value), &token, &expires_at, &D1Type::Text(guard)];
                statement(&session, UPDATE, parameters)?
            }
        };
        let mut statements = vec![guarded];
        if change.has_attachments() {
            statements.push(statement(&session, INSERT_BESIDE, [&D1Type::Text(&beside_as_json(change)?), &key, &token])?);
        }
        if change.has_removals() {
            statements.push(statement(&session, DELETE, [&D1Type::Text(&keys_as_json(change.all_removes())?), &key, &token])?);
        }
        let results = session.batch(statements).await.map_err(unavailable)?;
        let first = results.first().ok_or_else(|| StoreError::Unavailable("D1 returned no result for a batch".into()))?;
        Ok(if changes(first)? > 0 { Commit::Done } else { Commit::Conflict })
    }

    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<TakeOutcome, StoreError> {
        let rows = self.rows(TAKE, &[text(key), number(limit), until.map_or(D1Type::Null, moment)]).await?;
        Ok(TakeOutcome { take: if rows.is_empty() { Take::Exhausted } else { Take::Granted }, operations: 1 })
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        let counters = self.get_many(keys).await?;
        let count = |counter: Option<Record>| std::str::from_utf8(&counter?.value).ok()?.parse().ok();
        Ok(counters.into_iter().map(|counter| count(counter).unwrap_or_default()).collect())
    }
}

/// The number of rows that a statement changed.
fn changes(result: &D1Result) -> Result<usize, StoreError> {
    let changes = result.meta().map_err(unavailable)?.and_then(|meta| meta.changes);
    changes.ok_or_else(|| StoreError::Unavailable("D1 did not return the number of changed rows".into()))
}

/// Prepares a statement with its parameters.
fn statement<'a>(
    session: &D1DatabaseSession,
    sql: &str,
    parameters: impl IntoIterator<Item = &'a D1Type<'a>>,
) -> Result<D1PreparedStatement, StoreError> {
    session.prepare(sql).bind_refs(parameters).map_err(unavailable)
}

fn moment(moment: Timestamp) -> D1Type<'static> {
    number(moment.as_millis())
}

/// A number parameter. It is exact up to 2^53, enough for any time or count. `D1Type::Integer` has only 32 bits.
#[expect(clippy::cast_precision_loss, reason = "JavaScript has no integers of 64 bits")]
fn number(number: u64) -> D1Type<'static> {
    D1Type::Real(number as f64)
}

fn text(key: &Key) -> D1Type<'_> {
    D1Type::Text(key.as_str())
}

fn record(value: String, token: String) -> Record {
    Record { value: value.into_bytes(), guard: Guard(token) }
}

/// The columns of a row.
fn columns<const N: usize>(row: Vec<String>) -> Result<[String; N], StoreError> {
    row.try_into().map_err(|_| StoreError::Corrupt("a row has another number of columns than the query".into()))
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(format!("D1: {}", message(&error)))
}

/// The message of an error. `Display` of the SDK's error panics if the cause of a D1 error is not a string.
pub(crate) fn message(error: &Error) -> String {
    match error {
        Error::D1(error) => String::from(AsRef::<js_sys::Error>::as_ref(error).message()),
        other => other.to_string(),
    }
}
