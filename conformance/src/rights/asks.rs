//! What is sent to each route. Whoever is let through does something real where that harms nobody, and else something that is refused for
//! another reason: a version nobody has seen, a body that lacks what is needed.

use serde_json::json;

use super::{Ask, OTHER_DOMAIN};

/// What a request is about.
pub(crate) struct About<'a> {
    pub(crate) domain: &'a str,
    pub(crate) alias: &'a str,
    /// Somebody who may be changed.
    pub(crate) user: &'a str,
    /// A key of theirs that is to be revoked.
    pub(crate) key: &'a str,
}

const TARGET: &str = "https://example.com/rights";

/// The version of no link, no domain and no user.
const UNSEEN: &str = "\"0\"";

/// A request for a route; nothing if nobody has said what to send there.
pub(crate) fn ask(method: &'static str, pattern: &str, about: &About<'_>) -> Option<Ask> {
    let About { domain, alias, user, key } = about;
    let on = format!("?domain={domain}");
    let path = pattern.replace("{alias}", alias).replace("{user}", user).replace("{key}", key).replace("{domain}", domain);
    let path = path.replace("{tag}", "nobody-has-this-tag").replace("{code}", "not_found");
    let plain = Ask::to(method, path.as_str());
    let there = Ask::to(method, format!("{path}{on}"));
    let unseen = |ask: Ask| ask.header("If-Match", UNSEEN);
    Some(match (method, pattern) {
        ("GET", "/" | "/health" | "/ready" | "/capabilities" | "/openapi.json" | "/robots.txt" | "/favicon.ico") => plain,
        ("GET", "/.well-known/security.txt" | "/problems/{code}" | "/{alias}" | "/{alias}+" | "/metrics") => plain,
        ("POST", "/{alias}") => plain.header("Content-Type", "application/x-www-form-urlencoded"),
        ("POST", "/shorten") => plain.json(&json!({ "url": TARGET })),
        ("GET", "/api/v1/links" | "/api/v1/export" | "/api/v1/tags") => there,
        ("POST", "/api/v1/links") => plain.json(&json!({"target": TARGET, "domain": domain})),
        ("GET", "/api/v1/links/{alias}" | "/api/v1/links/{alias}/history" | "/api/v1/links/{alias}/qr") => there,
        ("PATCH", "/api/v1/links/{alias}") => there.json(&json!({"title": "Rights"})),
        ("DELETE", "/api/v1/links/{alias}") => unseen(there),
        ("POST", "/api/v1/links/{alias}/restore") => there,
        ("POST", "/api/v1/links/{alias}/explain") => there.json(&json!({})),
        ("POST", "/api/v1/batch") => {
            let item = json!({"op": "update", "alias": alias, "domain": domain, "patch": {"title": "Rights"}});
            plain.json(&json!({ "items": [item] }))
        }
        ("POST", "/api/v1/import") => {
            let ask = Ask::to(method, format!("{path}{on}&dry_run=true")).header("Content-Type", "application/x-ndjson");
            Ask { body: Some(json!({ "target": TARGET }).to_string()), ..ask }
        }
        ("GET", "/api/v1/aliases/{alias}") => there,
        ("PATCH", "/api/v1/tags/{tag}") => there.json(&json!({"tag": "nor-this"})),
        ("DELETE", "/api/v1/tags/{tag}") => there,
        ("GET", "/api/v1/domains" | "/api/v1/domains/{domain}") => plain,
        ("POST", "/api/v1/domains") => plain.json(&json!({ "domain": domain })),
        ("PATCH", "/api/v1/domains/{domain}") => unseen(plain.json(&json!({"ended": null}))),
        ("DELETE", "/api/v1/domains/{domain}") => unseen(plain),
        ("GET", "/api/v1/me" | "/api/v1/users" | "/api/v1/users/{user}" | "/api/v1/keys" | "/api/v1/keys/{key}") => plain,
        ("GET", "/api/v1/audit") => plain,
        ("POST", "/api/v1/users" | "/api/v1/keys") => plain.json(&json!({})),
        ("PATCH", "/api/v1/users/{user}") => unseen(plain.json(&json!({"name": "Rights"}))),
        ("DELETE", "/api/v1/users/{user}") => unseen(Ask::to(method, format!("{path}?links_to=none"))),
        ("POST", "/api/v1/users/{user}/invite") => plain,
        ("DELETE", "/api/v1/keys/{key}") => plain,
        _ => return None,
    })
}

/// The domains a route is tried on, and whether it is tried with one's own link and another's.
pub(crate) fn varies(needs: super::table::Needs) -> (&'static [&'static str], &'static [bool]) {
    use super::table::{Needs, Say};
    const BOTH: &[&str] = &[super::DOMAIN, OTHER_DOMAIN];
    match needs {
        Needs::A(.., Say::AnyLink | Say::OwnLink) => (BOTH, &[true, false]),
        Needs::A(.., Say::Domain) => (BOTH, &[false]),
        _ => (&[super::DOMAIN], &[false]),
    }
}
