//! User agents: classifies a `User-Agent` as a person, a program, or the preview of a link in a chat.
//!
//! * Every browser sends `Mozilla/` or one of a few other names. An agent without one of these is a program.
//! * Programs that pretend to be browsers are recognised by a word of `bots.txt`, which `cargo xtask agents` makes.
//! * Taking a person for a program is worse than the reverse, so the list has no word that a browser is known to send.

mod agent_traits;
mod word_search;

use word_search::AgentWords;

pub(crate) use agent_traits::AgentTraits;

/// Words of programs that browsers do not send.
static BOTS: AgentWords = AgentWords::new(include_str!("agent/bots.txt"));
/// Words of programs that show people a preview of a link. Kept by hand. Only used for agents that are programs,
/// because some of these names also belong to apps.
static PREVIEWS: AgentWords = AgentWords::new(include_str!("agent/previews.txt"));
/// Words of browsers. Kept by hand.
static BROWSERS: AgentWords = AgentWords::new(include_str!("agent/browsers.txt"));

/// Limit of the bytes read of an agent: about the longest that browsers send.
const BYTES_READ: usize = 512;

/// Kind of visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AgentKind {
    Human,
    Bot,
    /// A program that shows a card of the link in a chat or a post.
    Preview,
}

impl AgentKind {
    pub(crate) const ALL: [Self; 3] = [Self::Human, Self::Bot, Self::Preview];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
            Self::Preview => "preview",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Name of the counter for clicks of this kind.
    pub(crate) fn counter(self) -> &'static str {
        match self {
            Self::Human => "humans",
            Self::Bot => "bots",
            Self::Preview => "previews",
        }
    }
}

/// Classification of a `User-Agent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) kind: AgentKind,
    /// Why it is a program: the matching word, or what is missing. `None` for people.
    pub(crate) reason: Option<&'static str>,
}

impl Agent {
    pub(crate) fn parse(agent: Option<&[u8]>) -> Self {
        let agent = read_part(agent);
        let Some(reason) = program_reason(agent) else {
            return Self { kind: AgentKind::Human, reason: None };
        };
        match PREVIEWS.found_in(agent).next() {
            Some(word) => Self { kind: AgentKind::Preview, reason: Some(word) },
            None => Self { kind: AgentKind::Bot, reason: Some(reason) },
        }
    }
}

/// Why an agent is a program. `None` for browsers.
fn program_reason(agent: &[u8]) -> Option<&'static str> {
    if agent.is_empty() {
        return Some("no User-Agent");
    }
    BOTS.found_in(agent).next().map(str::trim_start).or_else(|| BROWSERS.found_in(agent).next().is_none().then_some("no browser name"))
}

fn read_part(agent: Option<&[u8]>) -> &[u8] {
    let agent = agent.unwrap_or_default();
    agent.get(..BYTES_READ).unwrap_or(agent)
}

#[cfg(test)]
mod tests;
