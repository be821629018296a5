//! Metrics in the text format of Prometheus. Gauges are about the isolate that answers: isolates are short-lived and
//! share no counters. The counters are those of the ledger, for the whole deployment.
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::agent::AgentKind;
use crate::model::stats::FailedVisits;
use crate::model::time::Timestamp;
use crate::store::Key;
use crate::store::ledger::LedgerCounters;
use crate::store::memo::{MAX_ENTRIES, ShelfUsage};
use crate::store::ports::{Edge, Records as _};

/// The media type of the format, with its version.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`. A store that does not answer is reported as a metric, not as a failure.
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, _authorized: &Authorized) -> Result<Response, Problem> {
    let started_at = context.edge.now();
    let probe = context.edge.records().get(&Key::probe()).await;
    let millis = context.edge.now().millis_since(started_at);
    if let Err(error) = &probe {
        context.log_lost("the store did not answer a probe", error);
    }
    let seconds = seconds(millis);
    let info = format!("{{edge=\"{}\",version=\"{}\"}}", context.edge.edge_limits().name, env!("CARGO_PKG_VERSION"));
    let mut text = String::new();
    for (name, help, labels, number) in [
        ("hop_info", "Version of hop, and the edge it runs on.", &*info, "1"),
        ("hop_store_up", "Whether the store answered a probe.", "", flag(probe.is_ok())),
        ("hop_store_probe_seconds", "Duration of the probe, successful or not.", "", &seconds),
        ("hop_cached_links", "Whether this edge caches links.", "", flag(context.edge.link_cache().is_some())),
    ] {
        add_comments(&mut text, name, help);
        text.extend([name, labels, " ", number, "\n"]);
    }
    match context.statistics().counters().await {
        Some(Ok(counters)) => add_ledger(&mut text, Some(&counters), context.now),
        Some(Err(error)) => {
            context.log_lost("the ledger did not answer", &error);
            add_ledger(&mut text, None, context.now);
        }
        None => {}
    }
    add_memo(&mut text, &context.memo(|memo| memo.usage()));
    Ok(Response::file(MEDIA_TYPE, text.into_bytes()))
}

/// Adds the metrics of a ledger; only that it is down if it did not answer.
fn add_ledger(text: &mut String, counters: Option<&LedgerCounters>, now: Timestamp) {
    add_comments(text, "hop_ledger_up", "Whether the ledger of clicks answered.");
    text.extend(["hop_ledger_up ", flag(counters.is_some()), "\n"]);
    let Some(counters) = counters else { return };
    let clicks = counters.clicks;
    let clicks = AgentKind::ALL.map(|kind| (format!("{{kind=\"{}\"}}", kind.name()), clicks.of(kind)));
    add_counter(text, "hop_clicks_total", "Clicks by kind of visitor.", &clicks);
    let FailedVisits { unknown_alias, ended, root, unknown_host } = counters.failed;
    let causes = [("unknown_alias", unknown_alias), ("ended", ended), ("root", root), ("unknown_host", unknown_host)];
    let causes = causes.map(|(cause, visits)| (format!("{{cause=\"{cause}\"}}"), visits));
    add_counter(text, "hop_failed_visits_total", "Visits that followed no link, by cause.", &causes);
    let lag = counters.oldest_unfolded.map_or(0, |oldest| now.millis_since(oldest) / 1_000);
    add_comments(text, "hop_ledger_lag_seconds", "Age of the oldest click that is not folded yet.");
    text.extend(["hop_ledger_lag_seconds ", &lag.to_string(), "\n"]);
    add_counter(text, "hop_dropped_batches_total", "Batches of clicks that were given up.", &[("", counters.dropped)]);
}

/// Adds a counter with a number for each of its labels.
fn add_counter(text: &mut String, name: &str, help: &str, numbers: &[(impl AsRef<str>, u64)]) {
    text.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " counter\n"]);
    for (labels, number) in numbers {
        text.extend([name, labels.as_ref(), " ", &number.to_string(), "\n"]);
    }
}

fn add_memo(text: &mut String, shelves: &[ShelfUsage]) {
    type Number = fn(&ShelfUsage) -> usize;
    let numbers: [(&str, &str, Number); 4] = [
        ("hop_memo_entries", "Entries in the memo of this isolate, including expired ones.", |shelf| shelf.entries),
        ("hop_memo_max_entries", "Maximum number of entries.", |_| MAX_ENTRIES),
        ("hop_memo_bytes", "Memory of the entries, in bytes.", |shelf| shelf.bytes),
        ("hop_memo_max_bytes", "Maximum memory of the entries, in bytes.", |shelf| shelf.max_bytes),
    ];
    for (name, help, number) in numbers {
        add_comments(text, name, help);
        for shelf in shelves {
            text.extend([name, "{shelf=\"", shelf.name, "\"} ", &number(shelf).to_string(), "\n"]);
        }
    }
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

fn flag(holds: bool) -> &'static str {
    if holds { "1" } else { "0" }
}

/// Adds the comments that describe a gauge. The texts contain nothing that must be escaped.
fn add_comments(text: &mut String, name: &str, help: &str) {
    text.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " gauge\n"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_become_seconds() {
        assert_eq!([0, 7, 80, 900, 12_034].map(seconds), ["0.000", "0.007", "0.080", "0.900", "12.034"]);
    }
}
