//! `bench`: instructions and allocations of a redirect, compared with the baseline.
use std::path::Path;

use crate::bench::baseline::{self, Baseline, Cost};
use crate::bench::valgrind;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

/// How much worse than the baseline a cost may be, in percent. It is above the noise and below an intended change.
const TOLERANCE: f64 = 5.0;

/// How much ten rules may add, in percent. All visitors of the link pay for its rules, even if none matches.
const RULES_BAR: f64 = 20.0;
const WITHOUT_RULES: &str = "memo";
const WITH_RULES: &str = "countries";

const ACCEPT: &str = "If the new cost is intended: `cargo xtask bench --accept` updates bench/baseline.toml.";

/// The name of a scenario and its description.
struct Scenario {
    name: String,
    what: String,
}

/// Measures all scenarios, prints the changes and returns whether all costs are within the limits.
pub(super) fn count(project: &Project, accept: bool) -> Outcome<bool> {
    valgrind::check_installed(project)?;
    let program = program(project)?;
    let program = program.as_path();
    let mut counted = Vec::new();
    let before = if accept { Baseline::read(project).unwrap_or_default() } else { Baseline::read(project)? };
    println!("{:<10} {:>12} {:>8} {:>12} {:>8}", "redirect", "instructions", "", "allocations", "");
    for Scenario { name, what } in scenarios(project, program)? {
        let cost = valgrind::cost(project, program, &name)?;
        println!("{}  {what}", line(&name, cost, before.of(&name)));
        counted.push((name, cost));
    }
    if accept {
        baseline::write(project, &counted)?;
    }
    let mut problems = if accept { Vec::new() } else { worse(&counted, &before) };
    if !problems.is_empty() {
        problems.push(ACCEPT.to_owned());
    }
    problems.extend(expensive_rules(&counted)?);
    problems.iter().for_each(|problem| println!("{problem}"));
    Ok(problems.is_empty())
}

/// Builds the bench program and returns its path.
pub(super) fn program(project: &Project) -> Outcome<std::path::PathBuf> {
    let mut cargo = project.command("cargo");
    process::run(cargo.args(["build", "--quiet", "--release", "--package", "hop-bench"]))?;
    Ok(project.bench_program())
}

fn scenarios(project: &Project, program: &Path) -> Outcome<Vec<Scenario>> {
    let mut command = project.system_command(&program.display().to_string());
    let listed = process::capture(command.arg("scenarios"))?.text;
    let named = listed.lines().filter_map(|line| line.split_once('\t'));
    Ok(named.map(|(name, what)| Scenario { name: name.into(), what: what.into() }).collect())
}

fn line(name: &str, now: Cost, before: Option<Cost>) -> String {
    let change = |of: fn(&Cost) -> f64| before.map_or_else(String::new, |before| percent(change(of(&now), of(&before))));
    let (instructions, allocations) = (change(|cost| cost.instructions), change(|cost| cost.allocations));
    format!("{name:<10} {:>12.0} {instructions:>8} {:>12.1} {allocations:>8}", now.instructions, now.allocations)
}

/// Formats a change; `=` for a rounding difference.
fn percent(change: f64) -> String {
    if change.abs() < 0.1 { "=".into() } else { format!("{change:+.1} %") }
}

/// The increase from `before` to `now`, in percent.
fn change(now: f64, before: f64) -> f64 {
    (now / before - 1.0) * 100.0
}

/// Whether the increase is more than `percent`.
fn is_over(now: f64, before: f64, percent: f64) -> bool {
    now * 100.0 > before * (100.0 + percent)
}

/// The messages for costs that are over the tolerance or without a baseline.
fn worse(counted: &[(String, Cost)], baseline: &Baseline) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, now) in counted {
        match baseline.of(name) {
            None => problems.push(format!("{name} is not in the baseline.")),
            Some(before) => {
                for (what, now, before) in
                    [("instructions", now.instructions, before.instructions), ("allocations", now.allocations, before.allocations)]
                {
                    if is_over(now, before, TOLERANCE) {
                        problems.push(format!("{name} takes {:.1} % more {what}.", change(now, before)));
                    }
                }
            }
        }
    }
    problems.extend(baseline.missing_from(counted).map(|name| format!("{name} is in the baseline but is not a scenario.")));
    problems
}

/// The message if ten rules cost too much.
fn expensive_rules(counted: &[(String, Cost)]) -> Outcome<Option<String>> {
    let of = |wanted: &str| {
        let found = counted.iter().find(|(name, _)| name == wanted);
        found.map(|(_, cost)| cost.instructions).ok_or_else(|| Failure::new(format!("the scenario {wanted} does not exist")))
    };
    let more = change(of(WITH_RULES)?, of(WITHOUT_RULES)?);
    println!("Ten rules add {more:.1} % instructions (limit: {RULES_BAR:.0} %).");
    Ok(is_over(of(WITH_RULES)?, of(WITHOUT_RULES)?, RULES_BAR).then(|| "Ten rules cost too much.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(of: &[(&str, f64, f64)]) -> Vec<(String, Cost)> {
        of.iter().map(|&(name, instructions, allocations)| (name.to_owned(), Cost { instructions, allocations })).collect()
    }

    #[test]
    fn tolerance_is_five_percent() {
        let baseline = Baseline::from(costs(&[("memo", 10_000.0, 20.0), ("cached", 20_000.0, 40.0)]));
        let problems = |memo: (f64, f64)| worse(&costs(&[("memo", memo.0, memo.1), ("cached", 10.0, 10.0)]), &baseline);
        assert!(problems((10_500.0, 21.0)).is_empty());
        assert_eq!(problems((10_501.0, 21.0)), ["memo takes 5.0 % more instructions."]);
        assert_eq!(problems((10_500.0, 22.0)), ["memo takes 10.0 % more allocations."]);
    }

    #[test]
    fn scenarios_and_baseline_must_match() {
        let (memo, cached) = (costs(&[("memo", 1.0, 1.0)]), costs(&[("cached", 1.0, 1.0)]));
        assert_eq!(
            worse(&memo, &Baseline::from(cached)),
            ["memo is not in the baseline.", "cached is in the baseline but is not a scenario."]
        );
    }

    #[test]
    fn ten_rules_may_add_twenty_percent() {
        let rules = |countries| expensive_rules(&costs(&[("memo", 10_000.0, 1.0), ("countries", countries, 1.0)])).unwrap();
        assert_eq!(rules(12_000.0), None);
        assert!(rules(12_001.0).is_some());
        assert!(expensive_rules(&costs(&[("memo", 1.0, 1.0)])).is_err());
    }
}
