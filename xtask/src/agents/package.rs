//! The npm package `crawler-user-agents`: patterns of bots, with user agents that match them.
use serde_json::Value;

use crate::agents::words::PEOPLE;
use crate::failure::{Failure, Outcome};
use crate::project::Project;

const PACKAGE: &str = "node_modules/crawler-user-agents/crawler-user-agents.json";

pub(super) struct Program {
    /// A regular expression.
    pub(super) pattern: String,
    pub(super) agents: Vec<String>,
}

/// Reads the bots of the package, without the exceptions in `PEOPLE`.
pub(super) fn read(project: &Project) -> Outcome<Vec<Program>> {
    programs(&project.read(PACKAGE)?)
}

fn programs(json: &str) -> Outcome<Vec<Program>> {
    let invalid = |what: &str| Failure::new(format!("{PACKAGE} {what}"));
    let entries: Vec<Value> = serde_json::from_str(json).map_err(|error| invalid(&format!("is not a list: {error}")))?;
    let programs: Option<Vec<Program>> = entries.iter().map(program).collect();
    let mut programs = programs.ok_or_else(|| invalid("has an entry without `pattern` and `instances`"))?;
    for (pattern, _) in PEOPLE {
        if !programs.iter().any(|program| program.pattern == *pattern) {
            return Err(invalid(&format!("no longer contains `{pattern}`; remove it from the exceptions")));
        }
    }
    programs.retain(|program| !PEOPLE.iter().any(|(pattern, _)| program.pattern == *pattern));
    Ok(programs)
}

fn program(entry: &Value) -> Option<Program> {
    let agents = entry["instances"].as_array()?.iter().map(|agent| agent.as_str().map(str::to_owned));
    Some(Program { pattern: entry["pattern"].as_str()?.to_owned(), agents: agents.collect::<Option<_>>()? })
}
