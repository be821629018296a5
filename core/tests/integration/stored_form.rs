//! The stored form of each release is kept: what a release has written, every later one reads and changes.
//!
//! `core/tests/stored/<version>/` has the records of a deployment that a release wrote (`records`, `ledger`), and what
//! the API answered about them (`answers`). Until the changelog has the date of the version, they are written anew by
//! `HOP_WRITE_STORED=1 cargo test -p hop-core --all-features --test integration stored_form`.
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

/// The versions that have a folder. With `HOP_WRITE_STORED` that of this version is written first.
fn versions() -> Vec<String> {
    static WRITTEN: Once = Once::new();
    if std::env::var_os("HOP_WRITE_STORED").is_some() {
        let changelog = std::fs::read_to_string(releases().join("../../../CHANGELOG.md")).expect("there is a changelog");
        assert!(!is_released(&changelog, env!("CARGO_PKG_VERSION")), "what a release has written is not written again");
        WRITTEN.call_once(write);
    }
    let entries = std::fs::read_dir(releases()).expect("releases have stored records");
    let mut versions: Vec<String> = entries.map(|entry| entry.expect("a folder").file_name().into_string().expect("a version")).collect();
    versions.sort();
    assert!(versions.iter().any(|version| version == env!("CARGO_PKG_VERSION")), "this version has no folder: {versions:?}");
    versions
}

/// Whether the changelog names a date for this version. Its heading is `## 0.1.0 (2026-11-30)` or
/// `## 0.1.0 (not yet released)`.
fn is_released(changelog: &str, version: &str) -> bool {
    let headings: Vec<&str> = changelog.lines().filter(|line| line.starts_with("## ") && line.contains(version)).collect();
    let [heading] = headings[..] else { panic!("the changelog has {} headings of {version}", headings.len()) };
    let state = heading.strip_prefix(&format!("## {version} (")).and_then(|rest| rest.strip_suffix(')'));
    match state {
        Some("not yet released") => false,
        Some(date) if date.parse::<jiff::civil::Date>().is_ok() => true,
        _ => panic!("{heading:?} names neither a date nor that the version is not yet released"),
    }
}

#[test]
fn heading_of_a_version_says_whether_it_is_released() {
    assert!(is_released("# Changelog\n\n## 0.2.0 (2027-01-31)\n## 0.1.0 (not yet released)", "0.2.0"));
    assert!(!is_released("# Changelog\n\n## 0.2.0 (2027-01-31)\n## 0.1.0 (not yet released)", "0.1.0"));
    for unclear in ["", "## 0.1.0", "## 0.1.0 - 2026-11-30", "## [0.1.0] (2026-11-30)", "## 0.1.0 (soon)"] {
        assert!(std::panic::catch_unwind(|| is_released(unclear, "0.1.0")).is_err(), "{unclear}");
    }
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
            assert!(fixture.answers.len() > 50, "{version}, {name}: {} answers", fixture.answers.len());
            for (recorded, now) in fixture.answers.iter().zip(questions::again(&edge, &fixture.answers)) {
                assert!(contains(&now, recorded), "{version}, {name}:\nrecorded {recorded}\nnow      {now}");
            }
            assert_eq!(edge.take_log(), Vec::<String>::new(), "{version}, {name}");
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
            assert_eq!(done(story::create_once())["version"], 1, "the answer of the first request, before the link was changed");
            assert_eq!([(); 3].map(|()| story::follow(&edge, "few")), [302, 302, 410], "one of three clicks was taken");
            let me = done(Ask::list("/api/v1/me").showing(fixture::text(&fixture.secrets["key"])));
            assert_eq!(me["scopes"], json!(["links:read", "links:write", "stats:read"]));
            done(story::login("bob@example.com"));
            for by_token in [story::refresh, story::accept, story::reset] {
                done(by_token(&fixture.secrets));
            }
            done(Ask::patch("/api/v1/tags/news", &json!({"tag": "older"})));
            done(Ask::remove("/api/v1/blocklist/evil.example"));
            // The clicks that were under way are counted before others come.
            story::wait(&edge, 2 * 60 * 60);
            let clicks = || done(Ask::list("/api/v1/links/docs"))["clicks"]["humans"].as_u64().expect("a number");
            let before = clicks();
            assert_eq!(story::follow(&edge, "docs"), 307);
            story::wait(&edge, 24 * 60 * 60);
            assert_eq!(clicks(), before + 1, "{version}, {name}");
        }
    }
}

/// What hop writes now is of the kinds that the folder of this version has. So a new kind of record, after a release,
/// needs another version.
#[test]
fn this_version_has_written_every_kind_of_record() {
    assert!(!versions().is_empty());
    let mut kinds = BTreeSet::new();
    for (mode, name) in STORES {
        let written = Fixture::read(&releases().join(env!("CARGO_PKG_VERSION")).join(name)).kinds();
        let edge = empty_edge(mode);
        story::tell(&edge);
        assert_eq!(Fixture::of(&edge, Value::Null, Vec::new()).kinds(), written, "{name}");
        kinds.extend(written);
    }
    for kind in fixture::kinds_of_keys() {
        assert!(kinds.contains(&kind), "no record {kind}/… is in the folder of this version");
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
