//! How many tests a step ran, read from what it printed.

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) note: String,
}

impl Tally {
    /// One check that either holds or does not, such as a linter.
    pub(super) fn check(holds: bool) -> Self {
        match holds {
            true => Self { passed: 1, ..Self::default() },
            false => Self::failed(String::new()),
        }
    }

    pub(super) fn failed(note: String) -> Self {
        Self { passed: 0, failed: 1, note }
    }

    /// The sum of every `test result:` line. A run that failed without a failing test, or that ran no test at all or
    /// left some out, is one failure more: silence is never success.
    pub(super) fn of_tests(printed: &str, success: bool) -> Self {
        let mut tally = Self::default();
        let mut ignored = 0;
        for line in printed.lines().filter_map(|line| line.trim_start().strip_prefix("test result: ")) {
            tally.passed += number_before(line, " passed");
            tally.failed += number_before(line, " failed");
            ignored += number_before(line, " ignored");
        }
        let complaint = if ignored > 0 {
            Some(format!("{ignored} tests were ignored"))
        } else if tally.passed + tally.failed == 0 && success {
            Some("no test ran".to_owned())
        } else if tally.failed == 0 && !success {
            Some("the command failed".to_owned())
        } else {
            None
        };
        if let Some(note) = complaint {
            tally.failed += 1;
            tally.note = note;
        }
        tally
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split(word).next().unwrap_or_default();
    let digits = before.rsplit(|letter: char| !letter.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(printed: &str, success: bool) -> (u64, u64) {
        let tally = Tally::of_tests(printed, success);
        (tally.passed, tally.failed)
    }

    #[test]
    fn result_lines_add_up() {
        let printed = "running 5 tests\n\
            test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
            test result: FAILED. 11 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s\n\
            \x20   test result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.03s\n";
        assert_eq!(counts(printed, false), (17, 2));
    }

    #[test]
    fn silence_is_no_success() {
        assert_eq!(counts("", true), (0, 1));
        assert_eq!(counts("test result: ok. 0 passed; 0 failed; 0 ignored", true), (0, 1));
        assert_eq!(counts("error: could not compile", false), (0, 1));
        assert_eq!(counts("test result: ok. 3 passed; 0 failed; 0 ignored", false), (3, 1));
        assert_eq!(counts("test result: ok. 3 passed; 0 failed; 1 ignored", true), (3, 1));
    }

    #[test]
    fn an_empty_part_of_a_run_is_fine() {
        let printed = "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 0 passed; 0 failed; 0 ignored";
        assert_eq!(counts(printed, true), (3, 0));
    }
}
