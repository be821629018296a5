//! Tests of what the example promises.
use std::collections::{BTreeMap, BTreeSet};

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings};
use hop_conformance::edges::Edge;
use hop_conformance::world::ADMIN_KEY;
use serde_json::{Value, json};

use super::calendar::{DAY, day_of, is_weekend};
use super::fill::Fill;
use super::links::{LINKS, Link, links};
use super::replay::{Client, Replay};
use super::story::{DAYS, Owner, Part, Period, parts};
use super::visits::{Visit, visits};

/// A Monday at noon.
const NOW: u64 = 1_796_040_000_000;

fn period() -> Period {
    Period::until(NOW)
}

fn example() -> (Vec<Link>, Vec<Visit>) {
    let links = links(period().start, NOW);
    let visits = visits(&links, period().start, NOW);
    (links, visits)
}

fn owners() -> Vec<Owner> {
    ["a", "b", "c", "d"].map(|name| Owner { id: format!("usr_{name}"), key: format!("key_{name}") }).into()
}

/// Every request of the story, as it is sent.
fn told() -> Vec<String> {
    let parts = parts(period(), &owners(), "four random words", true).into_iter();
    let texts = parts.flat_map(|part| match part {
        Part::Import(lines) => lines,
        Part::Requests(requests) => requests.iter().map(|request| request.to_json("http://127.0.0.1:8787").to_string()).collect(),
    });
    texts.collect()
}

#[test]
fn story_is_always_the_same() {
    assert_eq!(told(), told());
}

#[test]
fn links_have_distinct_addresses_and_past_dates() {
    let (links, _) = example();
    let aliases: BTreeSet<&String> = links.iter().map(|link| &link.alias).collect();
    assert_eq!((links.len(), aliases.len()), (LINKS, LINKS));
    assert!(links.iter().all(|link| link.created_at < NOW));
    assert!(links.iter().filter(|link| link.created_at >= period().start).count() > 200);
}

#[test]
fn targets_are_on_reserved_domains() {
    for link in example().0 {
        let text = Value::Object(link.fields).to_string();
        let hosts = text.split("://").skip(1).filter_map(|rest| rest.split(['/', '"']).next());
        for host in hosts {
            assert!(["example.com", "example.org", "example.net"].iter().any(|domain| host.ends_with(domain)), "{host}");
        }
    }
}

#[test]
fn visits_are_in_order_and_follow_existing_links() {
    let (links, visits) = example();
    let created: BTreeMap<&str, u64> = links.iter().map(|link| (link.alias.as_str(), link.created_at)).collect();
    assert!(visits.is_sorted_by_key(|visit| visit.at));
    for visit in &visits {
        assert!((period().start..NOW).contains(&visit.at));
        assert!(created.get(visit.path.as_str()).is_none_or(|created_at| *created_at < visit.at), "{}", visit.path);
    }
    assert!((15_000..40_000).contains(&visits.len()), "{}", visits.len());
}

#[test]
fn visits_grow_and_rest_on_weekends() {
    let (_, visits) = example();
    let mut days = BTreeMap::<u64, usize>::new();
    visits.iter().for_each(|visit| *days.entry(day_of(visit.at)).or_default() += 1);
    assert_eq!(u64::try_from(days.len()).unwrap(), DAYS + 1);
    let mean = |is_counted: &dyn Fn(u64) -> bool| {
        let counts: Vec<usize> = days.iter().filter(|(day, _)| is_counted(**day)).map(|(_, count)| *count).collect();
        counts.iter().sum::<usize>() / counts.len()
    };
    assert!(mean(&|day| !is_weekend(day)) * 3 > mean(&is_weekend) * 4);
    assert!(mean(&|day| day > NOW - 9 * DAY) * 2 > mean(&|day| day < NOW - 48 * DAY) * 3);
}

#[test]
fn few_links_get_most_visits() {
    let (links, visits) = example();
    let mut counts: BTreeMap<&str, usize> = links.iter().map(|link| (link.alias.as_str(), 0)).collect();
    for visit in &visits {
        if let Some(count) = counts.get_mut(visit.path.as_str()) {
            *count += 1;
        }
    }
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable();
    let top: usize = counts.iter().rev().take(LINKS / 10).sum();
    let all: usize = counts.iter().sum();
    assert!(top * 2 > all && top * 10 < all * 9, "{top} of {all}");
    assert!(counts.iter().filter(|count| **count > 0).count() > LINKS / 2);
}

fn deployment() -> Deployment {
    let settings = vec![("HOP_DOMAINS", "http://127.0.0.1 https://hop.example")];
    Deployment::start(Edge::Memory, &Settings { admin_key: Some(ADMIN_KEY), settings, ..Settings::default() })
}

fn fill(hop: &Deployment) -> Fill<'static> {
    let client = Client::new(hop.address.port(), &format!("http://{}", hop.address));
    Fill { replay: Replay::Now(client), admin_key: ADMIN_KEY, password: "four random words" }
}

#[test]
fn hop_accepts_the_whole_story_and_repeats_nothing() {
    let hop = deployment();
    let (fill, now) = (fill(&hop), super::now().unwrap());
    let owners = fill.set_up(now).unwrap();
    assert_eq!(owners.len(), 4);
    fill.tell(now, &owners, 0, &mut |_| Ok(())).unwrap();
    assert!(fill.set_up(now).is_err());
    fill.tell(now, &owners, 0, &mut |_| Ok(())).unwrap();
    for (domain, links) in [("127.0.0.1", 1_697), ("go.example", 106), ("events.example", 197)] {
        let mut next = Some(format!("/api/v1/links?limit=100&domain={domain}"));
        let mut count = 0;
        while let Some(page) = next {
            let page = hop.send(&Call::get(page).admin()).expect(200).json();
            count += page["items"].as_array().unwrap().len();
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(count, links, "{domain}");
    }
}

#[test]
fn example_joins_an_existing_owner() {
    let hop = deployment();
    let fill = fill(&hop);
    let owner = json!({"email": "you@example.com", "name": "You", "password": "four other words"});
    hop.send(&Call::post_json("/api/v1/setup", &owner)).expect(201);
    assert_eq!(fill.set_up(super::now().unwrap()).unwrap().len(), 4);
}
