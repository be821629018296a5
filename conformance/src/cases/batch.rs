//! Batches: many changes in one request, each item with its own result.

use serde_json::{Value, json};

use super::{TARGET, cases, create, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("batch":
    results_are_in_the_order_of_items,
    wrong_item_fails_alone_and_names_its_fields,
    number_of_items_is_limited,
    unreadable_batch_changes_nothing,
    items_may_name_another_domain,
);

fn send(hop: &Deployment, items: &[Value]) -> Response {
    hop.send(&Call::post_json("/api/v1/batch", &json!({ "items": items })))
}

/// The largest number of items that the edge takes in one request.
pub(super) fn limit(hop: &Deployment) -> usize {
    let body = hop.send(&Call::get("/capabilities")).expect(200).json();
    body["limits"]["batch"].as_u64().unwrap().try_into().unwrap()
}

/// The results of all items, in as many batches as the edge needs. The next batch begins with the items that were not
/// tried.
fn results(hop: &Deployment, items: &[Value]) -> Vec<Value> {
    let mut results = Vec::new();
    while results.len() < items.len() {
        let part = &items[results.len()..items.len().min(results.len() + limit(hop))];
        let response = send(hop, part).expect(200);
        let body = response.json();
        assert_shape(&body, "batch-results");
        let of_part = body["results"].as_array().unwrap();
        assert!(of_part.iter().enumerate().all(|(index, result)| result["index"] == index), "{body}");
        let is_untried = |result: &&Value| result["problem"]["code"] == "budget_exhausted";
        let (untried, failed) =
            (of_part.iter().filter(is_untried).count(), of_part.iter().filter(|result| !result["problem"].is_null()).count());
        assert_eq!(
            [&body["untried"], &body["failed"], &body["succeeded"]],
            [&json!(untried), &json!(failed - untried), &json!(part.len() - failed)]
        );
        assert_eq!(response.header("retry-after"), None, "without an idempotency key the batch must not be repeated unchanged");
        let tried = part.len() - untried;
        assert!(tried > 0 && of_part[tried..].iter().all(|result| result["status"] == 503), "{body}");
        results.extend_from_slice(&of_part[..tried]);
    }
    results
}

fn outcomes(results: &[Value]) -> Vec<(u64, &str)> {
    results.iter().map(|result| (result["status"].as_u64().unwrap(), result["problem"]["code"].as_str().unwrap_or_default())).collect()
}

fn results_are_in_the_order_of_items(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("batch"));
    let name = |what: &str| format!("{stem}-{what}");
    for what in ["docs", "bin", "old"] {
        link(hop, &name(what), TARGET);
    }
    let items = [
        json!({"op": "create", "link": {"target": TARGET, "alias": name("new"), "tags": ["b", "a"]}}),
        json!({"op": "create", "link": {"target": TARGET}}),
        json!({"op": "create", "link": {"target": TARGET, "alias": name("docs")}}),
        json!({"op": "update", "alias": name("docs"), "domain": null, "if_match": 1, "patch": {"title": "T"}}),
        json!({"op": "update", "alias": name("bin"), "if_match": 7, "patch": {"title": "T"}}),
        json!({"op": "update", "alias": name("nothing"), "patch": {"title": "T"}}),
        json!({"op": "update", "alias": name("old"), "patch": {"alias": name("moved"), "keep_old_alias": true}}),
        json!({"op": "delete", "alias": name("nothing")}),
        json!({"op": "delete", "alias": name("bin"), "if_match": 1}),
        json!({"op": "update", "alias": name("bin"), "patch": {"title": "T"}}),
    ];
    let results = results(hop, &items);
    let expected = [
        (201, ""),
        (201, ""),
        (409, "alias_taken"),
        (200, ""),
        (412, "version_mismatch"),
        (404, "not_found"),
        (200, ""),
        (404, "not_found"),
        (204, ""),
        (410, "link_ended"),
    ];
    assert_eq!(outcomes(&results), expected);
    for (result, (status, _)) in results.iter().zip(expected) {
        match status {
            200 | 201 => assert_shape(&result["link"], "link"),
            204 => assert_eq!((&result["link"], &result["problem"]), (&Value::Null, &Value::Null)),
            _ => assert_shape(&result["problem"], "problem"),
        }
    }
    assert_eq!((&results[0]["link"]["tags"], &results[3]["link"]["title"]), (&json!(["a", "b"]), &json!("T")));
    let generated = results[1]["link"]["alias"].as_str().unwrap().to_owned();
    for (alias, version) in [(name("new"), 1), (generated, 1), (name("docs"), 2), (name("moved"), 2)] {
        readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == version));
    }
    readable(hop, &name("bin"), |link| link.is_some_and(|link| link["state"] == "deleted"));
}

fn wrong_item_fails_alone_and_names_its_fields(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("unharmed"));
    let items = [
        (json!(7), vec![("", "wrong_type")]),
        (json!({}), vec![("/op", "required")]),
        (json!({"op": "burn"}), vec![("/op", "invalid")]),
        (json!({"op": "create"}), vec![("/link", "required")]),
        (
            json!({"op": "create", "link": {"target": "x", "find_if_exists": true}}),
            vec![("/link/target", "invalid"), ("/link/find_if_exists", "unknown")],
        ),
        (json!({"op": "update", "alias": alias, "patch": {"ends_at": "soon"}}), vec![("/patch/ends_at", "invalid")]),
        (
            json!({"op": "update", "alias": alias, "patch": {"rules": [{"id": "a"}]}}),
            vec![("/patch/rules/0/when", "required"), ("/patch/rules/0/target", "required")],
        ),
        (json!({"op": "delete", "alias": "api", "if_match": "1"}), vec![("/alias", "reserved"), ("/if_match", "wrong_type")]),
        (json!({"op": "delete", "alias": alias, "domain": "evil.example"}), vec![("/domain", "invalid")]),
    ];
    let first = json!({"op": "create", "link": {"target": TARGET, "alias": alias}});
    let all: Vec<Value> = std::iter::once(first).chain(items.iter().map(|(item, _)| item.clone())).collect();
    let results = results(hop, &all);
    assert_eq!(results[0]["status"], 201);
    for (result, (item, expected)) in results[1..].iter().zip(&items) {
        assert_eq!((&result["status"], &result["problem"]["code"]), (&json!(422), &json!("invalid_fields")), "{item}");
        let mut found = field_errors(&result["problem"]);
        let mut expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{item}");
    }
    readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 1));
}

fn number_of_items_is_limited(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("most"));
    let largest = limit(hop);
    let create = |number: usize| json!({"op": "create", "link": {"target": TARGET, "alias": format!("{stem}-{number}")}});
    for (count, code) in [(0, "required"), (largest + 1, "too_many")] {
        let problem = send(hop, &(0..count).map(create).collect::<Vec<_>>()).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [("/items".to_owned(), code.to_owned())]);
    }
    super::show(hop, &format!("{stem}-0")).problem(404, "not_found");
    let results = results(hop, &(0..largest).map(create).collect::<Vec<_>>());
    assert!(results.iter().all(|result| result["status"] == 201), "{results:?}");
    readable(hop, &format!("{stem}-{}", largest - 1), |link| link.is_some());
}

fn unreadable_batch_changes_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("enveloped"));
    let item = json!({"op": "create", "link": {"target": TARGET, "alias": alias}});
    let post = |body: String| Call::new("POST", "/api/v1/batch").admin().header("Content-Type", "application/json").body(body);
    for (body, field, code) in [
        ("[]".to_owned(), "", "wrong_type"),
        ("{}".into(), "/items", "required"),
        (format!("{{\"items\":{item}}}"), "/items", "wrong_type"),
        (format!("{{\"items\":[{item}],\"items\":[{item}]}}"), "/items", "duplicate"),
        (format!("{{\"items\":[{item}],\"atomic\":true}}"), "/atomic", "unknown"),
    ] {
        let problem = hop.send(&post(body)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
    hop.send(&post(format!("{{\"items\":[{item}]"))).problem(400, "malformed_json");
    hop.send(&Call::new("POST", "/api/v1/batch").admin().body(format!("{{\"items\":[{item}]}}"))).problem(415, "unsupported_media_type");
    let problem = hop.send(&post(" ".repeat(1_024 * 1_024 + 1))).problem(413, "too_large");
    assert!(problem["detail"].as_str().unwrap().contains("1048576"));
    super::show(hop, &alias).problem(404, "not_found");
}

fn items_may_name_another_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("domains"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    let path = format!("{}?domain={OTHER_DOMAIN}", super::address(&alias));
    super::eventually("the link can be read", || (hop.send(&Call::get(path.as_str()).admin()).status == 200).then_some(()));
    let results = results(
        hop,
        &[
            json!({"op": "update", "alias": alias, "domain": OTHER_DOMAIN, "patch": {"title": "T"}}),
            json!({"op": "delete", "alias": alias}),
            json!({"op": "delete", "alias": alias, "domain": OTHER_DOMAIN}),
        ],
    );
    assert_eq!(outcomes(&results), [(200, ""), (404, "not_found"), (204, "")]);
}
