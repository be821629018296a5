//! The form of a user agent: recognises programs by how their agent is written, whatever their name is.
//!
//! Browsers do not send addresses, and all that begin with `Mozilla/5.0` name their engine. Each rule was made with the
//! first half of docs/bots/corpus.jsonl.

use super::word_search::AgentWords;

/// The agent names an e-mail address or a website, where the operator of a program can be reached.
pub(crate) const CONTACT_ADDRESS: &str = "contact_address";
/// The agent looks like one of a browser but names no engine.
pub(crate) const NO_ENGINE: &str = "no_engine";
/// The agent has a remark inside `(KHTML, like Gecko)`.
pub(crate) const ENGINE_REMARK: &str = "engine_remark";

/// Words of engines, and of old browsers that name no engine. Kept by hand.
static ENGINES: AgentWords = AgentWords::new(include_str!("engines.txt"));

const BROWSER: &[u8] = b"mozilla/";
const ENGINE: &[u8] = b"(khtml, like gecko";
/// Common top-level domains of programs' websites. A phone names its network in the same form, as in `Telekom.de`, so
/// countries are not in the list.
const TOP_LEVEL_DOMAINS: [&[u8]; 4] = [b"com", b"io", b"net", b"org"];

/// The rule that `agent` breaks. `None` if its form is that of a browser.
pub(super) fn broken_rule(agent: &[u8]) -> Option<&'static str> {
    if has_contact_address(agent) {
        Some(CONTACT_ADDRESS)
    } else if names_no_engine(agent) {
        Some(NO_ENGINE)
    } else if has_engine_remark(agent) {
        Some(ENGINE_REMARK)
    } else {
        None
    }
}

fn has_contact_address(agent: &[u8]) -> bool {
    positions(agent).any(|(before, rest)| match rest {
        [b'@', host @ ..] => before.is_ascii_alphanumeric() && is_host(host),
        [b'.', end @ ..] => before.is_ascii_alphanumeric() && is_top_level_domain(end),
        _ => false,
    })
}

/// Each byte with what follows after it.
fn positions(agent: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = agent;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_first()?;
        rest = after;
        Some((*before, after))
    })
}

/// Whether `text` begins with a name and a dot. `ios@3.0.1` is a version, so the name begins with a letter.
fn is_host(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    text.first().is_some_and(u8::is_ascii_alphabetic) && matches!(text.get(name..), Some([b'.', after, ..]) if after.is_ascii_alphabetic())
}

/// Whether `text` begins with a top-level domain. `com.example.app` is the name of an app.
fn is_top_level_domain(text: &[u8]) -> bool {
    TOP_LEVEL_DOMAINS
        .iter()
        .any(|domain| starts_with(text, domain) && text.get(domain.len()).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'.'))
}

/// Netscape named no engine: `Mozilla/4.8 [en] (Windows NT 5.1; U)`. Later browsers that begin with `Mozilla/4` are
/// `compatible`.
fn names_no_engine(agent: &[u8]) -> bool {
    let is_netscape = matches!(agent.get(BROWSER.len()), Some(b'1'..=b'4')) && !contains(agent, b"compatible");
    starts_with(agent, BROWSER) && !is_netscape && ENGINES.found_in(agent).next().is_none()
}

/// Old Safari ends the remark with a version: `(KHTML, like Gecko, Safari/419.3)`.
fn has_engine_remark(agent: &[u8]) -> bool {
    let end = agent.windows(ENGINE.len()).position(|part| part.eq_ignore_ascii_case(ENGINE)).and_then(|at| at.checked_add(ENGINE.len()));
    end.and_then(|end| agent.get(end)).is_some_and(|next| !matches!(next, b')' | b','))
}

pub(super) fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
