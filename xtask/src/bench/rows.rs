//! The rows of a comparison: requests per second of several servers that take turns, and the ratios of their rates.
//!
//! The measure is requests per second of processor time, which other processes change little. A ratio is taken in each
//! turn, and the median counts.
use std::thread;
use std::time::Duration;

use crate::bench::load::{self, Visits};
use crate::bench::processor;
use crate::failure::Outcome;

/// One kind of request to one server.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// The process whose time is measured.
    pub(super) process: u32,
    pub(super) visits: Visits,
    /// How long background work may take after the last response. It is part of the measured time.
    pub(super) background: Duration,
    pub(super) aims: Vec<Aim>,
    pub(super) turns: Vec<Turn>,
}

/// The minimum rate of a row, relative to that of another row.
pub(super) struct Aim {
    /// The name of the other row.
    pub(super) of: &'static str,
    pub(super) minimum: f64,
}

/// Requests per second, by the clock and of processor time.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) by_clock: f64,
    pub(super) by_processor: f64,
}

impl Row {
    /// Visits the server for some time, and adds the rates to the turns. Returns the number of responses.
    pub(super) fn take_turn(&mut self, duration: Duration) -> Outcome<u32> {
        let before = processor::time_of(self.process)?;
        let count = self.visit(duration)?;
        let took = processor::time_of(self.process)?.saturating_sub(before);
        let answered = f64::from(count);
        self.turns.push(Turn { by_clock: answered / duration.as_secs_f64(), by_processor: answered / took.as_secs_f64() });
        Ok(count)
    }

    /// Visits the server for some time, without measuring it. Returns the number of responses.
    pub(super) fn visit(&self, duration: Duration) -> Outcome<u32> {
        let answered = load::answered(self.visits, duration)?;
        thread::sleep(self.background);
        Ok(answered)
    }
}

/// Prints the rates of all rows, their ratios to the first row, and which aims are reached. Returns whether all are.
pub(super) fn judge(rows: &[Row]) -> bool {
    let Some(reference) = rows.first() else { return false };
    println!("{:<34} {:>10} {:>10}  vs. {}", "requests per second", "by clock", "processor", reference.name);
    for row in rows {
        let (_, by_clock, _) = spread(row.turns.iter().map(|turn| turn.by_clock).collect());
        let (_, by_processor, _) = spread(row.turns.iter().map(|turn| turn.by_processor).collect());
        println!("{:<34} {by_clock:>10.0} {by_processor:>10.0}  {}", row.name, Ratio::of(row, Some(reference)));
    }
    println!();
    let mut passed = true;
    for (row, aim) in rows.iter().flat_map(|row| row.aims.iter().map(move |aim| (row, aim))) {
        let ratio = Ratio::of(row, rows.iter().find(|other| other.name == aim.of));
        // A ratio that is not a number misses its aim.
        let is_reached = ratio.median >= aim.minimum;
        let verdict = if is_reached { "reached" } else { "MISSED" };
        println!("{:<34} / {:<26} {ratio}  aim {:.2} {verdict}", row.name, aim.of, aim.minimum);
        passed &= is_reached;
    }
    passed
}

/// The ratios of the turns of two rows.
struct Ratio {
    least: f64,
    median: f64,
    most: f64,
}

impl Ratio {
    fn of(row: &Row, reference: Option<&Row>) -> Self {
        let pairs = row.turns.iter().zip(reference.into_iter().flat_map(|reference| &reference.turns));
        let (least, median, most) = spread(pairs.map(|(own, reference)| own.by_processor / reference.by_processor).collect());
        Self { least, median, most }
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.median, self.least, self.most)
    }
}

/// Minimum, median and maximum.
pub(super) fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, aims: Vec<Aim>, per_second: &[f64]) -> Row {
        let visits = Visits { port: 0, method: "GET", aliases: 1, status: 302 };
        let turns = per_second.iter().map(|&rate| Turn { by_clock: rate, by_processor: rate }).collect();
        Row { name, process: 0, visits, background: Duration::ZERO, aims, turns }
    }

    fn aim(minimum: f64) -> Vec<Aim> {
        vec![Aim { of: "reference", minimum }]
    }

    #[test]
    fn median_turn_decides() {
        let reference = || row("reference", Vec::new(), &[100.0, 200.0, 100.0]);
        // Ratios of 0.1, 1 and 1.1, although the median of its own rates is far below that of the reference.
        assert!(judge(&[reference(), row("row", aim(1.0), &[10.0, 200.0, 110.0])]));
        assert!(!judge(&[reference(), row("row", aim(1.0), &[99.0, 150.0, 150.0])]));
        assert!(judge(&[reference(), row("row", Vec::new(), &[1.0, 1.0, 1.0])]));
    }

    #[test]
    fn every_aim_counts() {
        let both = vec![Aim { of: "first", minimum: 1.0 }, Aim { of: "second", minimum: 1.0 }];
        let others = || [row("first", Vec::new(), &[1.0]), row("second", Vec::new(), &[3.0])];
        let [first, second] = others();
        assert!(!judge(&[first, second, row("row", both, &[2.0])]));
    }

    #[test]
    fn missing_turns_or_rows_miss_an_aim() {
        assert!(!judge(&[row("reference", Vec::new(), &[]), row("row", aim(0.5), &[])]));
        assert!(!judge(&[row("another", Vec::new(), &[1.0]), row("row", aim(0.5), &[1.0])]));
    }
}
