//! User agents: classifies a `User-Agent` as a person, a program, or the preview of a link in a chat.
//!
//! * Every browser sends `Mozilla/` or one of a few other names. An agent without one of these is a program.
//! * Programs that pretend to be browsers are recognised by a word of `bots.txt`, which `cargo xtask agents` makes, or
//!   by the form of their agent (`form.rs`).
//! * `signals.rs` looks at more than the agent. Statistics use it; click limits do not.
//! * Taking a person for a program is worse than the reverse, so the list has no word that a browser is known to send.

mod agent_traits;
mod form;
mod signals;
mod word_search;

use word_search::AgentWords;

pub(crate) use agent_traits::AgentTraits;
pub(crate) use signals::{Signals, classify_click};

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

/// The visitor sends no `User-Agent`.
const NO_USER_AGENT: &str = "no_user_agent";
/// The agent has no word of `browsers.txt`.
const NO_BROWSER_NAME: &str = "no_browser_name";
/// A browser loads the page before its user opens it.
const PREFETCH: &str = "prefetch";

/// Classification of a `User-Agent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) kind: AgentKind,
    /// The rule by which it is a program, for statistics and explanations. `None` for people.
    ///
    /// The values are a closed vocabulary of fewer than 256 texts of at most 40 bytes: the words of `bots.txt` and
    /// `previews.txt`, and the names of the other rules: `no_user_agent`, `no_browser_name`, `contact_address`,
    /// `no_engine`, `engine_remark`, `prefetch`, `no_sec_fetch` and `hosting_network`. Only the last two need more than
    /// the agent and the prefetch headers.
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
        return Some(NO_USER_AGENT);
    }
    match BOTS.found_in(agent).next() {
        Some("http:" | "https:" | "mailto:") => Some(form::CONTACT_ADDRESS),
        Some(word) => Some(word.trim_start()),
        None if BROWSERS.found_in(agent).next().is_none() => Some(NO_BROWSER_NAME),
        None => form::broken_rule(agent),
    }
}

/// Classifies an agent. A prefetch of a browser counts as a preview, because no person has opened the page yet.
pub(crate) fn classify_agent(agent: &[u8], is_prefetch: bool) -> Agent {
    match Agent::parse(Some(agent)) {
        Agent { kind: AgentKind::Human, .. } if is_prefetch => Agent { kind: AgentKind::Preview, reason: Some(PREFETCH) },
        agent => agent,
    }
}

fn read_part(agent: Option<&[u8]>) -> &[u8] {
    let agent = agent.unwrap_or_default();
    agent.get(..BYTES_READ).unwrap_or(agent)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
