//! An import of 1,000 links (100,000 with `HOP_SLOW`) into hop on workerd, killed half-way and started again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings};
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::world::{ADMIN_KEY, World};
use serde_json::{Value, json};

/// The number of imported links.
fn lines() -> u64 {
    if std::env::var_os("HOP_SLOW").is_some() { 100_000 } else { 1_000 }
}

#[test]
fn killed_import_resumes_without_loss_or_duplicates() {
    end_with_this_process();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.jsonl");
    let lines = lines();
    let text: String = (0..lines).map(|number| format!("{}\n", line(number))).collect();
    fs::write(&file, text).unwrap();
    let settings = vec![("HOP_DOMAINS", "https://hop.example http://127.0.0.1")];
    let hop = Deployment::start(Edge::Workerd, &Settings { settings, ..World::usual_settings() });

    let begun = Instant::now();
    let mut enough = lines / 2;
    let killed_at = loop {
        let reached = kill_over_a_chunk(&mut import(&hop, &file), &file, enough);
        // Links of the unacknowledged chunk exist. Otherwise it was killed between two chunks: try a later one.
        if exists(&hop, first_with_alias(reached)) {
            break reached;
        }
        enough = reached + 1;
    };
    println!("killed after {killed_at} lines and {} s", begun.elapsed().as_secs());
    let output = import(&hop, &file).output().unwrap();
    let (summary, messages) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    println!("{messages}{summary}{lines} lines took {} s", begun.elapsed().as_secs());
    assert!(output.status.success() && messages.contains(&format!("Resuming after {killed_at} links.")), "{summary}{messages}");
    assert_eq!(summary, format!("{lines} created, 0 already existed, 0 rejected\n"));
    assert_eq!(position(&file), None);

    let found = export(&hop);
    for number in 0..lines {
        let links = found.get(&target(number)).map(Vec::as_slice);
        let Some([link]) = links else { panic!("{} exists as {links:?}", line(number)) };
        let Value::Object(mut expected) = line(number) else { panic!("a line is an object") };
        // Clicks of another shortener have no days.
        expected["clicks"]["last_7_days"] = Value::from(vec![0; 7]);
        for (name, value) in expected {
            assert_eq!(link[&name], value, "{name} of {link}");
        }
    }
    assert_eq!(found.len(), usize::try_from(lines).unwrap());
    hop.kill();
}

/// Runs an import until it has processed `enough` lines, waits for half the duration of its last chunk, and kills it.
/// Returns how many lines were processed.
fn kill_over_a_chunk(import: &mut Command, file: &Path, enough: u64) -> u64 {
    let mut import = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut reached, mut since, mut took) = (None, Instant::now(), Duration::MAX);
    while reached.is_none_or(|reached| reached < enough) || since.elapsed() < took / 2 {
        assert_eq!(import.try_wait().unwrap(), None, "the import ended before it was killed");
        let now = position(file);
        if now != reached {
            (reached, since, took) = (now, Instant::now(), since.elapsed());
        }
        thread::sleep(Duration::from_millis(5));
    }
    import.kill().unwrap();
    import.wait().unwrap();
    position(file).unwrap()
}

/// The first line from `number` on that has an alias.
fn first_with_alias(number: u64) -> u64 {
    if number.is_multiple_of(10) { number + 1 } else { number }
}

/// Whether the link of a line exists. The line must have an alias.
fn exists(hop: &Deployment, number: u64) -> bool {
    hop.send(&Call::get(format!("/api/v1/links/line-{number}")).admin()).status == 200
}

fn target(number: u64) -> String {
    format!("https://example.com/{number}")
}

/// A line of hop's export. One in ten has no alias: sent twice, it would create two links.
fn line(number: u64) -> Value {
    let (days, seconds) = (number / 86_400, number % 86_400);
    let created_at = format!("2020-01-{:02}T{:02}:{:02}:{:02}Z", days + 1, seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let clicks = json!({"humans": number % 5, "bots": number % 3, "previews": 0});
    let mut line = json!({"target": target(number), "created_at": created_at, "tags": [format!("t{}", number % 7)], "clicks": clicks});
    if !number.is_multiple_of(10) {
        line["alias"] = format!("line-{number}").into();
    }
    line
}

fn import(hop: &Deployment, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("import").arg(file).args(["--from", "hop", "--to", &format!("http://{}", hop.address)]).env("HOP_ADMIN_KEY", ADMIN_KEY);
    command.stdin(Stdio::null());
    command
}

/// The position in the progress file of an unfinished import.
fn position(file: &Path) -> Option<u64> {
    let mut name = file.as_os_str().to_owned();
    name.push(".hop-import.json");
    let text = fs::read_to_string(PathBuf::from(name)).ok()?;
    serde_json::from_str::<Value>(&text).unwrap()["position"].as_u64()
}

/// All links by target.
fn export(hop: &Deployment) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut next = Some("/api/v1/export?limit=100".to_owned());
    while let Some(address) = next {
        let page = hop.send(&Call::get(address).admin()).expect(200);
        for line in page.text().lines() {
            let link: Value = serde_json::from_str(line).unwrap();
            found.entry(link["target"].as_str().unwrap().to_owned()).or_default().push(link);
        }
        let relation = |link: String| link.strip_suffix(">; rel=\"next\"").map(|link| link.trim_start_matches('<').to_owned());
        next = page.header_values("link").into_iter().find_map(relation);
    }
    found
}
