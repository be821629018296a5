use super::*;

const BROWSERS: &str = "mozilla/\n";

fn program(pattern: &str, agents: &[&str]) -> Program {
    Program { pattern: pattern.into(), agents: agents.iter().map(|agent| (*agent).to_owned()).collect() }
}

/// The words that a bot adds to the general ones.
fn added(pattern: &str, agents: &[&str]) -> Vec<String> {
    let words = Words::of(&[program(pattern, agents)], BROWSERS).unwrap().words;
    words.into_iter().skip(GENERAL.len()).collect()
}

#[test]
fn pattern_of_one_text_is_literal() {
    for (pattern, text) in [
        (r"Code\/1\.", Some("code/1.")),
        ("[pP]ingdom", Some("pingdom")),
        (r"(^| )PTST\/", Some(" ptst/")),
        (r"^Apache-HttpClient", Some("apache-httpclient")),
        ("SSL Labs$", Some("ssl labs")),
        (r"Rigor\)", Some("rigor)")),
        ("Chirp|gotosocial", None),
        (r"Traffic\/\d", None),
        ("[abc]x", None),
        ("a.b", None),
        ("Spider[\\s\\S]*spider", None),
    ] {
        assert_eq!(literal(pattern).as_deref(), text, "{pattern}");
    }
}

#[test]
fn only_unrecognised_bots_add_words() {
    assert!(added("Examplebot", &["Mozilla/5.0 (compatible; ExampleBot/1.0)"]).is_empty(), "the general word `bot` matches");
    assert!(added("Example", &["Example/1.0"]).is_empty(), "it names no browser");
    assert!(added("Unseen", &[]).is_empty(), "it has no user agents");
    assert_eq!(added("Foregenix", &["Mozilla/5.0 (like Gecko,Foregenix)"]), ["foregenix"]);
    assert_eq!(added(r"Dlc\/", &["Mozilla/5.0 Safari/537.36 Dlc/2.0"]), [" dlc/"], "a short word gets a space in front if possible");
}

#[test]
fn error_names_pattern_without_word() {
    let refused = |pattern, agent| Words::of(&[program(pattern, &[agent])], BROWSERS).err().map(|failure| failure.to_string());
    for (pattern, agent) in [("a|b", "Mozilla/5.0 a"), ("xyz", "Mozilla/5.0 a"), ("2ip", "Mozilla/5.0 2ip"), ("ab", "Mozilla/5.0 ab")] {
        assert!(refused(pattern, agent).is_some_and(|text| text.contains(pattern)), "{pattern}");
    }
}

#[test]
fn bot_matches_only_at_the_end_of_words() {
    let words = Words::of(&[], BROWSERS).unwrap();
    for (agent, is_bot) in [
        ("Mozilla/5.0 (compatible; SomeBot)", true),
        ("Mozilla/5.0 SomeBot", true),
        ("Mozilla/5.0 Botany SomeBot/2", true),
        ("Mozilla/5.0 (Android; VR BOT 552)", false),
        ("Mozilla/5.0 (Banca Caboto s.p.a.)", false),
    ] {
        assert_eq!(words.is_bot(agent), is_bot, "{agent}");
    }
}
