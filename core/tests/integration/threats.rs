//! The table of threats in docs/SECURITY.md: every row names a mitigation and tests that exist.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ACTORS: [&str; 6] = ["visitor", "API client", "signed-in user", "admin", "operator", "store"];

/// The names of all functions in the Rust sources below `folder`, and of all steps in its scripts of browser tests. The
/// name of a step is in double quotes, on a line of its own.
fn names(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && !entry.ends_with("target") {
            names(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).expect("a source is readable");
            let functions = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            found.extend(functions.map(str::to_owned));
        } else if entry.extension().is_some_and(|extension| extension == "mjs") {
            let text = fs::read_to_string(&entry).expect("a script is readable");
            let steps = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
            found.extend(steps.map(str::to_owned));
        }
    }
}

/// The rows of the first table after `heading`.
fn rows(document: &str, heading: &str) -> Vec<Vec<String>> {
    let section = document.split_once(heading).expect("the section").1;
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn every_threat_has_a_mitigation_and_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut known = BTreeSet::new();
    let folders = ["core/src", "core/tests", "conformance/src", "conformance/browser/dashboard"];
    folders.iter().for_each(|folder| names(&root.join(folder), &mut known));
    let document = fs::read_to_string(root.join("docs/SECURITY.md")).expect("the document is readable");
    let rows = rows(&document, "## Threats");
    for row in &rows {
        let [actor, threat, mitigation, tests] = &row[..] else { panic!("{row:?} has other columns") };
        assert!(ACTORS.contains(&actor.as_str()), "{actor} is no actor of the table");
        let category = threat.split(':').next().unwrap_or_default();
        assert!(["S", "T", "R", "I", "D", "E"].contains(&category) && !mitigation.is_empty(), "{row:?}");
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        let missing: Vec<&&str> = tests.iter().filter(|test| !known.contains(**test)).collect();
        assert!(!tests.is_empty() && missing.is_empty(), "{threat}: these tests do not exist: {missing:?}");
    }
    let named: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named.len(), ACTORS.len(), "every actor has a threat");
}
