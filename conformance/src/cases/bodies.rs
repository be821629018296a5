//! Request bodies: each kind of mistake has its own problem, and wrong fields are named.

use super::{cases, field_errors};
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("bodies":
    invalid_json_is_malformed,
    wrong_fields_are_named,
    integers_may_have_a_point_or_exponent,
    all_wrong_fields_are_reported_at_once,
    large_body_is_refused,
    body_at_the_limit_is_accepted,
    truncated_body_creates_nothing,
    other_media_types_are_refused,
    media_type_may_have_parameters,
);

fn post(path: &str, body: impl Into<Vec<u8>>) -> Call {
    Call::new("POST", path).admin().header("Content-Type", "application/json").body(body)
}

fn invalid_json_is_malformed(world: &World) {
    let deep = format!("{{\"target\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"{\"target\":\"https://example.com/\",}",
        b"target=https://example.com/",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\\ud800\"}",
        b"{}{}",
        deep.as_bytes(),
    ];
    for path in ["/api/v1/links", "/shorten"] {
        for body in bodies {
            let problem = world.hop().send(&post(path, body)).problem(400, "malformed_json");
            assert_eq!(field_errors(&problem), [], "{path}");
        }
    }
}

fn wrong_fields_are_named(world: &World) {
    let long_alias = format!(r#"{{"target":"https://example.com/","alias":"{}"}}"#, "a".repeat(129));
    let long_target = format!(r#"{{"target":"https://example.com/{}"}}"#, "a".repeat(8_192));
    let placeholders = format!(r#"{{"target":"https://example.com/{}"}}"#, "{path.0}".repeat(21));
    for (body, field, code) in [
        ("[]", "", "wrong_type"),
        ("null", "", "wrong_type"),
        ("\"x\"", "", "wrong_type"),
        ("{}", "/target", "required"),
        (r#"{"target":null}"#, "/target", "required"),
        (r#"{"target":""}"#, "/target", "required"),
        (r#"{"target":5}"#, "/target", "wrong_type"),
        (r#"{"target":["https://example.com/"]}"#, "/target", "wrong_type"),
        (r#"{"target":"https://example.com/","target":"https://example.org/"}"#, "/target", "duplicate"),
        (r#"{"target":"example.com"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/a b"}"#, "/target", "invalid"),
        (r#"{"target":"https:docs?://x"}"#, "/target", "invalid"),
        (r#"{"target":"https:u:p@example.com/?x=://a"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/\u0000"}"#, "/target", "invalid"),
        (r#"{"target":"https:\\\\example.com"}"#, "/target", "invalid"),
        (r#"{"target":"https://{path.0}.example/"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/{path.10}"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/{query}"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/{path|a/b}"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/%2{path}"}"#, "/target", "invalid"),
        (r#"{"target":"https://example.com/{path}/.."}"#, "/target", "invalid"),
        (&placeholders, "/target", "too_many"),
        (r#"{"target":"javascript:alert(1)"}"#, "/target", "scheme_not_allowed"),
        (r#"{"target":"data:text/html,x"}"#, "/target", "scheme_not_allowed"),
        (r#"{"target":"file:///etc/passwd"}"#, "/target", "scheme_not_allowed"),
        (r#"{"target":"https://u:p@example.com/"}"#, "/target", "credentials"),
        (r#"{"target":"https://HOP.example./docs"}"#, "/target", "own_domain"),
        (&long_target, "/target", "too_long"),
        (r#"{"target":"https://example.com/","alias":""}"#, "/alias", "required"),
        (r#"{"target":"https://example.com/","alias":7}"#, "/alias", "wrong_type"),
        (r#"{"target":"https://example.com/","alias":"a/b"}"#, "/alias", "invalid"),
        (r#"{"target":"https://example.com/","alias":".."}"#, "/alias", "invalid"),
        (r#"{"target":"https://example.com/","alias":"a\u202eb"}"#, "/alias", "invalid"),
        (r#"{"target":"https://example.com/","alias":"pаypal"}"#, "/alias", "invalid"),
        (r#"{"target":"https://example.com/","alias":"API"}"#, "/alias", "reserved"),
        (r#"{"target":"https://example.com/","alias":"ｈealth"}"#, "/alias", "reserved"),
        (&long_alias, "/alias", "too_long"),
        (r#"{"target":"https://example.com/","domain":"a b"}"#, "/domain", "invalid"),
        (r#"{"target":"https://example.com/","domain":false}"#, "/domain", "wrong_type"),
        (r#"{"target":"https://example.com/","redirect_status":303}"#, "/redirect_status", "out_of_range"),
        (r#"{"target":"https://example.com/","redirect_status":"302"}"#, "/redirect_status", "wrong_type"),
        (r#"{"target":"https://example.com/","redirect_status":302.5}"#, "/redirect_status", "wrong_type"),
        (r#"{"target":"https://example.com/","redirect_status":-302}"#, "/redirect_status", "wrong_type"),
        (r#"{"target":"https://example.com/","max_clicks":9007199254740992}"#, "/max_clicks", "out_of_range"),
        (r#"{"target":"https://example.com/","max_clicks":1e300}"#, "/max_clicks", "out_of_range"),
        (r#"{"target":"https://example.com/","titel":"x"}"#, "/titel", "unknown"),
        (r#"{"target":"https://example.com/","a/b~c":1}"#, "/a~1b~0c", "unknown"),
    ] {
        let problem = world.hop().send(&post("/api/v1/links", body)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())], "{body}");
    }
}

fn integers_may_have_a_point_or_exponent(world: &World) {
    for (number, clicks) in [("5.0", 5), ("1e2", 100), ("1.5E+1", 15)] {
        let body = format!(r#"{{"target":"https://example.com/","max_clicks":{number}}}"#);
        let link = world.hop().send(&post("/api/v1/links", body)).expect(201).json();
        assert_eq!(link["max_clicks"], clicks, "{number}");
    }
}

fn all_wrong_fields_are_reported_at_once(world: &World) {
    let body = r#"{"alias":"a b","redirect_status":1,"x":1,"x":2}"#;
    let response = world.hop().send(&post("/api/v1/links", body));
    let problem = response.problem(422, "invalid_fields");
    crate::contract::assert_shape(&problem, "problem");
    assert_eq!(problem["request_id"], response.header("x-request-id").unwrap());
    let expected = [("/target", "required"), ("/alias", "invalid"), ("/redirect_status", "out_of_range"), ("/x", "unknown")];
    assert_eq!(field_errors(&problem), expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
}

fn large_body_is_refused(world: &World) {
    for path in ["/api/v1/links", "/shorten"] {
        // wrangler's proxy sometimes loses the connection when hop stops reading a much larger body.
        for bytes in [64 * 1_024 + 1, 128 * 1_024] {
            let problem = world.hop().send(&post(path, vec![b' '; bytes])).problem(413, "too_large");
            assert!(problem["detail"].as_str().unwrap().contains("65536"));
        }
    }
}

fn body_at_the_limit_is_accepted(world: &World) {
    let mut body = br#"{"target":"https://example.com/"}"#.to_vec();
    body.resize(64 * 1_024, b' ');
    world.hop().send(&post("/api/v1/links", body)).expect(201);
}

/// An edge may refuse such a request itself or close the connection.
fn truncated_body_creates_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("truncated"));
    let body = format!(r#"{{"target":"https://example.com/","alias":"{alias}"}}"#);
    let truncated = post("/api/v1/links", &body.as_bytes()[..body.len() - 1]).declare_length(body.len());
    if let Some(response) = truncated.send_unless_refused(hop.address) {
        let refused = response.status == 400 || refusals::is_from_edge(world.edge, refusals::TRUNCATED_BODY, &response);
        assert!(refused, "{} {}", response.status, response.text());
    }
    super::show(hop, &alias).problem(404, "not_found");
}

fn other_media_types_are_refused(world: &World) {
    let body = r#"{"target":"https://example.com/","url":"https://example.com/"}"#;
    for path in ["/api/v1/links", "/shorten"] {
        let bare = Call::new("POST", path).admin().body(body);
        world.hop().send(&bare).problem(415, "unsupported_media_type");
        for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/ld+json", ""] {
            let call = bare.clone().header("Content-Type", media_type);
            world.hop().send(&call).problem(415, "unsupported_media_type");
        }
    }
}

fn media_type_may_have_parameters(world: &World) {
    for media_type in ["application/json; charset=utf-8", "APPLICATION/JSON", " application/json ;x=y"] {
        let call = Call::new("POST", "/shorten").admin().header("Content-Type", media_type).body(r#"{"url":"https://example.com/"}"#);
        world.hop().send(&call).expect(201);
    }
}
