//! System endpoints: health, readiness, capabilities, OpenAPI, robots.txt and security.txt.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create};
use crate::client::Call;
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::openapi;
use crate::world::{DOMAIN, OTHER_DOMAIN, World};

cases!("system":
    health_and_readiness_answer,
    capabilities_describe_the_edge,
    capabilities_state_the_bound_for_edits,
    sizes_follow_from_the_operation_budget,
    openapi_document_is_served,
    robots_txt_allows_crawlable_links,
    favicon_is_empty,
    security_txt_names_the_configured_contacts,
    no_security_txt_without_contacts,
);

const SECURITY_TXT: &str = "/.well-known/security.txt";

fn health_and_readiness_answer(world: &World) {
    let hop = world.hop();
    assert_eq!(hop.send(&Call::get("/health")).expect(200).text(), r#"{"status":"ok"}"#);
    assert_eq!(hop.send(&Call::get("/ready")).expect(200).text(), r#"{"status":"ready"}"#);
}

fn capabilities_describe_the_edge(world: &World) {
    let capabilities = world.hop().send(&Call::get("/capabilities")).expect(200).json();
    let (edge, one_owner, has_cache) = match world.edge {
        Edge::Memory => ("memory", "always", true),
        Edge::Workerd => ("cloudflare", "always", true),
        Edge::Viceroy => ("fastly", "as long as KV Store never lets two inserts of one absent key succeed", false),
    };
    assert_eq!(capabilities["edge"], edge);
    assert_eq!(capabilities["limits"]["alias_bytes"], 128);
    assert_eq!(capabilities["limits"]["target_bytes"], 8_192);
    assert_eq!(capabilities["limits"]["body_bytes"], 65_536);
    assert_eq!(capabilities["promises"]["one_alias_one_owner"], one_owner);
    assert_eq!(capabilities["promises"]["memo"]["hit_seconds"], 5);
    assert_eq!(capabilities["promises"]["memo"]["miss_seconds"], 10);
    let cached_links = json!({"verify_after_seconds": 30, "fresh_seconds": 60, "expire_after_seconds": 86_400});
    assert_eq!(capabilities["promises"]["cached_links"], if has_cache { cached_links } else { Value::Null });
}

fn capabilities_state_the_bound_for_edits(world: &World) {
    let promises = |hop: &Deployment| hop.send(&Call::get("/capabilities")).expect(200).json()["promises"].clone();
    let (usual, longer) = (promises(world.hop()), promises(world.case_insensitive()));
    if world.edge == Edge::Viceroy {
        for promises in [usual, longer] {
            assert_eq!(promises["edits_reach_visitors"], "usually within seconds; the vendor gives no upper bound");
            assert_eq!(promises["edits_reach_visitors_seconds"], Value::Null);
        }
        return;
    }
    for (promises, text, seconds) in
        [(&usual, "within 65 seconds while the database answers", 65), (&longer, "within 95 seconds while the database answers", 95)]
    {
        assert_eq!(promises["edits_reach_visitors"], text);
        assert_eq!(promises["edits_reach_visitors_seconds"], seconds);
    }
    assert_eq!([&longer["cached_links"]["verify_after_seconds"], &longer["cached_links"]["fresh_seconds"]], [&json!(45), &json!(90)]);
}

fn sizes_follow_from_the_operation_budget(world: &World) {
    let sizes = |hop: &Deployment| {
        let limits = &hop.send(&Call::get("/capabilities")).expect(200).json()["limits"];
        ["store_operations", "page", "batch", "import_lines", "crawlable", "repeatable_batch"].map(|name| limits[name].as_u64().unwrap())
    };
    let (usual, larger) = match world.edge {
        Edge::Memory => ([1_000, 100, 100, 198, 990, 100], [100, 23, 18, 18, 90, 100]),
        Edge::Workerd => ([50, 100, 10, 11, 1_000, 100], [1_000, 100, 100, 248, 1_000, 100]),
        Edge::Viceroy => ([32, 6, 4, 5, 22, 100], [100, 23, 18, 18, 90, 100]),
    };
    assert_eq!((sizes(world.hop()), sizes(world.case_insensitive())), (usual, larger));
}

fn openapi_document_is_served(world: &World) {
    let served = world.hop().send(&Call::get("/openapi.json")).expect(200);
    assert_eq!(served.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(served.json(), openapi::document(), "every edge serves docs/openapi.json");
}

/// The other domain, where no other case has crawlable links.
fn robots_txt_allows_crawlable_links(world: &World) {
    let hop = world.hop();
    let [open, party, closed, off] = ["a", "🎉", "c", "d"].map(|stem| world.alias(stem));
    for (alias, crawlable, disabled) in [(&open, true, false), (&party, true, false), (&closed, false, false), (&off, true, true)] {
        let body = json!({"alias": alias, "domain": OTHER_DOMAIN, "target": TARGET, "crawlable": crawlable, "disabled": disabled});
        create(hop, &body).expect(201);
    }
    let gone = world.alias("e");
    create(hop, &json!({"alias": gone, "domain": OTHER_DOMAIN, "target": TARGET, "crawlable": true})).expect(201);
    hop.send(&Call::new("DELETE", format!("{}?domain={OTHER_DOMAIN}", address(&gone))).admin()).expect(204);
    let ask = || hop.send(&Call::get("/robots.txt").host(OTHER_DOMAIN)).expect(200);
    let encoded = party.replace('🎉', "%F0%9F%8E%89");
    let both = format!("User-agent: *\nAllow: /$\nAllow: /{encoded}$\nAllow: /{open}$\nDisallow: /\n");
    let response = ask();
    assert_eq!(response.text(), both);
    assert!(response.header("content-type").unwrap().starts_with("text/plain"));
    assert_eq!(response.header("cache-control").unwrap(), "public, max-age=300");
    // robots.txt is cached for a minute.
    hop.send(&Call::new("DELETE", format!("{}?domain={OTHER_DOMAIN}", address(&open))).admin()).expect(204);
    let again = ask();
    assert_eq!((again.text(), again.header("cache-control")), (both, response.header("cache-control")));
    let without_store = world.without_store().send(&Call::get("/robots.txt")).expect(200);
    assert_eq!(
        (without_store.text(), without_store.header("cache-control").unwrap()),
        ("User-agent: *\nDisallow: /\n".into(), "no-store".into())
    );
}

fn favicon_is_empty(world: &World) {
    assert!(world.hop().send(&Call::get("/favicon.ico")).expect(204).body.is_empty());
}

fn security_txt_names_the_configured_contacts(world: &World) {
    for host in [DOMAIN, OTHER_DOMAIN] {
        let response = world.case_insensitive().send(&Call::get(SECURITY_TXT).host(host)).expect(200);
        let lines = "Contact: mailto:security@hop.example\nContact: https://hop.example/report\nExpires: 2027-01-01T00:00:00Z\n";
        assert_eq!(response.text(), lines);
        assert_eq!(response.header("content-type").as_deref(), Some("text/plain; charset=utf-8"));
        assert_eq!(response.header("cache-control").as_deref(), Some("public, max-age=86400"));
    }
}

fn no_security_txt_without_contacts(world: &World) {
    world.hop().send(&Call::get(SECURITY_TXT)).problem(404, "not_found");
    let page = world.hop().send(&Call::get(SECURITY_TXT).header("Accept", "text/html")).expect(404);
    assert_eq!(page.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
}
