//! Child processes: start them, capture their output, check how they ended.
use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome, While};
use crate::group::Member;

/// Runs a program with its output on the terminal. Fails unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = start(command)?.wait().doing(command_line(command))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed ({status}); its output is above", command_line(command)))) }
}

/// The standard output of a program and whether it succeeded. Its standard error goes to the terminal.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) success: bool,
}

/// Runs a program, prints its output line by line and returns it.
pub(crate) fn run_and_keep(command: &mut Command) -> Outcome<Printed> {
    read(command.stdout(Stdio::piped()), |line| println!("{line}"))
}

/// Runs a program and returns its output without printing it.
pub(crate) fn capture(command: &mut Command) -> Outcome<Printed> {
    read(command.stdout(Stdio::piped()), |_| ())
}

/// Starts a program without waiting for its end.
pub(crate) fn start(command: &mut Command) -> Outcome<Member> {
    Member::start(command).map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        match error.kind() {
            ErrorKind::NotFound => Failure::new(format!("`{program}` is not installed")),
            _ => Failure::new(format!("`{program}` cannot be started: {error}")),
        }
    })
}

fn read(command: &mut Command, mut each: impl FnMut(&str)) -> Outcome<Printed> {
    let mut member = start(command)?;
    let mut text = String::new();
    if let Some(output) = member.output() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).doing(command_line(command))? > 0 {
            let clean = String::from_utf8_lossy(&line);
            let clean = clean.trim_end_matches(['\n', '\r']);
            each(clean);
            text.push_str(clean);
            text.push('\n');
            line.clear();
        }
    }
    let success = member.wait().doing(command_line(command))?.success();
    Ok(Printed { text, success })
}

/// The command line as a user would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
