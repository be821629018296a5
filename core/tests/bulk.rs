//! Many links in one request: every item and every line has its own result, a bad one spoils no other, and what is sent again is done once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::{MemoryEdge, Step, Steps, TRAITS};
use hop_core::{BULK_LIMIT, Body};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use support::audit::{check_list, text, told_history, truth};
use support::client::Answer;
use support::copies::{HERE, THERE};
use support::misfortune::{self, Plan, calm, plan, watch};
use support::replay::OnFailure;
use support::{Ask, Isolate, run};

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// Links to change, to move and to delete; `gone` is deleted, and `left` has become `there`.
fn world(steps: Steps) -> MemoryEdge {
    let edge = misfortune::edge(1, steps);
    for alias in ["docs", "old", "bin", "gone", "left"] {
        assert_eq!(ask(&edge, Ask::create(&json!({"target": THERE, "alias": alias}))).code(), 201);
    }
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
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

/// The results of a batch, in their order.
fn results(edge: &MemoryEdge, items: &[Value]) -> Vec<Value> {
    let answer = ask(edge, Ask::batch(items));
    assert_eq!(answer.code(), 200, "{}", answer.json());
    told(&answer)
}

/// What an answer tells of each item, after a look at its counts.
fn told(answer: &Answer) -> Vec<Value> {
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

/// What a result says is wrong, field by field.
fn wrong(result: &Value) -> Vec<(String, String)> {
    let errors = result["problem"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

#[test]
fn every_item_has_its_own_result_where_it_stood_and_a_bad_one_spoils_no_other() {
    let edge = world(Steps::AtOnce);
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
    let now = truth(&edge);
    assert_eq!((now["new"].version, now["moved"].version, now["bin"].live, now["gone"].live), (2, 3, false, true));
    assert_eq!((ask(&edge, Ask::visit("left")).code(), ask(&edge, Ask::visit("there")).code()), (410, 302));
    check_list(&edge);
}

#[test]
fn an_item_is_told_by_pointer_what_is_wrong_with_it() {
    let edge = world(Steps::AtOnce);
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
        let answer = ask(&edge, in_bytes(Ask::batch(&[]), envelope(item)));
        assert_eq!(answer.code(), 200, "{item}");
        let results = told(&answer);
        assert_eq!(outcome(&results[0]), (422, "invalid_fields"), "{item}");
        let mut expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
        let mut found = wrong(&results[0]);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{item}");
    }
    assert_eq!(truth(&edge), truth(&world(Steps::AtOnce)));
}

/// The same request with a body of these very bytes.
fn in_bytes(ask: Ask, bytes: impl Into<Vec<u8>>) -> Ask {
    Ask { body: Body::Whole(bytes.into()), ..ask }
}

#[test]
fn an_envelope_that_cannot_be_read_is_refused_as_a_whole() {
    let edge = world(Steps::AtOnce);
    let most = usize::from(TRAITS.largest_batch);
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
        let answer = ask(&edge, in_bytes(Ask::batch(&[]), body));
        let fields: Vec<_> = fields.into_iter().map(|(field, code): (&str, &str)| (field.to_owned(), code.to_owned())).collect();
        assert_eq!((answer.code(), wrong(&json!({"problem": answer.json()}))), (code, fields), "{what}");
    }
    assert_eq!(ask(&edge, Ask::batch(&[delete("docs")]).again().header(CONTENT_TYPE, "text/plain")).code(), 200, "the first counts");
    assert!(!truth(&edge).contains_key("new"), "nothing of a refused envelope is done");
}

/// A batch that does everything a batch can, each once.
fn everything() -> Ask {
    Ask::batch(&[
        json!({"op": "create", "link": {"target": HERE, "tags": ["x", "y"]}}),
        create("new"),
        json!({"op": "create", "link": {"target": HERE, "alias": "gone", "reuse": true}}),
        update("docs", &json!({"target": HERE, "tags": ["x"]})),
        update("old", &json!({"alias": "moved", "keep_old_alias": true})),
        update("there", &json!({"alias": "here", "target": HERE})),
        delete("bin"),
        delete("left"),
    ])
}

#[test]
fn whoever_dies_over_a_batch_leaves_each_item_to_be_done_once() {
    for steps in [Steps::AtOnce, Steps::OneByOne] {
        for died_at in 0.. {
            let _guard = OnFailure::print(format!("\n{steps:?}, dies at step {died_at}\n"));
            let edge = world(steps);
            let before = truth(&edge);
            let trace = plan(&edge, Plan::From(died_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle(everything().once("k")));
            let has_lived = trace.steps().len() <= died_at;
            calm(&edge);
            check_list(&edge);
            edge.wait_seconds(61);
            let repeated = watch(&edge);
            let again = ask(&edge, everything().once("k"));
            let was_answered = repeated.count(|step| step == Step::Write) == 0;
            let statuses: Vec<u64> = told(&again).iter().map(|result| outcome(result).0).collect();
            assert_eq!(statuses, [201, 201, 201, 200, 200, 200, 204, 204], "{}", again.json());
            let now = truth(&edge);
            assert_eq!(now.len(), before.len() + 2, "{now:?}");
            for (from, to) in [("docs", "docs"), ("old", "moved"), ("there", "here")] {
                let version = before[from].version + 1;
                assert_eq!((&now[to].id, now[to].version, now[to].live), (&before[from].id, version, true), "{from}");
                assert_eq!(told_history(&edge, to).len() as u64, version, "{to}");
            }
            assert_eq!((now["bin"].version, now["bin"].live, now["new"].version, now["gone"].version), (2, false, 1, 1));
            let aliases = ["docs", "old", "moved", "left", "there", "here"];
            if was_answered {
                // Whoever did it died over the copies, and a repetition that has nothing to do leaves them to be found out.
                edge.wait_seconds(601);
                aliases.iter().for_each(|alias| drop(ask(&edge, Ask::visit(alias))));
            }
            assert_eq!(aliases.map(|alias| ask(&edge, Ask::visit(alias)).code()), [302, 302, 302, 410, 410, 302]);
            check_list(&edge);
            assert_eq!(ask(&edge, everything().once("k")).body, again.body);
            if has_lived {
                assert!(died_at > 30, "only {died_at} steps");
                break;
            }
        }
    }
}
