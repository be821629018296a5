//! Console blocks of a document: commands with their output, run as a reader would paste them.
//!
//! In a block marked `console` a line that begins with `$ ` is a command. Lines after it that begin with two spaces
//! continue it. All other lines are its output.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use regex::{Captures, Regex};
use tempfile::TempDir;

const FENCE: &str = "```";
const PROMPT: &str = "$ ";
const CONTINUATION: &str = "  ";

/// How long a command that only reads is repeated. Clicks are counted after the response.
const PATIENCE: Duration = Duration::from_secs(10);

/// Values that differ from one deployment to the next, as the first group of each pattern. Equal values get equal
/// names, so a document that shows two ids where hop answers one does not pass.
const VARIABLE: [(&str, &str); 5] = [
    ("secret", r"\b(hop_[0-9A-Za-z]+_[0-9A-Za-z]+)"),
    ("id", r"\b((?:lnk|req|usr)_[0-9A-Za-z]+)"),
    ("key", r#""id":"([0-9A-Za-z]{15,})""#),
    ("alias", r#""short_id":"(\w+)""#),
    ("alias", r#"/(\w+)","original_url""#),
];

/// Values that may also be equal by chance, such as the times of two writes.
const UNNAMED: [(&str, &str); 3] = [
    ("time", r"\b(\d{4}-\d\d-\d\dT[\d:.]+Z)"),
    ("cursor", r"\bcursor=([\w-]+)"),
    // Not every edge has them.
    ("days", r#""last_7_days":(null|\[[\d,]*\])"#),
];

/// The code blocks of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The commands of all console blocks.
    pub steps: Vec<Step>,
    /// The text of all other blocks.
    pub others: Vec<String>,
}

/// A command and the output that the document shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Step {
    line: usize,
    command: String,
    output: String,
}

/// A bash in an empty folder, with the variables `HOP` and `KEY`.
pub struct Session {
    bash: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: TempDir,
}

/// Names for variable values, numbered in the order of their first appearance.
#[derive(Clone, Default)]
struct Names(BTreeMap<String, String>);

impl Document {
    /// Reads the code blocks of a Markdown document.
    ///
    /// # Panics
    /// When a console block does not begin with a command, or a block is indented or has no end.
    pub fn read(text: &str) -> Self {
        let mut document = Self::default();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let is_indented = line.starts_with(' ') && line.trim_start().starts_with(FENCE);
            assert!(!is_indented, "line {}: a code block begins at the start of a line", at + 1);
            let Some(language) = line.strip_prefix(FENCE) else { continue };
            let mut block = Vec::new();
            loop {
                match lines.next() {
                    Some((_, line)) if line.starts_with(FENCE) => break,
                    Some((at, line)) => block.push((at + 1, line)),
                    None => panic!("the last code block of the document has no end"),
                }
            }
            match language {
                "console" => document.steps.extend(steps(&block)),
                _ => document.others.push(block.iter().map(|(_, line)| format!("{line}\n")).collect()),
            }
        }
        document
    }
}

fn steps(block: &[(usize, &str)]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_command = false;
    for &(line, text) in block {
        if let Some(command) = text.strip_prefix(PROMPT) {
            steps.push(Step { line, command: command.into(), output: String::new() });
            is_command = true;
            continue;
        }
        let step = steps.last_mut().unwrap_or_else(|| panic!("line {line}: a console block begins with a command, `$ …`"));
        is_command &= text.starts_with(CONTINUATION);
        let part = if is_command { &mut step.command } else { &mut step.output };
        if !part.is_empty() {
            part.push('\n');
        }
        part.push_str(text);
    }
    steps
}

impl Step {
    /// Whether the command can be repeated: curl only reads unless it is given a method or a body.
    fn only_reads(&self) -> bool {
        !["-X ", "-d ", "--data"].iter().any(|option| self.command.contains(option))
    }
}

impl Session {
    /// Starts bash for the deployment at `address` with its admin key.
    ///
    /// # Panics
    /// When bash or curl is not installed.
    pub fn start(address: SocketAddr, key: &str) -> Self {
        for program in ["bash", "curl"] {
            let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
            assert!(found.is_ok_and(|status| status.success()), "the commands need {program}, which is not installed on this machine");
        }
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let mut bash = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .env("HOP", format!("http://{address}"))
            .env("KEY", key)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash starts");
        let input = bash.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(bash.stdout.take().expect("its output is a pipe"));
        let mut session = Self { bash, input, output, folder };
        // No settings of this machine change what curl does, and no answer is awaited forever.
        session.run("exec 2>&1; curl() { command curl -q --noproxy '*' --max-time 60 \"$@\"; }");
        session
    }

    /// What the command prints, errors included.
    ///
    /// # Panics
    /// When the session ends.
    pub fn run(&mut self, command: &str) -> String {
        const END: &str = "--- end of the output ---\n";
        // From a file, so that a quote without its partner ends with the command.
        let file = self.folder.path().join(".command");
        std::fs::write(&file, command).expect("a temporary folder takes a file");
        write!(self.input, ". ./.command </dev/null\nprintf '\\n{}\\n'\n", END.trim_end()).expect("bash reads its input");
        let mut printed = String::new();
        while !printed.ends_with(END) {
            let read = self.output.read_line(&mut printed).expect("bash prints text");
            assert!(read > 0, "the session ended with `{command}`:\n{printed}");
        }
        printed.trim_end_matches(END).trim_end_matches('\n').replace('\r', "")
    }

    /// Runs all steps and describes each one whose output is not the one that the document shows.
    pub fn differences(&mut self, steps: &[Step]) -> Vec<String> {
        let (mut documented, mut seen) = (Names::default(), Names::default());
        let mut differences = Vec::new();
        for step in steps {
            let expected = documented.replace(&step.output);
            // After a difference others follow from it, so nothing is waited for.
            let give_up = Instant::now() + if differences.is_empty() { PATIENCE } else { Duration::ZERO };
            loop {
                let mut names = seen.clone();
                let printed = self.run(&step.command);
                let is_equal = names.replace(&printed) == expected;
                if !is_equal && step.only_reads() && Instant::now() < give_up {
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                }
                if !is_equal {
                    let Step { line, command, output } = step;
                    differences.push(format!("line {line}: {command}\n--- documented ---\n{output}\n--- printed ---\n{printed}\n"));
                }
                seen = names;
                break;
            }
        }
        differences
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It ends by itself otherwise, once its input is closed.
        let _ = self.bash.kill();
        let _ = self.bash.wait();
    }
}

impl Names {
    /// The text with names in place of variable values.
    fn replace(&mut self, text: &str) -> String {
        let named = VARIABLE.iter().fold(text.to_owned(), |text, (kind, pattern)| {
            replace_group(&text, pattern, |value| {
                let next = self.0.len();
                self.0.entry(value.to_owned()).or_insert_with(|| format!("<{kind} {next}>")).clone()
            })
        });
        UNNAMED.iter().fold(named, |text, (kind, pattern)| replace_group(&text, pattern, |_| format!("<{kind}>")))
    }
}

/// Replaces the first group of every match.
fn replace_group(text: &str, pattern: &str, mut replacement: impl FnMut(&str) -> String) -> String {
    let pattern = Regex::new(pattern).expect("a valid pattern");
    let replaced = pattern.replace_all(text, |found: &Captures<'_>| found[0].replace(&found[1], &replacement(&found[1])));
    replaced.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

    fn differences(block: &str) -> Vec<String> {
        let document = Document::read(&format!("```console\n{block}\n```\n"));
        Session::start(NOWHERE, "the key").differences(&document.steps)
    }

    #[test]
    fn blocks_are_split_into_commands_and_outputs() {
        let text = "text\n```sh\nHOP=x\n```\n```console\n$ for x in 1; do\n    echo $x\n  done\n1\n$ true\n$ cat\na\n  b\n```\n";
        let step = |line, command: &str, output: &str| Step { line, command: command.into(), output: output.into() };
        let steps = vec![step(6, "for x in 1; do\n    echo $x\n  done", "1"), step(10, "true", ""), step(11, "cat", "a\n  b")];
        assert_eq!(Document::read(text), Document { steps, others: vec!["HOP=x\n".into()] });
    }

    #[test]
    #[should_panic(expected = "line 2: a console block begins with a command")]
    fn output_without_a_command_is_refused() {
        Document::read("```console\necho\n```\n");
    }

    #[test]
    #[should_panic(expected = "line 2: a code block begins at the start of a line")]
    fn indented_blocks_are_refused() {
        Document::read("1. First:\n   ```console\n   $ true\n   ```\n");
    }

    #[test]
    fn commands_share_one_session() {
        assert_eq!(differences("$ A=$(echo 'a b'); B=1\n$ echo \"$A\" $B $KEY; printf c >&2\na b 1 the key\nc"), [""; 0]);
    }

    #[test]
    fn changed_output_is_reported() {
        let found = differences("$ echo one # -d \ntwo");
        assert_eq!(found, ["line 2: echo one # -d \n--- documented ---\ntwo\n--- printed ---\none\n"]);
    }

    #[test]
    fn missing_output_is_reported() {
        assert_eq!(differences("$ echo one # -d \n$ echo two\ntwo").len(), 1);
    }

    #[test]
    fn broken_commands_are_reported() {
        let found = differences("$ echo 'one # -d \n$ echo two\ntwo");
        assert!(found.len() == 1 && found[0].contains("unexpected EOF"), "{found:?}");
    }

    #[test]
    fn reading_commands_are_repeated_until_equal() {
        assert_eq!(differences("$ echo >>tries; wc -l <tries\n3"), [""; 0]);
        assert_eq!(differences("$ echo -X >>tries; wc -l <tries\n3").len(), 1);
    }

    #[test]
    fn equal_values_get_equal_names() {
        let replace = |text: &str| Names::default().replace(text);
        assert_eq!(replace("lnk_a usr_b lnk_a"), replace("lnk_x usr_y lnk_x"));
        assert_ne!(replace("lnk_a usr_b lnk_a"), replace("lnk_x usr_y lnk_z"));
        let shortened = |alias: &str| format!(r#"{{"short_id":"{alias}","short_url":"http://h/{alias}","original_url":"x"}}"#);
        assert_eq!(replace(&shortened("abc")), replace(&shortened("xyz")));
        let key = |id: &str, end: &str| format!(r#"{{"id":"{id}","secret":"hop_{id}_{end}"}}"#);
        assert_eq!(replace(&key("aaaaaaaaaaaaaaaaa", "b")), replace(&key("ccccccccccccccccc", "d")));
    }

    #[test]
    fn times_and_cursors_are_not_compared() {
        let replace = |text: &str| Names::default().replace(text);
        let text = |time: &str, cursor: &str| format!("\"at\":\"{time}\",\"next\":\"?cursor={cursor}\"");
        assert_eq!(replace(&text("2026-11-29T18:48:00.663Z", "a-b_C")), replace(&text("2027-01-01T00:00:00Z", "d")));
        assert_ne!(replace(&text("2026-11-29", "a")), replace(&text("2027-01-01T00:00:00Z", "d")));
    }
}
