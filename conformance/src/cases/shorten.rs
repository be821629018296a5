//! `POST /shorten`: a URL in, a short URL out.

use serde_json::json;

use super::{cases, eventually, field_errors};
use crate::client::Call;
use crate::contract::assert_shape;
use crate::world::World;

cases!("shorten":
    url_becomes_a_working_link,
    wrong_fields_are_named,
);

fn url_becomes_a_working_link(world: &World) {
    let hop = world.hop();
    let url = "https://example.com/long?way=to%20go#there";
    let shortened = hop.send(&Call::post_json("/shorten", &json!({"url": url}))).expect(201).json();
    assert_shape(&shortened, "shortened");
    let alias = shortened["short_id"].as_str().unwrap();
    assert_eq!(shortened["short_url"], format!("https://hop.example/{alias}"));
    assert_eq!(shortened["original_url"], url);
    let location = eventually("the new link redirects", || hop.send(&Call::get(format!("/{alias}"))).header("location"));
    assert_eq!(location, url);
}

fn wrong_fields_are_named(world: &World) {
    for (body, field, code) in [
        (json!({}), "/url", "required"),
        (json!({"url": null}), "/url", "required"),
        (json!({"url": ""}), "/url", "required"),
        (json!({"url": 5}), "/url", "wrong_type"),
        (json!({"url": "javascript:alert(1)"}), "/url", "scheme_not_allowed"),
        (json!({"url": "https://u:p@example.com/"}), "/url", "credentials"),
        (json!({"url": "https://hop.example/docs"}), "/url", "own_domain"),
        (json!({"url": "https://example.com/", "alias": "x"}), "/alias", "unknown"),
    ] {
        let problem = world.hop().send(&Call::post_json("/shorten", &body)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{body}");
    }
}
