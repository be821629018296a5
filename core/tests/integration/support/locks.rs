//! Links that ask something of their visitors, and visitors who do it.

use hop_core::Body;
use hop_core::memory::MemoryEdge;
use http::Method;
use http::header::COOKIE;
use serde_json::{Value, json};

use super::client::Answer;
use super::link_cache::HERE;
use super::{Ask, Isolate, run};

pub(crate) const PASSWORD: &str = "open sesame, please";

/// `PASSWORD`, hashed as cheaply as Argon2 can: tests type it thousands of times.
pub(crate) const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$K4NS+1MBMxwDvwhfm5Be5Nb3Udr7NqkNPF4ug1qYuko";

/// Brings a link along that asks for `PASSWORD`, with whatever else is said of it.
pub(crate) fn bring_locked(mut link: Value) -> Ask {
    link["password_hash"] = json!(HASH);
    Ask::import("", "application/x-ndjson", link.to_string())
}

/// Fills in the form of a link's page.
pub(crate) fn type_in(alias: &str, password: &str) -> Ask {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("password", password).finish();
    Ask { body: Body::Whole(form.into_bytes()), ..press(alias) }
}

/// Presses the button of a link's page.
pub(crate) fn press(alias: &str) -> Ask {
    Ask { method: Method::POST, ..Ask::visit(alias) }
}

/// Asks on an isolate that remembers nothing.
pub(crate) fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// An edge with the link `docs`, of which this is said; `locked` is for `PASSWORD`.
pub(crate) fn edge_with(said: &Value) -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    let mut link = json!({"alias": "docs", "target": HERE});
    let fields = link.as_object_mut().expect("an object");
    fields.extend(said.as_object().expect("an object").clone());
    let is_locked = fields.remove("locked").is_some();
    let made = ask(&edge, if is_locked { bring_locked(link) } else { Ask::create(&link) });
    assert!(made.code() < 300, "{:?}", made.json());
    edge
}

/// Changes `docs` on another isolate.
pub(crate) fn change(edge: &MemoryEdge, patch: &Value) {
    assert_eq!(ask(edge, Ask::change("docs", patch)).code(), 200, "{patch}");
}

/// The cookie that opening `docs` brings, as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> String {
    assert_eq!((answer.code(), answer.header("location")), (303, "/docs"));
    answer.header("set-cookie").split(';').next().expect("a pair").to_owned()
}

/// Comes to `docs` with a cookie.
pub(crate) fn with_cookie(cookie: &str) -> Ask {
    Ask::visit("docs").header(COOKIE, cookie)
}
