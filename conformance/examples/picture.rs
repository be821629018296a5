//! Takes the picture of the README: the page and the QR code of a link, both from hop on the memory edge.
//!
//! The argument is the file to write. `HOP_BROWSER` names the browser, `HOP_NODE_BIN` the folder with node.
#![expect(clippy::expect_used, clippy::panic, reason = "a chore that cannot go on has failed")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings};
use hop_conformance::edges::Edge;
use hop_conformance::world::ADMIN_KEY;
use serde_json::json;

const DOMAIN: &str = "hop.example";
/// As many pixels as picture.mjs shows of it, so that its modules stay sharp.
const CODE: &str = "/api/v1/links/handbook/qr?format=png&size=375";

fn main() {
    let picture = std::env::args().nth(1).expect("the argument names the file to write");
    let settings = Settings { admin_key: Some(ADMIN_KEY), settings: vec![("HOP_DOMAINS", "https://hop.example")], ..Settings::default() };
    let hop = Deployment::start(Edge::Memory, &settings);
    let card = json!({ "title": "Team handbook", "description": "All you need in your first week." });
    let link = json!({ "target": "https://example.com/handbook", "alias": "handbook", "card": card });
    hop.send(&Call::post_json("/api/v1/links", &link).host(DOMAIN)).expect(201);
    let code = hop.send(&Call::get(CODE).host(DOMAIN).admin()).expect(200).body;

    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let plan = json!({
        "program": std::env::var("HOP_BROWSER").expect("HOP_BROWSER names the program of a Chromium"),
        "folder": folder.path(),
        "hosts": { DOMAIN: hop.address },
        "page": format!("http://{DOMAIN}/handbook+"),
        "code": BASE64_STANDARD.encode(code),
        "picture": picture,
    });
    let node = std::env::var_os("HOP_NODE_BIN").map_or_else(|| "node".into(), |bin| Path::new(&bin).join("node"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/picture.mjs");
    let mut child = Command::new(&node)
        .arg(script)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", node.display()));
    child.stdin.take().expect("its input is a pipe").write_all(plan.to_string().as_bytes()).expect("it reads its plan");
    let status = child.wait().expect("it ends");
    assert!(status.success(), "the browser took no picture ({status})");
}
