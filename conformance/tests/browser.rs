//! Has a real browser look at hop's pages: `HOP_BROWSER` names its program, `HOP_NODE_BIN` the folder with node, `HOP_SCREENSHOTS` a folder for
//! what it saw. Each thing it checked is a test here.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test suite fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings, free_address};
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::server::{ELSEWHERE, serve_specimens};
use hop_conformance::world::World;
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};

/// A deployment that chose how its pages look.
const NAMED: [(&str, &str); 3] = [("HOP_DOMAINS", "http://named.example"), ("HOP_NAME", "Short & sweet"), ("HOP_COLORS", "#ffd400")];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    end_with_this_process();
    let hop = Deployment::start(Edge::Memory, &World::usual_settings());
    let named = Deployment::start(Edge::Memory, &Settings { settings: NAMED.into(), ..World::usual_settings() });
    let specimens = free_address();
    serve_specimens(specimens, hop_core::specimens(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".into())));
    end_a_link(&hop);

    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let plan = json!({
        "program": program(),
        "folder": folder.path(),
        "screenshots": screenshots(),
        "hosts": {
            "hop.example": hop.address,
            "named.example": named.address,
            "pages.example": specimens,
            "elsewhere.example": specimens,
        },
        "pages": [
            page("home", "http://hop.example/", 200, &["hop", "Short links"]),
            page("named", "http://named.example/", 200, &["Short & sweet"]),
            page("named-not-found", "http://named.example/nothing", 404, &["Short & sweet"]),
            page("not-found", "http://hop.example/nothing", 404, &["There is nothing here"]),
            page("ended", "http://hop.example/ended", 410, &["This link has ended"]),
            page("problem", "http://hop.example/problems/invalid_fields", 200, &["422 invalid_fields", "in errors"]),
            page("suggestion", "http://pages.example/suggestion", 404, &["Did you mean", "https://hop.example/docs"]),
            page("preview", "http://pages.example/preview", 200, &["It leads to", "#<script>document.title='broken'</script>", "<b>hop</b>"]),
            page("preview-hidden", "http://pages.example/preview-hidden", 200, &["only to those who follow it"]),
            page("preview-app", "http://pages.example/preview-app", 200, &["my-app://open/this"]),
            page("confirm", "http://pages.example/confirm", 200, &["Continue"]),
            page("confirm-card", "http://pages.example/confirm-card", 200, &["Continue", "A handbook"]),
            page("password", "http://pages.example/password", 200, &["Password", "Open the link"]),
            page("password-wrong", "http://pages.example/password-wrong", 403, &["That is not the password"]),
            page("person", "http://pages.example/person", 200, &["This link opens for people"]),
        ],
        "forms": [
            form("confirm", None),
            form("password", Some("hunter2hunter2")),
            form("password-wrong", Some("hunter2hunter2")),
        ],
    });
    let trials = look(&plan).into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn page(name: &str, url: &str, status: u16, says: &[&str]) -> Value {
    json!({ "name": name, "url": url, "status": status, "says": says })
}

/// The browser says where the form stood, and arrives elsewhere.
fn form(name: &str, password: Option<&str>) -> Value {
    let sent = password.map(|password| format!("password={password}")).unwrap_or_default();
    // An address with an empty query keeps its mark.
    let arrives = format!("{ELSEWHERE}/from/http://pages.example?{sent}");
    json!({ "name": name, "url": format!("http://pages.example/{name}"), "password": password, "arrives": arrives })
}

/// Makes a link at `ended`, and deletes it.
fn end_a_link(hop: &Deployment) {
    hop.send(&Call::post_json("/api/v1/links", &json!({ "alias": "ended", "target": "https://example.com/" }))).expect(201);
    hop.send(&Call::new("DELETE", "/api/v1/links/ended").admin()).expect(204);
}

/// What the browser says of everything in the plan. That it came to its end is a check too: a script that died half-way found nothing wrong
/// with the rest.
fn look(plan: &Value) -> Vec<Value> {
    let mut node = Command::new(path_of("HOP_NODE_BIN", "node_modules/.bin").join("node"));
    node.arg(root().join("conformance/browser/look.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = node.spawn().unwrap_or_else(|error| panic!("node does not start: {error}"));
    let mut input = child.stdin.take().expect("its input is a pipe");
    input.write_all(plan.to_string().as_bytes()).expect("it reads its plan");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut found: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let wrong = if output.status.success() { vec![] } else { vec![output.status.to_string()] };
    found.push(json!({ "name": "the browser comes to its end", "wrong": wrong }));
    found
}

fn trial(found: Value) -> Trial {
    let name = found["name"].as_str().expect("a check has a name").to_owned();
    let wrong: Vec<String> = serde_json::from_value(found["wrong"].clone()).expect("what is wrong is a list of texts");
    Trial::test(name, move || if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) })
}

fn program() -> PathBuf {
    let program = std::env::var_os("HOP_BROWSER").map(PathBuf::from).unwrap_or_default();
    assert!(program.is_file(), "there is no browser: `cargo xtask test browser` installs one and names it in HOP_BROWSER");
    program
}

fn screenshots() -> PathBuf {
    std::env::var_os("HOP_SCREENSHOTS").map_or_else(|| root().join("target/screenshots"), PathBuf::from)
}

fn path_of(variable: &str, below_root: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| root().join(below_root), PathBuf::from)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("this crate stands in the repository")
}
