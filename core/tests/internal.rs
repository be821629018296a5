//! A fault of hop itself: the client learns that there was one and its number, the log learns which.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::alias::{Alias, AliasCase};
use hop_core::domain::Domain;
use hop_core::memory::MemoryEdge;
use hop_core::records::Key;
use serde_json::{Value, json};
use support::client::ADMIN_KEY;
use support::{Ask, Isolate, run};

/// The key of `docs` on the default domain.
fn docs() -> Key {
    match (Domain::parse("hop.example"), Alias::parse("docs", AliasCase::Sensitive)) {
        (Ok(domain), Ok(alias)) => Key::link(&domain, &alias),
        _ => panic!("both are valid"),
    }
}

#[test]
fn a_record_that_hop_did_not_write_is_its_own_fault_and_the_log_says_so() {
    for damaged in ["", "null", "{\"v\":1}", "{\"v\":99,\"what\":\"a-later-form\"}"] {
        let edge = MemoryEdge::new(1);
        edge.records.plant(&docs(), damaged);
        for ask in [Ask::show("docs"), Ask::visit("docs"), Ask::delete("docs"), Ask::restore("docs")] {
            let answer = run(Isolate::new(&edge).ask(ask));
            assert_eq!((answer.code(), answer.problem().as_str()), (500, "internal"), "{damaged}");
            let told = answer.json();
            assert_eq!(told["detail"], "This is a fault of hop.");
            let log = edge.take_log();
            assert_eq!(log.len(), 1, "{log:?}");
            let line: Value = serde_json::from_str(&log[0]).unwrap_or_default();
            assert_eq!((&line["level"], &line["code"], &line["request_id"]), (&json!("error"), &json!("internal"), &told["request_id"]));
            assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("stored record")), "{line}");
            assert!(!log[0].contains(ADMIN_KEY));
        }
    }
}
