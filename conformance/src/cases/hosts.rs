//! Hosts: a deployment answers for its own domains and for no others.

use hop_core::endpoints::ENDPOINTS;

use super::{TARGET, cases, link};
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("hosts":
    an_unknown_host_is_refused_on_every_route,
    health_and_readiness_answer_on_any_host,
    a_host_is_itself_in_capitals_and_with_a_port,
    a_host_that_is_none_is_no_failure,
);

/// An edge may refuse such a request itself.
fn a_host_that_is_none_is_no_failure(world: &World) {
    for host in ["1.2.3.4.5", "xn--a", "hop.example:99999", "hop.example:x", "[::1", "a b", "hop.example/x", "\u{fc}", "", "@", "%"] {
        let Some(answer) = Call::get("/").host(host).send_unless_refused(world.hop().address) else { continue };
        // A port is no part of the host, even one that cannot be.
        let fine = matches!(answer.status, 200 | 404) || refusals::is_the_edges_own(world.edge, host.as_bytes(), &answer);
        assert!(fine, "{host:?}: {} {}", answer.status, answer.text());
    }
    world.hop().send(&Call::get("/health")).expect(200);
}

fn an_unknown_host_is_refused_on_every_route(world: &World) {
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

fn a_host_is_itself_in_capitals_and_with_a_port(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("host"));
    link(hop, &alias, TARGET);
    for host in ["hop.example", "HOP.Example", "hop.example:8787", "hop.example."] {
        let answer = hop.send(&Call::get(format!("/{alias}")).host(host));
        assert_eq!(answer.status, 302, "{host}: {}", answer.text());
    }
}
