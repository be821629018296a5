//! `bench edge`: throughput of hop's module on Cloudflare's runtime, compared with a minimal redirect in JavaScript.
//!
//! All Workers run in one workerd and take turns, one at a time, so that other load on the machine affects all of them.
//! The measure is requests per second of processor time, which other processes change little. The median of the ratios
//! of all turns decides.
use std::time::Duration;

use crate::bench::load::{self, Visits};
use crate::bench::workerd::Runtime;
use crate::failure::Outcome;
use crate::project::Project;
use crate::setup;

const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(5);
/// Time for the runtime to optimise hot code.
const WARM_UP: Duration = Duration::from_secs(2);

/// More aliases than the memo holds, so that nearly all requests miss it.
const MANY_ALIASES: u64 = 5_000;

/// A Worker in a scenario.
struct Candidate {
    name: &'static str,
    visits: Visits,
    /// The minimum rate, relative to the redirect in JavaScript.
    minimum: Option<f64>,
    turns: Vec<Turn>,
}

/// Requests per second, by the clock and of processor time.
#[derive(Clone, Copy)]
struct Turn {
    by_clock: f64,
    by_processor: f64,
}

/// Measures all candidates, prints their rates and returns whether hop reaches its minimums.
pub(super) fn compare(project: &Project) -> Outcome<bool> {
    setup::provide(project, setup::BUILD_CLOUDFLARE)?;
    let runtime = Runtime::prepare(project)?;
    let mut workerd = runtime.start(project, "config", ["hop", "redirect", "empty"])?;
    let mut candidates = candidates(workerd.ports);
    for candidate in &candidates {
        load::answered(candidate.visits, WARM_UP)?;
    }
    println!("{TURNS} turns of {} s for each of {}…", TURN.as_secs(), candidates.len());
    for _ in 0..TURNS {
        for candidate in &mut candidates {
            let before = workerd.processor_time()?;
            let answered = f64::from(load::answered(candidate.visits, TURN)?);
            let took = workerd.processor_time()?.saturating_sub(before);
            candidate.turns.push(Turn { by_clock: answered / TURN.as_secs_f64(), by_processor: answered / took.as_secs_f64() });
        }
    }
    workerd.check_alive()?;
    Ok(judge(&candidates))
}

/// The candidates; the first one, the redirect in JavaScript, is the reference. It counts no clicks, so the candidates
/// with a minimum use HEAD, for which hop counts none. The others show the cost of clicks, which includes the stub of
/// D1, because it runs in the same process.
fn candidates([hop, redirect, empty]: [u16; 3]) -> [Candidate; 6] {
    let candidate = |name, port, method, aliases, minimum| {
        let visits = Visits { port, method, aliases };
        Candidate { name, visits, minimum, turns: Vec::new() }
    };
    [
        candidate("JavaScript, from KV", redirect, "GET", MANY_ALIASES, None),
        candidate("hop, from its memo", hop, "HEAD", 1, Some(1.0)),
        candidate("hop, from a cached link", hop, "HEAD", MANY_ALIASES, Some(0.6)),
        candidate("its memo, and a click", hop, "GET", 1, None),
        candidate("a cached link, and a click", hop, "GET", MANY_ALIASES, None),
        candidate("empty Worker in Rust", empty, "GET", 1, None),
    ]
}

fn judge(candidates: &[Candidate]) -> bool {
    let Some(reference) = candidates.first() else { return false };
    println!("{:<26} {:>10} {:>10}  {:<22}", "requests per second", "by clock", "processor", "vs. JavaScript");
    let mut passed = true;
    for candidate in candidates {
        let pairs = candidate.turns.iter().zip(&reference.turns);
        let (least, ratio, most) = spread(pairs.map(|(own, reference)| own.by_processor / reference.by_processor).collect());
        let (_, by_clock, _) = spread(candidate.turns.iter().map(|turn| turn.by_clock).collect());
        let (_, by_processor, _) = spread(candidate.turns.iter().map(|turn| turn.by_processor).collect());
        let missed = candidate.minimum.filter(|minimum| ratio.is_nan() || ratio < *minimum);
        let verdict = missed.map_or_else(String::new, |minimum| format!(", below {minimum:.2}"));
        println!("{:<26} {by_clock:>10.0} {by_processor:>10.0}  {ratio:.2} ({least:.2} to {most:.2}){verdict}", candidate.name);
        passed &= missed.is_none();
    }
    passed
}

/// Minimum, median and maximum.
fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(minimum: Option<f64>, per_second: &[f64]) -> Candidate {
        let visits = Visits { port: 0, method: "GET", aliases: 1 };
        let turns = per_second.iter().map(|&rate| Turn { by_clock: rate, by_processor: rate }).collect();
        Candidate { name: "", visits, minimum, turns }
    }

    #[test]
    fn median_turn_decides() {
        let reference = || candidate(None, &[100.0, 200.0, 100.0]);
        // Ratios of 0.1, 1 and 1.1, although the median of its own rates is far below that of the reference.
        assert!(judge(&[reference(), candidate(Some(1.0), &[10.0, 200.0, 110.0])]));
        assert!(!judge(&[reference(), candidate(Some(1.0), &[99.0, 150.0, 150.0])]));
        assert!(judge(&[reference(), candidate(None, &[1.0, 1.0, 1.0])]));
    }

    #[test]
    fn candidate_without_turns_fails() {
        assert!(!judge(&[candidate(None, &[]), candidate(Some(0.5), &[])]));
    }
}
