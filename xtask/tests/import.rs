//! Tests of the import as a program: kill and resume, the admin key, messages and exit codes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

#[path = "../src/import/tests/server.rs"]
mod server;

use server::{Mood, Server};

const KEY: &str = "a-key-of-this-test-0123456789abcdef";
const ALL: Mood = Mood::Takes(usize::MAX);

/// A temporary directory, deleted when dropped.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, content: &str) -> (Self, PathBuf) {
        let path = std::env::temp_dir().join(format!("hop-import-program-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let file = path.join("links.jsonl");
        fs::write(&file, content).unwrap();
        (Self(path), file)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn xtask() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("import").env_remove("HOP_ADMIN_KEY").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn from_hop(file: &PathBuf, server: &Server) -> Command {
    let mut command = xtask();
    command.arg(file).args(["--from", "hop", "--to", &server.address]).env("HOP_ADMIN_KEY", KEY);
    command
}

fn texts(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

fn without_alias(count: usize) -> String {
    (0..count).map(|number| format!("{{\"target\":\"https://example.com/{number}\"}}\n")).collect()
}

#[test]
fn killed_import_resumes_without_loss_or_duplicates() {
    let (folder, file) = Folder::with("kill", &(without_alias(2_000) + "broken\n"));
    let server = Server::start(&[ALL, Mood::Takes(120), Mood::HangsAfterWork, ALL]);
    let mut first = from_hop(&file, &server).spawn().unwrap();
    server.wait_for(3);
    first.kill().unwrap();
    first.wait().unwrap();
    let made = server.created().len();
    assert!(made > 620 && made < 2_000, "{made}");

    let (out, errors) = texts(&from_hop(&file, &server).output().unwrap());
    assert!(errors.contains("Resuming after 620 links."), "{errors}");
    assert!(out.starts_with("2000 created, 0 already existed, 1 rejected\n"), "{out}");
    assert_eq!(server.created(), (0..2_000).map(|number| format!("https://example.com/{number}")).collect::<Vec<_>>());
    let mut names: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["links.jsonl", "links.jsonl.rejected.jsonl"]);
}

#[test]
fn interrupt_explains_how_to_continue() {
    let (_folder, file) = Folder::with("interrupt", &without_alias(10));
    let server = Server::start(&[Mood::HangsAfterWork, ALL]);
    let child = from_hop(&file, &server).spawn().unwrap();
    server.wait_for(1);
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(texts(&output).1.contains("Run the same command again to continue."));
    assert!(from_hop(&file, &server).output().unwrap().status.success());
    assert_eq!(server.created().len(), 10);
}

#[test]
fn exit_code_and_messages_report_rejected_links() {
    let (_folder, file) = Folder::with("words", "{\"alias\":\"a\",\"target\":\"https://a.example/\"}\n{\"alias\":\"b\"}\n");
    let server = Server::start(&[ALL]);
    let output = from_hop(&file, &server).output().unwrap();
    let (out, errors) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out.lines().next(), Some("1 created, 0 already existed, 1 rejected"));
    assert!(errors.contains("line 2: the target is missing\n") && errors.contains("100 %"), "{errors}");
    assert!(!errors.contains('\r') && !errors.contains('\x1b'), "plain lines without a terminal");
    assert!(!out.contains(KEY) && !errors.contains(KEY));
}

#[test]
fn admin_key_is_read_from_file_or_environment_only() {
    let (folder, file) = Folder::with("key", &without_alias(1));
    let server = Server::start(&[ALL]);
    let without = |mut command: Command| texts(&command.env_remove("HOP_ADMIN_KEY").output().unwrap()).1;
    assert!(without(from_hop(&file, &server)).contains("Set HOP_ADMIN_KEY in the environment"));
    let mut argument = from_hop(&file, &server);
    argument.args(["--key", "x"]);
    assert!(without(argument).contains("the key cannot be an argument"));
    assert_eq!(server.requests().len(), 0);

    let key = folder.0.join("key");
    fs::write(&key, "another-key-0123456789abcdefghijk\n").unwrap();
    let mut named = from_hop(&file, &server);
    named.arg("--key-file").arg(&key);
    assert!(named.output().unwrap().status.success());
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer another-key-0123456789abcdefghijk");
}

#[test]
fn help_names_every_option_and_format() {
    let help = texts(&xtask().arg("--help").output().unwrap()).0;
    for word in ["--from", "--to", "--domain", "--dry-run", "--key-file", "HOP_ADMIN_KEY", "shlink|sink|kutt|yourls|bitly|dub|golink|hop"] {
        assert!(help.contains(word), "{word}");
    }
    let all = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("help").output().unwrap();
    assert!(texts(&all).0.contains("\n  import "));
}

#[test]
fn missing_and_unknown_arguments_are_named() {
    for (arguments, message) in [
        (vec!["x.csv", "--to", "https://hop.example"], "`--from` is missing"),
        (vec!["x.csv", "--from", "yourls"], "`--to` is missing"),
        (vec!["--from", "yourls", "--to", "https://hop.example"], "FILE is missing"),
        (vec!["x.csv", "--from", "tinyurl", "--to", "https://hop.example"], "unknown format `tinyurl`"),
        (vec!["x.csv", "--from", "yourls", "--to", "http://hop.example"], "could read the admin key"),
        (vec!["x.csv", "y.csv"], "unknown argument `y.csv`"),
        (vec!["/nowhere/x.csv", "--from", "yourls", "--to", "https://hop.example"], "reading /nowhere/x.csv"),
    ] {
        let output = xtask().args(&arguments).env("HOP_ADMIN_KEY", KEY).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(texts(&output).1.contains(message), "{arguments:?}: {}", texts(&output).1);
    }
}
