//! Selection of the words for the list of bots. Matching here is simple and slow; the core has a fast matcher for the
//! same lists.
use crate::agents::package::Program;
use crate::failure::{Failure, Outcome};

/// General words, which are in the list regardless of the package. User agents of browsers do not contain them.
/// core/src/model/agent/word_search.rs explains `|` and `!`.
const GENERAL: &[&str] = &[
    // What bots call themselves. There are telephones named `BOT 552` and `XBOT_Junior`.
    "bot|",
    "crawl",
    "spider",
    "scrap",
    "fetch",
    "monitor",
    "preview",
    "uptime",
    "audit",
    "survey",
    "favicon",
    "google-",
    // Contact addresses of a bot's operator.
    "http:",
    "https:",
    "mailto:",
    // What bots say they do.
    "analy",
    "checker",
    "inspector",
    "observatory",
    "page speed",
    "scanner",
    "screenshot",
    "thumb",
    "validator",
    // Automated browsers.
    "headless",
    "lighthouse",
    "phantomjs",
    "playwright",
    "puppeteer",
    "selenium",
    "synthetic",
    "webkit2png",
    "wkhtml",
    // Monitors and tools that add their name to the user agent of a browser.
    "burpcollaborator",
    "catchpoint",
    "duplexweb",
    "gomez",
    "grader",
    "neustar",
    "ptst",
    "siteimprove",
    "statuscake",
    "yandex.translate",
    // Crawlers and assistants of language models that may give no address, from the list ai.robots.txt (MIT).
    "amazon-kendra",
    "amazon-qbusiness",
    "amzn-user",
    "anthropic",
    "awario",
    "chatgpt-",
    "claude-",
    "cohere-ai",
    "cotoyogi",
    "devin/",
    "gemini-deep",
    "googleagent-",
    "googleother",
    "img2dataset",
    "kimi-user",
    "laion",
    "lightpanda",
    "meta-external",
    "meta-webindexer",
    "mistralai",
    "notebooklm",
    "novaact",
    "omgili",
    "openai",
    "panscient",
    "perplexity-",
    "twinagent",
    "webzio",
    "yandexadditional",
    // HTTP clients.
    "axios",
    "curl/",
    "http-client",
    "httpclient",
    "libwww-perl",
    "node.js",
    "okhttp",
    "python",
    "wget",
    // Preview fetchers whose user agent may be only their name.
    "cardyb",
    "facebookexternalhit",
    // Exceptions: an app in which people open links, telephones and a tablet.
    "camscanner!",
    "cubot!",
    "spider 8!",
];

/// Exceptions: entries of the package that are used by people, with the reason.
pub(super) const PEOPLE: &[(&str, &str)] = &[
    (r"AP3A\.240617\.008", "a build of Android; Instagram's browser sends it"),
    ("MetaIAB Facebook", "the browser inside Facebook's app"),
    (r"Code\/1\.", "an editor in which people open links"),
    (r"Trae\/", "another editor"),
    ("Fluid", "wraps a website as an app"),
];

/// How much of a user agent the core reads.
const BYTES_READ: usize = 512;

/// A shorter word gets a space in front if possible, because it may be part of another word.
const SHORT: usize = 8;

pub(super) struct Words<'a> {
    words: Vec<String>,
    /// One per line.
    browsers: &'a str,
}

impl<'a> Words<'a> {
    /// The general words, and one for each bot that they do not match.
    pub(super) fn of(programs: &[Program], browsers: &'a str) -> Outcome<Self> {
        let mut words = Self { words: GENERAL.iter().map(|word| (*word).to_owned()).collect(), browsers };
        for program in programs {
            let missed: Vec<String> =
                program.agents.iter().filter(|agent| !words.is_bot(agent)).map(|agent| agent.to_ascii_lowercase()).collect();
            if !missed.is_empty() {
                words.words.push(word(&program.pattern, &missed)?);
            }
        }
        Ok(words)
    }

    /// The list: one word per line, sorted by first letter; a word comes before its own prefixes.
    pub(super) fn text(mut self) -> String {
        self.words.sort_unstable_by(|one, other| one.get(..1).cmp(&other.get(..1)).then(other.cmp(one)));
        self.words.iter().map(|word| format!("{word}\n")).collect()
    }

    /// Whether the list identifies this user agent as a bot.
    fn is_bot(&self, agent: &str) -> bool {
        let agent = agent.get(..BYTES_READ).unwrap_or(agent).to_ascii_lowercase();
        !self.browsers.lines().any(|browser| agent.contains(browser)) || self.words.iter().any(|word| contains(&agent, word))
    }
}

fn contains(agent: &str, word: &str) -> bool {
    let closes = |next: char| !(next.is_ascii_alphanumeric() || next == ' ' || next == '_');
    match word.strip_suffix('|') {
        Some(word) => agent.split(word).skip(1).any(|after| after.chars().next().is_none_or(closes)),
        None => agent.contains(word),
    }
}

/// Derives a word from a pattern. All these user agents must contain it.
fn word(pattern: &str, agents: &[String]) -> Outcome<String> {
    let all_contain = |word: &str| agents.iter().all(|agent| agent.get(..BYTES_READ).unwrap_or(agent).contains(word));
    let word = literal(pattern).filter(|word| word.len() > 2 && word.starts_with(|first: char| first == ' ' || first.is_ascii_lowercase()));
    let Some(word) = word.filter(|word| all_contain(word)) else {
        return Err(Failure::new(format!("no word can be derived from the pattern `{pattern}`"))
            .advise("Edit xtask/src/agents/words.rs: add a general word that its agents contain, or add it to the exceptions."));
    };
    let separate = format!(" {word}");
    Ok(if word.len() < SHORT && all_contain(&separate) { separate } else { word })
}

/// The only text that a pattern matches, in lower case; `None` if it matches several.
fn literal(pattern: &str) -> Option<String> {
    let (mut text, rest) = match pattern.strip_prefix("(^| )") {
        Some(rest) => (" ".to_owned(), rest),
        None => (String::new(), pattern.strip_prefix('^').unwrap_or(pattern)),
    };
    let mut rest = rest.strip_suffix('$').unwrap_or(rest).chars();
    while let Some(next) = rest.next() {
        let read = match next {
            '\\' => rest.next().filter(|escaped| !escaped.is_ascii_alphanumeric())?,
            '[' => {
                let (one, other, end) = (rest.next()?, rest.next()?, rest.next()?);
                if end != ']' || !one.eq_ignore_ascii_case(&other) {
                    return None;
                }
                one
            }
            '(' | ')' | '|' | '.' | '*' | '+' | '?' | '^' | '$' | '{' => return None,
            plain => plain,
        };
        text.push(read.to_ascii_lowercase());
    }
    Some(text)
}

#[cfg(test)]
mod tests;
