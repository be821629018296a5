//! Hosts: a deployment serves its own domains and no others.

use hop_core::endpoints::ENDPOINTS;

use super::{TARGET, cases, link};
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("hosts":
    unknown_host_is_refused_on_every_endpoint,
    health_and_readiness_answer_on_any_host,
    case_and_port_of_the_host_are_ignored,
    invalid_host_causes_no_failure,
);

/// An edge may refuse such a request itself.
fn invalid_host_causes_no_failure(world: &World) {
    for host in ["1.2.3.4.5", "xn--a", "hop.example:99999", "hop.example:x", "[::1", "a b", "hop.example/x", "\u{fc}", "", "@", "%"] {
        let Some(response) = Call::get("/").host(host).send_unless_refused(world.hop().address) else { continue };
        // The port is ignored, even an impossible one.
        let is_expected = matches!(response.status, 200 | 404) || refusals::is_from_edge(world.edge, host.as_bytes(), &response);
        assert!(is_expected, "{host:?}: {} {}", response.status, response.text());
    }
    world.hop().send(&Call::get("/health")).expect(200);
}

fn unknown_host_is_refused_on_every_endpoint(world: &World) {
    for row in ENDPOINTS.iter().filter(|row| !matches!(row.pattern, "/health" | "/ready")) {
        let path =
            row.pattern.replace("{alias}", "x").replace("{code}", "not_found").replace("{tag}", "x").replace("{domain}", "c.example");
        for host in ["unknown.example", "hop.example.evil.example", "xhop.example", "127.0.0.1"] {
            world.hop().send(&Call::new(row.method, path.clone()).admin().host(host)).problem(404, "unknown_host");
        }
    }
}

fn health_and_readiness_answer_on_any_host(world: &World) {
    for path in ["/health", "/ready"] {
        for host in ["unknown.example", "127.0.0.1", "hop.example"] {
            world.hop().send(&Call::get(path).host(host)).expect(200);
        }
    }
}

fn case_and_port_of_the_host_are_ignored(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("host"));
    link(hop, &alias, TARGET);
    for host in ["hop.example", "HOP.Example", "hop.example:8787", "hop.example."] {
        let response = hop.send(&Call::get(format!("/{alias}")).host(host));
        assert_eq!(response.status, 302, "{host}: {}", response.text());
    }
}
