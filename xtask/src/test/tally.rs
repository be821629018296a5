//! Counts of passed and failed tests, parsed from the output of a step.

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) note: String,
    /// What the failed tests printed.
    pub(super) details: String,
}

/// The details of a step have at most so many characters. Longer ones are cut, and end with `…`.
const MAX_DETAILS: usize = 8_000;

impl Tally {
    /// The result of a single check, such as a linter.
    pub(super) fn check(holds: bool) -> Self {
        match holds {
            true => Self { passed: 1, ..Self::default() },
            false => Self::failed(String::new()),
        }
    }

    pub(super) fn failed(note: String) -> Self {
        Self { failed: 1, note, ..Self::default() }
    }

    /// The sum of all `test result:` lines. Adds one failure if the run failed without a failing test, ran no test, or
    /// ignored some.
    pub(super) fn of_tests(printed: &str, success: bool) -> Self {
        let mut tally = Self { details: details_of(printed), ..Self::default() };
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

/// The lines from `failures:`, where the output of the failed tests begins, to the result of the test binary.
fn details_of(printed: &str) -> String {
    let mut is_inside = false;
    let lines = printed.lines().filter(|line| {
        match line.trim() {
            "failures:" => is_inside = true,
            other if other.starts_with("test result: ") => is_inside = false,
            _ => {}
        }
        is_inside
    });
    let mut details = lines.collect::<Vec<_>>().join("\n");
    if let Some((end, _)) = details.char_indices().nth(MAX_DETAILS) {
        details.truncate(end);
        details.push('…');
    }
    details
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
    fn missing_and_ignored_tests_are_failures() {
        assert_eq!(counts("", true), (0, 1));
        assert_eq!(counts("test result: ok. 0 passed; 0 failed; 0 ignored", true), (0, 1));
        assert_eq!(counts("error: could not compile", false), (0, 1));
        assert_eq!(counts("test result: ok. 3 passed; 0 failed; 0 ignored", false), (3, 1));
        assert_eq!(counts("test result: ok. 3 passed; 0 failed; 1 ignored", true), (3, 1));
    }

    #[test]
    fn details_are_what_failed_tests_printed() {
        let printed = "running 2 tests\ntest good ... ok\ntest bad  ... FAILED\n\nfailures:\n\n---- bad ----\nit is 3\n\n\
            failures:\n    bad\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\nmore text\n";
        let details = Tally::of_tests(printed, false).details;
        assert_eq!(details, "failures:\n\n---- bad ----\nit is 3\n\nfailures:\n    bad\n");
        let long = format!("failures:\n{}", "ä".repeat(MAX_DETAILS));
        let details = Tally::of_tests(&long, false).details;
        assert!(details.ends_with("ä…") && details.chars().count() == MAX_DETAILS + 1);
    }

    #[test]
    fn empty_test_binary_is_no_failure() {
        let printed = "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 0 passed; 0 failed; 0 ignored";
        assert_eq!(counts(printed, true), (3, 0));
    }
}
