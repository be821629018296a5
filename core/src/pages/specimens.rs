//! One of each page, for a browser to look at in tests.

use super::{Ask, Shown};
use crate::config::Config;
use crate::error::Problem;
use crate::response::Response;

/// A page of every kind that following a link can end with, by name, as the deployment of these settings shows it.
///
/// # Panics
/// When the settings are wrong.
#[must_use]
#[expect(clippy::panic, reason = "a test that cannot go on has failed")]
pub fn specimens(setting: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, Response)> {
    let config = Config::read(setting, |_| None).unwrap_or_else(|wrong| panic!("{wrong}"));
    let page = |ask: Ask, has_card: bool, target: Option<&str>| {
        Shown {
            short_url: "https://hop.example/docs".into(),
            title: has_card.then_some("Everything there is to know about <b>hop</b> & \"friends\""),
            description: has_card.then_some("A handbook for those who run it, call it, or have to trust it. مرحبا"),
            image: has_card.then_some("https://example.com/card.png"),
            target,
            ask,
        }
        .answer(&config, true)
    };
    let target = Some("https://example.com/a/rather/long/address/that/goes/on?for=ever&and=ever#<script>document.title='broken'</script>");
    vec![
        ("preview", page(Ask::Nothing, true, target)),
        ("preview-hidden", page(Ask::Nothing, false, None)),
        ("preview-app", page(Ask::Nothing, false, Some("my-app://open/this"))),
        ("confirm", page(Ask::Confirm, false, target)),
        ("confirm-card", page(Ask::Confirm, true, None)),
        ("password", page(Ask::Password { wrong: false }, false, None)),
        ("password-wrong", page(Ask::Password { wrong: true }, true, None)),
        ("person", page(Ask::Person, true, None)),
        ("suggestion", super::of_problem(&config.look, &Problem::no_such_link(), Some("https://hop.example/docs"))),
    ]
}
