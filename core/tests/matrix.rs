//! Who may do what: every route for everybody, on the memory edge. The same runs over HTTP as a conformance case.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "../../conformance/src/rights/mod.rs"]
mod rights;
mod support;

use std::cell::Cell;

use hop_core::Timestamp;
use hop_core::memory::{MemoryEdge, Planted};
use hop_core::ports::Edge as _;
use http::{HeaderName, Method};
use rights::{Ask, Hop, Reply, matrix, within};
use support::client::{ADMIN_KEY, Ask as Request, PEPPER};
use support::{Isolate, run};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// hop in memory, whose users and keys are planted.
struct Memory {
    edge: MemoryEdge,
    names: Cell<u32>,
}

impl Memory {
    fn new() -> Self {
        Self { edge: MemoryEdge::new(1), names: Cell::new(0) }
    }

    fn plant(&self, owner: &str, key: &Planted<'_>) -> String {
        self.edge.plant_key(PEPPER, owner, key).unwrap()
    }

    fn next(&self) -> u32 {
        self.names.set(self.names.get() + 1);
        self.names.get()
    }
}

impl Hop for Memory {
    fn send(&self, ask: &Ask) -> Reply {
        let method = Method::from_bytes(ask.method.as_bytes()).unwrap();
        let mut request = Request::to(method, format!("http://hop.example{}", ask.path));
        for (name, value) in &ask.headers {
            request = request.header(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
        if let Some(body) = &ask.body {
            request.body = hop_core::Body::Whole(body.clone().into_bytes());
        }
        let answer = run(Isolate::new(&self.edge).ask(request));
        let challenge = answer.headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        Reply { status: answer.code(), challenge, body: String::from_utf8_lossy(&answer.body).into_owned() }
    }

    fn admin_key(&self) -> String {
        ADMIN_KEY.into()
    }

    fn user(&self, role: &str) -> String {
        let number: String = format!("{:05}", self.next()).chars().map(|digit| if digit == '0' { 'o' } else { digit }).collect();
        let id = format!("usr_somebodyhere{number}");
        self.edge.records.plant_user(&id, role, "in");
        id
    }

    fn give_role(&self, user: &str, role: &str) {
        self.edge.records.plant_user(user, role, "in");
    }

    fn disable(&self, user: &str) {
        self.edge.records.plant_user(user, "admin", "disabled");
    }

    fn key(&self, owner: &str, scopes: &[&str], domains: Option<&[&str]>) -> String {
        self.plant(owner, &Planted { scopes: Some(scopes), domains, ..Planted::default() })
    }

    fn revoked_key(&self, owner: &str) -> String {
        self.plant(owner, &Planted { is_revoked: true, ..Planted::default() })
    }

    fn expired_key(&self, owner: &str) -> String {
        self.plant(owner, &Planted { expires_at: Some(self.edge.now()), ..Planted::default() })
    }

    fn name(&self, stem: &str) -> String {
        format!("{stem}-{}", self.next())
    }
}

#[test]
fn everybody_may_what_the_table_says_and_no_more() {
    let wrong = matrix::wrong_cells(&Memory::new());
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_route_has_a_row() {
    matrix::check_table();
}

/// Each of the checks behind the first one is a test of its own.
macro_rules! within {
    ($($check:ident),* $(,)?) => { $(#[test] fn $check() { within::$check(&Memory::new()); })* };
}

within!(
    a_blocked_link_is_frozen_for_all_but_who_may_block,
    blocks_and_owners_are_for_who_manages_links,
    each_item_of_a_batch_is_judged_by_itself,
    an_alias_of_anothers_deleted_link_is_not_reused,
    a_key_for_a_domain_reaches_no_other,
    an_old_alias_belongs_to_whom_its_link_belongs_to,
    hashes_of_passwords_are_for_who_manages_links,
    what_exists_is_looked_for_among_ones_own,
    clicks_are_told_with_their_scope_alone,
    writers_without_read_get_references,
    a_cursor_is_good_for_who_was_given_it,
    a_repeated_request_is_known_by_who_sent_it,
    tags_are_renamed_by_who_manages_links,
    a_key_may_what_its_owner_may_now,
    what_nobody_owns_is_for_admins,
);

/// Whoever is not in, is not in.
#[test]
fn a_key_opens_nothing_for_who_is_not_let_in() {
    let hop = Memory::new();
    let user = hop.user("owner");
    let key = hop.key(&user, &rights::people::SCOPES, None);
    for (standing, status) in [("disabled", 401), ("in", 200), ("gone", 401), ("in", 200)] {
        hop.edge.records.plant_user(&user, "owner", standing);
        assert_eq!(hop.send(&Ask::to("GET", "/api/v1/links").with(&key)).status, status, "{standing}");
    }
    let nobodys = hop.key("usr_nobodyherewhatsoever", &rights::people::SCOPES, None);
    assert_eq!(hop.send(&Ask::to("GET", "/api/v1/links").with(&nobodys)).status, 401);
}

/// To the millisecond.
#[test]
fn a_key_is_good_until_it_ends() {
    let hop = Memory::new();
    let user = hop.user("viewer");
    let now = hop.edge.now().as_millis();
    for (end, status) in [(now - 1, 401), (now, 401), (now + 1, 200)] {
        let key = hop.plant(&user, &Planted { expires_at: Some(Timestamp::from_millis(end)), ..Planted::default() });
        assert_eq!(hop.send(&Ask::to("GET", "/api/v1/links").with(&key)).status, status, "{end}");
    }
}

#[test]
fn an_owner_is_whom_both_the_team_and_their_own_record_name() {
    let hop = Memory::new();
    let (user, other) = (hop.user("owner"), hop.user("viewer"));
    let [of_user, of_other] = [&user, &other].map(|user| hop.key(user, &rights::people::SCOPES, None));
    let role = |key: &str| hop.send(&Ask::to("GET", "/api/v1/me").with(key)).expect(200)["role"].as_str().unwrap().to_owned();
    assert_eq!((role(&of_user), role(&of_other)), ("owner".into(), "viewer".into()));
    hop.edge.records.plant_owners(&[&other]);
    assert_eq!((role(&of_user), role(&of_other)), ("admin".into(), "viewer".into()));
    hop.edge.records.plant_owners(&[]);
    assert_eq!(role(&of_user), "admin");
}
