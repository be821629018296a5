//! Search: links found by the beginnings of their words, the same with an index of words and without.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, readable};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::world::{OTHER_DOMAIN, World};

cases!("search":
    every_word_must_begin_a_word_of_the_link,
    accents_and_scripts_are_folded,
    search_combines_with_other_filters,
    changes_are_found_at_once,
    next_page_keeps_the_words,
    wrong_words_are_named,
    capabilities_say_how_words_are_searched,
);

fn list(hop: &Deployment, query: &str) -> Response {
    hop.send(&Call::get(format!("/api/v1/links?{query}")).admin())
}

/// The aliases of the links on all pages.
fn found(hop: &Deployment, query: &str) -> Vec<String> {
    let (mut aliases, mut next) = (Vec::new(), Some(format!("/api/v1/links?{query}")));
    while let Some(address) = next {
        let page = hop.send(&Call::get(address).admin()).expect(200).json();
        assert_shape(&page, "links");
        let items = page["items"].as_array().unwrap();
        assert!(page["examined"].as_u64().unwrap() >= items.len() as u64, "{query}");
        aliases.extend(items.iter().map(|link| link["alias"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(str::to_owned);
    }
    aliases
}

/// A word that begins no word of another case.
fn new_word(world: &World) -> String {
    world.alias("word").replace('-', "") + "x"
}

/// Creates a link with these fields and waits until it can be read.
fn bring(hop: &Deployment, alias: &str, fields: &Value) {
    let mut body = json!({"alias": alias, "target": TARGET});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    create(hop, &body).expect(201);
    if body["domain"].is_null() {
        readable(hop, alias, |link| link.is_some());
    }
}

fn patch(hop: &Deployment, alias: &str, patch: &Value) {
    let call = Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/json").body(patch.to_string());
    hop.send(&call).expect(200);
}

fn every_word_must_begin_a_word_of_the_link(world: &World) {
    let (hop, word) = (world.hop(), new_word(world));
    let [a, b, c] = ["a", "b", "c"].map(|end| format!("{word}-{end}"));
    bring(hop, &a, &json!({"title": "Quarterly Report"}));
    bring(hop, &b, &json!({"tags": ["quarterly"], "note": "the report\nof the board"}));
    bring(hop, &c, &json!({"target": "https://quarterly.example/reports/x?other"}));
    for (words, expected) in [
        ("quarterly+rep", vec![&c, &b, &a]),
        ("REP+Quart", vec![&c, &b, &a]),
        ("reports", vec![&c]),
        ("board", vec![&b]),
        ("uarterly", vec![]),
        ("quarterly+other", vec![]),
    ] {
        assert_eq!(found(hop, &format!("limit=100&q={word}+{words}")), expected.into_iter().cloned().collect::<Vec<_>>(), "{words}");
    }
    let beginning = &word[..word.len() - 1];
    assert!(found(hop, &format!("limit=100&q={beginning}")).contains(&a), "{beginning}");
}

fn accents_and_scripts_are_folded(world: &World) {
    let (hop, word) = (world.hop(), new_word(world));
    bring(hop, &word, &json!({"title": "Crème Straße Отчёт 季度报告 🎉", "tags": [word]}));
    for (words, is_found) in [
        ("creme", true),
        ("CR%C3%88ME+strass", true),
        ("%D0%BE%D1%82%D1%87%D0%B5%D1%82", true),
        ("%E5%AD%A3%E5%BA%A6", true),
        ("%E6%8A%A5%E5%91%8A", false),
        ("%F0%9F%8E%89", true),
    ] {
        let expected = if is_found { vec![word.clone()] } else { Vec::new() };
        assert_eq!(found(hop, &format!("limit=100&tag={word}&q={words}")), expected, "{words}");
    }
}

fn search_combines_with_other_filters(world: &World) {
    let (hop, word) = (world.hop(), new_word(world));
    let [on, off, gone, elsewhere] = ["on", "off", "gone", "elsewhere"].map(|end| format!("{word}-{end}"));
    bring(hop, &on, &json!({"tags": [word]}));
    bring(hop, &off, &json!({"tags": [word, "other"], "disabled": true}));
    bring(hop, &gone, &json!({"tags": [word]}));
    bring(hop, &elsewhere, &json!({"tags": [word], "domain": OTHER_DOMAIN}));
    hop.send(&Call::new("DELETE", address(&gone)).admin()).expect(204);
    readable(hop, &gone, |link| link.is_some_and(|link| link["state"] == "deleted"));
    for (filter, expected) in [
        ("state=disabled", vec![&off]),
        ("state=deleted", vec![&gone]),
        ("owner=none", vec![&off, &on]),
        (&format!("tag={word}&tag=other&tags=all"), vec![&off]),
        (&format!("prefix={word}-o"), vec![&off, &on]),
        ("created_to=2020-01-01T00:00:00Z", vec![]),
        ("created_from=2020-01-01T00:00:00Z", vec![&off, &on]),
    ] {
        let query = format!("limit=100&q={word}&{filter}");
        assert_eq!(found(hop, &query), expected.into_iter().cloned().collect::<Vec<_>>(), "{filter}");
    }
    assert_eq!(found(hop, &format!("limit=100&q={word}&domain={OTHER_DOMAIN}")), [elsewhere]);
}

fn changes_are_found_at_once(world: &World) {
    let (hop, word) = (world.hop(), new_word(world));
    let (alias, moved) = (format!("{word}-old"), format!("{word}-new"));
    bring(hop, &alias, &json!({"title": "before"}));
    let has = |words: &str, expected: Option<&str>| {
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(found(hop, &format!("limit=100&q={word}+{words}")), expected, "{words}");
    };
    has("before", Some(&alias));
    patch(hop, &alias, &json!({"title": "after"}));
    readable(hop, &alias, |link| link.is_some_and(|link| link["title"] == "after"));
    has("before", None);
    has("after", Some(&alias));
    patch(hop, &alias, &json!({"alias": moved}));
    readable(hop, &moved, |link| link.is_some());
    has("old", None);
    has("new+after", Some(&moved));
    hop.send(&Call::new("DELETE", format!("{}?erase=true", address(&moved))).admin()).expect(204);
    readable(hop, &moved, |link| link.is_none());
    has("after", None);
}

fn next_page_keeps_the_words(world: &World) {
    let (hop, word) = (world.hop(), new_word(world));
    let aliases: Vec<String> = (0..3).rev().map(|number| format!("{word}-{number}")).collect();
    for alias in aliases.iter().rev() {
        bring(hop, alias, &json!({"tags": [word]}));
    }
    let first = list(hop, &format!("limit=1&tag={word}&q={}+com", word.to_uppercase())).expect(200);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    assert!(next.contains(&format!("&q=com+{word}&")), "{next}");
    assert!(first.header_values("link").iter().all(|link| link.contains("&q=com+")), "{:?}", first.header_values("link"));
    assert_eq!(found(hop, &format!("limit=1&tag={word}&q={word}+com")), aliases);
    let other = next.replace("&q=com+", "&q=other+").trim_start_matches("/api/v1/links?").to_owned();
    assert_eq!(field_errors(&list(hop, &other).problem(422, "invalid_fields")), [("/cursor".into(), "invalid".into())]);
}

fn wrong_words_are_named(world: &World) {
    let (long, many) = ("a".repeat(401), (1..=9).map(|number| number.to_string()).collect::<Vec<_>>().join("+"));
    for (q, code) in [("", "required"), ("%20", "invalid"), ("%2F-", "invalid"), (&long, "too_long"), (&many, "too_many")] {
        let problem = list(world.hop(), &format!("q={q}&limit=0")).problem(422, "invalid_fields");
        let mut errors = field_errors(&problem);
        errors.sort();
        assert_eq!(errors, [("/limit".into(), "out_of_range".into()), ("/q".into(), code.into())], "{q}");
    }
    let problem = list(world.hop(), "q=a&q=b").problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/q".into(), "duplicate".into())]);
}

fn capabilities_say_how_words_are_searched(world: &World) {
    let search = world.hop().send(&Call::get("/capabilities")).expect(200).json()["search"].clone();
    // The server of the memory edge commits step by step, like KV Store.
    let (words, entries) = if world.edge == Edge::Workerd { ("indexed", json!(1_000)) } else { ("scanned", Value::Null) };
    let expected = json!({"words": words, "indexed_entries": entries, "words_per_link": 64, "query_words": 8, "query_characters": 400});
    assert_eq!(search, expected);
}
