//! Statistics: the clicks of a link, of many links, and the latest ones. A click may be visible only after a while.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, readable, show};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::places::{DATA_CENTRE, FRANCE, GERMANY, GRAZ, NOWHERE};
use crate::world::{OTHER_DOMAIN, World};

cases!("stats":
    link_statistics_have_every_click,
    place_and_network_of_a_click_are_known,
    local_days_divide_the_series,
    csv_has_one_row_for_each_unit,
    tag_and_domain_have_their_clicks,
    failed_visits_are_counted_where_the_edge_can,
    latest_clicks_are_listed,
    links_show_the_clicks_of_a_week,
    capabilities_say_how_exact_statistics_are,
    wrong_parameters_are_named,
    unknown_links_have_no_statistics,
);

const BOT: &str = "curl/8.0";

fn get(hop: &Deployment, path: &str) -> Response {
    hop.send(&Call::get(path).admin())
}

fn stats(hop: &Deployment, alias: &str, query: &str) -> Value {
    get(hop, &format!("{}/stats{query}", address(alias))).expect(200).json()
}

/// What `/capabilities` says about statistics.
fn capabilities(hop: &Deployment) -> Value {
    hop.send(&Call::get("/capabilities")).expect(200).json()["statistics"].clone()
}

fn follow(alias: &str) -> Call {
    Call::get(format!("/{alias}"))
}

/// Humans, bots and previews.
fn clicks(counts: &Value) -> [u64; 3] {
    ["humans", "bots", "previews"].map(|kind| counts[kind].as_u64().unwrap_or_else(|| panic!("{counts} has no {kind}")))
}

/// Waits until the link has this many clicks.
#[track_caller]
fn counted(hop: &Deployment, alias: &str, expected: [u64; 3]) {
    eventually("the clicks are counted", || (clicks(&stats(hop, alias, "")["totals"]) == expected).then_some(()));
}

fn link_statistics_have_every_click(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("counted"));
    link(hop, &alias, TARGET);
    assert_eq!(clicks(&stats(hop, &alias, "")["totals"]), [0; 3]);
    for place in [GERMANY, FRANCE, GERMANY, NOWHERE] {
        hop.send(&follow(&alias).from(place).header("Referer", "https://www.news.example/a?b=c")).expect(302);
    }
    hop.send(&follow(&alias).from(FRANCE).header("User-Agent", BOT)).expect(302);
    // These are no clicks.
    hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(302);
    hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    counted(hop, &alias, [4, 1, 0]);
    assert_shape(&stats(hop, &alias, "?by=country,referrer&compare=previous"), "stats");
    let stats = stats(hop, &alias, "?by=country,referrer,browser,reason&compare=previous");
    let counts = |dimension: &str| {
        let items = stats["by"][dimension]["items"].as_array().unwrap();
        items.iter().map(|item| (item["value"].as_str().unwrap().to_owned(), clicks(item))).collect::<Vec<_>>()
    };
    assert_eq!(counts("country"), [("DE".into(), [2, 0, 0]), ("FR".into(), [1, 1, 0])]);
    assert_eq!(clicks(&stats["by"]["country"]["other"]), [1, 0, 0]);
    assert_eq!((counts("referrer"), clicks(&stats["by"]["referrer"]["other"])), (vec![("news.example".into(), [4, 0, 0])], [0, 1, 0]));
    assert_eq!((counts("browser"), counts("reason")), (vec![("firefox".into(), [4, 0, 0])], vec![("curl/".into(), [0, 1, 0])]));
    assert!(stats["by"]["referrer"]["items"][0]["at_most"].is_null(), "few values are exact");
    assert_eq!((clicks(&stats["previous"]), &stats["tz"], &stats["granularity"]), ([0; 3], &json!("UTC"), &json!("day")));
    let days = stats["series"].as_array().unwrap();
    let sum = days.iter().map(clicks).fold([0; 3], |sum, day| std::array::from_fn(|kind| sum[kind] + day[kind]));
    assert_eq!((days.len(), sum), (30, [4, 1, 0]));
    assert!(days.iter().all(|day| day["uniques"].is_u64()), "each is a day in UTC");
    let head = hop.send(&Call::new("HEAD", format!("{}/stats", address(&alias))).admin()).expect(200);
    assert_eq!((head.header("content-type").as_deref(), head.body.len()), (Some("application/json"), 0));
}

fn place_and_network_of_a_click_are_known(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("placed"));
    create(hop, &json!({"alias": alias, "target": TARGET, "max_clicks": 2})).expect(201);
    hop.send(&follow(&alias).from(GRAZ)).expect(302);
    hop.send(&follow(&alias).from(DATA_CENTRE)).expect(302);
    counted(hop, &alias, [1, 1, 0]);
    let stats = stats(hop, &alias, "?by=country,region,city,reason");
    let values = ["country", "region", "city", "reason"].map(|dimension| {
        let items = stats["by"][dimension]["items"].as_array().unwrap().iter();
        items.map(|item| (item["value"].as_str().unwrap(), clicks(item))).collect::<Vec<_>>()
    });
    let (person, bot) = ([1, 0, 0], [0, 1, 0]);
    assert_eq!(values[0], [("AT", person), ("DE", bot)]);
    assert_eq!(values[1..], [vec![("Styria", person)], vec![("Graz", person)], vec![("hosting_network", bot)]]);
    // Supporting signals spare no click of a limit.
    hop.send(&follow(&alias).from(GRAZ)).expect(410);
}

fn local_days_divide_the_series(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("local"));
    link(hop, &alias, TARGET);
    for (query, starts) in [
        (
            "?from=2026-10-24&to=2026-10-27&tz=Europe/Berlin",
            vec!["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"],
        ),
        (
            "?from=2026-11-01T00:00:00Z&to=2026-11-01T01:00:00Z&granularity=hour&tz=Asia/Kolkata",
            vec!["2026-11-01T05:30:00+05:30", "2026-11-01T06:00:00+05:30"],
        ),
        ("?from=2026-11-01&to=2026-11-10&granularity=week", vec!["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z"]),
    ] {
        let stats = stats(hop, &alias, query);
        let found: Vec<&str> = stats["series"].as_array().unwrap().iter().map(|point| point["start"].as_str().unwrap()).collect();
        assert_eq!(found, starts, "{query}");
        assert_eq!(stats["from"], starts[0]);
    }
    let berlin = stats(hop, &alias, "?from=2026-10-24&to=2026-10-27&tz=Europe/Berlin");
    assert_eq!(berlin["whole_days"], json!({"from": "2026-10-24", "to": "2026-10-27"}));
    assert!(berlin["series"][0]["uniques"].is_null());
}

fn csv_has_one_row_for_each_unit(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("rows"));
    link(hop, &alias, TARGET);
    for path in [format!("{}/stats", address(&alias)), "/api/v1/stats".into()] {
        let response = get(hop, &format!("{path}?from=2020-02-28&to=2020-03-01&format=csv")).expect(200);
        assert_eq!(response.header("content-type").as_deref(), Some("text/csv; charset=utf-8"));
        let rows = "\"start\",\"humans\",\"bots\",\"previews\",\"uniques\"\r\n\"2020-02-28T00:00:00Z\",\"0\",\"0\",\"0\",\"0\"\r\n\
                    \"2020-02-29T00:00:00Z\",\"0\",\"0\",\"0\",\"0\"\r\n";
        assert_eq!(response.text(), rows);
    }
}

fn tag_and_domain_have_their_clicks(world: &World) {
    let (hop, tag) = (world.hop(), world.alias("news"));
    let [one, two] = ["one", "two"].map(|stem| world.alias(stem));
    create(hop, &json!({"alias": one, "target": TARGET, "tags": [tag]})).expect(201);
    create(hop, &json!({"alias": two, "target": TARGET, "tags": [tag], "domain": OTHER_DOMAIN})).expect(201);
    let overview = |query: &str| get(hop, &format!("/api/v1/stats{query}")).expect(200).json();
    let before = clicks(&overview(&format!("?domain={OTHER_DOMAIN}"))["totals"])[0];
    readable(hop, &one, |link| link.is_some());
    for call in [follow(&one), follow(&two).host(OTHER_DOMAIN), follow(&two).host(OTHER_DOMAIN)] {
        eventually("the link redirects", || (hop.send(&call).status == 302).then_some(()));
    }
    let tagged = eventually("the clicks are counted", || {
        Some(overview(&format!("?tag={tag}"))).filter(|overview| clicks(&overview["totals"]) == [3, 0, 0])
    });
    let top =
        |alias: &str, domain: &str, humans: u64| json!({"alias": alias, "domain": domain, "humans": humans, "bots": 0, "previews": 0});
    assert_eq!(tagged["top_links"], json!([top(&two, OTHER_DOMAIN, 2), top(&one, crate::world::DOMAIN, 1)]));
    assert_eq!(tagged["failed"], Value::Null);
    assert_eq!(clicks(&overview(&format!("?tag={tag}&domain={OTHER_DOMAIN}"))["totals"]), [2, 0, 0]);
    let domain = overview(&format!("?domain={OTHER_DOMAIN}&by=country"));
    assert_shape(&domain, "overview");
    assert!(clicks(&domain["totals"])[0] >= before + 2, "{domain}");
    assert!(clicks(&overview("")["totals"])[0] >= 3);
}

fn failed_visits_are_counted_where_the_edge_can(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("found"));
    let failed = || get(hop, &format!("/api/v1/stats?domain={OTHER_DOMAIN}")).expect(200).json()["failed"].clone();
    if capabilities(hop)["failed_visits"] == false {
        assert_eq!(failed(), Value::Null);
        return;
    }
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    let unknown = || failed()["unknown_alias"].as_u64().unwrap();
    let before = unknown();
    hop.send(&Call::get(format!("/{alias}-not")).host(OTHER_DOMAIN)).expect(404);
    // They are sent with the next click of their isolate.
    eventually("the failed visit is counted", || {
        hop.send(&follow(&alias).host(OTHER_DOMAIN)).expect(302);
        (unknown() > before).then_some(())
    });
}

fn latest_clicks_are_listed(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("latest"));
    link(hop, &alias, TARGET);
    let path = format!("{}/clicks", address(&alias));
    assert_eq!(get(hop, &path).expect(200).json(), json!({"items": [], "next": null}));
    hop.send(&follow(&alias).from(FRANCE).header("Referer", "https://news.example/")).expect(302);
    counted(hop, &alias, [1, 0, 0]);
    hop.send(&follow(&alias).header("User-Agent", BOT)).expect(302);
    counted(hop, &alias, [1, 1, 0]);
    let list = get(hop, &path).expect(200).json();
    assert_shape(&list, "clicks");
    let [bot, person] = list["items"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(
        (&bot["kind"], &bot["reason"], &person["kind"], &person["reason"]),
        (&json!("bot"), &json!("curl/"), &json!("human"), &Value::Null)
    );
    assert_eq!((&person["country"], &person["referrer"], &person["os"]), (&json!("FR"), &json!("news.example"), &json!("linux")));
    assert!(!list.to_string().contains("127.0.1") && !list.to_string().contains("Mozilla"), "{list}");
    assert_eq!(get(hop, &format!("{path}?limit=1")).expect(200).json()["items"], json!([bot]));
}

fn links_show_the_clicks_of_a_week(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("week"));
    link(hop, &alias, TARGET);
    hop.send(&follow(&alias)).expect(302);
    counted(hop, &alias, [1, 0, 0]);
    let days = show(hop, &alias).expect(200).json()["clicks"]["last_7_days"].clone();
    if capabilities(hop)["last_7_days"] == false {
        assert_eq!(days, Value::Null);
        return;
    }
    let days: Vec<u64> = days.as_array().unwrap().iter().map(|day| day.as_u64().unwrap()).collect();
    // Midnight may have passed since the click.
    assert_eq!((days.len(), days.iter().sum::<u64>(), days[5] + days[6]), (7, 1, 1), "{days:?}");
}

fn capabilities_say_how_exact_statistics_are(world: &World) {
    let found = capabilities(world.hop());
    for (name, value) in [
        ("totals", json!("exact")),
        ("uniques_error", json!(0.02)),
        ("estimated", json!(["region", "city", "referrer"])),
        ("months", json!(24)),
        ("respects_dnt", json!(false)),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
}

fn wrong_parameters_are_named(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("wrong"));
    link(hop, &alias, TARGET);
    let of_link = format!("{}/stats", address(&alias));
    for (path, expected) in [
        (format!("{of_link}?tz=Europe/Atlantis"), vec![("/tz", "invalid")]),
        (format!("{of_link}?from=2026-11-22&to=2026-11-21"), vec![("/to", "conflicts")]),
        (format!("{of_link}?from=2025-10-17&to=2026-11-21&granularity=hour"), vec![("/granularity", "too_many")]),
        (format!("{of_link}?from=2026-11-01T00:07:00Z"), vec![("/from", "too_fine")]),
        (format!("{of_link}?by=country,weather"), vec![("/by", "invalid")]),
        (format!("{of_link}?by=country,os,device,browser,language"), vec![("/by", "too_many")]),
        (
            format!("{of_link}?by=link&compare=next&format=xls&x=1"),
            vec![("/by", "invalid"), ("/compare", "invalid"), ("/format", "invalid"), ("/x", "unknown")],
        ),
        ("/api/v1/stats?by=rule".into(), vec![("/by", "invalid")]),
        ("/api/v1/stats?tag=news&by=country".into(), vec![("/by", "conflicts")]),
        ("/api/v1/stats?domain=evil.example".into(), vec![("/domain", "invalid")]),
        (format!("{}/clicks?limit=101", address(&alias)), vec![("/limit", "out_of_range")]),
    ] {
        let problem = get(hop, &path).problem(422, "invalid_fields");
        let expected: Vec<(String, String)> = expected.into_iter().map(|(field, code)| (field.into(), code.into())).collect();
        assert_eq!(field_errors(&problem), expected, "{path}");
    }
}

fn unknown_links_have_no_statistics(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("old"), world.alias("new"));
    link(hop, &old, TARGET);
    hop.send(&Call::new("PATCH", address(&old)).json(&json!({"alias": new, "keep_old_alias": true})).admin()).expect(200);
    readable(hop, &new, |link| link.is_some());
    for path in ["stats", "clicks"] {
        get(hop, &format!("/api/v1/links/no-such-link/{path}")).problem(404, "not_found");
        let moved = eventually("the old alias is read as one", || {
            let response = get(hop, &format!("{}/{path}", address(&old)));
            (response.status == 404).then_some(response)
        });
        assert!(moved.json()["detail"].as_str().unwrap().contains(&new), "{}", moved.text());
        get(hop, &format!("{}/{path}", address(&new))).expect(200);
    }
}
