//! The files of a release: everything that a store and a ledger hold, a line each, and the answers about it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::store_faults;
use hop_core::Timestamp;
use hop_core::memory::{CommitMode, MemoryEdge};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use serde_json::{Value, json};

/// The source of the names of all keys.
const KEYS: &str = include_str!("../../../src/store/keys.rs");

/// The first parts of keys that a deployment keeps none of: a damaged record that was put aside, and that of `/ready`.
const NOT_KEPT: [&str; 2] = ["probe", "unreadable"];

/// The first parts of all keys that `store/keys.rs` makes.
pub(super) fn kinds_of_keys() -> BTreeSet<String> {
    let (code, _tests) = KEYS.split_once("#[cfg(test)]").expect("the tests are at the end");
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let first_parts = code.split('"').skip(1).step_by(2).filter_map(|literal| literal.split('/').next());
    let kinds: BTreeSet<String> = first_parts.filter(|name| is_name(name) && !NOT_KEPT.contains(name)).map(str::to_owned).collect();
    assert!(kinds.contains("link") && kinds.contains("by-word"), "{kinds:?}");
    kinds
}

pub(super) struct Fixture {
    now: u64,
    pub(super) secrets: Value,
    /// Key, value, and expiry in milliseconds or null.
    records: Vec<Value>,
    /// Shard, key, summary and body.
    ledger: Vec<Value>,
    pub(super) answers: Vec<Value>,
}

/// An edge without records, as Workers (with a ledger) or Compute.
pub(super) fn empty_edge(mode: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, mode);
    match mode {
        CommitMode::Transaction => edge,
        CommitMode::Stepwise => edge.without_cache().without_ledger(),
    }
}

impl Fixture {
    pub(super) fn of(edge: &MemoryEdge, secrets: Value, answers: Vec<Value>) -> Self {
        let value = |key: &Key| {
            let record = edge.records.peek(key).expect("a record");
            String::from_utf8(record.value).expect("a record is text")
        };
        let record = |key: Key| json!([key.as_str(), value(&key), edge.records.expiry(&key).map(Timestamp::as_millis)]);
        Self {
            now: edge.now().as_millis(),
            secrets,
            records: edge.records.keys().into_iter().map(record).collect(),
            ledger: edge.ledger.rows().into_iter().map(|(shard, key, row)| json!([shard, key, row.summary, row.body])).collect(),
            answers,
        }
    }

    pub(super) fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder can be made");
        for (name, lines) in [("records", &self.records), ("ledger", &self.ledger), ("answers", &self.answers)] {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            std::fs::write(folder.join(format!("{name}.jsonl")), text).expect("a file can be written");
        }
        let deployment = json!({"now": self.now, "secrets": self.secrets});
        std::fs::write(folder.join("deployment.json"), format!("{deployment:#}\n")).expect("a file can be written");
    }

    pub(super) fn read(folder: &Path) -> Self {
        let text =
            |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{}/{name}: {error}", folder.display()));
        let lines = |name: &str| text(name).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let deployment: Value = serde_json::from_str(&text("deployment.json")).expect("the file is JSON");
        Self {
            now: deployment["now"].as_u64().expect("a time"),
            secrets: deployment["secrets"].clone(),
            records: lines("records.jsonl"),
            ledger: lines("ledger.jsonl"),
            answers: lines("answers.jsonl"),
        }
    }

    /// An edge with these records.
    pub(super) fn edge(&self, mode: CommitMode) -> MemoryEdge {
        let edge = empty_edge(mode);
        edge.set_now(Timestamp::from_millis(self.now));
        edge.ledger.set_now(Timestamp::from_millis(self.now));
        for record in &self.records {
            let expires_at = record[2].as_u64().map(Timestamp::from_millis);
            edge.records.plant_until(&Key::stored(text(&record[0]).to_owned()), text(&record[1]), expires_at);
        }
        for row in &self.ledger {
            edge.ledger.plant(text(&row[0]), text(&row[1]), text(&row[2]), text(&row[3]));
        }
        edge
    }

    /// The first parts of the keys of records and of the rows of the ledger.
    pub(super) fn kinds(&self) -> BTreeSet<String> {
        let first = |key: &Value| text(key).split('/').next().unwrap_or_default().to_owned();
        let rows = self.ledger.iter().map(|row| format!("ledger {}", first(&row[1])));
        self.records.iter().map(|record| first(&record[0])).chain(rows).collect()
    }
}

#[track_caller]
pub(super) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
