//! Who is behind a `User-Agent`: somebody, a program, or the preview of a link in a chat.
//!
//! Every browser calls itself `Mozilla/` or one of a few other names, so whatever does not is a program. Programs that say they are
//! browsers give themselves away by a word of `bots.txt`, which `cargo xtask agents` makes. A person taken for a program is worse than
//! a program taken for a person, so no word is in the list that a browser is known to say.

mod agent_traits;
mod word_search;

use word_search::AgentWords;

pub(crate) use agent_traits::AgentTraits;

/// What programs call themselves and browsers do not.
static BOTS: AgentWords = AgentWords::new(include_str!("agent/bots.txt"));
/// What programs call themselves that show a link to people before they follow it. Kept by hand, and asked only of programs: some of
/// these names are those of apps, too.
static PREVIEWS: AgentWords = AgentWords::new(include_str!("agent/previews.txt"));
/// What browsers call themselves. Kept by hand.
static BROWSERS: AgentWords = AgentWords::new(include_str!("agent/browsers.txt"));

/// As much of an agent as is read. The longest that browsers send are about this long.
const BYTES_READ: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AgentKind {
    Human,
    Bot,
    /// Shows a card of the link in a chat or a post.
    Preview,
}

impl AgentKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
            Self::Preview => "preview",
        }
    }

    /// What their clicks are counted under.
    pub(crate) fn counter(self) -> &'static str {
        match self {
            Self::Human => "humans",
            Self::Bot => "bots",
            Self::Preview => "previews",
        }
    }
}

/// What an agent says of who follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) kind: AgentKind,
    /// What gave a program away.
    pub(crate) because: Option<&'static str>,
}

impl Agent {
    pub(crate) fn parse(agent: Option<&[u8]>) -> Self {
        let agent = read_part(agent);
        let Some(because) = program(agent) else {
            return Self { kind: AgentKind::Human, because: None };
        };
        match PREVIEWS.found_in(agent).next() {
            Some(word) => Self { kind: AgentKind::Preview, because: Some(word) },
            None => Self { kind: AgentKind::Bot, because: Some(because) },
        }
    }
}

/// What gives a program away.
fn program(agent: &[u8]) -> Option<&'static str> {
    if agent.is_empty() {
        return Some("no agent");
    }
    BOTS.found_in(agent).next().map(str::trim_start).or_else(|| BROWSERS.found_in(agent).next().is_none().then_some("no browser"))
}

fn read_part(agent: Option<&[u8]>) -> &[u8] {
    let agent = agent.unwrap_or_default();
    agent.get(..BYTES_READ).unwrap_or(agent)
}

#[cfg(test)]
mod tests;
