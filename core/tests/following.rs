//! Following a link, as far as the clock, the memo and the copies have a say in it: locks that shut again, limits that are counted anew,
//! links that change under somebody's hand, and secrets that stay where they are.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::Body;
use hop_core::memory::{MemoryEdge, Step};
use http::header::{ACCEPT, COOKIE, ORIGIN, SET_COOKIE, USER_AGENT};
use http::{HeaderName, Method};
use serde_json::{Value, json};
use support::audit::{count, text};
use support::client::Answer;
use support::copies::{HERE, THERE, docs, edit_elsewhere, ended, follow, follow_afresh, to, told};
use support::locks::{PASSWORD, bring_locked, press, type_in};
use support::misfortune::{Plan, calm, plan, watch};
use support::{Ask, Isolate, run};

const SECRET: &str = "https://secret.example/there";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
/// Nobody waits longer for another try.
const QUARTER: u64 = 15 * 60;

/// An edge with the link `docs`, of which this is said.
fn edge_with(said: Value) -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    let mut link = json!({"alias": "docs", "target": HERE});
    link.as_object_mut().expect("an object").extend(said.as_object().expect("an object").clone());
    let ask = if link["locked"] == true {
        link.as_object_mut().expect("an object").remove("locked");
        bring_locked(link)
    } else {
        Ask::create(&link)
    };
    let made = run(Isolate::new(&edge).ask(ask));
    assert!(made.code() < 300, "{:?}", made.json());
    edge
}

fn locked() -> MemoryEdge {
    edge_with(json!({"locked": true}))
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn change(edge: &MemoryEdge, patch: Value) {
    assert_eq!(ask(edge, Ask::change("docs", &patch)).code(), 200, "{patch}");
}

/// The cookie an answer brings, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    assert_eq!((answer.code(), answer.header("location")), (303, "/docs"));
    answer.header("set-cookie").split(';').next().expect("a pair").to_owned()
}

fn with_cookie(cookie: &str) -> Ask {
    Ask::visit("docs").header(COOKIE, cookie)
}

#[test]
fn an_open_lock_shuts_after_an_hour() {
    let edge = locked();
    let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    for (wait, code) in [(0, 302), (3_599, 302), (1, 200), (1, 200)] {
        edge.wait_seconds(wait);
        let answer = ask(&edge, with_cookie(&cookie));
        assert_eq!((answer.code(), answer.tells(HERE)), (code, code == 302), "after {wait} more seconds");
    }
    let (name, value) = cookie.split_once('=').expect("a pair");
    let (until, seal) = value.split_once('.').expect("a time and a seal");
    let until: u64 = until.parse().expect("seconds");
    let later = until + 3_600;
    for forged in [format!("{later}.{seal}"), format!("{}.{seal}", u64::MAX), format!("0{until}.{seal}x")] {
        assert_eq!(ask(&edge, with_cookie(&format!("{name}={forged}"))).code(), 200, "{forged}");
    }
}

/// Each link has a cookie of its own, so that opening one shuts no other.
#[test]
fn who_opened_two_links_has_both_open() {
    let edge = locked();
    ask(&edge, bring_locked(json!({"alias": "other", "target": THERE})));
    let opened = ["docs", "other"].map(|alias| {
        let id = text(&ask(&edge, Ask::show(alias)).json()["id"]);
        let answer = ask(&edge, type_in(alias, PASSWORD));
        let (cookie, attributes) = answer.header("set-cookie").split_once("; ").expect("a cookie and what is said of it");
        assert!(cookie.starts_with(&format!("__Host-hop-{id}=")), "{cookie}");
        assert_eq!(attributes, "Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax");
        cookie.to_owned()
    });
    for (alias, target) in [("docs", HERE), ("other", THERE)] {
        assert_eq!(told(&ask(&edge, Ask::visit(alias).header(COOKIE, &opened.join("; ")))), to(target));
    }
    assert_eq!(ask(&edge, Ask::visit("other").header(COOKIE, &opened[0])).code(), 200);
}

/// A browser sends whatever the host ever set: what opens the link may stand among others, but not behind a crowd of its own name.
#[test]
fn the_cookie_is_found_among_others() {
    let edge = locked();
    let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
    let name = cookie.split('=').next().expect("a name");
    for (header, code) in [
        (format!("a=b; {cookie}"), 302),
        (format!("a=b;{cookie} ;c"), 302),
        (format!("{name}=1.AAAA; {name}; {name}x=1; {cookie}"), 302),
        (format!("{}{cookie}", format!("{name}=x; ").repeat(3)), 302),
        (format!("{}{cookie}", format!("{name}=x; ").repeat(4)), 200),
        (format!("x{cookie}"), 200),
        (cookie.replacen('=', "==", 1), 200),
    ] {
        assert_eq!(ask(&edge, with_cookie(&header)).code(), code, "{header}");
    }
}

#[test]
fn sixty_tries_in_a_quarter_of_an_hour_and_then_sixty_more() {
    let edge = locked();
    let guess = |password: &str, address: &str| ask(&edge, type_in("docs", password).from(address, "DE"));
    edge.wait_seconds(100);
    for _ in 0..60 {
        assert_eq!(guess("a wrong password", "2001:db8:1:2::1").code(), 403);
    }
    let refused = guess(PASSWORD, "2001:db8:1:2:ffff::2");
    assert_eq!((refused.code(), refused.header("retry-after")), (429, "800"), "the whole network has used up its tries");
    assert!(!refused.headers.contains_key(SET_COOKIE) && !refused.tells(HERE));
    for elsewhere in ["2001:db8:1:3::1", "192.0.2.1", "192.0.2.2"] {
        cookie(&guess(PASSWORD, elsewhere));
    }
    ask(&edge, bring_locked(json!({"alias": "other", "target": HERE})));
    assert_eq!(ask(&edge, type_in("other", PASSWORD).from("2001:db8:1:2::1", "DE")).code(), 303, "each link has its own tries");
    edge.wait_seconds(QUARTER - 100 - 1);
    let refused = guess(PASSWORD, "2001:db8:1:2::1");
    assert_eq!((refused.code(), refused.header("retry-after")), (429, "1"));
    edge.wait_seconds(1);
    for _ in 0..59 {
        assert_eq!(guess("a wrong password", "2001:db8:1:2::1").code(), 403);
    }
    cookie(&guess(PASSWORD, "2001:db8:1:2::1"));
    assert_eq!(guess(PASSWORD, "2001:db8:1:2::1").code(), 429);
}

#[test]
fn a_form_without_a_password_is_no_try() {
    let edge = locked();
    for form in ["", "x=y", "pass=word"] {
        let form = Ask { body: Body::Whole(form.into()), ..press("docs") };
        let answer = ask(&edge, form);
        assert_eq!((answer.code(), answer.json()["needs"].clone(), count(&edge, "rate/")), (200, json!("password"), 0));
    }
    assert_eq!((ask(&edge, type_in("docs", "")).code(), count(&edge, "rate/")), (403, 1));
}

/// Where the memo still has the lock from before, the new password opens the link, and once is enough.
#[test]
fn whoever_types_a_new_password_is_not_asked_again() {
    for copy_is_lost in [false, true] {
        let edge = locked();
        let isolate = Isolate::new(&edge);
        let old_cookie = cookie(&run(isolate.ask(type_in("docs", PASSWORD))));
        assert_eq!(run(isolate.ask(with_cookie(&old_cookie))).code(), 302);
        edge.copies.hold(copy_is_lost);
        change(&edge, json!({"password": "quite another one"}));
        edge.copies.lose();
        edge.copies.hold(false);
        assert_eq!(run(isolate.ask(type_in("docs", "neither of them"))).code(), 403);
        let cookie = cookie(&run(isolate.ask(type_in("docs", "quite another one"))));
        assert_eq!(told(&run(isolate.ask(with_cookie(&cookie)))), to(HERE), "lost: {copy_is_lost}");
        assert_eq!(told(&ask(&edge, with_cookie(&cookie))), to(HERE), "elsewhere, lost: {copy_is_lost}");
        for edge_of in [&isolate, &Isolate::new(&edge)] {
            assert_eq!(run(edge_of.ask(with_cookie(&old_cookie))).code(), 200, "the old cookie is shut out");
            assert_eq!(run(edge_of.ask(type_in("docs", PASSWORD))).code(), 403, "and so is the old password");
        }
    }
}

/// While nobody can be sure how often a visitor tried, or what the password is, the lock is shut.
#[test]
fn a_lock_that_cannot_ask_stays_shut() {
    for down in [Step::Write, Step::Answer, Step::Get] {
        let edge = locked();
        let isolate = Isolate::new(&edge);
        assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 200);
        plan(&edge, Plan::From(0, Some(down)));
        let answer = run(isolate.ask(type_in("docs", PASSWORD)));
        calm(&edge);
        assert_eq!((answer.code(), answer.headers.contains_key(SET_COOKIE), answer.tells(HERE)), (503, false, false), "{down:?}");
        cookie(&run(isolate.ask(type_in("docs", PASSWORD))));
    }
}

#[test]
fn a_link_that_ends_between_the_page_and_the_button_has_ended() {
    for (fallback, expected) in [(Value::Null, (410, "")), (json!("https://example.com/instead"), (303, "https://example.com/instead"))] {
        let edge = edge_with(json!({"target": SECRET, "confirm": true, "ends_at": "2026-11-21T08:00:07Z", "fallback": fallback}));
        let isolate = Isolate::new(&edge);
        edge.wait_seconds(6);
        assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 200);
        assert_eq!(run(isolate.ask(press("docs"))).header("location"), SECRET);
        edge.wait_seconds(1);
        let pressed = run(isolate.ask(press("docs")));
        assert_eq!((pressed.code(), pressed.header("location")), expected);
        assert!(!pressed.tells(SECRET));
    }
}

#[test]
fn a_link_leads_on_from_the_second_it_begins_and_until_the_one_it_ends() {
    let edge = edge_with(json!({"starts_at": "2026-11-21T08:00:05Z", "ends_at": "2026-11-21T08:00:07Z", "password": PASSWORD}));
    let seen = (0..9).map(|_| {
        let code = ask(&edge, Ask::visit("docs")).code();
        edge.wait_seconds(1);
        code
    });
    assert_eq!(seen.collect::<Vec<_>>(), [404, 404, 404, 404, 404, 200, 200, 410, 410], "who is early or late is asked nothing");
}

#[test]
fn nobody_repeats_a_redirect_beyond_what_it_is_good_for() {
    let cached = |status: u16, said: Value| {
        let mut link = json!({ "redirect_status": status });
        link.as_object_mut().expect("an object").extend(said.as_object().expect("an object").clone());
        let edge = edge_with(link);
        let answer = if said["locked"] == true {
            let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
            ask(&edge, with_cookie(&cookie))
        } else {
            ask(&edge, if said["confirm"] == true { press("docs") } else { Ask::visit("docs") })
        };
        assert_eq!(answer.code(), if said["confirm"] == true { 303 } else { status });
        answer.header("cache-control").to_owned()
    };
    let ends = |second: u64| json!({"ends_at": format!("2026-11-21T08:00:{second:02}Z")});
    for status in [301, 308] {
        assert_eq!(cached(status, json!({})), "private, max-age=30");
        assert_eq!(
            cached(status, json!({"fallback": THERE, "card": {"title": "a card"}, "starts_at": "2026-11-21T08:00:00Z"})),
            "private, max-age=30"
        );
        for (second, seconds) in [(7, 7), (1, 1), (29, 29), (30, 30), (31, 30), (59, 30)] {
            assert_eq!(cached(status, ends(second)), format!("private, max-age={seconds}"));
        }
    }
    assert_eq!(cached(301, json!({"ends_at": "2026-11-21T08:00:07.9Z"})), "private, max-age=7");
    let rule = json!({"when": [{"type": "split", "percent": 50}], "target": HERE});
    for status in [301, 302, 307, 308] {
        for more in [json!({"rules": [rule]}), json!({"max_clicks": 5}), json!({"locked": true}), json!({"confirm": true})] {
            assert_eq!(cached(status, more.clone()), "private, no-store", "{status} {more}");
        }
    }
    assert_eq!(cached(302, json!({})), "private, no-store");
}

/// How often truth is read while `docs` is followed on `isolate`, and where it leads.
fn asked(isolate: &Isolate<'_>) -> (usize, (u16, String)) {
    let trace = watch(isolate.edge);
    let (answer, after) = run(isolate.handle(Ask::visit("docs")));
    let gets = trace.count(|step| step == Step::Get);
    calm(isolate.edge);
    run(isolate.app.finish(isolate.edge, after));
    (gets, told(&answer))
}

#[test]
fn a_strict_link_is_asked_of_truth_every_time() {
    let edge = edge_with(json!({"strict": true}));
    let isolate = Isolate::new(&edge);
    for _ in 0..3 {
        assert_eq!(asked(&isolate), (1, to(HERE)));
    }
    let copy: Value = serde_json::from_str(&edge.copies.peek(&docs()).expect("a copy")).expect("a copy is JSON");
    assert_eq!(copy["ask_truth"], true);
    assert!(!copy.to_string().contains(HERE) && copy["link"].is_null(), "{copy}");
    edit_elsewhere(&edge);
    assert_eq!(asked(&isolate), (1, to(THERE)));
    edge.wait_seconds(601);
    assert_eq!(asked(&isolate), (1, to(THERE)), "an old copy says the same");
    assert_eq!(asked(&Isolate::new(&edge)), (1, to(THERE)));
    plan(&edge, Plan::From(0, None));
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 503, "nothing is known without truth");
}

#[test]
fn a_link_that_becomes_strict_is_forgotten() {
    let edge = edge_with(json!({}));
    let isolate = Isolate::new(&edge);
    assert_eq!((asked(&isolate).0, asked(&isolate).0), (1, 0));
    run(isolate.ask(Ask::change("docs", &json!({"strict": true}))));
    for _ in 0..2 {
        assert_eq!(asked(&isolate), (1, to(HERE)));
    }
    edit_elsewhere(&edge);
    assert_eq!(asked(&isolate), (1, to(THERE)));
    run(isolate.ask(Ask::change("docs", &json!({"strict": false}))));
    assert_eq!((asked(&isolate).0, asked(&isolate).0), (0, 0), "the change has left a copy that tells all");
}

#[test]
fn a_blocked_link_is_asked_of_truth_every_time() {
    let edge = edge_with(json!({"fallback": THERE}));
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), to(HERE));
    run(isolate.ask(Ask::change("docs", &json!({"blocked": {"reason": "phishing"}}))));
    for _ in 0..3 {
        assert_eq!(asked(&isolate).1, ended());
        assert!(asked(&Isolate::new(&edge)).0 > 0);
    }
    let blocked = edge.copies.peek(&docs()).expect("a copy");
    assert!(blocked.contains("ask_truth") && !blocked.contains("example.com"), "{blocked}");
    // Lifted elsewhere, and the copy does not hear of it.
    edge.copies.hold(true);
    change(&edge, json!({"blocked": null}));
    edge.copies.lose();
    edge.copies.hold(false);
    assert_eq!((follow(&isolate), follow_afresh(&edge)), (to(HERE), to(HERE)));
    assert_eq!(asked(&Isolate::new(&edge)), (0, to(HERE)), "the copy has heard of it by now");
}

#[test]
fn what_the_memo_holds_of_a_link_counts_its_rules() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let tags = |rule: usize| {
        (0..250).map(|tag| format!("{}-{rule}{tag:06}", char::from(b'a' + (tag % 26) as u8).to_string().repeat(2))).collect::<Vec<_>>()
    };
    let rule = |number: usize| json!({"when": [{"type": "language", "any": tags(number)}], "target": HERE});
    let rules: Vec<Value> = (0..8).map(rule).collect();
    let aliases: Vec<String> = (0..80).map(|number| format!("link-{number}")).collect();
    for alias in &aliases {
        let made = run(isolate.ask(Ask::create(&json!({"alias": alias, "target": HERE, "rules": rules}))));
        assert_eq!(made.code(), 201, "{:?}", made.json());
    }
    edge.copies.hold(true);
    let reads = |isolate: &Isolate<'_>, alias: &String| {
        edge.copies.empty();
        let trace = watch(&edge);
        let (answer, _) = run(isolate.handle(Ask::visit(alias)));
        assert_eq!(answer.code(), 302);
        trace.count(|step| step == Step::Get)
    };
    let are_remembered = |isolate: &Isolate<'_>, count: usize| {
        let follow = || aliases.iter().take(count).map(|alias| reads(isolate, alias)).sum::<usize>();
        assert_eq!(follow(), count);
        count - follow()
    };
    assert_eq!(are_remembered(&Isolate::new(&edge), 20), 20);
    // 2,000 languages of 34 bytes and more in each, of 2 megabytes.
    assert!(are_remembered(&Isolate::new(&edge), 80) < 32);
}

/// What counts a limit is truth. A copy that is older than the limit, or says more than it may, leads nobody on.
#[test]
fn there_is_no_copy_of_a_limited_link() {
    let edge = edge_with(json!({"target": SECRET, "max_clicks": 2}));
    assert_eq!(follow_afresh(&edge), to(SECRET));
    let copy = edge.copies.peek(&docs()).expect("a copy");
    assert!(!copy.contains("secret.example") && copy.contains("ask_truth"), "{copy}");
    let mut told: Value = serde_json::from_str(&copy).expect("a copy is JSON");
    told.as_object_mut().expect("an object").remove("ask_truth");
    told["link"] = json!({"target": SECRET, "spec": {"max_clicks": 2}});
    for planted in [copy, told.to_string()] {
        edge.copies.plant(&docs(), &planted);
        plan(&edge, Plan::From(0, Some(Step::Get)));
        let answer = ask(&edge, Ask::visit("docs"));
        calm(&edge);
        assert_eq!((answer.code(), answer.tells("secret.example")), (503, false), "{planted}");
        assert_eq!(count(&edge, "take/"), 1);
    }
    assert_eq!((follow_afresh(&edge), follow_afresh(&edge)), (to(SECRET), ended()), "truth counts");
}

#[test]
fn a_used_up_link_has_ended_for_all_who_remember_it() {
    let edge = edge_with(json!({"target": SECRET, "max_clicks": 2, "confirm": true}));
    let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
    let led = isolates.iter().zip([200, 200, 410]).map(|(isolate, page)| {
        assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), page);
        run(isolate.ask(press("docs"))).code()
    });
    assert_eq!(led.collect::<Vec<_>>(), [303, 303, 410]);
    for isolate in &isolates {
        for ask in [Ask::visit("docs"), Ask::visit("docs+"), press("docs"), Ask { method: Method::HEAD, ..Ask::visit("docs") }] {
            let answer = run(isolate.ask(ask));
            assert_eq!((answer.code(), answer.tells("secret.example")), (410, false));
        }
    }
}

/// A button that is no longer there, or never was, leads back to the link and spends nothing.
#[test]
fn whoever_posts_to_a_link_that_asks_nothing_is_sent_back_to_it() {
    for said in [json!({}), json!({"max_clicks": 1, "target": SECRET}), json!({"redirect_status": 308})] {
        let edge = edge_with(said.clone());
        let answer = ask(&edge, type_in("docs", PASSWORD));
        assert_eq!(
            (answer.code(), answer.header("location"), answer.header("cache-control")),
            (303, "/docs", "private, no-store"),
            "{said}"
        );
        assert_eq!((count(&edge, "take/"), count(&edge, "rate/"), count(&edge, "stats/")), (0, 0, 0), "{said}");
    }
    let edge = edge_with(json!({"forward_path": true, "forward_query": "target_wins"}));
    for (behind, back) in [("/a%20b/%2f/?x=%20\u{fc}", "/docs/a%20b/%2F/?x=%20%C3%BC"), ("?", "/docs"), ("//", "/docs//")] {
        let answer = ask(&edge, press(&format!("docs{behind}")));
        assert_eq!((answer.code(), answer.header("location")), (303, back), "{behind}");
    }
}

/// An alias tells nothing of its link where its domain is no longer hop's.
#[test]
fn a_host_that_is_served_no_more_says_the_same_to_everybody() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let done = |ask: Ask| assert!(run(isolate.ask(ask)).code() < 300);
    let comers = || ["docs", "nothing"].map(|alias| [Ask::visit(alias), Ask::visit(&format!("{alias}+")), press(alias)]);
    let codes = || comers().map(|asks| asks.map(|asked| ask(&edge, asked.at("d.example")).code()));
    assert_eq!(codes(), [[404; 3]; 2]);
    done(Ask::post("/api/v1/domains", &json!({"domain": "d.example"})));
    done(Ask::create(&json!({"alias": "docs", "domain": "d.example", "target": HERE})));
    assert_eq!(codes(), [[302, 200, 303], [404; 3]]);
    done(Ask::remove("/api/v1/links/docs?domain=d.example"));
    assert_eq!(codes(), [[410; 3], [404; 3]]);
    done(Ask::remove("/api/v1/domains/d.example"));
    assert_eq!(codes(), [[404; 3]; 2]);
}

/// Everybody who comes to `docs` and is not to be led on, with each kind of answer they may want.
fn uninvited() -> Vec<Ask> {
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
fn where_a_limited_link_leads_is_in_no_answer_that_spends_nothing() {
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
        let mut said = json!({"target": SECRET, "max_clicks": 1});
        said.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let edge = edge_with(said);
        let isolate = Isolate::new(&edge);
        let look = |when: &str| {
            for uninvited in uninvited() {
                let what = format!("{more}, {when}: {uninvited:?}");
                let answer = run(isolate.ask(uninvited));
                assert!(!answer.tells("secret.example"), "{what}: {answer:?}");
            }
            assert!(!edge.take_log().concat().contains("secret.example"), "{more}");
        };
        look("before its click");
        assert_eq!(count(&edge, "take/"), 0, "{more}");
        let can_be_spent = ["starts_at", "ends_at", "disabled"].iter().all(|state| more[*state].is_null());
        let cookie = if more["locked"] == true { cookie(&run(isolate.ask(type_in("docs", PASSWORD)))) } else { "none".into() };
        let visit = if more["confirm"] == true { press("docs") } else { with_cookie(&cookie) };
        let answer = run(isolate.ask(visit));
        assert_eq!(answer.tells("secret.example"), can_be_spent, "{more}: {answer:?}");
        assert_eq!(count(&edge, "take/"), usize::from(can_be_spent), "{more}");
        look("after its click");
    }
}
