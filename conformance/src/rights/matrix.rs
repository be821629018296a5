//! The matrix: every row of the table for every kind of caller.

use std::collections::BTreeMap;

use hop_core::endpoints::ENDPOINTS;
use serde_json::{Value, json};

use super::principals::{self, Principal, SCOPES, Users};
use super::requests::{Subject, request, variants};
use super::table::{Outcome, TABLE, expected, unknown_scopes};
use super::{Hop, id_of};
use crate::client::{Call, Response};
use crate::world::{DOMAIN, OTHER_DOMAIN};

/// One link of each owner on each domain.
struct Links(BTreeMap<(Option<String>, &'static str), String>);

impl Links {
    fn create(hop: Hop<'_>, users: &Users) -> Self {
        let Users { owner, admin, editor, viewer, other } = users;
        let owners = [Some(owner), Some(admin), Some(editor), Some(viewer), Some(other), None];
        let links = owners.into_iter().flat_map(|owner| [DOMAIN, OTHER_DOMAIN].map(|domain| (owner.cloned(), domain)));
        let create = |(owner, domain): (Option<String>, &'static str)| {
            let alias = hop.name("rights");
            let new = json!({"alias": alias, "domain": domain, "target": "https://example.com/"});
            hop.send(&Call::post_json("/api/v1/links", &new)).expect(201);
            if let Some(owner) = &owner {
                let path = format!("/api/v1/links/{alias}?domain={domain}");
                hop.send(&Call::new("PATCH", path).json(&json!({ "owner": owner })).admin()).expect(200);
            }
            ((owner, domain), alias)
        };
        Self(links.map(create).collect())
    }

    /// The alias of `owner`'s link.
    fn get(&self, owner: Option<&String>, domain: &'static str) -> &str {
        self.0.get(&(owner.cloned(), domain)).map_or("no-such-link", String::as_str)
    }
}

/// Fails unless the table has exactly the endpoints of hop, each once, and each has a request.
pub(crate) fn check_table() {
    let subject = Subject { domain: DOMAIN, alias: "a", user: "u", key: "k" };
    let documented: Vec<(&str, &str)> = ENDPOINTS.iter().map(|row| (row.method, row.pattern)).collect();
    let listed: Vec<(&str, &str)> = TABLE.iter().map(|(method, pattern, _)| (*method, *pattern)).collect();
    let missing: Vec<_> = documented.iter().filter(|row| !listed.contains(row)).collect();
    assert!(missing.is_empty(), "the table lacks these endpoints: {missing:?}");
    let gone: Vec<_> = listed.iter().filter(|row| !documented.contains(row)).collect();
    assert!(gone.is_empty(), "the table has endpoints that do not exist: {gone:?}");
    let twice: Vec<_> = listed.iter().enumerate().filter(|(at, row)| listed.iter().take(*at).any(|other| other == *row)).collect();
    assert!(twice.is_empty(), "the table has these endpoints twice: {twice:?}");
    let without: Vec<_> = TABLE.iter().filter(|(method, pattern, _)| request(method, pattern, &subject).is_none()).collect();
    assert!(without.is_empty(), "these endpoints have no request in requests.rs: {without:?}");
    let unknown = unknown_scopes();
    assert!(unknown.is_empty(), "these scopes do not exist: {unknown:?}");
}

/// Calls every endpoint as every caller. The result has one line for each outcome that differs from the table.
pub(crate) fn wrong_outcomes(hop: Hop<'_>) -> Vec<String> {
    let users = Users::create(hop);
    let links = Links::create(hop, &users);
    let callers = principals::all(hop, &users);
    let key = hop.key(&users.other, &SCOPES, None);
    let mut wrong = Vec::new();
    for (method, pattern, requires) in TABLE {
        let (domains, ownership) = variants(*requires);
        for (caller, domain, is_own) in callers
            .iter()
            .flat_map(|caller| domains.iter().map(move |domain| (caller, *domain)))
            .flat_map(|(caller, domain)| ownership.iter().map(move |is_own| (caller, domain, *is_own)))
        {
            let alias = links.get(if is_own { caller.user.as_ref() } else { Some(&users.other) }, domain);
            let subject = Subject { domain, alias, user: &users.other, key: id_of(&key) };
            let Some(request) = request(method, pattern, &subject) else { continue };
            let response = hop.send(&caller.key.iter().fold(request, |request, key| request.with_key(key)));
            let expected = expected(*requires, caller, domain, is_own);
            if outcome(&response) != expected {
                wrong.push(difference(method, pattern, caller, domain, is_own, &response, expected));
            }
        }
    }
    wrong
}

fn difference(
    method: &str,
    pattern: &str,
    caller: &Principal,
    domain: &str,
    is_own: bool,
    response: &Response,
    expected: Outcome,
) -> String {
    let link = if is_own { "their own link" } else { "another's link" };
    let found = format!("{} {}", response.status, response.text());
    format!("{method} {pattern} as {}, {link}, on {domain}: expected {expected:?}, found {found}", caller.name)
}

/// The outcome of a response. A 403 about rights has a challenge; others are about forms and visits. The outcome of a
/// batch is that of its only item.
fn outcome(response: &Response) -> Outcome {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let item_status = match &body["results"] {
        Value::Array(items) => items.first().and_then(|item| item["status"].as_u64()),
        _ => None,
    };
    match item_status.unwrap_or(response.status.into()) {
        401 => Outcome::Unauthenticated,
        403 if item_status.is_some() || response.header("www-authenticate").is_some() => Outcome::Forbidden,
        500 | 503 => Outcome::Fault,
        _ => Outcome::Allowed,
    }
}
