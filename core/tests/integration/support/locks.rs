//! Links with a password or a confirmation page, and requests that fill in these pages.

use hop_core::Body;
use hop_core::memory::MemoryEdge;
use http::Method;
use http::header::COOKIE;
use serde_json::{Value, json};

use super::client::Answer;
use super::sample_link::HERE;
use super::{Ask, Isolate, run};

pub(crate) const PASSWORD: &str = "open sesame, please";

/// `PASSWORD`, hashed with the cheapest Argon2 parameters, because tests verify it thousands of times.
pub(crate) const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$K4NS+1MBMxwDvwhfm5Be5Nb3Udr7NqkNPF4ug1qYuko";

/// Imports a link with the password `PASSWORD`.
pub(crate) fn bring_locked(mut link: Value) -> Ask {
    link["password_hash"] = json!(HASH);
    Ask::import("", "application/x-ndjson", link.to_string())
}

/// Submits the password form of a link.
pub(crate) fn type_in(alias: &str, password: &str) -> Ask {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("password", password).finish();
    Ask { body: Body::Whole(form.into_bytes()), ..press(alias) }
}

/// Submits the confirmation form of a link.
pub(crate) fn press(alias: &str) -> Ask {
    Ask { method: Method::POST, ..Ask::visit(alias) }
}

/// Sends a request on a new isolate.
pub(crate) fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// An edge with the link `docs` with these fields. The field `locked` sets the password `PASSWORD`.
pub(crate) fn edge_with(settings: &Value) -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    let mut link = json!({"alias": "docs", "target": HERE});
    let fields = link.as_object_mut().expect("an object");
    fields.extend(settings.as_object().expect("an object").clone());
    let is_locked = fields.remove("locked").is_some();
    let made = ask(&edge, if is_locked { bring_locked(link) } else { Ask::create(&link) });
    assert!(made.code() < 300, "{:?}", made.json());
    edge
}

/// Changes `docs` on another isolate.
pub(crate) fn change(edge: &MemoryEdge, patch: &Value) {
    assert_eq!(ask(edge, Ask::change("docs", patch)).code(), 200, "{patch}");
}

/// The cookie that unlocking `docs` sets, as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> String {
    assert_eq!((answer.code(), answer.header("location")), (303, "/docs"));
    answer.header("set-cookie").split(';').next().expect("a pair").to_owned()
}

/// Follows `docs` with a cookie.
pub(crate) fn with_cookie(cookie: &str) -> Ask {
    Ask::visit("docs").header(COOKIE, cookie)
}
