//! The matrix itself: every row of the table for everybody.

use std::collections::BTreeMap;

use hop_core::endpoints::ENDPOINTS;
use serde_json::{Value, json};

use super::asks::{About, ask, varies};
use super::people::{Principal, SCOPES, Users, everybody};
use super::table::{TABLE, Verdict, verdict};
use super::{Ask, DOMAIN, Hop, OTHER_DOMAIN, Reply, id_of};

/// The links that are asked for: one of each owner on each domain.
struct Links(BTreeMap<(Option<String>, &'static str), String>);

impl Links {
    fn of(hop: &impl Hop, users: &Users) -> Self {
        let Users { owner, admin, editor, viewer, somebody } = users;
        let owners = [Some(owner), Some(admin), Some(editor), Some(viewer), Some(somebody), None];
        let links = owners.into_iter().flat_map(|owner| [DOMAIN, OTHER_DOMAIN].map(|domain| (owner.cloned(), domain)));
        let make = |(owner, domain): (Option<String>, &'static str)| {
            let alias = hop.name("rights");
            let new = json!({"alias": alias, "domain": domain, "target": "https://example.com/"});
            hop.send(&Ask::to("POST", "/api/v1/links").json(&new).with(&hop.admin_key())).expect(201);
            if let Some(owner) = &owner {
                let path = format!("/api/v1/links/{alias}?domain={domain}");
                hop.send(&Ask::to("PATCH", path).json(&json!({ "owner": owner })).with(&hop.admin_key())).expect(200);
            }
            ((owner, domain), alias)
        };
        Self(links.map(make).collect())
    }

    /// A link of `owner`.
    fn get(&self, owner: Option<&String>, domain: &'static str) -> &str {
        self.0.get(&(owner.cloned(), domain)).map_or("nobody-has-this", String::as_str)
    }
}

/// Every route that hop documents is in the table and the other way round, and for each it is known what to send.
pub(crate) fn check_table() {
    let about = About { domain: DOMAIN, alias: "a", user: "u", key: "k" };
    let documented: Vec<(&str, &str)> = ENDPOINTS.iter().map(|row| (row.method, row.pattern)).collect();
    let decided: Vec<(&str, &str)> = TABLE.iter().map(|(method, pattern, _)| (*method, *pattern)).collect();
    let missing: Vec<_> = documented.iter().filter(|row| !decided.contains(row)).collect();
    assert!(missing.is_empty(), "nobody has decided who may ask for these: {missing:?}");
    let gone: Vec<_> = decided.iter().filter(|row| !documented.contains(row)).collect();
    assert!(gone.is_empty(), "these are no routes: {gone:?}");
    let twice: Vec<_> = decided.iter().enumerate().filter(|(at, row)| decided.iter().take(*at).any(|other| other == *row)).collect();
    assert!(twice.is_empty(), "these are decided twice: {twice:?}");
    let unknown: Vec<_> = TABLE.iter().filter(|(method, pattern, _)| ask(method, pattern, &about).is_none()).collect();
    assert!(unknown.is_empty(), "nobody has said what to send to these: {unknown:?}");
    let strange = super::table::strange_scopes();
    assert!(strange.is_empty(), "nobody has these scopes: {strange:?}");
}

/// Asks for everything as everybody. All that was answered otherwise than the table has it, one line each.
pub(crate) fn wrong_cells(hop: &impl Hop) -> Vec<String> {
    let users = Users::of(hop);
    let links = Links::of(hop, &users);
    let everybody = everybody(hop, &users);
    let key = hop.key(&users.somebody, &SCOPES, None);
    let mut wrong = Vec::new();
    for (method, pattern, needs) in TABLE {
        let (domains, whose) = varies(*needs);
        for (who, domain, is_own) in everybody
            .iter()
            .flat_map(|who| domains.iter().map(move |domain| (who, *domain)))
            .flat_map(|(who, domain)| whose.iter().map(move |is_own| (who, domain, *is_own)))
        {
            let alias = links.get(if is_own { who.user.as_ref() } else { Some(&users.somebody) }, domain);
            let about = About { domain, alias, user: &users.somebody, key: id_of(&key) };
            let Some(ask) = ask(method, pattern, &about) else { continue };
            let reply = hop.send(&who.key.iter().fold(ask, |ask, key| ask.with(key)));
            let expected = verdict(*needs, who, domain, is_own);
            if judged(&reply) != expected {
                wrong.push(cell(method, pattern, who, domain, is_own, &reply, expected));
            }
        }
    }
    wrong
}

fn cell(method: &str, pattern: &str, who: &Principal, domain: &str, is_own: bool, reply: &Reply, expected: Verdict) -> String {
    let whose = if is_own { "their own" } else { "another's" };
    format!("{method} {pattern} as {}, {whose}, on {domain}: {expected:?} expected, not {} {}", who.name, reply.status, reply.body)
}

/// A 403 of rights says what it takes; others are about forms and visits. Of a batch the one item counts.
fn judged(reply: &Reply) -> Verdict {
    let of_an_item = match &reply.json()["results"] {
        Value::Array(items) => items.first().and_then(|item| item["status"].as_u64()),
        _ => None,
    };
    match of_an_item.unwrap_or(reply.status.into()) {
        401 => Verdict::Unknown,
        403 if of_an_item.is_some() || reply.challenge.is_some() => Verdict::Refused,
        500 | 503 => Verdict::Fault,
        _ => Verdict::LetThrough,
    }
}
