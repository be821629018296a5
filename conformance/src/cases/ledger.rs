//! The ledger on Cloudflare's runtime: what a click costs, and clicks that are counted exactly.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::clicks::total;
use super::{TARGET, cases, create, eventually};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::{Edge, workerd};
use crate::world::World;

cases!("ledger" on [Edge::Workerd]:
    clicks_of_a_second_share_their_operations,
    failed_transaction_of_an_object_changes_nothing,
    ten_thousand_clicks_are_counted_exactly,
);

/// The number of visitors that click at once.
const VISITORS: u32 = 16;

/// The most clicks that an isolate sends at once.
const CLICKS_OF_A_BATCH: u32 = 250;

/// The most rows that an object writes for a batch of clicks of one link: the documents of the link and of its domain,
/// and the journal.
const ROWS_OF_A_FOLD: u64 = 3;

/// Nothing is counted for so long after the last batch was sent.
const QUIET: Duration = Duration::from_secs(3);

/// A deployment with a link. The test can read what it has used, and the link is not verified again meanwhile.
fn metered(world: &World, alias: &str) -> Deployment {
    let mut settings = Settings { metered: true, ..World::usual_settings() };
    settings.settings.push(("HOP_FRESH_SECONDS", "3600"));
    let hop = Deployment::start(world.edge, &settings);
    create(&hop, &json!({"alias": alias, "target": TARGET})).expect(201);
    hop
}

/// A visit whose event takes about half a kilobyte, so that journals are folded often.
pub(super) fn long_click(alias: &str) -> Call {
    let label = "a".repeat(60);
    Call::get(format!("/{alias}")).header("Referer", format!("https://{label}.{label}.{label}.{label}.example/"))
}

/// Sends `call` so many times, from several visitors at once. Every response has to be a redirect.
fn click(hop: &Deployment, call: &Call, times: u32) {
    let left = AtomicU32::new(times);
    let take_one = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
    std::thread::scope(|scope| {
        for _ in 0..VISITORS {
            scope.spawn(|| {
                while take_one() {
                    let response = call.send_unless_refused(hop.address).expect("hop responds");
                    assert_eq!(response.status, 302, "{}", response.text());
                }
            });
        }
    });
}

/// What the deployment uses from now on, until nothing was used for a while.
fn counts(hop: &Deployment) -> Map<String, Value> {
    let mut sum = Map::new();
    let mut last = Instant::now();
    while sum.is_empty() || last.elapsed() < QUIET {
        std::thread::sleep(Duration::from_millis(200));
        assert!(last.elapsed() < Duration::from_secs(30), "nothing is used");
        for (operation, times) in workerd::take_counts(hop).as_object().expect("an object") {
            let so_far = sum.get(operation).and_then(Value::as_u64).unwrap_or_default();
            sum.insert(operation.clone(), json!(so_far + times.as_u64().expect("a number")));
            last = Instant::now();
        }
    }
    sum
}

fn clicks_of_a_second_share_their_operations(world: &World) {
    let hop = &metered(world, "counted");
    let one = Call::get("/counted");
    // The first click fills the memo, has the salts made and sets the alarm; the second one reads a salt.
    for _ in 0..2 {
        click(hop, &one, 1);
        counts(hop);
    }
    click(hop, &one, 1);
    assert_eq!(Value::Object(counts(hop)), json!({"ledger_requests": 1, "rows_written": 1}));

    let started = Instant::now();
    click(hop, &one, 1_000);
    let seconds = started.elapsed().as_secs();
    let used = counts(hop);
    let of = |operation: &str| used.get(operation).and_then(Value::as_u64).unwrap_or_default();
    let batches = u64::from(1_000 / CLICKS_OF_A_BATCH) + seconds + 2;
    assert!(of("ledger_requests") <= batches, "in {seconds} s: {used:?}");
    assert!(of("rows_written") <= of("ledger_requests") * ROWS_OF_A_FOLD, "in {seconds} s: {used:?}");
    assert_eq!((of("statements"), of("salt_reads"), of("alarms_set")), (0, 0, 0), "{used:?}");
    assert_eq!(total(hop, "counted"), 1_003);
}

/// A journal that is folded is merged into documents and emptied in one transaction. If only a part of it were stored,
/// its clicks would be counted twice.
fn failed_transaction_of_an_object_changes_nothing(world: &World) {
    let hop = &metered(world, "folded");
    workerd::fail_statement(hop, 3);
    click(hop, &long_click("folded"), 400);
    let used = counts(hop);
    assert_eq!(used.get("failures"), Some(&json!(1)), "{used:?}");
    assert_eq!(total(hop, "folded"), 400);
}

fn ten_thousand_clicks_are_counted_exactly(world: &World) {
    let hop = &Deployment::start(world.edge, &World::usual_settings());
    create(hop, &json!({"alias": "popular", "target": TARGET})).expect(201);
    click(hop, &Call::get("/popular"), 10_000);
    eventually("all clicks are counted", || (total(hop, "popular") >= 10_000).then_some(()));
    std::thread::sleep(QUIET);
    assert_eq!(total(hop, "popular"), 10_000);
}
