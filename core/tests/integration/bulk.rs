//! Batches and imports: every item and line has its own result, a failed one does not affect the others, and
//! repetitions do the work once.
#![cfg(not(target_arch = "wasm32"))]

use std::task::{Context, Waker};

use crate::support::audit::{check_list, check_no_stray_entries, listed_history, stored_links, text};
use crate::support::client::Answer;
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::sample_link::{HERE, THERE};
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, LIMITS, MemoryEdge, Random, StoreStep};
use hop_core::{BODY_LIMIT, BULK_LIMIT, Body};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// An edge with links to change, move and delete. `gone` and `here` are deleted, and `left` was moved to `there`.
fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    for alias in ["docs", "old", "bin", "gone", "here", "left"] {
        assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": alias}))).code(), 201);
    }
    for alias in ["gone", "here"] {
        assert_eq!(ask(&edge, Ask::delete(alias)).code(), 204);
    }
    assert_eq!(ask(&edge, Ask::change("left", &json!({"alias": "there", "keep_old_alias": true}))).code(), 200);
    edge
}

fn create(alias: &str) -> Value {
    json!({"op": "create", "link": {"target": HERE, "alias": alias}})
}

fn update(alias: &str, patch: &Value) -> Value {
    json!({"op": "update", "alias": alias, "patch": patch})
}

fn delete(alias: &str) -> Value {
    json!({"op": "delete", "alias": alias})
}

/// Sends a batch and returns its results.
fn results(edge: &MemoryEdge, items: &[Value]) -> Vec<Value> {
    let answer = ask(edge, Ask::batch(items));
    assert_eq!(answer.code(), 200, "{}", answer.json());
    checked_results(&answer)
}

/// The results in the answer to a batch. Checks its counts and the form of each result.
fn checked_results(answer: &Answer) -> Vec<Value> {
    let json = answer.json();
    let results = json["results"].as_array().expect("results").clone();
    let failed = results.iter().filter(|result| !result["problem"].is_null()).count();
    assert_eq!((json["succeeded"].as_u64(), json["failed"].as_u64()), (Some((results.len() - failed) as u64), Some(failed as u64)));
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"].as_u64(), Some(index as u64));
        let status = result["status"].as_u64().expect("a status");
        assert_eq!((result["problem"].is_null(), result["link"].is_null()), (status < 300, !matches!(status, 200 | 201)), "{result}");
    }
    results
}

/// The status and the code of a result.
fn outcome(result: &Value) -> (u64, &str) {
    (result["status"].as_u64().expect("a status"), result["problem"]["code"].as_str().unwrap_or_default())
}

/// The fields and codes of the errors in a result.
fn field_errors(result: &Value) -> Vec<(String, String)> {
    let errors = result["problem"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

#[test]
fn batch_items_fail_independently() {
    let edge = world(CommitMode::Transaction);
    let items = [
        (create("new"), (201, "")),
        (create("docs"), (409, "alias_taken")),
        (create("gone"), (409, "alias_retired")),
        (json!({"op": "create", "link": {"target": HERE, "alias": "gone", "reuse": true}}), (201, "")),
        (json!({"op": "create", "link": {"target": "ftp://x.example/"}}), (422, "invalid_fields")),
        (json!({"op": "create", "link": {"target": HERE}}), (201, "")),
        (json!({"op": "update", "alias": "docs", "if_match": 7, "patch": {"title": "T"}}), (412, "version_mismatch")),
        (json!({"op": "update", "alias": "docs", "domain": null, "if_match": 1, "patch": {"title": "T"}}), (200, "")),
        (json!({"op": "update", "alias": "docs", "if_match": 2, "patch": {"alias": "moved"}}), (200, "")),
        (update("nothing", &json!({"title": "T"})), (404, "not_found")),
        (update("left", &json!({"title": "T"})), (404, "not_found")),
        (json!({"op": "delete", "alias": "bin", "if_match": 2}), (412, "version_mismatch")),
        (json!({"op": "delete", "alias": "bin", "if_match": 1}), (204, "")),
        (delete("bin"), (204, "")),
        (update("bin", &json!({"title": "T"})), (410, "link_ended")),
        (delete("nothing"), (404, "not_found")),
        (delete("left"), (204, "")),
        (update("new", &json!({"target": THERE})), (200, "")),
        (json!(7), (422, "invalid_fields")),
        (json!({"op": "burn", "alias": "docs"}), (422, "invalid_fields")),
    ];
    let asked: Vec<Value> = items.iter().map(|(item, _)| item.clone()).collect();
    let results = results(&edge, &asked);
    for (result, (item, expected)) in results.iter().zip(&items) {
        assert_eq!(outcome(result), *expected, "{item}");
    }
    assert_eq!(results.len(), items.len());
    assert_eq!((&results[7]["link"]["title"], &results[7]["link"]["version"]), (&json!("T"), &json!(2)));
    assert_eq!((&results[8]["link"]["alias"], &results[8]["link"]["short_url"]), (&json!("moved"), &json!("https://hop.example/moved")));
    assert_eq!(results[17]["link"]["target"], THERE);
    let now = stored_links(&edge);
    assert_eq!((now["new"].version, now["moved"].version, now["bin"].live, now["gone"].live), (2, 3, false, true));
    assert_eq!((ask(&edge, Ask::visit("left")).code(), ask(&edge, Ask::visit("there")).code()), (410, 302));
    check_list(&edge);
}

#[test]
fn batch_item_errors_point_at_fields() {
    let edge = world(CommitMode::Transaction);
    let envelope = |inner: &str| format!("{{\"items\":[{inner}]}}");
    for (item, expected) in [
        ("[]", vec![("", "wrong_type")]),
        ("null", vec![("", "wrong_type")]),
        ("{}", vec![("/op", "required")]),
        (r#"{"op":null}"#, vec![("/op", "required")]),
        (r#"{"op":3,"alias":"docs"}"#, vec![("/op", "wrong_type")]),
        (r#"{"op":"Delete","alias":"docs"}"#, vec![("/op", "invalid")]),
        (r#"{"op":"delete","op":"delete","alias":"docs"}"#, vec![("/op", "duplicate")]),
        (r#"{"op":"delete","alias":"docs","alias":"docs"}"#, vec![("/alias", "duplicate")]),
        (r#"{"op":"delete"}"#, vec![("/alias", "required")]),
        (r#"{"op":"delete","alias":"api"}"#, vec![("/alias", "reserved")]),
        (r#"{"op":"delete","alias":"docs","patch":{}}"#, vec![("/patch", "unknown")]),
        (r#"{"op":"delete","alias":"docs","if_match":"1"}"#, vec![("/if_match", "wrong_type")]),
        (r#"{"op":"delete","alias":"docs","domain":"c.example"}"#, vec![("/domain", "invalid")]),
        (r#"{"op":"create"}"#, vec![("/link", "required")]),
        (r#"{"op":"create","link":[]}"#, vec![("/link", "wrong_type")]),
        (r#"{"op":"create","link":{"target":"x"},"alias":"docs"}"#, vec![("/alias", "unknown")]),
        (r#"{"op":"create","link":{"target":"x","title":1}}"#, vec![("/link/target", "invalid"), ("/link/title", "wrong_type")]),
        (r#"{"op":"create","link":{"target":"https://a.example/","target":""}}"#, vec![("/link/target", "duplicate")]),
        (r#"{"op":"create","link":{"target":"https://a.example/","find_if_exists":true}}"#, vec![("/link/find_if_exists", "unknown")]),
        (
            r#"{"op":"create","link":{"target":"https://a.example/","rules":[{"id":"a","target":"x","when":[]}]}}"#,
            vec![("/link/rules/0/when", "required"), ("/link/rules/0/target", "invalid")],
        ),
        (r#"{"op":"update","if_match":-1}"#, vec![("/alias", "required"), ("/if_match", "wrong_type"), ("/patch", "required")]),
        (r#"{"op":"update","alias":"docs","patch":7}"#, vec![("/patch", "wrong_type")]),
        (
            r#"{"op":"update","alias":"docs","patch":{"ends_at":"soon","x":1}}"#,
            vec![("/patch/ends_at", "invalid"), ("/patch/x", "unknown")],
        ),
        (r#"{"op":"update","alias":"docs","patch":{"target":null}}"#, vec![("/patch/target", "required")]),
        (r#"{"op":"update","alias":"docs","patch":{"alias":"docs"}}"#, vec![("/patch/alias", "conflicts")]),
        (r#"{"op":"update","alias":"docs","patch":{"title":"a","title":"b"}}"#, vec![("/patch/title", "duplicate")]),
    ] {
        let answer = ask(&edge, with_body(Ask::batch(&[]), envelope(item)));
        assert_eq!(answer.code(), 200, "{item}");
        let results = checked_results(&answer);
        assert_eq!(outcome(&results[0]), (422, "invalid_fields"), "{item}");
        let mut expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
        let mut found = field_errors(&results[0]);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{item}");
    }
    assert_eq!(stored_links(&edge), stored_links(&world(CommitMode::Transaction)));
}

/// The same request with `bytes` as its body.
fn with_body(ask: Ask, bytes: impl Into<Vec<u8>>) -> Ask {
    Ask { body: Body::Whole(bytes.into()), ..ask }
}

#[test]
fn invalid_batch_envelope_is_refused_whole() {
    let edge = world(CommitMode::Transaction);
    let most = 100;
    let many = |count: usize| json!({"items": vec![delete("nothing"); count]}).to_string();
    let first_item = |tail: &str| format!("{{\"items\":[{}]{tail}", create("new"));
    for (body, code, fields) in [
        (many(most), 200, vec![]),
        (many(most + 1), 422, vec![("/items", "too_many")]),
        (many(0), 422, vec![("/items", "required")]),
        ("{}".into(), 422, vec![("/items", "required")]),
        (r#"{"items":null}"#.into(), 422, vec![("/items", "required")]),
        (r#"{"items":{}}"#.into(), 422, vec![("/items", "wrong_type")]),
        ("[]".into(), 422, vec![("", "wrong_type")]),
        (first_item(",\"items\":[]}"), 422, vec![("/items", "duplicate")]),
        (first_item(",\"atomic\":true}"), 422, vec![("/atomic", "unknown")]),
        (first_item(""), 400, vec![]),
        (String::new(), 400, vec![]),
        (" ".repeat(BULK_LIMIT + 1), 413, vec![]),
        (format!("{}{}", many(1), " ".repeat(BULK_LIMIT - many(1).len())), 200, vec![]),
    ] {
        let what = body.get(..60).unwrap_or(&body).to_owned();
        let answer = ask(&edge, with_body(Ask::batch(&[]), body));
        let fields: Vec<_> = fields.into_iter().map(|(field, code): (&str, &str)| (field.to_owned(), code.to_owned())).collect();
        assert_eq!((answer.code(), field_errors(&json!({"problem": answer.json()}))), (code, fields), "{what}");
    }
    assert_eq!(
        ask(&edge, Ask::batch(&[delete("docs")]).again().header(CONTENT_TYPE, "text/plain")).code(),
        200,
        "the first content type counts"
    );
    assert!(!stored_links(&edge).contains_key("new"), "a refused envelope does nothing");
}

/// A batch with each kind of item.
fn everything() -> Ask {
    Ask::batch(&[
        json!({"op": "create", "link": {"target": HERE, "tags": ["x", "y"]}}),
        create("new"),
        json!({"op": "create", "link": {"target": HERE, "alias": "gone", "reuse": true}}),
        update("docs", &json!({"target": HERE, "tags": ["x"]})),
        update("old", &json!({"alias": "moved", "keep_old_alias": true})),
        update("there", &json!({"alias": "here", "target": HERE, "reuse": true})),
        delete("bin"),
        delete("left"),
    ])
}

#[test]
fn batch_crash_does_each_item_once() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        for died_at in 0.. {
            let _guard = OnFailure::print(format!("\n{steps:?}, dies at step {died_at}\n"));
            let edge = world(steps);
            let before = stored_links(&edge);
            let trace = plan(&edge, Plan::From(died_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle(everything().once("k")));
            let completed = trace.steps().len() <= died_at;
            clear_faults(&edge);
            check_list(&edge);
            edge.wait_seconds(61);
            let repeated = watch(&edge);
            let again = ask(&edge, everything().once("k"));
            let was_replayed = repeated.count(|step| step == StoreStep::Write) == 0;
            let statuses: Vec<u64> = checked_results(&again).iter().map(|result| outcome(result).0).collect();
            assert_eq!(statuses, [201, 201, 201, 200, 200, 200, 204, 204], "{}", again.json());
            let now = stored_links(&edge);
            assert_eq!(now.len(), before.len() + 1, "{now:?}");
            for (from, to) in [("docs", "docs"), ("old", "moved"), ("there", "here")] {
                let version = before[from].version + 1;
                assert_eq!((&now[to].id, now[to].version, now[to].live), (&before[from].id, version, true), "{from}");
                assert_eq!(listed_history(&edge, to).len() as u64, version, "{to}");
            }
            assert_eq!((now["bin"].version, now["bin"].live, now["new"].version, now["gone"].version), (2, false, 1, 1));
            let aliases = ["docs", "old", "moved", "left", "there", "here"];
            if was_replayed {
                // The writer died before it updated the cached links. A replayed answer does not update them, so they
                // expire.
                edge.wait_seconds(601);
                aliases.iter().for_each(|alias| drop(ask(&edge, Ask::visit(alias))));
            }
            assert_eq!(aliases.map(|alias| ask(&edge, Ask::visit(alias)).code()), [302, 302, 302, 410, 410, 302]);
            check_list(&edge);
            if completed {
                check_no_stray_entries(&edge);
            }
            assert_eq!(ask(&edge, everything().once("k")).body, again.body);
            if completed {
                assert!(died_at > 30, "only {died_at} steps");
                break;
            }
        }
    }
}

#[test]
fn batch_answers_while_the_ledger_is_down() {
    let edge = world(CommitMode::Transaction);
    assert_eq!(ask(&edge, Ask::visit("docs")).code(), 302);
    edge.take_log();
    edge.ledger.set_down(true);
    let results = results(&edge, &[update("docs", &json!({"title": "T"}))]);
    assert_eq!((&results[0]["status"], &results[0]["link"]["title"]), (&json!(200), &json!("T")));
    assert_eq!(results[0]["link"]["clicks"], Value::Null);
    assert!(edge.take_log().iter().any(|line| line.contains("clicks of links were not read")));
}

#[test]
fn conditional_delete_spares_a_forwarding_alias() {
    let edge = world(CommitMode::Transaction);
    let seen = |version: u64| json!({"op": "delete", "alias": "left", "if_match": version});
    for result in results(&edge, &[seen(1), seen(2)]) {
        assert_eq!(outcome(&result), (404, "not_found"));
    }
    assert_eq!(ask(&edge, Ask::visit("left")).code(), 302);
    assert_eq!(outcome(&results(&edge, &[delete("left")])[0]).0, 204);
    assert_eq!(ask(&edge, Ask::visit("left")).code(), 410);
}

const LINES: &str = "application/x-ndjson";
const CSV: &str = "text/csv";

/// The number, status, alias and problem code of each line of an import. Checks its counts.
fn lines(answer: &Answer) -> Vec<(u64, u64, Option<String>, String)> {
    let json = answer.json();
    assert_eq!(answer.code(), 200, "{json}");
    let number = |value: &Value| value.as_u64().expect("a number");
    let line = |result: &Value| {
        let (status, code) = outcome(result);
        assert_eq!(result["problem"].is_null(), status < 300, "{result}");
        (number(&result["line"]), status, result["alias"].as_str().map(str::to_owned), code.to_owned())
    };
    let lines: Vec<_> = json["results"].as_array().expect("results").iter().map(line).collect();
    let count = |status| lines.iter().filter(|line| line.1 == status).count() as u64;
    let counted = ["imported", "existing", "failed"].map(|name| number(&json[name]));
    assert_eq!(counted, [count(201), count(200), lines.len() as u64 - count(201) - count(200)]);
    lines
}

fn line(number: u64, status: u64, alias: &str, code: &str) -> (u64, u64, Option<String>, String) {
    (number, status, Some(alias.to_owned()).filter(|alias| !alias.is_empty()), code.to_owned())
}

fn link(alias: &str) -> String {
    json!({"target": HERE, "alias": alias}).to_string()
}

#[test]
fn import_lines_fail_independently() {
    let edge = world(CommitMode::Transaction);
    let bad_text = [b"{\"target\":\"".as_slice(), b"\xff", b"\"}\n"].concat();
    let text = [
        b"\xEF\xBB\xBF",
        format!("{}\r\n\r\n  \t\n", link("a")).as_bytes(),
        b"{\"target\":\n",
        &bad_text,
        b"7\n",
        format!("{}\n{}\n", link("docs"), link("gone")).as_bytes(),
        b"{\"target\":\"https://example.com/there\",\"alias\":\"docs\"}\n",
        b"{\"target\":\"https://example.com/there\",\"alias\":\"docs\",\"title\":\"T\"}\n",
        b"{\"target\":\"x\",\"alias\":\"api\",\"colour\":1,\"colour\":2,\"find_if_exists\":true}\n",
        format!("{}\n", link("left")).as_bytes(),
        b"{\"target\":\"https://example.com/here\",\"alias\":\"gone\",\"reuse\":true}\n",
        link("b").as_bytes(),
    ]
    .concat();
    let answer = ask(&edge, Ask::import("", LINES, text.clone()));
    assert_eq!(
        lines(&answer),
        [
            line(1, 201, "a", ""),
            line(4, 400, "", "malformed_json"),
            line(5, 400, "", "malformed_json"),
            line(6, 422, "", "invalid_fields"),
            line(7, 409, "", "alias_taken"),
            line(8, 409, "", "alias_retired"),
            line(9, 200, "docs", ""),
            line(10, 409, "", "alias_taken"),
            line(11, 422, "", "invalid_fields"),
            line(12, 409, "", "alias_taken"),
            line(13, 201, "gone", ""),
            line(14, 201, "b", ""),
        ]
    );
    assert_eq!((answer.json()["next"].clone(), answer.json()["dry_run"].clone()), (Value::Null, json!(false)));
    let mut fields = field_errors(&answer.json()["results"][8]);
    fields.sort();
    let expected = [("/alias", "reserved"), ("/colour", "unknown"), ("/find_if_exists", "unknown"), ("/target", "invalid")];
    assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    // A repetition finds the imported links, and makes nothing.
    let before = edge.records.keys();
    let again = lines(&ask(&edge, Ask::import("", LINES, text)));
    assert_eq!(again.iter().map(|line| line.1).collect::<Vec<_>>(), [200, 400, 400, 422, 409, 200, 200, 409, 422, 409, 200, 200]);
    assert_eq!(edge.records.keys(), before);
    check_list(&edge);
}

/// An idempotency key changes nothing about it: without an earlier try, no earlier work is searched for.
#[test]
fn import_reads_aliases_once_and_writes_each() {
    let lines: Vec<String> = (0..20).map(|number| link(&format!("new-{number}"))).collect();
    let edge = world(CommitMode::Transaction);
    let trace = watch(&edge);
    let answer = ask(&edge, Ask::import("", LINES, lines.join("\n")));
    assert_eq!(
        (&answer.json()["imported"], trace.steps().len()),
        (&json!(20), 2 + 2 * 20),
        "one read of the blocklist and one of all aliases, and for each link a write and its answer"
    );
    let edge = world(CommitMode::Transaction);
    let trace = watch(&edge);
    let answer = ask(&edge, Ask::import("", LINES, lines.join("\n")).once("a-key"));
    assert_eq!(answer.json()["imported"], 20);
    assert_eq!((trace.count(|step| step == StoreStep::GetMany), trace.count(|step| step == StoreStep::Write)), (1, 20 + 2));
    assert_eq!(trace.count(|step| step == StoreStep::Get), 3, "of the record of the idempotency key, and of the blocklist");
}

#[test]
fn csv_rows_are_read_by_column_name() {
    let edge = world(CommitMode::Transaction);
    let csv = "\u{feff}alias,target,note,tags,max_clicks,strict\r\n\
        a,https://example.com/here,'=SUM(A1),\"[\"\"x\"\"]\",7,true\r\n\
        \r\n\
        b,https://example.com/here,\"two\nlines\",,,\n\
        c,https://example.com/here\n\
        d,https://example.com/here,T,x,many,TRUE\n\
        e,https://example.com/here,T,,,,\n\
        docs,https://example.com/there,,,,\n\
        docs,https://example.com/here,,,,\n\
        f,\"https://example.com/here,,,,\n";
    let answer = ask(&edge, Ask::import("", "text/csv; charset=utf-8", csv));
    assert_eq!(
        lines(&answer),
        [
            line(2, 201, "a", ""),
            line(4, 201, "b", ""),
            line(6, 400, "", "malformed_json"),
            line(7, 422, "", "invalid_fields"),
            line(8, 400, "", "malformed_json"),
            line(9, 200, "docs", ""),
            line(10, 409, "", "alias_taken"),
            line(11, 400, "", "malformed_json"),
        ]
    );
    let json = answer.json();
    let detail = |index: usize| text(&json["results"][index]["problem"]["detail"]);
    assert_eq!(detail(2), "The list cannot be read: the row has 2 cells, but the header names 6 columns.");
    assert_eq!(detail(7), "The list cannot be read: line 11: a quote is opened and never closed.");
    let fields: Vec<String> = field_errors(&json["results"][3]).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["/tags", "/max_clicks", "/strict"]);
    let a = ask(&edge, Ask::show("a")).json();
    assert_eq!([&a["note"], &a["tags"], &a["max_clicks"], &a["strict"]], [&json!("=SUM(A1)"), &json!(["x"]), &json!(7), &json!(true)]);
    assert_eq!(ask(&edge, Ask::show("b")).json()["note"], "two\nlines");
    let unknown = lines(&ask(&edge, Ask::import("", CSV, format!("target,colour,alias\n{HERE},red,x\n{HERE},,y\n"))));
    assert_eq!((unknown[0].1, unknown[1].1), (422, 422), "an unknown column is an error in every row, even where it is empty");
    let doubled = ask(&edge, Ask::import("", CSV, format!("target,target\n{HERE},{HERE}\n"))).json();
    assert_eq!(field_errors(&doubled["results"][0]), [("/target".to_owned(), "duplicate".to_owned())]);
    for broken in ["\"target\nx\n", "target\"x\n", "\"target\"x\n"] {
        let refused = ask(&edge, Ask::import("", CSV, broken));
        let is_quoted = broken.starts_with('"');
        assert_eq!(refused.code(), if is_quoted { 400 } else { 200 }, "{broken}");
    }
    check_list(&edge);
}

#[test]
fn import_without_lines_creates_nothing() {
    let edge = MemoryEdge::new(1);
    for text in ["", "\u{feff}", "\n\r\n  \n"] {
        for media_type in [LINES, CSV, "application/jsonl", "Text/CSV;header=present"] {
            let answer = ask(&edge, Ask::import("", media_type, text));
            assert!(lines(&answer).is_empty() && answer.json()["next"].is_null(), "{text:?}");
        }
    }
    assert!(lines(&ask(&edge, Ask::import("", CSV, "target,alias\n"))).is_empty());
    assert!(edge.records.keys().is_empty());
}

#[test]
fn invalid_import_request_is_refused_whole() {
    let edge = MemoryEdge::new(1);
    for (query, media_type, text, code) in [
        ("", "application/json", link("a"), 415),
        ("", "text/plain", link("a"), 415),
        ("?dry_run=yes", LINES, link("a"), 422),
        ("?dry_run=true&dry_run=true", LINES, link("a"), 422),
        ("?domain=c.example", LINES, link("a"), 422),
        ("?colour=red", LINES, link("a"), 422),
        ("", LINES, " ".repeat(BULK_LIMIT + 1), 413),
        ("", LINES, " ".repeat(BULK_LIMIT), 200),
    ] {
        let answer = ask(&edge, Ask::import(query, media_type, text));
        assert_eq!(answer.code(), code, "{query} {media_type}");
    }
    assert!(edge.records.keys().is_empty());
}

#[test]
fn dry_run_predicts_results_and_writes_nothing() {
    let edge = world(CommitMode::Transaction);
    let text = [link("a"), json!({"target": HERE}).to_string(), link("docs"), link("gone"), "{".into()].join("\n")
        + "\n"
        + &json!({"target": THERE, "alias": "docs", "clicks": {"humans": 7}}).to_string()
        + "\n"
        + &json!({"target": HERE, "alias": "b", "clicks": {"humans": 7}, "tags": ["x"]}).to_string();
    let before = edge.records.keys();
    let records = || edge.records.keys().iter().map(|key| edge.records.peek(key)).collect::<Vec<_>>();
    let values = records();
    let tried = ask(&edge, Ask::import("?dry_run=true", LINES, text.clone()));
    assert_eq!(tried.json()["dry_run"], true);
    assert_eq!((edge.records.keys(), records()), (before, values));
    let tried: Vec<_> = lines(&tried).into_iter().map(|line| (line.1, line.3)).collect();
    let done: Vec<_> = lines(&ask(&edge, Ask::import("?dry_run=false", LINES, text))).into_iter().map(|line| (line.1, line.3)).collect();
    assert_eq!(tried, done, "a dry run predicts the results");
}

#[test]
fn import_takes_metadata_and_clicks_once() {
    let edge = MemoryEdge::new(1);
    let exported = json!({
        "id": "lnk_1", "target": HERE, "alias": "a", "domain": "hop.example", "short_url": "https://x.example/a", "owner": "usr_11111111111111111",
        "created_at": "2020-01-02T03:04:05Z", "updated_at": "2021-01-02T03:04:05Z", "state": "live", "blocked": null, "version": 9,
        "has_password": false, "clicks": {"humans": 7, "bots": 2, "previews": 1},
    });
    let import = || Ask::import("", LINES, exported.to_string());
    assert_eq!(lines(&ask(&edge, import())), [line(1, 201, "a", "")]);
    assert_eq!(ask(&edge, Ask::visit("a")).code(), 302);
    assert_eq!(lines(&ask(&edge, import())), [line(1, 200, "a", "")]);
    let imported = ask(&edge, Ask::show("a")).json();
    assert_eq!(
        (&imported["owner"], &imported["created_at"], &imported["version"]),
        (&json!("usr_11111111111111111"), &json!("2020-01-02T03:04:05Z"), &json!(1))
    );
    let clicks = json!({"humans": 8, "bots": 2, "previews": 1, "last_7_days": [0, 0, 0, 0, 0, 0, 1]});
    assert_eq!(imported["clicks"], clicks);
    assert_ne!(imported["id"], "lnk_1");
    // Clicks come with a link that is created. Those of a link that exists do not change.
    ask(&edge, Ask::create(&json!({"target": HERE, "alias": "b"})));
    ask(&edge, Ask::import("", LINES, json!({"target": HERE, "alias": "b", "clicks": {"humans": 3}}).to_string()));
    assert_eq!(ask(&edge, Ask::show("b")).json()["clicks"]["humans"], 0);
    for (wrong_line, field) in [
        (json!({"target": HERE, "clicks": 7}), "/clicks"),
        (json!({"target": HERE, "clicks": {"humans": -7}}), "/clicks/humans"),
        (json!({"target": HERE, "clicks": {"people": 7}}), "/clicks/people"),
        (json!({"target": HERE, "created_at": "yesterday"}), "/created_at"),
        (json!({"target": HERE, "owner": "me"}), "/owner"),
        (json!({"target": HERE, "has_password": "yes"}), "/has_password"),
    ] {
        let refused = ask(&edge, Ask::import("", LINES, wrong_line.to_string())).json();
        assert_eq!(field_errors(&refused["results"][0])[0].0, field);
    }
    check_list(&edge);
}

#[test]
fn import_requires_the_password_of_locked_links() {
    let edge = world(CommitMode::Transaction);
    let secret = json!({"target": HERE, "alias": "mine", "password": "a password to keep"});
    assert_eq!(ask(&edge, Ask::create(&secret)).code(), 201);
    for (form, media_type) in [("jsonl", LINES), ("csv", CSV)] {
        let exported = ask(&edge, Ask::list(&format!("/api/v1/export?format={form}")));
        assert!(lines(&ask(&edge, Ask::import("", media_type, exported.body.clone()))).iter().all(|line| line.1 == 200), "{form}");
        let elsewhere = MemoryEdge::new(2);
        let imported = ask(&elsewhere, Ask::import("", media_type, exported.body));
        let refused: Vec<_> = imported.json()["results"].as_array().expect("results").iter().flat_map(field_errors).collect();
        assert_eq!(refused, [("/password".to_owned(), "required".to_owned())]);
        assert!(
            lines(&imported).iter().filter(|line| line.1 == 201).count() == stored_links(&elsewhere).len()
                && !stored_links(&elsewhere).contains_key("mine")
        );
    }
    let complete = json!({"target": HERE, "alias": "mine", "has_password": true, "password": "a password to keep"}).to_string();
    assert_eq!(lines(&ask(&MemoryEdge::new(2), Ask::import("", LINES, complete)))[0].1, 201);
}

/// Two requests import the same line, and neither finds the link at first.
#[test]
fn concurrent_import_creates_a_link_once() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::LateAt(StoreStep::Write, 1));
    let mut slow = Box::pin(isolate.ask(Ask::import("", LINES, link("a"))));
    assert!(slow.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clear_faults(&edge);
    assert_eq!(lines(&ask(&edge, Ask::import("", LINES, link("a")))), [line(1, 201, "a", "")]);
    assert_eq!(lines(&run(slow)), [line(1, 200, "a", "")]);
    assert_eq!(stored_links(&edge).len(), 1);
}

/// A text of random lines, and the aliases of its links. It may be longer than one request can import.
fn random_text(random: &mut Random, is_csv: bool) -> (String, Vec<String>) {
    let mut text = ["", "\u{feff}"][random.below(2)].to_owned();
    if is_csv {
        text += ["target,alias,note\r\n", "target,alias,note\n", "target,\"alias\",note\n"][random.below(3)];
    }
    let mut aliases = Vec::new();
    for number in 0..random.below(450) {
        let alias = format!("n{number}");
        let note = ["x", "é\u{1F600}", "a\nb\n\nc"][random.below(3)];
        let line = match (random.below(8), is_csv) {
            (0, _) => String::new(),
            (1, true) => "only one cell".to_owned(),
            (1, false) => "{\"target\":".to_owned(),
            (2, _) => "{}".to_owned(),
            (_, true) => format!("{HERE},{alias},\"{note}\""),
            (_, false) => json!({"target": HERE, "alias": alias, "note": note}).to_string(),
        };
        if line.contains(HERE) {
            aliases.push(alias);
        }
        text = text + &line + ["\n", "\r\n", "\n\n"][random.below(3)];
    }
    (text, aliases)
}

/// A client that continues at `next`, with the CSV header repeated, imports every line once.
#[test]
fn import_resumes_without_losing_or_doubling_lines() {
    for_seeds("bulk", "import_resumes_without_losing_or_doubling_lines", 60, |seed| {
        let mut random = Random::new(seed);
        let is_csv = random.below(2) == 0;
        let (text, aliases) = random_text(&mut random, is_csv);
        let head = if is_csv { text.split_inclusive('\n').next().unwrap_or_default() } else { "" };
        let edge = MemoryEdge::new(seed);
        edge.set_operations(200);
        // The part to send, the number of its first line in the whole text, and its offset there.
        let (mut part, mut first_line, mut begins) = (text.clone(), 1, 0);
        let mut seen = Vec::new();
        loop {
            let answer = ask(&edge, Ask::import("", if is_csv { CSV } else { LINES }, part.clone()));
            for (number, status, alias, _) in lines(&answer) {
                assert_ne!(status, 200, "a line was imported twice");
                seen.push((first_line + number as usize - 1, status, alias));
            }
            let next = &answer.json()["next"];
            let Some(offset) = next["offset"].as_u64() else { break };
            assert!(lines(&answer).len() > 20, "the import stopped early");
            let line = next["line"].as_u64().expect("a line") as usize;
            let sent_head = if begins == 0 { 0 } else { head.len() };
            (first_line, begins) = (first_line + line - 1, begins + offset as usize - sent_head);
            assert_eq!(text[..begins].matches('\n').count() + 1, first_line, "the line and the offset differ");
            first_line -= usize::from(is_csv);
            part = format!("{head}{}", &text[begins..]);
        }
        assert!(seen.is_sorted_by_key(|(number, ..)| *number));
        let made: Vec<String> = seen.iter().filter_map(|(.., alias)| alias.clone()).collect();
        assert_eq!(made, aliases);
        for (number, _, alias) in seen.into_iter().filter(|(_, status, _)| *status == 201) {
            let line = text.split('\n').nth(number - 1).unwrap_or_default();
            assert!(alias.is_some_and(|alias| line.contains(&alias)), "line {number} has another alias");
        }
        assert_eq!(stored_links(&edge).len(), aliases.len());
    });
}

#[test]
fn import_stops_before_an_unprocessed_line() {
    let edge = MemoryEdge::new(1);
    edge.set_operations(40);
    let all = ask(&edge, Ask::import("", CSV, format!("target\n{}", format!("{HERE}\n").repeat(100)))).json();
    let most = all["results"].as_array().expect("a list").len();
    let good = |count: usize| format!("{HERE}\n").repeat(count);
    for (tail, begins) in [("", None), ("\n\r\n", None), ("\n\r\n\"https://example.org/\"", Some(3)), ("https://example.org/\n", Some(0))] {
        let text = format!("target\n{}{tail}", good(most));
        let answer = ask(&edge, Ask::import("", CSV, text.clone())).json();
        let next = begins.map(|begins| text.len() - tail.len() + begins);
        assert_eq!(answer["next"]["offset"].as_u64(), next.map(|next| next as u64), "{tail:?}");
    }
    for (tail, begins) in [
        (" \n\r\n", None),
        (concat!("\n", r#"{"target":"https://example.org/"}"#), Some(1)),
        (concat!("\t\n \n", r#"{"target":"https://example.org/"}"#), Some(4)),
    ] {
        let text = format!("{}{tail}", format!("{{\"target\":\"{HERE}\"}}\n").repeat(most));
        let answer = ask(&edge, Ask::import("", LINES, text.clone())).json();
        let next = begins.map(|begins| text.len() - tail.len() + begins);
        let line = begins.map(|begins| most + 1 + tail[..begins].matches('\n').count());
        assert_eq!(answer["next"]["offset"].as_u64(), next.map(|next| next as u64), "{tail:?}");
        assert_eq!(answer["next"]["line"].as_u64(), line.map(|line| line as u64), "{tail:?}");
    }
}

#[test]
fn import_line_sees_earlier_lines() {
    let edge = MemoryEdge::new(1);
    for ask in [Ask::create(&json!({"target": "https://example.com/old", "alias": "gone"})), Ask::delete("gone")] {
        assert!(run(Isolate::new(&edge).ask(ask)).code() < 300);
    }
    let line = |target: &str, reuse: bool| format!("{}\n", json!({"alias": "gone", "target": target, "reuse": reuse}));
    let (here, there) = ("https://example.com/here", "https://example.com/there");
    let text = [line(here, true), line(there, false), line(here, false)].concat();
    let answer = run(Isolate::new(&edge).ask(Ask::import("", "application/x-ndjson", text))).json();
    let result = |at: usize| (answer["results"][at]["status"].clone(), answer["results"][at]["problem"]["code"].clone());
    assert_eq!(result(0), (json!(201), json!(null)));
    assert_eq!(result(1), (json!(409), json!("alias_taken")));
    assert_eq!(result(2), (json!(200), json!(null)));
}

const PASSWORD: &str = "a password to keep";

/// Hashing a password costs more than the rest of a creation, and too many hashes exceed an edge's CPU limit.
#[test]
fn password_hashes_per_request_are_limited() {
    let most = usize::from(LIMITS.max_hashes);
    let edge = world(CommitMode::Transaction);
    let create = |number: usize| json!({"op": "create", "link": {"target": HERE, "alias": format!("p{number}"), "password": PASSWORD}});
    let mut items: Vec<Value> = (1..most).map(create).collect();
    items.push(update("docs", &json!({"password": PASSWORD})));
    items.push(update("old", &json!({"password": null})));
    assert!(results(&edge, &items).iter().all(|result| outcome(result).0 < 300));
    items.push(update("old", &json!({"password": PASSWORD})));
    let refused = ask(&edge, Ask::batch(&items));
    assert_eq!(
        (refused.code(), field_errors(&json!({"problem": refused.json()}))),
        (422, vec![("/items".to_owned(), "too_many".to_owned())])
    );
    assert_eq!(stored_links(&edge)["old"].version, 1);

    let secret = |number: usize| json!({"target": HERE, "alias": format!("q{number}"), "password": PASSWORD}).to_string();
    for (media_type, head, rows) in [
        (LINES, "", (0..=most).map(|number| secret(number) + "\n").collect::<Vec<_>>()),
        (CSV, "alias,target,password\n", (0..=most).map(|number| format!("r{number},{HERE},{PASSWORD}\n")).collect()),
    ] {
        let before = [head, &rows[..most].concat()].concat();
        let text = [&before, "\n\n", &rows[most]].concat();
        let whole = ask(&edge, Ask::import("?dry_run=true", media_type, text.clone()));
        assert_eq!((lines(&whole).len(), &whole.json()["next"]), (most + 1, &Value::Null), "a dry run hashes nothing");
        let answer = ask(&edge, Ask::import("", media_type, text));
        assert_eq!(lines(&answer).iter().map(|line| line.1).collect::<Vec<_>>(), vec![201; most]);
        let line = before.matches('\n').count() + 3;
        assert_eq!(answer.json()["next"], json!({"line": line, "offset": before.len() + 2}));
    }
}

/// Each hash draws a salt. Without a hash, the next random alias is the same as in a world without passwords.
#[test]
fn import_hashes_only_for_new_links() {
    let alias_after = |query: &str, alias: &str, password: Value| {
        let edge = world(CommitMode::Transaction);
        let line = json!({"target": HERE, "alias": alias, "password": password}).to_string();
        ask(&edge, Ask::import(query, LINES, line));
        ask(&edge, Ask::create(&json!({"target": HERE}))).json()["alias"].clone()
    };
    for (query, alias, is_same) in [("?dry_run=true", "new", true), ("", "docs", true), ("", "gone", true), ("", "new", false)] {
        let [with, without] = [json!(PASSWORD), Value::Null].map(|password| alias_after(query, alias, password));
        assert_eq!(with == without, is_same, "{query} {alias}");
    }
}

/// An item has the limit of a single body, and a line little more, because lists have to read the link again.
#[test]
fn items_and_lines_have_a_size_limit() {
    let edge = world(CommitMode::Transaction);
    let padded = |make: &dyn Fn(&str) -> String, bytes: usize| make(&"x".repeat(bytes - make("").len()));
    let item = |title: &str| json!({"op": "create", "link": {"target": HERE, "title": title}}).to_string();
    let nested = |text: &str| json!({"op": "create", "link": {"target": HERE, "tags": [["", text], ""]}}).to_string();
    let line = |title: &str| json!({"target": HERE, "title": title}).to_string();
    let row = |title: &str| format!("{HERE}{title}");
    for (bytes, result) in [(BODY_LIMIT, (422, "invalid_fields")), (BODY_LIMIT + 1, (413, "too_large"))] {
        for item in [padded(&item, bytes), padded(&nested, bytes)] {
            let items: [Value; 2] = [serde_json::from_str(&item).expect("JSON"), create(&format!("new{bytes}"))];
            let results = results(&edge, &items);
            assert_eq!(outcome(&results[0]), result);
            assert!(matches!(outcome(&results[1]).0, 201 | 409), "the other item is unaffected");
        }
        // A line has extra room for the fields that only an export has.
        let ((code, name), bytes) = (result, bytes + 16 * 1_024);
        let rows = format!("target,title\n{},{}\n", HERE, padded(&row, bytes).split_off(HERE.len()));
        for (media_type, text, number) in [(LINES, padded(&line, bytes), 1), (CSV, rows, 2)] {
            assert_eq!(lines(&ask(&edge, Ask::import("", media_type, text))), [(number, code, None, name.to_owned())]);
        }
    }
}
