//! Visits: rules, placeholders, forwarded paths and queries, previews, and explanations.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, link, readable};
use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::places::{AUSTRIA, FRANCE, GERMANY, NOWHERE, Place};
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const FACEBOOK: &str = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";

cases!("visits":
    first_matching_rule_wins,
    every_condition_works_on_this_edge,
    time_zones_are_iana_names_or_posix_strings,
    split_is_stable_for_a_visitor,
    unreachable_rule_is_refused,
    placeholder_values_cannot_escape,
    path_is_accepted_only_if_used,
    query_is_merged,
    odd_visitor_input_causes_no_failure,
    preview_page_shows_the_target,
    preview_bot_gets_the_card,
    clicks_are_counted_by_kind,
    strict_link_shows_edits_and_blocks_at_once,
    explanation_equals_the_redirect,
    explanation_fields_are_checked,
    not_found_suggests_a_similar_alias,
);

fn create_with(hop: &Deployment, alias: &str, more: &Value) {
    let mut link = json!({"alias": alias, "target": TARGET});
    link.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create(hop, &link).expect(201);
    readable(hop, alias, |link| link.is_some());
}

fn to(name: &str) -> String {
    format!("https://example.com/{name}")
}

#[track_caller]
fn location_of(hop: &Deployment, call: &Call) -> String {
    hop.send(call).expect(302).header("location").unwrap()
}

fn first_matching_rule_wins(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("first"));
    let country = |code: &str| json!({"type": "country", "any": [code]});
    let rules = json!([
        {"when": [country("AT"), {"type": "query", "name": "x", "present": true}], "target": to("1")},
        {"when": [country("AT")], "target": to("2")},
        {"when": [{"type": "query", "name": "x", "present": true}], "target": to("3")},
    ]);
    create_with(hop, &alias, &json!({ "rules": rules, "redirect_status": 301 }));
    for (place, query, name) in
        [(AUSTRIA, "?x", "1"), (AUSTRIA, "", "2"), (FRANCE, "?x=1", "3"), (FRANCE, "?y", ""), (NOWHERE, "?y", ""), (NOWHERE, "?x", "3")]
    {
        let response = hop.send(&Call::get(format!("/{alias}{query}")).from(place)).expect(301);
        assert_eq!(response.header("location").unwrap(), to(name), "{place:?} {query}");
        assert_eq!(response.header("cache-control").unwrap(), "private, no-store", "the target depends on the visitor");
    }
}

fn every_condition_works_on_this_edge(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("kinds"));
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let clock = |hours: u64| format!("{:02}:{:02}", (seconds / 3_600 + hours) % 24, seconds / 60 % 60);
    let (in_an_hour, in_two_hours) = (clock(1), clock(2));
    // 1970 began on a Thursday.
    let in_two_days = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"][usize::try_from((seconds / 86_400 + 2) % 7).unwrap()];
    let always = |tz: &str| {
        json!([{"type": "time", "from": "00:00", "to": "23:59", "tz": tz}, {"type": "weekday", "tz": tz,
        "any": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, {"type": "query", "name": "now", "present": true}])
    };
    let rules = json!([
        {"id": "device", "when": [{"type": "device", "any": ["mobile"]}, {"type": "os", "any": ["ios"]}], "target": to("iphone")},
        {"id": "browser", "when": [{"type": "browser", "any": ["edge"]}], "target": to("edge")},
        {"id": "language", "when": [{"type": "language", "any": ["de"]}], "target": to("deutsch")},
        {"id": "other", "when": [{"type": "language", "any": ["fr"]}], "target": to("francais")},
        {"id": "country", "when": [{"type": "country", "any": ["DE"]}], "target": to("de")},
        {"id": "address", "when": [{"type": "address", "any": [format!("{}/32", FRANCE.address)]}], "target": to("net")},
        {"id": "equals", "when": [{"type": "query", "name": "x", "equals": "a b"}], "target": to("equals")},
        {"id": "never", "when": [{"type": "time", "from": in_an_hour, "to": in_two_hours, "tz": "+00:00"}], "target": to("later")},
        {"id": "other-day", "when": [{"type": "weekday", "any": [in_two_days], "tz": "+00:00"}], "target": to("another-day")},
        {"id": "absent", "when": [{"type": "query", "name": "x", "present": false}, {"type": "query", "name": "now", "present": false}], "target": to("absent")},
        {"id": "always", "when": always("+00:00"), "target": to("now")},
    ]);
    create_with(hop, &alias, &json!({ "rules": rules }));
    let get = |query: &str| Call::get(format!("/{alias}{query}"));
    for (call, name) in [
        (get("").header("User-Agent", IPHONE).from(GERMANY), "iphone"),
        (get("").header("User-Agent", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"), "edge"),
        (get("").header("Accept-Language", "en, de-AT;q=0.5, fr;q=0.4"), "deutsch"),
        (get("").header("Accept-Language", "fr;q=0.9, de;q=0.8"), "francais"),
        (get("").header("Accept-Language", "en").from(GERMANY), "de"),
        (get("").from(FRANCE), "net"),
        (get("?x=1&x=a+b").from(AUSTRIA), "equals"),
        (get("?x=a%20b").from(NOWHERE), "equals"),
        (get("?now").from(AUSTRIA), "now"),
        (get("?x=ab").from(AUSTRIA), ""),
        (get("?y").from(AUSTRIA), "absent"),
    ] {
        let response = hop.send(&call).expect(302);
        let minute_of_midnight = name == "now" && response.header("location").unwrap() == to("");
        assert!(response.header("location").unwrap() == to(name) || minute_of_midnight, "{name}: {response:?}");
    }
}

fn time_zones_are_iana_names_or_posix_strings(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("zones"));
    let morning = |tz: &str| json!({"type": "time", "from": "03:00", "to": "03:30", "tz": tz});
    let rules = json!([
        {"id": "berlin", "when": [morning("europe/BERLIN")], "target": to("berlin")},
        {"id": "lord-howe", "when": [morning("Australia/Lord_Howe")], "target": to("lord-howe")},
        {"id": "monday", "when": [{"type": "weekday", "any": ["mon"], "tz": "Pacific/Kiritimati"}], "target": to("monday")},
        {"id": "posix", "when": [morning("EST5EDT,M3.2.0,M11.1.0")], "target": to("posix")},
        {"id": "ever", "when": [{"type": "query", "name": "now", "present": true}, {"type": "weekday", "tz": "Asia/Kathmandu",
            "any": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}], "target": to("ever")},
    ]);
    create_with(hop, &alias, &json!({"rules": rules, "target": to("else")}));
    let shown = readable(hop, &alias, |link| link.is_some()).unwrap();
    let zones: Vec<&str> = shown["rules"].as_array().unwrap().iter().filter_map(|rule| rule["when"][0]["tz"].as_str()).collect();
    assert_eq!(zones, ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati", "EST5EDT,M3.2.0,M11.1.0"]);
    for (time, rule) in [
        // In Berlin 01:59 is followed by 03:00 in March, and 02:00 to 02:59 comes twice in October.
        ("2026-03-29T00:59:59Z", Value::Null),
        ("2026-03-29T01:00:00Z", "berlin".into()),
        ("2026-03-29T01:30:00Z", Value::Null),
        ("2026-10-25T01:59:59Z", Value::Null),
        ("2026-10-25T02:00:00Z", "berlin".into()),
        // Lord Howe Island: +11:00 in summer, +10:30 in winter.
        ("2026-01-06T16:00:00Z", "lord-howe".into()),
        ("2026-07-07T16:00:00Z", Value::Null),
        ("2026-07-07T16:30:00Z", "lord-howe".into()),
        // Kiritimati is 14 hours ahead.
        ("2026-07-05T09:59:59Z", Value::Null),
        ("2026-07-05T10:00:00Z", "monday".into()),
        ("2026-07-07T07:00:00Z", "posix".into()),
        ("2026-12-08T08:00:00Z", "posix".into()),
    ] {
        let explanation = explain(hop, &alias, &json!({ "time": time })).expect(200).json();
        assert_eq!(explanation["rule"], rule, "{time}: {explanation}");
    }
    let location = location_of(hop, &Call::get(format!("/{alias}?now")));
    assert_ne!(location, to("else"), "one rule matches at any time");
    let refused = json!([{"when": [morning("Europe/Atlantis")], "target": TARGET}]);
    let problem = create(hop, &json!({"alias": world.alias("nowhere"), "target": TARGET, "rules": refused})).problem(422, "invalid_fields");
    assert_eq!(super::field_errors(&problem), [("/rules/0/when/0/tz".into(), "invalid".into())]);
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("Europe/Berlin"), "{problem}");
}

fn split_is_stable_for_a_visitor(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("split"));
    create_with(hop, &alias, &json!({"rules": [{"when": [{"type": "split", "percent": 50}], "target": to("half")}]}));
    let agents = (0..40).map(|number| format!("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/{number}.0"));
    let targets: Vec<String> = agents
        .map(|agent| {
            let call = Call::get(format!("/{alias}")).header("User-Agent", agent).from(FRANCE);
            let first = location_of(hop, &call);
            assert_eq!(location_of(hop, &call), first, "the same visitor gets the same target");
            first
        })
        .collect();
    let halves = targets.iter().filter(|target| **target == to("half")).count();
    // Of 40 fair coins, fewer than 5 or more than 35 show heads once in ten million tries.
    assert!((5..=35).contains(&halves), "{halves}");
}

fn unreachable_rule_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("shadow"));
    let country = json!({"type": "country", "any": ["AT"]});
    let rules =
        json!([{"id": "at", "when": [country], "target": TARGET}, {"when": [{"type": "os", "any": ["ios"]}, country], "target": TARGET}]);
    let problem = create(hop, &json!({"alias": alias, "target": TARGET, "rules": rules})).problem(422, "invalid_fields");
    assert_eq!(super::field_errors(&problem), [("/rules/1/when".into(), "conflicts".into())]);
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("rule at"), "{problem}");
}

fn placeholder_values_cannot_escape(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("filled"));
    create_with(hop, &alias, &json!({"target": "https://example.com/in/{path}?x={query.x|none}&on={date}#{path.0}"}));
    for (rest, begins) in [
        ("/a/b", "https://example.com/in/a/b?x=none&on=20"),
        ("/a/b?x=1%262", "https://example.com/in/a/b?x=1%262&on="),
        ("//evil.example/x", "https://example.com/in/"),
        ("/\\\\evil.example", "https://example.com/in/"),
        ("/%2F%2Fevil.example", "https://example.com/in/"),
        ("/@evil.example", "https://example.com/in/"),
        ("/a%09b%0Ac", "https://example.com/in/a%09b%0Ac?"),
        ("/%E3%80%82%EF%BC%8E", "https://example.com/in/%E3%80%82%EF%BC%8E?"),
        ("/a?x=%23%26y=1", "https://example.com/in/a?x=%23%26y%3D1&on="),
    ] {
        let location = location_of(hop, &Call::get(format!("/{alias}{rest}")));
        assert!(location.starts_with(begins), "{rest}: {location}");
        assert!(!location["https://".len()..].contains("://"), "{location}");
    }
    for rest in ["/%2e%2e%2Fadmin", "/..%2f..%2fadmin", "/a/..%5cadmin", "/..;/admin"] {
        hop.send(&Call::get(format!("/{alias}{rest}"))).problem(404, "not_found");
    }
    // These dot segments are resolved first, so the path names no link.
    for rest in ["/%2e%2e/admin", "/../admin", "/x/../../admin"] {
        hop.send(&Call::get(format!("/{alias}{rest}"))).problem(404, "not_found");
    }
}

fn path_is_accepted_only_if_used(world: &World) {
    let (hop, plain, forwards) = (world.hop(), world.alias("no-path"), world.alias("path"));
    link(hop, &plain, TARGET);
    for rest in ["/", "/x", "//", "/x/y?z", "+/x"] {
        hop.send(&Call::get(format!("/{plain}{rest}"))).problem(404, "not_found");
    }
    create_with(hop, &forwards, &json!({"target": "https://example.com/base?own=1#end", "forward_path": true}));
    for (rest, location) in [
        ("", "https://example.com/base?own=1#end"),
        ("/", "https://example.com/base/?own=1#end"),
        ("/a/b%2Fc/", "https://example.com/base/a/b%2Fc/?own=1#end"),
        ("/a?x=1", "https://example.com/base/a?own=1#end"),
    ] {
        assert_eq!(location_of(hop, &Call::get(format!("/{forwards}{rest}"))), location, "{rest}");
    }
}

fn query_is_merged(world: &World) {
    let hop = world.hop();
    for (mode, query, location) in [
        ("target_wins", "?b=2&a=2", "https://example.com/?a=1&b=2#end"),
        ("visitor_wins", "?b=2&a=2", "https://example.com/?b=2&a=2#end"),
        ("visitor_wins", "?b=%20+%zz", "https://example.com/?a=1&b=%20+%zz#end"),
        ("target_wins", "?", "https://example.com/?a=1#end"),
    ] {
        let alias = world.alias("merged");
        create_with(hop, &alias, &json!({"target": "https://example.com/?a=1#end", "forward_query": mode}));
        assert_eq!(location_of(hop, &Call::get(format!("/{alias}{query}"))), location, "{mode} {query}");
    }
    let alias = world.alias("long");
    create_with(hop, &alias, &json!({"target": TARGET, "forward_query": "target_wins"}));
    let long = format!("x={}", "y".repeat(7_000));
    assert_eq!(location_of(hop, &Call::get(format!("/{alias}?{long}"))), format!("{TARGET}?{long}"));
}

fn odd_visitor_input_causes_no_failure(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("odd"));
    let rules = json!([
        {"when": [{"type": "language", "any": ["de"]}], "target": to("de")},
        {"when": [{"type": "browser", "any": ["opera"]}], "target": to("opera")},
        {"when": [{"type": "query", "name": "x", "equals": "never"}], "target": to("x")},
        {"when": [{"type": "split", "percent": 50}], "target": to("half")},
    ]);
    create_with(hop, &alias, &json!({ "rules": rules }));
    let languages = "de-AT;q=0,".repeat(800);
    for (name, value) in [
        ("Accept-Language", languages.as_bytes()),
        ("Accept-Language", b"\xff\xfe;q=9,,;=,*"),
        ("User-Agent", b"\xff\x80\xfe Opera"),
        ("Cookie", b"=;;__Host-hop-=\xff"),
        ("Sec-Purpose", b"\xff"),
    ] {
        hop.send(&Call::get(format!("/{alias}")).header(name, value)).expect(302);
    }
    for query in ["x=%ff%00", "%=%&&==", &"a&".repeat(3_500)] {
        hop.send(&Call::get(format!("/{alias}?{query}"))).expect(302);
    }
}

fn preview_page_shows_the_target(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("looked"));
    let script = "https://example.com/#<script>alert(1)</script>";
    create_with(
        hop,
        &alias,
        &json!({"target": script, "title": "an internal title", "card": {"title": "T", "image": "https://example.com/i.png"}}),
    );
    let preview = hop.send(&Call::get(format!("/{alias}+"))).expect(200).json();
    let expected = json!({"short_url": format!("https://hop.example/{alias}"), "title": "T", "description": null,
        "image": "https://example.com/i.png", "target": script, "needs": null});
    assert_eq!(preview, expected);
    let page = hop.send(&Call::get(format!("/{alias}%2B")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("&lt;script&gt;") && !page.text().contains("<script"), "{}", page.text());
    assert!(!page.contains("an internal title"));
    hop.send(&Call::get("/no-such-link+")).problem(404, "not_found");
    hop.send(&Call::new("POST", format!("/{alias}+"))).expect(405);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    eventually("the link has ended", || (hop.send(&Call::get(format!("/{alias}+"))).status == 410).then_some(()));
}

fn preview_bot_gets_the_card(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("card"));
    let card = json!({"title": "A \"title\"", "description": "D & more", "image": "https://example.com/i.png"});
    create_with(hop, &alias, &json!({ "card": card }));
    let preview_with = |accept: &[&str]| {
        let call = Call::get(format!("/{alias}")).header("User-Agent", FACEBOOK);
        hop.send(&accept.iter().fold(call, |call, accept| call.header("Accept", *accept))).expect(200)
    };
    let preview = preview_with(&[BROWSER]);
    for accept in [&[][..], &["*/*"]] {
        assert_eq!(preview_with(accept).body, preview.body, "preview bots accept anything");
    }
    assert_eq!(preview_with(&["application/json"]).json()["title"], card["title"]);
    let prefetch = hop.send(&Call::get(format!("/{alias}")).header("Sec-Purpose", "prefetch")).expect(302);
    assert_eq!(prefetch.header("location").unwrap(), TARGET, "a prefetch gets the redirect of its user");
    for tag in [
        r#"<meta property="og:title" content="A &quot;title&quot;">"#,
        r#"<meta property="og:description" content="D &amp; more">"#,
        r#"<meta property="og:image" content="https://example.com/i.png">"#,
    ] {
        assert!(preview.text().contains(tag), "{tag}: {}", preview.text());
    }
    assert_eq!(location_of(hop, &Call::get(format!("/{alias}"))), TARGET, "people are redirected");
    let plain = world.alias("no-card");
    link(hop, &plain, TARGET);
    assert_eq!(location_of(hop, &Call::get(format!("/{plain}")).header("User-Agent", FACEBOOK)), TARGET);
}

fn clicks_are_counted_by_kind(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("apart"));
    link(hop, &alias, TARGET);
    let follow = || Call::get(format!("/{alias}"));
    let clicks = || super::show(hop, &alias).expect(200).json()["clicks"].clone();
    let (bot, preview, prefetch) =
        (follow().header("User-Agent", "curl/8.0"), follow().header("User-Agent", FACEBOOK), follow().header("Sec-Purpose", "prefetch"));
    for (call, humans, bots, previews) in
        [(follow(), 1, 0, 0), (bot, 1, 1, 0), (preview, 1, 1, 1), (prefetch, 1, 1, 2), (follow(), 2, 1, 2)]
    {
        hop.send(&call).expect(302);
        let expected = [humans, bots, previews].map(Value::from);
        let counted = || ["humans", "bots", "previews"].map(|kind| clicks()[kind].clone());
        eventually("the click is counted", || (counted() == expected).then_some(()));
    }
}

fn strict_link_shows_edits_and_blocks_at_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("strict"));
    create_with(hop, &alias, &json!({"strict": true, "fallback": "https://example.com/fallback"}));
    let patch = |body: &str| Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(body);
    for number in 0..3 {
        let target = to(&number.to_string());
        hop.send(&patch(&json!({ "target": target }).to_string())).expect(200);
        readable(hop, &alias, |link| link.is_some_and(|link| link["target"] == target));
        assert_eq!(location_of(hop, &Call::get(format!("/{alias}"))), target, "a strict link is not cached");
    }
    hop.send(&patch(r#"{"blocked":{"reason":"spam"}}"#)).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "blocked"));
    hop.send(&Call::get(format!("/{alias}"))).problem(410, "link_ended");
    hop.send(&patch(r#"{"blocked":null}"#)).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "live"));
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
}

fn explain(hop: &Deployment, alias: &str, visitor: &Value) -> Response {
    hop.send(&Call::post_json(&format!("{}/explain", address(alias)), visitor))
}

fn explanation_equals_the_redirect(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("explained"));
    let rules = json!([
        {"id": "at", "when": [{"type": "language", "any": ["de"]}, {"type": "country", "any": ["AT"]}], "target": to("at/{path}")},
        {"id": "ios", "when": [{"type": "os", "any": ["ios"]}], "target": to("ios?x={query.x}")},
        {"id": "half", "when": [{"type": "split", "percent": 50}], "target": to("half")},
    ]);
    create_with(hop, &alias, &json!({ "rules": rules, "max_clicks": 900, "target": to("else") }));
    let places: [Place; 3] = [AUSTRIA, FRANCE, NOWHERE];
    let mut spent = 0;
    for number in 0..24 {
        let (place, language) = (places[number % 3], ["de-AT", "en"][number / 3 % 2]);
        let (agent, rest) = ([IPHONE, FACEBOOK, "Mozilla/5.0 (X11; Linux) Firefox/140.0"][number / 6 % 3], ["", "/a/b"][number % 2]);
        let visitor = json!({"agent": agent, "language": language, "country": place.country, "address": place.address.to_string(),
            "path": if rest.is_empty() { Value::Null } else { rest.into() }, "query": "x=1"});
        let explanation = explain(hop, &alias, &visitor).expect(200).json();
        let call = Call::get(format!("/{alias}{rest}?x=1")).header("User-Agent", agent).header("Accept-Language", language).from(place);
        let response = hop.send(&call);
        assert_eq!(
            (explanation["status"].as_u64(), explanation["target"].as_str().map(str::to_owned)),
            (Some(response.status.into()), response.header("location"))
        );
        assert_eq!(explanation["spends_a_click"], response.status == 302, "{explanation}");
        spent += u32::from(response.status == 302);
    }
    assert!(spent > 0);
    let elsewhere = explain(hop, &alias, &json!({"country": "FR", "language": "de", "agent": IPHONE})).expect(200).json();
    assert_eq!(elsewhere["rule"], "ios");
    let verdicts = json!([
        {"id": "at", "verdict": "fails", "failed": {"condition": 1, "type": "country"}},
        {"id": "ios", "verdict": "holds", "failed": null},
        {"id": "half", "verdict": "not_tried", "failed": null},
    ]);
    assert_eq!(elsewhere["rules"], verdicts);
    let bot = explain(hop, &alias, &json!({"agent": "curl/8.0"})).expect(200).json();
    assert_eq!((&bot["answer"], &bot["visitor"]["kind"], &bot["counted_as"]), (&json!("person"), &json!("bot"), &json!("bots")));
}

fn explanation_fields_are_checked(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("supposed"));
    link(hop, &alias, TARGET);
    let wrong = json!({"agent": 1, "country": "XX", "address": "1.2.3", "time": "soon", "path": "x", "head": "no", "nope": 1, "query": "x".repeat(8_193)});
    let problem = explain(hop, &alias, &wrong).problem(422, "invalid_fields");
    let fields: Vec<String> = super::field_errors(&problem).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["/agent", "/country", "/address", "/time", "/path", "/query", "/head", "/nope"]);
    for path in ["/../x", "/a?b", "/a#b"] {
        explain(hop, &alias, &json!({ "path": path })).problem(422, "invalid_fields");
    }
    explain(hop, "no-such-link", &json!({})).problem(404, "not_found");
    let call = |body: &str, media_type: &str| {
        Call::new("POST", format!("{}/explain", address(&alias))).header("Content-Type", media_type).body(body)
    };
    hop.send(&call("{}", "application/json")).problem(401, "unauthenticated");
    hop.send(&call("{", "application/json").admin()).problem(400, "malformed_json");
    hop.send(&call("{}", "text/plain").admin()).problem(415, "unsupported_media_type");
    hop.send(&call(&" ".repeat(70_000), "application/json").admin()).problem(413, "too_large");
    explain(world.without_store(), "docs", &json!({})).problem(503, "store_unavailable");
    let far = explain(hop, &alias, &json!({"time": "2100-01-01T00:00:00Z", "path": "/x"})).expect(200).json();
    assert_eq!((&far["answer"], &far["status"]), (&json!("no_such_path"), &json!(404)));
}

fn not_found_suggests_a_similar_alias(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("meant"));
    link(hop, &alias, TARGET);
    let suggestion = format!("https://hop.example/{alias}");
    let capitals = alias.to_uppercase();
    for path in
        [format!("{alias}."), format!("{alias},"), format!("{alias})"), format!("{alias}%3E.'"), capitals.clone(), format!("{capitals}).")]
    {
        let problem = hop.send(&Call::get(format!("/{path}"))).problem(404, "not_found");
        assert!(problem["detail"].as_str().unwrap().ends_with(&format!("Did you mean {suggestion}?")), "{path}: {problem}");
        let page = hop.send(&Call::get(format!("/{path}")).header("Accept", BROWSER)).expect(404);
        assert!(page.text().contains(&format!("href=\"{suggestion}\"")), "{}", page.text());
    }
    let secret = world.alias("hidden");
    create_with(hop, &secret, &json!({"max_clicks": 5}));
    let off = world.alias("off");
    create_with(hop, &off, &json!({"disabled": true}));
    let locked = world.alias("locked");
    create_with(hop, &locked, &json!({"password": "a secret password"}));
    for path in [format!("{secret}."), format!("{off}."), format!("{locked}."), format!("{alias}-x."), "no-such-link.".to_owned()] {
        let problem = hop.send(&Call::get(format!("/{path}"))).problem(404, "not_found");
        assert_eq!(problem["detail"], "There is no such link.", "{path}");
    }
}
