//! Failure output: a line that describes the failed case or replays it.

use std::ops::Range;

/// Prints its line if the test panics before it is dropped.
pub(crate) struct OnFailure(String);

impl OnFailure {
    pub(crate) fn print(line: String) -> Self {
        Self(line)
    }
}

impl Drop for OnFailure {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

/// Whether the slow tests are enabled.
pub(crate) fn slow() -> bool {
    std::env::var_os("HOP_SLOW").is_some()
}

/// The one seed of `HOP_SEED`, or the first `count`.
fn seeds(count: u64) -> Range<u64> {
    let chosen = std::env::var("HOP_SEED").ok().and_then(|seed| seed.parse().ok());
    chosen.map_or(0..count, |seed| seed..seed + 1)
}

/// Runs `check` with `usual` seeds, a hundred times as many in slow mode. A failure prints the line that replays it.
pub(crate) fn for_seeds(file: &str, test: &str, usual: u64, check: impl Fn(u64)) {
    for_few_seeds(file, test, if slow() { usual * 100 } else { usual }, check);
}

/// Runs `check` with `count` seeds. A failure prints the line that replays it.
pub(crate) fn for_few_seeds(file: &str, test: &str, count: u64, check: impl Fn(u64)) {
    for seed in seeds(count) {
        let slow = if slow() { "HOP_SLOW=1 " } else { "" };
        let _guard =
            OnFailure::print(format!("\nreplay: {slow}HOP_SEED={seed} cargo test -p hop-core --test integration {file}::{test}\n"));
        check(seed);
    }
}
