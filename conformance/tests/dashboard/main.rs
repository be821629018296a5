//! Browser tests of the dashboard: Chromium uses a fresh deployment on the edge that `HOP_EDGE` names, as a person would.
//! Each check is a test.
//!
//! `HOP_BROWSER` names the browser, `HOP_NODE_BIN` the folder with node, `HOP_SCREENSHOTS` a folder for screenshots.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test suite fails by panicking")]

#[path = "../browser/script.rs"]
mod script;

use std::collections::BTreeMap;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hop_conformance::deployment::{Deployment, Settings, free_address};
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::pictures::Picture;
use hop_conformance::places::FRANCE;
use hop_conformance::server::OtherSite;
use hop_conformance::world::World;
use libtest_mimic::Arguments;
use serde_json::{Value, json};

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
            "france": { "from": FRANCE.address, "headers": FRANCE.headers().into_iter().collect::<BTreeMap<_, _>>() },
        }),
    );
    libtest_mimic::run(&arguments, results.into_iter().map(decoded).map(script::trial).collect()).exit_code()
}

/// A result with what is wrong with its pictures, which the script cannot decode.
fn decoded(mut result: Value) -> Value {
    let pictures = result["pictures"].take();
    let wrong: Vec<Value> = pictures.as_array().into_iter().flatten().filter_map(wrong_in_picture).map(Value::from).collect();
    result["wrong"].as_array_mut().expect("what is wrong is a list").extend(wrong);
    result
}

/// What is wrong with a picture of a QR code: it has another text, or another size in pixels.
fn wrong_in_picture(expected: &Value) -> Option<String> {
    let format = expected["format"].as_str().expect("a picture has a format");
    let bytes = STANDARD.decode(expected["bytes"].as_str().expect("a picture has bytes")).expect("the script encodes pictures");
    let picture = match format {
        "svg" => Picture::of_svg(std::str::from_utf8(&bytes).expect("an SVG is text")),
        _ => Picture::of_png(&bytes),
    };
    let found = json!({ "text": picture.text(), "side": picture.side });
    let is_same = ["text", "side"].iter().all(|name| expected[name].is_null() || expected[name] == found[name]);
    (!is_same).then(|| format!("expected a {format} with {} and a side of {}, found {found}", expected["text"], expected["side"]))
}

fn name_of(edge: Edge) -> &'static str {
    match edge {
        Edge::Memory => "memory",
        Edge::Workerd => "workerd",
        Edge::Viceroy => "viceroy",
    }
}
