//! Redirects: the `Location` byte for byte, the headers, and hostile input.

use serde_json::json;

use super::{TARGET, address, cases, create, eventually, link, readable};
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("follow":
    location_is_the_target_byte_for_byte,
    cache_control_depends_on_the_status,
    redirect_has_only_the_needed_headers,
    head_equals_get_without_a_body,
    query_is_not_forwarded_by_default,
    deleted_link_is_gone_and_restored_link_redirects,
    unknown_alias_is_not_found,
    forwarding_headers_are_ignored,
    hostile_header_bytes_cause_no_failure,
);

fn location_is_the_target_byte_for_byte(world: &World) {
    let hop = world.hop();
    for (target, location) in [
        ("https://example.com", "https://example.com"),
        ("https://example.com/?a=1&b=2#frag?ment", "https://example.com/?a=1&b=2#frag?ment"),
        ("https://example.com/%2e%2e/%2E/x", "https://example.com/%2e%2e/%2E/x"),
        ("https://example.com/a/../b/./c", "https://example.com/a/../b/./c"),
        ("https://example.com/a%2Fb%2fc", "https://example.com/a%2Fb%2fc"),
        ("https://example.com/a+b?c+d", "https://example.com/a+b?c+d"),
        ("https://example.com/a%20b?c=%20", "https://example.com/a%20b?c=%20"),
        ("HTTPS://EXAMPLE.COM:443/", "HTTPS://EXAMPLE.COM:443/"),
        ("https://example.com//double//slash", "https://example.com//double//slash"),
        ("https://example.com/%E2%9C%93", "https://example.com/%E2%9C%93"),
        ("https://example.com/\"<>`{}|^", "https://example.com/\"<>`{}|^"),
        ("https://example.com/%zz%", "https://example.com/%zz%"),
        ("https://bücher.example.org/ü?ü#ü", "https://xn--bcher-kva.example.org/%C3%BC?%C3%BC#%C3%BC"),
        ("https://example.com/日本 語".replace(' ', "%20").as_str(), "https://example.com/%E6%97%A5%E6%9C%AC%20%E8%AA%9E"),
    ] {
        let alias = world.alias("bytes");
        link(hop, &alias, target);
        let response = hop.send(&Call::get(format!("/{alias}"))).expect(302);
        assert_eq!(response.raw_header("location").unwrap(), location.as_bytes(), "{target}");
    }
}

fn cache_control_depends_on_the_status(world: &World) {
    let hop = world.hop();
    for (status, cache_control) in
        [(302, "private, no-store"), (301, "private, max-age=30"), (307, "private, max-age=30"), (308, "private, max-age=30")]
    {
        let alias = world.alias("status");
        let created = create(hop, &json!({"alias": alias, "target": TARGET, "redirect_status": status})).expect(201).json();
        assert_eq!(created["redirect_status"], status);
        readable(hop, &alias, |link| link.is_some());
        let response = hop.send(&Call::get(format!("/{alias}"))).expect(status);
        assert_eq!(response.header("cache-control").unwrap(), cache_control, "{status}");
        assert_eq!(response.header("location").unwrap(), TARGET);
    }
}

fn redirect_has_only_the_needed_headers(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("bare"));
    link(hop, &alias, TARGET);
    let response = hop.send(&Call::get(format!("/{alias}"))).expect(302);
    assert_eq!(response.header_names(), ["cache-control", "location", "referrer-policy", "x-request-id"]);
    assert!(response.body.is_empty());
    assert!(response.header("x-request-id").unwrap().starts_with("req_"));
}

fn head_equals_get_without_a_body(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("head"));
    link(hop, &alias, TARGET);
    for path in [format!("/{alias}"), "/".into(), "/nothing-here".into(), "/capabilities".into(), "/problems/not_found".into()] {
        let get = hop.send(&Call::get(path.clone()));
        let head = hop.send(&Call::new("HEAD", path.clone()));
        assert_eq!((head.status, head.header_names()), (get.status, get.header_names()), "{path}");
        assert_eq!(head.header("location"), get.header("location"));
        assert!(head.body.is_empty(), "{path}");
    }
}

fn query_is_not_forwarded_by_default(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("query"));
    link(hop, &alias, "https://example.com/?own=1");
    for query in ["?x=1", "?", "?url=https://evil.example/", "?domain=b.example"] {
        let response = hop.send(&Call::get(format!("/{alias}{query}"))).expect(302);
        assert_eq!(response.header("location").unwrap(), "https://example.com/?own=1", "{query}");
    }
}

fn deleted_link_is_gone_and_restored_link_redirects(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("gone"));
    link(hop, &alias, TARGET);
    let follow = Call::get(format!("/{alias}"));
    let first = hop.send(&follow).expect(302);
    assert_eq!(first.header("location").unwrap(), TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    let gone = eventually("visitors get 410", || Some(hop.send(&follow)).filter(|response| response.status == 410));
    gone.problem(410, "link_ended");
    assert!(gone.header("location").is_none());
    hop.send(&Call::new("POST", format!("{}/restore", address(&alias))).admin()).expect(200);
    eventually("the restored link redirects", || Some(hop.send(&follow)).filter(|response| response.status == 302));
}

fn unknown_alias_is_not_found(world: &World) {
    let problem = world.hop().send(&Call::get("/no-such-alias")).problem(404, "not_found");
    crate::contract::assert_shape(&problem, "problem");
}

fn forwarding_headers_are_ignored(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("forged"));
    link(hop, &alias, TARGET);
    let mut call = Call::get(format!("/{alias}"));
    for (name, value) in [
        ("X-Forwarded-Host", "b.example"),
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "ftp"),
        ("Forwarded", "host=b.example;for=203.0.113.9"),
        ("Fastly-Client-IP", "203.0.113.9"),
        ("X-Original-URL", "/api/v1/links"),
        ("X-Rewrite-URL", "/api/v1/links"),
        ("X-HTTP-Method-Override", "DELETE"),
    ] {
        call = call.header(name, value);
    }
    let response = hop.send(&call).expect(302);
    assert_eq!(response.header("location").unwrap(), TARGET);
    assert_eq!(hop.send(&call.clone().host("unknown.example")).status, 404);
    super::show(hop, &alias).expect(200).json();
}

fn hostile_header_bytes_cause_no_failure(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("bytes-in"));
    link(hop, &alias, TARGET);
    let values: [&[u8]; 5] = [b"\xff\xfe", "ü".as_bytes(), b"a\x7fb", b"\x80", &[b'x'; 7_000]];
    for value in values {
        for name in ["Accept", "User-Agent", "X-Anything", "Authorization", "Cookie"] {
            let response = hop.send(&Call::get(format!("/{alias}")).header(name, value));
            // An edge may refuse a byte that HTTP does not allow. All other values are accepted.
            let refused = value.contains(&0x7F) && refusals::is_from_edge(world.edge, value, &response);
            assert!(response.status == 302 || refused, "{name}: {} for {value:?}", response.status);
        }
        let response = hop.send(&Call::get("/api/v1/links").header("Authorization", [b"Bearer ", value].concat()));
        assert!(matches!(response.status, 401 | 400), "{} for {value:?}", response.status);
    }
}
