//! Credentials: without the right key a caller gets 401 and no data.

use super::{TARGET, cases, link, show};
use crate::client::Call;
use crate::world::{ADMIN_KEY, World};

cases!("credentials":
    protected_endpoints_need_a_key,
    wrong_credentials_are_refused,
    key_is_checked_before_the_body,
    scheme_is_case_insensitive,
    no_bootstrap_admin_without_its_key,
);

const PROTECTED: &[(&str, &str)] = &[
    ("POST", "/shorten"),
    ("GET", "/api/v1/links"),
    ("POST", "/api/v1/links"),
    ("GET", "/api/v1/links/docs"),
    ("PATCH", "/api/v1/links/docs"),
    ("DELETE", "/api/v1/links/docs"),
    ("POST", "/api/v1/links/docs/restore"),
    ("GET", "/api/v1/links/docs/history"),
    ("POST", "/api/v1/batch"),
    ("POST", "/api/v1/import"),
    ("GET", "/api/v1/export"),
    ("GET", "/api/v1/aliases/docs"),
    ("GET", "/api/v1/tags"),
    ("PATCH", "/api/v1/tags/x"),
    ("DELETE", "/api/v1/tags/x"),
    ("GET", "/api/v1/domains"),
    ("POST", "/api/v1/domains"),
    ("GET", "/api/v1/domains/hop.example"),
    ("PATCH", "/api/v1/domains/hop.example"),
    ("DELETE", "/api/v1/domains/hop.example"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/keys"),
    ("POST", "/api/v1/keys"),
    ("GET", "/api/v1/keys/x"),
    ("DELETE", "/api/v1/keys/x"),
];

fn call(method: &str, path: &str) -> Call {
    let call = Call::new(method, path);
    if method == "POST" { call.header("Content-Type", "application/json").body(r#"{"target":"https://example.com/"}"#) } else { call }
}

fn protected_endpoints_need_a_key(world: &World) {
    for (method, path) in PROTECTED {
        let response = world.hop().send(&call(method, path));
        response.problem(401, "unauthenticated");
        assert_eq!(response.header("www-authenticate").unwrap(), "Bearer realm=\"hop\"", "{method} {path}");
        assert!(!response.text().contains(ADMIN_KEY));
    }
}

fn wrong_credentials_are_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("guarded"));
    link(hop, &alias, TARGET);
    let cut = &ADMIN_KEY[..ADMIN_KEY.len() - 1];
    for credentials in [
        "Bearer".to_owned(),
        "Bearer ".into(),
        "Bearer x".into(),
        format!("Bearer {cut}"),
        format!("Bearer {cut}X"),
        format!("Bearer {ADMIN_KEY}X"),
        format!("Bearer {ADMIN_KEY} {ADMIN_KEY}"),
        format!("Bearer {}", ADMIN_KEY.to_uppercase()),
        format!("Bearer \"{ADMIN_KEY}\""),
        format!("Basic {ADMIN_KEY}"),
        format!("Bearer{ADMIN_KEY}"),
        ADMIN_KEY.into(),
        format!("Bearer {}", "k".repeat(6_000)),
    ] {
        for (method, path) in PROTECTED {
            hop.send(&call(method, path).header("Authorization", credentials.as_str())).problem(401, "unauthenticated");
        }
        let delete = Call::new("DELETE", super::address(&alias)).header("Authorization", credentials.as_str());
        hop.send(&delete).problem(401, "unauthenticated");
    }
    let list = || call("GET", "/api/v1/links");
    for twice in [list().header("Authorization", "Bearer x").admin(), list().admin().header("Authorization", "Bearer x")] {
        hop.send(&twice).problem(401, "unauthenticated");
    }
    for misplaced in [
        call("GET", &format!("/api/v1/links?key={ADMIN_KEY}")),
        call("GET", "/api/v1/links").header("X-Api-Key", ADMIN_KEY),
        call("GET", "/api/v1/links").header("Cookie", format!("key={ADMIN_KEY}")),
    ] {
        hop.send(&misplaced).problem(401, "unauthenticated");
    }
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "live");
}

fn key_is_checked_before_the_body(world: &World) {
    let wrong = Call::new("POST", "/api/v1/links").body(vec![b'x'; 100_000]);
    world.hop().send(&wrong).problem(401, "unauthenticated");
}

fn scheme_is_case_insensitive(world: &World) {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let call = call("GET", "/api/v1/links").header("Authorization", format!("{scheme} {ADMIN_KEY}"));
        world.hop().send(&call).expect(200);
    }
}

fn no_bootstrap_admin_without_its_key(world: &World) {
    let hop = world.without_admin();
    for credentials in ["Bearer ", "Bearer", "", &format!("Bearer {ADMIN_KEY}"), "Bearer undefined", "Bearer null"] {
        for (method, path) in PROTECTED {
            hop.send(&call(method, path).header("Authorization", credentials)).problem(401, "unauthenticated");
        }
    }
    hop.send(&Call::get("/ready")).expect(200);
}
