//! Requests for the endpoints of accounts. They need a signed-in user or a one-time token, which only a deployment with
//! accounts has.

use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::{Ask, Isolate, run, store_faults};
use hop_core::Body;
use hop_core::memory::{CommitMode, MemoryEdge};
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const OTHER_PASSWORD: &str = "staple battery horse";

/// Method and path of the endpoints. The tables of other endpoints cannot have them: a row there is a fixed request.
pub(crate) const ENDPOINTS: [(&str, &str); 10] = [
    ("POST", "/api/v1/setup"),
    ("POST", "/api/v1/invitations/accept"),
    ("POST", "/api/v1/login"),
    ("POST", "/api/v1/token"),
    ("POST", "/api/v1/logout"),
    ("POST", "/api/v1/password"),
    ("POST", "/api/v1/password/reset"),
    ("GET", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/{session}"),
    ("POST", "/api/v1/users/{user}/reset"),
];

/// A deployment without an owner: Ann has signed in and has a password reset, Bob is invited.
pub(crate) struct Accounts {
    pub(crate) edge: MemoryEdge,
    /// The tokens of Ann's session.
    pub(crate) tokens: Value,
    invite_token: Value,
    reset_token: Value,
    session: String,
}

/// hop with the cheapest hash of a password. It checks those of the default cost too.
pub(crate) fn cheap(edge: &MemoryEdge) -> Isolate<'_> {
    let settings =
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_PASSWORD_COST", "1024,1")];
    Isolate::set_up(edge, &settings)
}

/// A request without a credential.
pub(crate) fn open(path: &str, body: &Value) -> Ask {
    let ask = Ask::post(path, body);
    Ask { visitor: ask.visitor.clone().without(&AUTHORIZATION), ..ask }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn done(edge: &MemoryEdge, ask: Ask) -> Value {
    let answer: Answer = run(cheap(edge).ask(ask));
    assert!(answer.code() < 300, "{}", answer.json());
    answer.json()
}

impl Accounts {
    pub(crate) fn new(steps: CommitMode) -> Self {
        let edge = store_faults::edge(1, steps);
        let edge = if steps == CommitMode::Stepwise { edge.without_cache().without_ledger() } else { edge };
        let invite = |email: &str| done(&edge, Ask::post("/api/v1/users", &json!({"email": email, "role": "editor"})));
        let [ann, bob] = ["ann@example.com", "bob@example.com"].map(invite);
        let tokens = done(&edge, open("/api/v1/invitations/accept", &json!({"token": ann["invite_token"], "password": PASSWORD})));
        let path = format!("/api/v1/users/{}/reset", text(&ann["id"]));
        let reset = done(&edge, Ask { body: Body::Whole(Vec::new()), ..Ask::post(&path, &json!({})) });
        let me = done(&edge, Ask::list("/api/v1/me").showing(text(&tokens["access_token"])));
        let session = text(&me["session"]["id"]).to_owned();
        Self { edge, tokens, invite_token: bob["invite_token"].clone(), reset_token: reset["reset_token"].clone(), session }
    }

    /// A request for the endpoint that succeeds.
    pub(crate) fn request(&self, method: &str, pattern: &str) -> Ask {
        let access = text(&self.tokens["access_token"]);
        let user = text(&self.tokens["user"]["id"]);
        match (method, pattern) {
            ("POST", "/api/v1/setup") => Ask::post(pattern, &json!({"email": "eve@example.com", "name": "Eve", "password": PASSWORD})),
            ("POST", "/api/v1/invitations/accept") => open(pattern, &json!({"token": self.invite_token, "password": PASSWORD})),
            ("POST", "/api/v1/login") => open(pattern, &json!({"email": "ann@example.com", "password": PASSWORD})),
            ("POST", "/api/v1/token" | "/api/v1/logout") => open(pattern, &json!({"refresh_token": self.tokens["refresh_token"]})),
            ("POST", "/api/v1/password") => Ask::post(pattern, &json!({"current": PASSWORD, "new": OTHER_PASSWORD})).showing(access),
            ("POST", "/api/v1/password/reset") => open(pattern, &json!({"token": self.reset_token, "new": OTHER_PASSWORD})),
            ("GET", "/api/v1/sessions") => Ask::list(pattern).showing(access),
            ("DELETE", "/api/v1/sessions/{session}") => Ask::remove(&format!("/api/v1/sessions/{}", self.session)).showing(access),
            ("POST", "/api/v1/users/{user}/reset") => {
                Ask { body: Body::Whole(Vec::new()), ..Ask::post(&format!("/api/v1/users/{user}/reset"), &json!({})) }
            }
            _ => panic!("{method} {pattern} is no endpoint of accounts"),
        }
    }
}
