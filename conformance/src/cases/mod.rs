//! The cases of the suite: functions that test one behaviour each, over HTTP alone.

mod accounts;
mod aliases;
mod audit;
mod batch;
mod blocked;
mod blocklist;
mod bodies;
mod cached_links;
mod changes;
mod claims;
mod clicks;
mod cors;
mod credentials;
mod dashboard;
mod domains;
mod durability;
mod erase;
mod export;
mod follow;
mod headers;
mod history;
mod hosts;
mod idempotency;
mod import;
mod ingest;
mod keys;
mod ledger;
mod limits;
mod links;
mod list;
mod matrix;
mod methods;
mod metrics;
mod pages;
mod passwords;
mod paths;
mod qr;
mod quotas;
mod rate_limits;
mod renames;
mod reports;
mod rights;
mod search;
mod shorten;
mod slow_writes;
mod spending;
mod stats;
mod system;
mod tags;
mod tutorial;
mod unavailable;
mod upserts;
mod users;
mod visits;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::world::World;

/// One test of the suite.
pub struct Case {
    /// `topic::behaviour`
    pub name: String,
    /// The test. It fails by panicking.
    pub check: fn(&World),
    /// The edges it runs on; all of them if the list is empty.
    only: &'static [Edge],
}

impl Case {
    /// Whether the case runs on `edge`.
    #[must_use]
    pub fn runs_on(&self, edge: Edge) -> bool {
        self.only.is_empty() || self.only.contains(&edge)
    }
}

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    let topics = [
        links::cases(),
        changes::cases(),
        limits::cases(),
        blocked::cases(),
        blocklist::cases(),
        reports::cases(),
        upserts::cases(),
        renames::cases(),
        history::cases(),
        audit::cases(),
        list::cases(),
        search::cases(),
        export::cases(),
        batch::cases(),
        import::cases(),
        idempotency::cases(),
        aliases::cases(),
        erase::cases(),
        qr::cases(),
        domains::cases(),
        tags::cases(),
        users::cases(),
        accounts::cases(),
        dashboard::cases(),
        shorten::cases(),
        follow::cases(),
        visits::cases(),
        spending::cases(),
        passwords::cases(),
        clicks::cases(),
        stats::cases(),
        ledger::cases(),
        ingest::cases(),
        slow_writes::cases(),
        claims::cases(),
        bodies::cases(),
        credentials::cases(),
        rate_limits::cases(),
        quotas::cases(),
        keys::cases(),
        matrix::cases(),
        rights::cases(),
        paths::cases(),
        methods::cases(),
        hosts::cases(),
        system::cases(),
        metrics::cases(),
        cors::cases(),
        headers::cases(),
        pages::cases(),
        unavailable::cases(),
        cached_links::cases(),
        durability::cases(),
        tutorial::cases(),
    ];
    topics.into_iter().flatten().collect()
}

/// Lists functions of a module as the cases of a topic.
macro_rules! cases {
    ($topic:literal: $($check:ident),* $(,)?) => { $crate::cases::cases!($topic on []: $($check),*); };
    ($topic:literal on $only:tt: $($check:ident),* $(,)?) => {
        pub(super) fn cases() -> Vec<$crate::cases::Case> {
            vec![$($crate::cases::Case {
                name: concat!($topic, "::", stringify!($check)).into(),
                check: $check,
                only: &$only,
            }),*]
        }
    };
}
use cases;

/// The responses to `calls`, which are sent at once if the store's guarded writes are atomic.
///
/// Otherwise several could win, which says nothing about hop. The calls are then sent one after the other, which still
/// tests the response to the loser. `core/tests` tests concurrent writes on a store with generations, in every order.
fn race<F: FnOnce() -> Response + Send>(edge: Edge, calls: Vec<F>) -> Vec<Response> {
    if !edge.has_atomic_writes() {
        return calls.into_iter().map(|call| call()).collect();
    }
    std::thread::scope(|scope| {
        let calls: Vec<_> = calls.into_iter().map(|call| scope.spawn(call)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

/// A time as text that sorts chronologically: without its `Z`, a second sorts before its fractions.
fn sortable_time(value: &Value) -> &str {
    value.as_str().unwrap().trim_end_matches('Z')
}

/// The target of most links in the suite.
const TARGET: &str = "https://example.com/";

fn create(hop: &Deployment, body: &Value) -> Response {
    hop.send(&Call::post_json("/api/v1/links", body))
}

/// Creates a link and waits until it can be read.
#[track_caller]
fn link(hop: &Deployment, alias: &str, target: &str) -> Value {
    let created = create(hop, &json!({"alias": alias, "target": target})).expect(201).json();
    readable(hop, alias, |link| link.is_some());
    created
}

/// The path of a link in the API.
fn address(alias: &str) -> String {
    format!("/api/v1/links/{alias}")
}

/// Reads a link as the bootstrap admin.
fn show(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::get(address(alias)).admin())
}

/// Reads a link until `wanted` accepts it: on some edges a read may lag behind a write.
#[track_caller]
fn readable(hop: &Deployment, alias: &str, wanted: impl Fn(Option<&Value>) -> bool) -> Option<Value> {
    eventually(&format!("{alias} is as wanted"), || {
        let response = show(hop, alias);
        let link = (response.status == 200).then(|| response.json());
        wanted(link.as_ref()).then_some(link)
    })
}

/// Repeats `attempt` until it returns a value, for thirty seconds.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, attempt: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(Instant::now() < deadline, "not within thirty seconds: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The field errors of a problem, as pairs of field and code.
fn field_errors(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().expect("a problem lists its errors");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}
