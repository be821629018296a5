//! The objects of the ledger: each is a shard of the core, on a Durable Object with a SQLite database of its own.
//!
//! The runtime delivers a reply only after the writes before it are on disk, so what a shard acknowledges is stored.

use std::time::Duration;

use hop_core::log_failure;
use hop_core::ports::{Edge as _, StoreError};
use hop_core::store::ledger::{Shard, ShardAlarm};
use worker::{Date, DurableObject, Env, Request, Response, State, Storage, durable_object};

use crate::app;
use crate::edge::WorkersEdge;
use crate::records::message;
use crate::salts::KvSalts;
use crate::sql_rows::SqlRows;

/// An object of the ledger. `wrangler.toml` names this class.
#[durable_object(alarm)]
pub struct Ledger {
    storage: Storage,
    rows: SqlRows,
    env: Env,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let storage = state.storage();
        Self { rows: SqlRows::new(&storage), storage, env }
    }

    /// Answers a request of the core. A failure is thrown: the call of the Worker fails with the same message.
    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let request = request.bytes().await?;
        let answer = self.shard().answer(&request).map_err(|error| error.to_string())?;
        self.log(answer.log);
        if let Some(millis) = answer.alarm_after {
            self.ring_within(millis).await;
        }
        Response::ok(answer.reply)
    }

    /// Does what is due. A failure is logged, not returned: the runtime would give up after six attempts.
    async fn alarm(&self) -> worker::Result<Response> {
        let ShardAlarm { log, alarm_after } = self.shard().ring(&KvSalts::new(&self.env), |bytes| self.edge().random(bytes)).await;
        self.log(log);
        self.ring_within(alarm_after).await;
        Response::empty()
    }
}

impl Ledger {
    fn shard(&self) -> Shard<'_, SqlRows> {
        Shard::new(&self.rows, app(&self.env).shard_settings(), self.edge().now())
    }

    fn edge(&self) -> WorkersEdge {
        WorkersEdge::new(&self.env)
    }

    fn log(&self, lines: Vec<String>) {
        for line in lines {
            self.log_failure(line);
        }
    }

    fn log_failure(&self, cause: String) {
        log_failure(&self.edge(), "a shard of the ledger failed", &StoreError::Unavailable(cause));
    }

    /// Sets the alarm, unless one is set that rings within `millis`. If this fails, the next request sets it.
    async fn ring_within(&self, millis: u64) {
        if let Err(error) = self.set_alarm(millis).await {
            self.log_failure(format!("the alarm was not set: {}", message(&error)));
        }
    }

    async fn set_alarm(&self, millis: u64) -> worker::Result<()> {
        let latest = Date::now().as_millis().saturating_add(millis);
        match self.storage.get_alarm().await? {
            Some(alarm) if u64::try_from(alarm).unwrap_or_default() <= latest => Ok(()),
            _ => self.storage.set_alarm(Duration::from_millis(millis)).await,
        }
    }
}
