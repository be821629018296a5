//! The audit: who did what, told of once.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, readable};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::places::GERMANY;
use crate::world::World;

cases!("audit":
    every_change_is_told_with_who_and_when,
    what_is_refused_is_not_told,
    it_is_read_page_by_page,
    wrong_fields_are_named,
    it_needs_the_key_and_is_only_read,
);

const AUDIT: &str = "/api/v1/audit";

/// What is told of `subject`, newest first, once there are so many lines: a list may need a moment.
#[track_caller]
fn told(hop: &Deployment, subject: &str, count: usize) -> Vec<Value> {
    eventually(&format!("{count} changes of {subject} are told of"), || {
        let lines = pages(hop, &format!("{AUDIT}?limit=100&subject={subject}")).concat();
        (lines.len() >= count).then_some(lines)
    })
}

/// Every page from `path` on.
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

fn send(hop: &Deployment, call: Call) -> Answer {
    hop.send(&call.from(GERMANY))
}

fn patch(path: String, body: &Value) -> Call {
    Call::new("PATCH", path).admin().header("Content-Type", "application/json").body(body.to_string())
}

fn every_change_is_told_with_who_and_when(world: &World) {
    let (hop, alias, moved) = (world.hop(), world.alias("told"), world.alias("moved"));
    let created = send(hop, Call::post_json("/api/v1/links", &json!({"alias": alias, "target": TARGET}))).expect(201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let mut answers = vec![("link.create", created)];
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
        let answer = send(hop, call);
        assert!(answer.status < 300, "{action}: {}", answer.text());
        answers.push((action, answer));
    }
    let lines = told(hop, &id, answers.len());
    assert_eq!(lines.len(), answers.len(), "{lines:?}");
    for (line, (action, answer)) in lines.iter().rev().zip(&answers) {
        let at = if ["link.rename", "link.delete", "link.restore"].contains(action) { &moved } else { &alias };
        assert_eq!(
            ["action", "subject", "domain", "alias", "principal", "country"].map(|name| line[name].as_str().unwrap()),
            [action, id.as_str(), "hop.example", at.as_str(), "admin", "DE"]
        );
        assert_eq!(line["request_id"], answer.header("x-request-id").unwrap(), "{action}");
    }
    let host = format!("{}.example", world.alias("told"));
    let added = send(hop, Call::post_json("/api/v1/domains", &json!({"domain": host}))).expect(201);
    let lines = told(hop, &host, 1);
    assert_eq!((&lines[0]["action"], &lines[0]["alias"]), (&json!("domain.create"), &Value::Null));
    assert_eq!(lines[0]["request_id"], added.header("x-request-id").unwrap());
}

fn what_is_refused_is_not_told(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("refused"));
    let id = link(hop, &alias, TARGET)["id"].as_str().unwrap().to_owned();
    create(hop, &json!({"alias": alias, "target": TARGET})).problem(409, "alias_taken");
    let keyed = Call::post_json("/api/v1/links", &json!({"alias": alias, "target": TARGET})).header("Idempotency-Key", alias.as_str());
    let refused = hop.send(&keyed);
    refused.problem(409, "alias_taken");
    hop.send(&patch(address(&alias), &json!({"title": "x"})).header("If-Match", "\"9\"")).problem(412, "version_mismatch");
    hop.send(&patch(address(&alias), &json!({}))).expect(200);
    let last = hop.send(&patch(address(&alias), &json!({"title": "the last"}))).expect(200);
    let lines = told(hop, &id, 2);
    let ids: Vec<&Value> = lines.iter().map(|line| &line["request_id"]).collect();
    assert_eq!((ids.len(), ids[0]), (2, &json!(last.header("x-request-id").unwrap())), "{lines:?}");
    let at = lines[1]["at"].as_str().unwrap();
    let since = pages(hop, &format!("{AUDIT}?limit=100&from={at}")).concat();
    let refused = refused.header("x-request-id").unwrap();
    assert!(!since.iter().any(|line| line["request_id"] == refused), "{refused} changed nothing");
}

fn it_is_read_page_by_page(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("page"));
    let made: Vec<Value> = (0..4).map(|number| link(hop, &format!("{stem}{number}"), TARGET)).collect();
    let lines: Vec<Value> = made.iter().map(|link| told(hop, link["id"].as_str().unwrap(), 1).remove(0)).collect();
    let (from, to) = (lines[0]["at"].as_str().unwrap(), lines[3]["at"].as_str().unwrap());
    let paged = pages(hop, &format!("{AUDIT}?limit=2&principal=admin&from={from}&to={to}"));
    assert!(paged.len() > 1 && paged.iter().all(|page| page.len() <= 2), "{paged:?}");
    let ids: Vec<Value> = paged.concat().iter().map(|line| line["id"].clone()).collect();
    let place = |line: &Value| ids.iter().position(|id| *id == line["id"]);
    let places: Vec<_> = lines.iter().filter(|line| line["at"] != lines[3]["at"]).map(place).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted_by(|older, newer| older > newer), "{places:?}");
    assert_eq!(place(&lines[3]), None, "`to` is too late");
    assert!(pages(hop, &format!("{AUDIT}?limit=100&principal=nobody&from={from}")).concat().is_empty());
}

fn wrong_fields_are_named(world: &World) {
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

fn it_needs_the_key_and_is_only_read(world: &World) {
    world.hop().send(&Call::get(AUDIT)).problem(401, "unauthenticated");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        world.hop().send(&Call::new(method, AUDIT).admin()).problem(405, "method_not_allowed");
    }
}
