//! Requests to a deployment that stops early, is busy, rejects requests, or crashes.
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::Value;

use super::super::formats::Format;
use super::super::send::{AdminKey, Origin, RetryPolicy, Sender};
use super::server::{Mood, Server};
use super::{DEFAULTS, Folder, KEY, Options, import};

const ALL: Mood = Mood::Takes(usize::MAX);

/// Links without aliases: sent twice, they would be created twice.
fn without_alias(count: usize) -> String {
    (0..count).map(|number| format!("{{\"target\":\"https://example.com/{number}\"}}\n")).collect()
}

fn targets(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("https://example.com/{number}")).collect()
}

#[test]
fn request_follows_the_contract() {
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
    assert_eq!(done.summary(), "1 would be created, 0 already existed, 0 rejected\n");
    assert_eq!(folder.names(), ["l.jsonl"]);
}

#[test]
fn chunks_are_limited_in_lines_and_bytes() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let long = format!("{{\"target\":\"https://example.com/{}\"}}\n", "x".repeat(100_000)).repeat(5);
    let file = folder.file("l.jsonl", without_alias(1_200) + &long);
    import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.body.len() <= 256 * 1024));
    let lines: Vec<_> = requests.iter().map(|request| request.body.lines().count()).collect();
    assert_eq!(lines, [500, 500, 202, 2, 1]);
    assert_eq!(server.created().len(), 1_205);
}

#[test]
fn next_chunk_starts_where_the_server_stopped() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(40), Mood::Takes(7), ALL]));
    let file = folder.file("l.jsonl", without_alias(300));
    let done = import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
    assert_eq!(server.created(), targets(300));
    assert_eq!(done.progress().created, 300);
    let lines: Vec<_> = server.requests().iter().map(|request| request.body.lines().count()).collect();
    assert_eq!(lines, [300, 40, 7, 14, 28, 56, 112, 36], "the chunk size adapts to the server");
    let keys: HashSet<_> = server.requests().iter().map(|request| request.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 8);
}

#[test]
fn retries_send_the_same_body_and_key() {
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
        let file = folder.file("l.jsonl", without_alias(9));
        import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
        assert_eq!(server.created(), targets(9));
        let requests = server.requests();
        let sent = |at: usize| (requests[at].body.clone(), requests[at].headers["idempotency-key"].clone());
        assert_eq!(sent(1), sent(2));
        assert_eq!(sent(1), sent(3));
    }
}

#[test]
fn failed_line_retries_the_whole_chunk() {
    for status in [500, 503] {
        let fails = Mood::Fails(4, status);
        let (folder, server) = (Folder::new(), Server::start(&[fails, fails, ALL]));
        let done = import(&folder.file("l.jsonl", without_alias(9)), Format::Hop, &server.address, &DEFAULTS).unwrap();
        let mut made = server.created();
        made.sort();
        assert_eq!((made, done.progress().created, folder.names()), (targets(9), 9, vec!["l.jsonl".to_owned()]));
        let requests = server.requests();
        let same = |at: usize| {
            (&requests[at].body, &requests[at].headers["idempotency-key"]) == (&requests[0].body, &requests[0].headers["idempotency-key"])
        };
        assert!(requests.len() == 3 && same(1) && same(2));
    }
}

#[test]
fn only_failures_of_the_store_stop_the_import() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Fails(4, 503)]));
    let file = folder.file("l.jsonl", without_alias(9));
    let failure = import(&file, Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
    assert!(failure.contains("after 4 attempts") && failure.contains("answered store_unavailable for line 4 of 9"), "{failure}");
    assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.hop-import.json"]);
    server.set_moods(&[Mood::Fails(4, 500)]);
    let done = import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
    assert_eq!((done.progress().created, done.progress().rejected, server.created().len()), (8, 1, 8));
    let report: Value = serde_json::from_str(&folder.read("l.jsonl.rejected.jsonl")).unwrap();
    assert_eq!((&report["line"], &report["code"]), (&Value::from(4), &Value::from("internal")));
}

#[test]
fn pauses_grow_and_respect_retry_after() {
    let busy = |wait| Mood::Says(503, "store_unavailable", wait);
    let moods = [busy(None), busy(None), busy(None), busy(Some(0)), busy(Some(9)), ALL];
    let server = Server::start(&moods);
    let retries = RetryPolicy { attempts: 6, first_pause: Duration::from_millis(100), longest_pause: Duration::from_millis(300) };
    let origin = Origin::read(&server.address).unwrap();
    let sender = Sender::to(&origin, None, false, AdminKey::read(KEY).unwrap(), retries);
    let mut messages = Vec::new();
    sender.send(&["{\"target\":\"https://example.com/\"}"], "a/0", &mut |text| messages.push(text.to_owned())).unwrap();
    let pauses: Vec<_> = messages.iter().filter_map(|text| text.rsplit_once("retrying in ")).map(|(_, pause)| pause).collect();
    assert_eq!(pauses, ["0.1 s", "0.2 s", "0.3 s", "0.3 s", "0.3 s"], "the longest pause limits Retry-After too");
}

#[test]
fn later_run_resumes_after_failed_attempts() {
    for mood in [Mood::Says(503, "store_unavailable", Some(0)), Mood::DiesAfterWork, Mood::BreaksOff] {
        let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(4), Mood::Takes(4), mood]));
        let file = folder.file("l.jsonl", without_alias(20));
        let failure = import(&file, Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
        assert!(failure.contains("after 4 attempts"), "{failure}");
        assert!(failure.contains("8 links of the file are processed. Run the same command again to continue after them."), "{failure}");
        assert!(!failure.contains(KEY));
        assert_eq!(server.requests().len(), 6, "the number of attempts is limited");
        assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.hop-import.json"]);
        server.set_moods(&[ALL]);
        let done = import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
        assert_eq!(server.created(), targets(20), "nothing is lost or duplicated");
        assert_eq!((done.progress().created, folder.names()), (20, vec!["l.jsonl".to_owned()]));
    }
}

#[test]
fn wrong_key_fails_without_retry() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(401, "unauthenticated", None)]));
    let file = folder.file("l.jsonl", without_alias(2));
    let failure = import(&file, Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
    assert!(failure.contains("answered 401 unauthenticated") && failure.contains("Check HOP_ADMIN_KEY"), "{failure}");
    assert!(!failure.contains(KEY));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn other_errors_fail_with_advice() {
    for (status, message) in
        [(403, "may not import"), (404, "import was not found"), (422, "detail of the test"), (308, "The address redirects")]
    {
        let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(status, "x", None)]));
        let failure = import(&folder.file("l.jsonl", without_alias(2)), Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
        assert!(failure.contains(message), "{failure}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn too_large_chunk_is_halved() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(413, "too_large", None), Mood::Takes(0), ALL]));
    import(&folder.file("l.jsonl", without_alias(9)), Format::Hop, &server.address, &DEFAULTS).unwrap();
    assert_eq!(server.requests().iter().map(|request| request.body.lines().count()).collect::<Vec<_>>(), [9, 4, 2, 4, 3]);
    assert_eq!(server.created(), targets(9));
}

#[test]
fn server_that_accepts_no_line_is_an_error() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Takes(0)]));
    let failure = import(&folder.file("l.jsonl", without_alias(9)), Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
    assert!(failure.contains("does not accept line 1, even alone"), "{failure}");
}

#[test]
fn rejected_lines_are_reported_once_after_resuming() {
    let dead = Mood::Says(503, "store_unavailable", Some(0));
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let taken = folder.file(
        "taken.jsonl",
        "{\"alias\":\"a\",\"target\":\"https://other.example/\"}\n{\"alias\":\"b\",\"target\":\"https://b.example/\"}\n",
    );
    import(&taken, Format::Hop, &server.address, &DEFAULTS).unwrap();
    server.set_moods(&[Mood::Takes(1), dead]);
    let content = "\n{\"alias\":\"a\",\"target\":\"https://a.example/\"}\nnot json\n{\"alias\":\"b\",\"target\":\"https://b.example/\"}\n{\"alias\":\"c\"}\n{\"alias\":\"d\",\"target\":\"https://d.example/\"}\n{\"alias\":\"e\",\"state\":\"deleted\",\"target\":\"https://e.example/\"}\n";
    let file = folder.file("l.jsonl", content);
    assert!(import(&file, Format::Hop, &server.address, &DEFAULTS).is_err());
    assert_eq!(folder.read("l.jsonl.rejected.jsonl").lines().count(), 2);
    // Simulates a crash after a line of the report was written and before the progress was saved.
    let report = folder.read("l.jsonl.rejected.jsonl") + "{\"line\":99}\n";
    folder.file("l.jsonl.rejected.jsonl", report);
    server.set_moods(&[ALL]);
    let done = import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
    assert!(done.summary().starts_with("1 created, 1 already existed, 4 rejected\n"), "{}", done.summary());
    let report = folder.read("l.jsonl.rejected.jsonl");
    let entries: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<_> = entries.iter().map(|entry| (entry["line"].as_u64().unwrap(), entry["code"].as_str().unwrap())).collect();
    assert_eq!(lines, [(2, "alias_taken"), (3, "not_sent"), (5, "not_sent"), (7, "not_sent")]);
    assert_eq!(entries[0]["link"]["target"], "https://a.example/");
    assert_eq!((&entries[1]["link"], &entries[2]["reason"]), (&Value::Null, &Value::from("the target is missing")));
    assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.rejected.jsonl", "taken.jsonl"]);
}

#[test]
fn files_beside_the_export_are_private_without_passwords() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let taken = folder.file(
        "taken.jsonl",
        ["password", "password_hash"].map(|alias| format!("{{\"alias\":\"{alias}\",\"target\":\"https://other.example/\"}}\n")).concat(),
    );
    import(&taken, Format::Hop, &server.address, &DEFAULTS).unwrap();
    server.set_moods(&[Mood::Takes(2), Mood::Says(401, "unauthenticated", None)]);
    let line = |field: &str| format!("{{\"alias\":\"{field}\",\"target\":\"https://a.example/\",\"{field}\":\"made-up\"}}\n");
    let file = folder.file("l.jsonl", line("password") + &line("password_hash") + &without_alias(1));
    assert!(import(&file, Format::Hop, &server.address, &DEFAULTS).is_err());
    for name in ["l.jsonl.rejected.jsonl", "l.jsonl.hop-import.json"] {
        assert_eq!(fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    let report = folder.read("l.jsonl.rejected.jsonl");
    assert!(!report.contains("made-up"), "{report}");
    assert_eq!(report.matches("\"has_password\":true").count(), 2, "{report}");
}

#[test]
fn report_numbers_links_of_a_single_line() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let content = r#"{"data":[{"address":"a","target":"https://a.example"},{"address":"b"},{"address":"c","target":"https://c.example"}]}"#;
    import(&folder.file("k.json", content), Format::Kutt, &server.address, &DEFAULTS).unwrap();
    let report: Value = serde_json::from_str(&folder.read("k.json.rejected.jsonl")).unwrap();
    assert_eq!((&report["line"], &report["nth"]), (&Value::from(1), &Value::from(2)));
}

#[test]
fn thousands_of_invalid_lines_do_not_end_the_import() {
    let (folder, server) = (Folder::new(), Server::start(&[ALL]));
    let file = folder.file("l.jsonl", without_alias(1) + &"broken\n".repeat(5_000) + "{\"target\":\"https://example.com/1\"}\n");
    let done = import(&file, Format::Hop, &server.address, &DEFAULTS).unwrap();
    assert_eq!((server.created(), done.progress().rejected), (targets(2), 5_000));
}

#[test]
fn changed_file_or_options_cannot_be_resumed() {
    let (folder, server) = (Folder::new(), Server::start(&[Mood::Says(401, "unauthenticated", None)]));
    let file = folder.file("l.jsonl", without_alias(2));
    assert!(import(&file, Format::Hop, &server.address, &DEFAULTS).is_err());
    let dry = Options { domain: None, dry_run: true };
    let failure = import(&file, Format::Hop, &server.address, &dry).err().unwrap().to_string();
    assert!(failure.contains(&format!("`--from hop --to {}` is unfinished", server.address)), "{failure}");
    folder.file("l.jsonl", without_alias(3));
    let failure = import(&file, Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
    assert!(failure.contains("has changed since"), "{failure}");
    folder.file("l.jsonl.hop-import.json", "{\"torn");
    let failure = import(&file, Format::Hop, &server.address, &DEFAULTS).err().unwrap().to_string();
    assert!(failure.contains("is not a valid progress file"), "{failure}");
    assert_eq!(server.requests().len(), 1);
}
