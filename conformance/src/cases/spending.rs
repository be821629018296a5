//! Links that may be followed only so often, and links that ask first: exact however many come at once, spent by people alone, and secret
//! until then.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::{address, cases, create, eventually, readable, show};
use crate::client::{Answer, Call};
use crate::deployment::Deployment;
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const SECRET: &str = "https://secret.example/there";
const GOOGLE: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const SLACK: &str = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";

cases!("spending":
    of_many_at_once_exactly_so_many_are_led_on,
    who_is_no_person_spends_nothing_and_learns_nothing,
    a_used_up_link_has_ended_and_another_limit_starts_afresh,
    a_used_up_link_leads_to_its_fallback,
    a_link_that_asks_first_is_followed_by_its_button,
    a_button_is_pressed_on_hops_own_page,
    without_its_store_no_link_leads_on,
);

fn limited(hop: &Deployment, alias: &str, more: &Value) {
    let mut made = json!({"alias": alias, "target": SECRET, "max_clicks": 1});
    made.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create(hop, &made).expect(201);
    readable(hop, alias, |link| link.is_some());
}

fn follow(hop: &Deployment, alias: &str) -> Answer {
    hop.send(&Call::get(format!("/{alias}")))
}

fn press(hop: &Deployment, alias: &str) -> Answer {
    hop.send(&Call::new("POST", format!("/{alias}")).header("Sec-Fetch-Site", "same-origin"))
}

#[track_caller]
fn assert_tells_nothing(answer: &Answer) {
    assert!(!answer.tells("secret.example") && answer.header("location").is_none(), "{answer:?}");
}

/// Viceroy's store may accept two clicks with one number: there visitors come one after the other, and the limit is small.
fn of_many_at_once_exactly_so_many_are_led_on(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("crowd"));
    let (limit, followers, at_once) = if world.edge.has_atomic_writes() { (100, 500, 50) } else { (10, 30, 1) };
    limited(hop, &alias, &json!({ "max_clicks": limit }));
    let (led, ended, next) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::SeqCst) < followers {
                    loop {
                        let answer = follow(hop, &alias);
                        match answer.status {
                            302 => led.fetch_add(1, Ordering::SeqCst),
                            410 => ended.fetch_add(1, Ordering::SeqCst),
                            // Too many asked for the same one: ask again.
                            503 => continue,
                            other => panic!("{other}"),
                        };
                        break;
                    }
                }
            });
        }
    });
    assert_eq!((led.into_inner(), ended.into_inner()), (limit, followers - limit));
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "used_up");
}

fn who_is_no_person_spends_nothing_and_learns_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("people-only"));
    limited(hop, &alias, &json!({"card": {"title": "a card"}}));
    let get = || Call::get(format!("/{alias}"));
    let mut answers = vec![hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(200)];
    for (name, value) in [
        ("User-Agent", GOOGLE),
        ("User-Agent", SLACK),
        ("User-Agent", ""),
        ("User-Agent", "curl/8.0"),
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("Purpose", "Preview"),
        ("X-Moz", "prefetch"),
    ] {
        for accept in ["*/*", BROWSER] {
            // A browser that looks ahead would keep a page, and show it to whoever comes then.
            let status = if name == "User-Agent" { 200 } else { 403 };
            answers.push(hop.send(&get().header(name, value).header("Accept", accept)).expect(status));
        }
    }
    answers.extend([
        hop.send(&Call::get(format!("/{alias}+"))).expect(200),
        hop.send(&Call::get(format!("/{alias}+")).header("Accept", BROWSER)).expect(200),
        hop.send(&Call::get(format!("/{alias}+")).header("User-Agent", SLACK)).expect(200),
        hop.send(&Call::new("OPTIONS", format!("/{alias}"))).expect(204),
    ]);
    answers.iter().for_each(assert_tells_nothing);
    assert_eq!(follow(hop, &alias).expect(302).header("location").unwrap(), SECRET, "nothing was spent until now");
    follow(hop, &alias).problem(410, "link_ended");
}

fn a_used_up_link_has_ended_and_another_limit_starts_afresh(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("afresh"));
    limited(hop, &alias, &json!({}));
    follow(hop, &alias).expect(302);
    for call in
        [Call::get(format!("/{alias}")), Call::get(format!("/{alias}+")), Call::get(format!("/{alias}")).header("User-Agent", GOOGLE)]
    {
        let ended = hop.send(&call);
        ended.problem(410, "link_ended");
        assert_tells_nothing(&ended);
    }
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "used_up" && link["clicks"]["humans"] == 1));
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json");
    let changed = hop.send(&patch.body(r#"{"max_clicks":2}"#)).expect(200).json();
    assert_eq!(changed["state"], "live");
    for _ in 0..2 {
        eventually("the new limit is known", || (follow(hop, &alias).status == 302).then_some(()));
    }
    follow(hop, &alias).problem(410, "link_ended");
}

fn a_used_up_link_leads_to_its_fallback(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("instead"));
    limited(hop, &alias, &json!({"fallback": "https://example.com/instead", "redirect_status": 308}));
    let led = follow(hop, &alias).expect(308);
    assert_eq!(led.header("cache-control").unwrap(), "private, no-store", "a click is spent each time");
    for call in [Call::get(format!("/{alias}")), Call::get(format!("/{alias}")).header("User-Agent", SLACK)] {
        let led = hop.send(&call).expect(302);
        assert_eq!(led.header("location").unwrap(), "https://example.com/instead");
        assert!(!led.tells("secret.example"));
    }
}

fn a_link_that_asks_first_is_followed_by_its_button(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("asks"));
    limited(hop, &alias, &json!({"confirm": true, "max_clicks": 2, "redirect_status": 307}));
    for _ in 0..3 {
        let page = hop.send(&Call::get(format!("/{alias}")).header("Accept", BROWSER)).expect(200);
        assert!(page.text().contains("<form method=\"post\"") && page.text().contains("<button"), "{}", page.text());
        let told = follow(hop, &alias).expect(200);
        assert_eq!(told.json()["needs"], "confirmation");
        [page, told].iter().for_each(assert_tells_nothing);
    }
    let bot = hop.send(&Call::new("POST", format!("/{alias}")).header("User-Agent", GOOGLE)).expect(200);
    assert_eq!(bot.json()["needs"], "a person");
    let preview = hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    [bot, preview].iter().for_each(assert_tells_nothing);
    for _ in 0..2 {
        assert_eq!(press(hop, &alias).expect(303).header("location").unwrap(), SECRET);
    }
    press(hop, &alias).problem(410, "link_ended");
    hop.send(&Call::get(format!("/{alias}"))).problem(410, "link_ended");
    let bot = hop.send(&Call::new("POST", format!("/{alias}")).header("User-Agent", GOOGLE));
    bot.problem(410, "link_ended");
    let unlimited = world.alias("asks-only");
    limited(hop, &unlimited, &json!({"confirm": true, "max_clicks": null, "target": "https://example.com/?x={query.x}"}));
    let page = hop.send(&Call::get(format!("/{unlimited}?x=1")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("https://example.com/?x=1"), "where it leads is no secret: {}", page.text());
    let pressed = hop.send(&Call::new("POST", format!("/{unlimited}?x=2"))).expect(303);
    assert_eq!(pressed.header("location").unwrap(), "https://example.com/?x=2");
}

fn a_button_is_pressed_on_hops_own_page(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("framed"));
    limited(hop, &alias, &json!({"confirm": true}));
    for (name, value) in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        let refused = hop.send(&Call::new("POST", format!("/{alias}")).header(name, value).header("Accept", BROWSER)).expect(403);
        assert_tells_nothing(&refused);
    }
    press(hop, &alias).expect(303);
}

fn without_its_store_no_link_leads_on(world: &World) {
    follow(world.without_store(), "anything").problem(503, "store_unavailable");
    hop_preview(world).problem(503, "store_unavailable");
}

fn hop_preview(world: &World) -> Answer {
    world.without_store().send(&Call::get("/anything+"))
}
