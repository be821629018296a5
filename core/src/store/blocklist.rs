//! Reading the blocklist: whether it was ever used, and which of some hosts are listed.
//!
//! The record `blocklist` is written before the first host is added, and is never removed. While it is missing, no host
//! is looked up. docs/design/blocklist.md has the reasons.

use std::cell::Cell;

use super::{GuardedRecord, Key};
use crate::model::blocklist::{BlockedHost, TargetHost};
use crate::model::time::Timestamp;
use crate::store::ports::{Record, Records, StoreCall, StoreError};

/// The record of the first use of the blocklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlocklistUse {
    pub(crate) since: Timestamp,
}

/// The blocklist as one request reads it: whether it was used is read once.
#[derive(Debug, Default)]
pub(crate) struct Blocklist {
    is_used: Cell<Option<bool>>,
}

impl Blocklist {
    /// Whether the list was used, if this request knows it already.
    pub(crate) fn known_use(&self) -> Option<bool> {
        self.is_used.get()
    }

    /// Reads whether the list was used.
    pub(crate) async fn is_used(&self, records: &impl Records) -> Result<bool, StoreError> {
        if let Some(is_used) = self.is_used.get() {
            return Ok(is_used);
        }
        let is_used = records.get(&Key::blocklist_use()).await?.is_some();
        self.is_used.set(Some(is_used));
        Ok(is_used)
    }

    /// Notes that the list is in use from now on.
    pub(crate) fn note_use(&self) {
        self.is_used.set(Some(true));
    }

    /// Reads the record at `key`, and with the same call whether the list was used, unless this is known.
    pub(crate) async fn get_beside(&self, records: &impl Records, key: &Key) -> Result<Option<Record>, StoreError> {
        if self.is_used.get().is_some() {
            return records.get(key).await;
        }
        let mut found = records.get_many(&[key.clone(), Key::blocklist_use()]).await?.into_iter();
        let record = found.next().flatten();
        self.is_used.set(Some(found.next().flatten().is_some()));
        Ok(record)
    }

    /// The listed ones among `hosts`. They are looked up in one call.
    pub(crate) async fn listed(&self, records: &impl Records, hosts: &[TargetHost]) -> Result<Vec<TargetHost>, StoreError> {
        if hosts.is_empty() || !self.is_used(records).await? {
            return Ok(Vec::new());
        }
        let keys = keys_of(hosts);
        let mut entries = Vec::new();
        for record in records.get_many(&keys).await?.into_iter().flatten() {
            entries.push(GuardedRecord::<BlockedHost>::decode(&record)?.value);
        }
        let is_listed = |host: &&TargetHost| entries.iter().any(|entry| entry.covers(host));
        Ok(hosts.iter().filter(is_listed).cloned().collect())
    }

    /// The verdict about a link with these hosts, to be cached with it: the listed ones. `None` if it is left open:
    /// where the store bills each key, only the host that a visitor would go to is looked up.
    pub(crate) async fn verdict(
        &self,
        records: &impl Records,
        hosts: impl FnOnce() -> Vec<TargetHost>,
    ) -> Result<Option<Vec<TargetHost>>, StoreError> {
        if !self.is_used(records).await? {
            return Ok(Some(Vec::new()));
        }
        if bills_keys(records) {
            return Ok(None);
        }
        self.listed(records, &hosts()).await.map(Some)
    }
}

/// The records that may list one of `hosts`.
fn keys_of(hosts: &[TargetHost]) -> Vec<Key> {
    let mut keys: Vec<Key> = hosts.iter().flat_map(TargetHost::names).map(Key::blocked_host).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether the store bills each key of a call.
fn bills_keys(records: &impl Records) -> bool {
    records.operations(&StoreCall::GetMany(2)) > records.operations(&StoreCall::GetMany(1))
}

/// Upper limit of the operations of a verdict, once it is known whether the list was used.
pub(crate) fn max_cost_of_verdict(records: &impl Records) -> u32 {
    if bills_keys(records) { 0 } else { records.operations(&StoreCall::GetMany(1)) }
}

/// Cost of looking up `hosts` in a list that is in use.
pub(crate) fn cost_of_lookup(records: &impl Records, hosts: &[TargetHost]) -> u32 {
    records.operations(&StoreCall::GetMany(keys_of(hosts).len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{CommitMode, MemoryRecords, NoFaults};
    use crate::message::poll_once::poll_once;

    fn records(commit_mode: CommitMode) -> MemoryRecords {
        MemoryRecords::new(commit_mode, Box::new(NoFaults))
    }

    fn hosts(names: &[&str]) -> Vec<TargetHost> {
        names.iter().map(|name| TargetHost::stored((*name).to_owned())).collect()
    }

    fn list(records: &MemoryRecords, host: &str) {
        let entry = format!(r#"{{"v":1,"host":"{host}","subdomains":true,"created_at":1,"tokens":{{"created":"t","recent":["t"]}}}}"#);
        records.plant(&Key::blocked_host(host), &entry);
        records.plant(&Key::blocklist_use(), "{}");
    }

    #[test]
    fn unused_list_is_not_searched() {
        let (records, blocklist) = (records(CommitMode::Stepwise), Blocklist::default());
        let verdict = poll_once(blocklist.verdict(&records, || panic!("no host is needed"))).unwrap();
        assert_eq!((verdict, records.take_operations()), (Ok(Some(Vec::new())), 1));
        assert_eq!(poll_once(blocklist.listed(&records, &hosts(&["a.example"]))).unwrap(), Ok(Vec::new()));
        assert_eq!(records.take_operations(), 0, "whether it was used is read once");
    }

    #[test]
    fn record_and_use_are_read_in_one_call() {
        let (records, blocklist) = (records(CommitMode::Transaction), Blocklist::default());
        list(&records, "evil.example");
        let found = poll_once(blocklist.get_beside(&records, &Key::blocked_host("evil.example"))).unwrap();
        assert!(found.unwrap().is_some());
        assert_eq!((blocklist.known_use(), records.take_operations()), (Some(true), 1));
        assert_eq!(poll_once(blocklist.get_beside(&records, &Key::probe())).unwrap(), Ok(None));
    }

    #[test]
    fn verdict_is_left_open_where_keys_are_billed() {
        for (commit_mode, verdict) in [(CommitMode::Transaction, Some(hosts(&["www.evil.example"]))), (CommitMode::Stepwise, None)] {
            let records = records(commit_mode);
            list(&records, "evil.example");
            let found = poll_once(Blocklist::default().verdict(&records, || hosts(&["good.example", "www.evil.example"]))).unwrap();
            assert_eq!(found, Ok(verdict), "{commit_mode:?}");
        }
    }

    #[test]
    fn shared_parents_are_looked_up_once() {
        let records = records(CommitMode::Stepwise);
        assert_eq!(cost_of_lookup(&records, &hosts(&["a.b.example", "c.b.example"])), 4, "both hosts, b.example and example");
    }
}
