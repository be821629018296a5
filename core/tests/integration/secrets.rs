//! Targets of links with a click limit: only a response that used a click contains the target.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::locks::{PASSWORD, ask, cookie, edge_with, press, type_in, with_cookie};
use crate::support::sample_link::{docs, ended, follow_afresh, to};
use crate::support::store_faults::{Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::Fault;
use http::header::{ACCEPT, ORIGIN, USER_AGENT};
use http::{HeaderName, Method};
use serde_json::{Value, json};

const SECRET: &str = "https://secret.example/there";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Limits are counted in the store. A cached link from before the limit, or with too much content, redirects no
/// visitor.
#[test]
fn limited_links_are_never_cached() {
    let edge = edge_with(&json!({"target": SECRET, "max_clicks": 2}));
    assert_eq!(follow_afresh(&edge), to(SECRET));
    let cached_link = edge.link_cache.peek(&docs()).expect("a cached link");
    assert!(!cached_link.contains("secret.example") && cached_link.contains("ask_truth"), "{cached_link}");
    let mut forged: Value = serde_json::from_str(&cached_link).expect("a cached link is JSON");
    forged.as_object_mut().expect("an object").remove("ask_truth");
    forged["link"] = json!({"target": SECRET, "spec": {"max_clicks": 2}});
    for planted in [cached_link, forged.to_string()] {
        edge.link_cache.plant(&docs(), &planted);
        plan(&edge, Plan::EveryRead(Fault::Fail));
        let answer = ask(&edge, Ask::visit("docs"));
        clear_faults(&edge);
        assert_eq!((answer.code(), answer.tells("secret.example")), (503, false), "{planted}");
        assert_eq!(count(&edge, "take/"), 1);
    }
    assert_eq!((follow_afresh(&edge), follow_afresh(&edge)), (to(SECRET), ended()), "the store counts");
}

#[test]
fn used_up_link_ends_on_every_isolate() {
    let edge = edge_with(&json!({"target": SECRET, "max_clicks": 2, "confirm": true}));
    let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
    let codes = isolates.iter().zip([200, 200, 410]).map(|(isolate, page)| {
        assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), page);
        run(isolate.ask(press("docs"))).code()
    });
    assert_eq!(codes.collect::<Vec<_>>(), [303, 303, 410]);
    for isolate in &isolates {
        for ask in [Ask::visit("docs"), Ask::visit("docs+"), press("docs"), Ask { method: Method::HEAD, ..Ask::visit("docs") }] {
            let answer = run(isolate.ask(ask));
            assert_eq!((answer.code(), answer.tells("secret.example")), (410, false));
        }
    }
}

/// Requests for `docs` that must not use a click, as JSON and as HTML.
fn requests_without_click() -> Vec<Ask> {
    let bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    let preview = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";
    let header = HeaderName::from_static;
    let visit = || Ask::visit("docs");
    let asks = vec![
        Ask { method: Method::HEAD, ..visit() },
        Ask { method: Method::OPTIONS, ..visit() },
        Ask { method: Method::PUT, ..visit() },
        visit().header(USER_AGENT, bot),
        visit().header(USER_AGENT, preview),
        visit().header(USER_AGENT, ""),
        visit().header(header("sec-purpose"), "prefetch;prerender"),
        visit().header(header("purpose"), "preview"),
        visit().header(header("x-moz"), "prefetch"),
        Ask::visit("docs+"),
        Ask::visit("docs+").header(USER_AGENT, preview),
        Ask { method: Method::HEAD, ..Ask::visit("docs+") },
        Ask::visit("docs/behind").header(USER_AGENT, bot),
        Ask::visit("docs."),
        Ask::visit("DOCS"),
        Ask::visit("robots.txt"),
        press("docs").header(ORIGIN, "https://evil.example"),
        press("docs").header(header("sec-fetch-site"), "cross-site"),
        press("docs").header(USER_AGENT, bot),
        press("docs").header(header("sec-purpose"), "prefetch"),
        type_in("docs", "a wrong password").header(USER_AGENT, bot),
        Ask { body: Body::TooLarge, ..press("docs") },
        Ask::to(Method::GET, "http://hop.example/api/v1/links/docs".into()),
        Ask::to(Method::GET, "http://hop.example/api/v1/links/docs/qr".into()),
    ];
    asks.iter().flat_map(|ask| [ask.again(), ask.again().header(ACCEPT, BROWSER)]).collect()
}

#[test]
fn response_without_click_hides_the_limited_target() {
    let rules = json!([{"when": [{"type": "query", "name": "x", "present": false}], "target": "https://secret.example/by-a-rule"}]);
    let card = json!({"title": "a card", "description": "what it is about"});
    for more in [
        json!({}),
        json!({"rules": rules}),
        json!({"card": card}),
        json!({"confirm": true}),
        json!({"locked": true}),
        json!({"strict": true, "crawlable": true}),
        json!({"forward_path": true, "forward_query": "target_wins", "rules": rules, "card": card}),
        json!({"redirect_status": 301}),
        json!({"starts_at": "2999-01-01T00:00:00Z"}),
        json!({"ends_at": "2020-01-01T00:00:00Z"}),
        json!({"disabled": true}),
        json!({"fallback": "https://example.com/instead"}),
    ] {
        let mut fields = json!({"target": SECRET, "max_clicks": 1});
        fields.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let edge = edge_with(&fields);
        let isolate = Isolate::new(&edge);
        let has_form = more["confirm"] == true || more["locked"] == true;
        let people = [Ask::visit("docs"), Ask::visit("docs").header(ACCEPT, BROWSER)];
        let check = |when: &str| {
            let people = people.iter().filter(|_| has_form).map(Ask::again);
            for request in requests_without_click().into_iter().chain(people) {
                let what = format!("{more}, {when}: {request:?}");
                let answer = run(isolate.ask(request));
                assert!(!answer.tells("secret.example"), "{what}: {answer:?}");
            }
            assert!(!edge.take_log().concat().contains("secret.example"), "{more}");
        };
        check("before its click");
        assert_eq!(count(&edge, "take/"), 0, "{more}");
        let is_followable = ["starts_at", "ends_at", "disabled"].iter().all(|state| more[*state].is_null());
        let cookie = if more["locked"] == true { cookie(&run(isolate.ask(type_in("docs", PASSWORD)))) } else { "none".into() };
        let visit = if more["confirm"] == true { press("docs") } else { with_cookie(&cookie) };
        let answer = run(isolate.ask(visit));
        assert_eq!(answer.tells("secret.example"), is_followable, "{more}: {answer:?}");
        assert_eq!(count(&edge, "take/"), usize::from(is_followable), "{more}");
        check("after its click");
    }
}
