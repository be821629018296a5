//! Which words the list needs. It is read here as naively as can be; the core reads the same lists quickly.
use crate::agents::package::Program;
use crate::failure::{Failure, Outcome};

/// Words that no browser says and no version of the package has to teach. `|` and `!` are explained in core/src/model/agent/words.rs.
const GENERAL: &[&str] = &[
    // What programs call themselves. Telephones are called `BOT 552` and `XBOT_Junior`.
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
    // Where they say who sends them.
    "http:",
    "https:",
    "mailto:",
    // Browsers that nobody sits before.
    "headless",
    "lighthouse",
    "phantomjs",
    "playwright",
    "puppeteer",
    "selenium",
    "synthetic",
    // HTTP clients.
    "axios",
    "curl/",
    "http-client",
    "httpclient",
    "libwww-perl",
    "okhttp",
    "python",
    "wget",
    // Previews that may say no more than their name.
    "cardyb",
    "facebookexternalhit",
    // Telephones and a tablet.
    "cubot!",
    "spider 8!",
];

/// Entries of the package behind which people are, and why.
pub(super) const PEOPLE: &[(&str, &str)] = &[
    (r"AP3A\.240617\.008", "a version of Android; whoever opens a link in Instagram says it"),
    ("MetaIAB Facebook", "what Facebook's app shows a link in"),
    (r"Code\/1\.", "an editor in which people open links"),
    (r"Trae\/", "another one"),
    ("Fluid", "makes an app of a site, for people"),
];

/// As much of an agent as the core reads.
const BYTES_READ: usize = 512;

/// A word this short may be part of another.
const SHORT: usize = 8;

pub(super) struct Words<'a> {
    words: Vec<String>,
    /// One a line.
    browsers: &'a str,
}

impl<'a> Words<'a> {
    /// The general ones, and one for each program that they do not tell.
    pub(super) fn of(programs: &[Program], browsers: &'a str) -> Outcome<Self> {
        let mut words = Self { words: GENERAL.iter().map(|word| (*word).to_owned()).collect(), browsers };
        for program in programs {
            let untold: Vec<String> =
                program.agents.iter().filter(|agent| !words.tell(agent)).map(|agent| agent.to_ascii_lowercase()).collect();
            if !untold.is_empty() {
                words.words.push(word(&program.pattern, &untold)?);
            }
        }
        Ok(words)
    }

    /// One a line, by their first letters; a word comes before those that it begins with.
    pub(super) fn text(mut self) -> String {
        self.words.sort_unstable_by(|one, other| one.get(..1).cmp(&other.get(..1)).then(other.cmp(one)));
        self.words.iter().map(|word| format!("{word}\n")).collect()
    }

    /// Whether this is the agent of a program.
    fn tell(&self, agent: &str) -> bool {
        let agent = agent.get(..BYTES_READ).unwrap_or(agent).to_ascii_lowercase();
        !self.browsers.lines().any(|browser| agent.contains(browser)) || self.words.iter().any(|word| says(&agent, word))
    }
}

fn says(agent: &str, word: &str) -> bool {
    let closes = |next: char| !(next.is_ascii_alphanumeric() || next == ' ' || next == '_');
    match word.strip_suffix('|') {
        Some(word) => agent.split(word).skip(1).any(|after| after.chars().next().is_none_or(closes)),
        None => agent.contains(word),
    }
}

/// A word that all these agents say and that their pattern is made of.
fn word(pattern: &str, agents: &[String]) -> Outcome<String> {
    let all_say = |word: &str| agents.iter().all(|agent| agent.get(..BYTES_READ).unwrap_or(agent).contains(word));
    let word = literal(pattern).filter(|word| word.len() > 2 && word.starts_with(|first: char| first == ' ' || first.is_ascii_lowercase()));
    let Some(word) = word.filter(|word| all_say(word)) else {
        return Err(Failure::new(format!("no word can be derived from the pattern `{pattern}`")).advise(
            "Edit xtask/src/agents/words.rs: add a general word that its agents contain, or add it to the exceptions.",
        ));
    };
    let apart = format!(" {word}");
    Ok(if word.len() < SHORT && all_say(&apart) { apart } else { word })
}

/// The text that a pattern stands for in small letters, if it is only one.
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
