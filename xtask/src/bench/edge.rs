//! `bench edge`: throughput of hop's modules on the runtimes of both edges, compared with minimal programs.
//!
//! All Workers run in one workerd, and each Compute module in a Viceroy. They take turns, one at a time, so that other
//! load on the machine affects all of them.
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::api;
use crate::bench::load::Visits;
use crate::bench::rows::{Aim, Row, judge, spread};
use crate::bench::viceroy::{self, LINKS, Modules, TARGET, Viceroy};
use crate::bench::workerd::Runtime;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::setup;

const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(4);
/// Time for the runtime to optimise hot code.
const WARM_UP: Duration = Duration::from_secs(2);

/// More aliases than the memo holds, so that nearly all requests miss it.
const MANY_ALIASES: u64 = 5_000;

/// An isolate sends its clicks after a second.
const LAST_BATCH: Duration = Duration::from_secs(2);
/// Compute writes the key of a click right after the response.
const LAST_KEYS: Duration = Duration::from_millis(500);
/// How long clicks may take to arrive, if a batch has to be sent again.
const LATEST: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// The names of rows that others are compared with.
const JAVASCRIPT: &str = "JavaScript, from KV";
const MEMO: &str = "hop, from its memo";
const CACHED: &str = "hop, from a cached link";
const BARE_KV: &str = "bare redirect from KV";

/// Compares all rows, prints their rates and returns whether hop reaches its aims.
pub(super) fn compare(project: &Project) -> Outcome<bool> {
    setup::provide(project, setup::BUILD_CLOUDFLARE)?;
    viceroy::provide(project)?;
    let (runtime, modules) = (Runtime::prepare(project)?, Modules::prepare(project)?);
    let on_workerd = compare_on_workerd(project, &runtime)?;
    println!();
    let on_viceroy = compare_on_viceroy(project, &modules)?;
    Ok(on_workerd && on_viceroy)
}

/// A row. hop never counts a `HEAD`.
fn row(name: &'static str, process: u32, visits: Visits, background: Duration, aims: &[(&'static str, f64)]) -> Row {
    let aims = aims.iter().map(|&(of, minimum)| Aim { of, minimum }).collect();
    Row { name, process, visits, background, aims, turns: Vec::new() }
}

fn compare_on_workerd(project: &Project, runtime: &Runtime) -> Outcome<bool> {
    let mut workerd = runtime.start(project, "config", ["hop", "hopInstant", "redirect", "empty", "ledger"])?;
    let [hop, instant, redirect, empty, ledger] = workerd.ports;
    let (ledger, process) = (Ledger { hop, sums: ledger }, workerd.process());
    let visits = |port, method, aliases| Visits { port, method, aliases, status: 302 };
    let uncounted = |name, visits, aims: &[_]| row(name, process, visits, Duration::ZERO, aims);
    let counted = |name, visits, aims: &[_]| row(name, process, visits, LAST_BATCH, aims);
    let mut rows = [
        uncounted(JAVASCRIPT, visits(redirect, "GET", MANY_ALIASES), &[]),
        uncounted(MEMO, visits(hop, "HEAD", 1), &[(JAVASCRIPT, 1.0)]),
        counted("hop, from its memo, counted", visits(hop, "GET", 1), &[(MEMO, 0.9), (JAVASCRIPT, 1.1)]),
        counted("the same, ledger replies at once", visits(instant, "GET", 1), &[]),
        uncounted(CACHED, visits(hop, "HEAD", MANY_ALIASES), &[(JAVASCRIPT, 0.6)]),
        counted("hop, from a cached link, counted", visits(hop, "GET", MANY_ALIASES), &[(CACHED, 0.9)]),
        uncounted("empty Worker in Rust", visits(empty, "GET", 1), &[]),
    ];
    announce("workerd", rows.len());
    for row in &rows {
        row.visit(WARM_UP)?;
    }
    let mut costs = Vec::new();
    for _ in 0..TURNS {
        for row in &mut rows {
            let before = if is_counted(row, hop) { Some(ledger.read()?) } else { None };
            let answered = u64::from(row.take_turn(TURN)?);
            if let Some(before) = before {
                costs.push((row.name, ledger.wait_for(answered, before)?));
            }
        }
    }
    workerd.check_alive()?;
    let passed = judge(&rows);
    println!("\nEvery redirect of the counted rows was counted once.");
    for row in &rows {
        let sum = |part: fn(&LedgerSums) -> u64| costs.iter().filter(|(name, _)| *name == row.name).map(|(_, cost)| part(cost)).sum();
        show_objects(row.name, sum(|cost| cost.clicks), sum(|cost| cost.requests), sum(|cost| cost.rows_written));
    }
    let [_, _, real, instant, ..] = &rows;
    show_time_of_objects(real, instant);
    Ok(passed)
}

/// Prints what the objects of the ledger did for a row.
fn show_objects(name: &str, clicks: u64, requests: u64, rows_written: u64) {
    if clicks > 0 {
        let for_thousand = |count: u64| count as f64 * 1_000.0 / clicks as f64;
        let (requests, rows_written) = (for_thousand(requests), for_thousand(rows_written));
        println!("{name}: 1,000 clicks took {requests:.1} requests to the object and {rows_written:.1} rows written.");
    }
}

/// Prints the processor time of the objects, which is the difference to a ledger that replies at once.
fn show_time_of_objects(real: &Row, instant: &Row) {
    let micros = |rate: f64| 1e6 / rate;
    let pairs = real.turns.iter().zip(&instant.turns);
    let (least, median, most) = spread(pairs.map(|(real, instant)| micros(real.by_processor) - micros(instant.by_processor)).collect());
    let (_, all, _) = spread(real.turns.iter().map(|turn| micros(turn.by_processor)).collect());
    println!("The object took {median:.1} µs ({least:.1} to {most:.1}) of the {all:.1} µs of processor time of a counted redirect.");
}

/// The ledger in workerd.
struct Ledger {
    hop: u16,
    /// The port of the Worker that says what the objects did.
    sums: u16,
}

/// What the objects of a ledger did.
#[derive(Clone, Copy)]
struct LedgerSums {
    clicks: u64,
    requests: u64,
    rows_written: u64,
}

impl Ledger {
    fn read(&self) -> Outcome<LedgerSums> {
        // The metrics come from the object, so this is one of its requests.
        let clicks = api::clicks_of_ledger(self.hop)?;
        let text = api::get(self.sums, "/")?;
        let sums: Value = serde_json::from_str(&text).unwrap_or_default();
        let sum = |name| sums.get(name).and_then(Value::as_u64).ok_or_else(|| Failure::new(format!("the ledger has no {name}: {text}")));
        Ok(LedgerSums { clicks, requests: sum("requests")?, rows_written: sum("rows_written")? })
    }

    /// Waits until `answered` clicks have arrived since `before`, and returns what the objects did for them. Fails if
    /// other than that number arrive.
    fn wait_for(&self, answered: u64, before: LedgerSums) -> Outcome<LedgerSums> {
        let until = Instant::now() + LATEST;
        let mut questions = 0;
        loop {
            let now = self.read()?;
            questions += 1;
            let clicks = now.clicks.saturating_sub(before.clicks);
            if clicks == answered {
                // Each question was a request too, and has written nothing.
                let requests = now.requests.saturating_sub(before.requests).saturating_sub(questions);
                return Ok(LedgerSums { clicks, requests, rows_written: now.rows_written.saturating_sub(before.rows_written) });
            }
            if clicks > answered || Instant::now() > until {
                return Err(wrong_count(clicks, answered));
            }
            thread::sleep(PAUSE);
        }
    }
}

fn compare_on_viceroy(project: &Project, modules: &Modules) -> Outcome<bool> {
    let mut servers = [&modules.hop, &modules.kv, &modules.empty].map(|module| modules.start(project, module)).into_iter();
    let mut next = || servers.next().unwrap_or_else(|| Err(Failure::new("a server is missing")));
    let (mut hop, mut kv, mut empty) = (next()?, next()?, next()?);
    api::create_links(hop.port, LINKS, TARGET)?;
    let visits = |server: &Viceroy, method, status| Visits { port: server.port, method, aliases: LINKS, status };
    let mut rows = [
        row(BARE_KV, kv.process(), visits(&kv, "GET", 302), Duration::ZERO, &[]),
        row("hop", hop.process(), visits(&hop, "HEAD", 302), Duration::ZERO, &[]),
        row("hop, counted", hop.process(), visits(&hop, "GET", 302), LAST_KEYS, &[(BARE_KV, 0.75)]),
        row("empty module", empty.process(), visits(&empty, "GET", 200), Duration::ZERO, &[]),
    ];
    announce("Viceroy", rows.len());
    let mut answered = 0;
    let mut answer = |row: &Row, responses: u32| answered += if is_counted(row, hop.port) { u64::from(responses) } else { 0 };
    for row in &rows {
        let responses = row.visit(WARM_UP)?;
        answer(row, responses);
    }
    for _ in 0..TURNS {
        for row in &mut rows {
            let responses = row.take_turn(TURN)?;
            answer(row, responses);
        }
    }
    [&mut hop, &mut kv, &mut empty].into_iter().try_for_each(Viceroy::check_alive)?;
    let passed = judge(&rows);
    let clicks = api::clicks_of_links(hop.port, LINKS)?;
    if clicks != answered {
        return Err(wrong_count(clicks, answered));
    }
    println!("\nEvery redirect of the counted row was counted once.");
    Ok(passed)
}

/// Whether the responses of a row are clicks of the deployment of hop at this port.
fn is_counted(row: &Row, hop: u16) -> bool {
    row.visits.port == hop && row.visits.method == "GET"
}

fn announce(runtime: &str, rows: usize) {
    println!("{runtime}: {TURNS} turns of {} s for each of {rows} rows…", TURN.as_secs());
}

fn wrong_count(clicks: u64, answered: u64) -> Failure {
    Failure::new(format!("{answered} redirects were answered, but {clicks} clicks were counted"))
}
