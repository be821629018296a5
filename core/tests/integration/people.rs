//! Users and keys compared with a model of their rights: random calls, one at a time with store faults, and several at
//! once.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{KEYS, SCOPES};
use crate::support::replay::for_seeds;
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, MemoryEdge, Random};
use serde_json::{Value, json};

const USERS: &str = "/api/v1/users";

const FEW_SCOPES: [&str; 2] = ["users:admin", "keys:admin"];

const NEW_PEPPER: &str = "another-pepper-that-only-these-tests-know";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Viewer,
    Editor,
    Admin,
    Owner,
}

const ROLES: [Role; 4] = [Role::Viewer, Role::Editor, Role::Admin, Role::Owner];

impl Role {
    fn name(self) -> &'static str {
        ["viewer", "editor", "admin", "owner"][self as usize]
    }

    fn from_name(name: &Value) -> Self {
        ROLES.into_iter().find(|role| name == role.name()).expect("a role")
    }

    /// The least role that may give another user this role, and issue their keys and invitations.
    fn least_issuer(self) -> Self {
        if self >= Self::Admin { Self::Owner } else { Self::Admin }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    Disabled,
    Gone,
}

#[derive(Clone, Debug)]
struct User {
    id: String,
    email: String,
    role: Role,
    state: State,
}

#[derive(Clone, Debug)]
struct Key {
    id: String,
    secret: String,
    owner: usize,
    /// The users who must still have the right to create it.
    issuers: BTreeSet<usize>,
    max_role: Role,
    /// Whether it lacks scopes, so that it lets nobody in.
    is_narrow: bool,
    revoked: bool,
}

/// An action on users and keys, which are named by their numbers.
#[derive(Clone, Debug)]
enum Action {
    Use,
    /// With a new address, or with that of another user.
    CreateUser(Role, Option<usize>),
    GiveRole(usize, Role),
    Disable(usize, bool),
    Invite(usize),
    Delete(usize),
    /// With few scopes, or with all.
    CreateKey(usize, bool),
    Revoke(usize),
}

/// The caller: a key, or the bootstrap admin.
type Actor = Option<usize>;

/// The expected users and keys.
#[derive(Clone, Debug, Default)]
struct World {
    users: Vec<User>,
    keys: Vec<Key>,
    emails: usize,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl World {
    fn is_active(&self, user: usize) -> bool {
        self.users[user].state == State::Active
    }

    fn owners(&self) -> usize {
        self.users.iter().filter(|user| user.role == Role::Owner && user.state != State::Gone).count()
    }

    /// The role of an actor; none for an invalid key.
    fn role(&self, actor: Actor) -> Option<Role> {
        let Some(key) = actor.map(|key| &self.keys[key]) else { return Some(Role::Owner) };
        let owner = self.users[key.owner].role;
        let is_issued = key.issuers.iter().all(|issuer| self.is_active(*issuer) && self.users[*issuer].role >= owner.least_issuer());
        (!key.revoked && self.is_active(key.owner) && is_issued).then(|| owner.min(key.max_role))
    }

    fn is_narrow(&self, actor: Actor) -> bool {
        actor.is_some_and(|key| self.keys[key].is_narrow)
    }

    /// The issuers of a new key for `owner`, without the owner.
    fn issuers(&self, actor: Actor, owner: usize) -> BTreeSet<usize> {
        let Some(key) = actor.map(|key| &self.keys[key]) else { return BTreeSet::new() };
        key.issuers.iter().copied().chain([key.owner]).filter(|issuer| *issuer != owner).collect()
    }

    /// Whether giving `user` this role would invalidate the actor's own key.
    fn ends_own_key(&self, actor: Actor, user: usize, role: Role) -> bool {
        actor.is_some_and(|key| {
            let key = &self.keys[key];
            key.issuers.contains(&user) && role < self.users[key.owner].role.least_issuer()
        })
    }

    /// The status that must answer the action.
    fn expected_status(&self, actor: Actor, action: &Action) -> u16 {
        let Some(role) = self.role(actor) else { return 401 };
        if matches!(action, Action::Use) {
            return 200;
        }
        if role < Role::Admin {
            return 403;
        }
        let user = |user: &usize| &self.users[*user];
        let is_narrow = self.is_narrow(actor);
        match action {
            Action::Use => 200,
            Action::CreateUser(..) | Action::Invite(_) | Action::CreateKey(_, false) if is_narrow => 403,
            Action::CreateUser(new, _) if new.least_issuer() > role => 403,
            Action::CreateUser(_, of) => {
                let email = self.email(*of);
                let is_taken = self.users.iter().any(|user| user.email == email && user.state != State::Gone);
                if is_taken { 409 } else { 201 }
            }
            Action::GiveRole(of, _) | Action::Disable(of, _) | Action::Invite(of) | Action::Delete(of) if user(of).state == State::Gone => {
                404
            }
            Action::GiveRole(of, new) if user(of).role.max(*new) > role => 403,
            Action::GiveRole(of, new) if *new > user(of).role && (is_narrow || new.least_issuer() > role) => 403,
            Action::Invite(of) if user(of).role.least_issuer() > role => 403,
            Action::Invite(of) => {
                if self.is_active(*of) {
                    201
                } else {
                    409
                }
            }
            Action::GiveRole(of, new) => {
                let leaves_no_owner = user(of).role == Role::Owner && *new != Role::Owner && self.owners() == 1;
                let is_disabled = user(of).state == State::Disabled && *new == Role::Owner;
                if leaves_no_owner || is_disabled || self.ends_own_key(actor, *of, *new) { 409 } else { 200 }
            }
            Action::Disable(of, _) | Action::Delete(of) if user(of).role > role => 403,
            Action::Disable(of, true) | Action::Delete(of) if user(of).role == Role::Owner => 409,
            Action::Disable(..) => 200,
            Action::Delete(_) => 204,
            Action::CreateKey(owner, _) if !self.is_active(*owner) => 422,
            Action::CreateKey(owner, _) => {
                let is_own = actor.is_some_and(|key| self.keys[key].owner == *owner);
                let least = if is_own { user(owner).role } else { user(owner).role.least_issuer() };
                if role < least || self.issuers(actor, *owner).len() > 2 { 403 } else { 201 }
            }
            Action::Revoke(key) => {
                if user(&self.keys[*key].owner).role > Role::Admin.max(role) {
                    403
                } else {
                    204
                }
            }
        }
    }

    fn ask(&self, actor: Actor, action: &Action) -> Ask {
        let of = |user: &usize| format!("{USERS}/{}", self.users[*user].id);
        let ask = match action {
            Action::Use => Ask::list("/api/v1/me"),
            Action::CreateUser(role, of) => Ask::post(USERS, &json!({"email": self.email(*of), "role": role.name()})),
            Action::GiveRole(user, role) => Ask::patch(&of(user), &json!({"role": role.name()})),
            Action::Disable(user, disabled) => Ask::patch(&of(user), &json!({ "disabled": disabled })),
            Action::Invite(user) => {
                Ask { body: hop_core::Body::Whole(Vec::new()), ..Ask::post(&format!("{}/invite", of(user)), &json!({})) }
            }
            Action::Delete(user) => Ask::remove(&format!("{}?links_to=none", of(user))),
            Action::CreateKey(user, is_narrow) => {
                let scopes = if *is_narrow { &FEW_SCOPES[..] } else { &SCOPES };
                Ask::post(KEYS, &json!({"name": "k", "scopes": scopes, "owner": self.users[*user].id}))
            }
            Action::Revoke(key) => Ask::remove(&format!("{KEYS}/{}", self.keys[*key].id)),
        };
        ask.showing(actor.map_or(ADMIN_KEY, |key| &self.keys[key].secret))
    }

    /// The address of this user, or a new one.
    fn email(&self, of: Option<usize>) -> String {
        of.map_or_else(|| format!("user-{}@example.com", self.emails), |user| self.users[user].email.clone())
    }

    /// Applies an action that succeeded.
    fn apply(&mut self, actor: Actor, action: &Action, answer: &Answer) {
        match action {
            Action::Use | Action::Invite(_) => {}
            Action::CreateUser(role, _) => {
                let (id, email) = (text(&answer.json()["id"]), text(&answer.json()["email"]));
                self.users.push(User { id, email, role: *role, state: State::Active });
            }
            Action::GiveRole(user, role) => self.users[*user].role = *role,
            Action::Disable(user, disabled) => self.users[*user].state = if *disabled { State::Disabled } else { State::Active },
            Action::Delete(user) => self.users[*user].state = State::Gone,
            Action::CreateKey(owner, is_narrow) => {
                let key = Key {
                    id: text(&answer.json()["id"]),
                    secret: text(&answer.json()["secret"]),
                    owner: *owner,
                    issuers: self.issuers(actor, *owner),
                    max_role: self.role(actor).expect("the creator of a key has a role"),
                    is_narrow: *is_narrow,
                    revoked: false,
                };
                self.keys.push(key);
            }
            Action::Revoke(key) => self.keys[*key].revoked = true,
        }
    }

    fn draw(&self, random: &mut Random) -> (Actor, Action) {
        let (users, keys) = (self.users.len(), self.keys.len());
        let actor = (keys > 0 && random.below(4) > 0).then(|| random.below(keys));
        let role = |random: &mut Random| ROLES[random.below(4)];
        let action = match random.below(13) {
            0 => Action::CreateUser(role(random), None),
            1 => Action::CreateUser(role(random), (users > 0).then(|| random.below(users))),
            2 | 3 if users > 0 => Action::GiveRole(random.below(users), role(random)),
            4 | 5 if users > 0 => Action::Disable(random.below(users), random.below(2) == 0),
            6 if users > 3 => Action::Delete(random.below(users)),
            7 if keys > 3 => Action::Revoke(random.below(keys)),
            8..=10 if users > 0 => Action::CreateKey(random.below(users), random.below(4) == 0),
            11 if users > 0 => Action::Invite(random.below(users)),
            _ => Action::Use,
        };
        (actor, action)
    }

    /// Checks that hop shows the expected users and keys.
    fn check(&self, edge: &MemoryEdge) {
        let isolate = Isolate::new(edge);
        let (mut shown, mut next) = (Vec::new(), Some(USERS.to_owned()));
        while let Some(path) = next {
            let page = run(isolate.ask(Ask::list(&path))).json();
            let items = page["items"].as_array().expect("items").iter();
            shown.extend(items.map(|user| (text(&user["id"]), Role::from_name(&user["role"]), user["state"] == "disabled")));
            next = page["next"].as_str().map(str::to_owned);
        }
        let there = self.users.iter().filter(|user| user.state != State::Gone);
        let mut expected: Vec<_> = there.map(|user| (user.id.clone(), user.role, user.state == State::Disabled)).collect();
        expected.sort();
        assert_eq!(shown, expected);
        let emails: BTreeSet<&str> = self.users.iter().filter(|user| user.state != State::Gone).map(|user| &*user.email).collect();
        assert_eq!(emails.len(), shown.len(), "two users have one address: {:?}", self.users);
        for (number, key) in self.keys.iter().enumerate() {
            let me = run(isolate.ask(Ask::list("/api/v1/me").showing(&*key.secret)));
            let role = (me.code() == 200).then(|| Role::from_name(&me.json()["role"]));
            assert_eq!(role, self.role(Some(number)), "{key:?}");
        }
    }

    /// Repeats an allowed action that was not acknowledged. The repetition completes the first attempt.
    fn complete(&mut self, edge: &MemoryEdge, action: &Action) {
        let again = run(Isolate::new(edge).ask(self.ask(None, action)));
        match action {
            // The secret of a key is lost with its response.
            Action::Use | Action::CreateKey(..) => {}
            Action::CreateUser(role, of) if again.problem() == "email_taken" => {
                let list = run(Isolate::new(edge).ask(Ask::list(&format!("{USERS}?limit=100")))).json();
                let email = self.email(*of);
                let id = list["items"]
                    .as_array()
                    .expect("items")
                    .iter()
                    .find(|user| user["email"] == json!(email))
                    .map(|user| text(&user["id"]));
                let user = User { id: id.expect("the user with the address is listed"), email, role: *role, state: State::Active };
                self.users.push(user);
                let role = run(Isolate::new(edge).ask(self.ask(None, &Action::GiveRole(self.users.len() - 1, *role))));
                assert_eq!(role.code(), 200, "{}", role.json());
            }
            Action::Delete(_) if again.code() == 404 => self.apply(None, action, &again),
            _ => {
                assert!(again.code() < 300, "{action:?}: {}", again.json());
                self.apply(None, action, &again);
            }
        }
    }
}

/// The isolate for an action. Some isolates that create users already have a new pepper, under which no keys are used
/// yet.
fn isolate<'a>(edge: &'a MemoryEdge, actor: Actor, action: &Action, random: &mut Random) -> Isolate<'a> {
    if actor.is_some() || !matches!(action, Action::CreateUser(..)) || random.below(2) == 0 {
        return Isolate::new(edge);
    }
    let settings =
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", NEW_PEPPER), ("HOP_OLD_PEPPER", PEPPER)];
    Isolate::set_up(edge, &settings)
}

#[test]
fn users_and_keys_follow_the_model() {
    for_seeds("people", "users_and_keys_follow_the_model", 60, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, [CommitMode::Transaction, CommitMode::Stepwise][random.below(2)]);
        let mut world = World::default();
        for number in 0..120 {
            let (actor, action) = world.draw(&mut random);
            let expected = world.expected_status(actor, &action);
            match random.below(4) {
                0 => set_random_faults(&edge, DELAYS_AND_FAILURES, seed * 1_000 + number),
                // The writer crashes.
                1 => drop(plan(&edge, Plan::From(random.below(16), None))),
                _ => {}
            }
            let answer = run(isolate(&edge, actor, &action, &mut random).ask(world.ask(actor, &action)));
            clear_faults(&edge);
            let context = format!("{number}: {action:?} by {actor:?}: {} in {world:#?}", answer.json());
            if answer.code() == expected {
                if expected < 300 {
                    world.apply(actor, &action, &answer);
                }
                if matches!(action, Action::GiveRole(..)) && expected == 200 {
                    // The next role change corrects what a former owner's record still says.
                    world.complete(&edge, &action);
                }
            } else {
                assert_eq!(answer.code(), 503, "not {expected}: {context}");
                if expected < 300 {
                    world.complete(&edge, &action);
                }
            }
            world.emails += 1;
            if number % 10 == 9 {
                world.check(&edge);
            }
        }
    });
}

/// After concurrent actions, keys have the rights that hop shows, and the deployment still has an owner.
#[test]
fn concurrent_changes_leave_keys_their_rights() {
    for_seeds("people", "concurrent_changes_leave_keys_their_rights", 60, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, [CommitMode::Transaction, CommitMode::Stepwise][random.below(2)]);
        let mut world = World::default();
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        for round in 0..30 {
            let mut actions: Vec<(Actor, Action)> = Vec::new();
            for _ in 0..1 + random.below(3) {
                actions.push(world.draw(&mut random));
            }
            set_random_faults(&edge, DELAYS, seed * 1_000 + round);
            let clients = actions.iter().enumerate().map(|(number, (actor, action))| {
                // Concurrent creations use different addresses.
                let asking = World { emails: world.emails + number, ..world.clone() };
                Box::pin(isolates[number % 2].ask(asking.ask(*actor, action))) as Client<'_, Answer>
            });
            let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
            clear_faults(&edge);
            let owned = world.owners() > 0;
            let before = world.clone();
            for ((actor, action), answer) in actions.iter().zip(&answers) {
                assert!([200, 201, 204, 401, 403, 404, 409, 422, 503].contains(&answer.code()), "{action:?}: {}", answer.json());
                match action {
                    Action::CreateUser(..) if answer.code() == 201 => world.apply(*actor, action, answer),
                    Action::CreateKey(owner, is_narrow) if answer.code() == 201 => {
                        let key = Key {
                            id: text(&answer.json()["id"]),
                            secret: text(&answer.json()["secret"]),
                            owner: *owner,
                            issuers: before.issuers(*actor, *owner),
                            // The record says which role the creator had at that moment.
                            max_role: Role::from_name(
                                &crate::support::keys::key_record(&edge, answer.json()["id"].as_str().expect("an id"))["most"],
                            ),
                            is_narrow: *is_narrow,
                            revoked: false,
                        };
                        world.keys.push(key);
                    }
                    Action::Revoke(key) if answer.code() == 204 => world.keys[*key].revoked = true,
                    _ => {}
                }
            }
            for user in &mut world.users {
                let shown = run(isolates[0].ask(Ask::list(&format!("{USERS}/{}", user.id))));
                user.state = match (shown.code(), shown.json()["state"].as_str()) {
                    (404, _) => State::Gone,
                    (_, Some("disabled")) => State::Disabled,
                    _ => State::Active,
                };
                if user.state != State::Gone {
                    user.role = Role::from_name(&shown.json()["role"]);
                }
            }
            assert!(world.owners() > 0 || !owned, "no owner is left");
            world.check(&edge);
            world.emails += actions.len();
        }
    });
}
