//! Imports into hop itself: each fixture, and hop's own exports.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings};
use hop_conformance::edges::Edge;
use hop_conformance::world::{ADMIN_KEY, World};
use serde_json::{Value, json};

/// The first line of the import's summary, and whether its exit code was 0.
#[derive(Debug, PartialEq)]
struct Outcome {
    summary: String,
    succeeded: bool,
}

/// hop with its own domain and 127.0.0.1, on the edge of `HOP_EDGE` or else on the memory edge.
fn hop() -> Deployment {
    let settings = vec![("HOP_DOMAINS", "https://hop.example http://127.0.0.1")];
    Deployment::start(Edge::chosen(), &Settings { settings, ..World::usual_settings() })
}

fn import(hop: &Deployment, file: &Path, from: &str, domain: Option<&str>) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("import").arg(file).args(["--from", from, "--to", &format!("http://{}", hop.address)]).env("HOP_ADMIN_KEY", ADMIN_KEY);
    command.args(domain.map(|domain| ["--domain", domain]).into_iter().flatten());
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    println!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    Outcome { summary: printed.lines().next().unwrap_or_default().to_owned(), succeeded: output.status.success() }
}

fn counts(created: u32, existing: u32, rejected: u32) -> Outcome {
    Outcome { summary: format!("{created} created, {existing} already existed, {rejected} rejected"), succeeded: rejected == 0 }
}

#[test]
fn all_fixtures_are_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    for (name, from, created, rejected) in [
        ("bitly.csv", "bitly", 2, 0),
        ("dub.csv", "dub", 1, 1),
        ("golink.jsonl", "golink", 2, 1),
        ("hop.csv", "hop", 2, 0),
        // One link is deleted, and one has a field of a later hop.
        ("hop.jsonl", "hop", 2, 2),
        ("kutt.json", "kutt", 3, 0),
        ("shlink.csv", "shlink", 2, 0),
        ("shlink.json", "shlink", 4, 0),
        ("sink.json", "sink", 2, 1),
        ("yourls-plugin.csv", "yourls", 1, 1),
        ("yourls.csv", "yourls", 2, 0),
    ] {
        let hop = hop();
        let file = folder.path().join(name);
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/import/fixtures").join(name), &file).unwrap();
        let run_import = || import(&hop, &file, from, Some("hop.example"));
        assert_eq!(run_import(), counts(created, 0, rejected), "{name}");
        assert_eq!(run_import(), counts(0, created, rejected), "{name}, again");
        assert_eq!(export(&hop, "").lines().count(), usize::try_from(created).unwrap(), "{name}");
    }
}

/// Links with all fields set, and links with values that are difficult for spreadsheets and CSV readers.
fn sample_links() -> Vec<Value> {
    let rules = json!([
        {"id": "all", "target": "https://example.com/1", "when": [{"type": "country", "any": ["DE", "FR"]},
            {"type": "device", "any": ["mobile"]}, {"type": "query", "name": "x", "equals": ""}, {"type": "split", "percent": 99},
            {"type": "time", "from": "22:00", "to": "06:30", "tz": "CET-1CEST,M3.5.0,M10.5.0/3"}]},
        {"id": "b", "target": "https://example.com/2", "when": [{"type": "address", "any": ["2001:db8::/32"]}]},
    ]);
    vec![
        json!({"alias": "all", "target": "https://example.com/a?b=c,d#\"e\"", "title": "=HYPERLINK(\"x\")", "note": "one\n\"two\"\n\n\tthree, ",
            "external_id": " -1", "tags": ["b", "a"], "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z",
            "max_clicks": 7, "confirm": true, "fallback": "https://example.com/f", "redirect_status": 307, "forward_query": "target_wins",
            "forward_path": true, "rules": rules, "card": {"title": "CT", "description": "'d", "image": "https://example.com/i.png"},
            "strict": true, "crawlable": true, "disabled": true, "owner": "usr_11111111111111111",
            "created_at": "2001-02-03T04:05:06Z", "clicks": {"humans": 3, "bots": 2, "previews": 1}}),
        json!({"alias": "secret", "target": "https://example.com/s", "password": "twelve chars", "clicks": {"humans": 1}}),
        json!({"alias": "plain", "target": "https://example.com/", "blocked": {"reason": "=said, \"so\"", "at": "2025-01-02T03:04:05Z"}}),
        json!({"alias": "日本.~", "target": "https://example.com/", "title": "'quoted", "note": "\n".repeat(4_096), "external_id": "0012"}),
        json!({"alias": "-1", "target": "https://example.com/", "title": " ", "note": "@x", "external_id": "true", "tags": ["=1", "+2"]}),
    ]
}

#[test]
fn hop_imports_its_own_exports_completely() {
    let source = hop();
    let lines: String = sample_links().iter().map(|line| format!("{line}\n")).collect();
    let call = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(lines);
    let made = source.send(&call).expect(200).json();
    assert_eq!(made["imported"], 5, "{made}");
    let links = links(&source);
    let folder = tempfile::tempdir().unwrap();
    for (query, name) in [
        ("?passwords=true", "whole.jsonl"),
        ("?format=csv&passwords=true", "whole.csv"),
        ("", "without.jsonl"),
        ("?format=csv", "without.csv"),
    ] {
        let file: PathBuf = folder.path().join(name);
        std::fs::write(&file, export(&source, query)).unwrap();
        let target = hop();
        assert_eq!(import(&target, &file, "hop", None), counts(5, 0, 0), "{name}");
        let mut expected = links.clone();
        if name.starts_with("without") {
            // The file does not contain the password, so the link is imported disabled.
            for link in expected.iter_mut().filter(|link| link["has_password"] == true) {
                link["has_password"] = false.into();
                link["password_hash"] = Value::Null;
                link["disabled"] = true.into();
                link["state"] = "disabled".into();
            }
        }
        assert_eq!(self::links(&target), expected, "{name}");
        assert_eq!(import(&target, &file, "hop", None), counts(0, 5, 0), "{name}, again");
        assert_eq!(self::links(&target), expected, "{name}, again");
    }
}

fn export(hop: &Deployment, query: &str) -> String {
    hop.send(&Call::get(format!("/api/v1/export{query}")).admin()).expect(200).text()
}

/// All links with their passwords, sorted by alias, without the fields that each deployment generates.
fn links(hop: &Deployment) -> Vec<Value> {
    let mut links: Vec<Value> = export(hop, "?passwords=true").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for link in &mut links {
        let Value::Object(fields) = link else { panic!("{link} is not a link") };
        for generated in ["id", "updated_at"] {
            fields.remove(generated).unwrap();
        }
    }
    links.sort_by_key(|link| link["alias"].to_string());
    links
}
