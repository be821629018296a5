//! Search: the list of links with the parameter `q`, in a store with a word index and in one without. An entry of the
//! index is never trusted, and each commit keeps the index right.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_list, check_no_stray_entries, count};
use crate::support::client::Answer;
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, OPERATIONS, StoreStep};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use serde_json::{Value, json};

const LIST: &str = "/api/v1/links";
const TARGET: &str = "https://example.com/";

/// A store with a word index, and one without.
const MODES: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

#[track_caller]
fn done(edge: &MemoryEdge, request: Ask) -> Value {
    let answer = ask(edge, request);
    assert!(answer.code() < 300, "{}", answer.json());
    answer.json()
}

fn body(alias: &str, fields: &Value) -> Value {
    let mut link = json!({"alias": alias, "target": TARGET});
    for (name, value) in fields.as_object().expect("an object") {
        link[name] = value.clone();
    }
    link
}

/// Creates a link one second after the previous one.
#[track_caller]
fn create(edge: &MemoryEdge, alias: &str, fields: &Value) {
    edge.wait_seconds(1);
    done(edge, Ask::create(&body(alias, fields)));
}

/// All pages of a list.
#[track_caller]
fn pages(edge: &MemoryEdge, query: &str) -> Vec<Value> {
    let (mut pages, mut next) = (Vec::new(), Some(format!("{LIST}?{query}")));
    while let Some(address) = next {
        let page = done(edge, Ask::list(&address));
        next = page["next"].as_str().map(str::to_owned);
        pages.push(page);
        assert!(pages.len() < 2_000, "the list does not end");
    }
    pages
}

fn aliases(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|link| link["alias"].as_str().expect("an alias").to_owned()).collect()
}

/// The aliases of the links that a list shows.
#[track_caller]
fn found(edge: &MemoryEdge, query: &str) -> Vec<String> {
    pages(edge, query).iter().flat_map(aliases).collect()
}

fn examined(pages: &[Value]) -> u64 {
    pages.iter().map(|page| page["examined"].as_u64().expect("a number")).sum()
}

/// Eight links with words in different fields.
fn world(mode: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, mode);
    create(&edge, "q3-numbers", &json!({"title": "Quarterly Réport"}));
    create(&edge, "board", &json!({"tags": ["quarterly", "finance"], "note": "a report\nfor the board"}));
    create(&edge, "shop", &json!({"target": "https://quarterly.example/reports/%C3%BCber-uns?word=hidden#part"}));
    create(&edge, "off", &json!({"title": "quarterly report", "disabled": true, "tags": ["finance"]}));
    create(&edge, "other", &json!({"title": "quarterly report", "domain": "b.example"}));
    create(&edge, "gone", &json!({"title": "quarterly report"}));
    create(&edge, "отчёт", &json!({"title": "季度报告"}));
    create(&edge, "party", &json!({"title": "🎉 Straße"}));
    done(&edge, Ask::delete("gone"));
    edge
}

#[test]
fn each_word_of_a_query_begins_a_word_of_the_link() {
    for mode in MODES {
        let edge = world(mode);
        for (q, expected) in [
            ("quarterly+rep", vec!["off", "shop", "board", "q3-numbers"]),
            ("REP+quart", vec!["off", "shop", "board", "q3-numbers"]),
            ("r%C3%A9port", vec!["off", "shop", "board", "q3-numbers"]),
            ("reports", vec!["shop"]),
            ("uber", vec!["shop"]),
            ("hidden", vec![]),
            ("uarterly", vec![]),
            ("q3", vec!["q3-numbers"]),
            ("board+fin", vec!["board"]),
            ("%D0%BE%D1%82%D1%87%D0%B5", vec!["отчёт"]),
            ("%E5%AD%A3", vec!["отчёт"]),
            ("%E6%8A%A5%E5%91%8A", vec![]),
            ("%F0%9F%8E%89+strass", vec!["party"]),
            ("nothing", vec![]),
            ("quarterly+nothing", vec![]),
        ] {
            for limit in [1, 2, 100] {
                assert_eq!(found(&edge, &format!("limit={limit}&q={q}")), expected, "{mode:?} {q} by {limit}");
            }
        }
    }
}

#[test]
fn search_combines_with_every_other_filter() {
    for mode in MODES {
        let edge = world(mode);
        let created_at = |alias: &str| done(&edge, Ask::show(alias))["created_at"].as_str().expect("a time").to_owned();
        let (board, off) = (created_at("board"), created_at("off"));
        assert_eq!(ask(&edge, Ask::list(&format!("{LIST}?q=rep&prefix="))).code(), 422);
        for (query, expected) in [
            ("tag=finance", vec!["off", "board"]),
            ("tag=finance&tag=quarterly&tags=all", vec!["board"]),
            ("tag=finance&tag=quarterly", vec!["off", "board"]),
            ("state=disabled", vec!["off"]),
            ("state=deleted", vec!["gone"]),
            ("domain=b.example", vec!["other"]),
            ("owner=none&prefix=q3", vec!["q3-numbers"]),
            ("owner=usr_11111111111111111", vec![]),
            (&format!("created_from={board}&created_to={off}"), vec!["shop", "board"]),
            (&format!("created_to={board}"), vec!["q3-numbers"]),
            (&format!("created_from={off}"), vec!["off"]),
        ] {
            for limit in [1, 100] {
                assert_eq!(found(&edge, &format!("limit={limit}&q=quart+rep&{query}")), expected, "{mode:?} {query} by {limit}");
            }
        }
    }
}

#[test]
fn entries_of_other_times_are_not_examined() {
    let edge = world(CommitMode::Transaction);
    let created_at = |alias: &str| done(&edge, Ask::show(alias))["created_at"].as_str().expect("a time").to_owned();
    let (board, off) = (created_at("board"), created_at("off"));
    for (times, expected) in [(format!("created_from={board}&created_to={off}"), 2), (format!("created_to={board}"), 1)] {
        assert_eq!(examined(&pages(&edge, &format!("q=quart+rep&{times}"))), expected, "{times}");
    }
}

/// The links that a search for `new` and a search for `old` show after a change.
#[track_caller]
fn check(edge: &MemoryEdge, what: &str, new: &[&str], old: &[&str]) {
    assert_eq!(found(edge, "q=new"), new, "new after {what}");
    assert_eq!(found(edge, "q=old"), old, "old after {what}");
    check_list(edge);
    check_no_stray_entries(edge);
}

#[test]
fn every_kind_of_change_keeps_the_index_right() {
    for mode in MODES {
        let edge = store_faults::edge(1, mode);
        create(&edge, "one", &json!({"title": "old", "tags": ["t"]}));
        check(&edge, "a creation", &[], &["one"]);
        done(&edge, Ask::change("one", &json!({"title": "new newer"})));
        check(&edge, "an edit", &["one"], &[]);
        done(&edge, Ask::change("one", &json!({"title": "newer"})));
        check(&edge, "an edit that keeps the beginning", &["one"], &[]);
        done(&edge, Ask::change("one", &json!({"alias": "old-one", "title": null, "keep_old_alias": true})));
        check(&edge, "a move", &[], &["old-one"]);
        done(&edge, Ask::change("old-one", &json!({"domain": "b.example"})));
        assert_eq!((found(&edge, "q=old"), found(&edge, "q=old&domain=b.example")), (vec![], vec!["old-one".to_owned()]));
        check_no_stray_entries(&edge);
        done(&edge, Ask::patch("/api/v1/links/old-one?domain=b.example", &json!({"domain": "hop.example", "reuse": true})));
        check(&edge, "a move back", &[], &["old-one"]);
        done(&edge, Ask::patch("/api/v1/tags/t", &json!({"tag": "new"})));
        check(&edge, "a tag renamed", &["old-one"], &["old-one"]);
        done(&edge, Ask::remove("/api/v1/tags/new"));
        check(&edge, "a tag removed", &[], &["old-one"]);
        done(&edge, Ask::delete("old-one"));
        check(&edge, "a deletion", &[], &[]);
        assert_eq!(found(&edge, "q=old&state=deleted"), ["old-one"]);
        done(&edge, Ask::restore("old-one"));
        check(&edge, "a restoration", &[], &["old-one"]);
        done(&edge, Ask::delete("old-one"));
        edge.wait_seconds(1);
        done(&edge, Ask::create(&body("old-one", &json!({"title": "new", "reuse": true}))));
        check(&edge, "a reuse", &["old-one"], &["old-one"]);
        create(&edge, "two", &json!({"title": "old"}));
        done(&edge, Ask::delete("old-one"));
        done(&edge, Ask::change("two", &json!({"alias": "old-one", "reuse": true})));
        check(&edge, "a move to a retired alias", &[], &["old-one"]);
        let items = [
            json!({"op": "create", "link": body("three", &json!({"title": "new"}))}),
            json!({"op": "update", "alias": "old-one", "patch": {"title": "new"}}),
            json!({"op": "delete", "alias": "three"}),
        ];
        done(&edge, Ask::batch(&items));
        check(&edge, "a batch", &["old-one"], &["old-one"]);
        edge.wait_seconds(1);
        let lines = format!("{}\n", body("four", &json!({"title": "old news", "created_at": "2020-01-01T00:00:00Z"})));
        done(&edge, Ask::import("", "application/x-ndjson", lines));
        check(&edge, "an import", &["old-one", "four"], &["old-one", "four"]);
        for alias in ["old-one", "three", "four"] {
            done(&edge, Ask::remove(&format!("{LIST}/{alias}?erase=true")));
        }
        check(&edge, "erasures", &[], &[]);
        assert_eq!(count(&edge, "by-word/"), 0);
    }
}

#[test]
fn number_of_words_costs_no_operations() {
    for mode in MODES {
        let cost = |note: &str| {
            let edge = store_faults::edge(1, mode);
            edge.take_operations();
            let isolate = Isolate::new(&edge);
            let (answer, _work) = run(isolate.handle(Ask::create(&body("docs", &json!({"note": note})))));
            assert_eq!(answer.code(), 201);
            let (of_creation, entries) = (edge.take_operations(), count(&edge, "by-word/"));
            let (answer, _work) = run(isolate.handle(Ask::change("docs", &json!({"note": "other words"}))));
            assert_eq!(answer.code(), 200);
            (of_creation, edge.take_operations(), entries)
        };
        let many: Vec<String> = (0..200).map(|number| format!("w{number:03}")).collect();
        let (few, many) = (cost("x"), cost(&many.join(" ")));
        assert_eq!((few.0, few.1), (many.0, many.1), "{mode:?}");
        assert_eq!((few.2, many.2), if mode == CommitMode::Transaction { (4, 64) } else { (0, 0) }, "{mode:?}");
    }
}

/// Writes entries of a word straight into the store, for links that do not exist. They are newer than all links.
fn plant(edge: &MemoryEdge, word: &str, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let inverted = u64::MAX - edge.now().as_millis() - 1_000_000 - number;
        edge.records.plant(&Key::stored(format!("by-word/hop.example/{word}/{inverted:016x}/planted{number}")), "null");
    }
}

/// The scans of the store during a request.
fn scans(edge: &MemoryEdge, address: &str) -> (Answer, usize) {
    let trace = watch(edge);
    let answer = ask(edge, Ask::list(address));
    clear_faults(edge);
    (answer, trace.count(|step| step == StoreStep::Scan))
}

#[test]
fn stale_entries_are_skipped() {
    let edge = world(CommitMode::Transaction);
    let before = found(&edge, "q=rep");
    let mut keys = edge.records.keys().into_iter();
    let entry = keys.rfind(|key| key.as_str().starts_with("by-word/hop.example/report/")).expect("an entry");
    let (_, sort_key) = entry.as_str().rsplit_once("/report/").expect("a word");
    let (created_at, alias) = sort_key.split_once('/').expect("a time and an alias");
    assert_eq!(alias, "q3-numbers", "the oldest link");
    for stale in [
        format!("report/ffffffffffffffff/{alias}"),
        format!("report/0000000000000000/{alias}"),
        format!("reporting/{created_at}/{alias}"),
        format!("report/{created_at}/nothing"),
        format!("report/{created_at}/party"),
        "report/x".to_owned(),
        "report/0000000000000000/=zz".to_owned(),
    ] {
        edge.records.plant(&Key::stored(format!("by-word/hop.example/{stale}")), "null");
    }
    for limit in [1, 3, 100] {
        assert_eq!(found(&edge, &format!("limit={limit}&q=rep")), before, "by {limit}");
    }
    assert_eq!(found(&edge, "q=reporting"), Vec::<String>::new(), "the link has no such word");
}

#[test]
fn damaged_record_hides_no_other_link() {
    let edge = world(CommitMode::Transaction);
    edge.records.plant(&Key::stored("link/hop.example/shop".to_owned()), "{");
    assert_eq!(found(&edge, "q=rep"), ["off", "board", "q3-numbers"]);
    assert!(edge.take_log().join("\n").contains("link/hop.example/shop"));
}

#[test]
fn word_with_over_a_thousand_entries_is_scanned() {
    let edge = world(CommitMode::Transaction);
    let expected = found(&edge, "q=rep");
    plant(&edge, "report", 0..995);
    let (answer, scanned) = scans(&edge, &format!("{LIST}?limit=100&q=rep"));
    assert_eq!((scanned, examined(&[answer.json()])), (1, 100), "a thousand entries are read from the index");
    assert_eq!(found(&edge, "limit=100&q=rep"), expected);
    plant(&edge, "report", 995..996);
    let (answer, scanned) = scans(&edge, &format!("{LIST}?limit=100&q=rep"));
    assert_eq!((scanned, examined(&[answer.json()])), (2, 7), "one more, and the list is scanned");
    for limit in [1, 3, 100] {
        assert_eq!(found(&edge, &format!("limit={limit}&q=rep")), expected, "by {limit}");
    }
    let (answer, scanned) = scans(&edge, &format!("{LIST}?q=report+board"));
    assert_eq!((scanned, aliases(&answer.json())), (2, vec!["board".to_owned()]), "a rarer word is used instead");
    assert_eq!(found(&edge, "limit=1&q=rep&tag=finance"), ["off", "board"], "the scan uses the index of the tag");
}

#[test]
fn search_goes_on_while_a_word_becomes_common() {
    let edge = world(CommitMode::Transaction);
    let expected = found(&edge, "q=rep");
    let first = done(&edge, Ask::list(&format!("{LIST}?limit=2&q=rep")));
    let next = first["next"].as_str().expect("a next page");
    plant(&edge, "report", 0..1_995);
    let second = done(&edge, Ask::list(next));
    assert_eq!([aliases(&first), aliases(&second)].concat(), expected[..3], "newer entries come before the cursor");
    plant(&edge, "report", 1_995..1_996);
    let answer = ask(&edge, Ask::list(next));
    assert_eq!((answer.code(), &answer.json()["errors"][0]["field"]), (422, &json!("/cursor")));
    let scan = done(&edge, Ask::list(&format!("{LIST}?limit=1&q=rep")));
    for number in 0..1_996_u64 {
        let inverted = u64::MAX - edge.now().as_millis() - 1_000_000 - number;
        edge.records.lose(&Key::stored(format!("by-word/hop.example/report/{inverted:016x}/planted{number}")));
    }
    let rest = found(&edge, scan["next"].as_str().and_then(|next| next.split_once('?')).expect("a next page").1);
    assert_eq!([aliases(&scan), rest].concat(), expected, "a scan goes on as a scan");
}

#[test]
fn links_of_one_moment_are_found_once() {
    for mode in MODES {
        let edge = store_faults::edge(1, mode);
        let names: Vec<String> = (0..12).map(|number| format!("same-{number:02}")).collect();
        for alias in &names {
            done(&edge, Ask::create(&body(alias, &json!({"title": "same sameness"}))));
        }
        for limit in [1, 2, 5, 12, 100] {
            assert_eq!(found(&edge, &format!("limit={limit}&q=sam")), names, "{mode:?} by {limit}");
        }
    }
}

#[test]
fn edits_during_a_search_move_no_other_link() {
    for mode in MODES {
        let edge = store_faults::edge(1, mode);
        let stays: Vec<String> = (0..6).rev().map(|number| format!("stays-{number}")).collect();
        for number in 0..6 {
            create(&edge, &format!("stays-{number}"), &json!({"title": "word"}));
            create(&edge, &format!("goes-{number}"), &json!({"title": "word"}));
        }
        let (mut seen, mut next, mut turn) = (Vec::new(), Some(format!("{LIST}?limit=2&q=wor")), 0);
        while let Some(address) = next {
            let page = done(&edge, Ask::list(&address));
            seen.extend(aliases(&page).into_iter().filter(|alias| stays.contains(alias)));
            next = page["next"].as_str().map(str::to_owned);
            if turn < 6 {
                done(&edge, Ask::change(&format!("goes-{turn}"), &json!({"title": "none"})));
                done(&edge, Ask::change(&format!("stays-{turn}"), &json!({"title": "words and word"})));
                create(&edge, &format!("comes-{turn}"), &json!({"title": "word"}));
            }
            turn += 1;
        }
        assert_eq!(seen, stays, "{mode:?}");
    }
}

#[test]
fn scan_shows_its_progress_on_a_small_budget() {
    for (mode, operations) in [(CommitMode::Transaction, 50), (CommitMode::Stepwise, 32)] {
        let edge = store_faults::edge(1, mode);
        create(&edge, "needle", &json!({"title": "Needle"}));
        for number in 0..40 {
            create(&edge, &format!("hay-{number}"), &json!({"title": "Hay"}));
        }
        edge.set_operations(operations);
        let pages = pages(&edge, "limit=100&q=needle");
        edge.set_operations(OPERATIONS);
        assert_eq!(pages.iter().flat_map(aliases).collect::<Vec<_>>(), ["needle"], "{mode:?}");
        let is_indexed = mode == CommitMode::Transaction;
        assert_eq!(examined(&pages), if is_indexed { 1 } else { 41 }, "{mode:?}");
        assert_eq!(pages.len() == 1, is_indexed, "{mode:?} has {} pages", pages.len());
        let capabilities = ask(&edge, Ask::visit("capabilities")).json();
        let expected = if is_indexed { ("indexed", json!(1_000)) } else { ("scanned", Value::Null) };
        let search = &capabilities["search"];
        assert_eq!((search["words"].as_str(), &search["indexed_entries"]), (Some(expected.0), &expected.1));
        assert_eq!((&search["words_per_link"], &search["query_words"], &search["query_characters"]), (&json!(64), &json!(8), &json!(400)));
    }
}

#[test]
fn scan_goes_on_while_a_link_fits_the_budget() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    for number in 0..40 {
        create(&edge, &format!("hay-{number}"), &json!({"title": "Hay"}));
    }
    let examined = [28, 29, 30, 31, 32].map(|operations| {
        edge.set_operations(operations);
        examined(&[done(&edge, Ask::list(&format!("{LIST}?limit=100&q=needle")))])
    });
    assert_eq!(examined, [18, 19, 20, 21, 22]);
}

#[test]
fn crash_leaves_no_wrong_result() {
    for mode in MODES {
        for step in [StoreStep::AddEntry, StoreStep::Write, StoreStep::RemoveKey, StoreStep::Answer] {
            let edge = store_faults::edge(1, mode);
            create(&edge, "docs", &json!({"title": "old", "tags": ["old"]}));
            for request in [
                Ask::create(&body("other", &json!({"title": "new"}))),
                Ask::change("docs", &json!({"title": "new", "tags": ["new"]})),
                Ask::change("docs", &json!({"alias": "moved", "title": "new"})),
            ] {
                plan(&edge, Plan::FromFirst(step));
                let (_, _lost) = run(Isolate::new(&edge).handle(request));
                clear_faults(&edge);
                let listed = pages(&edge, "limit=100");
                let has = |link: &&Value, word: &str| link["title"] == word || link["tags"] == json!([word]);
                for word in ["old", "new"] {
                    let expected: Vec<String> = listed[0]["items"]
                        .as_array()
                        .expect("items")
                        .iter()
                        .filter(|link| has(link, word))
                        .map(|link| link["alias"].as_str().expect("an alias").to_owned())
                        .collect();
                    assert_eq!(found(&edge, &format!("q={word}")), expected, "{mode:?}: {word} after a crash at {step:?}");
                }
                check_list(&edge);
            }
        }
    }
}

#[test]
fn all_wrong_fields_are_reported_at_once() {
    let edge = MemoryEdge::new(1);
    let words: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
    for (q, code) in [("", "required"), ("%2B-", "invalid"), (&"a".repeat(401), "too_long"), (&words.join("+"), "too_many")] {
        let answer = ask(&edge, Ask::list(&format!("{LIST}?limit=0&q={q}&state=x")));
        let errors = answer.json()["errors"].as_array().expect("errors").clone();
        let mut fields: Vec<(&Value, &Value)> = errors.iter().map(|error| (&error["field"], &error["code"])).collect();
        fields.sort_by_key(|(field, _)| field.to_string());
        let expected = [json!("/limit"), json!("out_of_range"), json!("/q"), json!(code), json!("/state"), json!("invalid")];
        assert_eq!(answer.code(), 422);
        assert_eq!(fields.into_iter().flat_map(|(field, code)| [field.clone(), code.clone()]).collect::<Vec<_>>(), expected);
    }
    assert_eq!(ask(&edge, Ask::list(&format!("{LIST}?q=a&q=b"))).json()["errors"][0]["code"], "duplicate");
}

#[test]
fn cursor_belongs_to_its_words() {
    for mode in MODES {
        let edge = world(mode);
        let first = done(&edge, Ask::list(&format!("{LIST}?limit=1&q=Rep+QUARTERLY+quart")));
        let next = first["next"].as_str().expect("a next page");
        assert!(next.contains("&q=quarterly+rep&"), "{next}");
        let cursor = next.rsplit_once("&cursor=").expect("a cursor").1;
        for (query, code) in [("q=rep+quarterly", 200), ("q=quarterly+re", 422), ("", 422), ("q=rep+quarterly&tag=finance", 422)] {
            let answer = ask(&edge, Ask::list(&format!("{LIST}?{query}&cursor={cursor}")));
            assert_eq!(answer.code(), code, "{mode:?} {query}");
        }
    }
}
