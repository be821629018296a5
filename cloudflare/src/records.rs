//! Records in D1: one table of keys, a change as one batch, which is one transaction. The guard is the row's token.

use hop_core::Timestamp;
use hop_core::ports::{Commit, Guard, Page, Record, Records, StoreError, Take};
use hop_core::records::{Change, Cursor, Expect, HINT, Key, Prefix};
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;
use worker::worker_sys::{D1Database, D1DatabaseSession, D1PreparedStatement, D1Result};

use crate::edge::{binding, message};

const BINDING: &str = "DB";

/// D1 takes at most this many parameters in one statement.
const MOST_PARAMETERS: usize = 100;

const GET: &str = "SELECT value, token FROM records WHERE key = ?1";
/// A key may be all of its prefix, and then it comes first.
const SCAN: &str = "SELECT key FROM records WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const SCAN_AFTER: &str = "SELECT key FROM records WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const CLAIM: &str = "INSERT INTO records (key, value, token, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING";
const REPLACE: &str = "UPDATE records SET value = ?2, token = ?3, expires_at = ?4 WHERE key = ?1 AND token = ?5";
/// What is written beside the record goes with its new token: if the guarded write was refused, that token is nowhere.
const BESIDE: &str = "INSERT INTO records (key, value, token, expires_at) SELECT ?1, ?4, ?3, ?5 \
     WHERE EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3) ON CONFLICT (key) DO NOTHING";
const DROP: &str = "DELETE FROM records WHERE key = ?1 AND EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3)";

/// One more, if the limit leaves one: a row comes back. What is text in the table is compared as a number.
const TAKE: &str = "INSERT INTO records (key, value, token, expires_at) SELECT ?1, '1', '', ?3 WHERE ?2 > 0 \
     ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 WHERE CAST(value AS INTEGER) < ?2 RETURNING key";

/// A sweep takes no more rows in one statement than D1 has time for, and no more statements than the smallest plan has for a call; the
/// next sweep goes on.
const SWEEP: &str = "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at < ?1 LIMIT 5000)";
const SWEPT_AT_ONCE: f64 = 5_000.0;
const SWEEPS: u32 = 20;

/// The database. Every call has a session of its own: only the first query of one is sure to reach the primary.
///
/// It is the runtime's own handle. The SDK's `D1Database` would bring what reads results by way of serde, 8 KB gzip.
pub(crate) struct D1Records(Option<D1Database>);

impl D1Records {
    pub(crate) fn new(env: &Env) -> Self {
        Self(binding(env, BINDING).map(JsValue::unchecked_into))
    }

    fn session(&self) -> Result<D1DatabaseSession, StoreError> {
        let database = self.0.as_ref().ok_or_else(|| StoreError::Unavailable(format!("there is no D1 database {BINDING}")))?;
        database.with_session(Some("first-primary")).map_err(unavailable)
    }

    /// Forgets what expired before `now`. The core looks at the clock itself: this only makes room.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let session = self.session()?;
        for _ in 0..SWEEPS {
            let swept = answer(statement(&session, SWEEP, &[moment(now)])?.run()).await?;
            if changes(swept.unchecked_into())? < SWEPT_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// The rows of a query, each an array of its columns.
    async fn rows(&self, sql: &str, parameters: &[JsValue]) -> Result<Vec<Array>, StoreError> {
        let rows = answer(statement(&self.session()?, sql, parameters)?.raw()).await?;
        Ok(rows.iter().map(JsValue::unchecked_into).collect())
    }
}

impl Records for D1Records {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let rows = self.rows(GET, &[text(key.as_str())]).await?;
        rows.first().map(|row| record(row, 0)).transpose()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let mut records = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MOST_PARAMETERS) {
            let marks = vec!["?"; keys.len()].join(",");
            let sql = format!("SELECT key, value, token FROM records WHERE key IN ({marks})");
            let parameters: Vec<JsValue> = keys.iter().map(|key| text(key.as_str())).collect();
            let rows = self.rows(&sql, &parameters).await?;
            let found = rows.iter().map(|row| column(row, 0)).collect::<Result<Vec<_>, _>>()?;
            for key in keys {
                let row = found.iter().position(|found| found == key.as_str()).and_then(|at| rows.get(at));
                records.push(row.map(|row| record(row, 1)).transpose()?);
            }
        }
        Ok(records)
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<Page, StoreError> {
        let (sql, rest) = after.map_or((SCAN, ""), |Cursor(rest)| (SCAN_AFTER, rest));
        let from = format!("{}{rest}", prefix.as_str());
        let one_more = f64::from(limit) + 1.0;
        let rows = self.rows(sql, &[text(&from), text(&prefix.end()), one_more.into()]).await?;
        let keys = rows.iter().map(|row| column(row, 0).map(Key::kept)).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(keys, prefix, limit))
    }

    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        let session = self.session()?;
        let (key, token) = (text(change.key.as_str()), text(&change.token));
        let value = text(&change.value);
        let expires_at = change.expires_at.map_or(JsValue::NULL, moment);
        let guarded = match &change.expect {
            Expect::Absent => statement(&session, CLAIM, &[key.clone(), value, token.clone(), expires_at])?,
            Expect::Unchanged(Guard(guard)) => statement(&session, REPLACE, &[key.clone(), value, token.clone(), expires_at, text(guard)])?,
        };
        let statements = Array::<JsValue>::of1(&guarded);
        let sides = change.sides.iter().map(|(side, value)| (side, value.as_str(), None));
        let notes = change.note.iter().map(|note| (&note.key, note.value.as_str(), note.expires_at));
        for (side, value, until) in sides.chain(change.gains.iter().map(|hint| (hint, HINT, None))).chain(notes) {
            let until = until.map_or(JsValue::NULL, moment);
            let beside = statement(&session, BESIDE, &[text(side.as_str()), key.clone(), token.clone(), text(value), until])?;
            statements.push(&beside);
        }
        for old in &change.drops {
            let drop = statement(&session, DROP, &[text(old.as_str()), key.clone(), token.clone()])?;
            statements.push(&drop);
        }
        let results = answer(session.session_batch(statements)).await?;
        Ok(if changes(results.get(0).unchecked_into())? > 0.0 { Commit::Done } else { Commit::Conflict })
    }

    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<Take, StoreError> {
        let rows = self.rows(TAKE, &[text(key.as_str()), number(limit), until.map_or(JsValue::NULL, moment)]).await?;
        Ok(if rows.is_empty() { Take::Exhausted } else { Take::Granted })
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        let counters = self.get_many(keys).await?;
        let count = |counter: Option<Record>| std::str::from_utf8(&counter?.value).ok()?.parse().ok();
        Ok(counters.into_iter().map(|counter| count(counter).unwrap_or_default()).collect())
    }
}

/// How many rows a statement changed.
fn changes(result: D1Result) -> Result<f64, StoreError> {
    let meta = result.meta().map_err(unavailable)?;
    let changes = Reflect::get(&meta, &text("changes")).map_err(unavailable)?.as_f64();
    changes.ok_or_else(|| StoreError::Unavailable("D1 did not say how many rows it changed".into()))
}

fn statement(session: &D1DatabaseSession, sql: &str, parameters: &[JsValue]) -> Result<D1PreparedStatement, StoreError> {
    session.session_prepare(sql).and_then(|statement| statement.bind(parameters.iter().collect())).map_err(unavailable)
}

/// What D1 answers when it is asked.
async fn answer(asked: Result<Promise, JsValue>) -> Result<Array, StoreError> {
    let answered = JsFuture::from(asked.map_err(unavailable)?).await;
    answered.map(JsValue::unchecked_into).map_err(unavailable)
}

fn moment(moment: Timestamp) -> JsValue {
    number(moment.as_millis())
}

/// Exact up to 2^53: a time or a count that anybody will live to see.
#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
fn number(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

/// The value and the token that stand at column `at` and after it.
fn record(row: &Array, at: u32) -> Result<Record, StoreError> {
    Ok(Record { value: column(row, at)?.into_bytes(), guard: Guard(column(row, at.saturating_add(1))?) })
}

fn column(row: &Array, at: u32) -> Result<String, StoreError> {
    let value = row.get(at).as_string();
    value.ok_or_else(|| StoreError::Corrupt(format!("column {at} of a row is no text")))
}

/// For the log. D1's own words are what an operator can search for.
fn unavailable(error: JsValue) -> StoreError {
    StoreError::Unavailable(format!("D1: {}", message(&error)))
}
