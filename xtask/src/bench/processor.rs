//! The processor time of a process.
use std::fs;
use std::time::Duration;

use crate::failure::{Outcome, While};

/// The processor time of all threads of a process, in nanoseconds; `/proc/<pid>/stat` counts hundredths of a second.
pub(super) fn time_of(process: u32) -> Outcome<Duration> {
    let path = format!("/proc/{process}/task");
    let mut nanoseconds = 0;
    for thread in fs::read_dir(&path).doing(format_args!("reading {path}"))?.flatten() {
        // The thread may have ended since then.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanoseconds += first_number(&text);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn first_number(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_grows_with_work() {
        let before = time_of(std::process::id()).unwrap();
        let sum = (0..2_000_000_u64).fold(0, |sum: u64, number| sum ^ number.wrapping_mul(sum | 1));
        assert!(time_of(std::process::id()).unwrap() > before, "{sum}");
    }

    #[test]
    fn schedstat_begins_with_time_on_processor() {
        assert_eq!(first_number("2000123 45 6\n"), 2_000_123);
        assert_eq!(first_number(""), 0);
    }
}
