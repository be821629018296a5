//! Single changes on a small operation budget: each completes within a few requests, or is refused before its first
//! write.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use crate::support::audit::{check_list, check_no_stray_entries, count, stored_links, text};
use crate::support::client::{ADMIN_KEY, Answer};
use crate::support::keys::{KEYS, SCOPES, key, new_key, user};
use crate::support::replay::OnFailure;
use crate::support::sample_link::{HERE, THERE};
use crate::support::store_faults::{self, FEW_OPERATIONS, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, MemoryEdge, OPERATIONS, StoreStep};
use hop_core::ports::Commit;
use hop_core::store::{AuditEntry, Change, Expect, Key, commit_stepwise};
use serde_json::{Value, json};

const USERS: &str = "/api/v1/users";

/// An upper bound on the requests that a change needs.
const MAX_REQUESTS: usize = 40;

/// A change, and the world it is made in.
struct Case {
    name: &'static str,
    prepare: fn(&World),
    ask: fn(&World) -> Ask,
    /// Whether the change was made.
    is_done: fn(&World) -> bool,
    /// Whether it may be refused with 422, as too many tags.
    may_be_refused: bool,
}

/// An edge, and the key of the caller.
struct World {
    edge: MemoryEdge,
    secret: String,
}

impl World {
    fn new(steps: CommitMode, has_issued_key: bool) -> Self {
        let edge = store_faults::edge(1, steps);
        let secret = if has_issued_key { issued_key(&edge) } else { ADMIN_KEY.to_owned() };
        // A user to transfer links to.
        user(&edge, 'c', "editor", "in");
        Self { edge, secret }
    }

    fn ask(&self, ask: Ask) -> Answer {
        run(Isolate::limited(&self.edge).ask(ask.showing(self.secret.as_str())))
    }

    #[track_caller]
    fn done(&self, ask: Ask) -> Value {
        let answer = self.ask(ask);
        assert!(answer.code() < 300, "{}", answer.json());
        answer.json()
    }

    /// The JSON that a GET of `path` returns.
    fn get(&self, path: &str) -> Value {
        self.ask(Ask::list(path)).json()
    }

    /// Makes a link with the tags `a0` to `a9`.
    fn tagged(&self, alias: &str) {
        self.done(Ask::create(&json!({"target": HERE, "alias": alias, "tags": tags('a'), "external_id": alias})));
    }

    fn has_tags(&self, alias: &str, letter: char) -> bool {
        self.get(&format!("/api/v1/links/{alias}"))["tags"] == json!(tags(letter))
    }

    /// All records except those of API keys, idempotency keys and rate limits, which change with every request.
    fn records(&self) -> BTreeMap<String, Vec<u8>> {
        let records = &self.edge.records;
        let keys = records.keys().into_iter().filter(|key| !["key/", "once/", "rate/"].iter().any(|class| key.as_str().starts_with(class)));
        keys.map(|key| (key.as_str().to_owned(), records.peek(&key).expect("a listed key has a record").value)).collect()
    }
}

/// An owner's key that another owner issued. Checking it takes the most operations of all keys.
fn issued_key(edge: &MemoryEdge) -> String {
    let (first, second) = (user(edge, 'a', "owner", "in"), user(edge, 'b', "owner", "in"));
    let (_, issuer) = key(edge, &first, &SCOPES, &json!({}));
    let made = run(Isolate::limited(edge).ask(new_key(&second, &SCOPES, &json!({})).showing(issuer)));
    assert_eq!(made.code(), 201, "{}", made.json());
    text(&made.json()["secret"])
}

fn tags(letter: char) -> Vec<String> {
    (0..10).map(|number| format!("{letter}{number}")).collect()
}

fn docs(world: &World) {
    world.tagged("docs");
}

fn user_id(letter: char) -> String {
    format!("usr_{}", letter.to_string().repeat(17))
}

const CASES: &[Case] = &[
    Case {
        name: "create",
        prepare: |_| {},
        ask: |_| Ask::create(&json!({"target": HERE, "alias": "docs", "tags": tags('a')})),
        is_done: |world| world.has_tags("docs", 'a'),
        may_be_refused: true,
    },
    Case {
        name: "create with a key",
        prepare: |_| {},
        ask: |_| Ask::create(&json!({"target": HERE, "tags": tags('a')})).once("a key"),
        is_done: |world| stored_links(&world.edge).len() == 1,
        may_be_refused: true,
    },
    Case {
        name: "find or create among many to one target",
        prepare: |world| {
            for number in 0..30 {
                world.done(Ask::create(&json!({"target": HERE, "title": format!("{number}")})));
            }
        },
        ask: |_| Ask::create(&json!({"target": HERE, "alias": "docs", "tags": tags('a'), "find_if_exists": true})),
        is_done: |world| world.has_tags("docs", 'a'),
        may_be_refused: true,
    },
    Case {
        name: "create where a link was erased",
        prepare: |world| {
            docs(world);
            world.done(Ask::remove("/api/v1/links/docs?erase=true"));
        },
        ask: |_| Ask::create(&json!({"target": HERE, "alias": "docs", "tags": tags('a')[..6]})),
        is_done: |world| world.ask(Ask::visit("docs")).code() == 302,
        may_be_refused: true,
    },
    Case {
        name: "create where a deleted link was",
        prepare: |world| {
            docs(world);
            for target in [THERE, HERE, THERE] {
                world.done(Ask::change("docs", &json!({"target": target})));
            }
            world.done(Ask::delete("docs"));
        },
        ask: |_| Ask::create(&json!({"target": "https://example.com/new", "alias": "docs", "tags": tags('b'), "reuse": true})),
        is_done: |world| world.has_tags("docs", 'b'),
        may_be_refused: true,
    },
    Case {
        name: "change all tags",
        prepare: docs,
        ask: |_| Ask::change("docs", &json!({"tags": tags('b')})),
        is_done: |world| world.has_tags("docs", 'b'),
        may_be_refused: true,
    },
    Case {
        name: "move",
        prepare: docs,
        ask: |_| Ask::change("docs", &json!({"alias": "new"})),
        is_done: |world| world.has_tags("new", 'a') && !stored_links(&world.edge).contains_key("docs"),
        may_be_refused: true,
    },
    Case {
        name: "move with other tags and keep the old alias",
        prepare: docs,
        ask: |_| Ask::change("docs", &json!({"alias": "new", "tags": tags('b'), "keep_old_alias": true})),
        is_done: |world| world.has_tags("new", 'b') && world.ask(Ask::visit("docs")).code() == 302,
        may_be_refused: true,
    },
    Case {
        name: "move to where a deleted link was",
        prepare: |world| {
            docs(world);
            world.tagged("new");
            world.done(Ask::delete("new"));
        },
        ask: |_| Ask::change("docs", &json!({"alias": "new", "reuse": true, "title": "T"})),
        is_done: |world| world.get("/api/v1/links/new")["title"] == "T",
        may_be_refused: true,
    },
    Case {
        name: "restore",
        prepare: |world| {
            docs(world);
            world.done(Ask::delete("docs"));
        },
        ask: |_| Ask::restore("docs"),
        is_done: |world| world.ask(Ask::visit("docs")).code() == 302,
        may_be_refused: true,
    },
    Case {
        name: "delete",
        prepare: docs,
        ask: |_| Ask::delete("docs"),
        is_done: |world| world.ask(Ask::visit("docs")).code() == 410,
        may_be_refused: true,
    },
    Case {
        name: "erase",
        prepare: |world| {
            docs(world);
            for number in 0..12 {
                world.done(Ask::change("docs", &json!({"title": format!("{number}"), "max_clicks": number + 5})));
                assert_eq!(world.ask(Ask::visit("docs")).code(), 302);
            }
        },
        ask: |_| Ask::remove("/api/v1/links/docs?erase=true"),
        is_done: |world| {
            let left = ["history/", "takes/", "stats/", "link-"].map(|prefix| count(&world.edge, prefix));
            world.ask(Ask::show("docs")).code() == 404 && left == [0; 4]
        },
        may_be_refused: false,
    },
    Case {
        name: "erase after a crashed move",
        prepare: |world| {
            docs(world);
            world.done(Ask::create(&json!({"target": THERE, "alias": "new", "tags": tags('b'), "crawlable": true})));
            world.done(Ask::delete("new"));
            // The third write finalizes the move.
            let trace = plan(&world.edge, Plan::FromNth(StoreStep::Write, 3));
            let ask = Ask::change("docs", &json!({"alias": "new", "reuse": true, "crawlable": true})).showing(world.secret.as_str());
            let (_answer, _lost) = run(Isolate::limited(&world.edge).handle(ask));
            clear_faults(&world.edge);
            assert!(trace.count(|step| step == StoreStep::Write) >= 3, "the third write was never reached");
        },
        ask: |_| Ask::remove("/api/v1/links/new?erase=true"),
        is_done: |world| world.ask(Ask::show("new")).code() == 404 && count(&world.edge, "history/") == 0,
        may_be_refused: false,
    },
    Case {
        name: "upsert a new link",
        prepare: |_| {},
        ask: |_| Ask::create(&json!({"target": HERE, "alias": "docs", "tags": tags('a'), "external_id": "x", "update_if_exists": true})),
        is_done: |world| world.has_tags("docs", 'a'),
        may_be_refused: true,
    },
    Case {
        name: "upsert an existing link",
        prepare: docs,
        ask: |_| Ask::create(&json!({"target": THERE, "tags": tags('b'), "external_id": "docs", "update_if_exists": true})),
        is_done: |world| world.has_tags("docs", 'b'),
        may_be_refused: true,
    },
    Case {
        name: "rename a tag",
        prepare: |world| ["docs", "two", "three", "four"].iter().for_each(|alias| world.tagged(alias)),
        ask: |_| Ask::patch("/api/v1/tags/a0", &json!({"tag": "b0"})),
        is_done: |world| world.get("/api/v1/links?tag=b0")["items"].as_array().is_some_and(|items| items.len() == 4),
        may_be_refused: true,
    },
    Case {
        name: "delete a user with links",
        prepare: |world| {
            for alias in ["docs", "two", "three", "four"] {
                world.tagged(alias);
                world.done(Ask::change(alias, &json!({"owner": user_id('c')})));
            }
        },
        ask: |_| Ask::remove(&format!("{USERS}/{}?links_to=none", user_id('c'))),
        is_done: |world| {
            let list = world.get("/api/v1/links");
            let owners: Vec<&Value> = list["items"].as_array().into_iter().flatten().map(|link| &link["owner"]).collect();
            owners == [&Value::Null; 4] && world.ask(Ask::list(&format!("{USERS}/{}", user_id('c')))).code() == 404
        },
        may_be_refused: false,
    },
    Case {
        name: "transfer a link",
        prepare: docs,
        ask: |_| Ask::change("docs", &json!({"owner": user_id('c')})),
        is_done: |world| world.get("/api/v1/links/docs")["owner"] == user_id('c'),
        may_be_refused: true,
    },
    Case {
        name: "create a user",
        prepare: |_| {},
        ask: |_| Ask::post(USERS, &json!({"email": "d@example.com", "role": "owner"})),
        is_done: |world| {
            let list = world.get(USERS);
            list["items"].as_array().into_iter().flatten().filter(|user| user["email"] == "d@example.com").count() == 1
        },
        may_be_refused: false,
    },
    Case {
        name: "make a user an owner",
        prepare: |_| {},
        ask: |_| Ask::patch(&format!("{USERS}/{}", user_id('c')), &json!({"role": "owner"})),
        is_done: |world| world.get(&format!("{USERS}/{}", user_id('c')))["role"] == "owner",
        may_be_refused: false,
    },
    Case {
        name: "invite a user",
        prepare: |world| {
            let made = world.done(Ask::post(USERS, &json!({"email": "d@example.com", "role": "editor"})));
            assert!(made["id"].is_string());
        },
        ask: |world| {
            let list = world.get(USERS);
            let id = list["items"].as_array().into_iter().flatten().find(|user| user["email"] == "d@example.com").expect("the user exists")
                ["id"]
                .clone();
            let asked = Ask::post(&format!("{USERS}/{}/invite", text(&id)), &json!({}));
            Ask { body: Body::Whole(Vec::new()), ..asked }
        },
        is_done: |_| true,
        may_be_refused: false,
    },
    Case {
        name: "add a domain",
        prepare: |_| {},
        ask: |_| Ask::post("/api/v1/domains", &json!({"domain": "c.example", "root": HERE})),
        is_done: |world| world.get("/api/v1/domains/c.example")["root"] == HERE,
        may_be_refused: false,
    },
    Case {
        name: "change a domain",
        prepare: |world| drop(world.done(Ask::post("/api/v1/domains", &json!({"domain": "c.example", "root": HERE})))),
        ask: |_| Ask::patch("/api/v1/domains/c.example", &json!({"root": THERE})),
        is_done: |world| world.get("/api/v1/domains/c.example")["root"] == THERE,
        may_be_refused: false,
    },
    Case {
        name: "delete a domain",
        prepare: |world| drop(world.done(Ask::post("/api/v1/domains", &json!({"domain": "c.example", "root": HERE})))),
        ask: |_| Ask::remove("/api/v1/domains/c.example"),
        is_done: |world| world.ask(Ask::list("/api/v1/domains/c.example")).code() == 404,
        may_be_refused: false,
    },
    Case {
        name: "create a key",
        prepare: |_| {},
        ask: |_| new_key(&user_id('c'), &["links:read"], &json!({"domains": ["hop.example", "b.example"]})),
        is_done: |world| {
            let list = world.get(KEYS);
            list["items"].as_array().into_iter().flatten().filter(|key| key["owner"] == user_id('c')).count() == 1
        },
        may_be_refused: false,
    },
    Case {
        name: "move to another domain",
        prepare: docs,
        ask: |_| Ask::change("docs", &json!({"domain": "b.example"})),
        is_done: |world| world.get("/api/v1/links/docs?domain=b.example")["tags"] == json!(tags('a')),
        may_be_refused: true,
    },
];

/// Sends a request until it is done or refused. Returns the last answer and the number of requests.
fn send(world: &World, ask: &Ask) -> (Answer, usize) {
    for requests in 1..=MAX_REQUESTS {
        let answer = world.ask(ask.again());
        match (answer.code(), answer.problem().as_str()) {
            (503, "budget_exhausted") => assert_eq!(answer.header("retry-after"), "0"),
            (200, _) if answer.json()["done"] == false => {}
            _ => return (answer, requests),
        }
    }
    panic!("the request never ends");
}

/// Runs a case with a budget of `operations`. Returns whether the change was made; otherwise it was refused.
fn try_on(case: &Case, operations: u32, steps: CommitMode, has_issued_key: bool) -> bool {
    let world = World::new(steps, has_issued_key);
    (case.prepare)(&world);
    let ask = (case.ask)(&world);
    let before = world.records();
    world.edge.set_operations(operations);
    let (answer, _) = send(&world, &ask);
    world.edge.set_operations(OPERATIONS);
    if case.name != "move to another domain" {
        check_list(&world.edge);
    }
    check_no_stray_entries(&world.edge);
    if answer.code() == 422 && case.may_be_refused {
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("/tags"), &json!("too_many")));
        assert!(world.records() == before, "a refused change wrote something");
        return false;
    }
    assert!(answer.code() < 300, "{} {}", answer.code(), answer.json());
    assert!((case.is_done)(&world), "the change was not made");
    true
}

/// Runs all cases with every budget.
fn try_all(steps: CommitMode, has_issued_key: bool) {
    for case in CASES {
        let mut was_done = false;
        for operations in (FEW_OPERATIONS..=60).chain([OPERATIONS]) {
            let _guard = OnFailure::print(format!("\n{}, {operations} operations, {steps:?}, issued key: {has_issued_key}\n", case.name));
            let is_done = try_on(case, operations, steps, has_issued_key);
            assert!(is_done || !was_done, "it was made with a smaller budget, and is refused with this one");
            was_done = is_done;
        }
        assert!(was_done, "{} is refused with {OPERATIONS} operations", case.name);
    }
}

#[test]
fn stepwise_changes_complete_or_are_refused() {
    try_all(CommitMode::Stepwise, false);
}

#[test]
fn stepwise_changes_with_issued_key_complete() {
    try_all(CommitMode::Stepwise, true);
}

#[test]
fn transaction_changes_complete_or_are_refused() {
    try_all(CommitMode::Transaction, false);
}

#[test]
fn transaction_changes_with_issued_key_complete() {
    try_all(CommitMode::Transaction, true);
}

#[test]
fn refused_change_rolls_back_within_its_limit() {
    // Index entries (of two) and audit events (of one) that are left after the rollback.
    for (repeated, max_undo_operations, left) in [
        (false, None, [0, 0]),
        (false, Some(3), [0, 0]),
        (false, Some(2), [1, 0]),
        (false, Some(1), [2, 0]),
        (false, Some(0), [2, 1]),
        // An earlier try may have been applied, so the record is read first.
        (true, None, [0, 0]),
        (true, Some(4), [0, 0]),
        (true, Some(2), [2, 0]),
        (true, Some(1), [2, 1]),
    ] {
        let world = World::new(CommitMode::Stepwise, false);
        docs(&world);
        let change = Change {
            key: Key::stored("link/hop.example/docs".to_owned()),
            expect: Expect::Absent,
            value: "{}".to_owned(),
            token: "another".to_owned(),
            attachments: Vec::new(),
            audit_entry: Some(AuditEntry { key: Key::stored("test-note".to_owned()), value: "{}".to_owned(), expires_at: None }),
            index_adds: ["test-entry/1", "test-entry/2"].map(|key| Key::stored(key.to_owned())).to_vec(),
            removes: Vec::new(),
            word_adds: Vec::new(),
            word_removes: Vec::new(),
            expires_at: None,
            repeated,
            max_undo_operations,
        };
        assert_eq!(run(commit_stepwise(&world.edge.records, &change)), Ok(Commit::Conflict));
        let found = ["test-entry/", "test-note"].map(|prefix| count(&world.edge, prefix));
        assert_eq!(found, left, "repeated: {repeated}, limit: {max_undo_operations:?}");
    }
}
