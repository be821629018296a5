//! The blocklist of hosts: its endpoints, links that are refused, and the warning in place of a redirect. Its
//! deployment is its own, because a blocklist that was used once costs each request a little more.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, readable};
use crate::client::{Call, Response};
use crate::contract::{assert_shape, example};
use crate::deployment::Deployment;
use crate::world::World;

const LIST: &str = "/api/v1/blocklist";

cases!("blocklist":
    host_is_added_listed_and_deleted,
    long_list_is_paged,
    link_to_a_listed_host_is_refused,
    visitors_get_a_warning_instead_of_a_redirect,
    domain_redirect_to_a_listed_host_is_a_warning,
    link_shorteners_are_refused_unless_allowed,
    wrong_fields_are_named,
    other_media_types_are_refused,
    blocklist_needs_a_key,
);

fn block(hop: &Deployment, body: &Value) -> Response {
    hop.send(&Call::post_json(LIST, body))
}

fn unblock(hop: &Deployment, host: &str) -> Response {
    hop.send(&Call::new("DELETE", format!("{LIST}/{host}")).admin())
}

/// Every listed host.
#[track_caller]
fn listed(hop: &Deployment) -> Vec<Value> {
    let (mut hosts, mut next) = (Vec::new(), Some(LIST.to_owned()));
    while let Some(path) = next {
        let page = hop.send(&Call::get(path).admin()).expect(200).json();
        assert_shape(&page, "blocklist");
        hosts.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    hosts
}

/// Lists a host and waits until a link to it is refused.
#[track_caller]
fn blocked(hop: &Deployment, host: &str) {
    block(hop, &json!({"host": host, "reason": "phishing"})).expect(201);
    let link = json!({"target": format!("https://{host}/")});
    eventually("the host is refused", || (create(hop, &link).status == 422).then_some(()));
}

fn host_is_added_listed_and_deleted(world: &World) {
    let (hop, host) = (world.blocklist(), format!("{}.example", world.alias("added")));
    let response = block(hop, &json!({"host": host.to_uppercase(), "subdomains": true, "reason": "phishing"})).expect(201).json();
    let mut expected = example("blocked-host");
    (expected["host"], expected["created_by"], expected["created_at"]) = (json!(host), Value::Null, response["created_at"].clone());
    assert_eq!(response, expected);
    eventually("the host is listed", || listed(hop).contains(&expected).then_some(()));
    block(hop, &json!({ "host": host })).problem(409, "host_listed");
    assert!(unblock(hop, &host).expect(204).body.is_empty());
    eventually("the host is not listed", || listed(hop).iter().all(|item| item["host"] != *host).then_some(()));
    eventually("the host is gone", || (unblock(hop, &host).status == 404).then_some(()));
    unblock(hop, &host).problem(404, "not_found");
    unblock(hop, "a%20b").problem(404, "not_found");
    block(hop, &json!({"host": host, "subdomains": false})).expect(201);
}

fn long_list_is_paged(world: &World) {
    let hop = world.blocklist();
    let hosts: Vec<String> = (0..5).map(|_| format!("{}.example", world.alias("paged"))).collect();
    for host in &hosts {
        block(hop, &json!({ "host": host })).expect(201);
    }
    let is_known = |item: &Value| hosts.iter().any(|host| item["host"] == **host);
    eventually("all hosts are listed", || (listed(hop).iter().filter(|item| is_known(item)).count() == hosts.len()).then_some(()));
    let first = hop.send(&Call::get(format!("{LIST}?limit=2")).admin()).expect(200).json();
    let next = first["next"].as_str().unwrap();
    assert!(next.starts_with("/api/v1/blocklist?limit=2&cursor="), "{next}");
    hop.send(&Call::get(next).admin()).expect(200);
    let forged = hop.send(&Call::get(format!("{next}x")).admin()).problem(422, "invalid_fields");
    assert_eq!(field_errors(&forged), [("/cursor".into(), "invalid".into())]);
}

fn link_to_a_listed_host_is_refused(world: &World) {
    let (hop, host, alias) = (world.blocklist(), format!("{}.example", world.alias("evil")), world.alias("mine"));
    create(hop, &json!({"target": TARGET, "alias": alias})).expect(201);
    readable(hop, &alias, |link| link.is_some());
    blocked(hop, &host);
    let evil = format!("https://www.{}.:8443/{{path}}", host.to_uppercase());
    let rules = json!([{"when": [{"type": "country", "any": ["AT"]}], "target": evil}]);
    let all =
        json!({"target": evil, "fallback": format!("https://{host}"), "rules": rules, "card": {"image": format!("https://{host}/i")}});
    let fields = ["/target", "/fallback", "/rules/0/target", "/card/image"].map(|field| (field.to_owned(), "blocked_host".to_owned()));
    assert_eq!(field_errors(&create(hop, &all).problem(422, "invalid_fields")), fields);
    let change = Call::new("PATCH", address(&alias)).admin().json(&all);
    assert_eq!(field_errors(&hop.send(&change).problem(422, "invalid_fields")), fields);
    let shorten = hop.send(&Call::post_json("/shorten", &json!({ "url": evil }))).problem(422, "invalid_fields");
    assert_eq!(field_errors(&shorten), [("/url".into(), "blocked_host".into())]);
    let items = json!({"items": [{"op": "create", "link": {"target": evil}}, {"op": "update", "alias": alias, "patch": {"target": evil}}]});
    let results = hop.send(&Call::post_json("/api/v1/batch", &items)).expect(200).json();
    assert_eq!(field_errors(&results["results"][0]["problem"]), [("/link/target".into(), "blocked_host".into())]);
    assert_eq!(field_errors(&results["results"][1]["problem"]), [("/patch/target".into(), "blocked_host".into())]);
    let line = json!({ "target": evil }).to_string();
    let import = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(line);
    let results = hop.send(&import).expect(200).json();
    assert_eq!(field_errors(&results["results"][0]["problem"]), [("/target".into(), "blocked_host".into())]);
    let domain = json!({"domain": format!("{}.example", world.alias("own")), "root": evil});
    let problem = hop.send(&Call::post_json("/api/v1/domains", &domain)).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/root".into(), "blocked_host".into())]);
    assert_eq!(readable(hop, &alias, |link| link.is_some()).unwrap()["target"], TARGET);
}

fn visitors_get_a_warning_instead_of_a_redirect(world: &World) {
    let (hop, host, alias) = (world.blocklist(), format!("{}.example", world.alias("harm")), world.alias("lure"));
    let link = json!({"target": format!("https://www.{host}/{{path}}"), "alias": alias, "redirect_status": 301});
    create(hop, &link).expect(201);
    readable(hop, &alias, |link| link.is_some());
    blocked(hop, &host);
    for path in [format!("/{alias}"), format!("/{alias}/a?b=c"), format!("/{alias}+")] {
        let response = hop.send(&Call::get(path.as_str()));
        let problem = response.problem(403, "blocked_target");
        assert!(problem["detail"].as_str().unwrap().contains(&format!("www.{host}")), "{problem}");
        assert_eq!((response.header("location"), response.header("cache-control").as_deref()), (None, Some("no-store")));
        let page = hop.send(&Call::get(path).header("Accept", "text/html"));
        let text = page.expect(403).text();
        assert!(text.contains("This link may be harmful") && text.contains(&host), "{text}");
        let anchor = format!("href=\"/report?url=https%3A%2F%2Fhop.example%2F{alias}\"");
        assert!(text.contains(&anchor) && text.matches("href").count() == 1, "the target is no link: {text}");
    }
    hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(403);
    let explained = hop.send(&Call::post_json(&format!("{}/explain", address(&alias)), &json!({}))).expect(200).json();
    assert_eq!((&explained["answer"], &explained["status"]), (&json!("blocked_target"), &json!(403)));
}

fn domain_redirect_to_a_listed_host_is_a_warning(world: &World) {
    let (hop, host, domain) = (world.blocklist(), format!("{}.example", world.alias("root")), format!("{}.example", world.alias("site")));
    let root = format!("https://{host}/");
    hop.send(&Call::post_json("/api/v1/domains", &json!({"domain": domain, "root": root, "not_found": root}))).expect(201);
    blocked(hop, &host);
    // A data centre learns of the entry as of an edit, within a minute. An edit of the domain is seen at once.
    let patch = json!({"ended": "https://example.com/"});
    hop.send(&Call::new("PATCH", format!("/api/v1/domains/{domain}")).json(&patch).admin()).expect(200);
    for path in ["/", "/no-such-link"] {
        let response =
            eventually("the domain is served", || Some(hop.send(&Call::get(path).host(&domain))).filter(|response| response.status != 404));
        response.problem(403, "blocked_target");
    }
}

fn link_shorteners_are_refused_unless_allowed(world: &World) {
    let (hop, alias) = (world.blocklist(), world.alias("chain"));
    let link = json!({"target": "https://www.bit.ly/3abc", "alias": alias});
    assert_eq!(field_errors(&create(hop, &link).problem(422, "invalid_fields")), [("/target".into(), "link_shortener".into())]);
    let hop = world.case_insensitive();
    create(hop, &link).expect(201);
    readable(hop, &alias, |link| link.is_some());
    assert_eq!(hop.send(&Call::get(format!("/{alias}"))).expect(302).header("location").unwrap(), "https://www.bit.ly/3abc");
}

fn wrong_fields_are_named(world: &World) {
    let hop = world.blocklist();
    let post = |body: &Value| Call::post_json(LIST, body);
    for (call, field, code) in [
        (post(&json!({})), "/host", "required"),
        (post(&json!({"host": "https://evil.example/"})), "/host", "invalid"),
        (post(&json!({"host": "127.0.0.1", "subdomains": true})), "/subdomains", "conflicts"),
        (post(&json!({"host": "evil.example", "reason": ""})), "/reason", "required"),
        (post(&json!({"host": "evil.example", "x": 1})), "/x", "unknown"),
        (Call::get("/api/v1/blocklist?cursor=***").admin(), "/cursor", "invalid"),
        (Call::new("DELETE", "/api/v1/blocklist/evil.example?x=y").admin(), "/x", "unknown"),
    ] {
        assert_eq!(field_errors(&hop.send(&call).problem(422, "invalid_fields")), [(field.to_owned(), code.to_owned())]);
    }
}

fn other_media_types_are_refused(world: &World) {
    let bare = Call::new("POST", LIST).admin();
    world.blocklist().send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    world.blocklist().send(&json.clone().body("{")).problem(400, "malformed_json");
    world.blocklist().send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
}

fn blocklist_needs_a_key(world: &World) {
    let json = Call::new("POST", LIST).header("Content-Type", "application/json").body(r#"{"host":"evil.example"}"#);
    for call in [Call::get(LIST), json, Call::new("DELETE", format!("{LIST}/evil.example"))] {
        world.blocklist().send(&call).problem(401, "unauthenticated");
    }
}
