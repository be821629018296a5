//! Cost of one visit under valgrind: the difference between many visits and few, so that start and set-up do not count.
use std::ffi::OsStr;
use std::path::Path;

use crate::bench::baseline::Cost;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

/// After this many visits the memo, the cached links and the store are warm.
const FEW: u32 = 16;
/// Visits are at most 61 seconds apart. So a fresh cached link stays fresh in all of them, and an old one does not expire.
const MANY: u32 = 80;

const GET_VALGRIND: &str = "Install valgrind (Linux only): `apt-get install valgrind`, or the package of your distribution.";

/// Fails early if valgrind is missing, with advice on its installation.
pub(super) fn check_installed(project: &Project) -> Outcome<()> {
    let mut valgrind = project.system_command("valgrind");
    process::capture(valgrind.arg("--version")).map(drop).map_err(|failure| failure.advise(GET_VALGRIND))
}

/// The cost of one visit of a scenario.
pub(super) fn cost(project: &Project, program: &Path, scenario: &str) -> Outcome<Cost> {
    let each = |tool: &[&str], before: &str| -> Outcome<f64> {
        let few = total(project, tool, before, program, scenario, FEW)?;
        let many = total(project, tool, before, program, scenario, MANY)?;
        Ok(f64::from(many.saturating_sub(few)) / f64::from(MANY - FEW))
    };
    let instructions = each(&["--tool=callgrind", "--callgrind-out-file=/dev/null"], "Collected : ")?;
    let allocations = each(&["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"], "total heap usage: ")?;
    Ok(Cost { instructions, allocations })
}

/// The number that valgrind prints after `before`. Arguments of equal length and a minimal environment keep the stack
/// layout the same.
fn total(project: &Project, tool: &[&str], before: &str, program: &Path, scenario: &str, visits: u32) -> Outcome<u32> {
    let mut valgrind = project.system_command("valgrind");
    let path = std::env::var_os("PATH").unwrap_or_default();
    valgrind.env_clear().env("PATH", path).args(tool).arg("--log-fd=1").arg(program);
    let visits = format!("{visits:05}");
    valgrind.args(["visit", scenario, &visits].map(OsStr::new));
    let printed = process::capture(&mut valgrind)?;
    let failed = || Failure::new(format!("`{}` failed:\n{}", process::command_line(&valgrind), printed.text));
    if !printed.success {
        return Err(failed());
    }
    number_after(&printed.text, before).ok_or_else(failed)
}

/// Parses a number such as `1,234`.
fn number_after(text: &str, before: &str) -> Option<u32> {
    let (_, after) = text.split_once(before)?;
    let digits: String = after.chars().filter(|c| *c != ',').take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_commas_are_parsed() {
        let text = "==1== Collected : 1867585\n==2==   total heap usage: 1,270 allocs, 1,269 frees, 86,292 bytes allocated\n";
        assert_eq!(number_after(text, "Collected : "), Some(1_867_585));
        assert_eq!(number_after(text, "total heap usage: "), Some(1_270));
        assert_eq!(number_after(text, "nothing: "), None);
    }
}
