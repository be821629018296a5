//! Lists and exports: pages show what the records confirm, and a cursor is valid only for the list it was made for.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::client::{ADMIN_KEY, Answer};
use crate::support::store_faults::{self, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::csv;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

const LIST: &str = "/api/v1/links";
const TARGET: &str = "https://example.com/";

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// Creates a link one second after the previous one.
fn create(edge: &MemoryEdge, alias: &str, fields: &Value) -> Value {
    edge.wait_seconds(1);
    let mut link = json!({"alias": alias, "target": TARGET});
    for (name, value) in fields.as_object().expect("an object") {
        link[name] = value.clone();
    }
    let answer = ask(edge, Ask::create(&link));
    assert_eq!(answer.code(), 201, "{}", answer.json());
    answer.json()
}

fn page(edge: &MemoryEdge, address: &str) -> Value {
    let answer = ask(edge, Ask::list(address));
    assert_eq!(answer.code(), 200, "{address}: {}", answer.json());
    answer.json()
}

fn aliases(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|link| link["alias"].as_str().expect("an alias").to_owned()).collect()
}

/// The aliases on each page of a list.
fn pages(edge: &MemoryEdge, address: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(address.to_owned()));
    while let Some(address) = next {
        let page = page(edge, &address);
        pages.push(aliases(&page));
        next = page["next"].as_str().map(str::to_owned);
    }
    pages
}

fn listed(edge: &MemoryEdge, query: &str) -> Vec<String> {
    pages(edge, &format!("{LIST}?{query}")).concat()
}

/// Six links: two tags, two domains, one deleted, one disabled, one scheduled.
fn world() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    create(&edge, "docs", &json!({"tags": ["a"]}));
    create(&edge, "do", &json!({"tags": ["a", "b"]}));
    create(&edge, "gone", &json!({"tags": ["a"]}));
    create(&edge, "off", &json!({"disabled": true, "tags": ["b"]}));
    create(&edge, "soon", &json!({"starts_at": "2099-01-01T00:00:00Z"}));
    create(&edge, "far", &json!({"domain": "b.example", "tags": ["a"]}));
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    edge
}

#[test]
fn filters_apply_alone_and_combined() {
    let edge = world();
    for (query, expected) in [
        ("", vec!["soon", "off", "do", "docs"]),
        ("tag=a", vec!["do", "docs"]),
        ("tag=A&tag=b", vec!["off", "do", "docs"]),
        ("tag=a&tag=b&tags=any", vec!["off", "do", "docs"]),
        ("tag=a&tag=b&tags=all", vec!["do"]),
        ("tag=a&domain=b.example", vec!["far"]),
        ("tag=nowhere", vec![]),
        ("state=live", vec!["do", "docs"]),
        ("state=disabled", vec!["off"]),
        ("state=scheduled", vec!["soon"]),
        ("state=deleted", vec!["gone"]),
        ("state=used_up", vec![]),
        ("state=deleted&tag=a", vec!["gone"]),
        ("state=deleted&prefix=g", vec!["gone"]),
        ("owner=none", vec!["soon", "off", "do", "docs"]),
        ("owner=none&tag=b&state=live", vec!["do"]),
        ("owner=usr_11111111111111111", vec![]),
        ("prefix=do", vec!["do", "docs"]),
        ("prefix=doc", vec!["docs"]),
        ("prefix=o&state=disabled", vec!["off"]),
        ("prefix=do&tag=a", vec!["do", "docs"]),
        ("prefix=g", vec![]),
        ("created_from=2026-11-21T08:00:04Z", vec!["soon", "off"]),
        ("created_to=2026-11-21T08:00:04Z", vec!["do", "docs"]),
        ("created_from=2026-11-21T08:00:02Z&created_to=2026-11-21T08:00:05Z", vec!["off", "do"]),
        ("created_from=2026-11-21T08:00:02Z&created_to=2026-11-21T08:00:05Z&tag=a", vec!["do"]),
        ("created_from=2026-11-21T08:00:02Z&prefix=do", vec!["do"]),
    ] {
        for limit in ["limit=1&", "limit=2&", ""] {
            assert_eq!(listed(&edge, &format!("{limit}{query}")), expected, "{limit}{query}");
        }
    }
}

#[test]
fn page_examines_limit_entries_and_may_be_empty() {
    let edge = world();
    assert_eq!(pages(&edge, "/api/v1/links?limit=2&state=live"), [vec![], vec!["do".to_owned()], vec!["docs".into()]]);
    assert_eq!(pages(&edge, "/api/v1/links?limit=1&tag=a&state=deleted"), [vec!["gone".to_owned()], vec![], vec![]]);
}

#[test]
fn list_stops_at_created_from() {
    let edge = world();
    let found = pages(&edge, "/api/v1/links?limit=1&created_from=2026-11-21T08:00:04Z");
    assert_eq!(found, [vec!["soon".to_owned()], vec!["off".into()], vec![]], "older links are not read");
}

#[test]
fn unconfirmed_index_entry_shows_nothing() {
    let edge = world();
    let index_entries: Vec<Key> = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("by-tag/hop.example/a/")).collect();
    assert_eq!(index_entries.len(), 3);
    for index_entry in &index_entries {
        let text = index_entry.as_str();
        let (stem, _) = text.rsplit_once('/').expect("an index entry ends in a token");
        edge.records.plant(&Key::stored(format!("{stem}/another-token")), "null");
        edge.records.plant(&Key::stored(text.replace("/a/", "/x/")), "null");
    }
    edge.records.plant(&Key::stored("by-tag/hop.example/x/fffffe5e02e173ff/unknown/t".into()), "null");
    edge.records.plant(&Key::stored("by-tag/hop.example/x/malformed".into()), "null");
    assert_eq!((listed(&edge, "tag=a"), listed(&edge, "tag=x")), (vec!["do".to_owned(), "docs".into()], vec![]));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"tags": ["c"]}))).code(), 200);
    assert_eq!((listed(&edge, "tag=a"), listed(&edge, "tag=c")), (vec!["do".to_owned()], vec!["docs".into()]));
}

#[test]
fn damaged_record_is_skipped_and_logged() {
    let edge = world();
    let key = edge.records.keys().into_iter().find(|key| key.as_str() == "link/hop.example/do").expect("a link");
    edge.records.plant(&key, "{");
    for query in ["prefix=do", "tag=a", "created_from=2026-11-21T08:00:00Z&prefix=do"] {
        edge.take_log();
        assert_eq!(listed(&edge, query), ["docs"], "{query}");
        assert_eq!(edge.take_log().iter().filter(|line| line.contains("left out")).count(), 1, "{query}");
    }
}

#[test]
fn damaged_source_of_pending_move_hides_one_link() {
    let edge = world();
    // The old alias says that its link has left. The move is not finalized yet.
    plan(&edge, Plan::FromNth(StoreStep::Write, 3));
    ask(&edge, Ask::change("docs", &json!({"alias": "moved"})));
    clear_faults(&edge);
    assert_eq!(listed(&edge, "tag=a"), ["do", "moved"]);
    let from = edge.records.keys().into_iter().find(|key| key.as_str() == "link/hop.example/docs").expect("the old record exists");
    edge.records.plant(&from, "{");
    for (query, expected) in [("tag=a", vec!["do"]), ("", vec!["soon", "off", "do"]), ("prefix=m", vec![])] {
        edge.take_log();
        assert_eq!(listed(&edge, query), expected, "{query}");
        assert_eq!(edge.take_log().iter().filter(|line| line.contains("left out")).count(), 1, "{query}");
    }
}

#[test]
fn moved_link_is_listed_at_its_new_alias() {
    let edge = world();
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "done", "keep_old_alias": true}))).code(), 200);
    for query in ["prefix=do", "prefix=do&limit=1"] {
        assert_eq!(listed(&edge, query), ["do", "done"]);
    }
    assert_eq!(listed(&edge, "tag=a"), ["do", "done"]);
}

/// The address of the next page, from the `Link` header.
fn next(answer: &Answer) -> String {
    let links: Vec<&str> = answer.headers.get_all("link").iter().map(|value| value.to_str().expect("text")).collect();
    let next = links.iter().find_map(|link| link.strip_suffix(">; rel=\"next\"")).expect("a next page");
    next.trim_start_matches('<').to_owned()
}

fn refused_cursor(answer: &Answer) -> bool {
    let error = &answer.json()["errors"][0];
    answer.code() == 422 && error["field"] == "/cursor" && error["code"] == "invalid"
}

#[test]
fn cursor_works_for_its_own_list_only() {
    let edge = world();
    let list = |query: &str| ask(&edge, Ask::list(&format!("{LIST}?{query}")));
    let first = list("limit=1&tag=a");
    let address = next(&first);
    assert_eq!(first.json()["next"], json!(address));
    let cursor = address.rsplit_once("&cursor=").expect("a cursor").1;
    for (query, is_valid) in [
        ("tag=a", true),
        ("tag=A&tag=a&tags=any&domain=hop.example&limit=7", true),
        ("tag=b", false),
        ("", false),
        ("tag=a&state=live", false),
        ("tag=a&tag=b", false),
        ("tag=a&tags=all", false),
        ("tag=a&domain=b.example", false),
        ("tag=a&owner=none", false),
        ("tag=a&prefix=d", false),
        ("tag=a&created_from=2026-11-21T08:00:00Z", false),
        ("tag=a&created_to=2027-11-21T08:00:00Z", false),
    ] {
        let answer = list(&format!("{query}&cursor={cursor}"));
        assert_eq!((answer.code() == 200, refused_cursor(&answer)), (is_valid, !is_valid), "{query}");
    }
    assert!(refused_cursor(&ask(&edge, Ask::list(&format!("/api/v1/export?cursor={cursor}")))));
    let of_export = next(&ask(&edge, Ask::list("/api/v1/export?limit=1")));
    let (_, cursor) = of_export.rsplit_once("&cursor=").expect("a cursor");
    assert!(refused_cursor(&list(&format!("limit=1&cursor={cursor}"))));
}

fn deployment<'a>(edge: &'a MemoryEdge, pepper: Option<&str>) -> Isolate<'a> {
    let mut settings = vec![("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY)];
    settings.extend(pepper.map(|pepper| ("HOP_PEPPER", pepper)));
    Isolate::set_up(edge, &settings)
}

#[test]
fn cursor_of_another_deployment_is_refused() {
    let edge = world();
    let address = next(&ask(&edge, Ask::list("/api/v1/links?limit=1")));
    let other = deployment(&edge, Some("another-pepper-that-only-these-tests-know"));
    assert!(refused_cursor(&run(other.ask(Ask::list(&address)))));
}

#[test]
fn missing_pepper_refuses_only_requests_that_need_cursors() {
    let edge = world();
    let address = next(&ask(&edge, Ask::list("/api/v1/links?limit=1")));
    for pepper in [None, Some("too-short")] {
        let isolate = deployment(&edge, pepper);
        for (path, code) in [
            ("/api/v1/links", 200),
            ("/api/v1/links?tag=a&limit=100", 200),
            ("/api/v1/export", 200),
            ("/api/v1/links?cursor=AAAA", 422),
            ("/api/v1/links?limit=1", 503),
            ("/api/v1/export?format=csv&limit=1", 503),
            (&address, 503),
        ] {
            let answer = run(isolate.ask(Ask::list(path)));
            assert_eq!(answer.code(), code, "{path}");
            assert!(code != 503 || answer.problem() == "not_configured", "{path}");
        }
        assert!(edge.take_log().join("\n").contains("HOP_PEPPER"));
    }
}

#[test]
fn invalid_filters_are_named() {
    let edge = world();
    let many: String = (0..11).map(|number| format!("tag=t{number}&")).collect();
    for (query, field, code) in [
        ("tag=", "/tag", "required"),
        (&format!("tag={}", "x".repeat(65)), "/tag", "too_long"),
        (&many, "/tag", "too_many"),
        ("tag=a&tags=some", "/tags", "invalid"),
        ("tags=all&tags=any", "/tags", "duplicate"),
        ("owner=me", "/owner", "invalid"),
        ("owner=usr_1", "/owner", "invalid"),
        ("state=Live", "/state", "invalid"),
        ("state=live&state=ended", "/state", "duplicate"),
        ("created_from=yesterday", "/created_from", "invalid"),
        ("created_to=2026-11-21", "/created_to", "invalid"),
        ("created_from=2026-11-21T08:00:00Z&created_to=2026-11-21T09:00:00%2B01:00", "/created_to", "conflicts"),
        ("created_from=2026-11-21T08:00:00Z&created_to=2026-11-21T07:59:59Z", "/created_to", "conflicts"),
        ("prefix=", "/prefix", "required"),
        ("prefix=a/b", "/prefix", "invalid"),
        (&format!("prefix={}", "x".repeat(129)), "/prefix", "too_long"),
    ] {
        let answer = ask(&edge, Ask::list(&format!("{LIST}?{query}")));
        let error = &answer.json()["errors"][0];
        assert_eq!((answer.code(), &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{query}");
    }
}

#[test]
fn pagination_under_changes_lists_unchanged_links_once() {
    for query in ["limit=2", "limit=2&tag=t", "limit=2&prefix=l", "limit=3&tag=t&tag=u", "limit=2&created_from=2020-01-01T00:00:00Z"] {
        let edge = MemoryEdge::new(1);
        let fields = json!({"tags": ["t"]});
        let stays: Vec<String> = (0..6).map(|number| format!("l{number}-stays")).collect();
        for (number, alias) in stays.iter().enumerate() {
            create(&edge, alias, &fields);
            create(&edge, &format!("l{number}-goes"), &fields);
        }
        let (mut seen, mut next, mut turn) = (Vec::new(), Some(format!("{LIST}?{query}")), 0);
        while let Some(address) = next {
            let page = page(&edge, &address);
            seen.extend(aliases(&page).into_iter().filter(|alias| stays.contains(alias)));
            next = page["next"].as_str().map(str::to_owned);
            if turn < 6 {
                assert_eq!(ask(&edge, Ask::delete(&format!("l{turn}-goes"))).code(), 204);
                create(&edge, &format!("l{turn}-comes"), &fields);
                ask(&edge, Ask::change(&stays[turn], &json!({"title": "changed", "tags": ["t", "v"]})));
            }
            turn += 1;
        }
        seen.sort();
        assert_eq!(seen, stays, "{query}");
    }
}

#[test]
fn link_edited_at_page_end_is_listed_once() {
    for query in ["limit=1", "limit=2&tag=t", "limit=3"] {
        let edge = MemoryEdge::new(1);
        let mut made: Vec<String> = (0..24).map(|number| format!("edited-{number}")).collect();
        for alias in &made {
            create(&edge, alias, &json!({"tags": ["t"]}));
        }
        let (mut seen, mut next) = (Vec::new(), Some(format!("{LIST}?{query}")));
        while let Some(address) = next {
            let page = page(&edge, &address);
            next = page["next"].as_str().map(str::to_owned);
            for alias in aliases(&page) {
                assert_eq!(ask(&edge, Ask::change(&alias, &json!({"tags": ["t", "seen"]}))).code(), 200);
                seen.push(alias);
            }
        }
        made.reverse();
        assert_eq!(seen, made, "{query}");
    }
}

#[test]
fn link_edited_during_page_read_is_listed() {
    for query in ["", "tag=t", "created_from=2020-01-01T00:00:00Z", "limit=1&tag=t", "limit=2"] {
        for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
            for number in 0..3 {
                let edge = store_faults::edge(1, steps);
                for alias in ["c", "b", "a"] {
                    create(&edge, alias, &json!({"tags": ["t"]}));
                }
                let isolate = Isolate::new(&edge);
                let trace = plan(&edge, Plan::At(vec![(0, Fault::LateAnswer(1))]));
                let address = format!("{LIST}?{query}");
                let mut reading = pin!(isolate.ask(Ask::list(&address)));
                assert!(reading.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                assert_eq!(trace.steps(), [StoreStep::Scan]);
                let edited = ["a", "b", "c"][number];
                assert_eq!(ask(&edge, Ask::change(edited, &json!({"title": "T", "tags": ["t", "u"]}))).code(), 200);
                let first = run(reading);
                clear_faults(&edge);
                let mut seen = aliases(&first.json());
                if let Some(next) = first.json()["next"].as_str() {
                    seen.extend(pages(&edge, next).concat());
                }
                assert_eq!(seen, ["a", "b", "c"], "{query}, after an edit of {edited}");
            }
        }
    }
}

#[test]
fn find_if_exists_returns_the_equal_link() {
    let edge = world();
    let wanted = json!({"target": "https://example.com/x", "title": "T", "tags": ["b", "A"]});
    let made = create(&edge, "same", &wanted);
    let find = |fields: Value| {
        let mut body = wanted.clone();
        body["find_if_exists"] = json!(true);
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        ask(&edge, Ask::create(&body))
    };
    assert_eq!(run(Isolate::new(&edge).ask(Ask::visit("same"))).code(), 302);
    for fields in [json!({}), json!({"alias": "same"}), json!({"tags": ["a", "b", "B"], "domain": "hop.example"})] {
        let answer = find(fields.clone());
        assert_eq!((answer.code(), &answer.json()["id"]), (200, &made["id"]), "{fields}");
        assert_eq!(answer.header("location"), "/api/v1/links/same?domain=hop.example");
        assert_eq!((answer.header("etag"), &answer.json()["clicks"]["humans"]), ("\"1\"", &json!(1)));
    }
    for fields in [
        json!({"alias": "other"}),
        json!({"title": "t"}),
        json!({"tags": ["a"]}),
        json!({"target": "https://example.com/X"}),
        json!({"domain": "b.example"}),
        json!({"redirect_status": 301}),
        json!({"find_if_exists": false}),
        json!({"find_if_exists": null}),
    ] {
        assert_eq!(find(fields.clone()).code(), 201, "{fields}");
    }
    let found = find(json!({}));
    assert_ne!(found.json()["id"], made["id"], "the newest equal link is returned");
    assert_eq!(ask(&edge, Ask::delete("same")).code(), 204);
    assert_eq!((find(json!({"alias": "same"})).code(), find(json!({})).code()), (409, 200));
    assert_eq!(find(json!({"find_if_exists": "yes"})).code(), 422);
}

#[test]
fn find_if_exists_conflicts_with_a_new_password() {
    let edge = MemoryEdge::new(1);
    let find = |password: Value| ask(&edge, Ask::create(&json!({"target": TARGET, "find_if_exists": true, "password": password})));
    let refused = find(json!("twelve characters"));
    let error = &refused.json()["errors"][0];
    assert_eq!((refused.code(), &error["field"], &error["code"]), (422, &json!("/find_if_exists"), &json!("conflicts")));
    assert_eq!((find(Value::Null).code(), find(Value::Null).code()), (201, 200));
    let made = Ask::create(&json!({"target": TARGET, "find_if_exists": false, "password": "twelve characters"}));
    assert_eq!(ask(&edge, made).code(), 201);
}

#[test]
fn find_if_exists_ignores_deleted_links() {
    let edge = MemoryEdge::new(1);
    create(&edge, "once", &json!({}));
    ask(&edge, Ask::delete("once"));
    assert_eq!(ask(&edge, Ask::create(&json!({"target": TARGET, "find_if_exists": true}))).code(), 201);
}

/// Every page of an export.
fn export(edge: &MemoryEdge, query: &str, media_type: &str) -> Vec<Vec<u8>> {
    let (mut pages, mut next_page) = (Vec::new(), Some(format!("/api/v1/export?{query}")));
    while let Some(address) = next_page {
        let answer = ask(edge, Ask::list(&address));
        assert_eq!((answer.code(), answer.header("content-type")), (200, media_type), "{address}");
        next_page = answer.headers.contains_key("link").then(|| next(&answer));
        pages.push(answer.body);
    }
    pages
}

#[test]
fn jsonl_export_holds_every_undeleted_link() {
    let edge = world();
    ask(&edge, Ask::visit("docs"));
    for query in ["", "format=jsonl&limit=2", "limit=1"] {
        let pages = export(&edge, query, "application/x-ndjson");
        let text = String::from_utf8(pages.concat()).expect("text");
        let links: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let shown = page(&edge, "/api/v1/links?limit=100");
        assert_eq!(json!(links), shown["items"], "{query}");
    }
    assert!(export(&edge, "limit=1", "application/x-ndjson").iter().any(Vec::is_empty), "a page may be empty");
}

#[test]
fn csv_export_holds_all_link_fields() {
    let edge = world();
    create(&edge, "sum", &json!({"title": "=SUM(A1)", "note": "a, \"b\"\nc", "external_id": "'x", "fallback": "https://example.com/f"}));
    for query in ["format=csv", "format=csv&limit=2"] {
        let mut rows = Vec::new();
        for page in export(&edge, query, "text/csv; charset=utf-8") {
            let mut records = csv::CsvRecords::new(&page).map(|record| record.expect("hop wrote it").cells);
            let names = records.next().expect("every page begins with a header row");
            rows.extend(records.map(|cells| names.iter().cloned().zip(cells).collect::<Vec<_>>()));
            let text = String::from_utf8(page).expect("text");
            assert!(text.starts_with("\"id\",\"alias\",") && text.ends_with("\r\n"));
            assert!(!text.contains(",=") && !text.contains("\"="), "{text}");
        }
        let links = page(&edge, "/api/v1/links?limit=100")["items"].as_array().expect("items").clone();
        assert_eq!(rows.len(), links.len());
        for (row, link) in rows.iter().zip(&links) {
            let fields = link.as_object().expect("a link").iter().filter(|(name, _)| !["short_url", "state"].contains(&name.as_str()));
            let expected: Vec<(String, String)> = fields.map(|(name, value)| (name.clone(), cell(value))).collect();
            let mut row = row.clone();
            row.sort();
            let mut sorted = expected;
            sorted.sort();
            assert_eq!(row, sorted);
        }
    }
}

/// A field of a link as a CSV cell shows it. Objects are compared as text, so their fields keep the order in which they
/// are sent.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(clicks) => {
            let [humans, bots, previews, days] = ["humans", "bots", "previews", "last_7_days"].map(|name| &clicks[name]);
            format!("{{\"humans\":{humans},\"bots\":{bots},\"previews\":{previews},\"last_7_days\":{days}}}")
        }
        other => other.to_string(),
    }
}

#[test]
fn empty_csv_export_keeps_its_header() {
    let edge = MemoryEdge::new(1);
    assert_eq!(export(&edge, "", "application/x-ndjson"), [b""]);
    let rows = export(&edge, "format=csv&domain=b.example", "text/csv; charset=utf-8").concat();
    let text = String::from_utf8(rows).expect("text");
    assert!(text.starts_with("\"id\",\"alias\",\"domain\",\"target\",") && text.ends_with(",\"clicks\",\"version\"\r\n"), "{text}");
    assert_eq!(text.lines().count(), 1);
}
