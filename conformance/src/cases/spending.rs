//! Click limits and confirmation: limits are exact under concurrency, only people spend clicks, and the target stays
//! secret until then.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::{address, cases, create, eventually, readable, show};
use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const SECRET: &str = "https://secret.example/there";
const GOOGLE: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const SLACK: &str = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";

cases!("spending":
    concurrent_visitors_use_exactly_the_limit,
    only_people_spend_clicks_and_see_the_target,
    new_limit_restarts_the_count,
    used_up_link_redirects_to_its_fallback,
    confirmation_button_follows_the_link,
    cross_site_confirmation_is_refused,
    no_link_redirects_without_the_store,
);

fn create_limited(hop: &Deployment, alias: &str, more: &Value) {
    let mut link = json!({"alias": alias, "target": SECRET, "max_clicks": 1});
    link.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create(hop, &link).expect(201);
    readable(hop, alias, |link| link.is_some());
}

fn follow(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::get(format!("/{alias}")))
}

fn press(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::new("POST", format!("/{alias}")).header("Sec-Fetch-Site", "same-origin"))
}

#[track_caller]
fn assert_reveals_nothing(response: &Response) {
    assert!(!response.contains("secret.example") && response.header("location").is_none(), "{response:?}");
}

/// Viceroy's store may accept two clicks with one number, so its visitors come one after the other.
fn concurrent_visitors_use_exactly_the_limit(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("concurrent"));
    let (limit, followers, at_once) = if world.edge.has_atomic_writes() { (100, 500, 50) } else { (10, 30, 1) };
    create_limited(hop, &alias, &json!({ "max_clicks": limit }));
    let (redirected, ended, next) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::SeqCst) < followers {
                    loop {
                        let response = follow(hop, &alias);
                        match response.status {
                            302 => redirected.fetch_add(1, Ordering::SeqCst),
                            410 => ended.fetch_add(1, Ordering::SeqCst),
                            // Too many visitors tried to spend the same click.
                            503 => continue,
                            other => panic!("{other}"),
                        };
                        break;
                    }
                }
            });
        }
    });
    assert_eq!((redirected.into_inner(), ended.into_inner()), (limit, followers - limit));
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "used_up");
}

fn only_people_spend_clicks_and_see_the_target(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("people-only"));
    create_limited(hop, &alias, &json!({"card": {"title": "a card"}}));
    let get = || Call::get(format!("/{alias}"));
    let mut responses = vec![hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(200)];
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
            // A browser would keep the page it prefetched and show it on the real visit.
            let status = if name == "User-Agent" { 200 } else { 403 };
            responses.push(hop.send(&get().header(name, value).header("Accept", accept)).expect(status));
        }
    }
    responses.extend([
        hop.send(&Call::get(format!("/{alias}+"))).expect(200),
        hop.send(&Call::get(format!("/{alias}+")).header("Accept", BROWSER)).expect(200),
        hop.send(&Call::get(format!("/{alias}+")).header("User-Agent", SLACK)).expect(200),
        hop.send(&Call::new("OPTIONS", format!("/{alias}"))).expect(204),
    ]);
    responses.iter().for_each(assert_reveals_nothing);
    assert_eq!(follow(hop, &alias).expect(302).header("location").unwrap(), SECRET, "no click was spent before");
    follow(hop, &alias).problem(410, "link_ended");
}

fn new_limit_restarts_the_count(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("afresh"));
    create_limited(hop, &alias, &json!({}));
    follow(hop, &alias).expect(302);
    for call in
        [Call::get(format!("/{alias}")), Call::get(format!("/{alias}+")), Call::get(format!("/{alias}")).header("User-Agent", GOOGLE)]
    {
        let ended = hop.send(&call);
        ended.problem(410, "link_ended");
        assert_reveals_nothing(&ended);
    }
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "used_up" && link["clicks"]["humans"] == 1));
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json");
    let changed = hop.send(&patch.body(r#"{"max_clicks":2}"#)).expect(200).json();
    assert_eq!(changed["state"], "live");
    for _ in 0..2 {
        eventually("the new limit applies", || (follow(hop, &alias).status == 302).then_some(()));
    }
    follow(hop, &alias).problem(410, "link_ended");
}

fn used_up_link_redirects_to_its_fallback(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("instead"));
    create_limited(hop, &alias, &json!({"fallback": "https://example.com/instead", "redirect_status": 308}));
    let redirect = follow(hop, &alias).expect(308);
    assert_eq!(redirect.header("cache-control").unwrap(), "private, no-store", "each visit spends a click");
    for call in [Call::get(format!("/{alias}")), Call::get(format!("/{alias}")).header("User-Agent", SLACK)] {
        let redirect = hop.send(&call).expect(302);
        assert_eq!(redirect.header("location").unwrap(), "https://example.com/instead");
        assert!(!redirect.contains("secret.example"));
    }
}

fn confirmation_button_follows_the_link(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("asks"));
    create_limited(hop, &alias, &json!({"confirm": true, "max_clicks": 2, "redirect_status": 307}));
    for _ in 0..3 {
        let page = hop.send(&Call::get(format!("/{alias}")).header("Accept", BROWSER)).expect(200);
        assert!(page.text().contains("<form method=\"post\"") && page.text().contains("<button"), "{}", page.text());
        let json = follow(hop, &alias).expect(200);
        assert_eq!(json.json()["needs"], "confirmation");
        [page, json].iter().for_each(assert_reveals_nothing);
    }
    let bot = hop.send(&Call::new("POST", format!("/{alias}")).header("User-Agent", GOOGLE)).expect(200);
    assert_eq!(bot.json()["needs"], "a person");
    let preview = hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    [bot, preview].iter().for_each(assert_reveals_nothing);
    for _ in 0..2 {
        assert_eq!(press(hop, &alias).expect(303).header("location").unwrap(), SECRET);
    }
    press(hop, &alias).problem(410, "link_ended");
    hop.send(&Call::get(format!("/{alias}"))).problem(410, "link_ended");
    let bot = hop.send(&Call::new("POST", format!("/{alias}")).header("User-Agent", GOOGLE));
    bot.problem(410, "link_ended");
    let unlimited = world.alias("asks-only");
    create_limited(hop, &unlimited, &json!({"confirm": true, "max_clicks": null, "target": "https://example.com/?x={query.x}"}));
    let page = hop.send(&Call::get(format!("/{unlimited}?x=1")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("https://example.com/?x=1"), "without a limit the page shows the target: {}", page.text());
    let pressed = hop.send(&Call::new("POST", format!("/{unlimited}?x=2"))).expect(303);
    assert_eq!(pressed.header("location").unwrap(), "https://example.com/?x=2");
}

fn cross_site_confirmation_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("framed"));
    create_limited(hop, &alias, &json!({"confirm": true}));
    for (name, value) in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        let refused = hop.send(&Call::new("POST", format!("/{alias}")).header(name, value).header("Accept", BROWSER)).expect(403);
        assert_reveals_nothing(&refused);
    }
    press(hop, &alias).expect(303);
}

fn no_link_redirects_without_the_store(world: &World) {
    follow(world.without_store(), "anything").problem(503, "store_unavailable");
    world.without_store().send(&Call::get("/anything+")).problem(503, "store_unavailable");
}
