//! Statistics as the API shows them: periods in time zones, comparison, dimensions, rights, and what each costs.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::Answer;
use crate::support::keys::{key, user};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::MemoryEdge;
use hop_core::ports::Edge as _;
use http::Method;
use http::header::{REFERER, USER_AGENT};
use serde_json::{Value, json};

const TARGET: &str = "https://example.com/";
const DAY: u64 = 24 * 60 * 60;

/// A deployment whose clock begins on 2026-11-21 at 08:00 in UTC.
struct Hop<'a> {
    isolate: Isolate<'a>,
}

impl<'a> Hop<'a> {
    fn new(edge: &'a MemoryEdge) -> Self {
        Self { isolate: Isolate::new(edge) }
    }

    fn ask(&self, ask: Ask) -> Answer {
        run(self.isolate.ask(ask))
    }

    fn create(&self, link: &Value) {
        assert_eq!(self.ask(Ask::create(link)).code(), 201, "{link}");
    }

    fn link(&self, alias: &str) {
        self.create(&json!({"target": TARGET, "alias": alias}));
    }

    /// Follows a link as a person from Germany.
    fn follow(&self, alias: &str) {
        self.send(Ask::visit(alias).from("192.0.2.1", "DE"));
    }

    fn send(&self, visit: Ask) {
        assert_eq!(self.ask(visit).code(), 302);
    }

    /// Follows a link at each of these times, which are in order.
    fn follow_at(&self, alias: &str, times: &[&str]) {
        for time in times {
            self.wait_until(time);
            self.follow(alias);
        }
    }

    fn wait_until(&self, time: &str) {
        let until: jiff::Timestamp = time.parse().expect("a time");
        let seconds = until.as_second() - i64::try_from(self.isolate.edge.now().as_millis() / 1_000).expect("a time");
        self.isolate.edge.wait_seconds(u64::try_from(seconds).expect("the times are in order"));
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let answer = self.ask(Ask::list(path));
        assert_eq!(answer.code(), 200, "{path}: {}", answer.json());
        answer.json()
    }

    /// The field and the code of every error.
    #[track_caller]
    fn errors(&self, path: &str) -> Vec<(String, String)> {
        let answer = self.ask(Ask::list(path));
        assert_eq!((answer.code(), answer.problem().as_str()), (422, "invalid_fields"), "{path}");
        let errors = answer.json()["errors"].as_array().expect("errors").clone();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The start of each bucket and its clicks of people.
fn series(stats: &Value) -> Vec<(String, u64)> {
    let points = stats["series"].as_array().expect("a series");
    points.iter().map(|point| (text(&point["start"]), point["humans"].as_u64().expect("a number"))).collect()
}

fn points(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(start, humans)| ((*start).to_owned(), *humans)).collect()
}

#[test]
fn days_follow_the_clock_across_summer_time() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    // Clocks in Berlin go forward on 2027-03-28 at 01:00 in UTC.
    let times = [
        "2027-03-27T22:45:00Z",
        "2027-03-27T23:00:00Z",
        "2027-03-28T00:30:00Z",
        "2027-03-28T21:59:59Z",
        "2027-03-28T22:00:00Z",
        "2027-03-29T21:45:00Z",
    ];
    hop.follow_at("docs", &times);
    let stats = hop.get("/api/v1/links/docs/stats?from=2027-03-27&to=2027-03-30&tz=europe/berlin");
    let expected = [("2027-03-27T00:00:00+01:00", 1), ("2027-03-28T00:00:00+01:00", 3), ("2027-03-29T00:00:00+02:00", 2)];
    assert_eq!(series(&stats), points(&expected));
    assert_eq!((&stats["from"], &stats["to"]), (&json!("2027-03-27T00:00:00+01:00"), &json!("2027-03-30T00:00:00+02:00")));
    assert_eq!((&stats["tz"], &stats["granularity"], &stats["totals"]["humans"]), (&json!("Europe/Berlin"), &json!("day"), &json!(6)));
    // The 29th begins within the period in UTC, and so do the 27th and the 28th.
    assert_eq!(stats["whole_days"], json!({"from": "2027-03-27", "to": "2027-03-30"}));
    let utc = hop.get("/api/v1/links/docs/stats?from=2027-03-27&to=2027-03-30");
    let expected = [("2027-03-27T00:00:00Z", 2), ("2027-03-28T00:00:00Z", 3), ("2027-03-29T00:00:00Z", 1)];
    assert_eq!(series(&utc), points(&expected));
}

#[test]
fn half_hour_zones_divide_clicks_exactly() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    hop.follow_at("docs", &["2026-11-21T08:00:00Z", "2026-11-21T08:15:00Z", "2026-11-21T08:29:59Z", "2026-11-21T08:30:00Z"]);
    let hours = |tz: &str| {
        let path = format!("/api/v1/links/docs/stats?from=2026-11-21T07:30:00Z&to=2026-11-21T09:00:00Z&granularity=hour&tz={tz}");
        series(&hop.get(&path))
    };
    assert_eq!(hours("Asia/Kolkata"), points(&[("2026-11-21T13:00:00+05:30", 3), ("2026-11-21T14:00:00+05:30", 1)]));
    let nepal = [("2026-11-21T13:15:00+05:45", 1), ("2026-11-21T14:00:00+05:45", 3)];
    assert_eq!(hours("Asia/Kathmandu"), points(&nepal));
    assert_eq!(hours("UTC"), points(&[("2026-11-21T07:30:00Z", 0), ("2026-11-21T08:00:00Z", 4)]));
}

#[test]
fn comparison_shows_the_period_directly_before() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    let times = ["2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z", "2026-11-24T00:00:00Z", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"];
    hop.follow_at("docs", &times);
    let path = "/api/v1/links/docs/stats?from=2026-11-24&to=2026-11-26";
    assert_eq!(hop.get(path)["previous"], Value::Null);
    let stats = hop.get(&format!("{path}&compare=previous"));
    assert_eq!((&stats["totals"]["humans"], &stats["previous"]["humans"]), (&json!(3), &json!(2)));
    assert_eq!(hop.errors(&format!("{path}&compare=next")), [("/compare".into(), "invalid".into())]);
}

#[test]
fn csv_has_the_series() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    hop.follow("docs");
    hop.send(Ask::visit("docs").header(USER_AGENT, "curl/8.0"));
    for path in ["/api/v1/links/docs/stats", "/api/v1/stats"] {
        let answer = hop.ask(Ask::list(&format!("{path}?from=2026-11-21&to=2026-11-23&by=country&compare=previous&format=csv")));
        let expected = "\"start\",\"humans\",\"bots\",\"previews\",\"uniques\"\r\n\
                        \"2026-11-21T00:00:00Z\",\"1\",\"1\",\"0\",\"0\"\r\n\"2026-11-22T00:00:00Z\",\"0\",\"0\",\"0\",\"0\"\r\n";
        assert_eq!((answer.code(), answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(String::from_utf8_lossy(&answer.body), expected);
        // In another time zone no bucket is a day in UTC, so it has no unique visitors.
        let local = hop.ask(Ask::list(&format!("{path}?from=2026-11-21&to=2026-11-22&tz=%2B01:00&format=csv")));
        assert!(String::from_utf8_lossy(&local.body).ends_with("\"2026-11-21T00:00:00+01:00\",\"1\",\"1\",\"0\",\"\"\r\n"), "{local:?}");
    }
}

#[test]
fn listed_values_and_other_add_up() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    for country in ["DE", "DE", "FR"] {
        hop.send(Ask::visit("docs").from("192.0.2.1", country));
    }
    // The country of this person is unknown.
    hop.send(Ask::visit("docs"));
    hop.send(Ask::visit("docs").from("192.0.2.1", "DE").header(USER_AGENT, "curl/8.0"));
    let stats = hop.get("/api/v1/links/docs/stats?by=country,browser");
    let value =
        |value: &str, humans: u64, bots: u64| json!({"value": value, "humans": humans, "bots": bots, "previews": 0, "at_most": null});
    let countries = json!({"items": [value("DE", 2, 1), value("FR", 1, 0)], "other": {"humans": 1, "bots": 0, "previews": 0}});
    let browsers = json!({"items": [value("firefox", 4, 0)], "other": {"humans": 0, "bots": 1, "previews": 0}});
    assert_eq!(stats["by"], json!({"browser": browsers, "country": countries}));
    assert_eq!(hop.get("/api/v1/links/docs/stats")["by"], json!({}));
}

#[test]
fn estimated_values_have_an_upper_bound() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    let referrer = |name: &str| Ask::visit("docs").header(REFERER, &format!("https://{name}.example/page"));
    let by_referrer = || hop.get("/api/v1/links/docs/stats?by=referrer")["by"]["referrer"].clone();
    for _ in 0..3 {
        (0..5).for_each(|_| hop.send(referrer("www.news")));
        assert_eq!(by_referrer()["items"][0]["at_most"], Value::Null, "few values are exact");
        edge.wait_seconds(DAY);
    }
    // Each day keeps fewer values than these.
    for day in 0..3 {
        (0..60).for_each(|number| hop.send(referrer(&format!("site-{day}-{number}"))));
        edge.wait_seconds(DAY);
    }
    let found = by_referrer();
    let items = found["items"].as_array().expect("items");
    let news = &items[0];
    assert_eq!((&news["value"], &news["humans"]), (&json!("news.example"), &json!(15)), "{news}");
    assert!(news["at_most"].as_u64() > news["humans"].as_u64(), "{news}");
    assert!(items.len() <= 100, "{}", items.len());
    let listed: u64 = items.iter().map(|item| item["humans"].as_u64().expect("a number")).sum();
    assert_eq!(found["other"]["humans"].as_u64(), Some(15 + 180 - listed));
}

#[test]
fn wrong_parameters_are_all_named() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    let five = "by=country,device,os,browser,language";
    for (query, expected) in [
        ("tz=Europe/Atlantis", vec![("/tz", "invalid")]),
        ("from=2026-11-22&to=2026-11-21", vec![("/to", "conflicts")]),
        ("from=2026-11-21&to=2026-11-21", vec![("/to", "conflicts")]),
        // 400 days by the hour.
        ("from=2025-10-17&to=2026-11-21&granularity=hour", vec![("/granularity", "too_many")]),
        ("from=2026-11-21T08:07:00Z", vec![("/from", "too_fine")]),
        ("by=weather", vec![("/by", "invalid")]),
        ("by=link", vec![("/by", "invalid")]),
        ("by=", vec![("/by", "invalid")]),
        ("by=country,country", vec![("/by", "duplicate")]),
        (five, vec![("/by", "too_many")]),
        ("format=xlsx", vec![("/format", "invalid")]),
        ("limit=5", vec![("/limit", "unknown")]),
        (
            "from=&to=x&granularity=year&tz=x&by=x&compare=x&format=x&more=1&from=1",
            vec![
                ("/from", "duplicate"),
                ("/by", "invalid"),
                ("/compare", "invalid"),
                ("/format", "invalid"),
                ("/to", "invalid"),
                ("/granularity", "invalid"),
                ("/tz", "invalid"),
                ("/more", "unknown"),
            ],
        ),
    ] {
        for path in ["/api/v1/links/docs/stats", "/api/v1/stats"] {
            let expected: Vec<(String, String)> = expected.iter().map(|(field, code)| ((*field).into(), (*code).into())).collect();
            assert_eq!(hop.errors(&format!("{path}?{query}")), expected, "{path}?{query}");
        }
    }
    assert_eq!(hop.errors("/api/v1/stats?by=rule"), [("/by".into(), "invalid".into())]);
    assert_eq!(hop.errors("/api/v1/stats?tag=news&by=country"), [("/by".into(), "conflicts".into())]);
    assert_eq!(hop.errors("/api/v1/stats?domain=evil.example"), [("/domain".into(), "invalid".into())]);
    for limit in ["0", "101", "x", ""] {
        assert_eq!(hop.errors(&format!("/api/v1/links/docs/clicks?limit={limit}")), [("/limit".into(), "out_of_range".into())]);
    }
    assert_eq!(hop.errors("/api/v1/links/docs/clicks?cursor=x"), [("/cursor".into(), "unknown".into())]);
    for path in ["stats", "clicks"] {
        let answer = hop.ask(Ask::list(&format!("/api/v1/links/nothing/{path}")));
        assert_eq!((answer.code(), answer.problem().as_str()), (404, "not_found"));
    }
}

#[test]
fn year_with_four_dimensions_costs_one_call() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    for _ in 0..12 {
        hop.send(Ask::visit("docs").from("192.0.2.1", "DE").header(REFERER, "https://news.example/"));
        edge.wait_seconds(30 * DAY);
        run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
    }
    edge.set_operations(32);
    edge.ledger.take_costs();
    let stats = hop.get("/api/v1/links/docs/stats?from=2026-11-21&to=2027-11-21&by=country,referrer,device,browser");
    assert_eq!((&stats["totals"]["humans"], stats["series"].as_array().map(Vec::len)), (&json!(12), Some(365)));
    assert_eq!(stats["by"].as_object().map(serde_json::Map::len), Some(4));
    assert_eq!(edge.ledger.take_costs(), (1, 0));
}

#[test]
fn key_sees_only_the_clicks_of_its_domains() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.create(&json!({"target": TARGET, "alias": "docs", "tags": ["news"]}));
    hop.create(&json!({"target": TARGET, "alias": "other", "domain": "b.example", "tags": ["news"]}));
    (0..3).for_each(|_| hop.follow("docs"));
    hop.send(Ask::visit("other").at("b.example"));
    let viewer = user(&edge, 'v', "viewer", "in");
    let (_, limited) = key(&edge, &viewer, &["stats:read"], &json!({"domains": ["b.example"]}));
    let (_, whole) = key(&edge, &viewer, &["stats:read"], &json!({}));
    let get = |path: &str, key: &str| hop.ask(Ask::list(path).showing(key));
    for (query, of_limited, of_whole) in
        [("", 1, 4), ("?domain=b.example", 1, 1), ("?tag=news", 1, 4), ("?tag=news&domain=b.example", 1, 1)]
    {
        let path = format!("/api/v1/stats{query}");
        let humans = |key: &str| get(&path, key).json()["totals"]["humans"].clone();
        assert_eq!((humans(&limited), humans(&whole)), (json!(of_limited), json!(of_whole)), "{path}");
    }
    assert_eq!(
        get("/api/v1/stats", &limited).json()["top_links"],
        json!([{"alias": "other", "domain": "b.example", "humans": 1, "bots": 0, "previews": 0}])
    );
    for path in [
        "/api/v1/stats?domain=hop.example",
        "/api/v1/stats?tag=news&domain=hop.example",
        "/api/v1/links/docs/stats",
        "/api/v1/links/docs/clicks",
    ] {
        let answer = get(path, &limited);
        assert_eq!((answer.code(), answer.problem().as_str()), (403, "forbidden"), "{path}");
    }
    for path in ["stats", "clicks"] {
        assert_eq!(get(&format!("/api/v1/links/other/{path}?domain=b.example"), &limited).code(), 200);
    }
    let (_, reader) = key(&edge, &viewer, &["links:read"], &json!({}));
    assert_eq!(get("/api/v1/stats", &reader).code(), 403);
}

#[test]
fn top_links_have_their_current_alias() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    for alias in ["docs", "gone", "blog", "deleted"] {
        hop.link(alias);
    }
    (0..2).for_each(|_| hop.follow("docs"));
    assert_eq!(hop.ask(Ask::change("docs", &json!({"alias": "moved", "keep_old_alias": true}))).code(), 200);
    (0..2).for_each(|_| hop.follow("moved"));
    (0..5).for_each(|_| hop.follow("gone"));
    (0..3).for_each(|_| hop.follow("blog"));
    hop.follow("deleted");
    assert_eq!(hop.ask(Ask::delete("deleted")).code(), 204);
    assert_eq!(hop.ask(Ask::remove("/api/v1/links/gone?erase=true")).code(), 204);
    // Another link takes the alias of the erased one.
    hop.link("gone");
    let stats = hop.get("/api/v1/stats");
    let top: Vec<_> =
        stats["top_links"].as_array().expect("links").iter().map(|link| (text(&link["alias"]), link["humans"].clone())).collect();
    assert_eq!(top, [("moved".into(), json!(4)), ("blog".into(), json!(3)), ("deleted".into(), json!(1))]);
    assert_eq!(stats["totals"]["humans"], 13, "clicks of an erased link stay in the sums");
    // A moved link that nobody follows under its new alias.
    assert_eq!(hop.ask(Ask::change("blog", &json!({"alias": "news"}))).code(), 200);
    assert_eq!(hop.get("/api/v1/stats")["top_links"][1]["alias"], "news");
}

#[test]
fn top_links_fit_the_smallest_budget() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    for number in 0..15 {
        hop.link(&format!("n{number}"));
        hop.follow(&format!("n{number}"));
    }
    assert_eq!(hop.get("/api/v1/stats")["top_links"].as_array().map(Vec::len), Some(10));
    for operations in [32, 3, 2] {
        edge.set_operations(operations);
        assert!(hop.get("/api/v1/stats")["top_links"].as_array().map(Vec::len) <= Some(10));
    }
}

#[test]
fn failed_visits_are_counted_by_cause() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.create(&json!({"target": TARGET, "alias": "docs", "tags": ["news"]}));
    hop.create(&json!({"target": TARGET, "alias": "over", "disabled": true}));
    for (visit, code) in [
        (Ask::visit("nothing"), 404),
        (Ask::visit("nothing-else"), 404),
        (Ask::visit("nothing").at("b.example:8080"), 404),
        (Ask::visit("over"), 410),
        (Ask::visit(""), 200),
        (Ask::visit("docs").at("evil.example"), 404),
    ] {
        assert_eq!(hop.ask(visit).code(), code);
    }
    // Failed visits are sent with the next click.
    hop.follow("docs");
    let failed = |query: &str| hop.get(&format!("/api/v1/stats{query}"))["failed"].clone();
    assert_eq!(failed(""), json!({"unknown_alias": 3, "ended": 1, "root": 1, "unknown_host": 1}));
    assert_eq!(failed("?domain=b.example"), json!({"unknown_alias": 1, "ended": 0, "root": 0, "unknown_host": 0}));
    assert_eq!(failed("?tag=news"), Value::Null);
    assert_eq!(failed("?from=2026-11-01&to=2026-11-02"), json!({"unknown_alias": 0, "ended": 0, "root": 0, "unknown_host": 0}));
}

#[test]
fn unique_visitors_are_shown_for_utc_days() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    hop.follow("docs");
    run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
    // A salt is used once it is an hour old.
    edge.wait_seconds(2 * 60 * 60);
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
        hop.send(Ask::visit("docs").from(address, "DE"));
    }
    edge.wait_seconds(DAY);
    run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
    hop.follow("docs");
    let stats = hop.get("/api/v1/links/docs/stats?from=2026-11-21&to=2026-11-23&compare=previous");
    let uniques = |stats: &Value| stats["series"].as_array().map(|points| points.iter().map(|point| point["uniques"].clone()).collect());
    assert_eq!(uniques(&stats), Some(vec![json!(2), json!(1)]));
    assert_eq!((&stats["totals"]["visitor_days"], &stats["previous"]["visitor_days"]), (&json!(3), &json!(0)));
    let weekly = hop.get("/api/v1/links/docs/stats?from=2026-11-16&to=2026-11-23&granularity=week");
    assert_eq!((uniques(&weekly), &weekly["totals"]["visitor_days"]), (Some(vec![Value::Null]), &json!(3)));
}

#[test]
fn latest_clicks_are_listed_newest_first() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    hop.follow("docs");
    edge.wait_seconds(10);
    hop.send(Ask::visit("docs").from("192.0.2.7", "FR").header(REFERER, "https://www.news.example/a?secret=1"));
    edge.wait_seconds(10);
    hop.send(Ask::visit("docs").header(USER_AGENT, "curl/8.0"));
    let list = hop.get("/api/v1/links/docs/clicks");
    let items = list["items"].as_array().expect("items");
    assert_eq!(items.iter().map(|item| text(&item["kind"])).collect::<Vec<_>>(), ["bot", "human", "human"]);
    assert_eq!(
        items[1],
        json!({"at": "2026-11-21T08:00:10Z", "kind": "human", "reason": null, "country": "FR", "referrer": "news.example", "device": "desktop",
            "os": "linux", "browser": "firefox", "language": null, "rule": null, "variant": null})
    );
    assert_eq!((&items[0]["reason"], &list["next"]), (&json!("curl/"), &Value::Null));
    assert!(!list.to_string().contains("192.0.2") && !list.to_string().contains("Mozilla"), "{list}");
    assert_eq!(hop.get("/api/v1/links/docs/clicks?limit=2")["items"].as_array().map(Vec::len), Some(2));
    edge.wait_seconds(30 * DAY - 10);
    assert_eq!(hop.get("/api/v1/links/docs/clicks")["items"].as_array().map(Vec::len), Some(2), "the first click is too old");
}

#[test]
fn statistics_that_do_not_answer_are_503() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    edge.ledger.set_down(true);
    for path in ["/api/v1/links/docs/stats", "/api/v1/links/docs/clicks", "/api/v1/stats"] {
        let answer = hop.ask(Ask::list(path));
        assert_eq!((answer.code(), answer.problem().as_str(), answer.header("retry-after")), (503, "store_unavailable", "2"), "{path}");
        assert_eq!(answer.json()["detail"], "The statistics did not answer. Try again.");
        // Wrong parameters and unknown links are found without statistics.
        assert_eq!(hop.errors(&format!("{path}?more=1")), [("/more".into(), "unknown".into())]);
    }
    let shown = hop.get("/api/v1/links/docs");
    assert_eq!(shown["clicks"], Value::Null);
}

#[test]
fn deleted_links_have_statistics_and_erased_none() {
    let edge = MemoryEdge::new(1);
    let hop = Hop::new(&edge);
    hop.link("docs");
    hop.follow("docs");
    assert_eq!(hop.ask(Ask::delete("docs")).code(), 204);
    assert_eq!(hop.get("/api/v1/links/docs/stats")["totals"]["humans"], 1);
    let head = hop.ask(Ask { method: Method::HEAD, ..Ask::list("/api/v1/links/docs/stats") });
    assert_eq!((head.code(), head.header("content-type"), head.body.len()), (200, "application/json", 0));
    assert_eq!(hop.ask(Ask::remove("/api/v1/links/docs?erase=true")).code(), 204);
    assert_eq!(hop.ask(Ask::list("/api/v1/links/docs/stats")).code(), 404);
    hop.link("docs");
    assert_eq!(hop.get("/api/v1/links/docs/stats")["totals"]["humans"], 0);
}
