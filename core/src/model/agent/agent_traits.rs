//! Agent traits: the device, the operating system and the browser of a visitor, from the `User-Agent`.
//!
//! * An iPad that requests desktop pages, which is the default, cannot be recognised: it sends exactly what a Mac
//!   sends.
//! * An iOS app that shows pages itself names no browser.
//! * Televisions, consoles and phones without apps are rarely meant by a rule, so they have none of these traits.

use super::read_part;
use super::word_search::AgentWords;

/// Traits of a visitor in the words that rules use. `None` where no word applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentTraits {
    pub(crate) device: Option<&'static str>,
    pub(crate) os: Option<&'static str>,
    pub(crate) browser: Option<&'static str>,
}

static SIGNS: AgentWords = AgentWords::new(include_str!("signs.txt"));

const ANDROID: u32 = 1;
const CHROME: u32 = 1 << 1;
const DESKTOP: u32 = 1 << 2;
const EDGE: u32 = 1 << 3;
const FIREFOX: u32 = 1 << 4;
const IPAD: u32 = 1 << 5;
const IPHONE: u32 = 1 << 6;
const LINUX: u32 = 1 << 7;
const MAC: u32 = 1 << 8;
const MOBILE: u32 = 1 << 9;
const OPERA: u32 = 1 << 10;
/// An operating system that has no word in rules.
const OTHER: u32 = 1 << 11;
const SAFARI: u32 = 1 << 12;
/// A television or a console.
const SCREEN: u32 = 1 << 13;
const TABLET: u32 = 1 << 14;
/// Safari sends its version in this form. Programs that only include Safari's name do not.
const VERSION: u32 = 1 << 15;
const WINDOWS: u32 = 1 << 16;

impl AgentTraits {
    pub(crate) fn parse(agent: Option<&[u8]>) -> Self {
        let signs = SIGNS.found_in(read_part(agent)).fold(0, |signs, word| signs | sign(word));
        Self { device: device(signs), os: os(signs), browser: browser(signs) }
    }
}

fn sign(word: &str) -> u32 {
    match word {
        " adr " | "android" => ANDROID,
        "blackberry" | "bb10" | "midp" | "mobile" | "phone; " => MOBILE,
        "chrome/" | "chromium/" | "crios/" => CHROME,
        "cros " => DESKTOP | OTHER,
        "edg/" | "edga/" | "edge/" | "edgios/" => EDGE,
        "firefox/" | "fxios/" => FIREFOX,
        "ipad" => IPAD,
        "iphone" | "ipod" => IPHONE,
        "kaios" | "series60" | "symbian" | "windows phone" => MOBILE | OTHER,
        "kindle/" => TABLET | OTHER,
        "linux" => LINUX,
        "macintosh" => MAC,
        "opera m" => MOBILE | OPERA,
        "opera " | "opera/" | "opios/" | "opr/" | "opt/" | "opx/" => OPERA,
        "openharmony" | "tizen" => OTHER,
        "safari/" => SAFARI,
        "playbook" | "tablet" => TABLET,
        "version/" => VERSION,
        "windows" => WINDOWS,
        "x11" => DESKTOP,
        _ => SCREEN,
    }
}

fn device(signs: u32) -> Option<&'static str> {
    let has = |sign| signs & sign != 0;
    if has(SCREEN) {
        None
    } else if has(IPAD | TABLET) {
        Some("tablet")
    } else if has(IPHONE | MOBILE) {
        Some("mobile")
    } else if has(ANDROID) {
        Some("tablet")
    } else if has(DESKTOP) || has(WINDOWS | MAC | LINUX) && !has(OTHER) {
        Some("desktop")
    } else {
        None
    }
}

fn os(signs: u32) -> Option<&'static str> {
    let has = |sign| signs & sign != 0;
    if has(OTHER) {
        None
    } else if has(IPAD | IPHONE) {
        Some("ios")
    } else if has(ANDROID) {
        Some("android")
    } else if has(SCREEN) {
        None
    } else if has(WINDOWS) {
        Some("windows")
    } else if has(MAC) {
        Some("macos")
    } else {
        (has(LINUX) && !has(MOBILE)).then_some("linux")
    }
}

fn browser(signs: u32) -> Option<&'static str> {
    let has = |sign| signs & sign != 0;
    if has(OPERA) {
        Some("opera")
    } else if has(EDGE) {
        Some("edge")
    } else if has(FIREFOX) {
        Some("firefox")
    } else if has(CHROME) {
        Some("chrome")
    } else {
        let on_apple = has(IPAD | IPHONE | MAC) && !has(ANDROID | OTHER);
        (on_apple && has(SAFARI) && has(VERSION)).then_some("safari")
    }
}
