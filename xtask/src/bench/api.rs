//! hop's API, as the benchmarks use it: to create links, and to ask how many clicks have arrived.
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::bench::load::alias;
use crate::failure::{Failure, Outcome};

/// The key in `bench/edge/config.capnp` and in `bench/edge/fastly.toml`.
const ADMIN_KEY: &str = "Bearer an-admin-key-only-for-the-benchmark";
const HOST: &str = "hop.example";
const TIMEOUT: Duration = Duration::from_secs(60);

/// Creates a link under each of the first aliases of the load generator.
pub(super) fn create_links(port: u16, count: u64, target: &str) -> Outcome<()> {
    for number in 0..count {
        let link = json!({ "alias": alias(number), "target": target }).to_string();
        let request = agent().post(url(port, "/api/v1/links")).header("Authorization", ADMIN_KEY).header("Host", HOST);
        let sent = request.header("Content-Type", "application/json").send(link);
        sent.map_err(|error| Failure::new(format!("hop did not create a link: {error}")))?;
    }
    Ok(())
}

/// The clicks that the ledger of a deployment has, by its metrics.
pub(super) fn clicks_of_ledger(port: u16) -> Outcome<u64> {
    let metrics = get(port, "/metrics")?;
    sum_of("hop_clicks_total", &metrics).ok_or_else(|| Failure::new(format!("the metrics of hop have no clicks: {metrics}")))
}

/// The clicks of the first links, by their statistics.
pub(super) fn clicks_of_links(port: u16, count: u64) -> Outcome<u64> {
    let mut clicks = 0;
    for number in 0..count {
        let text = get(port, &format!("/api/v1/links/{}/stats", alias(number)))?;
        clicks += total(&text).ok_or_else(|| Failure::new(format!("the statistics of a link have no totals: {text}")))?;
    }
    Ok(clicks)
}

/// The body of a successful response.
pub(super) fn get(port: u16, path: &str) -> Outcome<String> {
    let failed = |error: ureq::Error| Failure::new(format!("{path} did not answer: {error}"));
    let sent = agent().get(url(port, path)).header("Authorization", ADMIN_KEY).header("Host", HOST).call();
    sent.map_err(failed)?.into_body().read_to_string().map_err(failed)
}

fn url(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}{path}")
}

fn agent() -> Agent {
    Agent::new_with_config(Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).build())
}

/// The sum of a counter over all its labels; nothing if the metrics have none.
fn sum_of(counter: &str, metrics: &str) -> Option<u64> {
    let lines = metrics.lines().filter(|line| line.strip_prefix(counter).is_some_and(|rest| rest.starts_with('{')));
    let numbers: Vec<u64> = lines.map(|line| line.rsplit(' ').next()?.parse().ok()).collect::<Option<_>>()?;
    (!numbers.is_empty()).then(|| numbers.iter().sum())
}

/// The clicks of all kinds in the statistics of a link.
fn total(statistics: &str) -> Option<u64> {
    let statistics: Value = serde_json::from_str(statistics).ok()?;
    ["humans", "bots", "previews"].iter().map(|kind| statistics.get("totals")?.get(kind)?.as_u64()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_of_all_kinds_are_added() {
        let metrics = "# HELP hop_clicks_total Clicks.\nhop_clicks_total{kind=\"human\"} 7\nhop_clicks_total{kind=\"bot\"} 2\nhop_clicks_total_of 9\n";
        assert_eq!(sum_of("hop_clicks_total", metrics), Some(9));
        assert_eq!(sum_of("hop_clicks_total", "hop_ledger_up 0\n"), None);
        assert_eq!(total(r#"{"totals":{"humans":3,"bots":1,"previews":2,"visitor_days":1}}"#), Some(6));
        assert_eq!(total(r#"{"totals":{"humans":3}}"#), None);
    }
}
