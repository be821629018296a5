//! What is asked about the records of a release: everything that the API and visitors can read of them.

use crate::support::accounts::cheap;
use crate::support::{Ask, run};
use hop_core::memory::MemoryEdge;
use serde_json::{Value, json};

use super::fixture::text;

/// Requests of the admin.
const READ_BY_ADMIN: [&str; 14] = [
    "/api/v1/export?limit=100&passwords=true",
    "/api/v1/export?limit=100&domain=d.example",
    "/api/v1/links?limit=100&state=deleted",
    "/api/v1/links?limit=100&tag=news",
    "/api/v1/links?limit=100&q=second",
    "/api/v1/tags",
    "/api/v1/domains",
    "/api/v1/blocklist",
    "/api/v1/reports?limit=100",
    "/api/v1/reports?limit=100&state=open",
    "/api/v1/users?limit=100",
    "/api/v1/keys?limit=100",
    "/api/v1/audit?limit=100",
    "/api/v1/stats?from=2026-11-21&to=2027-01-10&by=country,referrer,device,browser",
];

/// What is read of one link.
const READ_OF_A_LINK: [&str; 4] = ["", "/history", "/stats?from=2026-11-21&to=2027-01-10&by=country,referrer", "/clicks?limit=100"];
const LINKS: [&str; 9] = ["docs", "locked", "plain", "gone", "blocked", "new", "off", "moving", "erasing"];

/// What visitors open, on the default domain if it names none.
const VISITED: [&str; 21] = [
    "docs",
    "docs?x=&b=1",
    "plain",
    "gone",
    "blocked",
    "old",
    "left",
    "d.example/right",
    "d.example/other",
    "d.example/",
    "d.example/nothing",
    "moving",
    "moved",
    "erasing",
    "erased",
    "used-up",
    "later",
    "ask",
    "locked",
    "locked+",
    "robots.txt",
];

/// Each question and its answer.
pub(super) fn answers(edge: &MemoryEdge) -> Vec<Value> {
    let of_links = LINKS.iter().flat_map(|alias| READ_OF_A_LINK.map(|rest| format!("/api/v1/links/{alias}{rest}")));
    let by_admin = READ_BY_ADMIN.iter().map(|path| (*path).to_owned()).chain(of_links).map(|path| json!({"admin": path}));
    let visits = VISITED.iter().map(|alias| json!({"visitor": alias}));
    by_admin.chain(visits).map(|question| answer(edge, &question)).collect()
}

/// The recorded questions, answered again.
pub(super) fn again<'a>(edge: &'a MemoryEdge, recorded: &'a [Value]) -> impl Iterator<Item = Value> + 'a {
    recorded.iter().map(|recorded| answer(edge, &recorded["question"]))
}

fn answer(edge: &MemoryEdge, question: &Value) -> Value {
    let ask = match question.get("admin") {
        Some(path) => Ask::list(text(path)),
        None => {
            let address = text(&question["visitor"]);
            let (host, alias) = address.split_once('/').unwrap_or(("hop.example", address));
            Ask::visit(alias).at(host).from("192.0.2.1", "DE")
        }
    };
    // Without the work after the response, so that no answer depends on the question before it.
    let (answer, _after) = run(cheap(edge).handle(ask));
    let body = String::from_utf8_lossy(&answer.body);
    // The words of pages and of problems may change. An export has a line for each link.
    let lines = body.lines().filter(|_| answer.code() == 200 && question["admin"].is_string());
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).expect("a line is JSON")).map(without_cursor).collect();
    json!({"question": question, "status": answer.code(), "location": answer.header("location"), "lines": lines})
}

/// Pages continue at sealed cursors, which are new each time.
fn without_cursor(mut json: Value) -> Value {
    if let Some(fields) = json.as_object_mut() {
        fields.remove("next");
    }
    json
}
