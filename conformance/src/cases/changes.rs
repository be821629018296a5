//! Edits of a link, and the states it can be in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, race, readable, show};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::world::World;

const ELSEWHERE: &str = "https://example.com/elsewhere";

cases!("changes":
    merge_patch_sets_fields_and_null_resets_them,
    new_target_reaches_visitors,
    edit_respects_if_match,
    one_of_two_edits_with_one_etag_wins,
    wrong_fields_are_named_and_nothing_is_stored,
    other_media_types_are_refused,
    deleted_link_cannot_be_edited,
    delete_and_erase_respect_if_match,
    unknown_alias_is_not_found,
    edit_needs_a_key,
    disabled_link_is_gone_or_redirects_to_fallback,
    link_redirects_between_start_and_end,
    rules_are_normalized,
    largest_click_limit_depends_on_the_edge,
    password_is_never_returned,
);

fn patch(hop: &Deployment, alias: &str, body: &Value) -> Response {
    hop.send(&call(alias, body))
}

fn call(alias: &str, body: &Value) -> Call {
    Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/merge-patch+json").body(body.to_string())
}

fn merge_patch_sets_fields_and_null_resets_them(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("patched"));
    let created = link(hop, &alias, TARGET);
    let fields = json!({"title": "T", "note": "two\nlines", "external_id": "E-1", "tags": ["b", "Long Word"], "redirect_status": 307,
        "starts_at": "2020-01-01T00:00:00Z", "ends_at": "2099-01-01T02:00:00+02:00", "fallback": ELSEWHERE,
        "max_clicks": 5, "confirm": true, "forward_query": "visitor_wins", "forward_path": true, "strict": true, "crawlable": true,
        "disabled": true, "card": {"title": "CT", "description": "CD", "image": null},
        "rules": [{"id": "de", "when": conditions(), "target": ELSEWHERE}]});
    let response = patch(hop, &alias, &fields).expect(200);
    assert_eq!(response.header("etag").unwrap(), "\"2\"");
    let changed = response.json();
    assert_shape(&changed, "link");
    for (field, value) in fields.as_object().unwrap() {
        let expected = match field.as_str() {
            "tags" => json!(["b", "long-word"]),
            "ends_at" => json!("2099-01-01T00:00:00Z"),
            _ => value.clone(),
        };
        assert_eq!(changed[field], expected, "{field}");
    }
    readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 2));
    let nulls: serde_json::Map<String, Value> = fields.as_object().unwrap().keys().map(|field| (field.clone(), Value::Null)).collect();
    let mut back = patch(hop, &alias, &Value::Object(nulls)).expect(200).json();
    assert_eq!(back["version"], 3);
    for field in ["version", "updated_at"] {
        back[field] = created[field].clone();
    }
    assert_eq!(back, created);
}

fn new_target_reaches_visitors(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("moved"));
    link(hop, &alias, TARGET);
    let location = || hop.send(&Call::get(format!("/{alias}"))).expect(302).header("location").unwrap();
    assert_eq!(location(), TARGET);
    patch(hop, &alias, &json!({"target": ELSEWHERE})).expect(200);
    eventually("visitors get the new target", || (location() == ELSEWHERE).then_some(()));
}

fn edit_respects_if_match(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("seen"));
    link(hop, &alias, TARGET);
    let edit = |if_match: &str, title: &str| hop.send(&call(&alias, &json!({"title": title})).header("If-Match", if_match));
    edit("\"1\"", "a").expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 2));
    for if_match in ["\"1\"", "W/\"2\"", "2", "\"x\""] {
        edit(if_match, "b").problem(412, "version_mismatch");
    }
    hop.send(&call(&alias, &json!({"title": 0})).header("If-Match", "\"1\"")).problem(422, "invalid_fields");
    for (if_match, version) in [("\"2\"", 3), ("\"9\", \"3\"", 4), ("*", 5)] {
        assert_eq!(edit(if_match, if_match).expect(200).json()["version"], version);
        readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == version));
    }
    assert_eq!(show(hop, &alias).expect(200).json()["title"], "*");
    // An empty header counts as absent: workerd drops it before hop sees it.
    assert_eq!(edit("", "c").expect(200).json()["version"], 6);
}

fn one_of_two_edits_with_one_etag_wins(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("raced"));
    link(hop, &alias, TARGET);
    let title = |title| {
        let call = call(&alias, &json!({ "title": title })).header("If-Match", "\"1\"");
        move || hop.send(&call)
    };
    let mut statuses: Vec<u16> = race(world.edge, ["a", "b"].map(title).into()).iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

fn wrong_fields_are_named_and_nothing_is_stored(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("wrong"));
    let created = link(hop, &alias, TARGET);
    let many: Vec<String> = (0..11).map(|number| format!("t{number}")).collect();
    for (body, field, code) in [
        (json!({"title": "x", "target": null}), "/target", "required"),
        (json!({"title": "x", "target": "https://hop.example/"}), "/target", "own_domain"),
        (json!({"title": "x", "target": "https://example.com/{date|x}"}), "/target", "invalid"),
        (json!({"title": "x".repeat(513)}), "/title", "too_long"),
        (json!({"title": "a\u{202e}b"}), "/title", "invalid"),
        (json!({"title": "x", "note": "x".repeat(4_097)}), "/note", "too_long"),
        (json!({"title": "x", "external_id": "x".repeat(257)}), "/external_id", "too_long"),
        (json!({"title": "x", "tags": ["ok", "x".repeat(10_240)]}), "/tags/1", "too_long"),
        (json!({"title": "x", "tags": many}), "/tags", "too_many"),
        (json!({"title": "x", "tags": "x"}), "/tags", "wrong_type"),
        (json!({"title": "x", "ends_at": "tomorrow"}), "/ends_at", "invalid"),
        (json!({"title": "x", "starts_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}), "/ends_at", "conflicts"),
        (json!({"title": "x", "fallback": "javascript:alert(1)"}), "/fallback", "scheme_not_allowed"),
        (json!({"title": "x", "disabled": "no"}), "/disabled", "wrong_type"),
        (json!({"title": "x", "titel": "y"}), "/titel", "unknown"),
        (json!({"title": "x", "max_clicks": 0}), "/max_clicks", "out_of_range"),
        (json!({"title": "x", "confirm": "yes"}), "/confirm", "wrong_type"),
        (json!({"title": "x", "forward_query": "on"}), "/forward_query", "invalid"),
        (json!({"title": "x", "forward_path": 1}), "/forward_path", "wrong_type"),
        (json!({"title": "x", "strict": 1}), "/strict", "wrong_type"),
        (json!({"title": "x", "crawlable": 1}), "/crawlable", "wrong_type"),
        (json!({"title": "x", "password": "eleven char"}), "/password", "out_of_range"),
        (json!({"title": "x", "password": "x".repeat(1_025)}), "/password", "too_long"),
        (json!({"title": "x", "has_password": true}), "/has_password", "unknown"),
        (json!({"title": "x", "card": {}}), "/card", "required"),
        (json!({"title": "x", "card": {"title": "x".repeat(201)}}), "/card/title", "too_long"),
        (json!({"title": "x", "card": {"description": "x".repeat(501)}}), "/card/description", "too_long"),
        (json!({"title": "x", "card": {"image": "https://hop.example/i.png"}}), "/card/image", "own_domain"),
        (json!({"title": "x", "rules": vec![rule(&json!([split(1)])); 21]}), "/rules", "too_many"),
        (json!({"title": "x", "rules": [rule(&json!(vec![split(1); 11]))]}), "/rules/0/when", "too_many"),
        (json!({"title": "x", "rules": [rule(&json!([]))]}), "/rules/0/when", "required"),
        (json!({"title": "x", "rules": [{"when": [split(1)], "target": "javascript:alert(1)"}]}), "/rules/0/target", "scheme_not_allowed"),
        (json!({"title": "x", "rules": [{"when": [split(1)], "target": "https://example.com{path}"}]}), "/rules/0/target", "invalid"),
        (json!({"title": "x", "rules": [rule(&json!([split(1), {"type": "country", "any": []}]))]}), "/rules/0/when/1/any", "conflicts"),
        (json!({"title": "x", "rules": [rule(&json!([split(100)]))]}), "/rules/0/when/0/percent", "out_of_range"),
        (json!({"title": "x", "rules": [rule(&json!([{"type": "moon"}]))]}), "/rules/0/when/0/type", "invalid"),
        (json!({"title": "x", "rules": [rule(&json!([{"type": "address", "any": ["1.2.3.4/032"]}]))]}), "/rules/0/when/0/any/0", "invalid"),
        (json!([]), "", "wrong_type"),
    ] {
        let problem = patch(hop, &alias, &body).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(show(hop, &alias).expect(200).json(), created);
}

/// One condition of each type, in normal form.
fn conditions() -> Value {
    json!([
        {"type": "country", "any": ["AT", "DE"]},
        {"type": "device", "any": ["mobile", "desktop"]},
        {"type": "os", "any": ["ios"]},
        {"type": "browser", "any": ["firefox"]},
        {"type": "language", "any": ["de", "pt-BR"]},
        {"type": "query", "name": "x", "equals": "y"},
        {"type": "time", "from": "08:00", "to": "18:00", "tz": "CET-1CEST,M3.5.0,M10.5.0/3"},
        {"type": "weekday", "any": ["mon", "sun"], "tz": "Europe/Berlin"},
        {"type": "address", "any": ["192.0.2.0/24", "2001:db8::/32"]},
        {"type": "split", "percent": 30},
    ])
}

fn split(percent: u8) -> Value {
    json!({"type": "split", "percent": percent})
}

fn rule(when: &Value) -> Value {
    json!({"when": when, "target": TARGET})
}

fn rules_are_normalized(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("rules"));
    let rules = json!([
        {"when": [{"type": "country", "any": ["de", "AT", "de"]}, {"type": "query", "name": "x", "present": true}], "target": TARGET},
        {"id": "1", "when": [{"type": "weekday", "any": ["sun", "mon"], "tz": "UTC0"}], "target": ELSEWHERE},
        {"when": [{"type": "address", "any": ["2001:DB8::1"]}, {"type": "query", "name": "x", "present": false}], "target": TARGET},
    ]);
    let normal = json!([
        {"id": "2", "when": [{"type": "country", "any": ["AT", "DE"]}, {"type": "query", "name": "x", "present": true}], "target": TARGET},
        {"id": "1", "when": [{"type": "weekday", "any": ["mon", "sun"], "tz": "UTC0"}], "target": ELSEWHERE},
        {"id": "3", "when": [{"type": "address", "any": ["2001:db8::1/128"]}, {"type": "query", "name": "x", "present": false}], "target": TARGET},
    ]);
    assert_eq!(create(hop, &json!({"alias": alias, "target": TARGET, "rules": rules})).expect(201).json()["rules"], normal);
    let stored = readable(hop, &alias, |link| link.is_some()).unwrap();
    assert_eq!(stored["rules"], normal);
    let again = patch(hop, &alias, &json!({ "rules": normal })).expect(200).json();
    assert_eq!((&again["rules"], &again["version"]), (&normal, &json!(1)), "rules in normal form are no change");
}

fn largest_click_limit_depends_on_the_edge(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("limited"));
    link(hop, &alias, TARGET);
    assert_eq!(patch(hop, &alias, &json!({"max_clicks": 1_000})).expect(200).json()["max_clicks"], 1_000);
    let largest = hop.send(&Call::get("/capabilities")).expect(200).json()["limits"]["max_clicks"].clone();
    let more = patch(hop, &alias, &json!({"max_clicks": 1_001}));
    if world.edge == Edge::Viceroy {
        let problem = more.problem(422, "invalid_fields");
        assert_eq!((largest, field_errors(&problem)), (json!(1_000), vec![("/max_clicks".to_owned(), "out_of_range".to_owned())]));
    } else {
        assert_eq!((largest, more.expect(200).json()["max_clicks"].clone()), (Value::Null, json!(1_001)));
    }
}

fn password_is_never_returned(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("secret"));
    let (old, new) = ("correct horse battery", "staple correct horse");
    let created = create(hop, &json!({"alias": alias, "target": TARGET, "password": old})).expect(201);
    readable(hop, &alias, |link| link.is_some_and(|link| link["has_password"] == true));
    let changed = patch(hop, &alias, &json!({"password": new})).expect(200);
    assert_eq!(changed.json()["version"], 2);
    let read = readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 2)).unwrap();
    for text in [created.text(), changed.text(), read.to_string()] {
        assert!(text.contains("has_password") && !text.contains("\"password") && !text.contains(old) && !text.contains(new), "{text}");
        assert!(!text.contains("argon2") && !text.contains("salt"), "{text}");
    }
    assert_eq!(patch(hop, &alias, &json!({"password": null})).expect(200).json()["has_password"], false);
}

fn other_media_types_are_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("kind"));
    link(hop, &alias, TARGET);
    let bare = Call::new("PATCH", address(&alias)).admin();
    hop.send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    hop.send(&bare.clone().header("Content-Type", "text/plain").body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    hop.send(&json.clone().body("{")).problem(400, "malformed_json");
    hop.send(&json.clone().body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
    hop.send(&json.body("{}")).expect(200);
}

fn deleted_link_cannot_be_edited(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("deleted"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    patch(hop, &alias, &json!({"title": "x"})).problem(410, "link_ended");
    assert_eq!(show(hop, &alias).expect(200).json()["title"], Value::Null);
}

fn delete_and_erase_respect_if_match(world: &World) {
    let hop = world.hop();
    for (name, query) in [("seen", ""), ("erased", "?erase=true")] {
        let alias = world.alias(name);
        link(hop, &alias, TARGET);
        patch(hop, &alias, &json!({"title": "T"})).expect(200);
        readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 2));
        let delete = |if_match: &str| hop.send(&Call::new("DELETE", address(&alias) + query).admin().header("If-Match", if_match));
        delete("\"1\"").problem(412, "version_mismatch");
        assert_eq!(show(hop, &alias).expect(200).json()["state"], "live");
        delete("\"2\"").expect(204);
    }
}

fn unknown_alias_is_not_found(world: &World) {
    patch(world.hop(), &world.alias("never"), &json!({"title": "x"})).problem(404, "not_found");
}

fn edit_needs_a_key(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("mine"));
    link(hop, &alias, TARGET);
    let unsigned = Call::new("PATCH", address(&alias)).header("Content-Type", "application/json").body(r#"{"title":"x"}"#);
    hop.send(&unsigned).problem(401, "unauthenticated");
    hop.send(&unsigned.header("Authorization", "Bearer x")).problem(401, "unauthenticated");
    assert_eq!(show(hop, &alias).expect(200).json()["title"], Value::Null);
}

fn disabled_link_is_gone_or_redirects_to_fallback(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("disabled"));
    link(hop, &alias, TARGET);
    let follow = || hop.send(&Call::get(format!("/{alias}")));
    assert_eq!(patch(hop, &alias, &json!({"disabled": true})).expect(200).json()["state"], "disabled");
    let gone = eventually("the link is disabled", || Some(follow()).filter(|response| response.status != 302));
    gone.problem(410, "link_ended");
    patch(hop, &alias, &json!({"fallback": ELSEWHERE})).expect(200);
    let response = eventually("the link redirects to its fallback", || Some(follow()).filter(|response| response.status == 302));
    assert_eq!(response.header("location").unwrap(), ELSEWHERE);
    assert_eq!(response.header("cache-control").unwrap(), "private, no-store");
}

/// The moment `seconds` from now, as the API writes it.
fn in_seconds(seconds: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    hop_core::Timestamp::from_millis(u64::try_from((now + Duration::from_secs(seconds)).as_millis()).unwrap()).to_string()
}

fn link_redirects_between_start_and_end(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("timed"));
    let body = json!({"alias": alias, "target": TARGET, "starts_at": in_seconds(4), "ends_at": in_seconds(9)});
    assert_eq!(create(hop, &body).expect(201).json()["state"], "scheduled");
    readable(hop, &alias, |link| link.is_some());
    let follow = || hop.send(&Call::get(format!("/{alias}")));
    follow().problem(404, "not_found");
    eventually("the link has started", || Some(follow()).filter(|response| response.status == 302));
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "live");
    let gone = eventually("the link has ended", || Some(follow()).filter(|response| response.status != 302));
    gone.problem(410, "link_ended");
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "ended");
}
