use super::*;

const BROWSERS: &str = "mozilla/\n";

fn program(pattern: &str, agents: &[&str]) -> Program {
    Program { pattern: pattern.into(), agents: agents.iter().map(|agent| (*agent).to_owned()).collect() }
}

/// The words a program adds to the general ones.
fn added(pattern: &str, agents: &[&str]) -> Vec<String> {
    let words = Words::of(&[program(pattern, agents)], BROWSERS).unwrap().words;
    words.into_iter().skip(GENERAL.len()).collect()
}

#[test]
fn a_pattern_is_read_if_it_stands_for_one_text() {
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
fn only_what_is_told_by_nothing_else_becomes_a_word() {
    assert!(added("Examplebot", &["Mozilla/5.0 (compatible; ExampleBot/1.0)"]).is_empty(), "`bot` tells it");
    assert!(added("Example", &["Example/1.0"]).is_empty(), "it names no browser");
    assert!(added("Nobody", &[]).is_empty(), "nobody has seen it");
    assert_eq!(added("Foregenix", &["Mozilla/5.0 (like Gecko,Foregenix)"]), ["foregenix"]);
    assert_eq!(added(r"Dlc\/", &["Mozilla/5.0 Safari/537.36 Dlc/2.0"]), [" dlc/"], "a short word stands alone where it can");
}

#[test]
fn a_pattern_that_is_no_word_is_named() {
    let refused = |pattern, agent| Words::of(&[program(pattern, &[agent])], BROWSERS).err().map(|failure| failure.to_string());
    for (pattern, agent) in [("a|b", "Mozilla/5.0 a"), ("xyz", "Mozilla/5.0 a"), ("2ip", "Mozilla/5.0 2ip"), ("ab", "Mozilla/5.0 ab")] {
        assert!(refused(pattern, agent).is_some_and(|text| text.contains(pattern)), "{pattern}");
    }
}

#[test]
fn bot_ends_a_word() {
    let words = Words::of(&[], BROWSERS).unwrap();
    for (agent, told) in [
        ("Mozilla/5.0 (compatible; SomeBot)", true),
        ("Mozilla/5.0 SomeBot", true),
        ("Mozilla/5.0 Botany SomeBot/2", true),
        ("Mozilla/5.0 (Android; VR BOT 552)", false),
        ("Mozilla/5.0 (Banca Caboto s.p.a.)", false),
    ] {
        assert_eq!(words.tell(agent), told, "{agent}");
    }
}
