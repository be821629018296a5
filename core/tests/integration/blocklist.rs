//! The blocklist: its endpoints, links that are refused when they are saved, the warning in place of a redirect, how
//! soon an entry binds, what it costs, and what happens when the store fails.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, user};
use crate::support::sample_link::{HERE, THERE, docs, status_and_location, to};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, Plan, clear_faults, is_read, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use http::Method;
use http::header::{ACCEPT, USER_AGENT};
use serde_json::{Value, json};

const LIST: &str = "/api/v1/blocklist";
const EVIL: &str = "https://evil.example/x";

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn block(host: &str) -> Ask {
    Ask::post(LIST, &json!({"host": host, "reason": "phishing"}))
}

fn unblock(host: &str) -> Ask {
    Ask::remove(&format!("{LIST}/{host}"))
}

#[track_caller]
fn done(edge: &MemoryEdge, asked: Ask) -> Value {
    let answer = ask(edge, asked);
    assert!(answer.code() < 300, "{} {}", answer.code(), answer.json());
    answer.json()
}

/// The wrong fields of a 422 and their codes.
#[track_caller]
fn wrong(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

#[track_caller]
fn assert_refused(answer: &Value, fields: &[&str], code: &str) {
    let expected: Vec<_> = fields.iter().map(|field| ((*field).to_owned(), code.to_owned())).collect();
    assert_eq!(wrong(answer), expected, "{answer}");
}

/// An edge with each kind of link to `evil.example`, which is listed afterwards.
fn world(edge: MemoryEdge) -> MemoryEdge {
    let everyone = json!({"type": "split", "percent": 99});
    let french = json!({"type": "country", "any": ["FR"]});
    for (alias, link) in [
        ("docs", json!({"target": EVIL})),
        ("good", json!({"target": HERE})),
        ("rule", json!({"target": HERE, "rules": [{"target": "https://a.b.evil.example/", "when": [french]}]})),
        ("split", json!({"target": EVIL, "rules": [{"target": EVIL, "when": [everyone]}]})),
        ("template", json!({"target": "https://evil.example/{path}?q={query.q|x}"})),
        ("forward", json!({"target": "https://EVIL.example.:8443", "forward_path": true, "forward_query": "target_wins"})),
        ("ended", json!({"target": HERE, "fallback": EVIL, "disabled": true})),
        ("locked", json!({"target": EVIL, "password": "a long password"})),
        ("asks", json!({"target": EVIL, "confirm": true})),
        ("few", json!({"target": EVIL, "max_clicks": 1})),
        ("last", json!({"target": HERE, "fallback": EVIL, "max_clicks": 1})),
        ("strict", json!({"target": EVIL, "strict": true})),
        ("card", json!({"target": EVIL, "card": {"title": "A card"}})),
        ("image", json!({"target": HERE, "card": {"title": "A card", "image": "https://evil.example/i.png"}})),
    ] {
        let mut link = link;
        link["alias"] = json!(alias);
        done(&edge, Ask::create(&link));
    }
    done(&edge, Ask::change("docs", &json!({"alias": "moved", "keep_old_alias": true})));
    done(&edge, block("evil.example"));
    // What is cached from before the entry is too old by now.
    edge.wait_seconds(120);
    edge
}

/// An edge like Workers, and one like Compute.
fn edges() -> [MemoryEdge; 2] {
    [MemoryEdge::new(1), store_faults::edge(1, CommitMode::Stepwise).without_cache().without_ledger()]
}

#[track_caller]
fn assert_warned(answer: &Answer) {
    assert_eq!((answer.code(), answer.header("location"), answer.problem().as_str()), (403, "", "blocked_target"), "{answer:?}");
}

#[test]
fn host_is_added_listed_and_deleted() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'a', "admin", "in");
    let (_, secret) = key(&edge, &owner, &["blocklist:admin"], &json!({}));
    assert_eq!(done(&edge, Ask::list(LIST)), json!({"items": [], "next": null}));
    let added = ask(&edge, Ask::post(LIST, &json!({"host": "BÜCHER.example.", "subdomains": false})).showing(secret.as_str()));
    let first = json!({"host": "xn--bcher-kva.example", "subdomains": false, "reason": null, "created_at": "2026-11-21T08:00:00Z", "created_by": owner});
    assert_eq!((added.code(), added.json()), (201, first.clone()));
    edge.wait_seconds(1);
    let second = done(&edge, block("evil.example"));
    let expected =
        json!({"host": "evil.example", "subdomains": true, "reason": "phishing", "created_at": "2026-11-21T08:00:01Z", "created_by": null});
    assert_eq!(second, expected);
    assert_eq!(done(&edge, Ask::list(LIST)), json!({"items": [second, first], "next": null}), "by name");
    assert_eq!(ask(&edge, block("EVIL.example")).problem(), "host_listed");
    for (path, status) in [("EVIL.example", 204), ("evil.example", 404), ("never.example", 404), ("a%20b", 404)] {
        assert_eq!(ask(&edge, unblock(path)).code(), status, "{path}");
    }
    assert_eq!(done(&edge, Ask::list(LIST))["items"].as_array().map(Vec::len), Some(1));
    edge.wait_seconds(1);
    assert_eq!(done(&edge, block("evil.example"))["created_at"], "2026-11-21T08:00:02Z", "a host can be listed again");
}

#[test]
fn changes_of_the_list_are_audited() {
    let edge = MemoryEdge::new(1);
    done(&edge, block("evil.example"));
    edge.wait_seconds(1);
    done(&edge, unblock("evil.example"));
    let events = done(&edge, Ask::list("/api/v1/audit"));
    let events: Vec<_> = events["items"].as_array().expect("items").iter().map(|event| (&event["action"], &event["subject"])).collect();
    let event = |action| (json!(action), json!("evil.example"));
    let expected = [event("blocklist.remove"), event("blocklist.add")];
    assert_eq!(events, expected.iter().map(|(action, subject)| (action, subject)).collect::<Vec<_>>());
}

#[test]
fn invalid_entries_are_refused() {
    let edge = MemoryEdge::new(1);
    for (body, field, code) in [
        (json!({}), "/host", "required"),
        (json!({"host": ""}), "/host", "invalid"),
        (json!({"host": "a b"}), "/host", "invalid"),
        (json!({"host": "https://evil.example"}), "/host", "invalid"),
        (json!({"host": "evil.example:80"}), "/host", "invalid"),
        (json!({"host": "*.evil.example"}), "/host", "invalid"),
        (json!({"host": "x".repeat(121)}), "/host", "invalid"),
        (json!({"host": 5}), "/host", "wrong_type"),
        (json!({"host": "evil.example", "subdomains": "yes"}), "/subdomains", "wrong_type"),
        (json!({"host": "127.0.0.1", "subdomains": true}), "/subdomains", "conflicts"),
        (json!({"host": "a.b.c.d.e.example", "subdomains": true}), "/subdomains", "conflicts"),
        (json!({"host": "evil.example", "reason": "x".repeat(513)}), "/reason", "too_long"),
        (json!({"host": "evil.example", "reason": "a\nb"}), "/reason", "invalid"),
        (json!({"host": "evil.example", "note": "x"}), "/note", "unknown"),
    ] {
        assert_refused(&ask(&edge, Ask::post(LIST, &body)).json(), &[field], code);
    }
    assert_eq!(wrong(&ask(&edge, Ask::post(LIST, &json!({"host": "a b", "subdomains": 1}))).json()).len(), 2, "all at once");
    for (host, subdomains) in [("a.b.c.d.e.example", false), ("127.0.0.1", false), ("zip", true), ("b.c.d.e.example", true)] {
        assert_eq!(done(&edge, Ask::post(LIST, &json!({"host": host})))["subdomains"], subdomains, "{host}");
    }
    for path in ["/api/v1/blocklist?cursor=***", "/api/v1/blocklist?limit=0", "/api/v1/blocklist?host=x"] {
        assert_eq!(ask(&edge, Ask::list(path)).code(), 422, "{path}");
    }
    assert_refused(&ask(&edge, unblock("zip?x=y")).json(), &["/x"], "unknown");
}

#[test]
fn list_is_paged_with_sealed_cursors() {
    let edge = MemoryEdge::new(1);
    for number in 0..25 {
        done(&edge, block(&format!("evil{number:02}.example")));
    }
    done(&edge, unblock("evil03.example"));
    let (mut next, mut hosts, mut pages) = (Some(format!("{LIST}?limit=10")), Vec::new(), 0);
    while let Some(path) = next {
        let page = done(&edge, Ask::list(&path));
        hosts.extend(page["items"].as_array().expect("items").iter().map(|item| item["host"].as_str().unwrap_or_default().to_owned()));
        next = page["next"].as_str().map(str::to_owned);
        pages += 1;
    }
    let expected: Vec<String> = (0..25).filter(|number| *number != 3).map(|number| format!("evil{number:02}.example")).collect();
    assert_eq!((pages, hosts), (3, expected));
    let next = done(&edge, Ask::list(&format!("{LIST}?limit=10")))["next"].as_str().expect("more").to_owned();
    let owner = user(&edge, 'a', "admin", "in");
    let (_, secret) = key(&edge, &owner, &["blocklist:admin", "keys:admin"], &json!({}));
    assert_refused(&ask(&edge, Ask::list(&next).showing(secret.as_str())).json(), &["/cursor"], "invalid");
    assert_refused(&ask(&edge, Ask::list(&next.replace("blocklist", "keys"))).json(), &["/cursor"], "invalid");
}

#[test]
fn url_on_a_listed_host_is_not_saved() {
    for edge in edges() {
        done(&edge, Ask::create(&json!({"target": HERE, "alias": "docs"})));
        done(&edge, block("evil.example"));
        let split = |target: &str| json!([{"when": [{"type": "split", "percent": 5}], "target": target}]);
        for evil in ["https://evil.example", "HTTP://A.B.EVIL.example.:8443/x", "https://ev%69l.example/{path}"] {
            for (fields, field) in [
                (json!({"target": evil}), "/target"),
                (json!({"target": HERE, "rules": split(evil)}), "/rules/0/target"),
                (json!({"target": evil, "utm_source": "x"}), "/target"),
            ] {
                assert_refused(&ask(&edge, Ask::create(&fields)).json(), &[field], "blocked_host");
                assert_refused(&ask(&edge, Ask::change("docs", &fields)).json(), &[field], "blocked_host");
            }
            assert_refused(&ask(&edge, Ask::shorten(evil)).json(), &["/url"], "blocked_host");
        }
        for (fields, field) in [(json!({"fallback": EVIL}), "/fallback"), (json!({"card": {"image": EVIL}}), "/card/image")] {
            assert_refused(&ask(&edge, Ask::change("docs", &fields)).json(), &[field], "blocked_host");
            let mut link = fields.clone();
            link["target"] = json!(HERE);
            assert_refused(&ask(&edge, Ask::create(&link)).json(), &[field], "blocked_host");
        }
        let all = json!({"target": EVIL, "fallback": EVIL, "rules": split(EVIL), "card": {"image": EVIL}, "max_clicks": 0});
        let answer = ask(&edge, Ask::create(&all)).json();
        let fields: Vec<String> = wrong(&answer).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["/max_clicks", "/target", "/fallback", "/rules/0/target", "/card/image"], "all at once: {answer}");
        for good in ["https://devil.example/", "https://evil.example.org/", "https://example.com/evil.example"] {
            done(&edge, Ask::create(&json!({"target": good})));
        }
        assert_eq!(done(&edge, Ask::show("docs"))["version"], 1);
    }
}

#[test]
fn batches_imports_and_upserts_are_checked() {
    for edge in edges() {
        done(&edge, Ask::create(&json!({"target": HERE, "alias": "docs", "external_id": "1"})));
        done(&edge, block("evil.example"));
        let items = [
            json!({"op": "create", "link": {"target": EVIL}}),
            json!({"op": "update", "alias": "docs", "patch": {"fallback": EVIL}}),
            json!({"op": "create", "link": {"target": HERE, "alias": "new"}}),
        ];
        let results = done(&edge, Ask::batch(&items))["results"].clone();
        assert_refused(&results[0]["problem"], &["/link/target"], "blocked_host");
        assert_refused(&results[1]["problem"], &["/patch/fallback"], "blocked_host");
        assert_eq!(results[2]["status"], 201);
        for query in ["", "?dry_run=true"] {
            let lines = [json!({"target": EVIL}), json!({"target": HERE})].map(|line| line.to_string()).join("\n");
            let answer = done(&edge, Ask::import(query, "application/x-ndjson", lines));
            assert_refused(&answer["results"][0]["problem"], &["/target"], "blocked_host");
            assert_eq!(answer["results"][1]["status"], 201);
        }
        let upsert = json!({"target": EVIL, "external_id": "1", "update_if_exists": true});
        assert_refused(&ask(&edge, Ask::create(&upsert)).json(), &["/target"], "blocked_host");
        assert_eq!(done(&edge, Ask::show("docs"))["target"], HERE);
    }
}

#[test]
fn domain_redirect_to_a_listed_host_is_not_saved() {
    let edge = MemoryEdge::new(1);
    done(&edge, block("evil.example"));
    for field in ["root", "not_found", "ended"] {
        let (pointer, mut domain) = (format!("/{field}"), json!({"domain": "c.example"}));
        assert_refused(&ask(&edge, Ask::patch("/api/v1/domains/hop.example", &json!({field: EVIL}))).json(), &[&pointer], "blocked_host");
        domain[field] = json!(EVIL);
        assert_refused(&ask(&edge, Ask::post("/api/v1/domains", &domain)).json(), &[&pointer], "blocked_host");
    }
}

#[test]
fn link_to_a_listed_host_can_be_managed() {
    let edge = world(MemoryEdge::new(1));
    done(&edge, Ask::change("moved", &json!({"title": "Kept as evidence"})));
    done(&edge, Ask::change("moved", &json!({"alias": "evidence"})));
    done(&edge, Ask::delete("evidence"));
    done(&edge, Ask::restore("evidence"));
    assert_warned(&ask(&edge, Ask::visit("evidence")));
    assert_eq!(done(&edge, Ask::change("evidence", &json!({"target": HERE})))["target"], HERE);
    assert_eq!(status_and_location(&ask(&edge, Ask::visit("evidence"))), to(HERE));
}

#[test]
fn every_redirect_to_a_listed_host_becomes_a_warning() {
    for edge in edges() {
        let edge = world(edge);
        for _ in 0..2 {
            for alias in [
                "docs",
                "moved",
                "split",
                "template",
                "template/a?q=b",
                "forward/a?b=c",
                "ended",
                "locked",
                "asks",
                "few",
                "strict",
                "card",
            ] {
                for method in [Method::GET, Method::HEAD] {
                    let answer = ask(&edge, Ask { method, ..Ask::visit(alias) });
                    assert_eq!((answer.code(), answer.header("location")), (403, ""), "{alias}");
                }
            }
            assert_warned(&ask(&edge, Ask::visit("moved+")));
            assert_warned(&ask(&edge, Ask::visit("rule").from("192.0.2.1", "FR")));
            assert_eq!(status_and_location(&ask(&edge, Ask::visit("rule").from("192.0.2.1", "DE"))), to(HERE));
            assert_eq!(status_and_location(&ask(&edge, Ask::visit("good"))), to(HERE));
        }
        assert_eq!(ask(&edge, Ask::visit("last")).code(), 302, "the only click");
        assert_warned(&ask(&edge, Ask::visit("last")));
        let form = Ask { method: Method::POST, ..Ask::visit("asks") }.header(http::header::ORIGIN, "https://hop.example");
        assert_warned(&ask(&edge, form));
        let preview = |alias: &str| ask(&edge, Ask::visit(alias).header(USER_AGENT, "Slackbot-LinkExpanding 1.0"));
        assert_warned(&preview("card"));
        let image = preview("image");
        assert!(image.code() == 200 && image.tells("A card") && !image.tells("evil.example"), "{image:?}");
        done(&edge, unblock("evil.example"));
        edge.wait_seconds(120);
        assert_eq!(status_and_location(&ask(&edge, Ask::visit("docs"))), to(EVIL));
        assert_eq!(status_and_location(&ask(&edge, Ask::visit("few"))), to(EVIL), "the warning took no click");
    }
}

#[test]
fn warning_page_names_the_host_and_links_nowhere() {
    let edge = world(MemoryEdge::new(1));
    let page = |alias: &str| ask(&edge, Ask::visit(alias).header(ACCEPT, "text/html"));
    let shown = page("docs");
    assert_eq!((shown.code(), shown.header("cache-control")), (403, "no-store"));
    assert!(shown.tells("This link may be harmful") && shown.tells("<p>evil.example</p>"), "{}", String::from_utf8_lossy(&shown.body));
    assert!(!shown.tells(EVIL) && !shown.tells("href=\"http") && !shown.tells("<form"), "{}", String::from_utf8_lossy(&shown.body));
    for alias in ["locked", "few"] {
        let shown = page(alias);
        assert!(shown.code() == 403 && !shown.tells("evil.example"), "the target of {alias} is hidden");
        assert!(!ask(&edge, Ask::visit(alias)).tells("evil.example"));
    }
    assert_eq!(
        ask(&edge, Ask::visit("docs")).json()["detail"],
        "This link redirects to evil.example, a host on the blocklist of this site."
    );
}

#[test]
fn domain_redirects_to_a_listed_host_become_warnings() {
    for edge in edges() {
        done(&edge, Ask::patch("/api/v1/domains/hop.example", &json!({"root": EVIL, "not_found": EVIL, "ended": EVIL})));
        done(&edge, Ask::create(&json!({"target": HERE, "alias": "gone"})));
        done(&edge, Ask::delete("gone"));
        assert_eq!(status_and_location(&ask(&edge, Ask::visit(""))), to(EVIL));
        done(&edge, block("evil.example"));
        edge.wait_seconds(120);
        for _ in 0..2 {
            for path in ["", "nothing", "gone"] {
                assert_warned(&ask(&edge, Ask::visit(path)));
            }
        }
        let explained = done(&edge, Ask::post("/api/v1/links/gone/explain", &json!({})));
        assert_eq!((&explained["answer"], &explained["status"]), (&json!("blocked_target"), &json!(403)));
    }
}

#[test]
fn explanation_agrees_with_the_warning() {
    for edge in edges() {
        let edge = world(edge);
        let explain = |alias: &str, visitor: Value| done(&edge, Ask::post(&format!("/api/v1/links/{alias}/explain"), &visitor));
        for alias in ["moved", "split", "template", "ended", "locked", "asks", "few", "strict"] {
            let answer = explain(alias, json!({}));
            assert_eq!((&answer["answer"], &answer["status"]), (&json!("blocked_target"), &json!(403)), "{alias} {answer}");
            assert!(answer["target"].as_str().is_some_and(|target| target.contains("evil.example")), "{answer}");
            assert_eq!((&answer["counted_as"], &answer["spends_a_click"]), (&Value::Null, &json!(false)), "{alias}");
        }
        let french = explain("rule", json!({"country": "FR"}));
        assert_eq!((&french["answer"], &french["rules"][0]["verdict"]), (&json!("blocked_target"), &json!("holds")), "{french}");
        assert_eq!(explain("rule", json!({"country": "DE"}))["answer"], "redirect");
        assert_eq!(explain("good", json!({}))["answer"], "redirect");
    }
}

#[test]
fn subdomains_are_listed_only_on_request() {
    let edge = MemoryEdge::new(1);
    done(&edge, Ask::post(LIST, &json!({"host": "exact.example", "subdomains": false})));
    done(&edge, Ask::post(LIST, &json!({"host": "whole.example", "subdomains": true})));
    done(&edge, Ask::post(LIST, &json!({"host": "zip"})));
    done(&edge, Ask::post(LIST, &json!({"host": "10.0.0.1"})));
    let deep = format!("https://{}whole.example/", "a.".repeat(100));
    for (target, is_refused) in [
        ("https://exact.example/", true),
        ("https://www.exact.example/", false),
        ("https://whole.example/", true),
        (&*deep, true),
        ("https://anything.zip/", true),
        ("https://zip.example/", false),
        ("http://10.0.0.1/", true),
        ("http://0xa.1/", true),
        ("http://[::ffff:10.0.0.1]/", true),
        ("http://10.0.0.2/", false),
    ] {
        let status = ask(&edge, Ask::create(&json!({"target": target}))).code();
        assert_eq!(status == 422, is_refused, "{target}: {status}");
    }
}

#[test]
fn link_shorteners_are_refused_and_warned_of() {
    let settings = |blocks: &'static str| {
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_BLOCK_SHORTENERS", blocks)]
    };
    for edge in edges() {
        let under = |blocks: &'static str, asked: Ask| run(Isolate::set_up(&edge, &settings(blocks)).ask(asked));
        let short = "https://bit.ly/3abc";
        let all = json!({"target": short, "fallback": "https://www.tinyurl.com/x", "card": {"image": "https://t.co/i"}});
        let answer = under("", Ask::create(&all)).json();
        assert_refused(&answer, &["/target", "/fallback", "/card/image"], "link_shortener");
        assert_refused(&under("on", Ask::shorten(short)).json(), &["/url"], "link_shortener");
        assert_refused(
            &under("on", Ask::patch("/api/v1/domains/hop.example", &json!({"root": short}))).json(),
            &["/root"],
            "link_shortener",
        );
        assert_eq!(under("off", Ask::create(&json!({"target": short, "alias": "docs"}))).code(), 201);
        assert_eq!(under("off", Ask::create(&json!({"target": short, "alias": "locked", "max_clicks": 1}))).code(), 201);
        assert_eq!(under("off", Ask::patch("/api/v1/domains/hop.example", &json!({"root": short}))).code(), 200);
        for _ in 0..2 {
            assert_eq!(status_and_location(&under("off", Ask::visit("docs"))), to(short));
            assert_warned(&under("on", Ask::visit("docs")));
            assert_warned(&under("on", Ask::visit("")));
        }
        let page = under("on", Ask::visit("docs").header(ACCEPT, "text/html"));
        assert!(page.tells("hides where it ends") && page.tells(&format!("<p>{short}</p>")) && !page.tells("href=\"http"), "{page:?}");
        assert!(!under("on", Ask::visit("locked").header(ACCEPT, "text/html")).tells("bit.ly"));
        assert_eq!(done(&edge, Ask::post("/api/v1/links/docs/explain", &json!({})))["answer"], "blocked_target");
    }
}

#[test]
fn entry_binds_within_the_promise_of_an_edit() {
    let edge = MemoryEdge::new(1);
    done(&edge, Ask::create(&json!({"target": EVIL, "alias": "docs"})));
    let isolate = Isolate::new(&edge);
    let follow = |isolate: &Isolate<'_>| run(isolate.ask(Ask::visit("docs"))).code();
    assert_eq!(follow(&isolate), 302);
    done(&edge, block("evil.example"));
    edge.wait_seconds(30);
    assert_eq!(follow(&isolate), 302, "the cached link is fresh");
    edge.wait_seconds(30);
    assert_eq!(follow(&isolate), 302, "it is verified after this response");
    edge.wait_seconds(5);
    assert_eq!((follow(&isolate), follow(&Isolate::new(&edge))), (403, 403));
    done(&edge, unblock("evil.example"));
    edge.wait_seconds(65);
    assert_eq!((follow(&isolate), follow(&Isolate::new(&edge))), (302, 302));
}

#[test]
fn strict_link_is_warned_of_at_once() {
    let edge = MemoryEdge::new(1);
    done(&edge, Ask::create(&json!({"target": EVIL, "alias": "docs", "strict": true})));
    assert_eq!(ask(&edge, Ask::visit("docs")).code(), 302);
    done(&edge, block("evil.example"));
    assert_warned(&ask(&edge, Ask::visit("docs")));
}

#[test]
fn edits_keep_the_verdict_of_the_cached_link() {
    let edge = world(MemoryEdge::new(1));
    assert_warned(&ask(&edge, Ask::visit("moved")));
    done(&edge, Ask::change("moved", &json!({"title": "new"})));
    let reads = watch(&edge);
    assert_warned(&ask(&edge, Ask::visit("moved")));
    assert_eq!(reads.count(is_read), 0, "the edit put its verdict too");
}

/// The store operations of a request, and its status.
fn cost(edge: &MemoryEdge, asked: Ask) -> (u32, u16) {
    let isolate = Isolate::new(edge);
    edge.take_operations();
    let (answer, after) = run(isolate.handle(asked));
    let operations = edge.take_operations();
    run(isolate.app.finish(edge, after));
    (operations, answer.code())
}

#[test]
fn unused_list_costs_a_redirect_no_call() {
    for (edge, operations) in edges().into_iter().zip([2, 2]) {
        done(&edge, Ask::create(&json!({"target": HERE, "alias": "docs"})));
        let calls = watch(&edge);
        edge.take_operations();
        let (answer, _after) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
        assert_eq!((answer.code(), edge.take_operations()), (302, operations));
        assert_eq!(calls.steps(), [StoreStep::GetMany], "link and list are read together");
        clear_faults(&edge);
    }
}

#[test]
fn cost_does_not_grow_with_the_list() {
    for edge in edges() {
        done(&edge, Ask::create(&json!({"target": "https://a.b.c.d.e.f.example/", "alias": "docs"})));
        done(&edge, block("evil.example"));
        let record = edge.records.peek(&Key::stored("blocklist/evil.example".into())).expect("the host is listed");
        let record = String::from_utf8(record.value).expect("JSON");
        let mut costs = Vec::new();
        for hosts in [0..10, 10..100_000] {
            for number in hosts {
                let host = format!("evil{number}.example");
                edge.records.plant(&Key::stored(format!("blocklist/{host}")), &record.replace("evil.example", &host));
            }
            edge.link_cache.empty();
            costs.push(
                [
                    Ask::visit("docs"),
                    Ask::create(&json!({"target": "https://www.evil5.example/"})),
                    Ask::list(&format!("{LIST}?limit=10")),
                    block(&format!("new{}.example", costs.len())),
                    unblock(&format!("new{}.example", costs.len())),
                ]
                .map(|asked| cost(&edge, asked)),
            );
        }
        assert_eq!(costs[0], costs[1]);
        assert_eq!(costs[1].map(|(_, status)| status), [302, 422, 200, 201, 204]);
        assert!(costs[1][0].0 <= 8, "one host is at most six names: {costs:?}");
    }
}

#[test]
fn billed_lookups_are_those_of_the_visit() {
    let edge = store_faults::edge(1, CommitMode::Stepwise).without_cache().without_ledger();
    let host = |name: String| format!("https://a.b.c.d.{name}.example/");
    let rule = |number: u32| json!({"target": host(format!("rule{number}")), "when": [{"type": "query", "name": "x", "equals": number.to_string()}]});
    let rules: Vec<Value> = (0..20).map(rule).collect();
    let link = json!({"target": host("target".into()), "fallback": host("fallback".into()), "rules": rules, "alias": "docs"});
    done(&edge, Ask::create(&link));
    done(&edge, block("evil.example"));
    assert_eq!(cost(&edge, Ask::visit("docs")), (2 + 6, 302), "the link, the use of the list, and six names of one host");
    done(&edge, Ask::change("docs", &json!({"disabled": true})));
    assert_eq!(cost(&edge, Ask::visit("docs")), (2 + 6, 302), "the fallback alone");
}

#[test]
fn chain_of_moves_fits_the_budget() {
    for edge in edges() {
        done(&edge, Ask::create(&json!({"target": EVIL, "alias": "m0"})));
        for number in 0..16 {
            let patch = json!({"alias": format!("m{}", number + 1), "keep_old_alias": true});
            done(&edge, Ask::change(&format!("m{number}"), &patch));
        }
        done(&edge, block("evil.example"));
        edge.link_cache.empty();
        assert_warned(&ask(&edge, Ask::visit("m0")));
    }
}

#[test]
fn more_hosts_than_the_budget_are_refused() {
    let edge = store_faults::edge(1, CommitMode::Stepwise).without_cache().without_ledger();
    edge.set_operations(32);
    let rules = |count: usize| -> Vec<Value> {
        let rule = |number| json!({"target": format!("https://a.b.c{number}.example/"), "when": [{"type": "split", "percent": 5}]});
        (0..count).map(rule).collect()
    };
    done(&edge, Ask::create(&json!({"target": HERE, "rules": rules(20)})));
    done(&edge, block("evil.example"));
    assert_refused(&ask(&edge, Ask::create(&json!({"target": HERE, "rules": rules(20)}))).json(), &["/rules"], "too_many");
    done(&edge, Ask::create(&json!({"target": HERE, "rules": rules(3), "alias": "docs"})));
    assert_eq!(ask(&edge, Ask::visit("docs")).code(), 302);
}

#[test]
fn cached_verdict_outlasts_an_outage() {
    let edge = world(MemoryEdge::new(1));
    for alias in ["moved", "good"] {
        ask(&edge, Ask::visit(alias));
    }
    for seconds in [0, 40, 100, 3_600] {
        edge.wait_seconds(seconds);
        plan(&edge, Plan::From(0, None));
        assert_warned(&ask(&edge, Ask::visit("moved")));
        assert_eq!(status_and_location(&ask(&edge, Ask::visit("good"))), to(HERE), "after {seconds} s");
        clear_faults(&edge);
    }
}

#[test]
fn link_without_a_verdict_waits_for_the_store() {
    // On an edge like Workers the second read is that of the hosts, and so it is on one like Compute.
    for edge in edges() {
        let edge = world(edge);
        edge.link_cache.empty();
        plan(&edge, Plan::FromNth(StoreStep::GetMany, 2));
        let answer = ask(&edge, Ask::visit("moved"));
        assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"));
        clear_faults(&edge);
        assert_warned(&ask(&edge, Ask::visit("moved")));
    }
}

#[test]
fn cached_link_of_an_earlier_version_is_followed() {
    let edge = world(MemoryEdge::new(1));
    assert_eq!(ask(&edge, Ask::visit("good")).code(), 302);
    let good = Key::stored(docs().as_str().replace("docs", "good"));
    let entry = edge.link_cache.peek(&good).expect("it is cached");
    let old = entry.replace(r#","listed":[]"#, "");
    assert_ne!(old, entry);
    edge.link_cache.plant(&good, &old);
    plan(&edge, Plan::From(0, None));
    assert_eq!(status_and_location(&ask(&edge, Ask::visit("good"))), to(HERE), "no redirect fails for want of a verdict");
    clear_faults(&edge);
    edge.link_cache.plant(&good, &old);
    done(&edge, block("example.com"));
    assert_warned(&ask(&edge, Ask::visit("good")));
}

#[test]
fn saving_waits_for_the_store() {
    for edge in edges() {
        done(&edge, block("evil.example"));
        plan(&edge, Plan::Every(StoreStep::GetMany, Fault::Fail));
        assert_eq!(ask(&edge, Ask::create(&json!({"target": EVIL, "alias": "docs"}))).code(), 503);
        clear_faults(&edge);
        assert_eq!(ask(&edge, Ask::show("docs")).code(), 404, "nothing was saved");
    }
}

#[test]
fn lost_answer_of_an_entry_is_recovered() {
    for edge in edges() {
        for number in 0..2 {
            let trace = watch(&edge);
            done(&edge, block(&format!("probe{number}.example")));
            let answers: Vec<usize> =
                trace.steps().iter().enumerate().filter(|(_, step)| **step == StoreStep::Answer).map(|(at, _)| at).collect();
            for at in answers {
                let host = format!("evil{number}-{at}.example");
                plan(&edge, Plan::At(vec![(at, Fault::Fail)]));
                assert_eq!(ask(&edge, block(&host)).code(), 201, "the answer of step {at} was lost");
                clear_faults(&edge);
                assert_eq!(ask(&edge, block(&host)).problem(), "host_listed");
            }
        }
    }
}

/// The statuses of two requests at once, on isolates of their own.
fn together(edge: &MemoryEdge, seed: u64, asked: [Ask; 2]) -> Vec<u16> {
    store_faults::set_random_faults(edge, store_faults::DELAYS, seed);
    let isolates = [Isolate::new(edge), Isolate::new(edge)];
    let clients = isolates.iter().zip(asked);
    let clients = clients.map(|(isolate, asked)| -> Client<'_, _> { Box::pin(async { isolate.ask_beside_others(asked).await.code() }) });
    let codes = Turns::default().interleave(&mut Random::new(seed), clients.collect(), || {});
    clear_faults(edge);
    codes
}

#[test]
fn host_added_twice_at_once_is_listed_once() {
    for seed in 0..40 {
        let edge = MemoryEdge::new(seed);
        let mut codes = together(&edge, seed, [block("evil.example"), block("evil.example")]);
        codes.sort_unstable();
        assert_eq!(codes, [201, 409], "seed {seed}");
        assert_refused(&ask(&edge, Ask::create(&json!({"target": EVIL}))).json(), &["/target"], "blocked_host");
    }
}

#[test]
fn entry_and_save_at_once_have_an_order() {
    for seed in 0..60 {
        let edge = MemoryEdge::new(seed);
        let create = Ask::create(&json!({"target": EVIL, "alias": "docs"}));
        let codes = together(&edge, seed, [block("evil.example"), create]);
        assert_eq!(codes[0], 201);
        // Saved before the entry or refused: in both cases no visitor is redirected.
        assert!([201, 422].contains(&codes[1]), "seed {seed}: {codes:?}");
        let visited = ask(&edge, Ask::visit("docs")).code();
        assert_eq!(visited, if codes[1] == 201 { 403 } else { 404 }, "seed {seed}");
    }
}

#[test]
fn entry_crash_before_its_host_leaves_an_empty_list() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    plan(&edge, Plan::FromNth(StoreStep::Write, 2));
    assert_eq!(ask(&edge, block("evil.example")).code(), 503);
    clear_faults(&edge);
    assert!(edge.records.peek(&Key::stored("blocklist".into())).is_some(), "the list is in use");
    assert_eq!(done(&edge, Ask::list(LIST))["items"], json!([]));
    done(&edge, Ask::create(&json!({"target": EVIL, "alias": "docs"})));
    assert_eq!(ask(&edge, Ask::visit("docs")).code(), 302);
    done(&edge, block("evil.example"));
}

#[test]
fn entry_crash_before_first_record_changes_nothing() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    plan(&edge, Plan::FromFirst(StoreStep::Write));
    assert_eq!(ask(&edge, block("evil.example")).code(), 503);
    clear_faults(&edge);
    assert!(edge.records.keys().is_empty(), "{:?}", edge.records.keys());
}

#[test]
fn entry_crash_before_response_keeps_the_host() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    plan(&edge, Plan::FromNth(StoreStep::Answer, 2));
    assert_eq!(ask(&edge, block("evil.example")).code(), 503);
    clear_faults(&edge);
    assert_eq!(ask(&edge, block("evil.example")).problem(), "host_listed");
    assert_refused(&ask(&edge, Ask::create(&json!({"target": EVIL}))).json(), &["/target"], "blocked_host");
}

#[test]
fn damaged_entry_does_not_hide_others() {
    let edge = MemoryEdge::new(1);
    done(&edge, block("evil.example"));
    done(&edge, block("good.example"));
    edge.records.plant(&Key::stored("blocklist/good.example".into()), "{");
    assert_eq!(done(&edge, Ask::list(LIST))["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&edge, Ask::create(&json!({"target": "https://good.example/"}))).code(), 500);
    assert_refused(&ask(&edge, Ask::create(&json!({"target": EVIL}))).json(), &["/target"], "blocked_host");
    done(&edge, Ask::create(&json!({"target": THERE})));
}

/// Visits, edits, entries and late or lost cache fills in an order that is drawn from a seed.
#[test]
fn verdict_is_never_older_than_an_edit() {
    const BOUND_MILLIS: u64 = 65_000;
    let (mut warned, mut redirected) = (0, 0);
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let edge = MemoryEdge::new(seed);
        done(&edge, Ask::create(&json!({"target": EVIL, "alias": "docs"})));
        let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
        let (mut is_listed, mut since, mut late) = (false, 0, Vec::new());
        for turn in 0..60 {
            edge.wait_seconds(random.below(25) as u64);
            let isolate = &isolates[random.below(3)];
            let now = edge.now().as_millis();
            match random.below(10) {
                0 => {
                    let asked = if is_listed { unblock("evil.example") } else { block("evil.example") };
                    assert!(run(isolate.ask(asked)).code() < 300);
                    (is_listed, since) = (!is_listed, now);
                }
                1 => {
                    let (edited, work) = run(isolate.handle(Ask::change("docs", &json!({"title": turn.to_string()}))));
                    assert_eq!(edited.code(), 200);
                    late.push(work);
                }
                2 if !late.is_empty() => run(isolate.app.finish(&edge, late.swap_remove(random.below(late.len())))),
                3 => drop(late.pop()),
                _ => {
                    let (answer, work) = run(isolate.handle(Ask::visit("docs")));
                    match random.below(3) {
                        0 => late.push(work),
                        _ => run(isolate.app.finish(&edge, work)),
                    }
                    let is_old = now - since > BOUND_MILLIS;
                    assert!(!is_old || answer.code() == if is_listed { 403 } else { 302 }, "seed {seed}, turn {turn}: {}", answer.code());
                    warned += u32::from(answer.code() == 403);
                    redirected += u32::from(answer.code() == 302);
                }
            }
        }
    }
    assert!(warned > 1_000 && redirected > 1_000, "{warned} warnings and {redirected} redirects");
}
