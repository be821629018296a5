//! The request for each endpoint. With the right it makes a real change, if that has no effect on others. Elsewhere it
//! fails for another reason: a version that does not exist, a body that lacks a field.

use serde_json::json;

use super::table::{Reach, Requires};
use crate::client::Call;
use crate::world::{DOMAIN, OTHER_DOMAIN};

/// What a request names.
pub(crate) struct Subject<'a> {
    pub(crate) domain: &'a str,
    pub(crate) alias: &'a str,
    pub(crate) user: &'a str,
    /// A key that may be revoked.
    pub(crate) key: &'a str,
}

const TARGET: &str = "https://example.com/rights";

/// The version of no link, no domain and no user.
const NO_VERSION: &str = "\"0\"";

/// The request for an endpoint, or nothing if none is defined here.
pub(crate) fn request(method: &str, pattern: &str, subject: &Subject<'_>) -> Option<Call> {
    let Subject { domain, alias, user, key } = subject;
    let query = format!("?domain={domain}");
    let path = pattern.replace("{alias}", alias).replace("{user}", user).replace("{key}", key).replace("{domain}", domain);
    let path = path.replace("{tag}", "no-such-tag").replace("{code}", "not_found").replace("{session}", "x");
    let path = path.replace("{host}", "no-such-host.example").replace("{report}", "no-such-report").replace("{file}", "no-such-file.js");
    let plain = Call::new(method, path.as_str());
    let on_domain = Call::new(method, format!("{path}{query}"));
    let stale = |call: Call| call.header("If-Match", NO_VERSION);
    Some(match (method, pattern) {
        ("GET", "/" | "/health" | "/ready" | "/capabilities" | "/openapi.json" | "/robots.txt" | "/favicon.ico") => plain,
        ("POST", "/api/v1/ingest") => plain.header("Content-Type", "application/x-ndjson").body("no line"),
        ("GET", "/.well-known/fastly/logging/challenge") => plain,
        ("GET", "/app" | "/app/" | "/app/theme.css" | "/app/assets/{file}") => plain,
        ("GET", "/.well-known/security.txt" | "/problems/{code}" | "/{alias}" | "/{alias}+" | "/metrics") => plain,
        ("POST", "/{alias}") => plain.header("Content-Type", "application/x-www-form-urlencoded"),
        ("POST", "/shorten") => plain.json(&json!({ "url": TARGET })),
        ("GET", "/api/v1/links" | "/api/v1/export" | "/api/v1/tags") => on_domain,
        ("POST", "/api/v1/links") => plain.json(&json!({"target": TARGET, "domain": domain})),
        ("GET", "/api/v1/links/{alias}" | "/api/v1/links/{alias}/history" | "/api/v1/links/{alias}/qr") => on_domain,
        ("GET", "/api/v1/links/{alias}/stats" | "/api/v1/links/{alias}/clicks" | "/api/v1/stats") => on_domain,
        ("PATCH", "/api/v1/links/{alias}") => on_domain.json(&json!({"title": "Rights"})),
        ("DELETE", "/api/v1/links/{alias}") => stale(on_domain),
        ("POST", "/api/v1/links/{alias}/restore") => on_domain,
        ("POST", "/api/v1/links/{alias}/explain") => on_domain.json(&json!({})),
        ("POST", "/api/v1/batch") => {
            let item = json!({"op": "update", "alias": alias, "domain": domain, "patch": {"title": "Rights"}});
            plain.json(&json!({ "items": [item] }))
        }
        ("POST", "/api/v1/import") => {
            let call = Call::new(method, format!("{path}{query}&dry_run=true"));
            call.header("Content-Type", "application/x-ndjson").body(json!({ "target": TARGET }).to_string())
        }
        ("GET", "/api/v1/aliases/{alias}") => on_domain,
        ("PATCH", "/api/v1/tags/{tag}") => on_domain.json(&json!({"tag": "no-such-tag-either"})),
        ("DELETE", "/api/v1/tags/{tag}") => on_domain,
        ("GET", "/api/v1/domains" | "/api/v1/domains/{domain}") => plain,
        ("POST", "/api/v1/domains") => plain.json(&json!({ "domain": domain })),
        ("PATCH", "/api/v1/domains/{domain}") => stale(plain.json(&json!({"ended": null}))),
        ("DELETE", "/api/v1/domains/{domain}") => stale(plain),
        ("GET", "/api/v1/blocklist") => plain,
        ("POST", "/api/v1/blocklist") => plain.json(&json!({ "host": "not a host" })),
        ("DELETE", "/api/v1/blocklist/{host}") => plain,
        ("GET", "/report" | "/api/v1/reports") => plain,
        ("POST", "/report") => plain.header("Content-Type", "application/x-www-form-urlencoded"),
        ("POST", "/api/v1/reports") => plain.json(&json!({})),
        ("PATCH", "/api/v1/reports/{report}") => plain.json(&json!({"state": "resolved", "action": "dismissed"})),
        ("GET", "/api/v1/me" | "/api/v1/users" | "/api/v1/users/{user}" | "/api/v1/keys" | "/api/v1/keys/{key}") => plain,
        ("GET", "/api/v1/audit") => plain,
        ("POST", "/api/v1/users" | "/api/v1/keys") => plain.json(&json!({})),
        ("PATCH", "/api/v1/users/{user}") => stale(plain.json(&json!({"name": "Rights"}))),
        ("DELETE", "/api/v1/users/{user}") => stale(Call::new(method, format!("{path}?links_to=none"))),
        ("POST", "/api/v1/users/{user}/invite" | "/api/v1/users/{user}/reset" | "/api/v1/maintenance") => plain,
        ("POST", "/api/v1/setup" | "/api/v1/password" | "/api/v1/password/reset") => plain.json(&json!({})),
        ("POST", "/api/v1/invitations/accept" | "/api/v1/login" | "/api/v1/token" | "/api/v1/logout") => plain.json(&json!({"x": 1})),
        ("GET", "/api/v1/sessions") | ("DELETE", "/api/v1/sessions/{session}") => plain,
        ("DELETE", "/api/v1/keys/{key}") => plain,
        _ => return None,
    })
}

/// The domains on which an endpoint is called, and whether the link is the caller's own.
pub(crate) fn variants(requires: Requires) -> (&'static [&'static str], &'static [bool]) {
    const BOTH: &[&str] = &[DOMAIN, OTHER_DOMAIN];
    match requires {
        Requires::Right(.., Reach::ReadLink | Reach::EditLink) => (BOTH, &[true, false]),
        Requires::Right(.., Reach::NamedDomain) => (BOTH, &[false]),
        _ => (&[DOMAIN], &[false]),
    }
}
