//! How a failure is told: a line that says what was being tried, or that replays it.

use std::ops::Range;

/// Prints its line if the test dies while it is alive.
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

/// Whether whoever runs the tests has minutes.
pub(crate) fn slow() -> bool {
    std::env::var_os("HOP_SLOW").is_some()
}

/// The one seed of `HOP_SEED`, or the first `usual`, a hundred times as many where there is time.
fn seeds(usual: u64) -> Range<u64> {
    let chosen = std::env::var("HOP_SEED").ok().and_then(|seed| seed.parse().ok());
    match chosen {
        Some(seed) => seed..seed + 1,
        None if slow() => 0..usual * 100,
        None => 0..usual,
    }
}

/// Tries `check` with many seeds. A failure prints the line that replays it.
pub(crate) fn for_seeds(file: &str, test: &str, usual: u64, check: impl Fn(u64)) {
    for seed in seeds(usual) {
        let _guard = OnFailure::print(format!("\nreplay: HOP_SEED={seed} cargo test -p hop-core --test {file} {test}\n"));
        check(seed);
    }
}
