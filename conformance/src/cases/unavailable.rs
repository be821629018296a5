//! What hop says when its store is not there, or its settings make no sense.

use hop_core::endpoints::ENDPOINTS;

use super::cases;
use crate::client::Call;
use crate::world::World;

cases!("unavailable":
    without_its_store_hop_says_when_to_come_back,
    what_needs_no_store_answers_without_it,
    with_a_bad_setting_only_health_answers,
);

/// Of a good shape, and of nobody.
const KEY: &str = "hop_11111111111111111_VDR5xpN8cQmZtYk3hWfJg7LsB2nEuAaTi4oP6rXeKz1C";

fn call(method: &str, pattern: &str) -> Call {
    let path = pattern.replace("{alias}", "docs").replace("{code}", "not_found").replace("{tag}", "x").replace("{domain}", "c.example");
    let path = path.replace("{user}", "usr_11111111111111111").replace("{key}", "11111111111111111");
    // The admin is known without asking the store, and is answered here without it. A key is in the store.
    if ["/metrics", "/api/v1/me", "/api/v1/keys"].contains(&pattern) {
        return Call::new(method, path).header("Authorization", format!("Bearer {KEY}"));
    }
    let call = Call::new(method, path.clone()).admin();
    match pattern {
        // Of a domain of the settings the front page needs no store.
        "/" => call.host("c.example"),
        "/api/v1/tags/{tag}" if method == "PATCH" => call.header("Content-Type", "application/json").body(r#"{"tag":"y"}"#),
        _ if method == "PATCH" => call.header("Content-Type", "application/json").body("{}"),
        "/api/v1/users/{user}" if method == "DELETE" => Call::new(method, format!("{path}?links_to=none")).admin(),
        _ if method != "POST" => call,
        "/{alias}" => call.header("Content-Type", "application/x-www-form-urlencoded").body("password=x"),
        "/api/v1/links/{alias}/explain" => call.header("Content-Type", "application/json").body("{}"),
        "/api/v1/domains" => call.header("Content-Type", "application/json").body(r#"{"domain":"c.example"}"#),
        "/api/v1/users" => call.header("Content-Type", "application/json").body(r#"{"email":"ann@example.com"}"#),
        "/shorten" => call.header("Content-Type", "application/json").body(r#"{"url":"https://example.com/"}"#),
        // Each item and each line would fail for itself. With a key there is a record to look at first.
        "/api/v1/batch" => call.header("Content-Type", "application/json").header("Idempotency-Key", "k").body(r#"{"items":[]}"#),
        "/api/v1/import" => call.header("Content-Type", "text/csv").header("Idempotency-Key", "k"),
        _ => call.header("Content-Type", "application/json").body(r#"{"target":"https://example.com/","alias":"docs"}"#),
    }
}

fn without_its_store_hop_says_when_to_come_back(world: &World) {
    for row in ENDPOINTS.iter().filter(|row| row.statuses.contains(&503) && row.pattern != "/openapi.json") {
        let answer = world.without_store().send(&call(row.method, row.pattern));
        let problem = answer.problem(503, "store_unavailable");
        let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds));
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("D1") && !detail.contains("KV"), "what failed is nobody's business: {detail}");
    }
}

fn what_needs_no_store_answers_without_it(world: &World) {
    for path in ["/health", "/", "/capabilities", "/openapi.json", "/robots.txt", "/problems/not_found"] {
        world.without_store().send(&Call::get(path)).expect(200);
    }
}

fn with_a_bad_setting_only_health_answers(world: &World) {
    let hop = world.misconfigured();
    for row in ENDPOINTS.iter().filter(|row| row.pattern != "/health") {
        let answer = hop.send(&call(row.method, row.pattern));
        answer.problem(503, "not_configured");
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.text().contains("HOP_DOMAINS"));
    }
    hop.send(&Call::get("/health")).expect(200);
    assert!(hop.said().contains("HOP_DOMAINS"), "the log names the setting:\n{}", hop.said());
}
