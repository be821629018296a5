//! Supporting signals: headers and the network of a click, which recognise some programs that send the agent of a
//! browser. Statistics use them. Click limits do not, because a person must never lose a link over a missing header.

use super::form::starts_with;
use super::word_search::AgentWords;
use super::{Agent, AgentKind, classify_agent};

/// A browser that always sends `Sec-Fetch-Site` and `Sec-Fetch-Mode` did not.
const NO_SEC_FETCH: &str = "no_sec_fetch";
/// The network belongs to a hosting provider, and a header that browsers send is missing.
const HOSTING_NETWORK: &str = "hosting_network";

/// Names of hosting providers, as registries of networks write them. Kept by hand. Cloudflare, Fastly and Akamai's
/// delivery network are not in it, because iCloud Private Relay sends people's requests from there.
static HOSTING: AgentWords = AgentWords::new(include_str!("hosting.txt"));

/// What else is known of a click.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals<'a> {
    pub(crate) is_prefetch: bool,
    /// Whether the visitor used https. Browsers send `Sec-Fetch-*` only there.
    pub(crate) is_https: bool,
    /// Whether `Sec-Fetch-Mode` was sent.
    pub(crate) has_sec_fetch: bool,
    pub(crate) has_accept_language: bool,
    /// Name of the organisation whose network the visitor uses, as the edge knows it.
    pub(crate) operator: Option<&'a str>,
}

/// Classifies a click by its agent and its signals. Signals only turn people into programs.
pub(crate) fn classify_click(agent: &[u8], signals: &Signals<'_>) -> Agent {
    let by_agent = classify_agent(agent, signals.is_prefetch);
    let reason = match by_agent.kind {
        AgentKind::Human => suspicion(agent, signals),
        AgentKind::Bot | AgentKind::Preview => None,
    };
    reason.map_or(by_agent, |reason| Agent { kind: AgentKind::Bot, reason: Some(reason) })
}

fn suspicion(agent: &[u8], signals: &Signals<'_>) -> Option<&'static str> {
    let lacks_sec_fetch = signals.is_https && !signals.has_sec_fetch;
    if lacks_sec_fetch && sends_sec_fetch(agent) {
        return Some(NO_SEC_FETCH);
    }
    let lacks_header = !signals.has_accept_language || lacks_sec_fetch && may_send_sec_fetch(agent);
    let is_hosted = || signals.operator.is_some_and(|name| HOSTING.found_in(name.as_bytes()).next().is_some());
    (lacks_header && is_hosted()).then_some(HOSTING_NETWORK)
}

/// The first versions that send `Sec-Fetch-Site` and `Sec-Fetch-Mode`, according to MDN's browser-compat-data
/// (`http/headers/Sec-Fetch-Site.json` and `Sec-Fetch-Mode.json`): Chrome 76 with Edge 79 and Opera 63, which are built
/// on it, Firefox 90, Safari 16.4. For Chromium it is 80 here, with which `Sec-Fetch-Dest` came.
const CHROMIUM: Version = Version(80, 0);
const FIREFOX: Version = Version(90, 0);
const SAFARI: Version = Version(16, 4);

#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Version(u32, u32);

/// Whether the whole agent is that of a browser which always sends `Sec-Fetch-*`.
///
/// Any further name in the agent means an app, a television or another browser, of which this is not known. Android
/// apps send the model of the phone; Chrome itself sends `Android 10; K` since version 110.
fn sends_sec_fetch(agent: &[u8]) -> bool {
    let parts = str::from_utf8(agent).ok().and_then(|agent| agent.strip_prefix("Mozilla/5.0 (")?.split_once(") "));
    let Some((platform, products)) = parts else { return false };
    is_chromium(platform, products) || is_firefox(platform, products) || is_safari(platform, products)
}

fn is_chromium(platform: &str, products: &str) -> bool {
    let is_desktop = ["Windows NT ", "Macintosh; Intel Mac OS X ", "X11; "].iter().any(|system| platform.starts_with(system));
    let names = products.strip_prefix("AppleWebKit/537.36 (KHTML, like Gecko) Chrome/");
    let Some((version, names)) = names.and_then(|names| names.split_once(' ')) else { return false };
    let names = match names.strip_prefix("Mobile ") {
        Some(names) if platform == "Linux; Android 10; K" => names,
        None if is_desktop && !platform.contains("Xbox") => names,
        _ => return false,
    };
    let is_known = match names.strip_prefix("Safari/537.36") {
        Some("") => true,
        Some(name) => [" Edg/", " EdgA/", " OPR/"].iter().any(|known| name.strip_prefix(known).is_some_and(is_version)),
        None => false,
    };
    is_known && at_least(version, CHROMIUM)
}

fn is_firefox(platform: &str, products: &str) -> bool {
    let is_desktop = ["Windows NT ", "Macintosh; Intel Mac OS X ", "X11; "].iter().any(|system| platform.starts_with(system));
    is_desktop && products.strip_prefix("Gecko/20100101 Firefox/").is_some_and(|version| at_least(version, FIREFOX))
}

fn is_safari(platform: &str, products: &str) -> bool {
    let is_apple =
        ["Macintosh; Intel Mac OS X ", "iPhone; CPU iPhone OS ", "iPad; CPU OS "].iter().any(|system| platform.starts_with(system));
    let names = products.strip_prefix("AppleWebKit/605.1.15 (KHTML, like Gecko) Version/");
    let Some((version, names)) = names.and_then(|names| names.split_once(' ')) else { return false };
    let names = names.strip_prefix("Mobile/15E148 ").unwrap_or(names);
    is_apple && names.strip_prefix("Safari/").is_some_and(is_version) && at_least(version, SAFARI)
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn at_least(version: &str, first: Version) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    is_version(version) && numbers.next().is_some_and(|major| Version(major, numbers.next().unwrap_or_default()) >= first)
}

/// Whether some name in the agent belongs to an engine that sends `Sec-Fetch-*`. Apps built on it may still not send
/// them, so this is only a weak sign.
fn may_send_sec_fetch(agent: &[u8]) -> bool {
    agent.split(|byte| *byte == b' ').any(|word| {
        let version =
            |name: &[u8]| starts_with(word, name).then(|| word.get(name.len()..)).flatten().and_then(|text| str::from_utf8(text).ok());
        version(b"chrome/").is_some_and(|version| at_least(version, CHROMIUM))
            || version(b"firefox/").is_some_and(|version| at_least(version, FIREFOX))
    })
}

#[cfg(test)]
mod tests;
