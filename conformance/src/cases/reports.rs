//! Reports of links: by the API and by the page `/report`, their list, and their resolution.

use serde_json::{Value, json};

use super::{TARGET, address, cases, eventually, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::contract::{assert_shape, example};
use crate::deployment::Deployment;
use crate::world::World;

const REPORTS: &str = "/api/v1/reports";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

cases!("reports":
    report_is_listed_and_dismissed,
    reported_link_is_blocked_in_one_step,
    deleted_link_is_blocked_and_erased_one_is_not,
    long_list_is_paged,
    wrong_fields_are_named,
    other_media_types_and_large_bodies_are_refused,
    reports_need_a_right,
    form_reports_a_link,
    form_shows_errors_and_keeps_typed_text,
    form_of_another_site_is_refused,
    log_has_nothing_of_a_report,
);

/// Reports a link without a key, once it can be seen.
#[track_caller]
fn reported(hop: &Deployment, body: &Value) -> String {
    let call = Call::new("POST", REPORTS).json(body);
    let receipt = eventually("the link is seen", || Some(hop.send(&call)).filter(|response| response.status != 422)).expect(202).json();
    assert_shape(&receipt, "report-receipt");
    receipt["id"].as_str().unwrap().to_owned()
}

fn about(alias: &str) -> Value {
    json!({"url": format!("https://hop.example/{alias}"), "reason": "phishing"})
}

fn resolve(hop: &Deployment, id: &str, action: &str) -> Response {
    let call = Call::new("PATCH", format!("{REPORTS}/{id}")).admin().json(&json!({"state": "resolved", "action": action}));
    eventually("the report is seen", || Some(hop.send(&call)).filter(|response| response.status != 404))
}

/// Every report of a list.
#[track_caller]
fn listed(hop: &Deployment, query: &str) -> Vec<Value> {
    let (mut reports, mut next) = (Vec::new(), Some(format!("{REPORTS}{query}")));
    while let Some(path) = next {
        let page = hop.send(&Call::get(path).admin()).expect(200).json();
        assert_shape(&page, "reports");
        reports.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    reports
}

/// Waits until a list has the report, or does not have it.
#[track_caller]
fn wait_for(hop: &Deployment, query: &str, id: &str, is_listed: bool) -> Option<Value> {
    eventually(&format!("{id} is listed with {query}: {is_listed}"), || {
        let found = listed(hop, query).into_iter().find(|report| report["id"] == *id);
        (found.is_some() == is_listed).then_some(found)
    })
}

/// Waits until visitors get 410.
#[track_caller]
fn wait_until_ended(hop: &Deployment, alias: &str) {
    eventually("visitors are not redirected", || (hop.send(&Call::get(format!("/{alias}"))).status == 410).then_some(()));
}

fn report_is_listed_and_dismissed(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("reported"));
    link(hop, &alias, TARGET);
    let mut body = example("new-report");
    body["url"] = json!(format!("hop.example/{alias}+?x#y"));
    let id = reported(hop, &body);
    let open = wait_for(hop, "?state=open", &id, true).unwrap();
    let mut expected = example("report");
    (expected["id"], expected["link"]["alias"], expected["created_at"]) = (json!(id), json!(alias), open["created_at"].clone());
    assert_eq!(open, expected);
    let dismissed = resolve(hop, &id, "dismissed").expect(200).json();
    (expected["state"], expected["action"], expected["contact"]) = (json!("resolved"), json!("dismissed"), Value::Null);
    expected["resolved_at"] = dismissed["resolved_at"].clone();
    assert_eq!(dismissed, expected);
    assert!(dismissed["resolved_at"].is_string());
    wait_for(hop, "?state=open", &id, false);
    assert_eq!(wait_for(hop, "?state=resolved", &id, true).unwrap(), expected);
    assert_eq!(wait_for(hop, "", &id, true).unwrap(), expected);
    resolve(hop, &id, "blocked").problem(409, "report_resolved");
    resolve(hop, &id, "dismissed").expect(200);
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
}

fn reported_link_is_blocked_in_one_step(world: &World) {
    let (hop, alias, moved) = (world.hop(), world.alias("harmful"), world.alias("moved"));
    link(hop, &alias, TARGET);
    let id = reported(hop, &about(&alias));
    let patch = Call::new("PATCH", address(&alias)).admin().json(&json!({"alias": moved, "keep_old_alias": true}));
    hop.send(&patch).expect(200);
    readable(hop, &moved, |link| link.is_some());
    eventually("the move is seen", || (hop.send(&Call::get(address(&alias)).admin()).status == 404).then_some(()));
    let blocked = resolve(hop, &id, "blocked").expect(200).json();
    assert_eq!((&blocked["state"], &blocked["action"], &blocked["link"]["alias"]), (&json!("resolved"), &json!("blocked"), &json!(alias)));
    let block = readable(hop, &moved, |link| link.is_some_and(|link| link["state"] == "blocked")).unwrap()["blocked"].clone();
    assert_eq!(block["reason"], format!("Report {id} (phishing)"));
    wait_until_ended(hop, &moved);
    let event = eventually("the resolution is in the audit log", || {
        let page = hop.send(&Call::get(format!("/api/v1/audit?subject={id}")).admin()).expect(200).json();
        page["items"].as_array().unwrap().first().cloned()
    });
    assert_eq!((&event["action"], &event["detail"]), (&json!("report.resolve"), &json!("blocked")));
    let second = reported(hop, &about(&alias));
    resolve(hop, &second, "blocked").expect(200);
    assert_eq!(readable(hop, &moved, |link| link.is_some()).unwrap()["blocked"], block, "the first block stays");
}

fn deleted_link_is_blocked_and_erased_one_is_not(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("lost"));
    link(hop, &alias, TARGET);
    let [first, second] = [(); 2].map(|()| reported(hop, &about(&alias)));
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    resolve(hop, &first, "blocked").expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["blocked"]["reason"].is_string()));
    hop.send(&Call::new("DELETE", format!("{}?erase=true", address(&alias))).admin()).expect(204);
    readable(hop, &alias, |link| link.is_none());
    let refused = resolve(hop, &second, "blocked").problem(410, "link_ended");
    assert!(refused["detail"].as_str().unwrap().contains("dismiss the report"), "{refused}");
    resolve(hop, &second, "dismissed").expect(200);
    let unknown = hop.send(&Call::new("POST", REPORTS).json(&about(&alias))).problem(422, "invalid_fields");
    assert_eq!(field_errors(&unknown), [("/url".into(), "invalid".into())]);
}

fn long_list_is_paged(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("often"));
    link(hop, &alias, TARGET);
    let ids: Vec<String> = (0..4).map(|_| reported(hop, &about(&alias))).collect();
    for id in &ids {
        wait_for(hop, "?state=open&limit=2", id, true);
    }
    let newest_first: Vec<Value> = listed(hop, "?limit=2").into_iter().filter(|report| report["link"]["alias"] == *alias).collect();
    assert!(newest_first.is_sorted_by(|one, next| super::sortable_time(&one["created_at"]) >= super::sortable_time(&next["created_at"])));
    let next =
        hop.send(&Call::get(format!("{REPORTS}?state=open&limit=1")).admin()).expect(200).json()["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("/api/v1/reports?limit=1&state=open&cursor="), "{next}");
    let other_list = hop.send(&Call::get(next.replace("&state=open", "")).admin()).problem(422, "invalid_fields");
    assert_eq!(field_errors(&other_list), [("/cursor".into(), "invalid".into())]);
}

fn wrong_fields_are_named(world: &World) {
    let hop = world.hop();
    let post = |body: &Value| Call::new("POST", REPORTS).json(body);
    let patch = |body: &Value| Call::new("PATCH", format!("{REPORTS}/x")).admin().json(body);
    for (call, errors) in [
        (post(&json!({})), &[("/url", "required"), ("/reason", "required")][..]),
        (post(&json!({"url": "https://hop.example/no-such-link", "reason": "spam"})), &[("/url", "invalid")]),
        (post(&json!({"url": "https://evil.example/docs", "reason": "spam"})), &[("/url", "invalid")]),
        (post(&json!({"url": "docs", "reason": "bad", "x": 1})), &[("/url", "invalid"), ("/reason", "invalid"), ("/x", "unknown")]),
        (post(&json!({"url": "hop.example/x", "reason": "spam", "detail": "x".repeat(2_001)})), &[("/detail", "too_long")]),
        (post(&json!({"url": "hop.example/x", "reason": "spam", "contact": "a\u{0}b"})), &[("/contact", "invalid")]),
        (patch(&json!({"state": "open"})), &[("/state", "invalid"), ("/action", "required")]),
        (Call::get("/api/v1/reports?state=closed").admin(), &[("/state", "invalid")]),
    ] {
        let expected: Vec<(String, String)> = errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
        assert_eq!(field_errors(&hop.send(&call).problem(422, "invalid_fields")), expected);
    }
    let unknown = Call::new("PATCH", format!("{REPORTS}/x")).admin().json(&example("report-patch"));
    hop.send(&unknown).problem(404, "not_found");
}

fn other_media_types_and_large_bodies_are_refused(world: &World) {
    let hop = world.hop();
    let text = |bytes: usize| "x".repeat(bytes);
    let json = |bytes| Call::new("POST", REPORTS).json(&json!({"url": "https://hop.example/x", "reason": "spam", "detail": text(bytes)}));
    let form = |bytes| {
        let body = format!("url=hop.example%2Fx&reason=spam&detail={}", text(bytes));
        Call::new("POST", "/report").header("Content-Type", "application/x-www-form-urlencoded").body(body)
    };
    for call in [json(32 * 1_024), json(128 * 1_024), form(32 * 1_024), form(128 * 1_024)] {
        hop.send(&call).problem(413, "too_large");
    }
    // wrangler's proxy sometimes loses the connection when hop stops reading a much larger body.
    for call in [json(1_024 * 1_024), form(1_024 * 1_024)] {
        assert!(call.send_unless_refused(hop.address).is_none_or(|response| response.status == 413));
    }
    for bare in [Call::new("POST", REPORTS), Call::new("PATCH", format!("{REPORTS}/x")).admin()] {
        hop.send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
        let json = bare.header("Content-Type", "application/json");
        hop.send(&json.clone().body("{")).problem(400, "malformed_json");
        hop.send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
    }
}

fn reports_need_a_right(world: &World) {
    let (hop, alias, admin) = (world.hop(), world.alias("rights"), world.user("admin"));
    link(hop, &alias, TARGET);
    let id = reported(hop, &about(&alias));
    wait_for(hop, "?state=open", &id, true);
    let resolve = |action: &str| Call::new("PATCH", format!("{REPORTS}/{id}")).json(&json!({"state": "resolved", "action": action}));
    for call in [Call::get(REPORTS), resolve("dismissed")] {
        hop.send(&call).problem(401, "unauthenticated");
    }
    let links = world.key(&admin, &["links:write", "links:admin"], &json!({}));
    for call in [Call::get(REPORTS), resolve("dismissed")] {
        hop.send(&call.with_key(links["secret"].as_str().unwrap())).problem(403, "forbidden");
    }
    let reports = world.key(&admin, &["reports:admin"], &json!({}));
    let secret = reports["secret"].as_str().unwrap();
    hop.send(&resolve("blocked").with_key(secret)).problem(403, "forbidden");
    hop.send(&Call::get(REPORTS).with_key(secret)).expect(200);
    assert_eq!(hop.send(&resolve("dismissed").with_key(secret)).expect(200).json()["resolved_by"], *admin);
}

fn submit(fields: &[(&str, &str)]) -> Call {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let call = Call::new("POST", "/report").header("Content-Type", "application/x-www-form-urlencoded").body(form);
    call.header("Accept", BROWSER).header("Origin", "https://hop.example")
}

fn form_reports_a_link(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("form"));
    link(hop, &alias, TARGET);
    let preview = hop.send(&Call::get(format!("/{alias}+")).header("Accept", BROWSER)).expect(200).text();
    let anchor = format!("/report?url=https%3A%2F%2Fhop.example%2F{alias}");
    assert!(preview.contains(&format!("href=\"{anchor}\">Report this link</a>")), "{preview}");
    let form = hop.send(&Call::get(anchor).header("Accept", BROWSER)).expect(200);
    assert_eq!(form.header("content-type").unwrap(), "text/html; charset=utf-8");
    assert!(form.header("content-security-policy").unwrap().ends_with("form-action 'self'"));
    assert!(form.text().contains(&format!("value=\"https://hop.example/{alias}\"")), "{}", form.text());
    let detail = world.alias("A story\r\nin two lines");
    let url = format!("https://hop.example/{alias}");
    let call = submit(&[("url", &url), ("reason", "fraud"), ("detail", &detail), ("contact", "")]);
    let thanks = eventually("the link is seen", || Some(hop.send(&call)).filter(|response| response.status == 200)).text();
    assert!(thanks.contains("Thank you"), "{thanks}");
    let found = eventually("the report is listed", || {
        listed(hop, "?state=open").into_iter().find(|report| report["detail"] == detail.replace('\r', ""))
    });
    assert_eq!((&found["reason"], &found["contact"]), (&json!("fraud"), &Value::Null));
    assert!(thanks.contains(found["id"].as_str().unwrap()), "{thanks}");
}

fn form_shows_errors_and_keeps_typed_text(world: &World) {
    let form =
        [("url", "https://hop.example/no-such-link"), ("reason", "spam"), ("detail", "<b>A story</b>"), ("contact", "ann@example.com")];
    let page = world.hop().send(&submit(&form)).expect(422).text();
    for part in ["there is no such link", "&lt;b&gt;A story&lt;/b&gt;</textarea>", "value=\"spam\" selected", "value=\"ann@example.com\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

fn form_of_another_site_is_refused(world: &World) {
    let call = Call::new("POST", "/report").header("Content-Type", "application/x-www-form-urlencoded").body("url=x");
    world.hop().send(&call.clone().header("Origin", "https://evil.example")).problem(403, "forbidden");
    world.hop().send(&call.header("Sec-Fetch-Site", "cross-site")).problem(403, "forbidden");
}

/// The search for secrets looks through the log of every deployment for these texts, too.
fn log_has_nothing_of_a_report(world: &World) {
    let private = json!({"url": "https://hop.example/x", "reason": "other", "detail": "a detail for admins only", "contact": "nobody-else@example.com"});
    let (hop, form) =
        (world.without_store(), [("url", "https://hop.example/x"), ("reason", "other"), ("detail", "a detail for admins only")]);
    hop.send(&Call::new("POST", REPORTS).json(&private)).problem(503, "store_unavailable");
    hop.send(&submit(&form)).expect(503);
    let log = eventually("the failure is logged", || Some(hop.output()).filter(|log| log.contains("\"cause\"")));
    assert!(!log.contains("for admins only") && !log.contains("nobody-else"), "{log}");
}
