//! The package: patterns, and agents that were seen to match them.
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

/// All programs of the package that are programs.
pub(super) fn read(project: &Project) -> Outcome<Vec<Program>> {
    programs(&project.read(PACKAGE)?)
}

fn programs(json: &str) -> Outcome<Vec<Program>> {
    let unread = |what: &str| Failure::new(format!("{PACKAGE} {what}"));
    let entries: Vec<Value> = serde_json::from_str(json).map_err(|error| unread(&format!("is not a list: {error}")))?;
    let programs: Option<Vec<Program>> = entries.iter().map(program).collect();
    let mut programs = programs.ok_or_else(|| unread("has an entry without `pattern` and `instances`"))?;
    for (pattern, _) in PEOPLE {
        if !programs.iter().any(|program| program.pattern == *pattern) {
            return Err(unread(&format!("no longer contains `{pattern}`; remove it from the exceptions")));
        }
    }
    programs.retain(|program| !PEOPLE.iter().any(|(pattern, _)| program.pattern == *pattern));
    Ok(programs)
}

fn program(entry: &Value) -> Option<Program> {
    let agents = entry["instances"].as_array()?.iter().map(|agent| agent.as_str().map(str::to_owned));
    Some(Program { pattern: entry["pattern"].as_str()?.to_owned(), agents: agents.collect::<Option<_>>()? })
}
