//! Browser tests of the dashboard: Chromium uses a fresh deployment on the edge that `HOP_EDGE` names, as a person would.
//! Each check is a test.
//!
//! `HOP_BROWSER` names the browser, `HOP_NODE_BIN` the folder with node, `HOP_SCREENSHOTS` a folder for screenshots.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test suite fails by panicking")]

#[path = "../browser/script.rs"]
mod script;

use std::process::ExitCode;

use hop_conformance::deployment::{Deployment, Settings, free_address};
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::server::OtherSite;
use hop_conformance::world::World;
use libtest_mimic::Arguments;
use serde_json::json;

/// The domain of the deployment. Browsers trust `localhost`, so they accept secure cookies from it.
const DOMAIN: &str = "hop.localhost";
/// The host that links redirect to.
const OTHER_SITE: &str = "other-site.example";
const ADMIN_KEY: &str = "dashboard-admin-key-of-32-characters-or-more";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    end_with_this_process();
    let edge = Edge::chosen();
    let settings = vec![("HOP_DOMAINS", "http://hop.localhost"), ("HOP_COLORS", "#0a7d55")];
    let hop = Deployment::start(edge, &Settings { admin_key: Some(ADMIN_KEY), settings, ..World::usual_settings() });
    let other_site_address = free_address();
    let _other_site = OtherSite::start(other_site_address, Vec::new());
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let results = script::run(
        "dashboard/run.mjs",
        &json!({
            "program": script::program(),
            "folder": folder.path(),
            "screenshots": script::screenshots().join(format!("dashboard-{}", name_of(edge))),
            "hosts": { DOMAIN: hop.address, OTHER_SITE: other_site_address },
            "edge": name_of(edge),
            "origin": format!("http://{DOMAIN}"),
            "target": format!("http://{OTHER_SITE}"),
            "adminKey": ADMIN_KEY,
        }),
    );
    libtest_mimic::run(&arguments, results.into_iter().map(script::trial).collect()).exit_code()
}

fn name_of(edge: Edge) -> &'static str {
    match edge {
        Edge::Memory => "memory",
        Edge::Workerd => "workerd",
        Edge::Viceroy => "viceroy",
    }
}
