//! What happened in the deployment whose records a release keeps: a little of everything that leaves a record.

use crate::support::accounts::{PASSWORD, cheap, open};
use crate::support::client::PEPPER;
use crate::support::locks::{bring_locked, type_in};
use crate::support::reports::{REPORTS, report, resolve, send_form};
use crate::support::store_faults::{Plan, clear_faults, plan};
use crate::support::{Ask, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, MemoryEdge, PlantedLine, StoreStep};
use hop_core::ports::Edge as _;
use http::header::{REFERER, USER_AGENT};
use serde_json::{Value, json};

use super::fixture::text;

const HERE: &str = "https://example.com/here";
const DAY: u64 = 24 * 60 * 60;
const BOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Lets everything happen, and returns the secrets that the API has shown.
pub(super) fn tell(edge: &MemoryEdge) -> Value {
    add_hosts(edge);
    let bob = admit(edge);
    make_links(edge, text(&bob["key"]));
    change_links(edge);
    visit(edge, 40);
    complain(edge);
    let mut secrets = hand_over(edge, text(&bob["id"]));
    secrets["key"] = bob["key"].clone();
    done(edge, create_once());
    interrupt(edge);
    secrets
}

/// Sends a request that succeeds.
fn done(edge: &MemoryEdge, ask: Ask) -> Value {
    let url = ask.url.clone();
    let answer = run(cheap(edge).ask(ask));
    assert!(answer.code() < 300, "{url}: {}", answer.json());
    answer.json()
}

/// Users, sessions and keys. Returns Bob with the secret of a key.
fn admit(edge: &MemoryEdge) -> Value {
    done(edge, Ask::post("/api/v1/setup", &json!({"email": "ann@example.com", "name": "Ann", "password": PASSWORD})));
    let ann = done(edge, login("ann@example.com"));
    let bob = invite(edge, "Bob@Example.com", &json!({"role": "editor", "quota": {"links_per_day": 100, "links": 900}}));
    let accept =
        |invited: &Value| done(edge, open("/api/v1/invitations/accept", &json!({"token": invited["invite_token"], "password": PASSWORD})));
    accept(&bob);
    let cy = invite(edge, "cy@example.com", &json!({"role": "viewer"}));
    accept(&cy);
    done(edge, Ask::patch(&format!("/api/v1/users/{}", text(&cy["id"])), &json!({"disabled": true})));
    let new_key = |more: &Value| {
        let mut key = json!({"name": "a key", "owner": bob["id"], "scopes": ["links:read", "links:write", "stats:read"]});
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        done(edge, Ask::post("/api/v1/keys", &key))
    };
    let of_bob = new_key(&json!({"domains": ["hop.example", "d.example"], "quota": {"links": 500}, "expires_at": "2027-11-21T08:00:00Z"}));
    done(edge, Ask::remove(&format!("/api/v1/keys/{}", text(&new_key(&json!({}))["id"]))));
    let by_ann = Ask::post("/api/v1/keys", &json!({"name": "of Ann for Bob", "owner": bob["id"], "scopes": ["links:read"]}));
    done(edge, by_ann.showing(text(&ann["access_token"])));
    let wrong = open("/api/v1/login", &json!({"email": "bob@example.com", "password": "a wrong password"}));
    assert_eq!(run(cheap(edge).ask(wrong.from("192.0.2.9", "AT"))).code(), 401);
    json!({"id": bob["id"], "key": of_bob["secret"]})
}

fn invite(edge: &MemoryEdge, email: &str, more: &Value) -> Value {
    let mut user = json!({"email": email, "name": email.split('@').next()});
    user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    done(edge, Ask::post("/api/v1/users", &user))
}

/// Tokens that are not used yet.
fn hand_over(edge: &MemoryEdge, bob: &str) -> Value {
    let session = done(edge, login("bob@example.com"));
    let di = invite(edge, "di@example.com", &json!({"role": "admin"}));
    let reset = done(edge, without_body(&format!("/api/v1/users/{bob}/reset")));
    json!({"refresh_token": session["refresh_token"], "invite_token": di["invite_token"], "reset_token": reset["reset_token"]})
}

fn without_body(path: &str) -> Ask {
    Ask { body: Body::Whole(Vec::new()), ..Ask::post(path, &json!({})) }
}

/// Domains, and hosts on the blocklist.
fn add_hosts(edge: &MemoryEdge) {
    done(edge, Ask::post("/api/v1/domains", &json!({"domain": "d.example", "root": HERE, "not_found": HERE, "ended": HERE})));
    done(edge, Ask::post("/api/v1/domains", &json!({"domain": "e.example"})));
    done(edge, Ask::post("/api/v1/blocklist", &json!({"host": "evil.example", "reason": "phishing"})));
    done(edge, Ask::post("/api/v1/blocklist", &json!({"host": "once.example", "subdomains": false})));
    done(edge, Ask::remove("/api/v1/blocklist/once.example"));
}

/// A link with every setting.
fn everything() -> Value {
    json!({
        "target": "https://example.com/a?b={query.b}#c", "alias": "docs", "title": "Docs", "note": "The first note", "external_id": "7", "tags": ["news", "a"],
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2029-01-01T00:00:00Z", "fallback": "https://example.com/ended", "redirect_status": 307,
        "forward_query": "target_wins", "forward_path": true, "crawlable": true,
        "card": {"title": "Card", "description": "Of the docs", "image": "https://example.com/i.png"},
        "rules": [
            {"id": "all", "target": "https://example.com/1", "when": [
                {"type": "country", "any": ["DE", "FR"]}, {"type": "device", "any": ["desktop", "mobile"]},
                {"type": "os", "any": ["linux", "ios"]}, {"type": "browser", "any": ["firefox"]}, {"type": "language", "any": ["pt-BR", "de"]},
                {"type": "query", "name": "x", "equals": ""}, {"type": "time", "from": "22:00", "to": "06:30", "tz": "Europe/Vienna"},
                {"type": "weekday", "any": ["sun", "mon"], "tz": "+01:00"}, {"type": "address", "any": ["2001:db8::/32", "192.0.2.0/24"]},
                {"type": "split", "percent": 99}]},
            {"target": "https://example.com/2", "when": [{"type": "query", "name": "x", "present": true}]},
        ],
    })
}

/// Links with every setting and from every source.
fn make_links(edge: &MemoryEdge, key: &str) {
    let by_bob = |link: &Value| done(edge, Ask::create(link).showing(key));
    by_bob(&everything());
    by_bob(&json!({"target": HERE, "alias": "other", "domain": "d.example", "tags": ["news"]}));
    let create = |more: Value| {
        let mut link = json!({"target": HERE});
        link.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        done(edge, Ask::create(&link));
    };
    for alias in ["plain", "gone", "blocked", "erased", "left", "old", "moving", "erasing"] {
        create(json!({"alias": alias, "tags": ["b"]}));
    }
    create(json!({"alias": "Ünïcode-ß"}));
    create(json!({"alias": "off", "disabled": true}));
    create(json!({"alias": "later", "starts_at": "2028-01-01T00:00:00Z"}));
    create(json!({"alias": "few", "max_clicks": 3}));
    create(json!({"alias": "used-up", "max_clicks": 1}));
    create(json!({"alias": "ask", "confirm": true, "strict": true}));
    done(edge, bring_locked(json!({"target": HERE, "alias": "locked", "clicks": {"humans": 5, "bots": 2, "previews": 1}})));
    done(edge, Ask::shorten("https://example.com/shortened"));
}

/// Versions, moves, deletions, a block, an erasure, an alias that is used again.
fn change_links(edge: &MemoryEdge) {
    for title in ["First", "Second"] {
        done(edge, Ask::change("plain", &json!({"title": title, "tags": ["news", title]})));
    }
    for alias in ["docs", "locked"] {
        done(edge, Ask::change(alias, &json!({"note": "A note"})));
    }
    done(edge, Ask::change("docs", &json!({"max_clicks": 900})));
    done(edge, Ask::change("docs", &json!({"max_clicks": null, "password": PASSWORD})));
    done(edge, Ask::change("docs", &json!({"password": null})));
    done(edge, Ask::change("old", &json!({"alias": "new", "keep_old_alias": true})));
    done(edge, Ask::change("left", &json!({"alias": "right", "domain": "d.example"})));
    done(edge, Ask::change("blocked", &json!({"blocked": {"reason": "spam"}})));
    let deleted = |path: &str| assert_eq!(run(cheap(edge).ask(Ask::remove(path))).code(), 204, "{path}");
    deleted("/api/v1/links/gone");
    deleted("/api/v1/links/off");
    deleted("/api/v1/links/erased?erase=true");
    done(edge, Ask::create(&json!({"target": HERE, "alias": "off", "reuse": true})));
}

/// Visits of many days, most of them counted for good.
fn visit(edge: &MemoryEdge, days: u64) {
    let visit = |ask: Ask| run(cheap(edge).ask(ask)).code();
    for day in 0..days {
        let person = Ask::visit("docs").from("192.0.2.1", "DE").header(REFERER, "https://news.example/");
        assert_eq!(visit(person), 307);
        visit(Ask::visit("new").header(USER_AGENT, BOT));
        if day % 10 == 0 {
            visit(Ask::visit("other").at("d.example").from("198.51.100.7", "AT"));
            visit(Ask::visit("nothing"));
        }
        wait(edge, if day + 1 < days { DAY } else { 60 });
    }
    assert_eq!([visit(Ask::visit("few")), visit(Ask::visit("used-up")), visit(Ask::visit("used-up"))], [302, 302, 410]);
    visit(type_in("locked", "a wrong password").from("192.0.2.9", "AT"));
    visit(Ask::visit("robots.txt"));
}

/// Lets time pass, in which clicks are counted for good.
pub(super) fn wait(edge: &MemoryEdge, seconds: u64) {
    edge.wait_seconds(seconds);
    edge.ledger.set_now(edge.now());
    run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
    if edge.records.commit_mode() == CommitMode::Stepwise {
        while done(edge, without_body("/api/v1/maintenance"))["more"] == true {}
    }
}

/// Reports, one of them open.
fn complain(edge: &MemoryEdge) {
    for (alias, reason) in [("docs", "phishing"), ("plain", "spam")] {
        let body =
            json!({"url": format!("https://hop.example/{alias}"), "reason": reason, "detail": "A detail", "contact": "eve@example.com"});
        done(edge, report(&body).from("192.0.2.5", "DE"));
    }
    run(cheap(edge).ask(send_form(&[("url", "hop.example/new"), ("reason", "other")])));
    let reports = done(edge, Ask::list(REPORTS));
    done(edge, resolve(text(&reports["items"][0]["id"]), "dismissed"));
}

/// What is under way when the records are read: a move, an erasure, a batch of links, and a batch of log lines.
fn interrupt(edge: &MemoryEdge) {
    let cut_off = |ask: Ask| {
        plan(edge, Plan::FromNth(StoreStep::Write, 2));
        let (answer, _lost) = run(cheap(edge).handle(ask));
        clear_faults(edge);
        answer
    };
    assert_eq!([the_move(), the_erasure()].map(|ask| cut_off(ask).code()), [503, 503]);
    let batch = cut_off(the_batch());
    assert!(batch.code() == 503 || batch.json()["failed"] != 0, "{}", batch.json());
    if edge.records.commit_mode() == CommitMode::Stepwise {
        edge.set_operations(24);
        assert!(done(edge, the_lines(edge))["next"].is_number(), "the batch needs another request");
        edge.set_operations(hop_core::memory::OPERATIONS);
    }
}

/// Lines of many segments: more than a request with few operations can count.
fn the_lines(edge: &MemoryEdge) -> Ask {
    let line = |minutes: u64| {
        let at = hop_core::Timestamp::from_millis(edge.now().as_millis() - minutes * 60_000);
        PlantedLine { pepper: PEPPER, domain: "hop.example", at }.click(&format!("lnk_{}", "1".repeat(17)), "docs")
    };
    Ask::ingest((0..60).map(|number| line(number * 10)).collect::<Vec<_>>().join("\n"))
}

pub(super) fn the_move() -> Ask {
    Ask::change("moving", &json!({"alias": "moved", "keep_old_alias": true}))
}

pub(super) fn the_erasure() -> Ask {
    Ask::remove("/api/v1/links/erasing?erase=true")
}

/// A request whose answer is kept for a day.
pub(super) fn create_once() -> Ask {
    Ask::create(&json!({"target": HERE, "alias": "once"})).once("a key of a request")
}

/// Follows a link as a person. Returns the status.
pub(super) fn follow(edge: &MemoryEdge, alias: &str) -> u16 {
    run(cheap(edge).ask(Ask::visit(alias).from("192.0.2.77", "FR"))).code()
}

pub(super) fn the_batch() -> Ask {
    let create = |alias: &str| json!({"op": "create", "link": {"target": HERE, "alias": alias}});
    Ask::batch(&[create("soon"), create("sooner")]).once("a request that was cut off")
}

pub(super) fn login(email: &str) -> Ask {
    open("/api/v1/login", &json!({"email": email, "password": PASSWORD}))
}

/// Di accepts her invitation.
pub(super) fn accept(secrets: &Value) -> Ask {
    open("/api/v1/invitations/accept", &json!({"token": secrets["invite_token"], "password": PASSWORD}))
}

/// Bob's session is renewed.
pub(super) fn refresh(secrets: &Value) -> Ask {
    open("/api/v1/token", &json!({"refresh_token": secrets["refresh_token"]}))
}

/// Bob sets another password with the token that he was given.
pub(super) fn reset(secrets: &Value) -> Ask {
    open("/api/v1/password/reset", &json!({"token": secrets["reset_token"], "new": "another long password"}))
}
