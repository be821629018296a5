//! Abuse reports: who sends, lists and resolves them, the page `/report`, the block of a reported link, the rate limits,
//! and what happens when the store fails.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{count, lines, stored_links};
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, user};
use crate::support::locks::type_in;
use crate::support::reports::{PLANTED_REPORT, REPORTS, plant_report, report, resolve, send_form};
use crate::support::sample_link::{HERE, THERE};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use hop_core::store::Key;
use http::header::{ACCEPT, ORIGIN};
use http::{HeaderName, Method};
use serde_json::{Value, json};

const BOTH: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const DAY_SECONDS: u64 = 24 * 60 * 60;

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

#[track_caller]
fn done(edge: &MemoryEdge, asked: Ask) -> Value {
    let answer = ask(edge, asked);
    assert!(answer.code() < 300, "{} {}", answer.code(), answer.json());
    answer.json()
}

fn link(alias: &str, more: &Value) -> Ask {
    let mut link = json!({"target": HERE, "alias": alias});
    link.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Ask::create(&link)
}

/// An edge with the link `docs`.
fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    let edge = if steps == CommitMode::Stepwise { edge.without_cache().without_ledger() } else { edge };
    done(&edge, link("docs", &json!({})));
    edge
}

fn about(url: &str) -> Ask {
    report(&json!({"url": url, "reason": "phishing"}))
}

/// Reports a link and returns the id of the report.
#[track_caller]
fn reported(edge: &MemoryEdge, url: &str) -> String {
    done(edge, about(url))["id"].as_str().expect("an id").to_owned()
}

/// The items of a list of reports.
#[track_caller]
fn listed(edge: &MemoryEdge, query: &str) -> Vec<Value> {
    done(edge, Ask::list(&format!("{REPORTS}{query}")))["items"].as_array().expect("items").clone()
}

fn ids(reports: &[Value]) -> Vec<&str> {
    reports.iter().map(|report| report["id"].as_str().expect("an id")).collect()
}

/// The wrong fields of a 422 and their codes.
#[track_caller]
fn wrong(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.code(), 422, "{}", answer.json());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let json = answer.json();
    json["errors"].as_array().expect("errors").iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

fn pair(field: &str, code: &str) -> (String, String) {
    (field.to_owned(), code.to_owned())
}

fn html(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).expect("a page is UTF-8")
}

#[test]
fn report_is_listed_and_dismissed() {
    let edge = world(CommitMode::Transaction);
    let admin = user(&edge, 'a', "admin", "in");
    let (_, secret) = key(&edge, &admin, &["reports:admin"], &json!({}));
    let whole = json!({"url": "https://hop.example/docs+?x#y", "reason": "phishing", "detail": "It asks\nfor my password", "contact": "ann@example.com"});
    let receipt = ask(&edge, report(&whole).from("192.0.2.1", "DE"));
    assert_eq!(receipt.code(), 202);
    let id = receipt.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(receipt.json(), json!({ "id": id }));
    let open = json!({
        "id": id, "link": {"alias": "docs", "domain": "hop.example"}, "reason": "phishing", "detail": "It asks\nfor my password",
        "contact": "ann@example.com", "state": "open", "action": null, "created_at": "2026-11-21T08:00:00Z",
        "resolved_at": null, "resolved_by": null,
    });
    for query in ["", "?state=open"] {
        assert_eq!(done(&edge, Ask::list(&format!("{REPORTS}{query}")).showing(secret.as_str())), json!({"items": [open], "next": null}));
    }
    assert!(listed(&edge, "?state=resolved").is_empty());
    edge.wait_seconds(1);
    let resolved = done(&edge, resolve(&id, "dismissed").showing(secret.as_str()));
    let mut expected = open;
    (expected["contact"], expected["state"], expected["action"]) = (Value::Null, json!("resolved"), json!("dismissed"));
    (expected["resolved_at"], expected["resolved_by"]) = (json!("2026-11-21T08:00:01Z"), json!(admin));
    assert_eq!(resolved, expected);
    assert_eq!(listed(&edge, ""), [expected.clone()]);
    assert_eq!(listed(&edge, "?state=resolved"), [expected]);
    assert!(listed(&edge, "?state=open").is_empty());
    assert_eq!((count(&edge, "report-open/"), stored_links(&edge)["docs"].version), (0, 1), "the link is as it was");
}

#[test]
fn stored_report_has_no_address() {
    let edge = world(CommitMode::Transaction);
    done(&edge, about("hop.example/docs").from("203.0.113.9", "FR"));
    for key in edge.records.keys() {
        let value = String::from_utf8(edge.records.peek(&key).expect("a record").value).expect("JSON");
        assert!(!value.contains("203.0.113") && !key.as_str().contains("203.0.113"), "{key:?} {value}");
        assert!(!key.as_str().starts_with("report") || !value.contains("\"FR\""), "{value}");
    }
}

#[test]
fn blocking_takes_the_rights_for_blocking_links() {
    let edge = world(CommitMode::Transaction);
    let [admin, editor] = [('a', "admin"), ('e', "editor")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let secret = |owner: &str, scopes: &[&str], more: &Value| key(&edge, owner, scopes, more).1;
    let all = ["reports:admin", "links:write", "links:admin"];
    let by_editor = secret(&editor, &all, &json!({}));
    let for_domain = secret(&admin, &all, &json!({"domains": ["hop.example"]}));
    for denied in [by_editor, for_domain, secret(&admin, &["links:write", "links:admin"], &json!({}))] {
        for asked in [Ask::list(REPORTS), resolve(PLANTED_REPORT, "dismissed"), resolve(PLANTED_REPORT, "blocked")] {
            assert_eq!(ask(&edge, asked.showing(denied.as_str())).problem(), "forbidden");
        }
    }
    let id = reported(&edge, "hop.example/docs");
    for scopes in [&all[..1], &all[..2], &["reports:admin", "links:admin"]] {
        let refused = ask(&edge, resolve(&id, "blocked").showing(secret(&admin, scopes, &json!({}))));
        assert_eq!((refused.code(), refused.problem().as_str()), (403, "forbidden"), "{scopes:?}");
    }
    assert_eq!((listed(&edge, "?state=open").len(), stored_links(&edge)["docs"].version), (1, 1));
    assert_eq!(ask(&edge, resolve(&id, "blocked").showing(secret(&admin, &all, &json!({})))).code(), 200);
}

#[test]
fn reachable_links_can_be_reported() {
    let edge = world(CommitMode::Transaction);
    done(&edge, Ask::post("/api/v1/domains", &json!({"domain": "d.example"})));
    done(&edge, link("added", &json!({"domain": "d.example"})));
    done(&edge, link("ended", &json!({"ends_at": "2026-11-21T08:00:01Z"})));
    done(&edge, link("disabled", &json!({"disabled": true})));
    done(&edge, link("locked", &json!({"password": "a long password"})));
    done(&edge, link("few", &json!({"max_clicks": 1})));
    done(&edge, link("blocked", &json!({})));
    done(&edge, Ask::change("blocked", &json!({"blocked": {"reason": "x"}})));
    done(&edge, link("old", &json!({})));
    done(&edge, Ask::change("old", &json!({"alias": "moved", "keep_old_alias": true})));
    edge.wait_seconds(2);
    for (url, domain, alias) in [
        ("https://hop.example/docs", "hop.example", "docs"),
        ("HOP.example/docs/a/b?c#d", "hop.example", "docs"),
        ("http://d.example/added+", "d.example", "added"),
        ("hop.example/ended", "hop.example", "ended"),
        ("hop.example/disabled", "hop.example", "disabled"),
        ("hop.example/locked", "hop.example", "locked"),
        ("hop.example/few", "hop.example", "few"),
        ("hop.example/blocked", "hop.example", "blocked"),
        ("hop.example/old", "hop.example", "moved"),
    ] {
        let id = reported(&edge, url);
        let found = listed(&edge, "").into_iter().find(|report| report["id"] == *id).expect("the report is listed");
        assert_eq!(found["link"], json!({"alias": alias, "domain": domain}), "{url}");
    }
}

#[test]
fn links_that_visitors_do_not_find_are_refused() {
    let edge = world(CommitMode::Transaction);
    done(&edge, link("soon", &json!({"starts_at": "2027-01-01T00:00:00Z"})));
    done(&edge, link("gone", &json!({})));
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    done(&edge, link("erased", &json!({})));
    assert_eq!(ask(&edge, Ask::remove("/api/v1/links/erased?erase=true")).code(), 204);
    done(&edge, link("old", &json!({})));
    done(&edge, Ask::change("old", &json!({"alias": "moved"})));
    let mut details = std::collections::BTreeSet::new();
    for alias in ["nothing", "soon", "gone", "erased", "old", "report", "Docs"] {
        let refused = ask(&edge, about(&format!("hop.example/{alias}")));
        assert_eq!(wrong(&refused), [pair("/url", "invalid")], "{alias}");
        details.insert(refused.json()["errors"][0]["detail"].as_str().expect("a text").to_owned());
    }
    assert_eq!(details.len(), 1, "no answer tells more than another: {details:?}");
    for url in ["evil.example/docs", "https://d.example/docs", "hop.example.evil.example/docs", "hop.example@evil.example/docs"] {
        assert_eq!(wrong(&ask(&edge, about(url))), [pair("/url", "invalid")], "{url}");
    }
    assert_eq!((count(&edge, "report/"), count(&edge, "report-open/")), (0, 0));
}

#[test]
fn invalid_fields_are_all_named() {
    let edge = world(CommitMode::Transaction);
    for (body, errors) in [
        (json!({}), vec![("/url", "required"), ("/reason", "required")]),
        (json!({"url": null, "reason": null}), vec![("/url", "required"), ("/reason", "required")]),
        (json!({"url": 5, "reason": "Phishing", "x": 1}), vec![("/url", "wrong_type"), ("/reason", "invalid"), ("/x", "unknown")]),
        (json!({"url": "not a link", "reason": ""}), vec![("/url", "invalid"), ("/reason", "required")]),
        (json!({"url": "hop.example/docs", "reason": "spam", "detail": "x".repeat(2_001)}), vec![("/detail", "too_long")]),
        (
            json!({"url": "hop.example/docs", "reason": "spam", "detail": "", "contact": ""}),
            vec![("/detail", "required"), ("/contact", "required")],
        ),
        (json!({"url": "hop.example/docs", "reason": "spam", "detail": "a\u{202e}b"}), vec![("/detail", "invalid")]),
        (json!({"url": "hop.example/docs", "reason": "spam", "contact": "x".repeat(255)}), vec![("/contact", "too_long")]),
        (json!({"url": "hop.example/docs", "reason": "spam", "contact": "a\nb"}), vec![("/contact", "invalid")]),
        (json!({"url": format!("hop.example/docs?{}", "x".repeat(2_048)), "reason": "spam"}), vec![("/url", "too_long")]),
    ] {
        let expected: Vec<_> = errors.into_iter().map(|(field, code)| pair(field, code)).collect();
        assert_eq!(wrong(&ask(&edge, report(&body))), expected, "{body}");
    }
    assert_eq!(count(&edge, "rate/"), 0, "wrong fields take no unit");
    let longest = json!({"url": "hop.example/docs", "reason": "other", "detail": "🎉".repeat(2_000), "contact": "é".repeat(254)});
    let escaped = longest.to_string().replace('🎉', "\\ud83c\\udf89").replace('é', "\\u00e9");
    done(&edge, Ask { body: Body::Whole(escaped.into_bytes()), ..report(&longest) });
}

#[test]
fn large_report_is_refused_before_the_store_is_used() {
    let edge = world(CommitMode::Transaction);
    let huge = json!({"url": "hop.example/docs", "reason": "spam", "detail": "x".repeat(1_024 * 1_024)});
    let of_form = [("url", "hop.example/docs"), ("reason", "spam"), ("detail", &"x".repeat(1_024 * 1_024))];
    let trace = watch(&edge);
    assert_eq!(ask(&edge, report(&huge)).problem(), "too_large");
    assert_eq!(ask(&edge, Ask { body: Body::TooLarge, ..report(&huge) }).problem(), "too_large");
    assert_eq!(trace.steps(), []);
    assert_eq!(ask(&edge, send_form(&of_form)).problem(), "too_large");
    assert_eq!(trace.count(|step| step == StoreStep::Write), 0, "a link may have the address of the form");
}

#[test]
fn reports_are_limited_per_network_and_together() {
    let edge = world(CommitMode::Transaction);
    let settings = |limits: &'static str| {
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_RATE_LIMITS", limits)]
    };
    let hop = Isolate::set_up(&edge, &settings("report=2/1h report-all=3/1h"));
    let send = |url: &str, address: &str| run(hop.ask(about(url).from(address, "DE")));
    assert_eq!(send("hop.example/nothing", "192.0.2.1").code(), 422, "it takes a unit of the network alone");
    assert_eq!(send("hop.example/docs", "192.0.2.1").code(), 202);
    let refused = send("hop.example/docs", "192.0.2.1");
    assert_eq!((refused.code(), refused.header("ratelimit-policy")), (429, "\"report\";q=2;w=3600"));
    assert_eq!(["192.0.2.2", "192.0.2.3"].map(|address| send("hop.example/docs", address).code()), [202, 202]);
    let refused = send("hop.example/docs", "192.0.2.4");
    assert_eq!((refused.code(), refused.header("ratelimit-policy")), (429, "\"report-all\";q=3;w=3600"));
    let form = [("url", "hop.example/docs"), ("reason", "spam"), ("detail", "Look at this")];
    let page = run(hop.ask(send_form(&form).from("192.0.2.5", "DE").header(ACCEPT, BROWSER)));
    assert_eq!((page.code(), page.header("ratelimit-policy")), (429, "\"report-all\";q=3;w=3600"));
    assert!(html(&page).contains("Look at this</textarea>"), "what was typed is kept: {}", html(&page));
    assert_eq!(listed(&edge, "").len(), 3);
    edge.wait_seconds(3_600);
    assert_eq!(send("hop.example/docs", "192.0.2.1").code(), 202);
    for name in ["report", "report-all"] {
        let off = format!("{name}=off");
        let unset = Isolate::set_up(&edge, &[("HOP_DOMAINS", "https://hop.example"), ("HOP_RATE_LIMITS", off.as_str())]);
        assert_eq!(run(unset.ask(about("hop.example/docs"))).problem(), "not_configured", "{name} cannot be off");
    }
}

#[test]
fn report_is_refused_if_it_cannot_be_counted() {
    let edge = world(CommitMode::Transaction);
    let steps = watch(&edge);
    reported(&edge, "hop.example/docs");
    let writes = steps.steps().into_iter().enumerate().filter(|(_, step)| *step == StoreStep::Write);
    let takes: Vec<usize> = writes.map(|(at, _)| at).take(2).collect();
    for at in takes {
        let edge = world(CommitMode::Transaction);
        plan(&edge, Plan::At(vec![(at, Fault::Fail)]));
        assert_eq!(ask(&edge, about("hop.example/docs")).problem(), "store_unavailable", "step {at}");
        clear_faults(&edge);
        assert_eq!(count(&edge, "report"), 0, "step {at}");
    }
}

#[test]
fn lists_are_newest_first_and_paged() {
    let edge = world(CommitMode::Stepwise);
    let mut sent: Vec<String> = Vec::new();
    for _ in 0..7 {
        edge.wait_seconds(1);
        sent.insert(0, reported(&edge, "hop.example/docs"));
    }
    for id in [&sent[1], &sent[4]] {
        done(&edge, resolve(id, "dismissed"));
    }
    let (mut open, mut resolved) = (sent.clone(), Vec::new());
    resolved.extend([open.remove(4), open.remove(1)].into_iter().rev());
    for (query, expected) in [("limit=3", &sent), ("state=open&limit=3", &open), ("state=resolved&limit=3", &resolved)] {
        let (mut found, mut next) = (Vec::new(), Some(format!("{REPORTS}?{query}")));
        while let Some(path) = next {
            let page = done(&edge, Ask::list(&path));
            found.extend(page["items"].as_array().expect("items").clone());
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(ids(&found), *expected, "{query}");
    }
    let next = done(&edge, Ask::list(&format!("{REPORTS}?state=open&limit=2")))["next"].as_str().expect("a next page").to_owned();
    assert!(next.starts_with("/api/v1/reports?limit=2&state=open&cursor="), "{next}");
    assert_eq!(wrong(&ask(&edge, Ask::list(&next.replace("state=open", "state=resolved")))), [pair("/cursor", "invalid")]);
    for (query, field, code) in [("?state=closed", "/state", "invalid"), ("?limit=0", "/limit", "out_of_range"), ("?x=1", "/x", "unknown")]
    {
        assert_eq!(wrong(&ask(&edge, Ask::list(&format!("{REPORTS}{query}")))), [pair(field, code)]);
    }
}

#[test]
fn open_list_checks_its_index_entries() {
    let edge = world(CommitMode::Transaction);
    plant_report(&edge, "docs");
    let dismissed = reported(&edge, "hop.example/docs");
    done(&edge, resolve(&dismissed, "dismissed"));
    // Entries of a resolved report, of a report that does not exist, and of nothing.
    for id in [&*dismissed, "rep_fe5e02e173fe1t82DPuzCCj9UCmfy", "x"] {
        edge.records.plant(&Key::stored(format!("report-open/{id}")), "null");
    }
    assert_eq!(ids(&listed(&edge, "?state=open")), [PLANTED_REPORT]);
    edge.records.plant(&Key::stored(format!("report/{dismissed}")), "{");
    assert_eq!(ids(&listed(&edge, "")), [PLANTED_REPORT], "a damaged report hides no other");
    assert_eq!(ask(&edge, resolve(&dismissed, "dismissed")).code(), 500);
}

#[test]
fn invalid_resolutions_are_refused() {
    let edge = world(CommitMode::Transaction);
    plant_report(&edge, "docs");
    let patch = |body: &Value| Ask::patch(&format!("{REPORTS}/{PLANTED_REPORT}"), body);
    for (body, errors) in [
        (json!({}), vec![("/state", "required"), ("/action", "required")]),
        (json!({"state": "open", "action": "deleted"}), vec![("/state", "invalid"), ("/action", "invalid")]),
        (json!({"state": "resolved"}), vec![("/action", "required")]),
        (json!({"action": "dismissed"}), vec![("/state", "required")]),
        (json!({"state": "resolved", "action": "dismissed", "reason": "x"}), vec![("/reason", "unknown")]),
        (json!({"state": true, "action": null}), vec![("/state", "wrong_type"), ("/action", "required")]),
    ] {
        let expected: Vec<_> = errors.into_iter().map(|(field, code)| pair(field, code)).collect();
        assert_eq!(wrong(&ask(&edge, patch(&body))), expected, "{body}");
    }
    let with_query = Ask::patch(&format!("{REPORTS}/{PLANTED_REPORT}?x=1"), &json!({"state": "resolved", "action": "dismissed"}));
    assert_eq!(wrong(&ask(&edge, with_query)), [pair("/x", "unknown")]);
    for id in ["x", "rep_", "rep_fe5e02e173fe1t82DPuzCCj9UCmfy", "lnk_1"] {
        assert_eq!(ask(&edge, resolve(id, "dismissed")).problem(), "not_found", "{id}");
    }
    assert_eq!(listed(&edge, "?state=open").len(), 1);
}

#[test]
fn blocking_ends_the_link_and_names_the_report() {
    for steps in BOTH {
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        let before = lines(&edge).len();
        assert_eq!(done(&edge, resolve(&id, "blocked"))["action"], "blocked");
        assert_eq!(ask(&edge, Ask::visit("docs")).problem(), "link_ended");
        assert_eq!(done(&edge, Ask::show("docs"))["blocked"]["reason"], format!("Report {id} (phishing)"));
        let events = done(&edge, Ask::list("/api/v1/audit"))["items"].as_array().expect("events").clone();
        let event = |action: &str| events.iter().find(|event| event["action"] == action).expect("an event").clone();
        let resolved = event("report.resolve");
        let about = ["subject", "domain", "alias", "detail"].map(|name| resolved[name].clone());
        assert_eq!(about, [json!(id), json!("hop.example"), json!("docs"), json!("blocked")]);
        assert_eq!(event("link.block")["alias"], "docs");
        assert_eq!(lines(&edge).len(), before + 2, "{steps:?}");
        let after = stored_links(&edge);
        assert_eq!(ask(&edge, resolve(&id, "blocked")).code(), 200, "a repetition changes nothing");
        assert_eq!(ask(&edge, resolve(&id, "dismissed")).problem(), "report_resolved");
        assert_eq!((stored_links(&edge), lines(&edge).len()), (after, before + 2));
        done(&edge, Ask::change("docs", &json!({"blocked": null})));
        assert_eq!(ask(&edge, resolve(&id, "blocked")).code(), 200);
        assert_eq!(done(&edge, Ask::show("docs"))["blocked"], Value::Null, "a lifted block stays lifted");
    }
}

#[test]
fn block_follows_a_moved_link_and_keeps_reasons() {
    let edge = world(CommitMode::Transaction);
    let id = reported(&edge, "hop.example/docs");
    done(&edge, Ask::change("docs", &json!({"alias": "moved"})));
    done(&edge, Ask::change("moved", &json!({"alias": "again", "domain": "b.example"})));
    done(&edge, link("docs", &json!({"reuse": true})));
    // The alias belongs to another link by now, so the way to the reported one is lost.
    assert_eq!(ask(&edge, resolve(&id, "blocked")).problem(), "link_ended");
    assert_eq!(done(&edge, Ask::show("docs"))["blocked"], Value::Null, "the other link is not blocked");
    let edge = world(CommitMode::Transaction);
    let [first, second] = [(); 2].map(|()| reported(&edge, "hop.example/docs"));
    done(&edge, Ask::change("docs", &json!({"alias": "moved"})));
    done(&edge, Ask::change("moved", &json!({"alias": "again", "domain": "b.example"})));
    done(&edge, resolve(&first, "blocked"));
    let there = || Ask::list("/api/v1/links/again?domain=b.example");
    let block = done(&edge, there())["blocked"].clone();
    assert!(block["reason"].as_str().expect("a reason").contains(&first), "{block}");
    edge.wait_seconds(1);
    let version = done(&edge, there())["version"].clone();
    done(&edge, resolve(&second, "blocked"));
    let after = done(&edge, there());
    assert_eq!((&after["blocked"], &after["version"]), (&block, &version), "the first block stays as it is");
    assert!(listed(&edge, "?state=open").is_empty());
}

#[test]
fn deleted_link_is_blocked_too() {
    for steps in BOTH {
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        assert_eq!(ask(&edge, Ask::remove("/api/v1/links/docs")).code(), 204);
        done(&edge, resolve(&id, "blocked"));
        let link = done(&edge, Ask::show("docs"));
        assert_eq!((&link["state"], link["blocked"]["reason"].is_string()), (&json!("deleted"), true), "its owner cannot restore it");
    }
}

#[test]
fn report_of_an_erased_link_can_only_be_dismissed() {
    for steps in BOTH {
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        assert_eq!(ask(&edge, Ask::remove("/api/v1/links/docs?erase=true")).code(), 204);
        let refused = ask(&edge, resolve(&id, "blocked"));
        assert_eq!((refused.code(), refused.problem().as_str()), (410, "link_ended"));
        assert!(refused.json()["detail"].as_str().expect("a text").contains("dismiss the report"), "{}", refused.json());
        assert_eq!(listed(&edge, "?state=open").len(), 1, "the report is still open");
        done(&edge, resolve(&id, "dismissed"));
    }
}

/// The number of the store step at which a request that blocks a link writes the report.
fn write_of_report(steps: CommitMode) -> usize {
    let edge = world(steps);
    let id = reported(&edge, "hop.example/docs");
    let trace = watch(&edge);
    done(&edge, resolve(&id, "blocked"));
    let writes: Vec<usize> = trace.steps().iter().enumerate().filter(|(_, step)| **step == StoreStep::Write).map(|(at, _)| at).collect();
    assert_eq!(writes.len(), 2, "{:?}", trace.steps());
    writes[1]
}

#[test]
fn block_crash_before_resolution_leaves_report_open() {
    for steps in BOTH {
        let write = write_of_report(steps);
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        plan(&edge, Plan::From(write, None));
        assert_eq!(ask(&edge, resolve(&id, "blocked")).code(), 503);
        clear_faults(&edge);
        assert_eq!(ids(&listed(&edge, "?state=open")), [&*id], "{steps:?}");
        let blocked = done(&edge, Ask::show("docs"));
        assert_eq!(blocked["state"], "blocked", "the link is blocked first");
        done(&edge, resolve(&id, "blocked"));
        let after = done(&edge, Ask::show("docs"));
        assert_eq!((&after["blocked"], &after["version"]), (&blocked["blocked"], &blocked["version"]));
        assert!(listed(&edge, "?state=open").is_empty());
    }
}

#[test]
fn resolution_crash_at_any_step_recovers() {
    for (steps, action) in BOTH.into_iter().flat_map(|steps| ["blocked", "dismissed"].map(|action| (steps, action))) {
        for number in 0.. {
            let edge = world(steps);
            let id = reported(&edge, "hop.example/docs");
            let trace = plan(&edge, Plan::From(number, None));
            let (first, _lost) = run(Isolate::new(&edge).handle(resolve(&id, action)));
            clear_faults(&edge);
            let is_open = !listed(&edge, "?state=open").is_empty();
            let is_blocked = done(&edge, Ask::show("docs"))["state"] == "blocked";
            let about = format!("{steps:?} {action} at step {number}: {}", first.code());
            assert!(is_open || is_blocked == (action == "blocked"), "{about}");
            assert!(first.code() != 200 || !is_open, "{about}");
            assert_eq!(done(&edge, resolve(&id, action))["action"], action, "{about}");
            assert_eq!(done(&edge, Ask::show("docs"))["state"] == "blocked", action == "blocked", "{about}");
            assert!(listed(&edge, "?state=open").is_empty(), "{about}");
            if number >= trace.steps().len() {
                break;
            }
        }
    }
}

#[test]
fn report_crash_before_its_record_leaves_a_stray_entry() {
    let edge = world(CommitMode::Stepwise);
    // The units of both limits are writes too.
    plan(&edge, Plan::FromNth(StoreStep::Write, 3));
    assert_eq!(ask(&edge, about("hop.example/docs")).code(), 503);
    clear_faults(&edge);
    assert_eq!((count(&edge, "report/"), count(&edge, "report-open/")), (0, 1));
    assert!(listed(&edge, "?state=open").is_empty());
}

#[test]
fn report_crash_before_response_keeps_the_report() {
    let edge = world(CommitMode::Stepwise);
    plan(&edge, Plan::FromNth(StoreStep::Answer, 3));
    assert_eq!(ask(&edge, about("hop.example/docs")).code(), 503);
    clear_faults(&edge);
    assert_eq!(listed(&edge, "?state=open").len(), 1);
}

#[test]
fn two_resolutions_at_once_have_one_winner() {
    let mut winners = std::collections::BTreeSet::new();
    for (steps, seed) in BOTH.into_iter().flat_map(|steps| (0..300).map(move |seed| (steps, seed))) {
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        store_faults::set_random_faults(&edge, store_faults::DELAYS, seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let asked = [resolve(&id, "blocked"), resolve(&id, "dismissed")];
        let clients = isolates.iter().zip(asked);
        let clients =
            clients.map(|(isolate, asked)| -> Client<'_, _> { Box::pin(async { isolate.ask_beside_others(asked).await.code() }) });
        let codes = Turns::default().interleave(&mut Random::new(seed), clients.collect(), || {});
        clear_faults(&edge);
        let found = &listed(&edge, "")[0];
        let expected = if found["action"] == "blocked" { [200, 409] } else { [409, 200] };
        assert_eq!(codes, expected, "{steps:?}, seed {seed}");
        assert!(found["action"] != "blocked" || done(&edge, Ask::show("docs"))["state"] == "blocked", "{steps:?}, seed {seed}");
        winners.insert(found["action"].to_string());
    }
    assert_eq!(winners.len(), 2, "both orders were tried: {winners:?}");
}

#[test]
fn block_and_move_at_once_never_miss() {
    for (steps, seed) in BOTH.into_iter().flat_map(|steps| (0..60).map(move |seed| (steps, seed))) {
        let edge = world(steps);
        let id = reported(&edge, "hop.example/docs");
        store_faults::set_random_faults(&edge, store_faults::DELAYS, seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let asked = [resolve(&id, "blocked"), Ask::change("docs", &json!({"alias": "moved"}))];
        let clients = isolates.iter().zip(asked);
        let clients =
            clients.map(|(isolate, asked)| -> Client<'_, _> { Box::pin(async { isolate.ask_beside_others(asked).await.code() }) });
        let codes = Turns::default().interleave(&mut Random::new(seed), clients.collect(), || {});
        clear_faults(&edge);
        assert!([200, 503].contains(&codes[0]), "{steps:?}, seed {seed}: {codes:?}");
        assert_eq!(listed(&edge, "?state=open").is_empty(), codes[0] == 200, "{steps:?}, seed {seed}");
        done(&edge, resolve(&id, "blocked"));
        let states: Vec<Value> = ["docs", "moved"].map(|alias| ask(&edge, Ask::show(alias)).json()["state"].clone()).into();
        assert!(states.contains(&json!("blocked")) && !states.contains(&json!("live")), "{steps:?}, seed {seed}: {states:?}");
    }
}

#[test]
fn resolved_report_expires_after_ninety_days() {
    let edge = world(CommitMode::Transaction);
    let [kept, dismissed] = [(); 2].map(|()| reported(&edge, "hop.example/docs"));
    done(&edge, resolve(&dismissed, "dismissed"));
    edge.wait_seconds(90 * DAY_SECONDS - 1);
    assert_eq!(listed(&edge, "").len(), 2);
    edge.wait_seconds(1);
    assert_eq!(ids(&listed(&edge, "")), [&*kept], "an open report is kept");
    assert_eq!(ask(&edge, resolve(&dismissed, "dismissed")).problem(), "not_found");
    assert_eq!(ask(&edge, resolve(&kept, "dismissed")).code(), 200);
}

#[test]
fn form_reports_a_link() {
    let edge = world(CommitMode::Transaction);
    let page = ask(&edge, Ask::visit("report?url=https%3A%2F%2Fhop.example%2Fdocs&url=x&y=z").header(ACCEPT, BROWSER));
    assert_eq!((page.code(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(html(&page).contains("maxlength=\"2048\" value=\"https://hop.example/docs\">"), "{}", html(&page));
    let form = [("url", " hop.example/docs "), ("reason", "illegal"), ("detail", "One\r\ntwo"), ("contact", " "), ("x", "ignored")];
    let thanks = ask(&edge, send_form(&form).header(ACCEPT, BROWSER).header(ORIGIN, "https://hop.example"));
    assert_eq!(thanks.code(), 200);
    let found = &listed(&edge, "?state=open")[0];
    let told = ["reason", "detail", "contact"].map(|name| found[name].clone());
    assert_eq!(told, [json!("illegal"), json!("One\ntwo"), Value::Null]);
    assert!(html(&thanks).contains("Thank you") && html(&thanks).contains(found["id"].as_str().expect("an id")), "{}", html(&thanks));
    let head = ask(&edge, Ask { method: Method::HEAD, ..Ask::visit("report") });
    assert_eq!((head.code(), head.body.len()), (200, 0));
}

#[test]
fn form_keeps_typed_text_beside_its_errors() {
    let edge = world(CommitMode::Transaction);
    let form = [("url", "hop.example/nothing"), ("reason", "spam"), ("detail", "A <b>story</b>"), ("contact", "ann@example.com")];
    let page = ask(&edge, send_form(&form).header(ACCEPT, BROWSER));
    assert_eq!(page.code(), 422);
    for part in [
        "there is no such link: check the address",
        "value=\"hop.example/nothing\"",
        "value=\"spam\" selected",
        "A &lt;b&gt;story&lt;/b&gt;</textarea>",
        "value=\"ann@example.com\"",
    ] {
        assert!(html(&page).contains(part), "{part}: {}", html(&page));
    }
    assert_eq!(wrong(&ask(&edge, send_form(&form))), [pair("/url", "invalid")], "a program gets a problem");
    let twice = [("url", "hop.example/docs"), ("url", "hop.example/docs"), ("reason", "")];
    assert_eq!(wrong(&ask(&edge, send_form(&twice))), [pair("/url", "duplicate"), pair("/reason", "required")]);
    for body in [Body::Broken, Body::Whole(b"%ff=\xff&&=".to_vec())] {
        let broken = ask(&edge, Ask { body, ..send_form(&[]) });
        assert_eq!(wrong(&broken), [pair("/url", "required"), pair("/reason", "required")]);
    }
}

#[test]
fn form_of_another_site_is_refused() {
    let edge = world(CommitMode::Transaction);
    let form = || send_form(&[("url", "hop.example/docs"), ("reason", "spam")]);
    let site = HeaderName::from_static("sec-fetch-site");
    for refused in [
        form().header(ORIGIN, "https://evil.example"),
        form().header(ORIGIN, "null"),
        form().header(site.clone(), "cross-site"),
        form().header(site.clone(), "same-site"),
    ] {
        let page = ask(&edge, refused.again().header(ACCEPT, BROWSER));
        assert!(page.code() == 403 && html(&page).contains("another site"), "{}", html(&page));
        assert_eq!(ask(&edge, refused).problem(), "forbidden");
    }
    assert_eq!(count(&edge, "report"), 0);
    assert_eq!(ask(&edge, form().header(site, "same-origin")).code(), 200);
}

#[test]
fn failed_store_keeps_typed_text_and_logs_none() {
    let edge = world(CommitMode::Transaction);
    let form = || {
        send_form(&[("url", "hop.example/docs"), ("reason", "spam"), ("detail", "a private story"), ("contact", "ann@example.com")])
            .header(ACCEPT, BROWSER)
    };
    edge.take_log();
    let trace = watch(&edge);
    assert_eq!(ask(&edge, form()).code(), 200);
    for number in 0..trace.steps().len() {
        plan(&edge, Plan::From(number, None));
        let page = ask(&edge, form());
        clear_faults(&edge);
        assert!([200, 503].contains(&page.code()), "{}", page.code());
        // Whether a link has the address of the form must be known before it is read.
        let is_form = number > 0 && page.code() == 503;
        assert!(!is_form || html(&page).contains("a private story</textarea>"), "step {number}: {}", html(&page));
        assert!(page.code() == 200 || !page.header("retry-after").is_empty());
    }
    let log = edge.take_log().join("\n");
    assert!(log.contains("\"cause\"") && !log.contains("private") && !log.contains("ann@"), "{log}");
    plan(&edge, Plan::From(0, None));
    assert_eq!(ask(&edge, Ask::visit("report")).problem(), "store_unavailable");
}

/// Gives the link `docs` the alias `report`, which new links cannot have.
fn with_older_link(more: &Value) -> MemoryEdge {
    let (edge, old) = (MemoryEdge::new(2), MemoryEdge::new(1));
    done(&old, link("docs", more));
    for key in old.records.keys() {
        let value = String::from_utf8(old.records.peek(&key).expect("a record").value).expect("JSON");
        edge.records.plant(&Key::stored(key.as_str().replace("docs", "report")), &value.replace("docs", "report"));
    }
    edge
}

#[test]
fn older_link_keeps_the_address_of_the_form() {
    let edge = with_older_link(&json!({"confirm": true}));
    assert_eq!(ask(&edge, Ask::visit("report")).json()["needs"], "confirmation");
    let pressed = ask(&edge, send_form(&[("url", "hop.example/docs"), ("reason", "spam")]));
    assert_eq!((pressed.code(), pressed.header("location")), (303, HERE));
    assert_eq!(count(&edge, "report"), 0);
    assert_eq!(ask(&edge, Ask::visit("report").at("b.example")).header("content-type"), "text/html; charset=utf-8", "another domain");
    let id = reported(&edge, "hop.example/report");
    assert_eq!(listed(&edge, "")[0]["link"]["alias"], "report");
    done(&edge, resolve(&id, "dismissed"));
    assert_eq!(ask(&edge, Ask::delete("report")).code(), 204);
    assert!(html(&ask(&edge, Ask::visit("report"))).contains("Report a link"), "the deleted link frees the address");
    let edge = with_older_link(&json!({"password": "a long password"}));
    assert_eq!(ask(&edge, type_in("report", "a long password")).code(), 303);
}

#[test]
fn pages_of_a_link_offer_to_report_it() {
    let edge = world(CommitMode::Transaction);
    done(&edge, link("asks", &json!({"confirm": true})));
    done(&edge, link("é", &json!({"target": THERE})));
    let anchor = |alias: &str| format!("href=\"/report?url=https%3A%2F%2Fhop.example%2F{alias}\">Report this link</a>");
    for (path, alias) in [("docs+", "docs"), ("asks", "asks"), ("%C3%A9+", "%25C3%25A9")] {
        let page = html(&ask(&edge, Ask::visit(path).header(ACCEPT, BROWSER)));
        assert!(page.contains(&anchor(alias)), "{path}: {page}");
    }
    done(&edge, Ask::post("/api/v1/blocklist", &json!({"host": "example.com"})));
    edge.wait_seconds(120);
    for path in ["docs", "docs+"] {
        let page = ask(&edge, Ask::visit(path).header(ACCEPT, BROWSER));
        assert!(page.code() == 403 && html(&page).contains(&anchor("docs")), "{path}: {}", html(&page));
    }
    let page = html(&ask(&edge, Ask::visit("report?url=https%3A%2F%2Fhop.example%2F%25C3%25A9")));
    assert!(page.contains("value=\"https://hop.example/%C3%A9\""), "{page}");
}

#[test]
fn report_needs_no_more_operations_than_compute_has() {
    let edge = world(CommitMode::Stepwise);
    done(&edge, Ask::change("docs", &json!({"tags": ["a", "b", "c", "d"]})));
    let hop = Isolate::limited(&edge);
    edge.set_operations(32);
    let owner = user(&edge, 'a', "owner", "in");
    let (_, secret) = key(&edge, &owner, &["reports:admin", "links:write", "links:admin"], &json!({}));
    let receipt = run(hop.ask(about("hop.example/docs")));
    let id = receipt.json()["id"].as_str().expect("an id").to_owned();
    let first = run(hop.ask(Ask::list(&format!("{REPORTS}?state=open")).showing(secret.as_str())));
    assert_eq!((receipt.code(), first.json()["items"].as_array().map(Vec::len)), (202, Some(1)));
    assert_eq!(run(hop.ask(resolve(&id, "blocked").showing(secret.as_str()))).code(), 200);
}
