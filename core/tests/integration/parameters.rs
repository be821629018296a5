//! Schemas of query parameters in docs/openapi.json: each accepts what hop accepts and refuses what hop refuses.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Ask, Isolate, run};
use form_urlencoded::byte_serialize;
use hop_core::Body;
use hop_core::memory::MemoryEdge;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// A query parameter: the name of its component, a request that takes it, and values.
struct Row {
    component: &'static str,
    method: Method,
    path: &'static str,
    accepted: &'static [&'static str],
    refused: &'static [&'static str],
}

const fn row(
    component: &'static str,
    method: Method,
    path: &'static str,
    accepted: &'static [&'static str],
    refused: &'static [&'static str],
) -> Row {
    Row { component, method, path, accepted, refused }
}

const LINKS: &str = "/api/v1/links";
const QR: &str = "/api/v1/links/docs/qr";
const EXPORT: &str = "/api/v1/export";
const IMPORT: &str = "/api/v1/import";
const AUDIT: &str = "/api/v1/audit";
const STATS: &str = "/api/v1/stats";
const LINK_STATS: &str = "/api/v1/links/docs/stats";
const NO_BOUNDARIES: &[&str] = &["", "2026-11-31", "today", "2026-11-01T08:00:00", "20261101"];
const NO_DIMENSIONS: &[&str] = &["", "link", "Country", "country,", "country, os", "country,os,device,browser,language"];
const FLAGS: &[&str] = &["true", "false"];
const NO_FLAGS: &[&str] = &["", "1", "True", "yes"];
const HOSTS: &[&str] = &["hop.example", "HOP.example.", "hop%2eexample"];
const NO_HOSTS: &[&str] = &["", "a b", "hop.example:80", "a..b", "a/b"];
const MOMENTS: &[&str] = &["2026-11-21T08:00:00Z", "2026-11-21t08:00:00.5+01:00", "1970-01-01T00:00:00Z"];
const NO_MOMENTS: &[&str] = &["", "2026-11-21", "1969-01-01T00:00:00Z", "2026-02-30T00:00:00Z"];
const NO_COLORS: &[&str] = &["", "777", "#77777", "grey77", "##777777"];
const USER: &str = "usr_11111111111111111";
const NO_USERS: &[&str] = &["", "None", "usr_1", "usr_01111111111111111", "11111111111111111"];
const NAMES: &[&str] = &["a", "lnk_1", "b\u{fc}cher.example"];
const NO_NAMES: &[&str] = &["", "a\0", "a\nb", "\u{202e}a"];

const ROWS: [Row; 41] = [
    row("domain", Method::GET, LINKS, HOSTS, NO_HOSTS),
    row("tag", Method::GET, LINKS, &["a", "Two words", "\u{65e5}\u{672c}"], &["", " ", "a\0"]),
    row("tags", Method::GET, LINKS, &["any", "all"], &["", "ALL", "none"]),
    row("owner", Method::GET, LINKS, &["none", USER], NO_USERS),
    row(
        "state",
        Method::GET,
        LINKS,
        &["scheduled", "live", "ended", "used_up", "disabled", "blocked", "deleted"],
        &["", "Live", "used-up", "any"],
    ),
    row("reportState", Method::GET, "/api/v1/reports", &["open", "resolved"], &["", "Open", "closed"]),
    row("reportedUrl", Method::GET, "/report", &["", "https://hop.example/docs", "any text"], &[]),
    row("createdFrom", Method::GET, LINKS, MOMENTS, NO_MOMENTS),
    row("createdTo", Method::GET, LINKS, MOMENTS, NO_MOMENTS),
    row("prefix", Method::GET, LINKS, &["a", ".", "a-_.~", "\u{e9}"], &["", "a b", "a/b", "a+"]),
    row("search", Method::GET, LINKS, &["a", "two words", "\u{65e5}\u{672c} r\u{e9}p", "\u{1f389}"], &["", " ", "-/#"]),
    row("limit", Method::GET, LINKS, &["1", "100"], &["", "0", "101", "-1", "1.5", "a"]),
    // A valid cursor is sealed and cannot be a constant here.
    row("cursor", Method::GET, LINKS, &[], &["", "a", "not a cursor of 22 characters", "================================"]),
    row("size", Method::GET, QR, &["64", "1024"], &["", "63", "1025", "a"]),
    row("margin", Method::GET, QR, &["0", "16"], &["", "17", "-1", "a"]),
    row("level", Method::GET, QR, &["L", "M", "Q", "H"], &["", "l", "X"]),
    row("color", Method::GET, QR, &["000000", "#00000f"], NO_COLORS),
    row("background", Method::GET, QR, &["ffffff", "#FFFFF0"], NO_COLORS),
    row("qrFormat", Method::GET, QR, &["svg", "png"], &["", "SVG", "gif"]),
    row("erase", Method::DELETE, "/api/v1/links/docs", FLAGS, NO_FLAGS),
    row("format", Method::GET, EXPORT, &["jsonl", "csv"], &["", "CSV", "json"]),
    row("passwords", Method::GET, EXPORT, FLAGS, NO_FLAGS),
    row("dryRun", Method::POST, IMPORT, FLAGS, NO_FLAGS),
    row("domainOfLines", Method::POST, IMPORT, HOSTS, NO_HOSTS),
    row("linksTo", Method::DELETE, "/api/v1/users/usr_22222222222222222", &["none", USER], NO_USERS),
    row("ownerOfKeys", Method::GET, "/api/v1/keys", &[USER], NO_USERS),
    row("doneFrom", Method::GET, AUDIT, MOMENTS, NO_MOMENTS),
    row("doneTo", Method::GET, AUDIT, MOMENTS, NO_MOMENTS),
    row("subject", Method::GET, AUDIT, NAMES, NO_NAMES),
    row("principal", Method::GET, AUDIT, NAMES, NO_NAMES),
    row("statsDomain", Method::GET, STATS, HOSTS, NO_HOSTS),
    row("statsTag", Method::GET, STATS, &["a", "Two words"], &["", " ", "a\0"]),
    row("statsFrom", Method::GET, STATS, &["2026-11-01", "2026-11-01T08:15:00Z", "2026-11-01T08:15:00+01:00"], NO_BOUNDARIES),
    row("statsTo", Method::GET, STATS, &["2026-11-30", "2026-11-30T08:15:00.000Z"], NO_BOUNDARIES),
    row("granularity", Method::GET, STATS, &["hour", "day", "week", "month"], &["", "Day", "year"]),
    row("tz", Method::GET, STATS, &["UTC", "Europe/Berlin", "+05:30", "CET-1CEST,M3.5.0,M10.5.0/3"], &[""]),
    row("by", Method::GET, LINK_STATS, &["country", "rule,variant", "region,city,referrer,reason"], NO_DIMENSIONS),
    row("byOfMany", Method::GET, STATS, &["country", "device,os,browser,language"], &["rule", "country,variant"]),
    row("compare", Method::GET, STATS, &["previous"], &["", "next"]),
    row("statsFormat", Method::GET, STATS, &["json", "csv"], &["", "CSV", "xlsx"]),
    row("limitOfClicks", Method::GET, "/api/v1/links/docs/clicks", &["1", "100"], &["", "0", "101", "-1", "1.5", "a"]),
];

/// Whether hop accepts `text` as this parameter.
fn is_accepted(isolate: &Isolate<'_>, row: &Row, name: &str, text: &str) -> bool {
    let query: String = byte_serialize(text.as_bytes()).collect();
    let ask = Ask::list(&format!("{}?{name}={query}", row.path));
    let ask = Ask { method: row.method.clone(), body: Body::Whole(Vec::new()), ..ask };
    let answer = run(isolate.ask(ask.header(CONTENT_TYPE, "application/x-ndjson")));
    let expected: &[u16] = if row.path.contains("/docs") || row.method == Method::DELETE { &[200, 204, 404, 422] } else { &[200, 422] };
    assert!(expected.contains(&answer.code()), "{}={text:?}: {answer:?}", row.component);
    let json = answer.json();
    let mut wrong = json["errors"].as_array().into_iter().flatten();
    !wrong.any(|error| error["field"] == format!("/{name}"))
}

/// The value of a query parameter as its schema sees it.
fn value(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Some("array") => json!([text]),
        _ => json!(text),
    }
}

#[test]
fn query_schemas_agree_with_their_parsers() {
    let path = format!("{}/../docs/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let document: Value = serde_json::from_slice(&fs::read(path).expect("the document")).expect("JSON");
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let mut checked = BTreeSet::new();
    for row in &ROWS {
        let parameter = &document["components"]["parameters"][row.component];
        let name = parameter["name"].as_str().unwrap_or_else(|| panic!("{} is not a parameter", row.component));
        let mut schema = parameter["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("a schema");
        let texts = row.accepted.iter().map(|text| (text, true)).chain(row.refused.iter().map(|text| (text, false)));
        for (text, expected) in texts {
            let judged = (is_accepted(&isolate, row, name, text), validator.is_valid(&value(&schema, text)));
            assert_eq!(judged, (expected, expected), "{}: {text:?}, (hop, schema)", row.component);
        }
        checked.insert(row.component);
    }
    let all = document["components"]["parameters"].as_object().expect("the parameters").iter();
    let in_query: BTreeSet<&str> = all.filter(|(_, one)| one["in"] == "query").map(|(name, _)| name.as_str()).collect();
    assert_eq!(checked, in_query);
}
