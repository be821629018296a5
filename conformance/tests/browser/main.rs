//! Browser tests: Chromium follows links and checks pages of the memory edge. Each check is a test.
//!
//! `HOP_BROWSER` names the browser, `HOP_NODE_BIN` the folder with node, `HOP_SCREENSHOTS` a folder for screenshots.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test suite fails by panicking")]

mod foreign;
mod journeys;
mod pages;
mod script;
mod site;

use std::process::ExitCode;

use hop_conformance::edges::end_with_this_process;
use libtest_mimic::Arguments;
use serde_json::json;

use site::Site;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    end_with_this_process();
    let site = Site::start();
    let journeys = journeys::all(&site);
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let mut results = script::run(
        "check.mjs",
        &json!({
            "program": script::program(),
            "folder": folder.path(),
            "screenshots": script::screenshots(),
            "hosts": site.hosts(),
            "pages": pages::all(&site),
            "journeys": journeys.iter().map(journeys::Journey::plan).collect::<Vec<_>>(),
        }),
    );
    let requests = site.other_site.requests();
    results.extend(journeys.iter().map(|journey| journey.check(&requests)));
    results.push(foreign::check(&requests));
    libtest_mimic::run(&arguments, results.into_iter().map(script::trial).collect()).exit_code()
}
