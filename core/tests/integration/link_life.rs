//! The life of a link through `App::handle`: created, shown, listed, followed, deleted, restored. These tests run
//! natively and inside a wasm module.

use crate::support::audit::{clicks, listed, text};
use crate::support::client::{ADMIN_KEY, Visitor};
use crate::support::store_faults::{edge, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, StoreStep};
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::json;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn aliases(edge: &MemoryEdge) -> Vec<String> {
    listed(edge).iter().map(|item| text(&item["alias"])).collect()
}

#[test]
fn link_is_created_followed_deleted_and_restored() {
    run(async {
        let edge = MemoryEdge::new(1);
        let isolate = Isolate::new(&edge);
        let created = isolate.ask(Ask::create(&json!({"target": "https://example.com/a", "alias": "docs"}))).await;
        assert_eq!((created.code(), created.header("etag")), (201, "\"1\""));
        assert_eq!(created.header("location"), "/api/v1/links/docs?domain=hop.example");
        let link = created.json();
        assert_eq!((&link["alias"], &link["state"]), (&json!("docs"), &json!("live")));
        assert_eq!(link["short_url"], "https://hop.example/docs");
        let shown = isolate.ask(Ask::show("docs")).await;
        assert_eq!((shown.code(), shown.header("etag"), shown.json()), (200, "\"1\"", link.clone()));

        let followed = isolate.ask(Ask::visit("docs")).await;
        assert_eq!((followed.code(), followed.header("location")), (302, "https://example.com/a"));
        assert_eq!(isolate.ask(Ask::show("docs")).await.json()["clicks"]["humans"], 1);
        assert_eq!(aliases(&edge), ["docs"]);

        edge.wait_seconds(60);
        for _ in 0..2 {
            let deleted = isolate.ask(Ask::delete("docs")).await;
            assert_eq!((deleted.code(), deleted.body.len()), (204, 0));
        }
        let ended = isolate.ask(Ask::visit("docs")).await;
        assert_eq!((ended.code(), ended.problem().as_str(), ended.header("location")), (410, "link_ended", ""));
        let tombstone = isolate.ask(Ask::show("docs")).await;
        assert_eq!((tombstone.header("etag"), &tombstone.json()["state"]), ("\"2\"", &json!("deleted")));
        assert!(aliases(&edge).is_empty());
        let retired = isolate.ask(Ask::create(&json!({"target": "https://evil.example/", "alias": "docs"}))).await;
        assert_eq!((retired.code(), retired.problem().as_str()), (409, "alias_retired"));

        for _ in 0..2 {
            let restored = isolate.ask(Ask::restore("docs")).await;
            assert_eq!((restored.code(), restored.header("etag")), (200, "\"3\""));
            let mut expected = link.clone();
            expected["clicks"]["humans"] = json!(1);
            expected["clicks"]["last_7_days"][6] = json!(1);
            expected["version"] = json!(3);
            expected["updated_at"] = json!("2026-11-21T08:01:00Z");
            assert_eq!(restored.json(), expected);
        }
        assert_eq!(isolate.ask(Ask::visit("docs")).await.header("location"), "https://example.com/a");
        assert_eq!(aliases(&edge), ["docs"]);
    });
}

/// Counted on a store without transactions, where each part is a separate write.
#[test]
fn reusing_an_alias_writes_its_entries_once() {
    run(async {
        let edge = edge(1, CommitMode::Stepwise);
        let isolate = Isolate::new(&edge);
        let create = |reuse: bool| Ask::create(&json!({"target": "https://example.com/a", "alias": "docs", "tags": ["x"], "reuse": reuse}));
        assert_eq!(isolate.ask(create(false)).await.code(), 201);
        assert_eq!(isolate.ask(Ask::delete("docs")).await.code(), 204);
        edge.wait_seconds(60);
        let steps = watch(&edge);
        assert_eq!(isolate.ask(create(true)).await.code(), 201);
        let counted = [StoreStep::AddEntry, StoreStep::RemoveKey, StoreStep::Write].map(|wanted| steps.count(|step| step == wanted));
        // Added: the mark of the tag, three index entries, an audit event. Removed: three entries of the old link.
        // Written: the record.
        assert_eq!(counted, [5, 3, 1]);
    });
}

#[test]
fn alias_is_unique_per_domain() {
    run(async {
        let edge = MemoryEdge::new(2);
        let isolate = Isolate::new(&edge);
        let create = |target: &str, domain: &str| Ask::create(&json!({"target": target, "alias": "docs", "domain": domain}));
        assert_eq!(isolate.ask(create("https://a.example/", "hop.example")).await.code(), 201);
        let taken = isolate.ask(create("https://evil.example/", "hop.example")).await;
        assert_eq!((taken.code(), taken.problem().as_str()), (409, "alias_taken"));
        assert_eq!(isolate.ask(create("https://c.example/", "b.example")).await.json()["short_url"], "http://b.example:8080/docs");
        for (host, target) in [("hop.example", "https://a.example/"), ("b.example", "https://c.example/")] {
            let followed = isolate.ask(Ask::to(Method::GET, format!("http://{host}/docs"))).await;
            assert_eq!(followed.header("location"), target, "{host}");
        }
    });
}

#[test]
fn shorten_creates_a_link_from_a_url() {
    run(async {
        let edge = MemoryEdge::new(3);
        let isolate = Isolate::new(&edge);
        let shortened = isolate.ask(Ask::shorten("https://example.com/?q=%20+#x")).await;
        assert_eq!(shortened.code(), 201);
        let json = shortened.json();
        let alias = text(&json["short_id"]);
        assert_eq!(alias.len(), 6);
        let expected = json!({
            "short_id": alias,
            "short_url": format!("https://hop.example/{alias}"),
            "original_url": "https://example.com/?q=%20+#x",
        });
        assert_eq!(json, expected);
        assert_eq!(isolate.ask(Ask::visit(&alias)).await.header("location"), "https://example.com/?q=%20+#x");
    });
}

#[test]
fn redirect_carries_exactly_four_headers() {
    run(async {
        let edge = MemoryEdge::new(4);
        let isolate = Isolate::new(&edge);
        for (status, cache) in
            [(301, "private, max-age=30"), (302, "private, no-store"), (307, "private, max-age=30"), (308, "private, max-age=30")]
        {
            let alias = format!("to-{status}");
            let link = json!({"target": "https://example.com/%2e%2F", "alias": alias, "redirect_status": status});
            assert_eq!(isolate.ask(Ask::create(&link)).await.code(), 201);
            let followed = isolate.ask(Ask::visit(&alias)).await;
            let mut names: Vec<&str> = followed.headers.keys().map(http::HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["cache-control", "location", "referrer-policy", "x-request-id"]);
            assert_eq!((followed.code(), followed.header("cache-control")), (status, cache));
            assert_eq!(followed.header("location"), "https://example.com/%2e%2F");
            assert!(followed.body.is_empty());
        }
    });
}

#[test]
fn head_request_counts_no_click() {
    run(async {
        let edge = MemoryEdge::new(5);
        let isolate = Isolate::new(&edge);
        let link = isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": "docs"}))).await.json();
        for _ in 0..3 {
            let head = isolate.ask(Ask { method: Method::HEAD, ..Ask::visit("docs") }).await;
            assert_eq!((head.code(), head.header("location")), (302, "https://example.com/"));
        }
        assert_eq!(clicks(&edge, &text(&link["id"])), 0);
        for _ in 0..3 {
            isolate.ask(Ask::visit("docs")).await;
        }
        assert_eq!(clicks(&edge, &text(&link["id"])), 3);
    });
}

#[test]
fn list_shows_every_link_once_newest_first() {
    run(async {
        let edge = MemoryEdge::new(6);
        let isolate = Isolate::new(&edge);
        let mut expected: Vec<String> = ["first", "second", "third", "é", "a.b", "🎉", "last"].map(str::to_owned).into();
        for alias in &expected {
            isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": alias}))).await;
            edge.wait_seconds(1);
        }
        isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": "elsewhere", "domain": "b.example"}))).await;
        isolate.ask(Ask::delete("third")).await;
        expected.retain(|alias| alias != "third");
        expected.reverse();
        assert_eq!(aliases(&edge), expected);
        // Seven index entries name six links: a page examines as many entries as its limit.
        for (query, items, ends) in [("", 6, true), ("?limit=7", 6, true), ("?limit=6", 5, false), ("?limit=1", 1, false)] {
            let page = isolate.ask(Ask::list(&format!("/api/v1/links{query}"))).await.json();
            assert_eq!((page["items"].as_array().map(Vec::len), page["next"].is_null()), (Some(items), ends), "{query}");
        }
    });
}

#[test]
fn unauthenticated_request_costs_no_store_operation() {
    run(async {
        let edge = MemoryEdge::new(7);
        let isolate = Isolate::new(&edge);
        let create = || Ask::create(&json!({"target": "https://example.com/", "alias": "docs"}));
        assert_eq!(isolate.ask(create()).await.code(), 201);
        let before = edge.records.keys();
        let trace = watch(&edge);
        let asks = [create(), Ask::shorten("https://example.com/"), Ask::list("/api/v1/links"), Ask::show("docs"), Ask::delete("docs")];
        for ask in asks.into_iter().chain([Ask::restore("docs")]) {
            let name = format!("{} {}", ask.method, ask.url);
            let refused = isolate.ask(Ask { visitor: Visitor::default(), ..ask }).await;
            assert_eq!((refused.code(), refused.header("www-authenticate")), (401, "Bearer realm=\"hop\""), "{name}");
        }
        assert_eq!((edge.records.keys(), trace.steps()), (before, Vec::new()));
    });
}

#[test]
fn wrong_admin_key_is_refused() {
    run(async {
        let edge = MemoryEdge::new(8);
        let isolate = Isolate::new(&edge);
        let truncated = ADMIN_KEY.strip_suffix('w').expect("the key ends with w");
        for key in [truncated, &format!("{ADMIN_KEY}x"), &ADMIN_KEY.to_uppercase(), &format!("{ADMIN_KEY} {ADMIN_KEY}"), "x"] {
            let visitor = Visitor::default().with(AUTHORIZATION, format!("Bearer {key}").into());
            let refused = isolate.ask(Ask { visitor, ..Ask::list("/api/v1/links") }).await;
            let challenge = refused.header("www-authenticate");
            assert_eq!((refused.code(), challenge), (401, "Bearer realm=\"hop\", error=\"invalid_token\""), "{key}");
        }
    });
}
