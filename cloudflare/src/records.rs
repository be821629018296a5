//! Records in D1: one table of keys, a change as one batch, which is one transaction. The guard is the row's token.

use std::collections::BTreeMap;

use hop_core::Timestamp;
use hop_core::ports::{Commit, Guard, KeyPage, Record, Records, StoreCall, StoreError, Take};
use hop_core::store::budget::by_statement;
use hop_core::store::{Change, Cursor, Expect, Key, Prefix, beside_as_json, keys_as_json};
use worker::d1::{D1DatabaseSession, D1PreparedStatement, D1Result, D1SessionConstraint, D1Type};
use worker::js_sys;
use worker::{Env, Error};

const BINDING: &str = "DB";

const GET: &str = "SELECT value, token FROM records WHERE key = ?1";
/// A list of any length is one parameter, and one query.
const GET_MANY: &str = "SELECT key, value, token FROM records WHERE key IN (SELECT value FROM json_each(?1))";
/// A key may be all of its prefix, and then it comes first.
const SCAN: &str = "SELECT key FROM records WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const SCAN_AFTER: &str = "SELECT key FROM records WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const CLAIM: &str = "INSERT INTO records (key, value, token, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING";
const REPLACE: &str = "UPDATE records SET value = ?2, token = ?3, expires_at = ?4 WHERE key = ?1 AND token = ?5";
/// What is written beside the record goes with its new token: if the guarded write was refused, that token is nowhere.
const BESIDE: &str = "INSERT INTO records (key, value, token, expires_at) \
     SELECT beside.value ->> 0, beside.value ->> 1, ?3, beside.value ->> 2 FROM json_each(?1) AS beside \
     WHERE EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3) ON CONFLICT (key) DO NOTHING";
const DROP: &str = "DELETE FROM records WHERE key IN (SELECT value FROM json_each(?1)) \
     AND EXISTS (SELECT 1 FROM records WHERE key = ?2 AND token = ?3)";

/// One more, if the limit leaves one: a row comes back. What is text in the table is compared as a number.
const TAKE: &str = "INSERT INTO records (key, value, token, expires_at) SELECT ?1, '1', '', ?3 WHERE ?2 > 0 \
     ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 WHERE CAST(value AS INTEGER) < ?2 RETURNING key";

/// A sweep takes no more rows in one statement than D1 has time for, and no more statements than the smallest plan has for a call; the
/// next sweep goes on.
const SWEEP: &str = "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at < ?1 LIMIT 5000)";
const SWEPT_AT_ONCE: usize = 5_000;
const SWEEPS: u32 = 20;

/// The database. Every call has a session of its own: only the first query of one is sure to reach the primary. The binding is opened by
/// each call, because the SDK checks its class in JavaScript and a redirect from memory or a copy needs no database.
pub(crate) struct D1Records(Env);

impl D1Records {
    pub(crate) fn new(env: &Env) -> Self {
        Self(env.clone())
    }

    fn session(&self) -> Result<D1DatabaseSession, StoreError> {
        self.0.d1(BINDING).and_then(|database| database.with_session_constraint(D1SessionConstraint::FirstPrimary)).map_err(unavailable)
    }

    /// Deletes what expired before `now`. The core looks at the clock itself: this only makes room.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let session = self.session()?;
        for _ in 0..SWEEPS {
            let swept = statement(&session, SWEEP, &[moment(now)])?.run().await.map_err(unavailable)?;
            if changes(&swept)? < SWEPT_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// The rows of a query, each with its columns, which are all text.
    async fn rows(&self, sql: &str, parameters: &[D1Type<'_>]) -> Result<Vec<Vec<String>>, StoreError> {
        statement(&self.session()?, sql, parameters)?.raw().await.map_err(unavailable)
    }
}

impl Records for D1Records {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        by_statement(call)
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
        let keys = rows.into_iter().map(|row| columns(row).map(|[key]| Key::kept(key))).collect::<Result<Vec<_>, _>>()?;
        Ok(KeyPage::cut(keys, prefix, limit))
    }

    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        let session = self.session()?;
        let (key, token) = (text(&change.key), D1Type::Text(&change.token));
        let expires_at = change.expires_at.map_or(D1Type::Null, moment);
        let guarded = match &change.expect {
            Expect::Absent => statement(&session, CLAIM, [&key, &D1Type::Text(&change.value), &token, &expires_at])?,
            Expect::Unchanged(Guard(guard)) => {
                let parameters = [&key, &D1Type::Text(&change.value), &token, &expires_at, &D1Type::Text(guard)];
                statement(&session, REPLACE, parameters)?
            }
        };
        let mut statements = vec![guarded];
        if change.has_attachments() {
            statements.push(statement(&session, BESIDE, [&D1Type::Text(&beside_as_json(change)?), &key, &token])?);
        }
        if !change.removes.is_empty() {
            statements.push(statement(&session, DROP, [&D1Type::Text(&keys_as_json(&change.removes)?), &key, &token])?);
        }
        let results = session.batch(statements).await.map_err(unavailable)?;
        let first = results.first().ok_or_else(|| StoreError::Unavailable("D1 answered no statement of a batch".into()))?;
        Ok(if changes(first)? > 0 { Commit::Done } else { Commit::Conflict })
    }

    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<Take, StoreError> {
        let rows = self.rows(TAKE, &[text(key), number(limit), until.map_or(D1Type::Null, moment)]).await?;
        Ok(if rows.is_empty() { Take::Exhausted } else { Take::Granted })
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        let counters = self.get_many(keys).await?;
        let count = |counter: Option<Record>| std::str::from_utf8(&counter?.value).ok()?.parse().ok();
        Ok(counters.into_iter().map(|counter| count(counter).unwrap_or_default()).collect())
    }
}

/// How many rows a statement changed.
fn changes(result: &D1Result) -> Result<usize, StoreError> {
    let changes = result.meta().map_err(unavailable)?.and_then(|meta| meta.changes);
    changes.ok_or_else(|| StoreError::Unavailable("D1 did not say how many rows it changed".into()))
}

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

/// Exact up to 2^53: any time or count that occurs. `D1Type::Integer` holds 32 bits only.
#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
fn number(number: u64) -> D1Type<'static> {
    D1Type::Real(number as f64)
}

fn text(key: &Key) -> D1Type<'_> {
    D1Type::Text(key.as_str())
}

fn record(value: String, token: String) -> Record {
    Record { value: value.into_bytes(), guard: Guard(token) }
}

fn columns<const N: usize>(row: Vec<String>) -> Result<[String; N], StoreError> {
    row.try_into().map_err(|_| StoreError::Corrupt("a row has another number of columns than were asked for".into()))
}

/// For the log. D1's own message is what an operator can search for; the SDK's `Display` of it panics where the cause is no text.
fn unavailable(error: Error) -> StoreError {
    let message = match &error {
        Error::D1(error) => String::from(AsRef::<js_sys::Error>::as_ref(error).message()),
        other => other.to_string(),
    };
    StoreError::Unavailable(format!("D1: {message}"))
}
