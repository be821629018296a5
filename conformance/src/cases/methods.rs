//! Methods: a route says what it takes, and takes nothing else.

use hop_core::endpoints::ENDPOINTS;

use super::cases;
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("methods":
    a_method_a_route_lacks_is_refused_with_those_it_has,
    options_needs_no_key,
    a_method_nobody_knows_is_refused,
);

/// The path of a route with something in place of what varies.
fn path(pattern: &str) -> String {
    pattern.replace("{alias}", "no-such-link").replace("{code}", "not_found").replace("{tag}", "x").replace("{domain}", "c.example")
}

/// What a route takes, as `Allow` says it.
fn allow(pattern: &str) -> String {
    let mut methods = Vec::new();
    for row in ENDPOINTS.iter().filter(|row| row.pattern == pattern) {
        methods.push(row.method);
        if row.method == "GET" {
            methods.push("HEAD");
        }
    }
    methods.push("OPTIONS");
    methods.join(", ")
}

fn a_method_a_route_lacks_is_refused_with_those_it_has(world: &World) {
    for row in ENDPOINTS {
        let allow = allow(row.pattern);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !allow.contains(method) {
                let answer = world.hop().send(&Call::new(method, path(row.pattern)));
                answer.problem(405, "method_not_allowed");
                assert_eq!(answer.header("allow").unwrap(), allow, "{method} {}", row.pattern);
            }
        }
    }
}

fn options_needs_no_key(world: &World) {
    for row in ENDPOINTS {
        let answer = world.hop().send(&Call::new("OPTIONS", path(row.pattern))).expect(204);
        assert_eq!(answer.header("allow").unwrap(), allow(row.pattern), "{}", row.pattern);
        assert!(answer.body.is_empty());
    }
    world.hop().send(&Call::new("OPTIONS", "/api/no/such/page")).problem(404, "not_found");
}

/// An edge may refuse a method it does not know by itself.
fn a_method_nobody_knows_is_refused(world: &World) {
    for method in ["BREW", "get", "PROPFIND"] {
        let Some(answer) = Call::new(method, "/health").send_unless_refused(world.hop().address) else { continue };
        let refused = answer.status == 405 || refusals::is_the_edges_own(world.edge, b"/health", &answer);
        assert!(refused, "{method}: {} {}", answer.status, answer.text());
    }
}
