//! Cached links on Cloudflare's runtime: what the age of a cache entry allows, a database that does not answer, and
//! visitors who try to use the cache.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually};
use crate::client::{Call, Response};
use crate::deployment::{Deployment, Settings};
use crate::edges::{Edge, workerd};
use crate::world::{DOMAIN, World};

cases!("cached_links" on [Edge::Workerd]:
    aging_entry_is_served_then_replaced,
    stale_entry_is_replaced_before_the_response,
    old_entry_is_not_served_beyond_the_bound,
    cached_links_redirect_while_the_database_is_away,
    hanging_database_delays_a_visitor_two_seconds,
    ended_links_are_cached,
    strict_link_is_never_served_from_the_cache,
    conditional_requests_redirect_from_the_cache,
    visitors_cannot_read_entries,
);

/// The setting `HOP_FRESH_SECONDS` of the deployment.
const FRESH_SECONDS: u64 = 30;

/// The target of an outdated entry.
const OLD: &str = "https://old.example/";

/// A moment so many seconds ago.
fn ago(seconds: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(seconds)
}

/// A cache entry of an earlier version of `link`.
fn outdated_entry(link: &Value, verified_at: SystemTime) -> Value {
    let millis = verified_at.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let verified_at = u64::try_from(millis).unwrap();
    let of_visitors = json!({"domain": link["domain"], "alias": link["alias"], "target": OLD, "spec": {}});
    json!({"v": 1, "version": 0, "verified_at": verified_at, "id": link["id"], "link": of_visitors})
}

/// Creates a link with an outdated cache entry.
fn link_with_outdated_entry(hop: &Deployment, alias: &str, verified_at: SystemTime) -> Value {
    let link = create(hop, &json!({"alias": alias, "target": TARGET})).expect(201).json();
    workerd::put_cache_entry(hop, alias, &outdated_entry(&link, verified_at));
    link
}

fn follow(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::get(format!("/{alias}")))
}

/// Follows a link while the database does not answer: it `fails` or `hangs`.
fn follow_without_database(hop: &Deployment, alias: &str, failure: &str) -> Response {
    hop.send(&Call::get(format!("/{alias}")).header("X-Database", failure))
}

fn location(response: Response) -> String {
    response.expect(302).header("location").unwrap()
}

fn wait_for_entry(hop: &Deployment, alias: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    eventually("the cache has the entry", || workerd::cache_entry(hop, alias).filter(|entry| wanted(entry)))
}

fn aging_entry_is_served_then_replaced(world: &World) {
    let (hop, alias) = (world.cache_access(), world.alias("aging"));
    link_with_outdated_entry(hop, &alias, ago(FRESH_SECONDS / 2 + 1));
    assert_eq!(location(follow(hop, &alias)), OLD);
    wait_for_entry(hop, &alias, |entry| entry["link"]["target"] == TARGET);
    eventually("visitors reach the new target", || (location(follow(hop, &alias)) == TARGET).then_some(()));
}

fn stale_entry_is_replaced_before_the_response(world: &World) {
    let (hop, alias) = (world.cache_access(), world.alias("stale"));
    link_with_outdated_entry(hop, &alias, ago(FRESH_SECONDS + 1));
    assert_eq!(location(follow(hop, &alias)), TARGET);
    wait_for_entry(hop, &alias, |entry| entry["link"]["target"] == TARGET);
}

/// The cache of another data centre: its entry is outdated, and this isolate has just verified another one.
fn old_entry_is_not_served_beyond_the_bound(world: &World) {
    let (hop, alias) = (world.cache_access(), world.alias("edited"));
    let link = link_with_outdated_entry(hop, &alias, ago(FRESH_SECONDS / 2 + 1));
    assert_eq!(location(follow(hop, &alias)), OLD);
    wait_for_entry(hop, &alias, |entry| entry["link"]["target"] == TARGET);
    let verified_at = ago(FRESH_SECONDS - 8);
    workerd::put_cache_entry(hop, &alias, &outdated_entry(&link, verified_at));
    eventually("visitors reach the new target", || {
        let sent_at = SystemTime::now();
        let is_new = location(follow(hop, &alias)) == TARGET;
        let age = sent_at.duration_since(verified_at).unwrap();
        assert!(is_new || age < Duration::from_secs(FRESH_SECONDS + 5), "a link of {age:?} ago was served");
        is_new.then_some(())
    });
}

fn cached_links_redirect_while_the_database_is_away(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let usual = Settings { cache_access: true, state: Some(state.path().to_owned()), ..World::usual_settings() };
    let hop = Deployment::start(world.edge, &usual);
    link_with_outdated_entry(&hop, "kept", ago(300));
    create(&hop, &json!({"alias": "strict", "target": TARGET, "strict": true})).expect(201);
    follow(&hop, "strict").expect(302);
    wait_for_entry(&hop, "strict", |_| true);
    hop.kill();

    workerd::take_database_away(state.path());
    let hop = Deployment::start(world.edge, &Settings { without_store: true, ..usual.clone() });
    assert_eq!(location(follow(&hop, "kept")), OLD);
    follow(&hop, "strict").problem(503, "store_unavailable");
    follow(&hop, "unknown").problem(503, "store_unavailable");
    eventually("the log names the link", || hop.output().contains("seconds ago was served for link/hop.example/kept").then_some(()));
    hop.kill();

    workerd::bring_database_back(state.path());
    let hop = Deployment::start(world.edge, &usual);
    assert_eq!(location(follow(&hop, "kept")), TARGET);
    assert_eq!(location(follow(&hop, "strict")), TARGET);
    follow(&hop, "unknown").problem(404, "not_found");
}

fn hanging_database_delays_a_visitor_two_seconds(world: &World) {
    // Its isolate does not ask the database again for some seconds, so no other case may use it.
    let hop = &Deployment::start(world.edge, &Settings { cache_access: true, ..World::usual_settings() });
    link_with_outdated_entry(hop, "hanging", ago(300));
    let started = Instant::now();
    assert_eq!(location(follow_without_database(hop, "hanging", "hangs")), OLD);
    let took = started.elapsed();
    assert!(took > Duration::from_millis(1_500) && took < Duration::from_secs(20), "the response took {took:?}");
}

fn ended_links_are_cached(world: &World) {
    let hop = world.cache_access();
    let blocking = |alias: &str| {
        let body = json!({"blocked": {"reason": "phishing"}}).to_string();
        Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/json").body(body)
    };
    let deleting = |alias: &str| Call::new("DELETE", address(alias)).admin();
    for (stem, call, status) in [("blocked", &blocking as &dyn Fn(&str) -> Call, 200), ("deleted", &deleting, 204)] {
        let alias = world.alias(stem);
        link_with_outdated_entry(hop, &alias, ago(0));
        hop.send(&call(&alias)).expect(status);
        let entry = wait_for_entry(hop, &alias, |entry| entry["version"] == 2);
        let members: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(members, ["id", "v", "verified_at", "version"], "{alias} has ended");
        follow_without_database(hop, &alias, "fails").problem(410, "link_ended");
    }
}

fn strict_link_is_never_served_from_the_cache(world: &World) {
    let (hop, alias) = (world.cache_access(), world.alias("strict"));
    create(hop, &json!({"alias": alias, "target": TARGET, "strict": true})).expect(201);
    assert_eq!(location(follow(hop, &alias)), TARGET);
    let entry = wait_for_entry(hop, &alias, |_| true);
    assert_eq!((&entry["ask_truth"], entry.get("link")), (&json!(true), None));
    follow_without_database(hop, &alias, "fails").problem(503, "store_unavailable");
}

fn conditional_requests_redirect_from_the_cache(world: &World) {
    let hop = world.cache_access();
    for (method, header, value) in [("HEAD", "Accept", "*/*"), ("GET", "Range", "bytes=0-3"), ("GET", "If-None-Match", "*")] {
        let alias = world.alias("conditional");
        link_with_outdated_entry(hop, &alias, ago(0));
        let call = Call::new(method, format!("/{alias}")).header(header, value).header("X-Database", "fails");
        assert_eq!(location(hop.send(&call)), OLD, "{method} with {header}");
    }
}

/// Requests with the URL of an entry get what an unknown alias gets.
fn visitors_cannot_read_entries(world: &World) {
    let (hop, alias) = (world.cache_access(), world.alias("hidden"));
    link_with_outdated_entry(hop, &alias, ago(0));
    let path = format!("/link/{DOMAIN}/{alias}");
    assert!(workerd::cache_entry(hop, &alias).is_some());
    for (header, value) in [("Accept", "*/*"), ("Range", "bytes=0-3"), ("If-None-Match", "*"), ("Cache-Control", "only-if-cached")] {
        let call = |method: &str| Call::new(method, path.clone()).header(header, value);
        hop.send(&call("GET")).problem(404, "not_found");
        let head = hop.send(&call("HEAD")).expect(404);
        assert_eq!(head.header("content-type").unwrap(), "application/problem+json", "{header}");
        hop.send(&call("DELETE")).problem(405, "method_not_allowed");
        assert!(workerd::cache_entry(hop, &alias).is_some(), "the entry is still there");
    }
}
