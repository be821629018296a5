//! Log lines of clicks: what an edge writes, and how `POST /api/v1/ingest` counts it, with a ledger and without one.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, user};
use crate::support::scheduler::{Client, Turns};
use crate::support::{Ask, Isolate, run, store_faults};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, PlantedLine, Random, StoreStep};
use hop_core::{Body, Timestamp, ports::Edge as _};
use http::HeaderName;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

const SETTINGS: [(&str, &str); 4] =
    [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_CLICK_LOG", "clicks")];

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn compute() -> MemoryEdge {
    let edge = store_faults::edge(1, CommitMode::Stepwise).without_cache().without_ledger();
    edge.set_operations(32);
    edge
}

/// An edge of each kind, with a link.
fn edges() -> [MemoryEdge; 2] {
    let edges = [MemoryEdge::new(1), compute()];
    for edge in &edges {
        let link = json!({"target": "https://example.com/", "alias": "docs", "tags": ["news"]});
        assert_eq!(ask(edge, Ask::create(&link)).code(), 201);
    }
    edges
}

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn ingest(edge: &MemoryEdge, body: &str) -> Value {
    let answer = ask(edge, Ask::ingest(body.to_owned()));
    assert_eq!(answer.code(), 200, "{}", answer.json());
    answer.json()
}

fn batch_id(id: &str, body: &str) -> Ask {
    Ask::ingest(body.to_owned()).header(HeaderName::from_static("batch-id"), id)
}

/// The id of the link.
fn link(edge: &MemoryEdge) -> String {
    ask(edge, Ask::show("docs")).json()["id"].as_str().expect("an id").to_owned()
}

/// A line of the link, so many milliseconds ago.
fn line(edge: &MemoryEdge, ago: u64) -> String {
    planted(edge, ago).click(&link(edge), "docs")
}

fn planted(edge: &MemoryEdge, ago: u64) -> PlantedLine<'static> {
    PlantedLine { pepper: PEPPER, domain: "hop.example", at: Timestamp::from_millis(edge.now().as_millis() - ago) }
}

fn clicks(edge: &MemoryEdge) -> u64 {
    let [link, all] = ["/api/v1/links/docs/stats", "/api/v1/stats"]
        .map(|path| ask(edge, Ask::list(path)).json()["totals"]["humans"].as_u64().expect("a number"));
    assert_eq!(link, all);
    link
}

fn maintain(edge: &MemoryEdge) {
    let ask_once = || ask(edge, Ask { body: Body::Whole(Vec::new()), ..Ask::post("/api/v1/maintenance", &json!({})) }).json();
    assert!((0..100).any(|_| ask_once()["more"] == false));
}

#[test]
fn logged_clicks_are_counted_when_their_lines_arrive() {
    let [_, edge] = edges();
    let isolate = || Isolate::set_up(&edge, &SETTINGS);
    edge.take_operations();
    for visit in [Ask::visit("docs"), Ask::visit("docs").from("192.0.2.77", "DE"), Ask::visit("nothing"), Ask::visit("")] {
        run(isolate().ask(visit));
    }
    let keys: Vec<String> = edge.records.keys().iter().map(|key| key.as_str().to_owned()).collect();
    assert!(!keys.iter().any(|key| key.starts_with("c/")), "{keys:?}");
    let lines = edge.take_click_lines();
    assert!(
        lines.iter().all(|(endpoint, line)| endpoint == "clicks" && !line.contains("192.0.2") && !line.contains("Mozilla")),
        "{lines:?}"
    );
    let body: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    let show = |path: &str| run(isolate().ask(Ask::list(path))).json();
    assert_eq!(show("/api/v1/stats")["failed"]["unknown_alias"], 0);
    for round in 0..3 {
        assert_eq!(ingest(&edge, &body)["accepted"], body.lines().count());
        let stats = show("/api/v1/stats?by=country");
        assert_eq!((&stats["totals"]["humans"], &stats["failed"]["unknown_alias"]), (&json!(2), &json!(1)), "{stats}");
        assert_eq!(stats["by"]["country"]["items"][0]["value"], "DE");
        assert_eq!(show("/api/v1/links/docs/stats")["totals"]["humans"], 2);
        if round == 0 {
            edge.wait_seconds(30 * 60);
            maintain(&edge);
        }
    }
    let capabilities = show("/capabilities");
    assert_eq!((&capabilities["statistics"]["failed_visits"], &capabilities["statistics"]["click_log"]), (&json!(true), &json!(true)));
}

#[test]
fn logged_visitors_of_a_day_with_a_salt_are_unique() {
    let [_, edge] = edges();
    let isolate = || Isolate::set_up(&edge, &SETTINGS);
    run(isolate().ask(Ask::visit("docs").from("192.0.2.1", "DE")));
    edge.wait_seconds(2 * 60 * 60);
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
        run(isolate().ask(Ask::visit("docs").from(address, "DE")));
    }
    let body: String = edge.take_click_lines().into_iter().map(|(_, line)| line + "\n").collect();
    ingest(&edge, &body);
    let stats = ask(&edge, Ask::list("/api/v1/links/docs/stats")).json();
    assert_eq!((&stats["totals"]["humans"], &stats["totals"]["visitor_days"]), (&json!(4), &json!(2)));
}

#[test]
fn log_endpoint_of_an_edge_with_a_ledger_is_a_wrong_setting() {
    let edge = MemoryEdge::new(1);
    let answer = run(Isolate::set_up(&edge, &SETTINGS).ask(Ask::visit("docs")));
    assert_eq!((answer.code(), &answer.json()["code"]), (503, &json!("not_configured")));
    assert!(edge.take_log().iter().any(|line| line.contains("HOP_CLICK_LOG")));
    assert_eq!(run(Isolate::set_up(&edge, &SETTINGS).ask(Ask::visit("health"))).code(), 200);
}

#[test]
fn click_without_a_pepper_is_not_logged() {
    let [_, edge] = edges();
    run(Isolate::set_up(&edge, &[SETTINGS[0], SETTINGS[3]]).ask(Ask::visit("docs")));
    assert!(edge.take_click_lines().is_empty());
    assert!(edge.take_log().iter().any(|line| line.contains("a click was not counted") && line.contains("HOP_PEPPER")));
}

#[test]
fn bad_lines_are_named_and_change_nothing() {
    for edge in edges() {
        let good = line(&edge, 0);
        let unknown_link = good.replace(&link(&edge), &format!("lnk_{}", "1".repeat(17)));
        let foreign = PlantedLine { pepper: "the-pepper-of-another-deployment", ..planted(&edge, 0) }.click(&link(&edge), "docs");
        let future = PlantedLine { at: Timestamp::from_millis(edge.now().as_millis() + 6 * MINUTE), ..planted(&edge, 0) };
        let lines: Vec<(Vec<u8>, &str)> = vec![
            (good.clone().into_bytes(), ""),
            (foreign.into_bytes(), "another deployment"),
            (unknown_link.into_bytes(), "the proof does not match"),
            (line(&edge, 40 * 24 * HOUR).into_bytes(), "more than 24 hours old"),
            (line(&edge, 24 * HOUR + 1).into_bytes(), "more than 24 hours old"),
            (future.click(&link(&edge), "docs").into_bytes(), "in the future"),
            (vec![b'x'; 8 * 1_024 + 1], "more than 8192 bytes"),
            (b"\xff\xfe".to_vec(), "not a complete line"),
            (b"{\"v\":2}".to_vec(), "not a complete line"),
            (line(&edge, HOUR).into_bytes(), ""),
            (good.as_bytes()[..good.len() / 2].to_vec(), "not a complete line"),
        ];
        let body = lines.iter().map(|(line, _)| line.as_slice()).collect::<Vec<_>>().join(&b'\n');
        let request = || Ask { body: Body::Whole(body.clone()), ..Ask::ingest(String::new()) };
        for _ in 0..2 {
            let answer = ask(&edge, request()).json();
            assert_eq!((&answer["accepted"], &answer["skipped"], &answer["next"]), (&json!(2), &json!(9), &Value::Null), "{answer}");
            let errors = answer["errors"].as_array().expect("a list");
            let expected = (1..).zip(&lines).filter(|(_, (_, detail))| !detail.is_empty());
            for (error, (number, (_, detail))) in errors.iter().zip(expected) {
                assert!(error["line"] == number && error["detail"].as_str().is_some_and(|text| text.contains(detail)), "{error}: {detail}");
            }
            assert_eq!((errors.len(), clicks(&edge)), (9, 2));
        }
    }
}

#[test]
fn batch_sent_twice_at_once_is_counted_once() {
    for edge in edges() {
        let body = format!("{}\n{}\n", line(&edge, 0), line(&edge, 11 * MINUTE));
        for round in 0..3 {
            let send = || async {
                let isolate = Isolate::new(&edge);
                isolate.ask_beside_others(Ask::ingest(body.clone())).await.code()
            };
            store_faults::plan(&edge, store_faults::Plan::Every(StoreStep::Write, Fault::Late(2)));
            let both: Vec<Client<'_, u16>> = (0..2).map(|_| Box::pin(send()) as Client<'_, u16>).collect();
            assert_eq!(Turns::default().interleave(&mut Random::new(round), both, || {}), [200, 200]);
            store_faults::clear_faults(&edge);
            assert_eq!(clicks(&edge), 2);
            edge.wait_seconds(8 * 60 * 60 + 60);
            maintain(&edge);
        }
        assert_eq!(ingest(&edge, &body)["skipped"], 2, "after a day");
        assert_eq!(clicks(&edge), 2);
    }
}

#[test]
fn batch_is_known_by_its_id_or_by_its_content() {
    for edge in edges() {
        let [one, two] = [1, 2].map(|ago| line(&edge, ago));
        for (request, total) in [
            (Ask::ingest(one.clone()), 1),
            (Ask::ingest(two.clone()), 2),
            (batch_id("a:1.b_c-d", &one), 3),
            (batch_id("a:1.b_c-d", &two), 3),
            (Ask::ingest(one.clone()), 3),
        ] {
            assert_eq!(ask(&edge, request).json()["accepted"], 1);
            assert_eq!(clicks(&edge), total);
        }
        for id in ["", "a b", "é", &"a".repeat(129)] {
            assert_eq!(ask(&edge, batch_id(id, &one)).code(), 422, "{id}");
        }
    }
}

#[test]
fn long_batch_continues_where_it_ended() {
    for edge in edges() {
        let body = format!("{}\n", line(&edge, 0)).repeat(2_500);
        for (accepted, next) in [(1_000, json!(1_001)), (1_000, json!(2_001)), (500, Value::Null), (0, Value::Null)] {
            let answer = ask(&edge, Ask::ingest(body.clone()));
            assert_eq!(answer.header("retry-after"), if next.is_null() { "" } else { "0" });
            assert_eq!((&answer.json()["accepted"], &answer.json()["next"]), (&json!(accepted), &next));
        }
        assert_eq!(clicks(&edge), 2_500);
    }
}

#[test]
fn batch_of_a_whole_day_fits_the_budget_of_compute() {
    let [_, edge] = edges();
    let body: String = (0..140).map(|number| line(&edge, number * 10 * MINUTE) + "\n").collect();
    let mut accepted = 0;
    for _ in 0..20 {
        let answer = ask(&edge, batch_id("day", &body)).json();
        accepted += answer["accepted"].as_u64().expect("a number");
        if answer["next"].is_null() {
            break;
        }
    }
    assert_eq!(accepted, 140);
    (0..3).for_each(|_| maintain(&edge));
    edge.wait_seconds(60 * 60);
    maintain(&edge);
    assert_eq!(clicks(&edge), 140);
}

#[test]
fn failed_store_or_ledger_counts_nothing_twice() {
    let [with_ledger, compute] = edges();
    let body = line(&with_ledger, 0);
    with_ledger.ledger.lose_next_replies(1);
    assert_eq!(ask(&with_ledger, Ask::ingest(body.clone())).code(), 503);
    assert_eq!((ingest(&with_ledger, &body)["accepted"].clone(), clicks(&with_ledger)), (json!(1), 1));
    let body = line(&compute, 0);
    store_faults::plan(&compute, store_faults::Plan::FromFirst(StoreStep::Answer));
    assert_eq!(ask(&compute, Ask::ingest(body.clone())).code(), 503);
    store_faults::clear_faults(&compute);
    assert_eq!((ingest(&compute, &body)["accepted"].clone(), clicks(&compute)), (json!(1), 1));
}

#[test]
fn only_keys_with_the_scope_may_send_lines() {
    for edge in edges() {
        let admin = user(&edge, 'a', "admin", "in");
        let (_, right) = key(&edge, &admin, &["stats:write"], &json!({}));
        let (_, wrong) = key(&edge, &admin, &["stats:read", "system:write"], &json!({}));
        let (_, limited) = key(&edge, &admin, &["stats:write"], &json!({"domains": ["hop.example"]}));
        let body = line(&edge, 0);
        for (secret, code) in [(right, 200), (wrong, 403), (limited, 403), ("hop_x_y".into(), 401)] {
            assert_eq!(ask(&edge, Ask::ingest(body.clone()).showing(secret)).code(), code);
        }
        for media_type in ["application/json", "text/csv"] {
            let mut request = Ask::ingest(body.clone()).again();
            request.visitor = request.visitor.without(&CONTENT_TYPE).with(CONTENT_TYPE, media_type.into());
            assert_eq!(ask(&edge, request).code(), 415);
        }
        let challenge = ask(&edge, Ask::visit(".well-known/fastly/logging/challenge"));
        assert_eq!((challenge.code(), challenge.body.as_slice()), (200, &b"*\n"[..]));
    }
}

#[test]
fn line_of_an_erased_link_counts_for_its_domain_only() {
    for edge in edges() {
        let body = line(&edge, 0);
        let erase = || ask(&edge, Ask::remove("/api/v1/links/docs?erase=true")).code();
        assert!((0..5).any(|_| erase() == 204));
        ingest(&edge, &body);
        edge.wait_seconds(60 * 60);
        maintain(&edge);
        let stats = ask(&edge, Ask::list("/api/v1/stats")).json();
        assert_eq!((&stats["totals"]["humans"], &stats["top_links"]), (&json!(1), &json!([])));
        let kept: Vec<String> = edge.records.keys().iter().map(|key| key.as_str().to_owned()).collect();
        assert!(!kept.iter().any(|key| key.starts_with("stats/") && !key.ends_with("/total")), "{kept:?}");
    }
}
