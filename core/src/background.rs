//! Background work: tasks that run after the response, so that no visitor waits for them.

mod flush;

use self::flush::flush;
use crate::isolate::Isolate;
use crate::log::log_lost;
use crate::model::config::Config;
use crate::model::stats::VisitorClick;
use crate::stats::FlushTask;
use crate::stats::records::{self, Folding};
use crate::store::Change;
use crate::store::blocklist::Blocklist;
use crate::store::budget::{Budget, Metered};
use crate::store::cache::CacheTask;
use crate::store::ledger::FailedVisit;
use crate::store::ports::{Edge, Records as _, StoreError};

/// The background tasks of one request. They are separate from its response: a handler that fails may still have added
/// tasks.
#[derive(Debug, Default)]
#[must_use = "clicks are counted and cached links filled only if the adapter passes this to `App::finish`"]
pub struct BackgroundWork {
    request_id: String,
    tasks: Vec<Task>,
    /// The store operations that the tasks may use.
    operations: u32,
}

/// A background task.
#[derive(Debug)]
pub(crate) enum Task {
    /// Updates the cache after a change.
    Invalidate(CacheTask),
    /// Updates the cache with what a visitor's request has read, or reads now. It is skipped if the budget is used up:
    /// the next visitor reads it again.
    UpdateCache(CacheTask),
    /// Counts a click on an edge without a ledger: in a record, or as a line of a log endpoint.
    CountClick(VisitorClick),
    /// Writes a failed visit to the log endpoint.
    LogFailed(FailedVisit),
    /// Folds what is due, on an edge without a ledger.
    Fold,
    /// Sends clicks to the ledger. Only the last task waits.
    Flush(FlushTask),
    /// Commits a change. A conflict is no failure: then another request has written the record. The text is the log
    /// message for a failure.
    Write(Change, &'static str),
}

impl BackgroundWork {
    pub(crate) fn add(&mut self, task: Task) {
        self.tasks.push(task);
    }

    /// Sets the request id for the log, and how many store operations the tasks may use.
    pub(crate) fn of_request(self, request_id: String, operations: u32) -> Self {
        Self { request_id, operations, ..self }
    }

    /// Whether there are no tasks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Runs the tasks, the most important ones first. Failures are logged.
    pub(crate) async fn run<E: Edge>(mut self, edge: &E, isolate: &Isolate, config: &Config) {
        let budget = Budget::new(self.operations);
        let edge = &Metered::new(edge, &budget);
        let blocklist = Blocklist::default();
        self.tasks.sort_by_key(Task::rank);
        for task in self.tasks {
            if matches!(&task, Task::UpdateCache(update) if update.operations(edge.records()) > budget.left()) {
                continue;
            }
            let failure = task.failure();
            let task = match task {
                Task::Flush(task) => {
                    flush(edge, isolate, &config.shards, task, &self.request_id).await;
                    continue;
                }
                Task::CountClick(click) => {
                    let counted = match &config.click_log {
                        Some(endpoint) => {
                            let pepper = config.pepper.as_ref().map_err(|reason| *reason);
                            records::without_ledger::<E, _, _>(|| records::log_click(edge, endpoint, pepper, click)).await
                        }
                        None => records::without_ledger::<E, _, _>(|| records::count_click(edge, click)).await,
                    };
                    let after = match counted {
                        Ok(after) => {
                            let months = config.stats_months;
                            records::without_ledger::<E, _, _>(|| records::work_after_click(edge, &budget, months, after)).await
                        }
                        Err(error) => {
                            log_lost(edge, &self.request_id, failure, &error);
                            continue;
                        }
                    };
                    if let Err(error) = after {
                        log_lost(edge, &self.request_id, "clicks were not folded", &error);
                    }
                    continue;
                }
                Task::LogFailed(failed) => {
                    let pepper = config.pepper.as_ref().map_err(|reason| *reason);
                    let endpoint = config.click_log.as_deref().unwrap_or_default();
                    let logged =
                        records::without_ledger::<E, _, _>(|| std::future::ready(records::log_failed(edge, endpoint, pepper, failed)))
                            .await;
                    if let Err(error) = logged {
                        log_lost(edge, &self.request_id, failure, &error);
                    }
                    continue;
                }
                Task::Fold => {
                    let folding = Folding::Scheduler { months: config.stats_months };
                    let folded = records::without_ledger::<E, _, _>(|| records::fold(edge, &budget, folding)).await;
                    if let Err(error) = folded {
                        log_lost(edge, &self.request_id, failure, &error);
                    }
                    continue;
                }
                task => task,
            };
            if let Err(error) = task.run(edge, &blocklist).await {
                log_lost(edge, &self.request_id, failure, &error);
            }
        }
    }
}

impl Task {
    /// The order of execution: tasks of a lower rank run first.
    fn rank(&self) -> u8 {
        match self {
            Self::Invalidate(_) => 0,
            Self::CountClick(_) | Self::LogFailed(_) => 1,
            Self::Write(..) => 2,
            Self::UpdateCache(_) => 3,
            Self::Fold => 4,
            Self::Flush(_) => 5,
        }
    }

    /// The log message if the task fails.
    fn failure(&self) -> &'static str {
        match self {
            Self::Invalidate(_) | Self::UpdateCache(_) => "the cache was not updated",
            Self::CountClick(_) | Self::Flush(_) => "a click was not counted",
            Self::LogFailed(_) => "a failed visit was not counted",
            Self::Fold => "clicks were not folded",
            Self::Write(_, failure) => failure,
        }
    }

    async fn run<E: Edge>(self, edge: &E, blocklist: &Blocklist) -> Result<(), StoreError> {
        match self {
            Self::Invalidate(task) | Self::UpdateCache(task) => match edge.link_cache() {
                Some(link_cache) => task.run(edge.records(), blocklist, link_cache).await,
                None => Ok(()),
            },
            Self::CountClick(_) | Self::LogFailed(_) | Self::Fold | Self::Flush(_) => Ok(()),
            Self::Write(change, _) => edge.records().commit(&change).await.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Fault, Faults, MemoryEdge, StoreStep};
    use crate::message::poll_once::poll_once;
    use crate::model::time::Timestamp;
    use crate::store::cache::{CacheFill, FillValue};
    use crate::store::{Expect, Key};

    /// A store in which every step fails.
    struct Down;

    impl Faults for Down {
        fn next(&mut self, _: StoreStep) -> Fault {
            Fault::Fail
        }
    }

    fn write() -> Task {
        Task::Write(Change::write_only(Key::stored("k".into()), Expect::Absent, "null".into(), "t".into()), "it was not written")
    }

    fn count() -> Task {
        Task::CountClick(VisitorClick::sample(1, "192.0.2.1", 0))
    }

    fn fill() -> CacheTask {
        CacheTask::Link(CacheFill { key: Key::stored("k".into()), value: FillValue::Unknown, verified_at: Timestamp::from_millis(0) })
    }

    #[test]
    fn invalidations_run_first_and_cache_updates_last() {
        let tasks = [Task::Invalidate(fill()), count(), write(), Task::UpdateCache(fill()), Task::Flush(FlushTask::Delayed)];
        let ranks = tasks.map(|task| task.rank());
        assert!(ranks.is_sorted_by(|less, more| less < more), "{ranks:?}");
    }

    #[test]
    fn background_work_without_tasks_is_empty() {
        let mut work = BackgroundWork::default();
        assert!(work.is_empty());
        work.add(write());
        assert!(!work.of_request("req_1".into(), 10).is_empty());
    }

    #[test]
    fn failed_task_is_logged_with_its_request_id() {
        let edge = MemoryEdge::new(1);
        edge.records.set_faults(Box::new(Down));
        let mut work = BackgroundWork::default();
        work.add(write());
        let config = Config::parse(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".into()), |_| None).unwrap();
        poll_once(work.of_request("req_1".into(), 10).run(&edge, &Isolate::new(), &config)).unwrap();
        let log = edge.take_log();
        assert!(log.len() == 1 && log[0].contains("req_1") && log[0].contains("it was not written"), "{log:?}");
    }
}
