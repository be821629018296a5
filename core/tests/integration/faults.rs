//! Store faults: at every step of every verb the store fails, answers late, or answers with an older value. No
//! acknowledged write is lost, no failed one is acknowledged, and lists show exactly the stored links.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use crate::support::accounts::{self, Accounts};
use crate::support::audit::{StoredLink, check_list, clicks, count, lines, stored_links, text};
use crate::support::client::Answer;
use crate::support::keys::{KEYS, OWNER, PLANTED, SHOWN, key_record, new_key, plant as plant_key};
use crate::support::locks::{PASSWORD, bring_locked, press, type_in};
use crate::support::replay::{OnFailure, slow};
use crate::support::reports::{PLANTED_REPORT, REPORTS, plant_report, report, resolve, send_form};
use crate::support::store_faults::{self, FEW_OPERATIONS, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::Head;
use hop_core::endpoints::{ENDPOINTS, Endpoint};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, OPERATIONS, StoreStep};
use hop_core::store::Key;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

/// What a verb promises a caller that sees it succeed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Promise {
    /// The store is unchanged.
    Nothing,
    /// The store is unchanged, or has one new link because it showed an older value.
    Found,
    /// There is one new link, as the answer shows it.
    NewLink,
    /// The link of this alias is live.
    Live(&'static str),
    /// The link of this alias is deleted.
    Deleted(&'static str),
    /// The link of this alias has the target `TARGET`.
    Target(&'static str),
    /// The link of this alias may be followed `NEW_LIMIT` times.
    Limit(&'static str),
    /// The link of the first alias is at the second.
    Moved(&'static str, &'static str),
    /// The links of these aliases are edited, as many as the answer counts.
    Edited(&'static [&'static str]),
    /// The link of this alias is blocked.
    Blocked(&'static str),
    /// Nothing is left of the link of this alias.
    Erased(&'static str),
    /// The alias has a new link, whatever it had before.
    Reused(&'static str),
}

#[derive(Clone, Copy)]
struct Verb {
    name: &'static str,
    ask: fn() -> Ask,
    success: u16,
    promise: Promise,
    /// Other statuses it may answer if the store shows an older value.
    outdated: &'static [u16],
}

const fn verb(name: &'static str, ask: fn() -> Ask, success: u16, promise: Promise, outdated: &'static [u16]) -> Verb {
    Verb { name, ask, success, promise, outdated }
}

const TARGET: &str = "https://example.com/new";

const NEW_LIMIT: usize = 2;

fn create(alias: &str) -> Ask {
    Ask::create(&json!({"target": TARGET, "alias": alias}))
}

fn find(target: &str) -> Ask {
    Ask::create(&json!({"target": target, "find_if_exists": true}))
}

fn upsert(target: &str) -> Ask {
    Ask::create(&json!({"target": target, "external_id": "sku-1", "update_if_exists": true}))
}

fn patch() -> Value {
    json!({"target": TARGET, "title": "changed"})
}

/// A change of everything that decides where visitors are redirected, and whether they are.
fn terms() -> Value {
    let rule = json!({"when": [{"type": "country", "any": ["DE"]}], "target": TARGET});
    json!({"target": TARGET, "rules": [rule], "max_clicks": 1, "password": PASSWORD})
}

fn rename(alias: &str, to: &str) -> Ask {
    Ask::change(alias, &json!({"alias": to, "keep_old_alias": true}))
}

fn reusing_rename(alias: &str, to: &str) -> Ask {
    Ask::change(alias, &json!({"alias": to, "reuse": true}))
}

fn update(alias: &str, patch: &Value) -> Value {
    json!({"op": "update", "alias": alias, "patch": patch})
}

fn import(alias: &str, target: &str) -> Ask {
    Ask::import("", "application/x-ndjson", json!({"alias": alias, "target": target}).to_string())
}

/// The only result of a batch or an import, as an answer of its own.
fn unwrap_single_result(answer: Answer) -> Answer {
    let json = answer.json();
    let Some([result]) = json["results"].as_array().map(Vec::as_slice) else { return answer };
    let body = if result["problem"].is_object() { &result["problem"] } else { result.get("link").unwrap_or(result) };
    let status = StatusCode::from_u16(result["status"].as_u64().unwrap_or_default() as u16).expect("a status");
    let mut headers = answer.headers;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    Answer { status, headers, body: body.to_string().into_bytes() }
}

/// Every verb, with links in every state. `world` makes these links.
const VERBS: &[Verb] = &[
    verb("create", || create("new"), 201, Promise::NewLink, &[]),
    verb("create with any alias", || Ask::create(&json!({"target": TARGET})), 201, Promise::NewLink, &[]),
    verb("create a taken alias", || create("live"), 409, Promise::Nothing, &[]),
    verb("create a retired alias", || create("gone"), 409, Promise::Nothing, &[]),
    verb("shorten", || Ask::shorten(TARGET), 201, Promise::NewLink, &[]),
    verb("show", || Ask::show("live"), 200, Promise::Nothing, &[404]),
    verb("show nothing", || Ask::show("nothing"), 404, Promise::Nothing, &[]),
    verb("list", || Ask::list("/api/v1/links"), 200, Promise::Nothing, &[]),
    verb("list a page", || Ask::list("/api/v1/links?limit=1&state=live"), 200, Promise::Nothing, &[]),
    verb("list by alias", || Ask::list("/api/v1/links?prefix=l"), 200, Promise::Nothing, &[]),
    verb("export", || Ask::list("/api/v1/export?limit=2"), 200, Promise::Nothing, &[]),
    verb("export rows", || Ask::list("/api/v1/export?format=csv"), 200, Promise::Nothing, &[]),
    verb("find", || find("https://example.com/live"), 200, Promise::Found, &[201]),
    verb("find or create", || find(TARGET), 201, Promise::NewLink, &[]),
    verb("update or create", || upsert(TARGET), 201, Promise::NewLink, &[]),
    verb("follow", || Ask::visit("live"), 302, Promise::Nothing, &[404]),
    verb("head", || Ask { method: Method::HEAD, ..Ask::visit("live") }, 302, Promise::Nothing, &[404]),
    verb("follow a deleted link", || Ask::visit("gone"), 410, Promise::Nothing, &[302]),
    verb("follow nothing", || Ask::visit("nothing"), 404, Promise::Nothing, &[]),
    verb("delete", || Ask::delete("live"), 204, Promise::Deleted("live"), &[404]),
    verb("delete a deleted link", || Ask::delete("gone"), 204, Promise::Deleted("gone"), &[]),
    verb("delete a restored link", || Ask::delete("back"), 204, Promise::Deleted("back"), &[]),
    verb("restore", || Ask::restore("gone"), 200, Promise::Live("gone"), &[]),
    verb("restore a live link", || Ask::restore("live"), 200, Promise::Live("live"), &[404]),
    verb("restore a restored link", || Ask::restore("back"), 200, Promise::Live("back"), &[]),
    verb("change", || Ask::change("live", &patch()), 200, Promise::Target("live"), &[404]),
    verb("lock, limit and set rules", || Ask::change("live", &terms()), 200, Promise::Target("live"), &[404]),
    verb("change a limit", || Ask::change("spent", &json!({"max_clicks": NEW_LIMIT})), 200, Promise::Limit("spent"), &[404]),
    verb("change with the current etag", || Ask::change_if("live", "\"1\"", &patch()), 200, Promise::Target("live"), &[404]),
    verb("change with another etag", || Ask::change_if("back", "\"2\"", &patch()), 412, Promise::Nothing, &[200, 410]),
    verb("change a deleted link", || Ask::change("gone", &patch()), 410, Promise::Nothing, &[]),
    verb("rename", || rename("live", "moved"), 200, Promise::Moved("live", "moved"), &[404]),
    verb("rename without forwarding", || Ask::change("live", &json!({"alias": "moved"})), 200, Promise::Moved("live", "moved"), &[404]),
    verb("rename to a taken alias", || rename("live", "back"), 409, Promise::Nothing, &[404]),
    verb("rename to a retired alias", || rename("live", "gone"), 409, Promise::Nothing, &[404]),
    verb("rename back", || rename("there", "once"), 200, Promise::Moved("there", "once"), &[404, 409]),
    verb("rename onto a retired alias", || reusing_rename("live", "gone"), 200, Promise::Moved("live", "gone"), &[404, 409]),
    verb("reuse", || Ask::create(&json!({"target": TARGET, "alias": "gone", "reuse": true})), 201, Promise::Reused("gone"), &[409]),
    verb("delete a forwarding alias", || Ask::delete("once"), 204, Promise::Nothing, &[404]),
    verb("qr", || Ask::list("/api/v1/links/live/qr"), 200, Promise::Nothing, &[404]),
    verb("qr of a deleted link", || Ask::list("/api/v1/links/gone/qr"), 410, Promise::Nothing, &[200, 404]),
    verb("maintain", || Ask::post("/api/v1/maintenance", &json!({})), 200, Promise::Nothing, &[]),
    verb("ingest", || Ask::ingest("no line\n".into()), 200, Promise::Nothing, &[]),
    verb("metrics", || Ask::list("/metrics"), 200, Promise::Nothing, &[]),
    verb("robots", || Ask::visit("robots.txt"), 200, Promise::Nothing, &[]),
    verb("history", || Ask::list("/api/v1/links/back/history"), 200, Promise::Nothing, &[404]),
    verb(
        "create in a batch",
        || Ask::batch(&[json!({"op": "create", "link": {"target": TARGET, "alias": "new"}})]),
        201,
        Promise::NewLink,
        &[],
    ),
    verb("change in a batch", || Ask::batch(&[update("live", &patch())]), 200, Promise::Target("live"), &[404]),
    verb("rename in a batch", || Ask::batch(&[update("live", &json!({"alias": "moved"}))]), 200, Promise::Moved("live", "moved"), &[404]),
    verb("delete in a batch", || Ask::batch(&[json!({"op": "delete", "alias": "live"})]), 204, Promise::Deleted("live"), &[404]),
    verb("delete nothing in a batch", || Ask::batch(&[json!({"op": "delete", "alias": "nothing"})]), 404, Promise::Nothing, &[]),
    verb("import", || import("new", TARGET), 201, Promise::NewLink, &[]),
    verb("import an existing link", || import("live", "https://example.com/live"), 200, Promise::Nothing, &[409]),
    verb("import a taken alias", || import("live", TARGET), 409, Promise::Nothing, &[]),
    verb("show the availability of an alias", || Ask::list("/api/v1/aliases/nothing"), 200, Promise::Nothing, &[]),
    verb("link statistics", || Ask::list("/api/v1/links/live/stats?by=country"), 200, Promise::Nothing, &[404]),
    verb("latest clicks", || Ask::list("/api/v1/links/live/clicks"), 200, Promise::Nothing, &[404]),
    verb("statistics", || Ask::list("/api/v1/stats"), 200, Promise::Nothing, &[]),
    verb("list tags", || Ask::list("/api/v1/tags"), 200, Promise::Nothing, &[]),
    verb("retag", || Ask::patch("/api/v1/tags/x", &json!({"tag": "y"})), 200, Promise::Edited(&["gone", "back"]), &[404]),
    verb("delete a tag", || Ask::remove("/api/v1/tags/x"), 200, Promise::Edited(&["gone", "back"]), &[404]),
    verb("erase", || Ask::remove("/api/v1/links/back?erase=true"), 204, Promise::Erased("back"), &[404]),
    verb("erase a deleted link", || Ask::remove("/api/v1/links/gone?erase=true"), 204, Promise::Erased("gone"), &[404]),
    verb("add a domain", || Ask::post("/api/v1/domains", &json!({"domain": "c.example"})), 201, Promise::Nothing, &[]),
    verb("list domains", || Ask::list("/api/v1/domains"), 200, Promise::Nothing, &[]),
    verb("show a domain", || Ask::list("/api/v1/domains/hop.example"), 200, Promise::Nothing, &[]),
    verb("change a domain", || Ask::patch("/api/v1/domains/hop.example", &json!({"root": TARGET})), 200, Promise::Nothing, &[]),
    verb("delete a domain", || Ask::remove("/api/v1/domains/d.example"), 204, Promise::Nothing, &[404]),
    verb("list the blocklist", || Ask::list("/api/v1/blocklist"), 200, Promise::Nothing, &[]),
    verb("block a host", || Ask::post("/api/v1/blocklist", &json!({"host": "c.example"})), 201, Promise::Nothing, &[]),
    verb("unblock a host", || Ask::remove("/api/v1/blocklist/d.example"), 204, Promise::Nothing, &[404]),
    verb("show the report form", || Ask::visit("report"), 200, Promise::Nothing, &[]),
    verb("send the report form", || send_form(&[("url", "hop.example/live"), ("reason", "spam")]), 200, Promise::Nothing, &[422]),
    verb("report a link", || report(&json!({"url": "hop.example/live", "reason": "spam"})), 202, Promise::Nothing, &[422]),
    verb("list reports", || Ask::list(REPORTS), 200, Promise::Nothing, &[]),
    verb("list open reports", || Ask::list("/api/v1/reports?state=open"), 200, Promise::Nothing, &[]),
    verb("dismiss a report", || resolve(PLANTED_REPORT, "dismissed"), 200, Promise::Nothing, &[404]),
    verb("block a reported link", || resolve(PLANTED_REPORT, "blocked"), 200, Promise::Blocked("live"), &[404, 410]),
    verb("list audit events", || Ask::list("/api/v1/audit"), 200, Promise::Nothing, &[]),
    verb("visit the root of an added domain", || Ask::visit("").at("d.example"), 200, Promise::Nothing, &[404]),
    verb("ready", || Ask::visit("ready"), 200, Promise::Nothing, &[]),
    verb("spend a click", || Ask::visit("few"), 302, Promise::Nothing, &[404]),
    verb("spend a click too many", || Ask::visit("spent"), 410, Promise::Nothing, &[404]),
    verb("head of a limited link", || Ask { method: Method::HEAD, ..Ask::visit("few") }, 200, Promise::Nothing, &[404]),
    verb("head of a used-up link", || Ask { method: Method::HEAD, ..Ask::visit("spent") }, 410, Promise::Nothing, &[200, 404]),
    verb("preview", || Ask::visit("live+"), 200, Promise::Nothing, &[404]),
    verb("preview a limited link", || Ask::visit("few+"), 200, Promise::Nothing, &[404]),
    verb("preview a used-up link", || Ask::visit("spent+"), 410, Promise::Nothing, &[200, 404]),
    verb("preview a locked link", || Ask::visit("locked+"), 200, Promise::Nothing, &[404]),
    verb("visit a locked link", || Ask::visit("locked"), 200, Promise::Nothing, &[404]),
    verb("type the password", || type_in("locked", PASSWORD), 303, Promise::Nothing, &[404]),
    verb("type another password", || type_in("locked", "another password"), 403, Promise::Nothing, &[404]),
    verb("visit a link with a confirmation", || Ask::visit("asking"), 200, Promise::Nothing, &[404]),
    verb("press the button", || press("asking"), 303, Promise::Nothing, &[404]),
    verb("confirm a link without a question", || press("live"), 303, Promise::Nothing, &[404]),
    verb("show the caller", || Ask::list("/api/v1/me").showing(SHOWN), 200, Promise::Nothing, &[401]),
    verb("make a key", || new_key(OWNER, &["links:read"], &json!({})), 201, Promise::Nothing, &[422]),
    verb("list keys", || Ask::list(KEYS), 200, Promise::Nothing, &[]),
    verb("show a key", || Ask::list(&format!("{KEYS}/{PLANTED}")), 200, Promise::Nothing, &[404]),
    verb("revoke a key", || Ask::remove(&format!("{KEYS}/{PLANTED}")), 204, Promise::Nothing, &[404]),
    verb("explain", || explain("live"), 200, Promise::Nothing, &[404]),
    verb("explain a limited link", || explain("few"), 200, Promise::Nothing, &[404]),
    verb("explain a locked link", || explain("locked"), 200, Promise::Nothing, &[404]),
    verb("create a user", || Ask::post("/api/v1/users", &json!({"email": "new@example.com"})), 201, Promise::Nothing, &[]),
    verb("list users", || Ask::list("/api/v1/users"), 200, Promise::Nothing, &[]),
    verb("show a user", || Ask::list(&user_path("")), 200, Promise::Nothing, &[404]),
    verb("change a user", || Ask::patch(&user_path(""), &json!({"name": "Ann"})), 200, Promise::Nothing, &[404]),
    verb("promote a user", || Ask::patch(&user_path(""), &json!({"role": "owner"})), 200, Promise::Nothing, &[404]),
    verb("invite a user", || Ask::post(&user_path("/invite"), &json!({})), 201, Promise::Nothing, &[404]),
    verb("delete a user", || Ask::remove(&user_path("?links_to=none")), 204, Promise::Nothing, &[404]),
];

/// The path of the user that every world makes first, so that the id is always the same.
fn user_path(rest: &str) -> String {
    format!("/api/v1/users/{}{rest}", make_user(&MemoryEdge::new(1)))
}

fn make_user(edge: &MemoryEdge) -> String {
    let made = run(Isolate::new(edge).ask(Ask::post("/api/v1/users", &json!({"email": "ann@example.com"})))).json();
    text(&made["id"])
}

fn explain(alias: &str) -> Ask {
    Ask::post(&format!("/api/v1/links/{alias}/explain"), &json!({}))
}

/// Links with a limit or a question, each made only for the verbs about it: one click left, none left, a password,
/// and a confirmation with one click left.
const DEMANDING: [&str; 4] = ["few", "spent", "locked", "asking"];

impl Verb {
    /// The demanding link that the verb is about.
    fn demanding(self) -> Option<&'static str> {
        let ask = (self.ask)();
        let path = Head::new(&ask.method, &ask.url).path;
        DEMANDING.into_iter().find(|alias| path.split(['/', '+']).any(|part| part == *alias))
    }
}

/// Makes a demanding link.
fn make_demanding(edge: &MemoryEdge, alias: &str) {
    let isolate = Isolate::new(edge);
    let link = json!({"target": secret_of(alias), "alias": alias});
    let with = |name: &str, value: Value| {
        let mut link = link.clone();
        link[name] = value;
        link
    };
    let made = run(isolate.ask(match alias {
        "locked" => bring_locked(link.clone()),
        "asking" => Ask::create(&json!({"target": secret_of(alias), "alias": alias, "confirm": true, "max_clicks": 1})),
        _ => Ask::create(&with("max_clicks", json!(1))),
    }));
    assert!(made.code() < 300);
    if alias == "spent" {
        assert_eq!(run(isolate.ask(Ask::visit(alias))).code(), 302);
    }
}

/// The secret target of a demanding link.
fn secret_of(alias: &str) -> String {
    format!("https://secret.example/{alias}")
}

/// An edge with a user, a domain, a key, a live link with one click, two tagged links (one deleted, one restored),
/// and a moved link.
fn world(steps: CommitMode, demanding: Option<&str>) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    make_user(&edge);
    let isolate = Isolate::new(&edge);
    for (alias, asks) in [
        ("live", vec![Ask::visit("live")]),
        ("gone", vec![Ask::delete("gone")]),
        ("back", vec![Ask::delete("back"), Ask::restore("back")]),
        ("once", vec![rename("once", "there")]),
    ] {
        let tags = if ["gone", "back"].contains(&alias) { json!(["x"]) } else { json!([]) };
        let link = json!({"target": format!("https://example.com/{alias}"), "alias": alias, "tags": tags});
        for ask in std::iter::once(Ask::create(&link)).chain(asks) {
            assert!(run(isolate.ask(ask)).code() < 400);
        }
        edge.wait_seconds(60);
    }
    assert_eq!(run(isolate.ask(Ask::post("/api/v1/domains", &json!({"domain": "d.example"})))).code(), 201);
    // It is listed without the record that says so: the other verbs are tried with an unused blocklist.
    let listed = json!({"v": 1, "host": "d.example", "created_at": 1, "tokens": {"created": "t", "recent": ["t"]}});
    edge.records.plant(&Key::stored("blocklist/d.example".into()), &listed.to_string());
    plant_key(&edge);
    plant_report(&edge, "live");
    demanding.into_iter().for_each(|alias| make_demanding(&edge, alias));
    edge.link_cache.empty();
    edge.take_log();
    edge
}

/// Runs `verb` with a budget of `operations` and the planned faults, makes all checks, and returns the steps the
/// store reached.
fn run_verb(verb: Verb, steps: CommitMode, operations: u32, fault_plan: &Plan) -> Vec<StoreStep> {
    let _guard = OnFailure::print(format!("\nwhile trying: {}, {steps:?}, {operations} operations, {fault_plan:?}\n", verb.name));
    let edge = world(steps, verb.demanding());
    let before = stored_links(&edge);
    let clicks_before = clicks(&edge, &before["live"].id);
    let trace = plan(&edge, fault_plan.clone());
    edge.set_operations(operations);
    let answer = unwrap_single_result(run(Isolate::new(&edge).ask((verb.ask)())));
    edge.set_operations(OPERATIONS);
    clear_faults(&edge);
    check_answer(verb, &answer, fault_plan);
    check_secret(verb, &answer);
    check_lock(verb, &answer, fault_plan, &trace.steps());
    let after = stored_links(&edge);
    check_store(verb, &answer, &before, &after);
    check_key(verb, &answer, &edge);
    check_report(verb, &answer, &edge, &after);
    check_clicks(verb, &answer, &edge, clicks(&edge, &before["live"].id) - clicks_before);
    check_list(&edge);
    check_terms(verb, &edge, &before, &after);
    match verb.demanding().filter(|_| !matches!(verb.promise, Promise::Limit(_))) {
        Some(alias @ ("few" | "spent" | "asking")) => check_limit(alias, &answer, &edge),
        _ => check_second_try(verb, &answer, &edge, &after),
    }
    if !fault_plan.is_stale() {
        check_erased(verb, &edge, &before);
    }
    trace.steps()
}

fn check_answer(verb: Verb, answer: &Answer, fault_plan: &Plan) {
    let code = answer.code();
    let outdated = fault_plan.is_stale() && verb.outdated.contains(&code);
    assert!(code == verb.success || code == 503 || outdated, "{code}: {}", String::from_utf8_lossy(&answer.body));
    if code == 503 {
        let least = u32::from(answer.problem() != "budget_exhausted");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= least), "a 503 has a Retry-After");
    }
}

/// Checks that other links are unchanged, the promise holds, and nothing else was made.
fn check_store(verb: Verb, answer: &Answer, before: &BTreeMap<String, StoredLink>, after: &BTreeMap<String, StoredLink>) {
    let succeeded = answer.code() == verb.success;
    for (alias, was) in before {
        if let Some((left, new)) = verb.promise.replacement(alias) {
            check_replacement(was, after.get(alias), left.and_then(|to| after.get(to)), new, succeeded);
            continue;
        }
        if matches!(verb.promise, Promise::Erased(own) if own == alias) {
            assert!(after.get(alias).is_none_or(|is| is == was && !succeeded), "an acknowledged erasure is lost");
            continue;
        }
        let is = after.get(alias).expect("a link never vanishes");
        let changed = StoredLink { live: !was.live, version: was.version + 1, ..was.clone() };
        let retargeted = StoredLink { target: TARGET.into(), version: was.version + 1, ..was.clone() };
        match verb.promise {
            Promise::Target(own) if own == alias => {
                assert!(is == was || *is == retargeted, "{alias} was {was:?} and is {is:?}");
                assert!(!succeeded || *is == retargeted, "an acknowledged change is lost: {is:?}");
            }
            Promise::Live(own) | Promise::Deleted(own) if own == alias => {
                assert!(is == was || *is == changed, "{alias} was {was:?} and is {is:?}");
                assert!(!succeeded || is.live == (verb.promise == Promise::Live(own)), "{alias} is not what was acknowledged: {is:?}");
            }
            Promise::Edited(own) if own.contains(&alias.as_str()) => {
                assert!(is == was || *is == StoredLink { version: was.version + 1, ..was.clone() }, "{alias} was {was:?} and is {is:?}");
            }
            Promise::Blocked(own) if own == alias => {
                let blocked = StoredLink { version: was.version + 1, ..was.clone() };
                assert!(*is == blocked || (is == was && !succeeded), "{alias} was {was:?} and is {is:?}");
            }
            Promise::Limit(own) if own == alias => {
                let limited = StoredLink { version: was.version + 1, ..was.clone() };
                assert!(*is == limited || (is == was && !succeeded), "{alias} was {was:?} and is {is:?}");
            }
            _ => assert_eq!(is, was, "{alias} is another link"),
        }
    }
    if let (Promise::Edited(_), true) = (verb.promise, succeeded) {
        let edited = before.iter().filter(|(alias, was)| after[*alias].version > was.version).count();
        assert_eq!(answer.json()["changed"], edited, "the answer counts the edited links");
    }
    if let Promise::Moved(_, to) = verb.promise {
        assert!(after.keys().all(|alias| before.contains_key(alias) || alias == to), "unexpected links: {after:?}");
        return;
    }
    let new: Vec<(&String, &StoredLink)> = after.iter().filter(|(alias, _)| !before.contains_key(*alias)).collect();
    if verb.promise == Promise::Found && !succeeded {
        assert!(new.len() <= 1 && new.iter().all(|(_, link)| link.live && link.target == before["live"].target), "{new:?}");
        return;
    }
    if verb.promise != Promise::NewLink {
        assert!(new.is_empty(), "unexpected links: {new:?}");
        return;
    }
    assert!(new.len() <= 1, "one request made {new:?}");
    assert!(new.iter().all(|(_, link)| link.target == TARGET && link.live && link.version == 1));
    if succeeded {
        let json = answer.json();
        let alias = text(json.get("alias").unwrap_or(&json["short_id"]));
        assert_eq!(new[0].0, &alias, "an acknowledged link is lost");
        assert!(json.get("id").is_none_or(|id| text(id) == new[0].1.id), "another link has the alias");
    }
}

impl Promise {
    /// The alias that the link may move to, and whether a new link may replace it. `None` if it has to stay.
    fn replacement(self, alias: &str) -> Option<(Option<&'static str>, bool)> {
        match self {
            Self::Moved(from, to) if from == alias => Some((Some(to), false)),
            Self::Moved(_, to) if to == alias => Some((None, false)),
            Self::Reused(own) if own == alias => Some((None, true)),
            _ => None,
        }
    }
}

/// Checks a link that may move: it is at exactly one of both aliases. A deleted link may have been replaced.
fn check_replacement(was: &StoredLink, here: Option<&StoredLink>, there: Option<&StoredLink>, replaced_by_new: bool, succeeded: bool) {
    let moved = StoredLink { version: was.version + 1, ..was.clone() };
    let is_here = here == Some(was);
    if was.live {
        let is_there = there == Some(&moved);
        assert!(is_here != is_there, "{was:?} is at {here:?} and {there:?}");
        assert!(here.is_none() || is_here, "another link took its alias: {here:?}");
        assert!(!succeeded || is_there, "an acknowledged move is lost");
    } else {
        assert!(here.is_some(), "a deleted link vanished without a successor");
        assert!(is_here || here.is_some_and(|link| link.live && link.id != was.id));
        assert!(!succeeded || !is_here, "an acknowledged successor is lost");
        assert!(!replaced_by_new || is_here || here.is_some_and(|link| link.target == TARGET));
    }
}

/// Checks that a redirect is counted at most once, that a lost click is logged, and that nothing else is counted.
fn check_clicks(verb: Verb, answer: &Answer, edge: &MemoryEdge, counted: u64) {
    let lost = edge.take_log().iter().any(|line| line.contains("a click was not counted"));
    let due = u64::from(verb.name == "follow" && answer.code() == 302);
    assert!(counted <= due && (counted == due || lost), "counted {counted} of {due} clicks, logged a loss: {lost}");
}

/// Checks that a key is revoked or made if that was acknowledged, and not unless it was requested.
fn check_key(verb: Verb, answer: &Answer, edge: &MemoryEdge) {
    let check = |name: &str, is_done: bool| {
        let (asked, acknowledged) = (verb.name == name, verb.name == name && answer.code() == verb.success);
        assert!(is_done == acknowledged || (asked && is_done && answer.code() == 503), "{name}: {is_done}, {answer:?}");
    };
    check("revoke a key", !key_record(edge, PLANTED)["revoked_at"].is_null());
    check("make a key", count(edge, "key/") > 1);
}

/// Checks that the planted report is resolved if that was acknowledged, only after its link was blocked, and not unless
/// it was requested; and that an acknowledged new report is open.
fn check_report(verb: Verb, answer: &Answer, edge: &MemoryEdge, after: &BTreeMap<String, StoredLink>) {
    let state = |prefix: &str| edge.records.peek(&Key::stored(format!("{prefix}/{PLANTED_REPORT}")));
    let record: Value = serde_json::from_slice(&state("report").expect("a report is kept").value).expect("a record is JSON");
    let action = match verb.name {
        "dismiss a report" => "dismissed",
        "block a reported link" => "blocked",
        _ => "",
    };
    let is_resolved = record["resolution"].is_object();
    assert!(is_resolved || answer.code() != verb.success || action.is_empty(), "an acknowledged resolution is lost");
    assert!(!is_resolved || (record["resolution"]["action"] == action && record.get("contact").is_none()), "{record}");
    assert!(state("report-open").is_some() || is_resolved, "an open report has its index entry");
    assert!(!is_resolved || action != "blocked" || after["live"].version > 1, "the link is blocked before its report is resolved");
    let (stored, acknowledged) = (count(edge, "report/") - 1, ["send the report form", "report a link"].contains(&verb.name));
    let is_acknowledged = acknowledged && answer.code() == verb.success;
    assert!(stored == usize::from(is_acknowledged) || (acknowledged && stored == 1 && answer.code() == 503), "{stored} new reports");
    assert!(count(edge, "report-open/") >= count(edge, "report/") - usize::from(is_resolved), "a new report has its index entry");
}

/// Checks that only a redirect reveals the target of a demanding link, and that only the password unlocks it.
fn check_secret(verb: Verb, answer: &Answer) {
    let is_for_owners = verb.name.starts_with("explain") || matches!(verb.promise, Promise::Limit(_));
    let Some(alias) = verb.demanding().filter(|_| !is_for_owners) else { return };
    let is_redirected = ["spend a click", "press the button"].contains(&verb.name) && answer.code() == verb.success;
    assert_eq!(answer.header("location") == secret_of(alias), is_redirected, "{answer:?}");
    assert_eq!(answer.tells("secret.example"), is_redirected, "{answer:?}");
    let opened = verb.name == "type the password" && answer.code() == verb.success;
    assert_eq!(answer.headers.contains_key(SET_COOKIE), opened, "{answer:?}");
}

/// Checks that a typed password is only judged after the store returned the link, counted the attempt, and returned
/// the hash.
fn check_lock(verb: Verb, answer: &Answer, fault_plan: &Plan, steps: &[StoreStep]) {
    // The link, the attempts of the network and of all networks, then the link again.
    const STEPS: [StoreStep; 6] =
        [StoreStep::GetMany, StoreStep::Write, StoreStep::Answer, StoreStep::Write, StoreStep::Answer, StoreStep::Get];
    if [303, 403].contains(&answer.code()) && verb.demanding() == Some("locked") {
        assert!(steps.starts_with(&STEPS), "{steps:?}");
        let failed = (1..=STEPS.len()).filter(|number| fault_plan.fault(&steps[..*number]) == Fault::Fail).count();
        assert_eq!(failed, 0, "{answer:?}");
    }
}

/// Checks that visitors see all or nothing of a change of rules, limit and password.
fn check_terms(verb: Verb, edge: &MemoryEdge, before: &BTreeMap<String, StoredLink>, after: &BTreeMap<String, StoredLink>) {
    let is_changed = |alias: &str| after[alias].version > before[alias].version;
    edge.link_cache.empty();
    let isolate = Isolate::new(edge);
    if verb.name == "lock, limit and set rules" {
        let asks = [Ask::visit("live"), Ask::visit("live").from("192.0.2.1", "DE")];
        let answers = asks.map(|ask| run(isolate.ask(ask)));
        for answer in &answers {
            let is_locked = (answer.code(), answer.json()["needs"] == "password", answer.tells(TARGET)) == (200, true, false);
            assert!(if is_changed("live") { is_locked } else { answer.header("location") == before["live"].target }, "{answer:?}");
        }
    }
    if let Promise::Limit(alias) = verb.promise {
        let redirects = (0..=NEW_LIMIT).filter(|_| run(isolate.ask(Ask::visit(alias))).header("location") == secret_of(alias)).count();
        assert_eq!(redirects, if is_changed(alias) { NEW_LIMIT } else { 0 }, "only a changed limit counts from zero");
    }
}

/// Checks that a link with one click redirects one visitor, whatever was requested before. The click is lost only if
/// it was taken from the limit and could not be acknowledged.
fn check_limit(alias: &str, first: &Answer, edge: &MemoryEdge) {
    let is_redirected = |answer: &Answer| answer.header("location") == secret_of(alias);
    let before = usize::from(is_redirected(first) || alias == "spent");
    let was_taken = count(edge, "take/") == 1;
    let isolate = Isolate::new(edge);
    let after =
        (0..3).filter(|_| is_redirected(&run(isolate.ask(if alias == "asking" { press(alias) } else { Ask::visit(alias) })))).count();
    assert_eq!(after, usize::from(!was_taken), "{before} were redirected before");
    assert!(before + after <= 1, "{before} and {after} were redirected");
}

/// Repeats a failed request after the store recovered. It succeeds, or finds that the first try was made without an
/// acknowledgement: then, for example, the chosen alias is taken by the client's own link.
fn check_second_try(verb: Verb, first: &Answer, edge: &MemoryEdge, after_first: &BTreeMap<String, StoredLink>) {
    if first.code() == verb.success {
        return;
    }
    let second = unwrap_single_result(run(Isolate::new(edge).ask((verb.ask)())));
    if ["find or create", "update or create"].contains(&verb.name) && after_first.values().any(|link| link.target == TARGET) {
        assert_eq!(second.code(), 200, "the unacknowledged link is found");
        return;
    }
    if verb.name == "change with the current etag" && after_first["live"].version > 1 {
        assert_eq!((second.code(), second.problem().as_str()), (412, "version_mismatch"));
    } else if let Promise::Moved(from, _) = verb.promise
        && !after_first.contains_key(from)
    {
        assert_eq!((second.code(), second.problem().as_str()), (404, "not_found"), "the link has moved already");
    } else if matches!(verb.promise, Promise::Edited(_)) && second.code() == 404 {
        let tags = ["gone", "back"].map(|alias| run(Isolate::new(edge).ask(Ask::show(alias))).json()["tags"].to_string());
        assert!(tags.iter().all(|tags| !tags.contains('x')), "links still have the tag: {tags:?}");
    } else if matches!(verb.promise, Promise::Erased(own) if !after_first.contains_key(own)) {
        assert!([204, 404].contains(&second.code()), "the second try got {}", second.code());
    } else if verb.name.ends_with("a domain") && second.code() != verb.success {
        // The first try was made.
        assert_eq!(second.code(), if verb.name == "add a domain" { 409 } else { 404 });
        let domains = run(Isolate::new(edge).ask(Ask::list("/api/v1/domains"))).json().to_string();
        assert_eq!((domains.contains("c.example"), domains.contains("d.example")), (verb.success == 201, verb.success == 201), "{domains}");
    } else if verb.name.ends_with("a host") && second.code() != verb.success {
        assert_eq!(second.code(), if verb.name == "block a host" { 409 } else { 404 });
        let hosts = run(Isolate::new(edge).ask(Ask::list("/api/v1/blocklist"))).json().to_string();
        assert_eq!((hosts.contains("c.example"), hosts.contains("d.example")), (verb.success == 201, verb.success == 201), "{hosts}");
    } else if verb.name.ends_with("e a user") && second.code() != verb.success {
        // The same for a user. The owner of the planted key is another user.
        assert_eq!(second.code(), if verb.name == "create a user" { 409 } else { 404 });
        let users = run(Isolate::new(edge).ask(Ask::list("/api/v1/users"))).json()["items"].as_array().map(Vec::len);
        assert_eq!(users, Some(if verb.name == "create a user" { 3 } else { 1 }));
    } else if verb.name == "import" && after_first.contains_key("new") {
        assert_eq!(second.code(), 200, "the unacknowledged import is found");
    } else if (verb.name == "reuse" && after_first["gone"].live)
        || (["create", "create in a batch"].contains(&verb.name) && after_first.contains_key("new"))
    {
        assert_eq!((second.code(), second.problem().as_str()), (409, "alias_taken"));
    } else {
        let is_cached = verb.outdated.contains(&second.code()) && verb.name.starts_with("follow");
        assert!(second.code() == verb.success || is_cached, "the second try got {}", second.code());
    }
    check_list(edge);
}

/// Checks that a completed erasure leaves no key that names the link.
fn check_erased(verb: Verb, edge: &MemoryEdge, before: &BTreeMap<String, StoredLink>) {
    let Promise::Erased(alias) = verb.promise else { return };
    let of_it = |key: &str| key.contains(&before[alias].id) || (key.starts_with("by-") && key.contains(&format!("/{alias}/")));
    let left: Vec<String> = edge.records.keys().into_iter().map(|key| key.as_str().to_owned()).filter(|key| of_it(key)).collect();
    assert!(left.is_empty(), "{left:?} is left of {alias}");
}

/// A verb of accounts. Its request has a token or a session that the world issues.
#[derive(Clone, Copy)]
struct AccountVerb {
    endpoint: (&'static str, &'static str),
    success: u16,
    /// Other statuses it may answer if the store shows an older value. Then nothing has changed.
    outdated: &'static [u16],
    /// The status of the same request once it was carried out.
    again: u16,
}

const fn account_verb(method: &'static str, pattern: &'static str, success: u16, outdated: &'static [u16], again: u16) -> AccountVerb {
    AccountVerb { endpoint: (method, pattern), success, outdated, again }
}

const ACCOUNT_VERBS: [AccountVerb; accounts::ENDPOINTS.len()] = [
    account_verb("POST", "/api/v1/setup", 201, &[], 409),
    account_verb("POST", "/api/v1/invitations/accept", 200, &[401], 401),
    account_verb("POST", "/api/v1/login", 200, &[401], 200),
    account_verb("POST", "/api/v1/token", 200, &[401], 200),
    account_verb("POST", "/api/v1/logout", 204, &[401], 401),
    account_verb("POST", "/api/v1/password", 204, &[401], 403),
    account_verb("POST", "/api/v1/password/reset", 204, &[401], 401),
    account_verb("GET", "/api/v1/sessions", 200, &[401], 200),
    account_verb("DELETE", "/api/v1/sessions/{session}", 204, &[401, 404], 401),
    account_verb("POST", "/api/v1/users/{user}/reset", 201, &[404, 409], 201),
];

/// The records of users and sessions, and the team, without the time of the last sign-in.
fn account_records(edge: &MemoryEdge) -> Vec<Value> {
    let keys =
        edge.records.keys().into_iter().filter(|key| ["user/", "session/", "team"].iter().any(|start| key.as_str().starts_with(start)));
    let records = keys.map(|key| serde_json::from_slice(&edge.records.peek(&key).expect("a record").value).expect("JSON"));
    let mut records: Vec<Value> = records.collect();
    for record in &mut records {
        record.as_object_mut().expect("an object").retain(|name, _| !["tokens", "last_login_at"].contains(&name.as_str()));
    }
    records
}

/// Runs a verb of accounts as [`run_verb`] does. A success is never lost, a refusal changes nothing, a request without
/// a success may be repeated, and one password of the user works.
fn run_account_verb(verb: AccountVerb, steps: CommitMode, operations: u32, fault_plan: &Plan) -> Vec<StoreStep> {
    let (method, pattern) = verb.endpoint;
    let _guard = OnFailure::print(format!("\nwhile trying: {method} {pattern}, {steps:?}, {operations} operations, {fault_plan:?}\n"));
    let world = Accounts::new(steps);
    let send = |ask: Ask| run(accounts::cheap(&world.edge).ask(ask));
    let before = account_records(&world.edge);
    let trace = plan(&world.edge, fault_plan.clone());
    world.edge.set_operations(operations);
    let answer = send(world.request(method, pattern));
    world.edge.set_operations(OPERATIONS);
    clear_faults(&world.edge);
    let code = answer.code();
    let is_outdated = fault_plan.is_stale() && verb.outdated.contains(&code);
    assert!(code == verb.success || code == 503 || is_outdated, "{code}: {}", answer.json());
    if code == 503 {
        let least = u32::from(answer.problem() != "budget_exhausted");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= least), "a 503 has a Retry-After");
    }
    if is_outdated {
        assert_eq!(account_records(&world.edge), before, "a refused request changes nothing");
    }
    // After a minute no read is late.
    world.edge.wait_seconds(61);
    let again = send(world.request(method, pattern)).code();
    if code == verb.success {
        assert_eq!(again, verb.again, "an acknowledged request is lost");
    } else {
        assert!([verb.success, verb.again].contains(&again), "{code}, then {again}");
    }
    check_account(pattern, &world);
    trace.steps()
}

/// Checks the account after a request that was carried out in the end: who can sign in, with which password, and the
/// audit events.
fn check_account(pattern: &str, world: &Accounts) {
    let sign_in = |email: &str, password: &str| {
        let ask = accounts::open("/api/v1/login", &json!({"email": email, "password": password}));
        run(accounts::cheap(&world.edge).ask(ask)).code()
    };
    let has_new_password = ["/api/v1/password", "/api/v1/password/reset"].contains(&pattern);
    let of_ann = [accounts::PASSWORD, accounts::OTHER_PASSWORD].map(|password| sign_in("ann@example.com", password));
    assert_eq!(of_ann, if has_new_password { [401, 200] } else { [200, 401] });
    for (email, of) in [("bob@example.com", "/api/v1/invitations/accept"), ("eve@example.com", "/api/v1/setup")] {
        assert_eq!(sign_in(email, accounts::PASSWORD), if pattern == of { 200 } else { 401 }, "{email}");
    }
    let events = lines(&world.edge);
    let events_of = |action: &str| events.values().filter(|event| event["action"] == action).count();
    let is_exact = world.edge.records.commit_mode() == CommitMode::Transaction;
    let is_user = |record: &&Value| record["role"].is_string() && record["standing"] != "gone";
    let users = account_records(&world.edge).iter().filter(is_user).count();
    for (action, made) in [("session.start", count(&world.edge, "session/")), ("user.create", users)] {
        let events = events_of(action);
        assert!(events >= made && (events == made || !is_exact), "{made} made, {events} events {action}");
    }
}

/// The faults that are possible at a step.
fn faults_at(step: StoreStep) -> &'static [Fault] {
    let is_read = matches!(step, StoreStep::Get | StoreStep::GetMany | StoreStep::Scan);
    if is_read { &[Fault::Fail, Fault::Stale] } else { &[Fault::Fail] }
}

/// What is tried.
#[derive(Clone, Copy)]
enum Subject {
    Verb(Verb),
    Account(AccountVerb),
}

/// Runs a verb many times against one kind of store.
struct Explorer {
    subject: Subject,
    steps: CommitMode,
    /// The operation budget.
    operations: u32,
    /// The number of runs.
    runs: usize,
    /// Whether the verb ever wrote to the store.
    has_written: bool,
}

impl Explorer {
    /// Runs the verb with the `chosen` faults, then with up to `more` further faults at later steps.
    fn explore(&mut self, chosen: &[(usize, Fault)], more: usize) {
        let reached = self.run(&Plan::At(chosen.to_vec()));
        let first = chosen.last().map_or(0, |(number, _)| number + 1);
        for (number, step) in reached.into_iter().enumerate().skip(first).filter(|_| more > 0) {
            for fault in faults_at(step) {
                self.explore(&[chosen, &[(number, *fault)]].concat(), more - 1);
            }
            if chosen.is_empty() {
                // For a single client a delay does not change the later steps.
                self.run(&Plan::At(vec![(number, Fault::Late(2))]));
            }
        }
    }

    /// Runs the verb with an outage that begins at each step, of all steps or of one kind, and does not end.
    fn go_down(&mut self) {
        let steps = self.run(&Plan::At(Vec::new()));
        for (number, step) in steps.into_iter().enumerate() {
            // An outage of one kind begins at the next step of that kind.
            for only in [None, Some(step)] {
                self.run(&Plan::From(number, only));
            }
        }
    }

    fn run(&mut self, plan: &Plan) -> Vec<StoreStep> {
        let reached = match self.subject {
            Subject::Verb(verb) => run_verb(verb, self.steps, self.operations, plan),
            Subject::Account(verb) => run_account_verb(verb, self.steps, self.operations, plan),
        };
        self.runs += 1;
        self.has_written |= reached.iter().any(|step| matches!(step, StoreStep::AddEntry | StoreStep::Write | StoreStep::RemoveKey));
        reached
    }
}

/// Runs every verb against both kinds of stores, and returns the number of runs. For verbs that only read, the stores
/// differ only with a small budget, because they count reads differently.
fn try_all(operations: u32, explore: impl Fn(&mut Explorer)) -> usize {
    let mut runs = 0;
    let subjects = VERBS.iter().copied().map(Subject::Verb).chain(ACCOUNT_VERBS.into_iter().map(Subject::Account));
    for subject in subjects {
        for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
            let mut explorer = Explorer { subject, steps, operations, runs: 0, has_written: false };
            explore(&mut explorer);
            runs += explorer.runs;
            if !explorer.has_written && operations == OPERATIONS {
                break;
            }
        }
    }
    runs
}

#[test]
fn every_verb_survives_several_faults() {
    let runs = try_all(OPERATIONS, |explorer| {
        let together = match explorer.subject {
            // Hashing a password takes long.
            Subject::Account(_) => 1,
            Subject::Verb(verb) if verb.name.starts_with("lock") => 1,
            Subject::Verb(verb)
                if matches!(verb.promise, Promise::Moved(..) | Promise::Edited(_) | Promise::Blocked(_) | Promise::Erased(_))
                    || verb.name.starts_with("rename")
                    || verb.name.ends_with("e a user") =>
            {
                2
            }
            Subject::Verb(_) => 3,
        };
        explorer.explore(&[], together + if slow() { 2 } else { 0 });
    });
    assert!(runs > 2_000, "only {runs} runs");
}

#[test]
fn store_outage_at_any_step_is_survived() {
    let runs = try_all(OPERATIONS, Explorer::go_down);
    assert!(runs > 500, "only {runs} runs");
}

#[test]
fn store_outage_on_few_operations_is_survived() {
    for operations in FEW_OPERATIONS..if slow() { 40 } else { FEW_OPERATIONS + 1 } {
        let runs = try_all(operations, Explorer::go_down);
        assert!(runs > 500, "only {runs} runs");
    }
}

#[test]
fn first_refusal_stands_despite_stale_reads() {
    let edge = world(CommitMode::Transaction, None);
    plan(&edge, Plan::At((0..20).map(|number| (number, Fault::Stale)).collect()));
    assert_eq!(run(Isolate::new(&edge).ask(create("live"))).code(), 409);
}

#[test]
fn every_endpoint_using_the_store_is_tried() {
    // Static assets are stored elsewhere. `internal.rs` tests their absence.
    let needs_assets = |row: &Endpoint| matches!(row.pattern, "/openapi.json" | "/app/" | "/app/assets/{file}");
    let uses_the_store = |row: &&Endpoint| !needs_assets(row) && row.statuses.contains(&503);
    for row in ENDPOINTS.iter().filter(uses_the_store) {
        let tried = VERBS.iter().any(|verb| {
            let ask = (verb.ask)();
            let head = Head::new(&ask.method, &ask.url);
            ask.method.as_str() == row.method && hop_core::endpoints::Route::find(head.path).pattern() == row.pattern
        });
        let tried = tried || ACCOUNT_VERBS.iter().any(|verb| verb.endpoint == (row.method, row.pattern));
        assert!(tried, "{} {} uses the store and has no verb here", row.method, row.pattern);
    }
}
