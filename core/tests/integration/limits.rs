//! Click limits: when a count restarts, and which responses show that a link is used up.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{count, text};
use crate::support::sample_link::{HERE, docs};
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, StoreStep};
use hop_core::ports::{Records as _, Take};
use hop_core::store::Key;
use serde_json::{Value, json};

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

fn done(edge: &MemoryEdge, asked: Ask) -> Value {
    let (status, json) = ask(edge, asked);
    assert!(status < 300, "{status} {json}");
    json
}

fn create(alias: &str, max_clicks: u64) -> Ask {
    Ask::create(&json!({"alias": alias, "target": HERE, "max_clicks": max_clicks}))
}

/// The link of an alias record, read directly from the store.
fn stored_link(edge: &MemoryEdge, alias: &str) -> Value {
    let key =
        edge.records.keys().into_iter().find(|key| key.as_str() == format!("link/hop.example/{alias}")).expect("the link has a record");
    let record: Value = serde_json::from_slice(&edge.records.peek(&key).expect("the link has a record").value).expect("a record is JSON");
    record["link"].clone()
}

fn epoch(edge: &MemoryEdge, alias: &str) -> Option<String> {
    stored_link(edge, alias)["epoch"].as_str().map(str::to_owned)
}

/// Takes clicks from the limit of a link, as visits do.
fn use_up(edge: &MemoryEdge, alias: &str, times: u64) {
    let link = stored_link(edge, alias);
    let key = Key::stored(format!("take/{}/{}", text(&link["id"]), text(&link["epoch"])));
    let limit = link["spec"]["max_clicks"].as_u64().expect("the link has a limit");
    for _ in 0..times {
        assert_eq!(run(edge.records.take(&key, limit, None)).map(|outcome| outcome.take), Ok(Take::Granted));
    }
}

fn state(edge: &MemoryEdge, alias: &str) -> String {
    text(&done(edge, Ask::show(alias))["state"])
}

#[test]
fn link_is_used_up_after_its_last_click() {
    let edge = MemoryEdge::new(1);
    assert_eq!(done(&edge, create("docs", 2))["state"], "live");
    for expected in ["live", "used_up"] {
        use_up(&edge, "docs", 1);
        assert_eq!(state(&edge, "docs"), expected);
    }
    done(&edge, Ask::change("docs", &json!({"ends_at": "2020-01-01T00:00:00Z"})));
    assert_eq!(state(&edge, "docs"), "ended");
    done(&edge, Ask::change("docs", &json!({"ends_at": null, "starts_at": "2099-01-01T00:00:00Z"})));
    assert_eq!(state(&edge, "docs"), "used_up");
}

#[test]
fn every_endpoint_shows_the_used_up_state() {
    let edge = MemoryEdge::new(1);
    done(&edge, create("docs", 1));
    done(&edge, create("other", 1));
    use_up(&edge, "docs", 1);
    let changed = done(&edge, Ask::change("docs", &json!({"title": "t"})));
    assert_eq!(changed["state"], "used_up");
    done(&edge, Ask::delete("docs"));
    assert_eq!(state(&edge, "docs"), "deleted");
    assert_eq!(done(&edge, Ask::restore("docs"))["state"], "used_up");
    let patch = |alias: &str| json!({"op": "update", "alias": alias, "patch": {"note": "n"}});
    let answer = done(&edge, Ask::batch(&[patch("other"), patch("docs"), json!({"op": "create", "link": {"target": HERE}})]));
    let states: Vec<&Value> = answer["results"].as_array().expect("results").iter().map(|one| &one["link"]["state"]).collect();
    assert_eq!(states, ["live", "used_up", "live"]);
    let same = done(&edge, Ask::create(&json!({"target": HERE, "max_clicks": 1, "title": "t", "note": "n", "find_if_exists": true})));
    assert_eq!((&same["alias"], &same["state"]), (&json!("docs"), &json!("used_up")));
    let export = run(Isolate::new(&edge).ask(Ask::list("/api/v1/export")));
    let export = String::from_utf8(export.body).expect("JSON Lines");
    let line = export.lines().find(|line| line.contains("\"docs\"")).expect("the link is exported");
    assert!(line.contains("\"state\":\"used_up\""), "{line}");
}

#[test]
fn lists_filter_by_used_up_state() {
    let edge = MemoryEdge::new(1);
    for (alias, limit) in [("a", 1), ("b", 1), ("c", 2), ("e", 1)] {
        done(&edge, create(alias, limit));
        use_up(&edge, alias, 1);
    }
    for alias in ["0", "d"] {
        done(&edge, Ask::create(&json!({"alias": alias, "target": HERE})));
    }
    done(&edge, Ask::delete("b"));
    let found = |query: &str| {
        let page = done(&edge, Ask::list(&format!("/api/v1/links?{query}")));
        let items = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| text(&item["alias"]) + " " + item["state"].as_str().expect("a state"));
        let mut items: Vec<String> = items.collect();
        items.sort();
        items
    };
    assert_eq!(found(""), ["0 live", "a used_up", "c live", "d live", "e used_up"]);
    assert_eq!(found("state=used_up"), ["a used_up", "e used_up"]);
    assert_eq!(found("state=live"), ["0 live", "c live", "d live"]);
    assert_eq!(found("state=deleted"), ["b deleted"]);
}

#[test]
fn page_reads_click_counts_in_one_batch() {
    let edge = MemoryEdge::new(1).without_ledger();
    let reads = |edge: &MemoryEdge| {
        let trace = watch(edge);
        assert_eq!(ask(edge, Ask::list("/api/v1/links")).0, 200);
        clear_faults(edge);
        trace.count(|step| step == StoreStep::GetMany)
    };
    for alias in ["a", "b"] {
        done(&edge, Ask::create(&json!({"alias": alias, "target": HERE})));
    }
    assert_eq!(reads(&edge), 2, "one read for records, one for totals");
    for alias in ["c", "d", "e"] {
        done(&edge, create(alias, 3));
    }
    assert_eq!(reads(&edge), 3, "one more read for the counts of three limits");
    let trace = watch(&edge);
    done(&edge, Ask::show("a"));
    assert_eq!(trace.count(|step| step == StoreStep::GetMany), 1);
    done(&edge, Ask::show("c"));
    assert_eq!(trace.count(|step| step == StoreStep::GetMany), 3);
    clear_faults(&edge);
}

#[test]
fn unreadable_click_count_fails_show_but_not_batch() {
    let edge = MemoryEdge::new(1);
    done(&edge, create("docs", 1));
    // The first step reads the link, and in an update the state of the blocklist with it.
    plan(&edge, Plan::From(1, Some(StoreStep::GetMany)));
    assert_eq!(ask(&edge, Ask::show("docs")).0, 503);
    plan(&edge, Plan::From(1, Some(StoreStep::GetMany)));
    let (status, answer) = ask(&edge, Ask::batch(&[json!({"op": "update", "alias": "docs", "patch": {"title": "t"}})]));
    assert_eq!((status, &answer["results"][0]["link"]["title"]), (200, &json!("t")));
    clear_faults(&edge);
}

#[test]
fn count_restarts_only_when_the_limit_changes() {
    let edge = MemoryEdge::new(1);
    done(&edge, create("docs", 2));
    let first = epoch(&edge, "docs");
    assert!(first.is_some());
    use_up(&edge, "docs", 2);
    for patch in [json!({"title": "t"}), json!({"max_clicks": 2}), json!({"max_clicks": 2, "disabled": true}), json!({"disabled": false})] {
        done(&edge, Ask::change("docs", &patch));
        assert_eq!((epoch(&edge, "docs"), state(&edge, "docs") == "live"), (first.clone(), false), "{patch}");
    }
    done(&edge, Ask::delete("docs"));
    done(&edge, Ask::restore("docs"));
    assert_eq!(epoch(&edge, "docs"), first);
    done(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true})));
    assert_eq!((epoch(&edge, "new"), state(&edge, "new").as_str()), (first.clone(), "used_up"));
    assert_eq!(done(&edge, Ask::change("new", &json!({"max_clicks": 3})))["state"], "live");
    let second = epoch(&edge, "new");
    assert!(second.is_some() && second != first);
    use_up(&edge, "new", 3);
    assert_eq!(done(&edge, Ask::change("new", &json!({"max_clicks": null})))["state"], "live");
    assert_eq!(epoch(&edge, "new"), None, "a link without a limit has no epoch");
    assert_eq!(done(&edge, Ask::change("new", &json!({"max_clicks": 3})))["state"], "live");
    assert!(![None, first, second].contains(&epoch(&edge, "new")), "a limit that is set again starts a new epoch");
    let moved = done(&edge, Ask::change("new", &json!({"alias": "newer", "max_clicks": 4})));
    assert_eq!((&moved["state"], &moved["max_clicks"]), (&json!("live"), &json!(4)));
    use_up(&edge, "newer", 4);
    assert_eq!(state(&edge, "newer"), "used_up");
}

#[test]
fn every_kind_of_creation_starts_a_count() {
    let edge = MemoryEdge::new(1);
    let line = json!({"target": HERE, "alias": "imported", "max_clicks": 1, "clicks": {"humans": 9}}).to_string();
    done(&edge, Ask::import("", "application/x-ndjson", line));
    done(&edge, Ask::batch(&[json!({"op": "create", "link": {"target": HERE, "alias": "batched", "max_clicks": 1}})]));
    let upsert = json!({"target": HERE, "alias": "upserted", "external_id": "x", "max_clicks": 1, "update_if_exists": true});
    done(&edge, Ask::create(&upsert));
    for alias in ["imported", "batched", "upserted"] {
        assert_eq!(state(&edge, alias), "live", "{alias}");
        use_up(&edge, alias, 1);
        assert_eq!(state(&edge, alias), "used_up", "{alias}");
    }
    assert_eq!(done(&edge, Ask::create(&upsert))["state"], "used_up", "an equal limit keeps its count");
    done(&edge, Ask::create(&json!({"alias": "free", "target": HERE})));
    assert_eq!(epoch(&edge, "free"), None);
}

/// Wherever a request with an idempotency key crashes, its retry finds the count that the first attempt started.
#[test]
fn retry_after_crash_starts_one_count() {
    let asks: [fn() -> Ask; 3] = [
        || create("docs", 2).once("k"),
        || Ask::batch(&[json!({"op": "create", "link": {"alias": "docs", "target": HERE, "max_clicks": 2}})]).once("k"),
        || Ask::batch(&[json!({"op": "update", "alias": "docs", "patch": {"max_clicks": 2}})]).once("k"),
    ];
    for (number, repeated) in asks.into_iter().enumerate() {
        for crash_at in 0.. {
            let edge = MemoryEdge::new(1);
            if number == 2 {
                done(&edge, create("docs", 1));
            }
            let trace = plan(&edge, Plan::From(crash_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle(repeated()));
            clear_faults(&edge);
            let was = edge.records.peek(&docs()).map(|_| epoch(&edge, "docs"));
            let limited = was.is_some() && stored_link(&edge, "docs")["spec"]["max_clicks"] == 2;
            if limited {
                use_up(&edge, "docs", 1);
            }
            edge.wait_seconds(61);
            done(&edge, repeated());
            if limited {
                assert_eq!(Some(epoch(&edge, "docs")), was, "request {number}, crash at step {crash_at}");
            }
            use_up(&edge, "docs", if limited { 1 } else { 2 });
            assert_eq!(state(&edge, "docs"), "used_up");
            if trace.steps().len() <= crash_at {
                break;
            }
        }
    }
}

#[test]
fn erasure_removes_all_counts() {
    let edge = MemoryEdge::new(1);
    done(&edge, create("docs", 1));
    use_up(&edge, "docs", 1);
    done(&edge, Ask::change("docs", &json!({"max_clicks": 2})));
    use_up(&edge, "docs", 1);
    done(&edge, create("other", 1));
    use_up(&edge, "other", 1);
    assert_eq!(count(&edge, "take/"), 3);
    assert_eq!(ask(&edge, Ask::remove("/api/v1/links/docs?erase=true")).0, 204);
    assert_eq!((count(&edge, "take/"), state(&edge, "other").as_str()), (1, "used_up"));
}

/// So few operations that the tickets are erased over several requests.
const OPERATIONS_PER_REQUEST: u32 = 60;

#[test]
fn many_tickets_are_erased_over_several_requests() {
    // With no history, one that uses up a request's operations, and a longer one.
    for versions in [0, 50, 60] {
        let edge = store_faults::edge(1, CommitMode::Stepwise);
        let link = done(&edge, create("docs", 120));
        for number in 0..versions {
            done(&edge, Ask::change("docs", &json!({"title": number.to_string()})));
        }
        for number in 0..120 {
            let ticket = format!("take/{}/{}/{number}", text(&link["id"]), epoch(&edge, "docs").expect("the link has a limit"));
            edge.records.plant(&Key::stored(ticket), "null");
        }
        edge.set_operations(OPERATIONS_PER_REQUEST);
        let erase = || ask(&edge, Ask::remove("/api/v1/links/docs?erase=true"));
        let mut requests = 1;
        loop {
            match erase() {
                (503, problem) => assert_eq!(problem["code"], "budget_exhausted", "{problem}"),
                (status, _) => break assert_eq!(status, 204),
            }
            requests += 1;
            assert_eq!(ask(&edge, Ask::show("docs")).0, 404, "the link itself is erased first");
        }
        assert!((3..=5).contains(&requests), "{requests} requests with {versions} versions");
        assert_eq!((count(&edge, "take/"), count(&edge, "history/"), count(&edge, "stats/")), (0, 0, 0));
    }
}
