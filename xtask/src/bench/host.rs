//! Instructions and allocations of a redirect, compared with what they were.
use std::path::Path;

use crate::bench::baseline::{self, Baseline, Cost};
use crate::bench::valgrind;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

/// How much worse than the baseline a cost may be, in percent: less than what anybody would do on purpose, more than what moves by itself.
const TOLERANCE: f64 = 5.0;

/// Rules are paid for by everybody who follows the link, also by those they do not hold for. Ten may add this much, in percent.
const RULES_BAR: f64 = 20.0;
const WITHOUT_RULES: &str = "memo";
const WITH_RULES: &str = "countries";

const ACCEPT: &str = "If the new cost is intended: `cargo xtask bench --accept` updates bench/baseline.toml.";

/// What the program calls a scenario, and what it says of it.
struct Scenario {
    name: String,
    what: String,
}

/// Counts every scenario, shows what changed, and says whether nothing costs more than it may.
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
    let mut wrong = if accept { Vec::new() } else { worse(&counted, &before) };
    if !wrong.is_empty() {
        wrong.push(ACCEPT.to_owned());
    }
    wrong.extend(dear_rules(&counted)?);
    wrong.iter().for_each(|wrong| println!("{wrong}"));
    Ok(wrong.is_empty())
}

/// The program that makes the visits, as it is now.
pub(super) fn program(project: &Project) -> Outcome<std::path::PathBuf> {
    let mut cargo = project.command("cargo");
    process::run(cargo.args(["build", "--quiet", "--release", "--package", "hop-bench"]))?;
    Ok(project.bench_program())
}

fn scenarios(project: &Project, program: &Path) -> Outcome<Vec<Scenario>> {
    let mut command = project.machine_command(&program.display().to_string());
    let listed = process::capture(command.arg("scenarios"))?.text;
    let named = listed.lines().filter_map(|line| line.split_once('\t'));
    Ok(named.map(|(name, what)| Scenario { name: name.into(), what: what.into() }).collect())
}

fn line(name: &str, now: Cost, before: Option<Cost>) -> String {
    let change = |of: fn(&Cost) -> f64| before.map_or_else(String::new, |before| percent(change(of(&now), of(&before))));
    let (instructions, allocations) = (change(|cost| cost.instructions), change(|cost| cost.allocations));
    format!("{name:<10} {:>12.0} {instructions:>8} {:>12.1} {allocations:>8}", now.instructions, now.allocations)
}

/// Nothing is said of what rounding makes.
fn percent(change: f64) -> String {
    if change.abs() < 0.1 { "=".into() } else { format!("{change:+.1} %") }
}

/// By how many percent `now` is more than `before`.
fn change(now: f64, before: f64) -> f64 {
    (now / before - 1.0) * 100.0
}

/// Whether that is more than `percent`.
fn is_over(now: f64, before: f64, percent: f64) -> bool {
    now * 100.0 > before * (100.0 + percent)
}

/// What is wrong with these costs, in words.
fn worse(counted: &[(String, Cost)], baseline: &Baseline) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, now) in counted {
        match baseline.of(name) {
            None => wrong.push(format!("{name} is not in the baseline.")),
            Some(before) => {
                for (what, now, before) in
                    [("instructions", now.instructions, before.instructions), ("allocations", now.allocations, before.allocations)]
                {
                    if is_over(now, before, TOLERANCE) {
                        wrong.push(format!("{name} takes {:.1} % more {what}.", change(now, before)));
                    }
                }
            }
        }
    }
    wrong.extend(baseline.without(counted).map(|name| format!("{name} is in the baseline but is not a scenario.")));
    wrong
}

/// Whether ten rules cost too much, in words.
fn dear_rules(counted: &[(String, Cost)]) -> Outcome<Option<String>> {
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
    fn five_percent_are_let_pass_and_no_more() {
        let baseline = Baseline::from(costs(&[("memo", 10_000.0, 20.0), ("copy", 20_000.0, 40.0)]));
        let wrong = |memo: (f64, f64)| worse(&costs(&[("memo", memo.0, memo.1), ("copy", 10.0, 10.0)]), &baseline);
        assert!(wrong((10_500.0, 21.0)).is_empty());
        assert_eq!(wrong((10_501.0, 21.0)), ["memo takes 5.0 % more instructions."]);
        assert_eq!(wrong((10_500.0, 22.0)), ["memo takes 10.0 % more allocations."]);
    }

    #[test]
    fn a_scenario_and_its_baseline_come_and_go_together() {
        let (memo, copy) = (costs(&[("memo", 1.0, 1.0)]), costs(&[("copy", 1.0, 1.0)]));
        assert_eq!(worse(&memo, &Baseline::from(copy)), ["memo is not in the baseline.", "copy is in the baseline but is not a scenario."]);
    }

    #[test]
    fn ten_rules_may_add_a_fifth() {
        let rules = |countries| dear_rules(&costs(&[("memo", 10_000.0, 1.0), ("countries", countries, 1.0)])).unwrap();
        assert_eq!(rules(12_000.0), None);
        assert!(rules(12_001.0).is_some());
        assert!(dear_rules(&costs(&[("memo", 1.0, 1.0)])).is_err());
    }
}
