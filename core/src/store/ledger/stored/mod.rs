//! The stored forms of the ledger: journals, month documents, and the messages between isolates and shards.

pub(in crate::store::ledger) mod click_line;
mod event;
mod journal;
mod message;
mod month;
mod report;
mod salt;

pub(in crate::store) use event::StoredClickEvent;
use journal::StoredFailedVisit;
pub(in crate::store::ledger) use journal::{read_batch, read_window, write_batch, write_window};
pub(in crate::store::ledger) use message::{read_reply, read_request, write_reply, write_request};
pub(in crate::store) use month::StoredDay;
pub(in crate::store::ledger) use month::{read_month, read_summary, write_month, write_summary};
pub(in crate::store) use salt::{read_salt, write_salt};

use serde::{Deserialize, Serialize};

use crate::model::agent::AgentKind;
use crate::model::stats::{Dimension, FailedVisits};
use crate::store::ports::StoreError;
use crate::store::stored::clicks::StoredClicks;
use crate::store::stored::corrupt;

/// Failed visits: unknown alias, ended, root, unknown host.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct StoredFailed(u64, u64, u64, u64);

impl From<FailedVisits> for StoredFailed {
    fn from(failed: FailedVisits) -> Self {
        Self(failed.unknown_alias, failed.ended, failed.root, failed.unknown_host)
    }
}

impl From<StoredFailed> for FailedVisits {
    fn from(StoredFailed(unknown_alias, ended, root, unknown_host): StoredFailed) -> Self {
        Self { unknown_alias, ended, root, unknown_host }
    }
}

pub(in crate::store) fn dimension(name: &str) -> Result<Dimension, StoreError> {
    Dimension::parse(name).ok_or_else(|| corrupt("dimension"))
}

pub(in crate::store) fn kind(name: &str) -> Result<AgentKind, StoreError> {
    AgentKind::from_name(name).ok_or_else(|| corrupt("kind"))
}

#[cfg(test)]
mod tests;
