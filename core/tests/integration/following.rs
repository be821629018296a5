//! Following a link: how the clock, the memo and the cached link decide the answer. Start and end, `Cache-Control`,
//! reads of the store, pages, previews and suggestions.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::locks::{PASSWORD, ask, cookie, edge_with, press, type_in, with_cookie};
use crate::support::sample_link::{HERE, THERE, docs, edit_elsewhere, status_and_location, to};
use crate::support::store_faults::{Plan, clear_faults, is_read, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{Fault, MemoryEdge};
use http::header::ACCEPT;
use serde_json::{Value, json};

const SECRET: &str = "https://secret.example/there";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

#[test]
fn link_ending_before_confirmation_has_ended() {
    for (fallback, expected) in [(Value::Null, (410, "")), (json!("https://example.com/instead"), (303, "https://example.com/instead"))] {
        let edge = edge_with(&json!({"target": SECRET, "confirm": true, "ends_at": "2026-11-21T08:00:07Z", "fallback": fallback}));
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

/// The page names the target of its button unless it is secret. The same holds for the page with the card.
#[test]
fn confirmation_page_shows_target_unless_secret() {
    let card = json!({"title": "a card"});
    for (more, is_shown) in [(json!({}), true), (json!({"max_clicks": 1}), false), (json!({"locked": true}), false)] {
        let mut link = json!({"confirm": true, "target": SECRET, "card": card});
        link.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let edge = edge_with(&link);
        for page in [Ask::visit("docs"), Ask::visit("docs").header(ACCEPT, BROWSER)] {
            let page = ask(&edge, page);
            assert_eq!((page.code(), page.tells(SECRET), page.tells("a card")), (200, is_shown, true), "{more}");
        }
    }
}

#[test]
fn link_is_live_from_start_until_end() {
    let edge = edge_with(&json!({"starts_at": "2026-11-21T08:00:05Z", "ends_at": "2026-11-21T08:00:07Z", "password": PASSWORD}));
    let seen = (0..9).map(|_| {
        let code = ask(&edge, Ask::visit("docs")).code();
        edge.wait_seconds(1);
        code
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [404, 404, 404, 404, 404, 200, 200, 410, 410],
        "the password is only asked while the link is live"
    );
}

#[test]
fn redirect_caching_never_exceeds_validity() {
    let cache_control = |status: u16, settings: Value| {
        let mut link = json!({ "redirect_status": status });
        link.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
        let edge = edge_with(&link);
        let answer = if settings["locked"] == true {
            let cookie = cookie(&ask(&edge, type_in("docs", PASSWORD)));
            ask(&edge, with_cookie(&cookie))
        } else {
            ask(&edge, if settings["confirm"] == true { press("docs") } else { Ask::visit("docs") })
        };
        assert_eq!(answer.code(), if settings["confirm"] == true { 303 } else { status });
        answer.header("cache-control").to_owned()
    };
    let ends = |second: u64| json!({"ends_at": format!("2026-11-21T08:00:{second:02}Z")});
    for status in [301, 308] {
        assert_eq!(cache_control(status, json!({})), "private, max-age=30");
        assert_eq!(
            cache_control(status, json!({"fallback": THERE, "card": {"title": "a card"}, "starts_at": "2026-11-21T08:00:00Z"})),
            "private, max-age=30"
        );
        for (second, seconds) in [(7, 7), (1, 1), (29, 29), (30, 30), (31, 30), (59, 30)] {
            assert_eq!(cache_control(status, ends(second)), format!("private, max-age={seconds}"));
        }
    }
    assert_eq!(cache_control(301, json!({"ends_at": "2026-11-21T08:00:07.9Z"})), "private, max-age=7");
    let rule = json!({"when": [{"type": "split", "percent": 50}], "target": HERE});
    for status in [301, 302, 307, 308] {
        for more in [json!({"rules": [rule]}), json!({"max_clicks": 5}), json!({"locked": true}), json!({"confirm": true})] {
            assert_eq!(cache_control(status, more.clone()), "private, no-store", "{status} {more}");
        }
    }
    assert_eq!(cache_control(302, json!({})), "private, no-store");
}

/// Follows `docs` on `isolate`. Returns the number of reads of the record, and the answer.
fn visit_counting_reads(isolate: &Isolate<'_>) -> (usize, (u16, String)) {
    let trace = watch(isolate.edge);
    let (answer, after) = run(isolate.handle(Ask::visit("docs")));
    let gets = trace.count(is_read);
    clear_faults(isolate.edge);
    run(isolate.app.finish(isolate.edge, after));
    (gets, status_and_location(&answer))
}

#[test]
fn strict_link_is_always_read_from_store() {
    let edge = edge_with(&json!({"strict": true}));
    let isolate = Isolate::new(&edge);
    for _ in 0..3 {
        assert_eq!(visit_counting_reads(&isolate), (1, to(HERE)));
    }
    let cached: Value = serde_json::from_str(&edge.link_cache.peek(&docs()).expect("a cached link")).expect("a cached link is JSON");
    assert_eq!(cached["ask_truth"], true);
    assert!(!cached.to_string().contains(HERE) && cached["link"].is_null(), "{cached}");
    edit_elsewhere(&edge);
    assert_eq!(visit_counting_reads(&isolate), (1, to(THERE)));
    edge.wait_seconds(601);
    assert_eq!(visit_counting_reads(&isolate), (1, to(THERE)), "an old cached link says the same");
    assert_eq!(visit_counting_reads(&Isolate::new(&edge)), (1, to(THERE)));
    plan(&edge, Plan::From(0, None));
    assert_eq!(run(isolate.ask(Ask::visit("docs"))).code(), 503, "a strict link needs the store");
}

#[test]
fn link_made_strict_leaves_the_memo() {
    let edge = edge_with(&json!({}));
    let isolate = Isolate::new(&edge);
    assert_eq!((visit_counting_reads(&isolate).0, visit_counting_reads(&isolate).0), (1, 0));
    run(isolate.ask(Ask::change("docs", &json!({"strict": true}))));
    for _ in 0..2 {
        assert_eq!(visit_counting_reads(&isolate), (1, to(HERE)));
    }
    edit_elsewhere(&edge);
    assert_eq!(visit_counting_reads(&isolate), (1, to(THERE)));
    run(isolate.ask(Ask::change("docs", &json!({"strict": false}))));
    assert_eq!((visit_counting_reads(&isolate).0, visit_counting_reads(&isolate).0), (0, 0), "the change has left a complete cached link");
}

#[test]
fn memo_weight_includes_rules() {
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
    edge.link_cache.hold(true);
    let reads = |isolate: &Isolate<'_>, alias: &String| {
        edge.link_cache.empty();
        let trace = watch(&edge);
        let (answer, _) = run(isolate.handle(Ask::visit(alias)));
        assert_eq!(answer.code(), 302);
        trace.count(is_read)
    };
    let count_memoized = |isolate: &Isolate<'_>, count: usize| {
        let follow = || aliases.iter().take(count).map(|alias| reads(isolate, alias)).sum::<usize>();
        assert_eq!(follow(), count);
        count - follow()
    };
    assert_eq!(count_memoized(&Isolate::new(&edge), 20), 20);
    // Each link has 2,000 languages of at least 34 bytes. The memo has 2 megabytes.
    assert!(count_memoized(&Isolate::new(&edge), 80) < 32);
}

/// A form sent to a link without a question redirects back to the link, and takes no click.
#[test]
fn post_without_question_redirects_to_the_link() {
    for settings in [json!({}), json!({"max_clicks": 1, "target": SECRET}), json!({"redirect_status": 308})] {
        let edge = edge_with(&settings);
        let answer = ask(&edge, type_in("docs", PASSWORD));
        assert_eq!(
            (answer.code(), answer.header("location"), answer.header("cache-control")),
            (303, "/docs", "private, no-store"),
            "{settings}"
        );
        assert_eq!((count(&edge, "take/"), count(&edge, "rate/unlock-"), count(&edge, "stats/")), (0, 0, 0), "{settings}");
    }
    let edge = edge_with(&json!({"forward_path": true, "forward_query": "target_wins"}));
    for (rest, expected) in [("/a%20b/%2f/?x=%20\u{fc}", "/docs/a%20b/%2F/?x=%20%C3%BC"), ("?", "/docs"), ("//", "/docs//")] {
        let answer = ask(&edge, press(&format!("docs{rest}")));
        assert_eq!((answer.code(), answer.header("location")), (303, expected), "{rest}");
    }
}

/// Addresses copied with the punctuation after them, or typed in capitals, get a suggestion unless the link is secret.
#[test]
fn not_found_page_suggests_likely_aliases() {
    let suggested = |settings: Value, address: &str| {
        let edge = edge_with(&settings);
        let answer = ask(&edge, Ask::visit(address).header(ACCEPT, BROWSER));
        (answer.code(), answer.tells("//hop.example/docs\""), answer.tells(HERE))
    };
    for address in ["docs.", "docs,", "docs).", "docs%3E", "DOCS", "Docs!", "docs%22"] {
        assert_eq!(suggested(json!({}), address), (404, true, false), "{address}");
        for secret in
            [json!({"max_clicks": 1}), json!({"locked": true}), json!({"disabled": true}), json!({"starts_at": "2999-01-01T00:00:00Z"})]
        {
            assert_eq!(suggested(secret.clone(), address), (404, false, false), "{secret} at {address}");
        }
    }
    for address in ["docs-", ".docs", "dOc", "docs.x", "nothing", "...", "docs/behind"] {
        assert_eq!(suggested(json!({}), address), (404, false, false), "{address}");
    }
    assert_eq!(suggested(json!({"confirm": true, "redirect_status": 301}), "docs."), (404, true, false));
    assert_eq!(suggested(json!({"disabled": true}), "docs"), (410, false, false));
    let edge = edge_with(&json!({}));
    ask(&edge, Ask::create(&json!({"target": HERE, "alias": "DOCS"})));
    ask(&edge, Ask::delete("DOCS"));
    let ended = ask(&edge, Ask::visit("DOCS").header(ACCEPT, BROWSER));
    assert_eq!((ended.code(), ended.tells("hop.example/docs")), (410, false), "an ended link gets no suggestion");
}

/// An alias reveals nothing of its link once its domain is removed.
#[test]
fn removed_host_answers_the_same_to_everyone() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let done = |ask: Ask| assert!(run(isolate.ask(ask)).code() < 300);
    let visits = || ["docs", "nothing"].map(|alias| [Ask::visit(alias), Ask::visit(&format!("{alias}+")), press(alias)]);
    let codes = || visits().map(|asks| asks.map(|asked| ask(&edge, asked.at("d.example")).code()));
    assert_eq!(codes(), [[404; 3]; 2]);
    done(Ask::post("/api/v1/domains", &json!({"domain": "d.example"})));
    done(Ask::create(&json!({"alias": "docs", "domain": "d.example", "target": HERE})));
    assert_eq!(codes(), [[302, 200, 303], [404; 3]]);
    done(Ask::remove("/api/v1/links/docs?domain=d.example"));
    assert_eq!(codes(), [[410; 3], [404; 3]]);
    done(Ask::remove("/api/v1/domains/d.example"));
    assert_eq!(codes(), [[404; 3]; 2]);
    // Whether the domain is served cannot be read.
    for visit in visits().into_iter().flatten() {
        edge.link_cache.empty();
        plan(&edge, Plan::At(vec![(0, Fault::Fail)]));
        assert_eq!(ask(&edge, visit.at("d.example")).code(), 503);
        clear_faults(&edge);
    }
}

/// A preview shows the target of a link that asks for no more than a confirmation.
#[test]
fn preview_shows_the_target() {
    for settings in [json!({}), json!({"confirm": true, "redirect_status": 301})] {
        let edge = edge_with(&settings);
        for preview in [Ask::visit("docs+"), Ask::visit("docs+").header(ACCEPT, BROWSER)] {
            let answer = ask(&edge, preview);
            assert_eq!((answer.code(), answer.tells(HERE), answer.header("location")), (200, true, ""), "{settings}");
        }
        assert_eq!(ask(&edge, Ask::visit("docs+")).json()["target"], HERE);
        assert_eq!(count(&edge, "stats/"), 0, "a preview is no click");
    }
}
