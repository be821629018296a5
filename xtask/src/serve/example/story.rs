//! What happened in the deployment of the example: who was there, which links were imported and created, who changed
//! what, and who came by.
use serde_json::{Value, json};

use super::calendar::{DAY, HOUR, MINUTE};
use super::links::{DOMAINS, Link, links};
use super::people::{PEOPLE, SAM};
use super::random::Random;
use super::request::Request;
use super::visits::visits;

/// How long ago hop was set up, in days. So the statistics of four weeks can be compared with those of the four before.
pub(super) const DAYS: u64 = 57;

/// Lines of an import that are sent at once.
const LINES: usize = 100;

/// Visits that are replayed at once. hop sends the clicks to the ledger when it has 250.
const VISITS: usize = 240;

/// A person who owns links, as hop knows them.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) id: String,
    pub(super) key: String,
}

/// When it all takes place.
#[derive(Clone, Copy)]
pub(super) struct Period {
    /// When hop was set up.
    pub(super) start: u64,
    pub(super) now: u64,
}

/// A part of the story that is sent at once.
pub(super) enum Part {
    /// Links that come from another shortener.
    Import(Vec<String>),
    Requests(Vec<Request>),
}

impl Period {
    pub(super) fn until(now: u64) -> Self {
        let first = super::calendar::day_of(now) - DAYS * DAY;
        Self { start: first + 7 * HOUR, now }
    }
}

/// The story after the set-up, part by part. `owners` are those of [`PEOPLE`] who own links, in their order. Unless hop's
/// clock can be set, all links are imported, and only the visits of the last day are made.
pub(super) fn parts(period: Period, owners: &[Owner], password: &str, has_clock: bool) -> Vec<Part> {
    let links = links(period.start, period.now);
    let (is_created_since, is_visited_since) = if has_clock { (period.start, period.start) } else { (period.now, period.now - DAY) };
    let owner = |link: &Link| owners.get(link.owner).or(owners.get(SAM));
    let imported = links.iter().filter(|link| link.created_at < is_created_since);
    let lines: Vec<String> = imported.map(|link| line(link, owner(link), period).to_string()).collect();
    let mut parts: Vec<Part> = lines.chunks(LINES).map(|lines| Part::Import(lines.to_vec())).collect();

    let mut requests = Vec::new();
    let mut random = Random::new(4);
    for link in links.iter().filter(|link| link.created_at >= is_created_since) {
        let key = owner(link).map(|owner| owner.key.as_str()).unwrap_or_default();
        requests.push(Request::api(link.created_at, "POST", "api/v1/links", key, &Value::Object(link.fields.clone())));
        if random.has_luck(12) {
            let at = link.created_at + MINUTE + random.below(3 * HOUR);
            requests.push(change(link, at, key, &mut random));
        }
    }
    requests.extend(trials(period, owners));
    if has_clock {
        requests.extend(sign_ins(period, password));
    }
    requests.extend(links.iter().find(|link| link.domain == Some(DOMAINS[0])).map(|link| report(period, link)));
    requests.extend(visits(&links, period.start, period.now).into_iter().map(Request::visit));
    requests.retain(|request| request.at < period.now && (request.at >= is_visited_since || !request.is_visit()));
    requests.sort_by_key(|request| request.at);
    let mut part = Vec::new();
    for request in requests {
        part.push(request);
        if part.len() >= VISITS {
            parts.push(Part::Requests(std::mem::take(&mut part)));
        }
    }
    parts.push(Part::Requests(part));
    parts
}

/// A line of the import.
fn line(link: &Link, owner: Option<&Owner>, period: Period) -> Value {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of clicks")]
    let humans = (link.weight * (period.start.saturating_sub(link.created_at) / DAY) as f64 * 14.0) as u64;
    let mut fields = link.fields.clone();
    fields.insert("created_at".into(), super::calendar::text(link.created_at).into());
    fields.insert("owner".into(), owner.map(|owner| owner.id.clone()).into());
    fields.insert("clicks".into(), json!({"humans": humans, "bots": humans / 9, "previews": humans / 14}));
    Value::Object(fields)
}

/// A correction by its owner.
fn change(link: &Link, at: u64, key: &str, random: &mut Random) -> Request {
    let target = link.fields.get("target").and_then(Value::as_str).unwrap_or_default();
    let patch = match random.below(3) {
        0 => json!({"note": "Asked for by the shop in Bern."}),
        1 => json!({"target": format!("{target}{}v=2", if target.contains('?') { "&" } else { "?" })}),
        _ => json!({"tags": Value::from_iter(tags(link).into_iter().chain(["checked".into()]))}),
    };
    let query = link.domain.map(|domain| format!("?domain={domain}")).unwrap_or_default();
    Request::api(at, "PATCH", &format!("api/v1/links/{}{query}", link.alias), key, &patch)
}

fn tags(link: &Link) -> Vec<Value> {
    link.fields.get("tags").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// People sign in now and then, in the morning.
fn sign_ins(period: Period, password: &str) -> Vec<Request> {
    let mut random = Random::new(5);
    let mut requests = Vec::new();
    for person in PEOPLE.iter().filter(|person| person.is_active) {
        let mut at = period.start + DAY;
        while at < period.now {
            let body = json!({"email": person.email, "password": password});
            requests.push(Request::public(at + random.below(90 * MINUTE), "api/v1/login", &body));
            at += (2 + random.below(9)) * DAY;
        }
    }
    requests
}

/// Links that were made to try hop out, and deleted.
fn trials(period: Period, owners: &[Owner]) -> Vec<Request> {
    let Some(owner) = owners.first() else { return Vec::new() };
    let aliases = ["test", "test-2", "hello"];
    let link = |alias: &str| json!({"alias": alias, "target": "https://example.com/", "title": "Test"});
    let trials = (0..).zip(aliases).flat_map(|(number, alias)| {
        let at = period.start + HOUR + number * 7 * MINUTE;
        let created = Request::api(at, "POST", "api/v1/links", &owner.key, &link(alias));
        [created, Request::api(at + 5 * MINUTE, "DELETE", &format!("api/v1/links/{alias}"), &owner.key, &json!({}))]
    });
    trials.collect()
}

/// The set-up: the requests that make the first owner and invite the others.
pub(super) fn first_owner(period: Period, admin_key: &str, password: &str) -> Request {
    let body = json!({"email": PEOPLE[SAM].email, "name": PEOPLE[SAM].name, "password": password});
    Request::api(period.start, "POST", "api/v1/setup", admin_key, &body)
}

/// The invitation of a person, by the bootstrap admin.
pub(super) fn invitation(period: Period, admin_key: &str, number: usize) -> Request {
    let person = &PEOPLE[number];
    let body = json!({"email": person.email, "name": person.name, "role": person.role});
    let at = if person.is_active { period.start } else { period.now - 2 * DAY };
    Request::api(at, "POST", "api/v1/users", admin_key, &body)
}

pub(super) fn acceptance(period: Period, token: &str, password: &str) -> Request {
    Request::public(period.start + MINUTE, "api/v1/invitations/accept", &json!({"token": token, "password": password}))
}

pub(super) fn new_key(period: Period, admin_key: &str, owner: &str, name: &str) -> Request {
    let body = json!({"name": name, "scopes": ["links:read", "links:write", "stats:read"], "owner": owner});
    Request::api(period.start + 2 * MINUTE, "POST", "api/v1/keys", admin_key, &body)
}

/// The domains, and a host to which no link may lead.
pub(super) fn surroundings(period: Period, admin_key: &str) -> Vec<Request> {
    let at = period.start + 3 * MINUTE;
    let roots = ["https://www.example.com/", "https://events.example.org/"];
    let domains = DOMAINS.iter().zip(roots).map(|(domain, root)| {
        Request::api(
            at,
            "POST",
            "api/v1/domains",
            admin_key,
            &json!({"domain": domain, "root": root, "not_found": format!("{root}not-found")}),
        )
    });
    let blocked = json!({"host": "win-a-tent.example", "reason": "Phishing, reported by customers"});
    domains.chain([Request::api(at, "POST", "api/v1/blocklist", admin_key, &blocked)]).collect()
}

/// What somebody reports about a link.
fn report(period: Period, link: &Link) -> Request {
    let url = format!("https://{}/{}", link.domain.unwrap_or_default(), link.alias);
    let body = json!({"url": url, "reason": "spam", "detail": "I got this in a text message that I did not ask for.",
        "contact": "lee@example.org"});
    Request::public(period.now - 20 * HOUR, "api/v1/reports", &body)
}
