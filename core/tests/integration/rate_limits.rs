//! Rate limits: what each one counts, what a client gets that exceeds it, and what happens when the store cannot count.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::client::{ADMIN_KEY, PEPPER};
use crate::support::locks::{bring_locked, type_in};
use crate::support::sample_link::HERE;
use crate::support::{Isolate, run};
use hop_core::memory::MemoryEdge;
use serde_json::json;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md");
const BEGIN: &str = "<!-- rate limits: written by core/tests/integration/rate_limits.rs -->\n";
const END: &str = "<!-- end of rate limits -->\n";

/// hop with these rate limits.
fn limited<'a>(edge: &'a MemoryEdge, limits: &str) -> Isolate<'a> {
    let settings =
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_RATE_LIMITS", limits)];
    Isolate::set_up(edge, &settings)
}

#[test]
fn documented_rate_limits_match_the_code() {
    let document = std::fs::read_to_string(DOCUMENT).expect("the document is readable");
    let (before, rest) = document.split_once(BEGIN).expect("the table has a begin mark");
    let (written, after) = rest.split_once(END).expect("the table has an end mark");
    let table = hop_core::rate_limit_table();
    if std::env::var_os("HOP_WRITE").is_some() {
        std::fs::write(DOCUMENT, [before, BEGIN, &table, END, after].concat()).expect("the document is writable");
        return;
    }
    assert_eq!(written, table, "HOP_WRITE=1 cargo test -p hop-core --test integration rate_limits rewrites the table");
}

#[test]
fn setting_changes_rate_and_window() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "unlock-network=2/1m unlock-link=5/1h");
    assert!(run(hop.ask(bring_locked(json!({"target": HERE, "alias": "docs"})))).code() < 300);
    let guess = |address: &str| run(hop.ask(type_in("docs", "a wrong password").from(address, "DE")));
    edge.wait_seconds(10);
    assert_eq!([guess("192.0.2.1"), guess("192.0.2.1")].map(|answer| answer.code()), [403, 403]);
    let refused = guess("192.0.2.1");
    let headers = ["retry-after", "ratelimit", "ratelimit-policy"].map(|name| refused.header(name).to_owned());
    assert_eq!((refused.code(), refused.problem()), (429, "rate_limited".into()));
    assert_eq!(headers, ["50", "\"unlock-network\";r=0;t=50", "\"unlock-network\";q=2;w=60"]);
    edge.wait_seconds(50);
    assert_eq!(guess("192.0.2.1").code(), 403, "the next window has new units");
}

#[test]
fn reserve_is_named_when_it_is_used_up() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "unlock-link=1/1h unlock-reserve=1/1h");
    assert!(run(hop.ask(bring_locked(json!({"target": HERE, "alias": "docs"})))).code() < 300);
    let guess = |address: &str| run(hop.ask(type_in("docs", "a wrong password").from(address, "DE")));
    assert_eq!(["192.0.2.1", "192.0.2.1", "192.0.2.2"].map(|address| guess(address).code()), [403, 403, 403]);
    let refused = guess("192.0.2.2");
    assert_eq!((refused.code(), refused.header("ratelimit-policy")), (429, "\"unlock-reserve\";q=1;w=3600"));
    let keys = edge.records.keys();
    assert!(count(&edge, "rate/unlock-") >= 4 && keys.iter().all(|key| !key.as_str().contains("192.0")), "{keys:?}");
}
