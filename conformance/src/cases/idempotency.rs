//! `Idempotency-Key`: a request that may be sent again does its work once.

use serde_json::{Value, json};

use super::{TARGET, address, cases, eventually, field_errors, link, readable};
use crate::client::{Answer, Call};
use crate::edges::Edge;
use crate::world::World;

cases!("idempotency":
    a_repeated_request_gets_the_answer_it_got,
    a_key_stands_for_one_request,
    a_refused_request_leaves_its_key_free,
    a_bad_key_is_refused,
    a_request_that_is_being_answered_is_not_answered_twice,
    repeated_batch_tries_every_item,
    repeated_import_takes_every_line,
);

/// Every request that may be repeated: its path and media type, with a body that makes one link.
fn requests(alias: &str) -> [(&'static str, &'static str, String); 4] {
    let link = json!({"target": TARGET, "alias": alias});
    [
        ("/shorten", "application/json", json!({"url": TARGET}).to_string()),
        ("/api/v1/links", "application/json", link.to_string()),
        ("/api/v1/batch", "application/json", json!({"items": [{"op": "create", "link": {"target": TARGET}}]}).to_string()),
        ("/api/v1/import", "application/x-ndjson", json!({"target": TARGET}).to_string()),
    ]
}

fn call((path, media_type, body): &(&str, &str, String), key: &str) -> Call {
    Call::new("POST", *path).admin().header("Content-Type", *media_type).header("Idempotency-Key", key).body(body.as_str())
}

/// All that is the same when an answer is repeated.
fn told(answer: &Answer) -> (u16, Value, Option<String>, Option<String>) {
    (answer.status, answer.json(), answer.header("location"), answer.header("etag"))
}

fn a_repeated_request_gets_the_answer_it_got(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("once"));
    let key = format!("key of {alias}");
    let requests = requests(&alias);
    // The first is answered from the record of its request, however often it is repeated; the others have the same key to themselves.
    let firsts: Vec<Answer> = requests.iter().map(|request| hop.send(&call(request, &key))).collect();
    assert_eq!(firsts.iter().map(|answer| answer.status).collect::<Vec<_>>(), [201, 201, 200, 200]);
    readable(hop, &alias, |link| link.is_some());
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    for (request, first) in requests.iter().zip(&firsts) {
        let again = eventually("the answer is kept", || {
            let again = hop.send(&call(request, &key));
            (again.status != 409).then_some(again)
        });
        assert_eq!(told(&again), told(first), "{}", request.0);
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(firsts[1].header("etag").as_deref(), Some("\"1\""));
}

fn a_key_stands_for_one_request(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("reused"));
    for request in &requests(&alias) {
        let key = format!("{alias}{}", request.0);
        assert!(hop.send(&call(request, &key)).status < 300);
        let (path, media_type, body) = request;
        let other = (*path, *media_type, format!("{body} "));
        hop.send(&call(&other, &key)).problem(422, "idempotency_reused");
    }
}

fn a_refused_request_leaves_its_key_free(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("refused"));
    link(hop, &alias, TARGET);
    let request = |alias: &str| ("/api/v1/links", "application/json", json!({"target": TARGET, "alias": alias}).to_string());
    hop.send(&call(&request(&alias), &alias)).problem(409, "alias_taken");
    let other = format!("{alias}-other");
    let answer = eventually("the key is free", || {
        let answer = hop.send(&call(&request(&other), &alias));
        (answer.status == 201).then_some(answer)
    });
    assert_eq!(answer.json()["alias"], other);
}

fn a_bad_key_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("badkey"));
    let [_, create, ..] = requests(&alias);
    for key in [" ".to_owned(), "k".repeat(256), "é".into()] {
        let problem = hop.send(&call(&create, &key)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [("/Idempotency-Key".to_owned(), "invalid".to_owned())]);
    }
    super::show(hop, &alias).problem(404, "not_found");
    hop.send(&call(&create, &"k".repeat(255))).expect(201);
}

/// Of several that come at once one does the work; whoever comes meanwhile is told so, and whoever comes later gets its answer.
fn a_request_that_is_being_answered_is_not_answered_twice(world: &World) {
    let hop = world.hop();
    for route in 0..4 {
        eventually("two came at once", || {
            let alias = world.alias("flight");
            let request = &requests(&alias)[route];
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let calls: Vec<_> = (0..at_once(world.edge)).map(|_| scope.spawn(|| hop.send(&call(request, &alias)))).collect();
                calls.into_iter().map(|call| call.join().unwrap()).collect()
            });
            let (early, done): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 409);
            let is_done_once = done.iter().all(|answer| answer.status < 300 && told(answer) == told(done[0]));
            if !is_done_once && !world.edge.has_atomic_writes() {
                // The store may have accepted both claims of the key.
                return None;
            }
            assert!(is_done_once, "{done:?}");
            early.first().map(|answer| {
                answer.problem(409, "idempotency_in_flight");
                assert!(answer.header("retry-after").is_some());
            })
        });
    }
}

/// Two are enough to meet, and seldom both accepted by a store whose writes are not atomic.
fn at_once(edge: Edge) -> usize {
    if edge.has_atomic_writes() { 8 } else { 2 }
}

/// Sends a request again for as long as its answer says that a part was not tried. Says how often it was sent, and what it told last.
fn send_until_done(world: &World, request: &(&str, &str, String), key: &str, is_done: impl Fn(&Value) -> bool) -> (usize, Value) {
    for number in 1..=100 {
        let answer = eventually("no other request with the key is under way", || {
            let answer = world.hop().send(&call(request, key));
            (answer.status != 409).then_some(answer)
        });
        let told = answer.json();
        assert_eq!(answer.status, 200, "{told}");
        assert_eq!(answer.header("retry-after").as_deref(), (!is_done(&told)).then_some("0"), "{told}");
        if is_done(&told) {
            return (number, told);
        }
    }
    panic!("it is never done");
}

/// More links with a tag each than one request has store operations for, but in memory.
const MANY: usize = 30;

fn repeated_batch_tries_every_item(world: &World) {
    let stem = world.alias("many");
    let alias = |number: usize| format!("{stem}-{number}");
    let item = |number| json!({"op": "create", "link": {"target": TARGET, "alias": alias(number), "tags": [stem]}});
    let items: Vec<Value> = (0..MANY).map(item).collect();
    let request = ("/api/v1/batch", "application/json", json!({ "items": items }).to_string());
    let (requests, told) = send_until_done(world, &request, &stem, |told| told["untried"] == 0);
    assert_eq!(requests > 1, world.edge != Edge::Memory, "{requests} requests");
    assert_eq!((&told["succeeded"], &told["failed"]), (&json!(MANY), &json!(0)));
    let results = told["results"].as_array().unwrap().iter().map(|result| (result["status"].clone(), result["link"]["alias"].clone()));
    assert_eq!(results.collect::<Vec<_>>(), (0..MANY).map(|number| (json!(201), json!(alias(number)))).collect::<Vec<_>>());
    let again = eventually("the answer is kept", || {
        let again = world.hop().send(&call(&request, &stem));
        (again.status != 409).then_some(again)
    });
    assert_eq!(again.json(), told);
}

fn repeated_import_takes_every_line(world: &World) {
    let stem = world.alias("lines");
    let alias = |number: usize| format!("{stem}-{number}");
    let line = |number| json!({"target": TARGET, "alias": alias(number), "tags": [stem]}).to_string() + "\n";
    let request = ("/api/v1/import", "application/x-ndjson", (0..MANY).map(line).collect::<String>());
    let (requests, told) = send_until_done(world, &request, &stem, |told| told["next"].is_null());
    assert_eq!(requests > 1, world.edge != Edge::Memory, "{requests} requests");
    assert_eq!((&told["imported"], &told["existing"], &told["failed"]), (&json!(MANY), &json!(0), &json!(0)));
    let results = told["results"].as_array().unwrap().iter().map(|result| (result["line"].clone(), result["alias"].clone()));
    assert_eq!(results.collect::<Vec<_>>(), (0..MANY).map(|number| (json!(number + 1), json!(alias(number)))).collect::<Vec<_>>());
}
