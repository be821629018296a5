//! Metrics: `/metrics` has the Prometheus text format, which is parsed strictly here, and shows correct values.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use crate::support::store_faults::{Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{Fault, MemoryEdge, StoreStep};
use hop_core::ports::Edge as _;
use http::header::USER_AGENT;
use serde_json::json;

/// Every value by its name and labels as they are written.
type Numbers = BTreeMap<String, f64>;

/// Reads an exposition. Every family must be described once, directly before its samples.
fn read(text: &str) -> Numbers {
    let (mut numbers, mut described) = (Numbers::new(), Vec::new());
    assert!(text.ends_with('\n') && !text.contains('\r'), "{text:?}");
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (name, help) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).unwrap_or_else(|| panic!("no help: {line}"));
        assert!(is_name(name) && !help.is_empty() && !help.contains('\\'), "{line}");
        assert!(!described.contains(&name), "{name} is described twice");
        described.push(name);
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        assert_eq!(lines.next(), Some(&*format!("# TYPE {name} {kind}")));
        let before = numbers.len();
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (series, number) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no number: {line}"));
            check_series(series, name);
            let number = number.parse().unwrap_or_else(|_| panic!("no number: {line}"));
            assert!(numbers.insert(series.to_owned(), number).is_none(), "{series} is repeated");
        }
        assert!(numbers.len() > before, "{name} has no number");
    }
    numbers
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Checks that a series is `name` or `name{label="value",…}` without characters that need escaping.
fn check_series(series: &str, name: &str) {
    let rest = series.strip_prefix(name).unwrap_or_else(|| panic!("{series} is not of {name}"));
    if rest.is_empty() {
        return;
    }
    let labels = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_else(|| panic!("no labels: {series}"));
    for label in labels.split(',') {
        let (label, value) = label.split_once("=\"").and_then(|(label, rest)| Some((label, rest.strip_suffix('"')?))).expect("a label");
        assert!(is_name(label) && !value.is_empty() && !value.contains(['"', '\\']), "{series}");
    }
}

fn scrape(isolate: &Isolate<'_>) -> Numbers {
    let answer = run(isolate.ask(Ask::list("/metrics")));
    assert_eq!((answer.code(), answer.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
    read(std::str::from_utf8(&answer.body).expect("text"))
}

#[test]
fn all_metrics_are_described_and_present() {
    let edge = MemoryEdge::new(1);
    let numbers = scrape(&Isolate::new(&edge));
    let info = format!("hop_info{{edge=\"memory\",version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    let shelves = ["hits", "misses", "verifications", "texts"];
    let of_the_memo = ["entries", "max_entries", "bytes", "max_bytes"];
    let of_the_memo = of_the_memo.iter().flat_map(|what| shelves.map(|shelf| format!("hop_memo_{what}{{shelf=\"{shelf}\"}}")));
    let rest = ["cached_links", "store_probe_seconds", "store_up", "ledger_up", "ledger_lag_seconds", "dropped_batches_total"];
    let rest = rest.map(|name| format!("hop_{name}"));
    let clicks = ["human", "bot", "preview"].map(|kind| format!("hop_clicks_total{{kind=\"{kind}\"}}"));
    let failed = ["unknown_alias", "ended", "root", "unknown_host"].map(|cause| format!("hop_failed_visits_total{{cause=\"{cause}\"}}"));
    let mut expected: Vec<String> = of_the_memo.chain(rest).chain(clicks).chain(failed).chain([info.clone()]).collect();
    expected.sort();
    assert_eq!(numbers.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!([&*info, "hop_cached_links", "hop_store_up"].map(|name| numbers[name]), [1.0; 3]);
}

#[test]
fn ledger_metrics_follow_clicks() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": "docs"})))).code(), 201);
    let ledger = |isolate: &Isolate<'_>| {
        let numbers = scrape(isolate);
        let names = [
            "ledger_up",
            "clicks_total{kind=\"human\"}",
            "clicks_total{kind=\"bot\"}",
            "failed_visits_total{cause=\"unknown_alias\"}",
            "ledger_lag_seconds",
            "dropped_batches_total",
        ];
        names.map(|name| numbers.get(&format!("hop_{name}")).copied())
    };
    assert_eq!(ledger(&isolate), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0].map(Some));
    run(isolate.ask(Ask::visit("nothing")));
    run(isolate.ask(Ask::visit("docs")));
    run(isolate.ask(Ask::visit("docs").header(USER_AGENT, "curl/8.0")));
    edge.wait_seconds(90);
    assert_eq!(ledger(&isolate), [1.0, 1.0, 1.0, 1.0, 90.0, 0.0].map(Some));
    run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
    assert_eq!(ledger(&isolate), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0].map(Some));
    edge.ledger.set_down(true);
    run(isolate.ask(Ask::visit("docs")));
    edge.take_log();
    assert_eq!(ledger(&isolate), [Some(0.0), None, None, None, None, None]);
    let log = edge.take_log();
    assert!(log.len() == 1 && log[0].contains("the ledger did not answer"), "{log:?}");
    edge.ledger.set_down(false);
    // The next batch reports the one that was lost.
    run(isolate.ask(Ask::visit("docs")));
    assert_eq!(ledger(&isolate), [1.0, 2.0, 1.0, 1.0, 0.0, 1.0].map(Some));
    let without = MemoryEdge::new(1).without_ledger();
    assert_eq!(ledger(&Isolate::new(&without)), [None; 6]);
}

#[test]
fn failed_store_sets_metric_and_is_logged() {
    let edge = MemoryEdge::new(1);
    plan(&edge, Plan::Every(StoreStep::Get, Fault::Fail));
    assert_eq!(scrape(&Isolate::new(&edge))["hop_store_up"], 0.0);
    let log = edge.take_log();
    assert!(log.len() == 1 && log[0].contains("the store did not answer a probe"), "{log:?}");
    clear_faults(&edge);
    assert_eq!(scrape(&Isolate::new(&edge))["hop_store_up"], 1.0);
}

#[test]
fn memo_metrics_follow_visits() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    for alias in ["docs", "blog"] {
        assert_eq!(run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": alias})))).code(), 201);
    }
    let held = |numbers: &Numbers| {
        let of = |what: &str, shelf: &str| numbers[&format!("hop_memo_{what}{{shelf=\"{shelf}\"}}")];
        (["hits", "misses"].map(|shelf| of("entries", shelf)), of("bytes", "hits"), of("max_bytes", "hits"), of("max_entries", "hits"))
    };
    assert_eq!(held(&scrape(&isolate)), ([0.0, 0.0], 0.0, 2_097_152.0, 2_048.0));
    for alias in ["docs", "docs", "blog", "nothing"] {
        run(isolate.ask(Ask::visit(alias)));
    }
    let (entries, bytes, ..) = held(&scrape(&isolate));
    assert!(entries[0] == 2.0 && entries[1] >= 1.0 && bytes > 100.0, "{entries:?} {bytes}");
    let another = held(&scrape(&Isolate::new(&edge)));
    assert_eq!(another.0, [0.0, 0.0], "each isolate has its own metrics");
}
