//! The summary at the end of a test run: a table of the steps, and the output of the tests that failed.
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use crate::test::steps::Step;
use crate::test::tally::Tally;

pub(super) struct Line {
    pub(super) step: Step,
    pub(super) tally: Tally,
    pub(super) took: Duration,
}

#[derive(Default)]
pub(super) struct Report {
    lines: Vec<Line>,
}

impl Line {
    fn verdict(&self) -> &'static str {
        if self.tally.failed == 0 { "passed" } else { "FAILED" }
    }

    /// The line that is printed after the step.
    pub(super) fn outcome(&self) -> String {
        format!("── {} {} after {:.1} s ──", self.step.name(), self.verdict(), self.took.as_secs_f64())
    }
}

impl Report {
    pub(super) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub(super) fn has_failed(&self, step: Step) -> bool {
        self.lines.iter().any(|line| line.step == step && line.tally.failed > 0)
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        match self.failed() {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }

    fn passed(&self) -> u64 {
        self.lines.iter().map(|line| line.tally.passed).sum()
    }

    fn failed(&self) -> u64 {
        self.lines.iter().map(|line| line.tally.failed).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28} {:<8} {:>6} {:>6} {:>8}", "step", "", "passed", "failed", "seconds")?;
        for line in &self.lines {
            let Tally { passed, failed, note, .. } = &line.tally;
            let seconds = line.took.as_secs_f64();
            let row = format!("{:<28} {:<8} {passed:>6} {failed:>6} {seconds:>8.1}  {note}", line.step.name(), line.verdict());
            writeln!(f, "{}", row.trim_end())?;
        }
        // Repeated here, because a long log is read from its end.
        for line in self.lines.iter().filter(|line| !line.tally.details.is_empty()) {
            writeln!(f, "\n{}: {}", line.step.name(), line.tally.details.trim_end())?;
        }
        write!(f, "\n{} passed, {} failed", self.passed(), self.failed())
    }
}
