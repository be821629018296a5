//! The baseline of the benchmark, `bench/baseline.toml`: the accepted cost of each scenario.
use std::fmt::Write as _;
use std::fs;

use crate::failure::{Failure, Outcome, While};
use crate::project::Project;

const FILE: &str = "bench/baseline.toml";

const HEAD: &str = "\
# Cost of one redirect on the memory edge: instructions and allocations. `cargo xtask bench` fails when one is over 5 %
# worse; `cargo xtask bench --accept` writes this file. Other compilers and C libraries give slightly different numbers.
";

/// The cost of one visit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    pub(super) instructions: f64,
    pub(super) allocations: f64,
}

/// Scenarios and their costs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Baseline(Vec<(String, Cost)>);

impl Baseline {
    pub(super) fn read(project: &Project) -> Outcome<Self> {
        Self::parse(&project.read(FILE)?)
    }

    pub(super) fn of(&self, scenario: &str) -> Option<Cost> {
        self.0.iter().find(|(name, _)| name == scenario).map(|(_, cost)| *cost)
    }

    /// The names of scenarios that are not in `counted`.
    pub(super) fn missing_from<'a>(&'a self, counted: &'a [(String, Cost)]) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(name, _)| name.as_str()).filter(|name| !counted.iter().any(|(other, _)| other == name))
    }

    /// Parses lines such as `memo = { instructions = 15_322, allocations = 12.0 }`. The file contains nothing else.
    fn parse(text: &str) -> Outcome<Self> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let costs = lines.map(|line| read_line(line).ok_or_else(|| Failure::new(format!("{FILE} cannot be read: {line}"))));
        costs.collect::<Outcome<_>>().map(Self)
    }
}

impl From<Vec<(String, Cost)>> for Baseline {
    fn from(costs: Vec<(String, Cost)>) -> Self {
        Self(costs)
    }
}

pub(super) fn write(project: &Project, counted: &[(String, Cost)]) -> Outcome<()> {
    fs::write(project.path(FILE), text(counted)).doing(format_args!("writing {FILE}"))
}

fn text(counted: &[(String, Cost)]) -> String {
    counted.iter().fold(HEAD.to_owned(), |mut text, (name, Cost { instructions, allocations })| {
        let _ = writeln!(text, "{name} = {{ instructions = {instructions:.0}, allocations = {allocations:.1} }}");
        text
    })
}

fn read_line(line: &str) -> Option<(String, Cost)> {
    let (name, rest) = line.split_once('=')?;
    let rest = rest.trim().strip_prefix('{')?.strip_suffix('}')?;
    let number = |wanted: &str| {
        let values = rest.split(',').filter_map(|member| member.split_once('='));
        let (_, value) = values.into_iter().find(|(name, _)| name.trim() == wanted)?;
        value.trim().replace('_', "").parse().ok()
    };
    Some((name.trim().to_owned(), Cost { instructions: number("instructions")?, allocations: number("allocations")? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> Vec<(String, Cost)> {
        let cost = |instructions, allocations| Cost { instructions, allocations };
        vec![("memo".into(), cost(15_322.0, 12.0)), ("cached".into(), cost(30_000.0, 27.5))]
    }

    #[test]
    fn written_baseline_is_read_back() {
        let baseline = Baseline::parse(&text(&costs())).unwrap();
        assert_eq!(baseline.of("cached"), Some(costs()[1].1));
        assert_eq!(baseline.of("store"), None);
        assert_eq!(baseline, Baseline(costs()));
        assert_eq!(baseline.missing_from(&costs()[1..]).collect::<Vec<_>>(), ["memo"]);
    }

    #[test]
    fn incomplete_line_is_rejected() {
        for line in ["memo", "memo = 5", "memo = { instructions = 5 }", "memo = { instructions = x, allocations = 1 }"] {
            assert!(Baseline::parse(line).is_err(), "{line}");
        }
    }
}
