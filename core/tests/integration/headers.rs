//! `Strict-Transport-Security`: sent for configured domains with HTTPS, and never with a redirect.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::Answer;
use crate::support::{Ask, Isolate, run};
use hop_core::memory::MemoryEdge;
use http::Method;
use serde_json::json;

fn ask(isolate: &Isolate<'_>, url: &str) -> Answer {
    run(isolate.ask(Ask::to(Method::GET, url.to_owned())))
}

#[test]
fn https_domains_send_strict_transport_security() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": "docs"})))).code(), 201);
    assert_eq!(run(isolate.ask(Ask::post("/api/v1/domains", &json!({"domain": "added.example"})))).code(), 201);
    for (url, code, is_sent) in [
        ("https://hop.example/", 200, true),
        ("https://HOP.example./capabilities", 200, true),
        ("https://hop.example:8443/nothing", 404, true),
        ("https://hop.example/api/v1/links", 401, true),
        ("https://hop.example/docs", 302, false),
        ("http://b.example:8080/capabilities", 200, false),
        ("https://b.example/nothing", 404, false),
        // A domain added through the API must not bind everything on its host to HTTPS for a year.
        ("https://added.example/", 200, false),
        ("https://evil.example/", 404, false),
        ("https://evil.example/ready", 200, false),
    ] {
        let answer = ask(&isolate, url);
        assert_eq!(answer.code(), code, "{url}");
        let expected = if is_sent { "max-age=31536000" } else { "" };
        assert_eq!(answer.header("strict-transport-security"), expected, "{url}");
    }
    let misconfigured = Isolate::set_up(&edge, &[("HOP_DOMAINS", "https://hop.example nonsense")]);
    assert_eq!(ask(&misconfigured, "https://hop.example/").header("strict-transport-security"), "");
}
