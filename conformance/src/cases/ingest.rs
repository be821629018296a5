//! Log lines of clicks: each batch is counted once, and bad lines change nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hop_core::Timestamp;
use hop_core::memory::PlantedLine;
use serde_json::{Value, json};

use super::clicks::total;
use super::{TARGET, cases, eventually, link, race};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{DOMAIN, PEPPER, World};

cases!("ingest":
    batch_of_lines_is_counted_once,
    bad_lines_are_named,
    batch_sent_twice_at_once_is_counted_once,
    lines_of_an_hour_ago_are_counted,
    edge_with_log_endpoints_writes_lines,
    only_log_lines_are_accepted,
);

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A line of this long ago.
fn planted(ago: Duration) -> PlantedLine<'static> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970") - ago;
    PlantedLine { pepper: PEPPER, domain: DOMAIN, at: Timestamp::from_millis(u64::try_from(at.as_millis()).expect("a time")) }
}

fn call(lines: &str) -> Call {
    Call::new("POST", "/api/v1/ingest").header("Content-Type", "application/x-ndjson").body(lines).admin()
}

fn send(hop: &Deployment, lines: &str) -> Value {
    hop.send(&call(lines)).expect(200).json()
}

/// Creates a link. Returns its id.
fn new_link(hop: &Deployment, alias: &str) -> String {
    link(hop, alias, TARGET)["id"].as_str().expect("an id").to_owned()
}

/// Waits until the link has so many clicks, and checks that there are not more.
#[track_caller]
fn counted(hop: &Deployment, alias: &str, clicks: u64) {
    eventually("the clicks are counted", || (total(hop, alias) >= clicks).then_some(()));
    assert_eq!(total(hop, alias), clicks);
}

fn batch_of_lines_is_counted_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("logged"));
    let id = new_link(hop, &alias);
    let lines = format!("{0}\n\n{0}\r\n{0}", planted(Duration::ZERO).click(&id, &alias));
    for _ in 0..3 {
        let answer = send(hop, &lines);
        assert_shape(&answer, "ingested");
        assert_eq!(answer, json!({"accepted": 3, "skipped": 0, "errors": [], "next": null}));
        counted(hop, &alias, 3);
    }
    hop.send(&call(&lines).header("Batch-Id", format!("batch-of-{alias}"))).expect(200);
    hop.send(&call(&lines[..lines.len() / 2]).header("Batch-Id", format!("batch-of-{alias}"))).expect(200);
    counted(hop, &alias, 6);
}

fn bad_lines_are_named(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("half-logged"));
    let id = new_link(hop, &alias);
    let good = planted(Duration::ZERO).click(&id, &alias);
    let foreign = PlantedLine { pepper: "the-pepper-of-another-deployment", ..planted(Duration::ZERO) };
    let bad = [
        (foreign.click(&id, &alias), "another deployment"),
        (good.replace(&id, &format!("lnk_{}", "1".repeat(17))), "the proof does not match"),
        (planted(40 * 24 * HOUR).click(&id, &alias), "more than 24 hours old"),
        (good[..good.len() / 2].to_owned(), "not a complete line"),
    ];
    let lines: String = std::iter::once(good.as_str()).chain(bad.iter().map(|(line, _)| line.as_str())).collect::<Vec<_>>().join("\n");
    let answer = send(hop, &lines);
    assert_eq!((&answer["accepted"], &answer["skipped"]), (&json!(1), &json!(bad.len())), "{answer}");
    let errors = answer["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), bad.len(), "{answer}");
    for ((number, (_, detail)), error) in (2..).zip(&bad).zip(errors) {
        assert!(error["line"] == number && error["detail"].as_str().is_some_and(|text| text.contains(detail)), "{error}: {detail}");
    }
    counted(hop, &alias, 1);
}

fn batch_sent_twice_at_once_is_counted_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("doubly-logged"));
    let id = new_link(hop, &alias);
    let lines = format!("{}\n", planted(Duration::ZERO).click(&id, &alias)).repeat(20);
    let calls = (0..4).map(|_| || hop.send(&call(&lines))).collect();
    for response in race(world.edge, calls) {
        assert_eq!(response.expect(200).json()["accepted"], 20);
    }
    counted(hop, &alias, 20);
}

fn lines_of_an_hour_ago_are_counted(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("late"));
    let id = new_link(hop, &alias);
    let lines = planted(HOUR).click(&id, &alias);
    send(hop, &lines);
    send(hop, &lines);
    eventually("the click is counted", || {
        hop.send(&Call::new("POST", "/api/v1/maintenance").admin()).expect(200);
        (total(hop, &alias) >= 1).then_some(())
    });
    assert_eq!(total(hop, &alias), 1);
}

fn edge_with_log_endpoints_writes_lines(world: &World) {
    let statistics = world.hop().send(&Call::get("/capabilities")).expect(200).json()["statistics"].clone();
    assert_eq!(statistics["click_log"], false);
    let mut settings = World::usual_settings();
    settings.settings.push(("HOP_CLICK_LOG", "clicks"));
    let hop = Deployment::start(world.edge, &settings);
    if statistics["click_log_from"].is_null() {
        hop.send(&Call::get("/ready")).problem(503, "not_configured");
        return;
    }
    let alias = world.alias("log");
    new_link(&hop, &alias);
    for _ in 0..3 {
        hop.send(&Call::get(format!("/{alias}"))).expect(302);
    }
    hop.send(&Call::get("/no-such-link")).expect(404);
    let lines = eventually("the lines are written", || {
        let output = hop.output();
        let lines: Vec<&str> = output.lines().filter_map(|line| line.find("{\"v\":1,\"deployment\"").map(|start| &line[start..])).collect();
        (lines.len() == 4).then(|| lines.join("\n"))
    });
    assert_eq!(total(&hop, &alias), 0, "the lines are not sent yet");
    assert_eq!(send(&hop, &lines)["accepted"], 4, "{lines}");
    counted(&hop, &alias, 3);
    let failed = hop.send(&Call::get("/api/v1/stats").admin()).expect(200).json()["failed"].clone();
    assert_eq!(failed["unknown_alias"], 1);
}

fn only_log_lines_are_accepted(world: &World) {
    let hop = world.hop();
    let line = planted(Duration::ZERO).failed();
    let with = |media_type: &str| -> Response {
        hop.send(&Call::new("POST", "/api/v1/ingest").header("Content-Type", media_type).body(line.clone()).admin())
    };
    with("application/json").problem(415, "unsupported_media_type");
    with("text/csv").problem(415, "unsupported_media_type");
    hop.send(&call("\n\n")).problem(400, "malformed_json");
    hop.send(&call(&line).header("Batch-Id", "a b")).problem(422, "invalid_fields");
    hop.send(&call(&"x".repeat(1_024 * 1_024 + 1))).problem(413, "too_large");
    let challenge = hop.send(&Call::get("/.well-known/fastly/logging/challenge")).expect(200);
    assert_eq!(challenge.text(), "*\n");
}
