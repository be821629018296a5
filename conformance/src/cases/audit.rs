//! The audit: one event for each change, with the caller and the time.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::places::GERMANY;
use crate::world::World;

cases!("audit":
    every_change_has_an_audit_event,
    refused_changes_leave_no_audit_event,
    audit_has_pages,
    wrong_parameters_are_named,
    audit_is_read_only_and_needs_a_key,
);

const AUDIT: &str = "/api/v1/audit";

/// The audit events of `subject`, newest first, once there are `count`: a list may lag behind a write.
#[track_caller]
fn events_of(hop: &Deployment, subject: &str, count: usize) -> Vec<Value> {
    eventually(&format!("there are {count} audit events of {subject}"), || {
        let events = pages(hop, &format!("{AUDIT}?limit=100&subject={subject}")).concat();
        (events.len() >= count).then_some(events)
    })
}

/// The pages that begin at `path`.
#[track_caller]
fn pages(hop: &Deployment, path: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = hop.send(&Call::get(path).admin()).expect(200).json();
        assert_shape(&page, "audit");
        pages.push(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    pages
}

fn send(hop: &Deployment, call: Call) -> Response {
    hop.send(&call.from(GERMANY))
}

fn patch(path: String, body: &Value) -> Call {
    Call::new("PATCH", path).admin().header("Content-Type", "application/json").body(body.to_string())
}

/// The time of an event, as text in the order of time: without the `Z`, which follows the fraction of a second if there
/// is one.
fn time_of(event: &Value) -> &str {
    event["at"].as_str().unwrap().trim_end_matches('Z')
}

fn every_change_has_an_audit_event(world: &World) {
    let (hop, alias, moved) = (world.hop(), world.alias("audited"), world.alias("moved"));
    let created = send(hop, Call::post_json("/api/v1/links", &json!({"alias": alias, "target": TARGET}))).expect(201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let mut responses = vec![("link.create", created)];
    let blocked = json!({"blocked": {"reason": "because"}});
    let changes = [
        ("link.change", patch(address(&alias), &json!({"title": "a title"}))),
        ("link.block", patch(address(&alias), &blocked)),
        ("link.unblock", patch(address(&alias), &json!({"blocked": null}))),
        ("link.rename", patch(address(&alias), &json!({"alias": moved}))),
        ("link.delete", Call::new("DELETE", address(&moved)).admin()),
        ("link.restore", Call::new("POST", format!("{}/restore", address(&moved))).admin()),
    ];
    for (version, (action, call)) in (1..).zip(changes) {
        let at = if version < 5 { &alias } else { &moved };
        readable(hop, at, |link| link.is_some_and(|link| link["version"] == version));
        let response = send(hop, call);
        assert!(response.status < 300, "{action}: {}", response.text());
        responses.push((action, response));
    }
    let mut events = events_of(hop, &id, responses.len());
    assert_eq!(events.len(), responses.len(), "{events:?}");
    assert!(events.is_sorted_by(|newer, older| time_of(newer) >= time_of(older)), "{events:?}");
    // Events of the same millisecond may be listed in either order.
    let request_ids: Vec<String> = responses.iter().map(|(_, response)| response.header("x-request-id").unwrap()).collect();
    let position = |event: &Value| request_ids.iter().position(|id| event["request_id"] == *id);
    events.sort_by_key(|event| (time_of(event).to_owned(), position(event)));
    for (event, (action, response)) in events.iter().zip(&responses) {
        let at = if ["link.rename", "link.delete", "link.restore"].contains(action) { &moved } else { &alias };
        assert_eq!(
            ["action", "subject", "domain", "alias", "principal", "country"].map(|name| event[name].as_str().unwrap()),
            [action, id.as_str(), "hop.example", at.as_str(), "admin", "DE"]
        );
        assert_eq!(event["request_id"], response.header("x-request-id").unwrap(), "{action}");
    }
    let host = format!("{}.example", world.alias("audited"));
    let added = send(hop, Call::post_json("/api/v1/domains", &json!({"domain": host}))).expect(201);
    let events = events_of(hop, &host, 1);
    assert_eq!((&events[0]["action"], &events[0]["alias"]), (&json!("domain.create"), &Value::Null));
    assert_eq!(events[0]["request_id"], added.header("x-request-id").unwrap());
}

fn refused_changes_leave_no_audit_event(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("refused"));
    let id = link(hop, &alias, TARGET)["id"].as_str().unwrap().to_owned();
    create(hop, &json!({"alias": alias, "target": TARGET})).problem(409, "alias_taken");
    let keyed = Call::post_json("/api/v1/links", &json!({"alias": alias, "target": TARGET})).header("Idempotency-Key", alias.as_str());
    let refused = hop.send(&keyed);
    refused.problem(409, "alias_taken");
    hop.send(&patch(address(&alias), &json!({"title": "x"})).header("If-Match", "\"9\"")).problem(412, "version_mismatch");
    hop.send(&patch(address(&alias), &json!({}))).expect(200);
    let last = hop.send(&patch(address(&alias), &json!({"title": "the last"}))).expect(200);
    let events = events_of(hop, &id, 2);
    let last = last.header("x-request-id").unwrap();
    // Both may have been made in the same millisecond, and are then listed in either order.
    let is_of_last = |event: &Value| event["request_id"] == last;
    assert!(events.len() == 2 && events.iter().filter(|event| is_of_last(event)).count() == 1, "{events:?}");
    assert!(is_of_last(&events[0]) || events[0]["at"] == events[1]["at"], "{events:?}");
    let at = events[1]["at"].as_str().unwrap();
    let since = pages(hop, &format!("{AUDIT}?limit=100&from={at}")).concat();
    let refused = refused.header("x-request-id").unwrap();
    assert!(!since.iter().any(|event| event["request_id"] == refused), "{refused} changed nothing, so it has no event");
}

fn audit_has_pages(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("page"));
    // Four events with different times: events of the same millisecond may be listed in either order.
    let mut events: Vec<Value> = Vec::new();
    for number in 0.. {
        let created = link(hop, &format!("{stem}{number}"), TARGET);
        let event = events_of(hop, created["id"].as_str().unwrap(), 1).remove(0);
        if events.last().is_none_or(|last| last["at"] != event["at"]) {
            events.push(event);
        }
        if events.len() == 4 {
            break;
        }
    }
    let (from, to) = (events[0]["at"].as_str().unwrap(), events[3]["at"].as_str().unwrap());
    let paged = pages(hop, &format!("{AUDIT}?limit=2&principal=admin&from={from}&to={to}"));
    assert!(paged.len() > 1 && paged.iter().all(|page| page.len() <= 2), "{paged:?}");
    let ids: Vec<Value> = paged.concat().iter().map(|event| event["id"].clone()).collect();
    let position = |event: &Value| ids.iter().position(|id| *id == event["id"]);
    let positions: Vec<_> = events[..3].iter().map(position).collect();
    assert!(positions.iter().all(Option::is_some) && positions.is_sorted_by(|older, newer| older > newer), "{positions:?}");
    assert_eq!(position(&events[3]), None, "an event at `to` is not included");
    assert!(pages(hop, &format!("{AUDIT}?limit=100&principal=nobody&from={from}")).concat().is_empty());
}

fn wrong_parameters_are_named(world: &World) {
    for (query, field, code) in [
        ("from=yesterday", "/from", "invalid"),
        ("from=2026-11-21T08:00:00Z&to=2026-11-21T08:00:00Z", "/to", "conflicts"),
        ("limit=0", "/limit", "out_of_range"),
        ("cursor=***", "/cursor", "invalid"),
        ("subject=", "/subject", "required"),
        ("action=link.create", "/action", "unknown"),
    ] {
        let problem = world.hop().send(&Call::get(format!("{AUDIT}?{query}")).admin()).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
}

fn audit_is_read_only_and_needs_a_key(world: &World) {
    world.hop().send(&Call::get(AUDIT)).problem(401, "unauthenticated");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        world.hop().send(&Call::new(method, AUDIT).admin()).problem(405, "method_not_allowed");
    }
}
