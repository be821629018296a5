//! What arrives at a deployment that stops early, is busy, refuses, or dies.
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::Value;

use super::super::formats::Format;
use super::super::send::{AdminKey, Origin, Patience, Sender};
use super::server::{Mood, Server};
use super::{Folder, KEY, Options, PLAIN, import};

const ALL: Mood = Mood::Takes(usize::MAX);

/// Links without aliases: making one twice makes two.
fn nameless(count: usize) -> String {
    (0..count).map(|number| format!("{{\"target\":\"https://example.com/{number}\"}}\n")).collect()
}

fn targets(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("https://example.com/{number}")).collect()
}

#[test]
fn sends_what_the_contract_says() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let file = folder.file("l.jsonl", "{\"target\":\"https://example.com/\",\"alias\":\"a\",\"domain\":\"x.example\"}\n");
    let options = Options { domain: Some("go.example".to_owned()), dry_run: true };
    let done = import(&file, Format::Hop, &server.address, &options).unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].target, "/api/v1/import?domain=go.example&dry_run=true");
    assert_eq!(requests[0].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(requests[0].headers["content-type"], "application/x-ndjson");
    assert_eq!(requests[0].body, "{\"target\":\"https://example.com/\",\"alias\":\"a\"}\n");
    assert_eq!(done.summary(), "1 would be created, 0 already exist, 0 rejected\n");
    assert_eq!(folder.names(), ["l.jsonl"]);
}

#[test]
fn chunks_hold_500_lines_and_a_quarter_of_a_mebibyte() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let long = format!("{{\"target\":\"https://example.com/{}\"}}\n", "x".repeat(100_000)).repeat(5);
    let file = folder.file("l.jsonl", nameless(1_200) + &long);
    import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.body.len() <= 256 * 1024));
    let lines: Vec<_> = requests.iter().map(|request| request.body.lines().count()).collect();
    assert_eq!(lines, [500, 500, 202, 2, 1]);
    assert_eq!(server.made().len(), 1_205);
}

#[test]
fn goes_on_where_the_server_stopped() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(40), Mood::Takes(7), ALL]));
    let file = folder.file("l.jsonl", nameless(300));
    let done = import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
    assert_eq!(server.made(), targets(300));
    assert_eq!(done.progress().made, 300);
    let lines: Vec<_> = server.requests().iter().map(|request| request.body.lines().count()).collect();
    assert_eq!(lines, [300, 40, 7, 14, 28, 56, 112, 36], "a server that takes little is sent little");
    let keys: HashSet<_> = server.requests().iter().map(|request| request.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 8);
}

#[test]
fn waits_and_sends_the_same_again() {
    for mood in [
        Mood::Says(503, "store_unavailable", Some(0)),
        Mood::Says(429, "rate_limited", Some(0)),
        Mood::Says(409, "idempotency_in_flight", Some(0)),
        Mood::Says(500, "internal", None),
        Mood::DiesBeforeWork,
        Mood::DiesAfterWork,
        Mood::BreaksOff,
    ] {
        let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(2), mood, mood, ALL]));
        let file = folder.file("l.jsonl", nameless(9));
        import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
        assert_eq!(server.made(), targets(9));
        let requests = server.requests();
        let sent = |at: usize| (requests[at].body.clone(), requests[at].headers["idempotency-key"].clone());
        assert_eq!(sent(1), sent(2));
        assert_eq!(sent(1), sent(3));
    }
}

#[test]
fn a_line_that_failed_is_sent_again_with_its_neighbours() {
    for status in [500, 503] {
        let fails = Mood::Fails(4, status);
        let (folder, server) = (Folder::new(), Server::start(&[fails, fails, ALL]));
        let done = import(&folder.file("l.jsonl", nameless(9)), Format::Hop, &server.address, &PLAIN).unwrap();
        let mut made = server.made();
        made.sort();
        assert_eq!((made, done.progress().made, folder.names()), (targets(9), 9, vec!["l.jsonl".to_owned()]));
        let requests = server.requests();
        let same = |at: usize| {
            (&requests[at].body, &requests[at].headers["idempotency-key"]) == (&requests[0].body, &requests[0].headers["idempotency-key"])
        };
        assert!(requests.len() == 3 && same(1) && same(2));
    }
}

#[test]
fn a_line_that_goes_on_failing_stops_the_import_if_the_store_is_away_and_is_reported_if_not() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Fails(4, 503)]));
    let file = folder.file("l.jsonl", nameless(9));
    let failure = import(&file, Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
    assert!(failure.contains("after 4 attempts") && failure.contains("answered store_unavailable for line 4 of 9"), "{failure}");
    assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.hop-import.json"]);
    server.become_moody(&[Mood::Fails(4, 500)]);
    let done = import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
    assert_eq!((done.progress().made, done.progress().refused, server.made().len()), (8, 1, 8));
    let report: Value = serde_json::from_str(&folder.read("l.jsonl.rejected.jsonl")).unwrap();
    assert_eq!((&report["line"], &report["code"]), (&Value::from(4), &Value::from("internal")));
}

#[test]
fn pauses_longer_each_time_and_as_long_as_the_server_says() {
    let busy = |wait| Mood::Says(503, "store_unavailable", wait);
    let moods = [busy(None), busy(None), busy(None), busy(Some(0)), busy(Some(9)), ALL];
    let server = Server::start(&moods);
    let patience = Patience { tries: 6, first_pause: Duration::from_millis(100), longest_pause: Duration::from_millis(300) };
    let origin = Origin::read(&server.address).unwrap();
    let sender = Sender::to(&origin, None, false, AdminKey::read(KEY).unwrap(), patience);
    let mut said = Vec::new();
    sender.send(&["{\"target\":\"https://example.com/\"}"], "a/0", &mut |text| said.push(text.to_owned())).unwrap();
    let pauses: Vec<_> = said.iter().filter_map(|text| text.rsplit_once("retrying in ")).map(|(_, pause)| pause).collect();
    assert_eq!(pauses, ["0.1 s", "0.2 s", "0.3 s", "0.3 s", "0.3 s"], "the longest pause bounds the server's wish too");
}

#[test]
fn gives_up_after_some_tries_and_goes_on_later() {
    for mood in [Mood::Says(503, "store_unavailable", Some(0)), Mood::DiesAfterWork, Mood::BreaksOff] {
        let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(4), Mood::Takes(4), mood]));
        let file = folder.file("l.jsonl", nameless(20));
        let failure = import(&file, Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
        assert!(failure.contains("after 4 attempts"), "{failure}");
        assert!(failure.contains("8 links of the file are processed. Run the same command again to continue after them."), "{failure}");
        assert!(!failure.contains(KEY));
        assert_eq!(server.requests().len(), 6, "the number of tries is bounded");
        assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.hop-import.json"]);
        server.become_moody(&[ALL]);
        let done = import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
        assert_eq!(server.made(), targets(20), "nothing is lost and nothing doubled");
        assert_eq!((done.progress().made, folder.names()), (20, vec!["l.jsonl".to_owned()]));
    }
}

#[test]
fn a_wrong_key_stops_at_once() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(401, "unauthenticated", None)]));
    let file = folder.file("l.jsonl", nameless(2));
    let failure = import(&file, Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
    assert!(failure.contains("answered 401 unauthenticated") && failure.contains("Check HOP_ADMIN_KEY"), "{failure}");
    assert!(!failure.contains(KEY));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn other_refusals_stop_and_say_why() {
    for (status, said) in [(403, "may not import"), (404, "import was not found"), (422, "as the test has it"), (308, "The address redirects")] {
        let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(status, "x", None)]));
        let failure = import(&folder.file("l.jsonl", nameless(2)), Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
        assert!(failure.contains(said), "{failure}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn too_large_a_chunk_is_halved() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(413, "too_large", None), Mood::Takes(0), ALL]));
    import(&folder.file("l.jsonl", nameless(9)), Format::Hop, &server.address, &PLAIN).unwrap();
    assert_eq!(server.requests().iter().map(|request| request.body.lines().count()).collect::<Vec<_>>(), [9, 4, 2, 4, 3]);
    assert_eq!(server.made(), targets(9));
}

#[test]
fn a_server_that_never_takes_a_line_is_told() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(0)]));
    let failure = import(&folder.file("l.jsonl", nameless(9)), Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
    assert!(failure.contains("does not accept line 1, even alone"), "{failure}");
}

#[test]
fn refused_lines_are_reported_and_not_doubled_by_going_on() {
    let dead = Mood::Says(503, "store_unavailable", Some(0));
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let taken = folder.file(
        "taken.jsonl",
        "{\"alias\":\"a\",\"target\":\"https://other.example/\"}\n{\"alias\":\"b\",\"target\":\"https://b.example/\"}\n",
    );
    import(&taken, Format::Hop, &server.address, &PLAIN).unwrap();
    server.become_moody(&[Mood::Takes(1), dead]);
    let content = "\n{\"alias\":\"a\",\"target\":\"https://a.example/\"}\nnot json\n{\"alias\":\"b\",\"target\":\"https://b.example/\"}\n{\"alias\":\"c\"}\n{\"alias\":\"d\",\"target\":\"https://d.example/\"}\n{\"alias\":\"e\",\"state\":\"deleted\",\"target\":\"https://e.example/\"}\n";
    let file = folder.file("l.jsonl", content);
    assert!(import(&file, Format::Hop, &server.address, &PLAIN).is_err());
    assert_eq!(folder.read("l.jsonl.rejected.jsonl").lines().count(), 2);
    // As if it was killed after a line of the report and before the record.
    let report = folder.read("l.jsonl.rejected.jsonl") + "{\"line\":99}\n";
    folder.file("l.jsonl.rejected.jsonl", report);
    server.become_moody(&[ALL]);
    let done = import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
    assert!(done.summary().starts_with("1 created, 1 already exist, 4 rejected\n"), "{}", done.summary());
    let report = folder.read("l.jsonl.rejected.jsonl");
    let entries: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<_> = entries.iter().map(|entry| (entry["line"].as_u64().unwrap(), entry["code"].as_str().unwrap())).collect();
    assert_eq!(lines, [(2, "alias_taken"), (3, "not_sent"), (5, "not_sent"), (7, "not_sent")]);
    assert_eq!(entries[0]["link"]["target"], "https://a.example/");
    assert_eq!((&entries[1]["link"], &entries[2]["reason"]), (&Value::Null, &Value::from("the target is missing")));
    assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.rejected.jsonl", "taken.jsonl"]);
}

#[test]
fn what_is_written_beside_the_export_is_for_nobody_else_and_tells_no_password() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let taken = folder.file(
        "taken.jsonl",
        ["password", "password_hash"].map(|alias| format!("{{\"alias\":\"{alias}\",\"target\":\"https://other.example/\"}}\n")).concat(),
    );
    import(&taken, Format::Hop, &server.address, &PLAIN).unwrap();
    server.become_moody(&[Mood::Takes(2), Mood::Says(401, "unauthenticated", None)]);
    let line = |field: &str| format!("{{\"alias\":\"{field}\",\"target\":\"https://a.example/\",\"{field}\":\"made-up\"}}\n");
    let file = folder.file("l.jsonl", line("password") + &line("password_hash") + &nameless(1));
    assert!(import(&file, Format::Hop, &server.address, &PLAIN).is_err());
    for name in ["l.jsonl.rejected.jsonl", "l.jsonl.hop-import.json"] {
        assert_eq!(fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    let report = folder.read("l.jsonl.rejected.jsonl");
    assert!(!report.contains("made-up"), "{report}");
    assert_eq!(report.matches("\"has_password\":true").count(), 2, "{report}");
}

#[test]
fn in_a_file_of_one_line_a_link_is_named_by_its_number() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let content = r#"{"data":[{"address":"a","target":"https://a.example"},{"address":"b"},{"address":"c","target":"https://c.example"}]}"#;
    import(&folder.file("k.json", content), Format::Kutt, &server.address, &PLAIN).unwrap();
    let report: Value = serde_json::from_str(&folder.read("k.json.rejected.jsonl")).unwrap();
    assert_eq!((&report["line"], &report["nth"]), (&Value::from(1), &Value::from(2)));
}

#[test]
fn thousands_of_lines_without_a_link_do_not_end_the_import() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let file = folder.file("l.jsonl", nameless(1) + &"broken\n".repeat(5_000) + "{\"target\":\"https://example.com/1\"}\n");
    let done = import(&file, Format::Hop, &server.address, &PLAIN).unwrap();
    assert_eq!((server.made(), done.progress().refused), (targets(2), 5_000));
}

#[test]
fn a_changed_file_and_other_options_are_refused() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(401, "unauthenticated", None)]));
    let file = folder.file("l.jsonl", nameless(2));
    assert!(import(&file, Format::Hop, &server.address, &PLAIN).is_err());
    let dry = Options { domain: None, dry_run: true };
    let failure = import(&file, Format::Hop, &server.address, &dry).err().unwrap().to_string();
    assert!(failure.contains(&format!("`--from hop --to {}` is unfinished", server.address)), "{failure}");
    folder.file("l.jsonl", nameless(3));
    let failure = import(&file, Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
    assert!(failure.contains("has changed since"), "{failure}");
    folder.file("l.jsonl.hop-import.json", "{\"torn");
    let failure = import(&file, Format::Hop, &server.address, &PLAIN).err().unwrap().to_string();
    assert!(failure.contains("is not a valid progress file"), "{failure}");
    assert_eq!(server.requests().len(), 1);
}
