//! Methods: an endpoint names its methods in `Allow` and refuses all others.

use hop_core::endpoints::ENDPOINTS;

use super::cases;
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("methods":
    unsupported_method_gets_405_with_allow,
    options_needs_no_key,
    unknown_method_is_refused,
);

/// The path of an endpoint, with a value for each parameter.
fn path(pattern: &str) -> String {
    pattern.replace("{alias}", "no-such-link").replace("{code}", "not_found").replace("{tag}", "x").replace("{domain}", "c.example")
}

/// The `Allow` header of an endpoint.
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

fn unsupported_method_gets_405_with_allow(world: &World) {
    for row in ENDPOINTS {
        let allow = allow(row.pattern);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !allow.contains(method) {
                let response = world.hop().send(&Call::new(method, path(row.pattern)));
                response.problem(405, "method_not_allowed");
                assert_eq!(response.header("allow").unwrap(), allow, "{method} {}", row.pattern);
            }
        }
    }
}

fn options_needs_no_key(world: &World) {
    for row in ENDPOINTS {
        let response = world.hop().send(&Call::new("OPTIONS", path(row.pattern))).expect(204);
        assert_eq!(response.header("allow").unwrap(), allow(row.pattern), "{}", row.pattern);
        assert!(response.body.is_empty());
    }
    world.hop().send(&Call::new("OPTIONS", "/api/no/such/page")).problem(404, "not_found");
}

/// An edge may itself refuse a method that it does not know.
fn unknown_method_is_refused(world: &World) {
    for method in ["BREW", "get", "PROPFIND"] {
        let Some(response) = Call::new(method, "/health").send_unless_refused(world.hop().address) else { continue };
        let refused = response.status == 405 || refusals::is_from_edge(world.edge, b"/health", &response);
        assert!(refused, "{method}: {} {}", response.status, response.text());
    }
}
