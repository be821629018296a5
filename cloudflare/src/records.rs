//! Records in D1: one table of keys, a change as one batch, which is one transaction. The guard is the row's token.

use std::collections::BTreeMap;

use hop_core::Timestamp;
use hop_core::ports::{Commit, Guard, Page, Record, Records, StoreError};
use hop_core::records::{Change, Cursor, Expect, HINT, Key, Prefix};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use worker::{D1Database, D1DatabaseSession, D1PreparedStatement, D1SessionConstraint, Env};

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
const BESIDE: &str = "INSERT INTO records (key, value, token) SELECT ?1, ?4, ?3 \
     WHERE EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3) ON CONFLICT (key) DO NOTHING";
const DROP: &str = "DELETE FROM records WHERE key = ?1 AND EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3)";

/// A sweep takes no more rows than a request has time for; the next one goes on.
const SWEEP: &str = "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at < ?1 LIMIT 5000)";

/// The database. Every call has a session of its own: only the first query of one is sure to reach the primary.
pub(crate) struct D1Records(Result<D1Database, StoreError>);

impl D1Records {
    pub(crate) fn new(env: &Env) -> Self {
        Self(env.d1(BINDING).map_err(unavailable))
    }

    fn session(&self) -> Result<D1DatabaseSession, StoreError> {
        let database = self.0.as_ref().map_err(Clone::clone)?;
        database.with_session_constraint(D1SessionConstraint::FirstPrimary).map_err(unavailable)
    }

    /// Forgets what expired before `now`. The core looks at the clock itself: this only makes room.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        statement(&self.session()?, SWEEP, &[moment(now)])?.run().await.map(drop).map_err(unavailable)
    }

    /// The rows of a query, each an array of its columns.
    async fn rows(&self, sql: &str, parameters: &[JsValue]) -> Result<Vec<Array>, StoreError> {
        let rows = statement(&self.session()?, sql, parameters)?.raw_js_value().await.map_err(unavailable)?;
        Ok(rows.into_iter().map(JsCast::unchecked_into).collect())
    }
}

impl Records for D1Records {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let rows = self.rows(GET, &[text(key.as_str())]).await?;
        rows.first().map(|row| record(row, 0)).transpose()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let mut found = BTreeMap::new();
        for keys in keys.chunks(MOST_PARAMETERS) {
            let marks = vec!["?"; keys.len()].join(",");
            let sql = format!("SELECT key, value, token FROM records WHERE key IN ({marks})");
            let parameters: Vec<JsValue> = keys.iter().map(|key| text(key.as_str())).collect();
            for row in self.rows(&sql, &parameters).await? {
                found.insert(column(&row, 0)?, record(&row, 1)?);
            }
        }
        Ok(keys.iter().map(|key| found.get(key.as_str()).cloned()).collect())
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
        let mut statements = vec![guarded];
        let sides = change.sides.iter().map(|(side, value)| (side, value.as_str()));
        for (side, value) in sides.chain(change.gains.iter().map(|hint| (hint, HINT))) {
            statements.push(statement(&session, BESIDE, &[text(side.as_str()), key.clone(), token.clone(), text(value)])?);
        }
        for old in &change.drops {
            statements.push(statement(&session, DROP, &[text(old.as_str()), key.clone(), token.clone()])?);
        }
        let results = session.batch(statements).await.map_err(unavailable)?;
        let meta = results.first().map(worker::D1Result::meta).transpose().map_err(unavailable)?.flatten();
        match meta.and_then(|meta| meta.changes) {
            Some(0) => Ok(Commit::Conflict),
            Some(_) => Ok(Commit::Done),
            None => Err(StoreError::Unavailable("D1 did not say how many rows it changed".into())),
        }
    }
}

fn statement(session: &D1DatabaseSession, sql: &str, parameters: &[JsValue]) -> Result<D1PreparedStatement, StoreError> {
    session.prepare(sql).bind(parameters).map_err(unavailable)
}

/// Exact for as long as anybody will live: a double holds whole numbers up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
fn moment(moment: Timestamp) -> JsValue {
    JsValue::from_f64(moment.as_millis() as f64)
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
fn unavailable(error: worker::Error) -> StoreError {
    StoreError::Unavailable(format!("D1: {error}"))
}
