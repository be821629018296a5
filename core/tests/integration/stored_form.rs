//! The stored form of each release is kept: what a release has written, every later one reads and changes.
//!
//! `core/tests/stored/<version>/` has the records of a deployment that a release wrote (`records`, `ledger`), and what
//! the API answered about them (`answers`). They are written once per release, by
//! `HOP_WRITE=1 cargo test -p hop-core --all-features --test integration stored_form`.
#![cfg(not(target_arch = "wasm32"))]

mod fixture;
mod questions;
mod story;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::support::accounts::cheap;
use crate::support::{Ask, run};
use fixture::{Fixture, empty_edge};
use hop_core::memory::CommitMode;
use serde_json::{Value, json};

/// Each kind of store, and the folder of its files.
const STORES: [(CommitMode, &str); 2] = [(CommitMode::Transaction, "transaction"), (CommitMode::Stepwise, "stepwise")];

fn releases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}

/// The versions that have a folder. With `HOP_WRITE` that of this version is written first, until it is released.
fn versions() -> Vec<String> {
    static WRITTEN: Once = Once::new();
    if std::env::var_os("HOP_WRITE").is_some() && !is_released(env!("CARGO_PKG_VERSION")) {
        WRITTEN.call_once(write);
    }
    let entries = std::fs::read_dir(releases()).expect("releases have stored records");
    let mut versions: Vec<String> = entries.map(|entry| entry.expect("a folder").file_name().into_string().expect("a version")).collect();
    versions.sort();
    assert!(versions.iter().any(|version| version == env!("CARGO_PKG_VERSION")), "this version has no folder: {versions:?}");
    versions
}

/// Whether the changelog names a date for this version. What a release has written is not written again.
fn is_released(version: &str) -> bool {
    let changelog = std::fs::read_to_string(releases().join("../../../CHANGELOG.md")).expect("there is a changelog");
    changelog.lines().any(|line| line.strip_prefix(&format!("## {version} (")).is_some_and(|date| date.starts_with("20")))
}

fn write() {
    for (mode, name) in STORES {
        let edge = empty_edge(mode);
        let secrets = story::tell(&edge);
        Fixture::of(&edge, secrets, questions::answers(&edge)).write(&releases().join(env!("CARGO_PKG_VERSION")).join(name));
    }
}

#[test]
fn records_of_every_release_are_read() {
    for version in versions() {
        for (mode, name) in STORES {
            let fixture = Fixture::read(&releases().join(&version).join(name));
            let edge = fixture.edge(mode);
            for (recorded, now) in fixture.answers.iter().zip(questions::again(&edge, &fixture.answers)) {
                assert!(contains(&now, recorded), "{version}, {name}:\nrecorded {recorded}\nnow      {now}");
            }
            let log = edge.take_log().concat();
            assert!(!log.contains("left out") && !log.contains("a stored record"), "{version}, {name}: {log}");
        }
    }
}

/// A deployment goes on with the records of a release: every link can be changed, and what was under way is completed.
#[test]
fn records_of_every_release_are_changed() {
    for version in versions() {
        for (mode, name) in STORES {
            let fixture = Fixture::read(&releases().join(&version).join(name));
            let edge = fixture.edge(mode);
            let done = |ask: Ask| {
                let answer = run(cheap(&edge).ask(ask));
                assert!(answer.code() < 300, "{version}, {name}: {}", answer.json());
                answer.json()
            };
            let links =
                ["", "&state=deleted", "&domain=d.example"].map(|filter| done(Ask::list(&format!("/api/v1/links?limit=100{filter}"))));
            let links: Vec<&Value> = links.iter().flat_map(|list| list["items"].as_array().expect("a list")).collect();
            assert!(links.len() > 10, "{version}, {name}: {}", links.len());
            for link in links {
                let path = format!("/api/v1/links/{}?domain={}", link["alias"].as_str().unwrap(), link["domain"].as_str().unwrap());
                let changed = if link["state"] == "deleted" {
                    done(Ask::post(&path.replace('?', "/restore?"), &json!({})))
                } else {
                    done(Ask::patch(&path, &json!({"title": "changed"})))
                };
                assert_eq!(changed["version"].as_u64(), link["version"].as_u64().map(|before| before + 1));
            }
            done(story::the_move());
            done(story::the_erasure());
            assert_eq!(done(story::the_batch())["succeeded"], 2);
            done(story::login("bob@example.com"));
            for by_token in [story::refresh, story::accept, story::reset] {
                done(by_token(&fixture.secrets));
            }
            done(Ask::patch("/api/v1/tags/news", &json!({"tag": "older"})));
            done(Ask::remove("/api/v1/blocklist/evil.example"));
        }
    }
}

/// A kind of record that no release has written is in no folder, so a release that adds one needs a folder of its own.
#[test]
fn this_version_has_written_every_kind_of_record() {
    let kinds: BTreeSet<String> =
        STORES.iter().flat_map(|(_, name)| Fixture::read(&releases().join(env!("CARGO_PKG_VERSION")).join(name)).kinds()).collect();
    for kind in fixture::KINDS {
        assert!(kinds.contains(kind), "no record {kind}/… is in the folder of this version");
    }
    for kind in &kinds {
        assert!(fixture::KINDS.contains(&kind.as_str()), "a new kind of record: {kind}/…");
    }
}

/// Whether `now` has everything that was recorded. Later versions may add members.
fn contains(now: &Value, recorded: &Value) -> bool {
    match (now, recorded) {
        (Value::Object(now), Value::Object(recorded)) => {
            recorded.iter().all(|(name, value)| now.get(name).is_some_and(|now| contains(now, value)))
        }
        (Value::Array(now), Value::Array(recorded)) => {
            now.len() == recorded.len() && now.iter().zip(recorded).all(|(now, recorded)| contains(now, recorded))
        }
        (now, recorded) => now == recorded,
    }
}
