//! hop's built module on Cloudflare's runtime, in a race with the least that could do its work.
//!
//! All run in one workerd and take turns, one at a time and many times, so that whatever else the machine does meets all of them. What
//! is compared is how many requests workerd answers in a second of a processor's own time, which others who use the machine change little;
//! and what decides is the middle one of the ratios of each turn.
use std::time::Duration;

use crate::bench::load::{self, Visits};
use crate::bench::workerd::Runtime;
use crate::failure::Outcome;
use crate::project::Project;
use crate::setup;

const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(5);
/// The runtime compiles what is used often.
const WARM_UP: Duration = Duration::from_secs(2);

/// More than the memo holds, so that it hardly ever has the one that is asked for.
const MANY_ALIASES: u64 = 5_000;

/// One of those who race.
struct Racer {
    name: &'static str,
    visits: Visits,
    /// How often it must answer while the redirect in JavaScript answers once.
    bar: Option<f64>,
    turns: Vec<Turn>,
}

/// How many requests were answered in a second, by the clock and of a processor's own time.
#[derive(Clone, Copy)]
struct Turn {
    by_clock: f64,
    by_processor: f64,
}

/// Shows who answers how much, and says whether hop passes its bars.
pub(super) fn compare(project: &Project) -> Outcome<bool> {
    setup::provide(project, setup::BUILD_CLOUDFLARE)?;
    let runtime = Runtime::prepare(project)?;
    let mut workerd = runtime.start(project, "config", ["hop", "redirect", "empty"])?;
    let mut racers = racers(workerd.ports);
    for racer in &racers {
        load::answered(racer.visits, WARM_UP)?;
    }
    println!("{TURNS} turns of {} s for each of {}…", TURN.as_secs(), racers.len());
    for _ in 0..TURNS {
        for racer in &mut racers {
            let before = workerd.processor_time()?;
            let answered = f64::from(load::answered(racer.visits, TURN)?);
            let took = workerd.processor_time()?.saturating_sub(before);
            racer.turns.push(Turn { by_clock: answered / TURN.as_secs_f64(), by_processor: answered / took.as_secs_f64() });
        }
    }
    workerd.check_alive()?;
    Ok(judge(&racers))
}

/// The redirect in JavaScript comes first: the others are held against it. It counts no clicks, so what has to pass a bar counts none either:
/// hop counts none of who asks with HEAD. What the clicks take is shown besides; the stub of D1 does its part of that in the same process.
fn racers([hop, redirect, empty]: [u16; 3]) -> [Racer; 6] {
    let racer = |name, port, method, aliases, bar| {
        let visits = Visits { port, method, aliases };
        Racer { name, visits, bar, turns: Vec::new() }
    };
    [
        racer("JavaScript, from KV", redirect, "GET", MANY_ALIASES, None),
        racer("hop, from its memo", hop, "HEAD", 1, Some(1.0)),
        racer("hop, from KV", hop, "HEAD", MANY_ALIASES, Some(0.6)),
        racer("from its memo, and a click", hop, "GET", 1, None),
        racer("from KV, and a click", hop, "GET", MANY_ALIASES, None),
        racer("Rust that does nothing", empty, "GET", 1, None),
    ]
}

fn judge(racers: &[Racer]) -> bool {
    let Some(measure) = racers.first() else { return false };
    println!("{:<26} {:>10} {:>10}  {:<22}", "requests in a second", "by clock", "processor", "to JavaScript");
    let mut passed = true;
    for racer in racers {
        let pairs = racer.turns.iter().zip(&measure.turns);
        let (least, ratio, most) = spread(pairs.map(|(own, measure)| own.by_processor / measure.by_processor).collect());
        let (_, by_clock, _) = spread(racer.turns.iter().map(|turn| turn.by_clock).collect());
        let (_, by_processor, _) = spread(racer.turns.iter().map(|turn| turn.by_processor).collect());
        let missed = racer.bar.filter(|bar| ratio.is_nan() || ratio < *bar);
        let verdict = missed.map_or_else(String::new, |bar| format!(", below {bar:.2}"));
        println!("{:<26} {by_clock:>10.0} {by_processor:>10.0}  {ratio:.2} ({least:.2} to {most:.2}){verdict}", racer.name);
        passed &= missed.is_none();
    }
    passed
}

/// The least, the middle one and the most.
fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn racer(bar: Option<f64>, per_second: &[f64]) -> Racer {
        let visits = Visits { port: 0, method: "GET", aliases: 1 };
        let turns = per_second.iter().map(|&rate| Turn { by_clock: rate, by_processor: rate }).collect();
        Racer { name: "", visits, bar, turns }
    }

    #[test]
    fn the_middle_turn_decides() {
        let measure = || racer(None, &[100.0, 200.0, 100.0]);
        // Ratios of 0.1, 1 and 1.1, though the middle of its own rates is far below that of the measure.
        assert!(judge(&[measure(), racer(Some(1.0), &[10.0, 200.0, 110.0])]));
        assert!(!judge(&[measure(), racer(Some(1.0), &[99.0, 150.0, 150.0])]));
        assert!(judge(&[measure(), racer(None, &[1.0, 1.0, 1.0])]));
    }

    #[test]
    fn who_never_raced_has_not_passed() {
        assert!(!judge(&[racer(None, &[]), racer(Some(0.5), &[])]));
    }
}
