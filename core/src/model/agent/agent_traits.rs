//! What a visitor follows with: the device, its system and the browser.
//!
//! Nothing can be told of an iPad that asks for desktop pages, which is what iPads do: it says word for word what a Mac says. An app on
//! iOS that shows pages itself names no browser. Televisions, consoles and telephones without apps are rarely meant by a rule, so
//! what is not known to be one of the words is none.

use super::read_part;
use super::word_search::AgentWords;

/// In the words of the rules, where one of them applies.
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
/// A system that is none of the words, whatever it is made of.
const OTHER: u32 = 1 << 11;
const SAFARI: u32 = 1 << 12;
/// A television or a console.
const SCREEN: u32 = 1 << 13;
const TABLET: u32 = 1 << 14;
/// Safari gives its version so, and whoever only calls itself like Safari does not.
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
    let says = |sign| signs & sign != 0;
    if says(SCREEN) {
        None
    } else if says(IPAD | TABLET) {
        Some("tablet")
    } else if says(IPHONE | MOBILE) {
        Some("mobile")
    } else if says(ANDROID) {
        Some("tablet")
    } else if says(DESKTOP) || says(WINDOWS | MAC | LINUX) && !says(OTHER) {
        Some("desktop")
    } else {
        None
    }
}

fn os(signs: u32) -> Option<&'static str> {
    let says = |sign| signs & sign != 0;
    if says(OTHER) {
        None
    } else if says(IPAD | IPHONE) {
        Some("ios")
    } else if says(ANDROID) {
        Some("android")
    } else if says(SCREEN) {
        None
    } else if says(WINDOWS) {
        Some("windows")
    } else if says(MAC) {
        Some("macos")
    } else {
        (says(LINUX) && !says(MOBILE)).then_some("linux")
    }
}

fn browser(signs: u32) -> Option<&'static str> {
    let says = |sign| signs & sign != 0;
    if says(OPERA) {
        Some("opera")
    } else if says(EDGE) {
        Some("edge")
    } else if says(FIREFOX) {
        Some("firefox")
    } else if says(CHROME) {
        Some("chrome")
    } else {
        let on_apple = says(IPAD | IPHONE | MAC) && !says(ANDROID | OTHER);
        (on_apple && says(SAFARI) && says(VERSION)).then_some("safari")
    }
}
