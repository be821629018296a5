//! Links with a password, and visitors who type one.

use hop_core::Body;
use http::Method;
use serde_json::{Value, json};

use super::Ask;

pub(crate) const PASSWORD: &str = "open sesame, please";

/// `PASSWORD`, hashed as cheaply as Argon2 can: tests type it thousands of times.
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$K4NS+1MBMxwDvwhfm5Be5Nb3Udr7NqkNPF4ug1qYuko";

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
