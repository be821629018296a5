//! The context of a request: what every handler is given.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use crate::background::{BackgroundWork, Task};
use crate::log::{log_cause, log_lost, log_skipped};
use crate::message::body::ParseContext;
use crate::message::problem::Problem;
use crate::model::clicks::Click;
use crate::model::config::Config;
use crate::model::digest::Pepper;
use crate::model::password::{NewPassword, PasswordHash};
use crate::model::time::Timestamp;
use crate::store::budget::{Budget, Fit, cost_of_change};
use crate::store::cached_link::{CacheFill, CachedLink};
use crate::store::id_source::{self, IdSource};
use crate::store::memo::{Memo, MemoValue};
use crate::store::ports::{Edge, NoEntropy, StoreError};
use crate::store::{Change, Key};

/// Writes for a new tag: its index entry, and the mark that lists it among the tags of its domain.
const OPERATIONS_OF_A_TAG: u32 = 2;

/// Operations for filling a cached copy: reads of the record and of the old copy, a put, and a check against the record.
const OPERATIONS_OF_A_FILL: u32 = 4;

/// What every handler is given.
pub(crate) struct Context<'a, E> {
    pub(crate) edge: &'a E,
    pub(crate) config: &'a Config,
    pub(crate) memo: &'a Mutex<Memo<MemoValue>>,
    pub(crate) now: Timestamp,
    /// When the request came first, if it is one that is repeated.
    pub(crate) began: Timestamp,
    pub(crate) request_id: &'a str,
    /// Where ids, aliases and the names of commits come from.
    pub(crate) source: IdSource,
    /// The store operations that are left.
    pub(crate) budget: &'a Budget,
    /// Progress that an earlier request with the same `Idempotency-Key` stored.
    pub(crate) progress: Option<&'a str>,
    /// Kept apart from the response, so that a change whose answer failed is still followed up.
    background: &'a RefCell<BackgroundWork>,
}

impl<'a, E: Edge> Context<'a, E> {
    /// The context of the request `request_id` that came just now.
    pub(crate) fn new(
        edge: &'a E,
        config: &'a Config,
        memo: &'a Mutex<Memo<MemoValue>>,
        request_id: &'a str,
        budget: &'a Budget,
        background: &'a RefCell<BackgroundWork>,
    ) -> Self {
        let now = edge.now();
        Self { edge, config, memo, now, began: now, request_id, source: IdSource::Random, budget, progress: None, background }
    }

    /// Looks at the memo, or changes it. A thread that died over it leaves nothing half-done.
    pub(crate) fn memo<T>(&self, load: impl FnOnce(&mut Memo<MemoValue>) -> T) -> T {
        load(&mut self.memo.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What a change of the link at `key` entails: this isolate forgets the old answer, and the copy is replaced after the response.
    pub(crate) fn changed(&self, key: Key, now_is: Option<CachedLink>) {
        self.memo(|memo| memo.drop(&key));
        self.fill(key, now_is);
    }

    /// The same after a change that nobody knows the outcome of.
    pub(crate) fn perhaps_changed(&self, key: &Key) {
        self.changed(key.clone(), None);
    }

    /// Has a copy made after the response, of what is `known` or else of the truth then.
    pub(crate) fn fill(&self, key: Key, known: Option<CachedLink>) {
        if self.edge.link_cache().is_some() {
            let fill = CacheFill { key, known };
            self.budget.leave_to_task(fill.operations(self.edge.records()));
            self.background.borrow_mut().add(Task::FillCache(fill));
        }
    }

    /// Refuses a change of a link that does not fit the budget, before its first write. Filling its cached copy is counted too. The link has
    /// `tags` tags.
    pub(crate) fn check_fits(&self, operations: u32, tags: usize) -> Result<(), Problem> {
        self.check_new_fits(operations.saturating_add(self.of_fills(1)), tags)
    }

    /// The same for a new link, which has no cached copy to fill.
    pub(crate) fn check_new_fits(&self, operations: u32, tags: usize) -> Result<(), Problem> {
        match self.budget.fit(operations) {
            Fit::Now => Ok(()),
            Fit::InAnotherRequest => {
                Err(Problem::budget_exhausted(format!("a change takes {operations} store operations, and {} are left", self.budget.left())))
            }
            Fit::Never { excess } => Err(self.fits_never(excess, tags)),
        }
    }

    /// The refusal of a change that exceeds every request by `excess` operations; the link has `tags` tags.
    pub(crate) fn fits_never(&self, excess: u32, tags: usize) -> Problem {
        let too_many = excess.div_ceil(OPERATIONS_OF_A_TAG);
        let fitting = tags.saturating_sub(usize::try_from(too_many).unwrap_or(usize::MAX));
        Problem::too_many_tags(fitting, self.budget.limit())
    }

    /// Most operations for filling `link_cache` cached copies after the response.
    pub(crate) fn of_fills(&self, link_cache: u32) -> u32 {
        if self.edge.link_cache().is_some() { link_cache.saturating_mul(OPERATIONS_OF_A_FILL) } else { 0 }
    }

    /// What the fields of a body are checked against beside themselves.
    pub(crate) fn parsing(&self) -> ParseContext<'_> {
        ParseContext { config: self.config, edge_limits: self.edge.edge_limits() }
    }

    /// The deployment's pepper. Without one hop does not do what needs it.
    pub(crate) fn pepper(&self) -> Result<&Pepper, Problem> {
        self.config.pepper.as_ref().map_err(|why| Problem::not_configured((*why).to_owned()))
    }

    /// The name of a commit nobody will look for, or of anything else that is new every time.
    pub(crate) fn token(&self) -> Result<String, NoEntropy> {
        id_source::random_96(self.edge)
    }

    /// A name that a repetition of this request draws again.
    pub(crate) fn name(&self, purpose: &str) -> Result<String, NoEntropy> {
        self.source.name(self.edge, purpose)
    }

    /// What `make` makes of the pepper, and what it makes of the one before it: while one takes the other's place both are good.
    pub(crate) fn under_each_pepper<T>(&self, make: impl Fn(&Pepper) -> T) -> Result<(T, Option<T>), Problem> {
        Ok((make(self.pepper()?), self.config.old_pepper.as_ref().map(make)))
    }

    /// Has it written down after the response that a key was used, as `change` says.
    pub(crate) fn used(&self, change: Change) {
        self.later("the use of a key was not noted", change);
    }

    /// Has `change` made after the response. If somebody else was quicker, it is not; if it fails, the log says so in these words.
    pub(crate) fn later(&self, failure: &'static str, change: Change) {
        self.budget.leave_to_task(cost_of_change(self.edge.records(), &change));
        self.background.borrow_mut().add(Task::Write(change, failure));
    }

    /// The same request with other draws.
    pub(crate) fn drawing(&self, source: IdSource) -> Context<'_, E> {
        self.begun(self.began, source, self.progress)
    }

    /// The same request, which came first at `began` and then left `progress`, with other draws.
    pub(crate) fn begun<'b>(&'b self, began: Timestamp, source: IdSource, progress: Option<&'b str>) -> Context<'b, E> {
        Context {
            request_id: self.request_id,
            edge: self.edge,
            config: self.config,
            memo: self.memo,
            now: self.now,
            began,
            source,
            budget: self.budget,
            progress,
            background: self.background,
        }
    }

    /// Tells the log what an answer that holds this problem does not say.
    pub(crate) fn log_cause(&self, problem: &Problem) {
        log_cause(self.edge, problem, self.request_id);
    }

    /// Says in the log that the record `key` leads to was left out of an answer.
    pub(crate) fn log_skipped(&self, key: &Key, error: &StoreError) {
        log_skipped(self.edge, key, error);
    }

    /// Says in the log what the answer does without, and why.
    pub(crate) fn log_lost(&self, what: &str, error: &StoreError) {
        log_lost(self.edge, self.request_id, what, error);
    }

    /// The hash of a password, with a salt of its own, at the cost that the edge bears.
    pub(crate) fn hash(&self, password: &NewPassword) -> Result<PasswordHash, Problem> {
        let mut salt = [0; 16];
        self.edge.random(&mut salt)?;
        Ok(password.hash(salt, self.edge.edge_limits().password_cost)?)
    }

    /// Has a click counted after the response.
    pub(crate) fn clicked(&self, click: Click) {
        self.background.borrow_mut().add(Task::CountClick(click));
    }
}
