//! What becomes of a visitor, by who they are and what they bring: rules, templates, previews, and what an explanation says of it all.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, link, readable};
use crate::client::{Answer, Call};
use crate::deployment::Deployment;
use crate::places::{AUSTRIA, FRANCE, GERMANY, NOWHERE, Place};
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const FACEBOOK: &str = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";

cases!("visits":
    the_first_rule_that_holds_leads,
    each_kind_of_condition_is_asked_of_the_edge,
    time_zones_are_named_or_spelled_out,
    a_split_keeps_to_its_choice,
    a_rule_that_is_never_reached_is_refused,
    what_a_visitor_sends_stays_in_its_place,
    a_path_is_for_links_that_use_it,
    a_query_is_merged,
    what_no_visitor_should_send_is_no_failure,
    a_look_ahead_shows_where_a_link_leads,
    a_preview_gets_the_card,
    clicks_are_told_apart,
    an_edit_of_a_strict_link_and_a_block_hold_at_once,
    an_explanation_is_what_happens,
    an_explanation_takes_only_a_visitor,
    who_found_nothing_is_told_what_they_may_have_meant,
);

fn made(hop: &Deployment, alias: &str, more: &Value) {
    let mut made = json!({"alias": alias, "target": TARGET});
    made.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create(hop, &made).expect(201);
    readable(hop, alias, |link| link.is_some());
}

fn to(name: &str) -> String {
    format!("https://example.com/{name}")
}

#[track_caller]
fn leads(hop: &Deployment, call: &Call) -> String {
    hop.send(call).expect(302).header("location").unwrap()
}

fn the_first_rule_that_holds_leads(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("first"));
    let country = |code: &str| json!({"type": "country", "any": [code]});
    let rules = json!([
        {"when": [country("AT"), {"type": "query", "name": "x", "present": true}], "target": to("1")},
        {"when": [country("AT")], "target": to("2")},
        {"when": [{"type": "query", "name": "x", "present": true}], "target": to("3")},
    ]);
    made(hop, &alias, &json!({ "rules": rules, "redirect_status": 301 }));
    for (place, query, name) in
        [(AUSTRIA, "?x", "1"), (AUSTRIA, "", "2"), (FRANCE, "?x=1", "3"), (FRANCE, "?y", ""), (NOWHERE, "?y", ""), (NOWHERE, "?x", "3")]
    {
        let answer = hop.send(&Call::get(format!("/{alias}{query}")).from(place)).expect(301);
        assert_eq!(answer.header("location").unwrap(), to(name), "{place:?} {query}");
        assert_eq!(answer.header("cache-control").unwrap(), "private, no-store", "another visitor is led elsewhere");
    }
}

fn each_kind_of_condition_is_asked_of_the_edge(world: &World) {
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
    made(hop, &alias, &json!({ "rules": rules }));
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
        let answer = hop.send(&call).expect(302);
        let minute_of_midnight = name == "now" && answer.header("location").unwrap() == to("");
        assert!(answer.header("location").unwrap() == to(name) || minute_of_midnight, "{name}: {answer:?}");
    }
}

fn time_zones_are_named_or_spelled_out(world: &World) {
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
    made(hop, &alias, &json!({"rules": rules, "target": to("else")}));
    let shown = readable(hop, &alias, |link| link.is_some()).unwrap();
    let zones: Vec<&str> = shown["rules"].as_array().unwrap().iter().filter_map(|rule| rule["when"][0]["tz"].as_str()).collect();
    assert_eq!(zones, ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati", "EST5EDT,M3.2.0,M11.1.0"]);
    for (time, rule) in [
        // Berlin's clocks show 03:00 right after 01:59 in March, and 02:00 to 02:59 twice in October.
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
        let told = explain(hop, &alias, &json!({ "time": time })).expect(200).json();
        assert_eq!(told["rule"], rule, "{time}: {told}");
    }
    let led = leads(hop, &Call::get(format!("/{alias}?now")));
    assert_ne!(led, to("else"), "some rule holds at any time");
    let refused = json!([{"when": [morning("Europe/Atlantis")], "target": TARGET}]);
    let problem = create(hop, &json!({"alias": world.alias("nowhere"), "target": TARGET, "rules": refused})).problem(422, "invalid_fields");
    assert_eq!(super::field_errors(&problem), [("/rules/0/when/0/tz".into(), "invalid".into())]);
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("Europe/Berlin"), "{problem}");
}

fn a_split_keeps_to_its_choice(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("split"));
    made(hop, &alias, &json!({"rules": [{"when": [{"type": "split", "percent": 50}], "target": to("half")}]}));
    let agents = (0..40).map(|number| format!("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/{number}.0"));
    let led: Vec<String> = agents
        .map(|agent| {
            let call = Call::get(format!("/{alias}")).header("User-Agent", agent).from(FRANCE);
            let first = leads(hop, &call);
            assert_eq!(leads(hop, &call), first, "the same visitor is led to the same place");
            first
        })
        .collect();
    let halves = led.iter().filter(|target| **target == to("half")).count();
    // Of 40 fair coins fewer than 5 or more than 35 show heads once in ten million times.
    assert!((5..=35).contains(&halves), "{halves}");
}

fn a_rule_that_is_never_reached_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("shadow"));
    let country = json!({"type": "country", "any": ["AT"]});
    let rules =
        json!([{"id": "at", "when": [country], "target": TARGET}, {"when": [{"type": "os", "any": ["ios"]}, country], "target": TARGET}]);
    let problem = create(hop, &json!({"alias": alias, "target": TARGET, "rules": rules})).problem(422, "invalid_fields");
    assert_eq!(super::field_errors(&problem), [("/rules/1/when".into(), "conflicts".into())]);
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("rule at"), "{problem}");
}

fn what_a_visitor_sends_stays_in_its_place(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("filled"));
    made(hop, &alias, &json!({"target": "https://example.com/in/{path}?x={query.x|none}&on={date}#{path.0}"}));
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
        let location = leads(hop, &Call::get(format!("/{alias}{rest}")));
        assert!(location.starts_with(begins), "{rest}: {location}");
        assert!(!location["https://".len()..].contains("://"), "{location}");
    }
    for rest in ["/%2e%2e%2Fadmin", "/..%2f..%2fadmin", "/a/..%5cadmin", "/..;/admin"] {
        hop.send(&Call::get(format!("/{alias}{rest}"))).problem(404, "not_found");
    }
    // These are no part of what follows the alias: the address itself is another.
    for rest in ["/%2e%2e/admin", "/../admin", "/x/../../admin"] {
        hop.send(&Call::get(format!("/{alias}{rest}"))).problem(404, "not_found");
    }
}

fn a_path_is_for_links_that_use_it(world: &World) {
    let (hop, plain, forwards) = (world.hop(), world.alias("no-path"), world.alias("path"));
    link(hop, &plain, TARGET);
    for rest in ["/", "/x", "//", "/x/y?z", "+/x"] {
        hop.send(&Call::get(format!("/{plain}{rest}"))).problem(404, "not_found");
    }
    made(hop, &forwards, &json!({"target": "https://example.com/base?own=1#end", "forward_path": true}));
    for (rest, location) in [
        ("", "https://example.com/base?own=1#end"),
        ("/", "https://example.com/base/?own=1#end"),
        ("/a/b%2Fc/", "https://example.com/base/a/b%2Fc/?own=1#end"),
        ("/a?x=1", "https://example.com/base/a?own=1#end"),
    ] {
        assert_eq!(leads(hop, &Call::get(format!("/{forwards}{rest}"))), location, "{rest}");
    }
}

fn a_query_is_merged(world: &World) {
    let hop = world.hop();
    for (mode, query, location) in [
        ("target_wins", "?b=2&a=2", "https://example.com/?a=1&b=2#end"),
        ("visitor_wins", "?b=2&a=2", "https://example.com/?b=2&a=2#end"),
        ("visitor_wins", "?b=%20+%zz", "https://example.com/?a=1&b=%20+%zz#end"),
        ("target_wins", "?", "https://example.com/?a=1#end"),
    ] {
        let alias = world.alias("merged");
        made(hop, &alias, &json!({"target": "https://example.com/?a=1#end", "forward_query": mode}));
        assert_eq!(leads(hop, &Call::get(format!("/{alias}{query}"))), location, "{mode} {query}");
    }
    let alias = world.alias("long");
    made(hop, &alias, &json!({"target": TARGET, "forward_query": "target_wins"}));
    let long = format!("x={}", "y".repeat(7_000));
    assert_eq!(leads(hop, &Call::get(format!("/{alias}?{long}"))), format!("{TARGET}?{long}"));
}

fn what_no_visitor_should_send_is_no_failure(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("odd"));
    let rules = json!([
        {"when": [{"type": "language", "any": ["de"]}], "target": to("de")},
        {"when": [{"type": "browser", "any": ["opera"]}], "target": to("opera")},
        {"when": [{"type": "query", "name": "x", "equals": "never"}], "target": to("x")},
        {"when": [{"type": "split", "percent": 50}], "target": to("half")},
    ]);
    made(hop, &alias, &json!({ "rules": rules }));
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

fn a_look_ahead_shows_where_a_link_leads(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("looked"));
    let script = "https://example.com/#<script>alert(1)</script>";
    made(
        hop,
        &alias,
        &json!({"target": script, "title": "only for its owner", "card": {"title": "T", "image": "https://example.com/i.png"}}),
    );
    let told = hop.send(&Call::get(format!("/{alias}+"))).expect(200).json();
    let expected = json!({"short_url": format!("https://hop.example/{alias}"), "title": "T", "description": null,
        "image": "https://example.com/i.png", "target": script, "needs": null});
    assert_eq!(told, expected);
    let page = hop.send(&Call::get(format!("/{alias}%2B")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("&lt;script&gt;") && !page.text().contains("<script"), "{}", page.text());
    assert!(!page.tells("only for its owner"));
    hop.send(&Call::get("/no-such-link+")).problem(404, "not_found");
    hop.send(&Call::new("POST", format!("/{alias}+"))).expect(405);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    eventually("it is gone", || (hop.send(&Call::get(format!("/{alias}+"))).status == 410).then_some(()));
}

fn a_preview_gets_the_card(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("card"));
    let card = json!({"title": "A \"title\"", "description": "D & more", "image": "https://example.com/i.png"});
    made(hop, &alias, &json!({ "card": card }));
    let asks = |accept: &[&str]| {
        let call = Call::get(format!("/{alias}")).header("User-Agent", FACEBOOK);
        hop.send(&accept.iter().fold(call, |call, accept| call.header("Accept", *accept))).expect(200)
    };
    let preview = asks(&[BROWSER]);
    for accept in [&[][..], &["*/*"]] {
        assert_eq!(asks(accept).body, preview.body, "what shows cards asks for anything");
    }
    assert_eq!(asks(&["application/json"]).json()["title"], card["title"]);
    let ahead = hop.send(&Call::get(format!("/{alias}")).header("Sec-Purpose", "prefetch")).expect(302);
    assert_eq!(ahead.header("location").unwrap(), TARGET, "a browser that looks ahead is led where its user will be");
    for tag in [
        r#"<meta property="og:title" content="A &quot;title&quot;">"#,
        r#"<meta property="og:description" content="D &amp; more">"#,
        r#"<meta property="og:image" content="https://example.com/i.png">"#,
    ] {
        assert!(preview.text().contains(tag), "{tag}: {}", preview.text());
    }
    assert_eq!(leads(hop, &Call::get(format!("/{alias}"))), TARGET, "people are led on");
    let plain = world.alias("no-card");
    link(hop, &plain, TARGET);
    assert_eq!(leads(hop, &Call::get(format!("/{plain}")).header("User-Agent", FACEBOOK)), TARGET);
}

fn clicks_are_told_apart(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("apart"));
    link(hop, &alias, TARGET);
    let follow = || Call::get(format!("/{alias}"));
    let clicks = || super::show(hop, &alias).expect(200).json()["clicks"].clone();
    let (bot, preview, ahead) =
        (follow().header("User-Agent", "curl/8.0"), follow().header("User-Agent", FACEBOOK), follow().header("Sec-Purpose", "prefetch"));
    for (call, humans, bots, previews) in [(follow(), 1, 0, 0), (bot, 1, 1, 0), (preview, 1, 1, 1), (ahead, 1, 1, 2), (follow(), 2, 1, 2)] {
        hop.send(&call).expect(302);
        let expected = json!({"humans": humans, "bots": bots, "previews": previews});
        eventually("the click is counted", || (clicks() == expected).then_some(()));
    }
}

fn an_edit_of_a_strict_link_and_a_block_hold_at_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("strict"));
    made(hop, &alias, &json!({"strict": true, "fallback": "https://example.com/fallback"}));
    let patch = |body: &str| Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(body);
    for number in 0..3 {
        let target = to(&number.to_string());
        hop.send(&patch(&json!({ "target": target }).to_string())).expect(200);
        readable(hop, &alias, |link| link.is_some_and(|link| link["target"] == target));
        assert_eq!(leads(hop, &Call::get(format!("/{alias}"))), target, "nobody repeats it by heart");
    }
    hop.send(&patch(r#"{"blocked":{"reason":"spam"}}"#)).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "blocked"));
    hop.send(&Call::get(format!("/{alias}"))).problem(410, "link_ended");
    hop.send(&patch(r#"{"blocked":null}"#)).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "live"));
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
}

fn explain(hop: &Deployment, alias: &str, supposed: &Value) -> Answer {
    hop.send(&Call::post_json(&format!("{}/explain", address(alias)), supposed))
}

fn an_explanation_is_what_happens(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("explained"));
    let rules = json!([
        {"id": "at", "when": [{"type": "language", "any": ["de"]}, {"type": "country", "any": ["AT"]}], "target": to("at/{path}")},
        {"id": "ios", "when": [{"type": "os", "any": ["ios"]}], "target": to("ios?x={query.x}")},
        {"id": "half", "when": [{"type": "split", "percent": 50}], "target": to("half")},
    ]);
    made(hop, &alias, &json!({ "rules": rules, "max_clicks": 900, "target": to("else") }));
    let places: [Place; 3] = [AUSTRIA, FRANCE, NOWHERE];
    let mut spent = 0;
    for number in 0..24 {
        let (place, language) = (places[number % 3], ["de-AT", "en"][number / 3 % 2]);
        let (agent, rest) = ([IPHONE, FACEBOOK, "Mozilla/5.0 (X11; Linux) Firefox/140.0"][number / 6 % 3], ["", "/a/b"][number % 2]);
        let supposed = json!({"agent": agent, "language": language, "country": place.country, "address": place.address.to_string(),
            "path": if rest.is_empty() { Value::Null } else { rest.into() }, "query": "x=1"});
        let told = explain(hop, &alias, &supposed).expect(200).json();
        let call = Call::get(format!("/{alias}{rest}?x=1")).header("User-Agent", agent).header("Accept-Language", language).from(place);
        let answer = hop.send(&call);
        assert_eq!(
            (told["status"].as_u64(), told["target"].as_str().map(str::to_owned)),
            (Some(answer.status.into()), answer.header("location"))
        );
        assert_eq!(told["spends_a_click"], answer.status == 302, "{told}");
        spent += u32::from(answer.status == 302);
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

fn an_explanation_takes_only_a_visitor(world: &World) {
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

fn who_found_nothing_is_told_what_they_may_have_meant(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("meant"));
    link(hop, &alias, TARGET);
    let meant = format!("https://hop.example/{alias}");
    let capitals = alias.to_uppercase();
    for asked in
        [format!("{alias}."), format!("{alias},"), format!("{alias})"), format!("{alias}%3E.'"), capitals.clone(), format!("{capitals}).")]
    {
        let problem = hop.send(&Call::get(format!("/{asked}"))).problem(404, "not_found");
        assert!(problem["detail"].as_str().unwrap().ends_with(&format!("Did you mean {meant}?")), "{asked}: {problem}");
        let page = hop.send(&Call::get(format!("/{asked}")).header("Accept", BROWSER)).expect(404);
        assert!(page.text().contains(&format!("href=\"{meant}\"")), "{}", page.text());
    }
    let secret = world.alias("hidden");
    made(hop, &secret, &json!({"max_clicks": 5}));
    let off = world.alias("off");
    made(hop, &off, &json!({"disabled": true}));
    let locked = world.alias("locked");
    made(hop, &locked, &json!({"password": "nobody is to know"}));
    for asked in [format!("{secret}."), format!("{off}."), format!("{locked}."), format!("{alias}-x."), "no-such-link.".to_owned()] {
        let problem = hop.send(&Call::get(format!("/{asked}"))).problem(404, "not_found");
        assert_eq!(problem["detail"], "There is no such link.", "{asked}");
    }
}
