//! Runs a script in node that checks pages in a browser. It prints a line of JSON for each check.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use serde_json::{Value, json};

/// The result of a check: its name, and what is wrong, if anything.
pub(crate) fn result(name: &str, wrong: &[String]) -> Value {
    json!({ "name": name, "wrong": wrong })
}

/// Runs `script` with a plan and returns its results. One more result shows whether the script ended normally,
/// because a script that died has not made all checks.
pub(crate) fn run(script: &str, plan: &Value) -> Vec<Value> {
    let mut node = Command::new(path_of("HOP_NODE_BIN", "node_modules/.bin").join("node"));
    node.arg(root().join("conformance/browser").join(script)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = node.spawn().unwrap_or_else(|error| panic!("node does not start: {error}"));
    let mut input = child.stdin.take().expect("its input is a pipe");
    input.write_all(plan.to_string().as_bytes()).expect("the script reads its plan");
    drop(input);
    let output = child.wait_with_output().expect("the script ends");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut all: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let wrong = if output.status.success() { vec![] } else { vec![output.status.to_string()] };
    all.push(result("the browser script ends normally", &wrong));
    all
}

pub(crate) fn trial(result: Value) -> Trial {
    let name = result["name"].as_str().expect("a check has a name").to_owned();
    let wrong: Vec<String> = serde_json::from_value(result["wrong"].clone()).expect("what is wrong is a list of texts");
    Trial::test(name, move || if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) })
}

pub(crate) fn program() -> PathBuf {
    let program = std::env::var_os("HOP_BROWSER").map(PathBuf::from).unwrap_or_default();
    assert!(program.is_file(), "HOP_BROWSER names no browser: `cargo xtask test browser` installs one and sets it");
    program
}

pub(crate) fn screenshots() -> PathBuf {
    std::env::var_os("HOP_SCREENSHOTS").map_or_else(|| root().join("target/screenshots"), PathBuf::from)
}

fn path_of(variable: &str, below_root: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| root().join(below_root), PathBuf::from)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("this crate is in the repository")
}
