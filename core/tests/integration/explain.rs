//! Explanations: `POST …/explain` predicts what happens to a visitor. 10,000 random visitors are explained, and then
//! visit.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::support::client::Answer;
use crate::support::replay::for_seeds;
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{MemoryEdge, Random};
use http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE, USER_AGENT};
use http::{HeaderName, Method};
use serde_json::{Value, json};

const LINKS: u64 = 100;
const VISITS: usize = 100;
const PASSWORD: &str = "a password of a link";

const AGENTS: [&str; 7] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "",
];
const LANGUAGES: [&str; 6] = ["de-AT, en;q=0.5", "en", "fr;q=0.3, pt-BR;q=0.9, *;q=0.1", "de;q=0, en;q=0.1", "\u{fc}, ;;q=,de", ""];
const COUNTRIES: [&str; 4] = ["DE", "AT", "BR", "XX"];
const ADDRESSES: [&str; 4] = ["192.0.2.7", "198.51.100.9", "2001:db8::7", "::ffff:192.0.2.8"];
const PATHS: [&str; 7] = ["", "", "/", "/a/b", "//evil.example", "/%2e%2e%2fadmin", "/a%00b/\u{fc}"];
const QUERIES: [&str; 6] = ["", "x=1", "x=2&x=1&y", "own=theirs&%zz", "x=..&next=//evil.example", "x=%2F%2Fevil"];
const TARGETS: [&str; 6] = [
    "https://example.com/?own=1#end",
    "https://example.com/a/{path}",
    "https://example.com/{path.0|none}/{query.x}",
    "https://example.com/?x={query.x|1}&on={date}",
    "https://example.com/plain",
    "https://example.com",
];

fn one_of<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len())]
}

fn condition(random: &mut Random) -> Value {
    match random.below(10) {
        9 => {
            json!({"type": "time", "from": one_of(random, &["00:00", "12:00"]), "to": "13:30", "tz": one_of(random, &["+00:00", "EST5EDT,M3.2.0,M11.1.0"])})
        }
        0 => json!({"type": "country", "any": [one_of(random, &["DE", "AT", "BR"])]}),
        1 => json!({"type": "device", "any": [one_of(random, &["mobile", "desktop"])]}),
        2 => json!({"type": "os", "any": [one_of(random, &["ios", "android", "linux"])]}),
        3 => json!({"type": "browser", "any": [one_of(random, &["safari", "chrome", "firefox"])]}),
        4 => json!({"type": "language", "any": [one_of(random, &["de", "en", "pt-BR"])]}),
        5 => json!({"type": "query", "name": "x", "equals": one_of(random, &["1", "2"])}),
        6 => json!({"type": "address", "any": [one_of(random, &["192.0.2.0/24", "2001:db8::/32"])]}),
        7 => json!({"type": "weekday", "any": ["mon", "thu"], "tz": one_of(random, &["+00:00", "-11:00"])}),
        _ => json!({"type": "split", "percent": 1 + random.below(99)}),
    }
}

/// Rules named by their position. A link with an unreachable rule is refused, and another one is drawn.
fn rules(random: &mut Random) -> Value {
    let count = random.below(5);
    let conditions = |random: &mut Random| (0..=random.below(2)).map(|_| condition(random)).collect::<Vec<_>>();
    let rule = |number: usize| {
        let target = one_of(random, &TARGETS).replacen("example.com", &format!("rule-{number}.example.com"), 1);
        json!({"id": number.to_string(), "when": conditions(random), "target": target})
    };
    (0..count).map(rule).collect()
}

fn link(random: &mut Random) -> Value {
    let mut link = json!({"alias": "docs", "target": one_of(random, &TARGETS), "rules": rules(random)});
    link["redirect_status"] = one_of(random, &[301, 302, 307, 308]).into();
    link["forward_query"] = one_of(random, &["off", "target_wins", "visitor_wins"]).into();
    let mut rarely = |name: &str, value: Value| {
        if random.below(5) == 0 {
            link[name] = value;
        }
    };
    rarely("forward_path", true.into());
    rarely("confirm", true.into());
    rarely("max_clicks", 20.into());
    rarely("card", json!({"title": "a card"}));
    rarely("password", PASSWORD.into());
    rarely("strict", true.into());
    if random.below(2) == 0 {
        link["fallback"] = "https://example.com/fallback".into();
    }
    if random.below(6) == 0 {
        link[one_of(random, &["starts_at", "ends_at"])] = one_of(random, &["1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]).into();
    }
    link
}

/// One visitor, as described to `explain`, and as a request.
fn visitor(random: &mut Random, link: &Value, cookie: &str) -> (Value, Ask) {
    let (path, query) = (one_of(random, &PATHS), one_of(random, &QUERIES));
    let (agent, language) = (one_of(random, &AGENTS), one_of(random, &LANGUAGES));
    let (address, country) = (one_of(random, &ADDRESSES), one_of(random, &COUNTRIES));
    let has_password = link["password"].is_string();
    let is_unlocked = has_password && random.below(4) > 0;
    let can_confirm = link["confirm"] == true && has_password == is_unlocked;
    let is_confirmed = can_confirm && random.below(2) == 0;
    let is_head = !is_confirmed && random.below(8) == 0;
    let is_prefetch = random.below(8) == 0;
    let mut described = json!({"agent": agent, "language": language, "address": address, "query": query});
    let mut ask = Ask::visit(&format!("docs{path}?{query}"));
    ask = ask.from(address, country).header(USER_AGENT, agent).header(ACCEPT_LANGUAGE, language);
    if !path.is_empty() {
        described["path"] = path.into();
    }
    if country != "XX" {
        described["country"] = country.into();
    }
    if is_prefetch {
        described["prefetch"] = true.into();
        ask = ask.header(HeaderName::from_static("sec-purpose"), "prefetch;prerender");
    }
    if is_unlocked {
        described["unlocked"] = true.into();
        ask = ask.header(COOKIE, cookie);
    }
    if is_head {
        described["head"] = true.into();
        ask.method = Method::HEAD;
    }
    // Without a button to press, a confirmation makes no difference.
    if is_confirmed || !can_confirm && random.below(8) == 0 {
        described["confirmed"] = true.into();
    }
    if is_confirmed {
        ask.method = Method::POST;
    }
    (described, ask)
}

/// Types the password, and returns the cookie that unlocks the link.
async fn unlock(hop: &Isolate<'_>) -> String {
    let form =
        Ask { method: Method::POST, body: Body::Whole(format!("password={}", PASSWORD.replace(' ', "+")).into()), ..Ask::visit("docs") };
    let opened = hop.ask(form).await;
    assert_eq!((opened.code(), opened.header("location")), (303, "/docs"));
    let cookie = opened.headers[SET_COOKIE].to_str().expect("visible").split(';').next();
    cookie.expect("a pair").to_owned()
}

async fn clicks(hop: &Isolate<'_>) -> Value {
    hop.ask(Ask::show("docs")).await.json()["clicks"].clone()
}

/// The outcome of a visit in the words of an explanation, with status and `Location`.
fn actual(answer: &Answer, is_head: bool) -> (String, u16, Option<String>) {
    let location = answer.headers.get("location").map(|location| location.to_str().expect("visible").to_owned());
    let needs = answer.json()["needs"].as_str().map(str::to_owned);
    let name = match (answer.code(), needs.as_deref(), location.as_deref()) {
        (301 | 302 | 303 | 307 | 308, _, Some("https://example.com/fallback")) => "fallback",
        (302 | 303, _, Some("https://example.com/of-the-domain")) => "domain",
        (301 | 302 | 303 | 307 | 308, _, Some(_)) => "redirect",
        (403, ..) => "not_ahead",
        (404, ..) => "not found",
        (410, ..) => "ended",
        (200, ..) if is_head => "a page",
        (200, None, _) => "card",
        (200, Some("a person"), _) => "person",
        (200, Some(needs), _) => needs,
        other => panic!("{other:?}"),
    };
    (name.to_owned(), answer.code(), location)
}

/// The outcome that an explanation predicts, in the same form.
fn predicted(explanation: &Value, is_head: bool) -> (String, u16, Option<String>) {
    let name = match explanation["answer"].as_str().expect("a word") {
        "not_yet" | "no_such_path" => "not found",
        "card" | "password" | "confirmation" | "person" if is_head => "a page",
        name => name,
    };
    let status = explanation["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    (name.to_owned(), status.expect("a status"), explanation["target"].as_str().map(str::to_owned))
}

#[test]
fn explanation_matches_the_visit() {
    let seen = RefCell::new(BTreeMap::<String, u32>::new());
    for_seeds("explain", "explanation_matches_the_visit", LINKS, |seed| {
        let edge = MemoryEdge::new(seed);
        let mut random = Random::new(seed);
        run(async {
            let hop = Isolate::new(&edge);
            if random.below(4) == 0 {
                let pages = json!({"ended": "https://example.com/of-the-domain", "not_found": "https://example.com/of-the-domain"});
                assert_eq!(hop.ask(Ask::patch("/api/v1/domains/hop.example", &pages)).await.code(), 200);
            }
            let link = loop {
                let link = link(&mut random);
                if hop.ask(Ask::create(&link)).await.code() == 201 {
                    break link;
                }
            };
            let is_live = link["starts_at"] != "2999-01-01T00:00:00Z" && link["ends_at"] != "1970-01-01T00:00:00Z";
            let cookie = if link["password"].is_string() && is_live { unlock(&hop).await } else { String::new() };
            for _ in 0..VISITS {
                let (described, ask) = visitor(&mut random, &link, &cookie);
                let what = format!("{described} at {link}");
                let explained = hop.ask(Ask::post("/api/v1/links/docs/explain", &described)).await;
                assert_eq!(explained.code(), 200, "{what}: {:?}", explained.json());
                let explanation = explained.json();
                let (before, is_head) = (clicks(&hop).await, ask.method == Method::HEAD);
                let answer = hop.ask(ask).await;
                assert_eq!(predicted(&explanation, is_head), actual(&answer, is_head), "{what}: {explanation}");
                let rule = explanation["rule"].as_str().map(|rule| format!("//rule-{rule}.example.com"));
                let location = answer.header("location");
                assert_eq!(location.contains("//rule-"), rule.is_some(), "{what}: {explanation}");
                assert!(rule.is_none_or(|rule| location.contains(&rule)), "{what}: {explanation}");
                let after = clicks(&hop).await;
                for counter in ["humans", "bots", "previews"] {
                    let more = after[counter].as_u64().expect("a number") - before[counter].as_u64().expect("a number");
                    assert_eq!(more == 1, explanation["counted_as"] == counter, "{what}: {explanation}");
                }
                *seen.borrow_mut().entry(explanation["answer"].to_string()).or_default() += 1;
            }
        });
    });
    assert_eq!(seen.borrow().len(), 11, "some answers never occurred: {seen:?}");
}
