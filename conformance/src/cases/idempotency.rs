//! Idempotency keys: a repeated request does its work once.

use serde_json::{Value, json};

use super::{TARGET, address, cases, eventually, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::edges::Edge;
use crate::world::World;

cases!("idempotency":
    repeated_request_gets_the_same_response,
    key_is_bound_to_one_request,
    refused_request_frees_its_key,
    invalid_key_is_refused,
    concurrent_requests_with_one_key_work_once,
    repeated_batch_tries_every_item,
    repeated_import_takes_every_line,
);

/// The requests that take an idempotency key: path, media type, and a body that creates one link.
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

/// The parts of a response that a repetition has in common with it.
fn repeated_parts(response: &Response) -> (u16, Value, Option<String>, Option<String>) {
    (response.status, response.json(), response.header("location"), response.header("etag"))
}

fn repeated_request_gets_the_same_response(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("once"));
    let key = format!("key of {alias}");
    let requests = requests(&alias);
    // Keys of different endpoints are independent.
    let firsts: Vec<Response> = requests.iter().map(|request| hop.send(&call(request, &key))).collect();
    assert_eq!(firsts.iter().map(|response| response.status).collect::<Vec<_>>(), [201, 201, 200, 200]);
    readable(hop, &alias, |link| link.is_some());
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    for (request, first) in requests.iter().zip(&firsts) {
        let again = eventually("the response is kept", || {
            let again = hop.send(&call(request, &key));
            (again.status != 409).then_some(again)
        });
        assert_eq!(repeated_parts(&again), repeated_parts(first), "{}", request.0);
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(firsts[1].header("etag").as_deref(), Some("\"1\""));
}

fn key_is_bound_to_one_request(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("reused"));
    for request in &requests(&alias) {
        let key = format!("{alias}{}", request.0);
        assert!(hop.send(&call(request, &key)).status < 300);
        let (path, media_type, body) = request;
        let other = (*path, *media_type, format!("{body} "));
        hop.send(&call(&other, &key)).problem(422, "idempotency_reused");
    }
}

fn refused_request_frees_its_key(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("refused"));
    link(hop, &alias, TARGET);
    let request = |alias: &str| ("/api/v1/links", "application/json", json!({"target": TARGET, "alias": alias}).to_string());
    hop.send(&call(&request(&alias), &alias)).problem(409, "alias_taken");
    let other = format!("{alias}-other");
    let response = eventually("the key is free", || {
        let response = hop.send(&call(&request(&other), &alias));
        (response.status == 201).then_some(response)
    });
    assert_eq!(response.json()["alias"], other);
}

fn invalid_key_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("badkey"));
    let [_, create, ..] = requests(&alias);
    for key in [" ".to_owned(), "k".repeat(256), "é".into()] {
        let problem = hop.send(&call(&create, &key)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [("/Idempotency-Key".to_owned(), "invalid".to_owned())]);
    }
    super::show(hop, &alias).problem(404, "not_found");
    hop.send(&call(&create, &"k".repeat(255))).expect(201);
}

/// Of several concurrent requests one does the work. The others get 409 until it is done, and then its response.
fn concurrent_requests_with_one_key_work_once(world: &World) {
    let hop = world.hop();
    for route in 0..4 {
        eventually("two requests overlap", || {
            let alias = world.alias("flight");
            let request = &requests(&alias)[route];
            let responses: Vec<Response> = std::thread::scope(|scope| {
                let calls: Vec<_> =
                    (0..concurrent_requests(world.edge)).map(|_| scope.spawn(|| hop.send(&call(request, &alias)))).collect();
                calls.into_iter().map(|call| call.join().unwrap()).collect()
            });
            let (early, done): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status == 409);
            let is_one_result = done.iter().all(|response| response.status < 300 && repeated_parts(response) == repeated_parts(done[0]));
            if !is_one_result && !world.edge.has_atomic_writes() {
                // The store may have accepted both claims of the key.
                return None;
            }
            assert!(is_one_result, "{done:?}");
            early.first().map(|response| {
                response.problem(409, "idempotency_in_flight");
                assert!(response.header("retry-after").is_some());
            })
        });
    }
}

/// The number of concurrent requests. A store without atomic writes may accept several claims of a key, so it gets the
/// least possible.
fn concurrent_requests(edge: Edge) -> usize {
    if edge.has_atomic_writes() { 8 } else { 2 }
}

/// Repeats a request as long as its response has parts that were not tried. Returns the number of requests and the last
/// body.
fn send_until_done(world: &World, request: &(&str, &str, String), key: &str, is_done: impl Fn(&Value) -> bool) -> (usize, Value) {
    for number in 1..=100 {
        let response = eventually("no other request with the key is in flight", || {
            let response = world.hop().send(&call(request, key));
            (response.status != 409).then_some(response)
        });
        let body = response.json();
        assert_eq!(response.status, 200, "{body}");
        assert_eq!(response.header("retry-after").as_deref(), (!is_done(&body)).then_some("0"), "{body}");
        if is_done(&body) {
            return (number, body);
        }
    }
    panic!("the request is still not done after 100 repetitions");
}

/// More tagged links than one request has store operations for, except on the memory edge.
const MANY: usize = 30;

fn repeated_batch_tries_every_item(world: &World) {
    let stem = world.alias("many");
    let alias = |number: usize| format!("{stem}-{number}");
    let item = |number| json!({"op": "create", "link": {"target": TARGET, "alias": alias(number), "tags": [stem]}});
    let items: Vec<Value> = (0..MANY).map(item).collect();
    let request = ("/api/v1/batch", "application/json", json!({ "items": items }).to_string());
    let (requests, body) = send_until_done(world, &request, &stem, |body| body["untried"] == 0);
    assert_eq!(requests > 1, world.edge != Edge::Memory, "{requests} requests");
    assert_eq!((&body["succeeded"], &body["failed"]), (&json!(MANY), &json!(0)));
    let results = body["results"].as_array().unwrap().iter().map(|result| (result["status"].clone(), result["link"]["alias"].clone()));
    assert_eq!(results.collect::<Vec<_>>(), (0..MANY).map(|number| (json!(201), json!(alias(number)))).collect::<Vec<_>>());
    let again = eventually("the response is kept", || {
        let again = world.hop().send(&call(&request, &stem));
        (again.status != 409).then_some(again)
    });
    assert_eq!(again.json(), body);
}

fn repeated_import_takes_every_line(world: &World) {
    let stem = world.alias("lines");
    let alias = |number: usize| format!("{stem}-{number}");
    let line = |number| json!({"target": TARGET, "alias": alias(number), "tags": [stem]}).to_string() + "\n";
    let request = ("/api/v1/import", "application/x-ndjson", (0..MANY).map(line).collect::<String>());
    let (requests, body) = send_until_done(world, &request, &stem, |body| body["next"].is_null());
    assert_eq!(requests > 1, world.edge != Edge::Memory, "{requests} requests");
    assert_eq!((&body["imported"], &body["existing"], &body["failed"]), (&json!(MANY), &json!(0), &json!(0)));
    let results = body["results"].as_array().unwrap().iter().map(|result| (result["line"].clone(), result["alias"].clone()));
    assert_eq!(results.collect::<Vec<_>>(), (0..MANY).map(|number| (json!(number + 1), json!(alias(number)))).collect::<Vec<_>>());
}
