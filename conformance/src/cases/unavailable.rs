//! Responses without a store, and with an invalid setting.

use hop_core::endpoints::ENDPOINTS;

use serde_json::json;

use super::accounts::{PASSWORD, forge, now};
use super::cases;
use crate::client::Call;
use crate::coverage;
use crate::world::World;

cases!("unavailable":
    missing_store_gets_503_with_retry_after,
    endpoints_without_storage_still_answer,
    only_health_answers_with_an_invalid_setting,
);

/// A well-formed key that does not exist.
const KEY: &str = "hop_11111111111111111_VDR5xpN8cQmZtYk3hWfJg7LsB2nEuAaTi4oP6rXeKz1C";

/// The secret of a one-time token that does not exist.
const SECRET: &str = "VDR5xpN8cQmZtYk3hWfJg7LsB2nEuAaTi4oP6rXeKz1C";

/// A well-formed refresh token that does not exist.
const REFRESH_TOKEN: &str = "hoprt_11111111111111111_6b01550011111111111111111_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn call(method: &str, pattern: &str) -> Call {
    let path = pattern
        .replace("{alias}", "docs")
        .replace("{code}", "not_found")
        .replace("{tag}", "x")
        .replace("{domain}", "c.example")
        .replace("{host}", "evil.example");
    let path = path.replace("{user}", "usr_11111111111111111").replace("{key}", "11111111111111111");
    let path = path.replace("{report}", "rep_fe5e02e173ff1t82DPuzCCj9UCmfy");
    let path = path.replace("{session}", "ses_6b01550011111111111111111");
    // These need no store for the bootstrap admin. Any other key is read from the store.
    if ["/metrics", "/api/v1/me", "/api/v1/keys", "/api/v1/maintenance", "/api/v1/ingest"].contains(&pattern) {
        return Call::new(method, path).header("Authorization", format!("Bearer {KEY}"));
    }
    if ["/api/v1/password", "/api/v1/sessions", "/api/v1/sessions/{session}"].contains(&pattern) {
        let call = Call::new(method, path).with_key(&forge().valid(now()));
        return if method == "POST" { call.json(&json!({"current": PASSWORD, "new": PASSWORD})) } else { call };
    }
    let call = Call::new(method, path.clone()).admin();
    match pattern {
        // The front page of a configured domain needs no store.
        "/" => call.host("c.example"),
        // A configured domain needs no store either.
        "/api/v1/stats" => Call::new(method, format!("{path}?domain=c.example")).admin(),
        "/api/v1/tags/{tag}" if method == "PATCH" => call.header("Content-Type", "application/json").body(r#"{"tag":"y"}"#),
        "/api/v1/reports/{report}" => call.json(&json!({"state": "resolved", "action": "dismissed"})),
        _ if method == "PATCH" => call.header("Content-Type", "application/json").body("{}"),
        "/api/v1/users/{user}" if method == "DELETE" => Call::new(method, format!("{path}?links_to=none")).admin(),
        _ if method != "POST" => call,
        "/{alias}" => call.header("Content-Type", "application/x-www-form-urlencoded").body("password=x"),
        "/report" => call.header("Content-Type", "application/x-www-form-urlencoded").body("url=hop.example%2Fdocs&reason=spam"),
        "/api/v1/reports" => call.json(&json!({"url": "https://hop.example/docs", "reason": "spam"})),
        "/api/v1/links/{alias}/explain" => call.header("Content-Type", "application/json").body("{}"),
        "/api/v1/domains" => call.header("Content-Type", "application/json").body(r#"{"domain":"c.example"}"#),
        "/api/v1/blocklist" => call.header("Content-Type", "application/json").body(r#"{"host":"evil.example"}"#),
        "/api/v1/users" => call.header("Content-Type", "application/json").body(r#"{"email":"ann@example.com"}"#),
        "/api/v1/setup" => call.json(&json!({"email": "ann@example.com", "name": "Ann", "password": PASSWORD})),
        "/api/v1/login" => call.json(&json!({"email": "ann@example.com", "password": PASSWORD})),
        "/api/v1/invitations/accept" => {
            call.json(&json!({"token": format!("hopinvite_{}_{SECRET}", "1".repeat(17)), "password": PASSWORD}))
        }
        "/api/v1/password/reset" => call.json(&json!({"token": format!("hopreset_{}_{SECRET}", "1".repeat(17)), "new": PASSWORD})),
        "/api/v1/token" | "/api/v1/logout" => call.json(&json!({"refresh_token": REFRESH_TOKEN})),
        "/shorten" => call.header("Content-Type", "application/json").body(r#"{"url":"https://example.com/"}"#),
        // Without an idempotency key each item or line would fail by itself.
        "/api/v1/batch" => call.header("Content-Type", "application/json").header("Idempotency-Key", "k").body(r#"{"items":[]}"#),
        "/api/v1/import" => call.header("Content-Type", "text/csv").header("Idempotency-Key", "k"),
        _ => call.header("Content-Type", "application/json").body(r#"{"target":"https://example.com/","alias":"docs"}"#),
    }
}

fn missing_store_gets_503_with_retry_after(world: &World) {
    for row in ENDPOINTS.iter().filter(|row| row.statuses.contains(&503) && !coverage::needs_assets(row.pattern)) {
        let response = world.without_store().send(&call(row.method, row.pattern));
        let problem = response.problem(503, "store_unavailable");
        let seconds: u32 = response.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds));
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("D1") && !detail.contains("KV"), "the problem must not name the store: {detail}");
    }
}

fn endpoints_without_storage_still_answer(world: &World) {
    for path in ["/health", "/", "/capabilities", "/openapi.json", "/robots.txt", "/problems/not_found", "/app/", "/app/theme.css"] {
        world.without_store().send(&Call::get(path)).expect(200);
    }
}

fn only_health_answers_with_an_invalid_setting(world: &World) {
    let hop = world.misconfigured();
    for row in ENDPOINTS.iter().filter(|row| row.pattern != "/health") {
        let response = hop.send(&call(row.method, row.pattern));
        response.problem(503, "not_configured");
        assert!(response.header("retry-after").is_some());
        assert!(!response.text().contains("HOP_DOMAINS"));
    }
    hop.send(&Call::get("/health")).expect(200);
    assert!(hop.output().contains("HOP_DOMAINS"), "the log names the setting:\n{}", hop.output());
}
