//! The context of a request, which every handler gets: edge, configuration, state of the isolate, budget, and the tasks
//! for after the response.

use std::cell::RefCell;

use crate::background::{BackgroundWork, Task};
use crate::isolate::Isolate;
use crate::log::{log_cause, log_lost, log_skipped};
use crate::message::body::ParseContext;
use crate::message::problem::Problem;
use crate::model::config::Config;
use crate::model::digest::Pepper;
use crate::model::password::{NewPassword, PasswordCost, PasswordHash};
use crate::model::stats::{FailedVisits, Failure, VisitorClick};
use crate::model::time::Timestamp;
use crate::stats::Statistics;
use crate::store::blocklist::Blocklist;
use crate::store::budget::{Budget, Fit, cost_of_change};
use crate::store::cache::{CacheFill, CacheTask, Cacheable, FillValue, max_operations_of_a_fill};
use crate::store::cached_link::CachedLink;
use crate::store::id_source::{self, IdSource};
use crate::store::ledger::FailedVisit;
use crate::store::memo::{Memo, MemoValue};
use crate::store::ports::{Edge, NoEntropy, StoreError};
use crate::store::{Change, Key};

/// Writes for a new tag: its index entry and its tag marker.
const OPERATIONS_OF_A_TAG: u32 = 2;

/// The context of a request.
pub(crate) struct Context<'a, E> {
    pub(crate) edge: &'a E,
    pub(crate) config: &'a Config,
    isolate: &'a Isolate,
    pub(crate) now: Timestamp,
    /// The time of the first request with this `Idempotency-Key`; without one, the time of this request.
    pub(crate) began: Timestamp,
    pub(crate) request_id: &'a str,
    /// The source of ids, generated aliases and commit tokens.
    pub(crate) source: IdSource,
    /// The store operations that the request may use.
    pub(crate) budget: &'a Budget,
    /// The blocklist as this request reads it.
    pub(crate) blocklist: &'a Blocklist,
    /// The progress that an earlier attempt with the same `Idempotency-Key` stored.
    pub(crate) progress: Option<&'a str>,
    /// Separate from the response: a handler that fails may still have added tasks.
    background: &'a RefCell<BackgroundWork>,
}

impl<'a, E: Edge> Context<'a, E> {
    /// The context of the request `request_id`, which begins now.
    pub(crate) fn new(
        edge: &'a E,
        config: &'a Config,
        isolate: &'a Isolate,
        request_id: &'a str,
        (budget, blocklist): (&'a Budget, &'a Blocklist),
        background: &'a RefCell<BackgroundWork>,
    ) -> Self {
        let now = edge.now();
        Self { edge, config, isolate, now, began: now, request_id, source: IdSource::Random, budget, blocklist, progress: None, background }
    }

    /// Runs `access` on the memo, under its lock.
    pub(crate) fn memo<T>(&self, access: impl FnOnce(&mut Memo<MemoValue>) -> T) -> T {
        self.isolate.memo(access)
    }

    /// Invalidates what is cached of the record at `key` after a change: drops its memo entry now, and updates the
    /// cache after the response. `known` is the new value, if it is known.
    ///
    /// A value without a verdict of the blocklist gets one if the list is unused. Otherwise the store is read.
    pub(crate) fn changed<V: Cacheable>(&self, key: &Key, mut known: Option<V>) {
        self.memo(|memo| memo.drop(key));
        match (self.blocklist.known_use(), &mut known) {
            (Some(false), Some(value)) => value.mark_unlisted(),
            (_, Some(value)) if value.lacks_verdict() => known = None,
            _ => {}
        }
        if let Some(task) = self.cache_task(key, known.map_or(FillValue::Unknown, FillValue::Known)) {
            self.budget.leave_to_task(task.operations(self.edge.records()));
            self.background.borrow_mut().add(Task::Invalidate(task));
        }
    }

    /// The same for an alias record after a change whose outcome is unknown.
    pub(crate) fn perhaps_changed(&self, key: &Key) {
        self.changed::<CachedLink>(key, None);
    }

    /// Adds a task that updates the cache with `value`. It is skipped if the budget is used up by then.
    pub(crate) fn update_cache<V: Cacheable>(&self, key: &Key, value: FillValue<V>) {
        if let Some(task) = self.cache_task(key, value) {
            self.background.borrow_mut().add(Task::UpdateCache(task));
        }
    }

    /// The task that fills the cache, on an edge that has one. The value was read or written after the start of the
    /// request, or will be read.
    fn cache_task<V: Cacheable>(&self, key: &Key, value: FillValue<V>) -> Option<CacheTask> {
        self.edge.link_cache()?;
        Some(V::task(CacheFill { key: key.clone(), value, verified_at: self.now }))
    }

    /// Checks that a change of a link fits the budget, before its first write. The cache fill is added to `operations`.
    /// `tags` is the number of its tags.
    pub(crate) fn check_fits(&self, operations: u32, tags: usize) -> Result<(), Problem> {
        self.check_new_fits(operations.saturating_add(self.cost_of_fills(1)), tags)
    }

    /// The same for a new link, which has no cached link to fill.
    pub(crate) fn check_new_fits(&self, operations: u32, tags: usize) -> Result<(), Problem> {
        match self.budget.fit(operations) {
            Fit::Now => Ok(()),
            Fit::InAnotherRequest => {
                Err(Problem::budget_exhausted(format!("a change needs {operations} store operations, but {} are left", self.budget.left())))
            }
            Fit::Never { excess } => Err(self.never_fits(excess, tags)),
        }
    }

    /// The problem of a change that exceeds the budget of any request by `excess` operations. `tags` is the number of
    /// tags of the link.
    pub(crate) fn never_fits(&self, excess: u32, tags: usize) -> Problem {
        let too_many = excess.div_ceil(OPERATIONS_OF_A_TAG);
        let fitting = tags.saturating_sub(usize::try_from(too_many).unwrap_or(usize::MAX));
        Problem::too_many_tags(fitting, self.budget.limit())
    }

    /// Upper limit of the operations of `fills` cache fills after the response.
    pub(crate) fn cost_of_fills(&self, fills: u32) -> u32 {
        self.edge
            .link_cache()
            .map_or(0, |_| fills.saturating_mul(max_operations_of_a_fill::<CachedLink>(self.edge.records(), self.blocklist.known_use())))
    }

    /// The configuration and edge limits that the fields of a body are validated against.
    pub(crate) fn parsing(&self) -> ParseContext<'_> {
        ParseContext { config: self.config, edge_limits: self.edge.edge_limits() }
    }

    /// The pepper of the deployment; a problem if none is configured.
    pub(crate) fn pepper(&self) -> Result<&Pepper, Problem> {
        self.config.pepper.as_ref().map_err(|why| Problem::not_configured((*why).to_owned()))
    }

    /// A random commit token, different even if the request is repeated with the same `Idempotency-Key`.
    pub(crate) fn token(&self) -> Result<String, NoEntropy> {
        id_source::random_96(self.edge)
    }

    /// A random name that is the same if the request is repeated with its `Idempotency-Key`.
    pub(crate) fn name(&self, purpose: &str) -> Result<String, NoEntropy> {
        self.source.name(self.edge, purpose)
    }

    /// Applies `derive` to the pepper, and to the old pepper if one is configured. While a pepper is rotated, both are
    /// accepted.
    pub(crate) fn under_each_pepper<T>(&self, derive: impl Fn(&Pepper) -> T) -> Result<(T, Option<T>), Problem> {
        Ok((derive(self.pepper()?), self.config.old_pepper.as_ref().map(derive)))
    }

    /// Adds a task that records the use of an API key.
    pub(crate) fn record_key_use(&self, change: Change) {
        self.commit_later("the use of a key was not recorded", change);
    }

    /// Adds a task that commits `change`. A conflict is ignored: then another request has written the record. `failure`
    /// is the log message if the commit fails.
    pub(crate) fn commit_later(&self, failure: &'static str, change: Change) {
        self.budget.leave_to_task(cost_of_change(self.edge.records(), &change));
        self.background.borrow_mut().add(Task::Write(change, failure));
    }

    /// The same context with another source of ids.
    pub(crate) fn with_source(&self, source: IdSource) -> Context<'_, E> {
        self.resumed(self.began, source, self.progress)
    }

    /// The context for resuming a request that began at `began` and stored `progress`, with its source of ids.
    pub(crate) fn resumed<'b>(&'b self, began: Timestamp, source: IdSource, progress: Option<&'b str>) -> Context<'b, E> {
        Context {
            request_id: self.request_id,
            edge: self.edge,
            config: self.config,
            isolate: self.isolate,
            now: self.now,
            began,
            source,
            budget: self.budget,
            blocklist: self.blocklist,
            progress,
            background: self.background,
        }
    }

    /// Logs the cause of a problem that is part of a response, such as the result of one item of a batch.
    pub(crate) fn log_cause(&self, problem: &Problem) {
        log_cause(self.edge, problem, self.request_id);
    }

    /// Logs that a record was left out of a response. `key` is its key or that of an index entry.
    pub(crate) fn log_skipped(&self, key: &Key, error: &StoreError) {
        log_skipped(self.edge, key, error);
    }

    /// Logs a failure that does not change the status of the response.
    pub(crate) fn log_lost(&self, event: &str, error: &StoreError) {
        log_lost(self.edge, self.request_id, event, error);
    }

    /// The cost of hashing the password of a user.
    pub(crate) fn account_password_cost(&self) -> PasswordCost {
        self.config.password_cost.unwrap_or(self.edge.edge_limits().account_password_cost)
    }

    /// The highest cost at which the password of a user is checked: a lower setting does not lock users out.
    pub(crate) fn max_account_password_cost(&self) -> PasswordCost {
        let (of_edge, chosen) = (self.edge.edge_limits().account_password_cost, self.account_password_cost());
        PasswordCost { memory_kib: of_edge.memory_kib.max(chosen.memory_kib), passes: of_edge.passes.max(chosen.passes) }
    }

    /// Hashes the password of a link with a random salt, at the cost that the edge allows.
    pub(crate) fn hash(&self, password: &NewPassword) -> Result<PasswordHash, Problem> {
        let mut salt = [0; 16];
        self.edge.random(&mut salt)?;
        Ok(password.hash(salt, self.edge.edge_limits().password_cost)?)
    }

    /// Counts a click: on an edge with a ledger in the buffer of the isolate, else in a record, after the response.
    pub(crate) fn count_click(&self, click: VisitorClick) {
        let task = match self.edge.ledger() {
            Some(_) => self.isolate.clicks(|buffer| buffer.add(click, self.now)).map(Task::Flush),
            None => Some(Task::CountClick(click)),
        };
        if let Some(task) = task {
            self.background.borrow_mut().add(task);
        }
    }

    /// Where this request reads statistics.
    pub(crate) fn statistics(&self) -> Statistics<'_, E> {
        Statistics {
            edge: self.edge,
            shards: &self.config.shards,
            budget: self.budget,
            now: self.now,
            is_logged: self.config.click_log.is_some(),
        }
    }

    /// Adds a task that folds what is due, on an edge without a ledger.
    pub(crate) fn fold_later(&self) {
        if self.edge.ledger().is_none() {
            self.background.borrow_mut().add(Task::Fold);
        }
    }

    /// Counts a failed visit: it is sent with the next clicks of the isolate, or written to the log endpoint.
    pub(crate) fn count_failed(&self, domain: &str, failure: Failure) {
        if self.edge.ledger().is_some() {
            self.isolate.clicks(|buffer| buffer.add_failed(domain, failure, self.now));
        } else if self.config.click_log.is_some() {
            let failed = FailedVisit { domain: domain.to_owned(), at: self.now, counts: FailedVisits::one(failure) };
            self.background.borrow_mut().add(Task::LogFailed(failed));
        }
    }
}
