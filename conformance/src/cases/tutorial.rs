//! docs/TUTORIAL.md: every command prints the output that the page shows.

use super::cases;
use crate::console::{Document, Session};
use crate::deployment::{Deployment, Settings};
use crate::world::{ADMIN_KEY, World};

cases!("tutorial": outputs_are_as_documented);

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/TUTORIAL.md");

/// What the reader does before the first command, in place of which the suite starts hop and sets the variables.
const BEFORE: [&str; 2] = ["cargo xtask serve --fresh\n", "HOP=http://127.0.0.1:8787\nKEY=the-key-that-serve-printed\n"];

/// The page shows the usual port of `cargo xtask serve`. A host is compared without its port.
const DOMAINS: (&str, &str) = ("HOP_DOMAINS", "http://127.0.0.1:8787");

fn outputs_are_as_documented(world: &World) {
    let tutorial = Document::read(&std::fs::read_to_string(TUTORIAL).unwrap());
    assert_eq!(tutorial.others, BEFORE, "all other commands stand in console blocks, which are run");
    assert!(tutorial.steps.len() > 20, "only {} commands were found", tutorial.steps.len());
    let settings = Settings { admin_key: Some(ADMIN_KEY), settings: vec![DOMAINS], ..Settings::default() };
    let hop = Deployment::start(world.edge, &settings);
    let differences = Session::start(hop.address, ADMIN_KEY).differences(&tutorial.steps);
    assert!(differences.is_empty(), "docs/TUTORIAL.md shows other outputs than {:?}:\n\n{}", world.edge, differences.join("\n"));
}
