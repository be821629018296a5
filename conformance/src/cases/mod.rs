//! What must hold, by HTTP alone. A case is a function; its name says what it shows.

mod aliases;
mod audit;
mod batch;
mod blocked;
mod bodies;
mod changes;
mod claims;
mod clicks;
mod cors;
mod credentials;
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
mod keys;
mod limits;
mod links;
mod list;
mod machines;
mod matrix;
mod methods;
mod metrics;
mod pages;
mod passwords;
mod paths;
mod qr;
mod renames;
mod shorten;
mod slow_writes;
mod spending;
mod tags;
mod tutorial;
mod unavailable;
mod upserts;
mod users;
mod visits;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::world::World;

/// One thing that must hold.
pub struct Case {
    /// `topic::what_it_shows`
    pub name: String,
    /// Fails by panicking.
    pub check: fn(&World),
    /// The edges it can be shown on; all of them if there is none.
    only: &'static [Edge],
}

impl Case {
    /// Whether `edge` can show it.
    #[must_use]
    pub fn runs_on(&self, edge: Edge) -> bool {
        self.only.is_empty() || self.only.contains(&edge)
    }
}

/// Every case.
#[must_use]
pub fn all() -> Vec<Case> {
    let topics = [
        links::cases(),
        changes::cases(),
        limits::cases(),
        blocked::cases(),
        upserts::cases(),
        renames::cases(),
        history::cases(),
        audit::cases(),
        list::cases(),
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
        shorten::cases(),
        follow::cases(),
        visits::cases(),
        spending::cases(),
        passwords::cases(),
        clicks::cases(),
        slow_writes::cases(),
        claims::cases(),
        bodies::cases(),
        credentials::cases(),
        keys::cases(),
        matrix::cases(),
        paths::cases(),
        methods::cases(),
        hosts::cases(),
        machines::cases(),
        metrics::cases(),
        cors::cases(),
        headers::cases(),
        pages::cases(),
        unavailable::cases(),
        durability::cases(),
        tutorial::cases(),
    ];
    topics.into_iter().flatten().collect()
}

/// Lists functions of a module as its cases.
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

/// The answers to `calls`, all of them made at once where the store decides between guarded writes. Where it does not, both moves of a link could
/// be made, and no answer and no state after it would say anything of hop: there one call follows the other, which still shows what the loser is
/// told. That one of several at once wins on a store with generations is shown by `core/tests`, in any order of their steps.
fn race<F: FnOnce() -> Answer + Send>(edge: Edge, calls: Vec<F>) -> Vec<Answer> {
    if !edge.has_atomic_writes() {
        return calls.into_iter().map(|call| call()).collect();
    }
    std::thread::scope(|scope| {
        let calls: Vec<_> = calls.into_iter().map(|call| scope.spawn(call)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

/// A moment as text that is sorted as time is: without its `Z` a second comes before its fractions.
fn moment(value: &Value) -> &str {
    value.as_str().unwrap().trim_end_matches('Z')
}

/// Where most links of the suite lead.
const TARGET: &str = "https://example.com/";

fn create(hop: &Deployment, body: &Value) -> Answer {
    hop.send(&Call::post_json("/api/v1/links", body))
}

/// A new link under `alias`.
#[track_caller]
fn link(hop: &Deployment, alias: &str, target: &str) -> Value {
    let created = create(hop, &json!({"alias": alias, "target": target})).expect(201).json();
    readable(hop, alias, |link| link.is_some());
    created
}

/// The address of a link in the API.
fn address(alias: &str) -> String {
    format!("/api/v1/links/{alias}")
}

/// Shows a link as the admin.
fn show(hop: &Deployment, alias: &str) -> Answer {
    hop.send(&Call::get(address(alias)).admin())
}

/// Asks for a link until it is as wanted, for ten seconds: an edge may need a moment until a write can be read.
#[track_caller]
fn readable(hop: &Deployment, alias: &str, wanted: impl Fn(Option<&Value>) -> bool) -> Option<Value> {
    eventually(&format!("{alias} is as wanted"), || {
        let answer = show(hop, alias);
        let link = (answer.status == 200).then(|| answer.json());
        wanted(link.as_ref()).then_some(link)
    })
}

/// Asks until there is an answer, for thirty seconds.
#[track_caller]
fn eventually<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < give_up, "it did not come about that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The errors of a problem as pairs of field and code.
fn field_errors(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().expect("a problem lists its errors");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}
