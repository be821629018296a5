//! What a deployment tells whoever watches over it, in the text format of Prometheus. Isolates come and go and each counts for itself, so
//! nothing here is a sum over time: every number is of the moment, and of the isolate that was asked.

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::Key;
use crate::store::memo::{MOST_ENTRIES, ShelfUsage};
use crate::store::ports::{Edge, Records as _};

/// The format and its version.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`. A store that does not answer is a number too, and no reason to say nothing.
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, _proof: &Authorized) -> Result<Response, Problem> {
    let asked_at = context.edge.now();
    let probe = context.edge.records().get(&Key::probe()).await;
    let millis = context.edge.now().millis_since(asked_at);
    if let Err(error) = &probe {
        context.log_lost("the store did not answer a probe", error);
    }
    let seconds = seconds(millis);
    let info = format!("{{edge=\"{}\",version=\"{}\"}}", context.edge.edge_limits().name, env!("CARGO_PKG_VERSION"));
    let mut text = String::new();
    for (name, help, labels, number) in [
        ("hop_info", "Which hop this is.", &*info, "1"),
        ("hop_store_up", "Whether the store answered just now.", "", flag(probe.is_ok())),
        ("hop_store_probe_seconds", "How long it took to answer or to fail.", "", &seconds),
        ("hop_copies", "Whether this edge keeps copies of links.", "", flag(context.edge.link_cache().is_some())),
    ] {
        begin(&mut text, name, help);
        text.extend([name, labels, " ", number, "\n"]);
    }
    tell_memo(&mut text, &context.memo(|memo| memo.usage()));
    Ok(Response::file(MEDIA_TYPE, text.into_bytes()))
}

fn tell_memo(text: &mut String, shelves: &[ShelfUsage]) {
    type Number = fn(&ShelfUsage) -> usize;
    let numbers: [(&str, &str, Number); 4] = [
        ("hop_memo_entries", "What this isolate remembers, some of it too old for use.", |shelf| shelf.entries),
        ("hop_memo_max_entries", "The most it remembers.", |_| MOST_ENTRIES),
        ("hop_memo_bytes", "The memory this takes.", |shelf| shelf.bytes),
        ("hop_memo_max_bytes", "The most memory it takes.", |shelf| shelf.most_bytes),
    ];
    for (name, help, number) in numbers {
        begin(text, name, help);
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

/// Says what a number is that may rise and fall. None of the texts holds what would have to be escaped.
fn begin(text: &mut String, name: &str, help: &str) {
    text.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " gauge\n"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_thousandths() {
        assert_eq!([0, 7, 80, 900, 12_034].map(seconds), ["0.000", "0.007", "0.080", "0.900", "12.034"]);
    }
}
