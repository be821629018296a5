//! Quotas: how many links a user or a key may create, whatever fails and however many requests arrive at once.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::accounts::{Accounts, text};
use crate::support::audit::{count, stored_links};
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{key, new_key, user};
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::sample_link::{HERE, THERE};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{
    self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, FEW_OPERATIONS, Plan, clear_faults, plan, set_random_faults,
};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge, OPERATIONS, Random, StoreStep};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use serde_json::{Value, json};

const SCOPES: [&str; 4] = ["links:read", "links:write", "links:admin", "keys:admin"];
const BOTH_MODES: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];

/// Seconds of a day.
const DAY: u64 = 86_400;

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// An edge with an admin who has this quota.
fn edge_with(steps: CommitMode, quota: &Value) -> (MemoryEdge, String) {
    let edge = store_faults::edge(1, steps);
    let ann = user(&edge, 'c', "admin", "in");
    set_quota(&edge, &ann, quota);
    // A stale read shows the version before the last one. It has the quota too.
    assert_eq!(ask(&edge, Ask::patch(&format!("/api/v1/users/{ann}"), &json!({"name": "Ann"}))).code(), 200);
    (edge, ann)
}

#[track_caller]
fn set_quota(edge: &MemoryEdge, user: &str, quota: &Value) {
    let changed = ask(edge, Ask::patch(&format!("/api/v1/users/{user}"), &json!({ "quota": quota })));
    assert_eq!(changed.code(), 200, "{}", changed.json());
}

/// A key of the user, with these further fields.
#[track_caller]
fn secret(edge: &MemoryEdge, user: &str, fields: &Value) -> String {
    key(edge, user, &SCOPES, fields).1
}

fn create(alias: &str) -> Ask {
    Ask::create(&json!({"target": HERE, "alias": alias}))
}

/// Creates links with these aliases, and returns the statuses.
fn codes<const N: usize>(edge: &MemoryEdge, secret: &str, aliases: [&str; N]) -> [u16; N] {
    aliases.map(|alias| ask(edge, create(alias).showing(secret)).code())
}

#[track_caller]
fn assert_exceeded(answer: &Answer, limit: &str) {
    assert_eq!((answer.code(), answer.problem()), (429, "quota_exceeded".into()), "{}", answer.json());
    let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains(limit), "{detail}");
}

/// The units that were taken on any day.
fn units(edge: &MemoryEdge, holder: &str) -> u64 {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with(&format!("quota-day/{holder}/")));
    let of = |key: &Key| String::from_utf8(edge.records.peek(key).expect("a listed key has a record").value).expect("a number");
    keys.map(|key| of(&key).parse::<u64>().expect("a number")).sum()
}

/// The places that are counted.
fn places(edge: &MemoryEdge, holder: &str) -> u64 {
    let record = edge.records.peek(&Key::stored(format!("quota/{holder}"))).expect("the quota has a record");
    serde_json::from_slice::<Value>(&record.value).expect("a record is JSON")["links"].as_u64().expect("a number")
}

#[test]
fn daily_quota_spans_keys_and_ends_at_midnight() {
    for steps in BOTH_MODES {
        let (edge, ann) = edge_with(steps, &json!({"links_per_day": 3}));
        let [one, other] = [(); 2].map(|()| secret(&edge, &ann, &json!({})));
        assert_eq!(codes(&edge, &one, ["a", "b"]), [201, 201]);
        assert_eq!(codes(&edge, &other, ["c", "d"]), [201, 429]);
        let refused = ask(&edge, create("d").showing(&*one));
        let left = DAY - edge.now().as_millis() / 1_000 % DAY;
        assert_exceeded(&refused, "3 links a day (`links_per_day`) is used up. It resets at 20");
        assert_eq!(refused.header("retry-after"), left.to_string());
        edge.wait_seconds(left - 1);
        assert_eq!(codes(&edge, &one, ["d"]), [429]);
        edge.wait_seconds(1);
        assert_eq!(codes(&edge, &one, ["d", "e", "f", "g"]), [201, 201, 201, 429]);
        assert_eq!(stored_links(&edge).len(), 6);
    }
}

#[test]
fn daily_quota_keeps_units_an_hour_longer_and_counts_no_places() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 3}));
    assert_eq!(codes(&edge, &secret(&edge, &ann, &json!({})), ["a"]), [201]);
    let day = edge.now().as_millis() / 1_000 / DAY;
    let expiry = edge.records.expiry(&Key::stored(format!("quota-day/{ann}/{day}"))).expect("units expire");
    assert_eq!(expiry.as_millis(), ((day + 1) * DAY + 3_600) * 1_000);
    assert_eq!(count(&edge, "quota/"), 0);
}

#[test]
fn only_links_under_a_quota_cost_more_operations() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 3}));
    let steps = |user: &str, aliases: [&str; 2]| {
        let secret = secret(&edge, user, &json!({}));
        assert_eq!(codes(&edge, &secret, [aliases[0]]), [201], "the use of the key is recorded");
        let trace = store_faults::watch(&edge);
        assert_eq!(codes(&edge, &secret, [aliases[1]]), [201]);
        clear_faults(&edge);
        trace.steps().len()
    };
    let bob = user(&edge, 'd', "admin", "in");
    // A read of the alias, and the take with its answer.
    assert_eq!(steps(&ann, ["a", "b"]), steps(&bob, ["c", "d"]) + 3);
}

#[test]
fn quota_holds_for_signed_in_users() {
    let world = Accounts::new(CommitMode::Transaction);
    let ann = text(&world.tokens["user"]["id"]);
    set_quota(&world.edge, ann, &json!({"links_per_day": 1, "links": 5}));
    let access = text(&world.tokens["access_token"]);
    assert_eq!(codes(&world.edge, access, ["a", "b"]), [201, 429]);
    assert_eq!(codes(&world.edge, &secret(&world.edge, ann, &json!({})), ["b"]), [429]);
    assert_eq!(codes(&world.edge, ADMIN_KEY, ["b"]), [201], "the bootstrap admin has no quota");
}

#[test]
fn quota_of_a_key_applies_in_addition() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 3}));
    let limited = secret(&edge, &ann, &json!({"quota": {"links_per_day": 2}}));
    let free = secret(&edge, &ann, &json!({}));
    assert_eq!(codes(&edge, &limited, ["a", "b", "c", "c", "c"]), [201, 201, 429, 429, 429]);
    assert_exceeded(&ask(&edge, create("c").showing(&*limited)), "The quota of your key of 2 links a day");
    assert_eq!(units(&edge, &ann), 2, "a refused key takes nothing of its owner");
    assert_eq!(codes(&edge, &free, ["c", "d"]), [201, 429]);
}

#[test]
fn quota_of_a_key_counts_all_its_links() {
    for steps in BOTH_MODES {
        let (edge, ann) = edge_with(steps, &Value::Null);
        let limited = secret(&edge, &ann, &json!({"quota": {"links": 2}}));
        assert_eq!(codes(&edge, &limited, ["a", "b", "c"]), [201, 201, 429]);
        let erased = ask(&edge, Ask::remove("/api/v1/links/a?erase=true"));
        assert_eq!(erased.code(), 204, "{}", erased.json());
        edge.wait_seconds(2 * DAY);
        let refused = ask(&edge, create("c").showing(&*limited));
        assert_exceeded(&refused, "The quota of your key of 2 links in all (`links`) is used up. It does not reset");
        assert_eq!(refused.header("retry-after"), "");
    }
}

#[test]
fn every_creation_takes_a_unit() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 7}));
    let secret = secret(&edge, &ann, &json!({}));
    let by = |request: Ask| ask(&edge, request.showing(&*secret));
    let link = json!({"target": HERE});
    let item = json!({"op": "create", "link": link});
    let upsert = |id: &str| Ask::create(&json!({"target": HERE, "external_id": id, "update_if_exists": true}));
    assert_eq!(by(Ask::shorten(HERE)).code(), 201);
    assert_eq!(by(Ask::create(&json!({"target": HERE, "find_if_exists": true}))).code(), 200, "it exists, and takes none");
    assert_eq!(by(Ask::create(&json!({"target": THERE, "find_if_exists": true}))).code(), 201);
    assert_eq!((by(upsert("x")).code(), by(upsert("x")).code()), (201, 200));
    assert_eq!(by(Ask::batch(&[item.clone(), item.clone()])).json()["succeeded"], 2);
    let import = || Ask::import("", "application/x-ndjson", format!("{link}\n{link}\n{link}\n"));
    assert_eq!(by(import()).json()["imported"], 2, "the last line is over the quota");
    assert_eq!((units(&edge, &ann), stored_links(&edge).len()), (7, 7));
    for request in [Ask::shorten(HERE), Ask::create(&link), upsert("y")] {
        assert_exceeded(&by(request), "links_per_day");
    }
    assert_eq!(by(upsert("x")).code(), 200, "changes go on");
    for (results, index) in [(by(Ask::batch(&[item])).json(), 0), (by(import()).json(), 2)] {
        let result = &results["results"][index];
        assert_eq!((&result["status"], &result["problem"]["code"]), (&json!(429), &json!("quota_exceeded")), "{results}");
    }
    assert_eq!(stored_links(&edge).len(), 7);
}

#[test]
fn other_requests_take_no_unit() {
    for steps in BOTH_MODES {
        let (edge, ann) = edge_with(steps, &json!({"links_per_day": 2, "links": 5}));
        let secret = secret(&edge, &ann, &json!({}));
        let by = |request: Ask| ask(&edge, request.showing(&*secret));
        assert_eq!(by(create("docs")).code(), 201);
        let refused = [
            create("docs"),
            create("!"),
            Ask::create(&json!({"target": "ftp://x.example", "alias": "new"})),
            Ask::import("", "application/x-ndjson", json!({"target": THERE, "alias": "docs"}).to_string()),
            Ask::import("?dry_run=true", "application/x-ndjson", json!({"target": THERE, "alias": "new"}).to_string()),
            Ask::batch(&[json!({"op": "create", "link": {"target": HERE, "alias": "docs"}})]),
        ];
        for request in refused {
            by(request);
        }
        for request in [
            Ask::import("", "application/x-ndjson", json!({"target": HERE, "alias": "docs"}).to_string()),
            Ask::change("docs", &json!({"title": "T"})),
            Ask::change("docs", &json!({"alias": "moved", "keep_old_alias": true})),
            Ask::delete("moved"),
            Ask::restore("moved"),
        ] {
            let answer = by(request);
            assert!(answer.code() < 300, "{}", answer.json());
        }
        assert_eq!((units(&edge, &ann), places(&edge, &ann)), (1, 1), "{steps:?}");
        assert_eq!(codes(&edge, &secret, ["b", "c"]), [201, 429]);
    }
}

#[test]
fn keyed_retry_takes_no_second_unit() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 2}));
    let secret = secret(&edge, &ann, &json!({}));
    let request = || Ask::create(&json!({"target": HERE})).once("a key").showing(&*secret);
    let first = ask(&edge, request());
    assert_eq!((first.code(), ask(&edge, request()).json()), (201, first.json()));
    assert_eq!(units(&edge, &ann), 1);
}

/// A crash between the unit and the link costs a unit. After the link nothing is taken again.
#[test]
fn crash_costs_at_most_one_unit() {
    for steps in BOTH_MODES {
        for dies_at in 0.. {
            let _guard = OnFailure::print(format!("\n{steps:?}, the writer dies at {dies_at}\n"));
            let (edge, ann) = edge_with(steps, &json!({"links_per_day": 9, "links": 9}));
            let secret = secret(&edge, &ann, &json!({}));
            let request = || Ask::create(&json!({"target": HERE, "tags": ["a"]})).once("a key").showing(&*secret);
            let trace = plan(&edge, Plan::From(dies_at, None));
            let (_, _lost) = run(Isolate::new(&edge).handle(request()));
            clear_faults(&edge);
            let (was_created, before) = (stored_links(&edge).len(), units(&edge, &ann));
            edge.wait_seconds(61);
            assert_eq!(ask(&edge, request()).code(), 201);
            assert_eq!(stored_links(&edge).len(), 1);
            let expected = if was_created > 0 { before } else { before + 1 };
            assert_eq!(units(&edge, &ann), expected, "created: {was_created}, units before: {before}");
            assert!(expected <= 2 && places(&edge, &ann) <= 2);
            if trace.steps().len() <= dies_at {
                assert!(dies_at > 10, "only {dies_at} steps");
                break;
            }
        }
    }
}

/// Sends creations of several clients at once, with faults, and returns how many links exist afterwards.
fn race(seed: u64, quota: &Value, rates: &[store_faults::FaultRates]) -> (usize, bool) {
    let mut random = Random::new(seed);
    let steps = BOTH_MODES[random.below(2)];
    let (edge, ann) = edge_with(steps, quota);
    let secrets = [(); 2].map(|()| secret(&edge, &ann, &json!({})));
    let rates = rates[random.below(rates.len())];
    set_random_faults(&edge, rates, seed);
    let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
    let clients = (0..8_usize).map(|number| {
        let item = json!({"op": "create", "link": {"target": HERE, "alias": format!("n{number}")}});
        let other = json!({"op": "create", "link": {"target": HERE, "alias": format!("m{number}")}});
        let request = match number % 4 {
            0 => Ask::batch(&[item, other]).once("batch"),
            1 => Ask::shorten(HERE),
            2 => Ask::create(&item["link"]).once("link"),
            _ => Ask::create(&item["link"]),
        };
        let client = isolates[number % 2].ask_beside_others(request.showing(&*secrets[number / 4]));
        Box::pin(client) as Client<'_, Answer>
    });
    let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
    clear_faults(&edge);
    for answer in &answers {
        assert_ne!(answer.code(), 500, "{}", String::from_utf8_lossy(&answer.body));
    }
    (stored_links(&edge).len(), rates.fail == 0 && rates.stale == 0)
}

#[test]
fn daily_quota_holds_whatever_fails() {
    for_seeds("quotas", "daily_quota_holds_whatever_fails", 300, |seed| {
        let (links, nothing_failed) = race(seed, &json!({"links_per_day": 4}), &[DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS]);
        assert!(links <= 4, "{links}");
        assert!(links == 4 || !nothing_failed, "{links}, although nothing failed");
    });
}

#[test]
fn total_quota_holds_for_simultaneous_requests() {
    for_seeds("quotas", "total_quota_holds_for_simultaneous_requests", 300, |seed| {
        let (links, nothing_failed) = race(seed, &json!({"links": 4}), &[DELAYS, DELAYS_AND_FAILURES]);
        assert!(links <= 4, "{links}");
        assert!(links > 0 || !nothing_failed, "nobody got a place, although nothing failed");
    });
}

#[test]
fn total_quota_counts_links_until_erased() {
    for steps in BOTH_MODES {
        let (edge, ann) = edge_with(steps, &Value::Null);
        let secret = secret(&edge, &ann, &json!({}));
        assert_eq!(codes(&edge, &secret, ["a", "b"]), [201, 201]);
        set_quota(&edge, &ann, &json!({"links": 3}));
        assert_eq!(codes(&edge, &secret, ["c", "d"]), [201, 429], "the links from before count");
        assert_eq!(ask(&edge, Ask::delete("a").showing(&*secret)).code(), 204);
        edge.wait_seconds(180);
        let refused = ask(&edge, create("d").showing(&*secret));
        assert_exceeded(&refused, "Your quota of 3 links in all (`links`) is used up. It does not reset: erase links");
        assert_eq!(refused.header("retry-after"), "");
        assert_eq!(ask(&edge, Ask::remove("/api/v1/links/a?erase=true")).code(), 204);
        edge.wait_seconds(180);
        assert_eq!(codes(&edge, &secret, ["d", "e"]), [201, 429]);
        set_quota(&edge, &ann, &json!({"links": 4}));
        assert_eq!(codes(&edge, &secret, ["e", "f"]), [201, 429], "a raised quota holds at once");
        set_quota(&edge, &ann, &Value::Null);
        assert_eq!(codes(&edge, &secret, ["f", "g"]), [201, 201]);
        set_quota(&edge, &ann, &json!({"links": 7}));
        assert_eq!(codes(&edge, &secret, ["h", "i"]), [201, 429], "what was created without a quota is counted");
    }
}

/// A user at the quota cannot make every request count the links.
#[test]
fn full_quota_is_counted_once_a_minute() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links": 1}));
    let secret = secret(&edge, &ann, &json!({}));
    assert_eq!(codes(&edge, &secret, ["a"]), [201]);
    edge.wait_seconds(60);
    let scans = || {
        let trace = store_faults::watch(&edge);
        assert_eq!(codes(&edge, &secret, ["b"]), [429]);
        clear_faults(&edge);
        trace.count(|step| step == hop_core::memory::StoreStep::Scan)
    };
    let first = scans();
    assert!(first > 0);
    assert_eq!([scans(), scans()], [0, 0]);
    edge.wait_seconds(60);
    assert_eq!(scans(), first);
}

#[test]
fn lost_places_are_found_by_a_count() {
    let (edge, ann) = edge_with(CommitMode::Stepwise, &json!({"links": 3}));
    let secret = secret(&edge, &ann, &json!({}));
    let items: Vec<Value> = (0..3).map(|number| json!({"op": "create", "link": {"target": HERE, "alias": format!("n{number}")}})).collect();
    // The batch reserves three places, and dies at the record of its first link.
    assert_eq!(codes(&edge, &secret, ["a"]), [201]);
    plan(&edge, Plan::FromNth(hop_core::memory::StoreStep::AddEntry, 1));
    let (_, _lost) = run(Isolate::new(&edge).handle(Ask::batch(&items).showing(&*secret)));
    clear_faults(&edge);
    assert_eq!((places(&edge, &ann), stored_links(&edge).len()), (3, 1));
    assert_eq!(codes(&edge, &secret, ["b"]), [429]);
    edge.wait_seconds(180);
    assert_eq!(codes(&edge, &secret, ["b", "c", "d"]), [201, 201, 429]);
}

#[test]
fn batch_gives_unused_places_back() {
    for steps in BOTH_MODES {
        let (edge, ann) = edge_with(steps, &json!({"links": 9}));
        let secret = secret(&edge, &ann, &json!({"quota": {"links": 5}}));
        let item = |alias: &str| json!({"op": "create", "link": {"target": HERE, "alias": alias}});
        let answer = ask(&edge, Ask::batch(&["a", "a", "b", "!", "c"].map(item)).showing(&*secret));
        assert_eq!(answer.json()["succeeded"], 3, "{}", answer.json());
        let id = answer_key(&edge);
        assert_eq!((places(&edge, &ann), places(&edge, &format!("key_{id}"))), (3, 3), "{steps:?}");
        let answer = ask(&edge, Ask::batch(&["d", "e", "f", "g"].map(item)).showing(&*secret)).json();
        let statuses: Vec<u64> =
            answer["results"].as_array().expect("results").iter().filter_map(|result| result["status"].as_u64()).collect();
        assert_eq!(statuses, [201, 201, 429, 429], "earlier items stay");
        assert_eq!((places(&edge, &ann), stored_links(&edge).len()), (5, 5));
    }
}

#[test]
fn lost_race_for_an_alias_gives_the_place_back() {
    for_seeds("quotas", "lost_race_for_an_alias_gives_the_place_back", 30, |seed| {
        let mut random = Random::new(seed);
        let (edge, ann) = edge_with(BOTH_MODES[random.below(2)], &json!({"links": 5}));
        let secret = secret(&edge, &ann, &json!({}));
        assert_eq!(codes(&edge, &secret, ["counted"]), [201]);
        set_random_faults(&edge, DELAYS, seed);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let request = || create("a").showing(&*secret);
        let clients = isolates.iter().map(|isolate| Box::pin(isolate.ask_beside_others(request())) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        let mut codes: Vec<u16> = answers.iter().map(Answer::code).collect();
        codes.sort_unstable();
        assert_eq!((codes, places(&edge, &ann)), (vec![201, 409], 2));
    });
}

#[test]
fn failed_import_gives_unused_places_back() {
    let set_up = || {
        let (edge, ann) = edge_with(CommitMode::Stepwise, &json!({}));
        let secret = secret(&edge, &ann, &json!({"quota": {"links": 9}}));
        (edge, secret)
    };
    let lines: String = ["a", "b", "c", "d"].map(|alias| format!("{}\n", json!({"target": HERE, "alias": alias}))).concat();
    let import = |secret: &str| Ask::import("", "application/x-ndjson", lines.as_str()).showing(secret);
    let (edge, secret) = set_up();
    let trace = store_faults::watch(&edge);
    assert_eq!(ask(&edge, import(&secret)).json()["imported"], 4);
    let last_read = trace.steps().iter().rposition(|step| *step == StoreStep::GetMany).expect("lines are read one by one");
    let (edge, secret) = set_up();
    plan(&edge, Plan::At(vec![(last_read, Fault::Fail)]));
    assert_eq!(ask(&edge, import(&secret)).code(), 503);
    clear_faults(&edge);
    let created = u64::try_from(stored_links(&edge).len()).expect("few links");
    assert!((1..4).contains(&created), "{created}");
    assert_eq!(places(&edge, &format!("key_{}", answer_key(&edge))), created);
}

/// The id of the only key.
fn answer_key(edge: &MemoryEdge) -> String {
    let keys = edge.records.keys();
    keys.iter().find_map(|key| key.as_str().strip_prefix("key/")).expect("a key").to_owned()
}

/// Links on more domains than one request can count.
#[test]
fn count_may_take_several_requests() {
    for steps in BOTH_MODES {
        let edge = store_faults::edge(1, steps);
        let domains: Vec<String> = (0..60).map(|number| format!("https://d{number}.example")).collect();
        let domains = format!("https://hop.example {}", domains.join(" "));
        let settings = [("HOP_DOMAINS", domains.as_str()), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_RATE_LIMITS", "")];
        let send = |request: Ask| run(Isolate::set_up(&edge, &settings).ask(request));
        let ann = user(&edge, 'c', "editor", "in");
        let secret = secret(&edge, &ann, &json!({}));
        for number in 0..10 {
            let link = json!({"target": HERE, "alias": format!("n{number}"), "domain": format!("d{}.example", number * 6)});
            assert_eq!(send(Ask::create(&link).showing(&*secret)).code(), 201);
        }
        set_quota(&edge, &ann, &json!({"links": 11}));
        edge.set_operations(FEW_OPERATIONS);
        let mut requests = 1;
        let answer = loop {
            let answer = send(create("new").showing(&*secret));
            if answer.code() != 503 {
                break answer;
            }
            assert_eq!((answer.problem(), answer.header("retry-after")), ("budget_exhausted".into(), "0"));
            requests += 1;
            assert!(requests < 20, "the count never ends");
        };
        assert!(answer.code() == 201 && requests > 3, "{requests} requests, {}", answer.json());
        assert_exceeded(&send(create("more").showing(&*secret)), "11 links in all");
        edge.set_operations(OPERATIONS);
        assert_eq!(places(&edge, &ann), 11);
    }
}

/// Small budgets: a keyed batch ends, and takes one unit for each link.
#[test]
fn keyed_batch_with_quotas_ends_on_few_operations() {
    for steps in BOTH_MODES {
        for cost_of_takes in [1, 4] {
            let (edge, ann) = edge_with(steps, &json!({"links_per_day": 12, "links": 50}));
            let secret = secret(&edge, &ann, &json!({"quota": {"links_per_day": 50, "links": 50}}));
            edge.records.set_cost_of_takes(cost_of_takes);
            edge.set_operations(32);
            let items: Vec<Value> =
                (0..15).map(|number| json!({"op": "create", "link": {"target": HERE, "alias": format!("n{number}")}})).collect();
            let mut requests = 0;
            let last = loop {
                let answer = run(Isolate::limited(&edge).ask(Ask::batch(&items).once("a key").showing(&*secret)));
                assert_eq!(answer.code(), 200, "{}", answer.json());
                requests += 1;
                assert!(requests < 40, "the batch never ends");
                if answer.json()["untried"] == 0 {
                    break answer.json();
                }
            };
            assert_eq!((&last["succeeded"], &last["failed"]), (&json!(12), &json!(3)), "{steps:?}: {last}");
            assert_eq!((units(&edge, &ann), stored_links(&edge).len()), (12, 12));
        }
    }
}

/// Budgets around what a link under two quotas needs: a repeat creates it, or it is refused for good.
#[test]
fn creation_under_quotas_never_stalls() {
    let quota = json!({"links_per_day": 50, "links": 50});
    let mut created = 0;
    for (operations, tags, finds) in
        (18..=44).flat_map(|operations| (0..5).flat_map(move |tags| [(operations, tags, true), (operations, tags, false)]))
    {
        let (edge, ann) = edge_with(CommitMode::Stepwise, &quota);
        let secret = secret(&edge, &ann, &json!({"quota": quota}));
        assert_eq!(codes(&edge, &secret, ["counted"]), [201], "later requests need not count");
        edge.set_operations(operations);
        let tags: Vec<String> = (0..tags).map(|number| format!("t{number}")).collect();
        let link = json!({"target": THERE, "tags": tags, "find_if_exists": finds});
        let send = || run(Isolate::limited(&edge).ask(Ask::create(&link).showing(&*secret)));
        let answer = (0..4).map(|_| send()).find(|answer| answer.code() != 503);
        let code = answer.as_ref().map(Answer::code);
        let row = format!("{operations} operations, {} tags, finds: {finds}", tags.len());
        assert!(matches!(code, Some(201 | 422)), "{row}: {code:?}");
        created += usize::from(code == Some(201));
    }
    assert!(created > 100, "{created} links were created");
}

/// The smallest budgets that suffice for a link, where a unit may take four operations: by quota, on both stores.
#[test]
fn creation_asks_for_no_more_operations_than_its_quotas_need() {
    let both = json!({"links_per_day": 9, "links": 9});
    for (quota, smallest) in
        [(Value::Null, [9, 15]), (json!({"links": 9}), [11, 17]), (json!({"links_per_day": 9}), [10, 19]), (both, [12, 21])]
    {
        for (steps, smallest) in BOTH_MODES.into_iter().zip(smallest) {
            let sufficient = (8..=44).filter(|operations| {
                let (edge, ann) = edge_with(steps, &quota);
                let secret = secret(&edge, &ann, &json!({}));
                assert_eq!(codes(&edge, &secret, ["counted"]), [201], "later requests need not count");
                edge.records.set_cost_of_takes(4);
                edge.set_operations(*operations);
                run(Isolate::limited(&edge).ask(create("x").showing(&*secret))).code() == 201
            });
            assert_eq!(sufficient.collect::<Vec<_>>(), (smallest..=44).collect::<Vec<_>>(), "{quota}, {steps:?}");
        }
    }
}

/// A batch that its budget cuts off has taken a unit and a place for each link that it created, and no others.
#[test]
fn cut_off_batch_keeps_no_unused_place_or_unit() {
    for (steps, cost) in BOTH_MODES.into_iter().flat_map(|steps| [(steps, 1), (steps, 4)]) {
        for operations in 14..=70 {
            let (edge, ann) = edge_with(steps, &json!({"links_per_day": 50, "links": 50}));
            let secret = secret(&edge, &ann, &json!({}));
            assert_eq!(codes(&edge, &secret, ["counted"]), [201], "later requests need not count");
            edge.records.set_cost_of_takes(cost);
            edge.set_operations(operations);
            let item = |alias: &str| json!({"op": "create", "link": {"target": HERE, "alias": alias}});
            let items = ["a", "counted", "b", "counted", "c", "counted", "d"].map(item);
            let answer = run(Isolate::limited(&edge).ask(Ask::batch(&items).once("k").showing(&*secret)));
            let created = u64::try_from(stored_links(&edge).len()).expect("a few links");
            let row = format!("{operations} operations, {cost} for a take, {steps:?}: {}", answer.code());
            assert_eq!((units(&edge, &ann), places(&edge, &ann)), (created, created), "{row}");
        }
    }
}

#[test]
fn unkeyed_batch_with_quotas_is_refused_unless_it_fits() {
    let (edge, ann) = edge_with(CommitMode::Stepwise, &json!({"links_per_day": 50, "links": 50}));
    let secret = secret(&edge, &ann, &json!({}));
    edge.records.set_cost_of_takes(4);
    edge.set_operations(32);
    let item = |number: usize| json!({"op": "create", "link": {"target": HERE, "alias": format!("n{number}")}});
    let send = |items: usize| ask(&edge, Ask::batch(&(0..items).map(item).collect::<Vec<_>>()).showing(&*secret));
    let refused = send(50);
    assert_eq!(refused.code(), 422);
    let detail = refused.json()["errors"][0]["detail"].as_str().expect("a detail").to_owned();
    let most: usize = detail.chars().filter(char::is_ascii_digit).take(1).collect::<String>().parse().expect("a number");
    assert_eq!((send(most + 1).code(), most > 0), (422, true), "{detail}");
    assert_eq!(send(most).json()["succeeded"], most);
}

#[test]
fn failed_take_creates_no_link() {
    let (edge, ann) = edge_with(CommitMode::Transaction, &json!({"links_per_day": 5}));
    let secret = secret(&edge, &ann, &json!({}));
    let trace = store_faults::watch(&edge);
    assert_eq!(codes(&edge, &secret, ["a"]), [201]);
    clear_faults(&edge);
    let step = trace.steps().iter().position(|step| *step == StoreStep::Write).expect("a take");
    plan(&edge, Plan::At(vec![(step, Fault::Fail)]));
    let failed = ask(&edge, create("b").showing(&*secret));
    clear_faults(&edge);
    assert_eq!((failed.code(), failed.problem()), (503, "store_unavailable".into()), "without a count no link is created");
    assert_eq!((codes(&edge, &secret, ["b"]), count(&edge, "link/")), ([201], 2));
}

#[test]
fn quota_is_set_shown_and_patched() {
    let edge = MemoryEdge::new(1);
    let made = ask(&edge, Ask::post("/api/v1/users", &json!({"email": "a@example.com", "quota": {"links": 7}})));
    assert_eq!((made.code(), &made.json()["quota"]), (201, &json!({"links_per_day": null, "links": 7})));
    let path = format!("/api/v1/users/{}", made.json()["id"].as_str().expect("an id"));
    let patched = |quota: &Value| ask(&edge, Ask::patch(&path, &json!({ "quota": quota }))).json();
    assert_eq!(patched(&json!({"links_per_day": 3}))["quota"], json!({"links_per_day": 3, "links": 7}));
    assert_eq!(patched(&json!({"links": null}))["quota"], json!({"links_per_day": 3, "links": null}));
    assert_eq!(patched(&json!({"links_per_day": null}))["quota"], Value::Null);
    assert_eq!(ask(&edge, Ask::list(&path)).header("etag"), "\"4\"");
    assert_eq!(patched(&Value::Null)["quota"], Value::Null);
    assert_eq!(ask(&edge, Ask::list(&path)).header("etag"), "\"4\"", "nothing changed");
    let events = ask(&edge, Ask::list("/api/v1/audit")).json();
    let events = events["items"].as_array().expect("events").iter();
    let mut details: Vec<&str> = events.filter_map(|event| event["detail"].as_str()).collect();
    details.sort_unstable();
    assert_eq!(
        details,
        ["no quota", "quota: links a day 3, links 7", "quota: links a day 3, links any", "quota: links a day any, links 7"]
    );
}

#[test]
fn invalid_quotas_are_refused_by_name() {
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, 'c', "editor", "in");
    for (quota, field, code) in [
        (json!({"links": 0}), "/quota/links", "out_of_range"),
        (json!({"links": 100_001}), "/quota/links", "out_of_range"),
        (json!({"links_per_day": 4_294_967_297_u64}), "/quota/links_per_day", "out_of_range"),
        (json!({"links_per_day": -1}), "/quota/links_per_day", "wrong_type"),
        (json!({"links_per_day": "5"}), "/quota/links_per_day", "wrong_type"),
        (json!({"a_day": 5}), "/quota/a_day", "unknown"),
        (json!(5), "/quota", "wrong_type"),
    ] {
        let path = format!("/api/v1/users/{ann}");
        let new = Ask::post("/api/v1/users", &json!({"email": "b@example.com", "quota": quota}));
        for request in [Ask::patch(&path, &json!({"quota": quota})), new, new_key(&ann, &["links:write"], &json!({"quota": quota}))] {
            let answer = ask(&edge, request);
            let error = &answer.json()["errors"][0];
            assert_eq!((answer.code(), &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{quota}: {}", answer.json());
        }
    }
}

#[test]
fn key_cannot_create_one_with_a_higher_quota() {
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, 'c', "admin", "in");
    let limited = secret(&edge, &ann, &json!({"quota": {"links_per_day": 5}}));
    let code = |quota: &Value| ask(&edge, new_key(&ann, &["links:write"], &json!({"quota": quota})).showing(&*limited)).code();
    assert_eq!(
        [
            Value::Null,
            json!({"links": 5}),
            json!({"links_per_day": 6}),
            json!({"links_per_day": 5}),
            json!({"links_per_day": 1, "links": 3})
        ]
        .map(|quota| code(&quota)),
        [403, 403, 403, 201, 201]
    );
}
