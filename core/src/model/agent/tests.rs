use super::*;

const PEOPLE: &str = include_str!("fixtures/people.txt");
const PROGRAMS: &str = include_str!("fixtures/bots.txt");

fn kind(agent: &str) -> AgentKind {
    Agent::parse(Some(agent.as_bytes())).kind
}

fn reason(agent: &str) -> Option<&'static str> {
    Agent::parse(Some(agent.as_bytes())).reason
}

/// Device, operating system and browser with the agent that has them.
fn people() -> impl Iterator<Item = ([Option<&'static str>; 3], &'static str)> {
    PEOPLE.lines().map(|line| {
        let mut columns = line.split('\t');
        let traits = [(); 3].map(|()| columns.next().filter(|word| *word != "-"));
        (traits, columns.next().unwrap())
    })
}

#[test]
fn browsers_are_classified_as_people() {
    assert!(people().count() >= 60);
    for (_, agent) in people() {
        assert_eq!(Agent::parse(Some(agent.as_bytes())), Agent { kind: AgentKind::Human, reason: None }, "{agent}");
    }
}

#[test]
fn device_system_and_browser_are_recognised() {
    for (traits, agent) in people() {
        let AgentTraits { device, os, browser } = AgentTraits::parse(Some(agent.as_bytes()));
        assert_eq!([device, os, browser], traits, "{agent}");
    }
}

#[test]
fn traits_use_the_words_of_rules() {
    use crate::model::rules::{Browser, Device, Os, WordSet};
    let known = |word: Option<&str>, stored: fn(&[String]) -> bool| word.is_none_or(|word| stored(&[word.to_owned()]));
    for ([device, os, browser], agent) in people() {
        assert!(known(device, |words| WordSet::<Device>::stored(words).is_some()), "{agent}");
        assert!(known(os, |words| WordSet::<Os>::stored(words).is_some()), "{agent}");
        assert!(known(browser, |words| WordSet::<Browser>::stored(words).is_some()), "{agent}");
    }
}

#[test]
fn programs_are_not_classified_as_people() {
    assert!(PROGRAMS.lines().count() > 1000);
    for agent in PROGRAMS.lines() {
        assert_ne!(kind(agent), AgentKind::Human, "{agent}");
    }
}

#[test]
fn agents_without_a_browser_are_programs() {
    for agent in [None, Some(&b""[..])] {
        assert_eq!(Agent::parse(agent), Agent { kind: AgentKind::Bot, reason: Some(NO_USER_AGENT) });
    }
    for agent in [" ", "-", "Mozilla", "MyTool/1.0", "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7)", "\u{1F980}"] {
        assert_eq!(reason(agent), Some(NO_BROWSER_NAME), "{agent}");
    }
}

#[test]
fn the_reason_names_the_matching_word() {
    for (agent, word) in [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", "headless"),
        ("curl/8.5.0", "curl/"),
        ("python-requests/2.31.0", "python"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/100.0 Safari/537.36 Dlc/2.0.1", "dlc/"),
    ] {
        assert_eq!((kind(agent), reason(agent)), (AgentKind::Bot, Some(word)), "{agent}");
    }
}

#[test]
fn operator_addresses_have_one_reason() {
    for address in ["+http://example.com/bot", "https://example.com", "mailto:a@example.com", "www.example.com", "a@example.de"] {
        let agent = format!("Mozilla/5.0 (compatible; MSIE 9.0; {address})");
        assert_eq!(reason(&agent), Some("contact_address"), "{agent}");
    }
}

#[test]
fn reasons_are_few_and_short() {
    let words: Vec<_> = [include_str!("bots.txt"), include_str!("previews.txt")].into_iter().flat_map(str::lines).collect();
    assert!(words.len() + 8 < 256, "{}", words.len());
    for word in words {
        assert!(word.len() <= 40, "{word}");
    }
}

#[test]
fn previews_are_distinguished_from_other_programs() {
    for (agent, word) in [
        // Apple Messages.
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 \
             facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "facebookexternalhit",
        ),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookexternalhit"),
        ("facebookexternalhit/1.1;line-poker/1.0", "facebookexternalhit"),
        ("Mozilla/5.0 (compatible; facebookexternalhit/1.1)", "facebookexternalhit"),
        ("Facebot/1.0", "facebot"),
        ("Twitterbot/1.0", "twitterbot"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "slackbot"),
        ("Slack-ImgProxy (+https://api.slack.com/robots)", "slack-imgproxy"),
        // Signal sends this too.
        ("WhatsApp/2", "whatsapp"),
        ("WhatsApp/2.23.20.0 A", "whatsapp"),
        ("TelegramBot (like TwitterBot)", "telegrambot"),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "discordbot"),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "linkedinbot"),
        ("Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)", "pinterest"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "preview"),
        ("Mastodon/4.3.1 (http.rb/5.2.0; +https://mastodon.example/) Bot", "mastodon"),
        ("Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)", "redditbot"),
        ("Iframely/1.3.1 (+https://iframely.com/docs/about)", "iframely"),
        ("Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)", "embedly"),
        ("Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)", "vkshare"),
        ("Viber", "viber"),
        ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "cardyb"),
        ("Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots", "preview"),
        ("Synapse (bot; +https://github.com/matrix-org/synapse)", "synapse"),
    ] {
        assert_eq!((kind(agent), reason(agent)), (AgentKind::Preview, Some(word)), "{agent}");
    }
}

#[test]
fn only_the_first_512_bytes_are_read() {
    let browser = "Mozilla/5.0 Gecko/ ";
    let at = |position: usize| format!("{browser:<position$}Googlebot/2.1");
    assert_eq!(kind(&at(490)), AgentKind::Bot);
    assert_eq!(kind(&at(8000)), AgentKind::Human);
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(8192).collect();
    assert_eq!(Agent::parse(Some(&bytes)).kind, AgentKind::Bot);
    assert_eq!(AgentTraits::parse(Some(&bytes)), AgentTraits::default());
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// The first word of `list` in `agent`, found by a simple search at each position, line by line.
    fn first_word(list: &'static str, agent: &[u8]) -> Option<&'static str> {
        let mut rest = agent.to_ascii_lowercase();
        rest.truncate(BYTES_READ);
        while !rest.is_empty() {
            let matches = |line: &&str| {
                let word = line.trim_end_matches(['|', '!']);
                let next = rest.get(word.len()).map(|byte| char::from(*byte));
                let closed = next.is_none_or(|next| !next.is_ascii_alphanumeric() && next != ' ' && next != '_');
                rest.starts_with(word.as_bytes()) && (closed || !line.ends_with('|'))
            };
            match list.lines().find(matches) {
                Some(line) if line.ends_with('!') => drop(rest.drain(..line.trim_end_matches('!').len())),
                Some(line) => return Some(line.trim_end_matches('|')),
                None => drop(rest.remove(0)),
            }
        }
        None
    }

    fn words() -> Vec<&'static str> {
        let lists = [
            include_str!("bots.txt"),
            include_str!("browsers.txt"),
            include_str!("previews.txt"),
            include_str!("signs.txt"),
            include_str!("engines.txt"),
        ];
        lists.iter().flat_map(|list| list.lines()).map(|line| line.trim_end_matches(['|', '!'])).collect()
    }

    /// Agents made of words of the lists with short separators, cut at any position.
    fn agents() -> impl Strategy<Value = Vec<u8>> {
        let between = select(vec!["", " ", "; ", "/", "(", "b", "s", "1", "_", "BOT", "Cu", "\u{e9}"]);
        (vec((select(words()), between, any::<bool>()), 0..12), 0..8_usize).prop_map(|(words, cut)| {
            let mut agent = String::new();
            for (word, between, in_capitals) in words {
                agent.push_str(&if in_capitals { word.to_uppercase() } else { word.to_owned() });
                agent.push_str(between);
            }
            agent.into_bytes().into_iter().skip(cut).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn classification_ignores_case_for_any_bytes(agent in prop_oneof![vec(any::<u8>(), 0..2000), agents()]) {
            let (small, large) = (agent.to_ascii_lowercase(), agent.to_ascii_uppercase());
            prop_assert_eq!(Agent::parse(Some(&small)), Agent::parse(Some(&agent)));
            prop_assert_eq!(Agent::parse(Some(&large)), Agent::parse(Some(&agent)));
            prop_assert_eq!(AgentTraits::parse(Some(&small)), AgentTraits::parse(Some(&agent)));
            prop_assert_eq!(AgentTraits::parse(Some(&large)), AgentTraits::parse(Some(&agent)));
        }

        #[test]
        fn word_search_agrees_with_a_simple_search(agent in agents()) {
            for (list, words) in [(include_str!("bots.txt"), &BOTS), (include_str!("previews.txt"), &PREVIEWS), (include_str!("browsers.txt"), &BROWSERS)] {
                prop_assert_eq!(words.found_in(read_part(Some(&agent))).next(), first_word(list, &agent));
            }
        }
    }
}
