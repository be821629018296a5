//! hop's built module on Cloudflare's runtime, in a race with the least that could do its work.
//!
//! All run in one workerd and take turns, one at a time and many times, so that whatever else the machine does meets all of them. What
//! counts is the middle one of the ratios of each turn.
use std::time::Duration;

use crate::bench::load::{self, Visits};
use crate::bench::workerd::{Ports, Workerd};
use crate::edge::Edge;
use crate::failure::Outcome;
use crate::project::Project;
use crate::{bench, build, setup};

const TURNS: usize = 7;
const TURN: Duration = Duration::from_secs(5);
/// The runtime compiles what is used often.
const WARM_UP: Duration = Duration::from_secs(2);

/// More than the memo holds, so that it never has the one that is asked for.
const MANY_ALIASES: u64 = 5_000;

/// One of those who race.
struct Racer {
    name: &'static str,
    visits: Visits,
    /// How often it must answer while the redirect in JavaScript answers once.
    bar: Option<f64>,
    per_second: Vec<f64>,
}

/// Shows who answers how much, and says whether hop passes its bars.
pub(super) fn compare(project: &Project) -> Outcome<bool> {
    setup::provide(project, setup::BUILD_CLOUDFLARE)?;
    build::module(project, Edge::Cloudflare)?;
    build::empty_worker(project)?;
    let program = bench::host::program(project)?;
    let mut workerd = Workerd::start(project, &program)?;
    let mut racers = racers(workerd.ports);
    for racer in &racers {
        load::requests_per_second(racer.visits, WARM_UP)?;
    }
    println!("{TURNS} turns of {} s for each of {}…", TURN.as_secs(), racers.len());
    for _ in 0..TURNS {
        for racer in &mut racers {
            let per_second = load::requests_per_second(racer.visits, TURN)?;
            racer.per_second.push(per_second);
        }
    }
    workerd.check_alive()?;
    Ok(judge(&racers))
}

/// The redirect in JavaScript comes first: the others are held against it.
fn racers(ports: Ports) -> [Racer; 4] {
    let racer = |name, port, aliases, bar| {
        let visits = Visits { port, method: "GET", aliases };
        Racer { name, visits, bar, per_second: Vec::new() }
    };
    [
        racer("JavaScript, from KV", ports.redirect, MANY_ALIASES, None),
        racer("hop, from its memo", ports.hop, 1, Some(1.0)),
        racer("hop, from KV", ports.hop, MANY_ALIASES, Some(0.6)),
        racer("Rust that does nothing", ports.empty, 1, None),
    ]
}

fn judge(racers: &[Racer]) -> bool {
    let Some(measure) = racers.first() else { return false };
    println!("{:<24} {:>10} {:>14} {:>15}", "", "requests/s", "to JavaScript", "least and most");
    let mut passed = true;
    for racer in racers {
        let mut ratios: Vec<f64> = racer.per_second.iter().zip(&measure.per_second).map(|(own, measure)| own / measure).collect();
        let (least, ratio, most) = spread(&mut ratios);
        let (_, per_second, _) = spread(&mut racer.per_second.clone());
        let missed = racer.bar.filter(|bar| ratio < *bar);
        let verdict = missed.map_or_else(String::new, |bar| format!("  below {bar:.2}"));
        println!("{:<24} {per_second:>10.0} {ratio:>14.2} {:>15}{verdict}", racer.name, format!("{least:.2} to {most:.2}"));
        passed &= missed.is_none();
    }
    passed
}

/// The least, the middle one and the most.
fn spread(numbers: &mut [f64]) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn racer(bar: Option<f64>, per_second: &[f64]) -> Racer {
        let visits = Visits { port: 0, method: "GET", aliases: 1 };
        Racer { name: "", visits, bar, per_second: per_second.to_vec() }
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
