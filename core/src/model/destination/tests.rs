//! Redirects with visitor values in every part of a target.

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_795_262_400_000);

fn compiled(target: &str, forward_query: ForwardQuery, forward_path: bool) -> Destination {
    Destination::compile(&Target::stored(target.to_owned()), forward_query, forward_path).unwrap()
}

fn location(destination: &Destination, rest: &[&str], query: &str) -> Result<String, UnsafeLocation> {
    let rest: Vec<Cow<'_, str>> = rest.iter().copied().map(Cow::Borrowed).collect();
    destination.location(NOON, &rest, query).map(|location| location.to_str().unwrap().to_owned())
}

/// The filled template of a link that forwards nothing.
fn filled(path: &str, rest: &[&str], query: &str) -> Result<String, UnsafeLocation> {
    let target = format!("https://example.com/{path}");
    assert_eq!(template::check(&target), Ok(()), "{target}");
    let location = location(&compiled(&target, ForwardQuery::Off, false), rest, query)?;
    Ok(location.strip_prefix("https://example.com/").unwrap().to_owned())
}

fn ok(text: &str) -> Result<String, UnsafeLocation> {
    Ok(text.to_owned())
}

#[test]
fn placeholders_are_filled_in() {
    for (path, rest, query, expected) in [
        ("a/{path}", &["b", "c"][..], "", "a/b/c"),
        ("a{path}z", &["b", "c"], "", "ab/cz"),
        ("a/{path}", &["b", "", ""], "", "a/b//"),
        ("{path.1}/{path.0}", &["b", "c"], "", "c/b"),
        ("{path.2}x", &["b", "c"], "", "x"),
        ("{path}", &[], "", ""),
        ("{path|all}", &[], "", "all"),
        ("{path|all}", &[""], "", "all"),
        ("{path.0|en}/{path.1|a%20b}", &["", "x"], "", "x/a%20b"),
        ("{query.q}", &[], "a=1&q=x&q=y", "x"),
        ("{query.q|none}", &[], "a=1&q=&q=y", "none"),
        ("{query.a%20b}-{query.a+b}", &[], "a+b=1", "1-1"),
        ("?q={path}&d={date}#{path.0}", &["b", "c"], "", "?q=b%2Fc&d=2026-11-21#b"),
        ("{date}/{x}{path}}", &["b"], "", "2026-11-21/{x}b}"),
    ] {
        assert_eq!(filled(path, rest, query), ok(expected), "{path} {rest:?} {query}");
    }
}

#[test]
fn values_are_encoded_for_their_url_part() {
    for (value, in_path, behind) in [
        ("evil/..a", "evil%2F..a", "evil%2F..a"),
        ("\\\\evil", "%5C%5Cevil", "%5C%5Cevil"),
        ("//evil", "%2F%2Fevil", "%2F%2Fevil"),
        ("u:p@evil", "u:p@evil", "u%3Ap%40evil"),
        ("%2e%2e", "%252e%252e", "%252e%252e"),
        ("a\tb\r\nc\0", "a%09b%0D%0Ac%00", "a%09b%0D%0Ac%00"),
        ("。．", "%E3%80%82%EF%BC%8E", "%E3%80%82%EF%BC%8E"),
        ("#?&x=1;+ ", "%23%3F&x=1;+%20", "%23%3F%26x%3D1%3B%2B%20"),
        ("\"<>`{}|^'", "%22%3C%3E%60%7B%7D%7C%5E'", "%22%3C%3E%60%7B%7D%7C%5E%27"),
        ("{path}", "%7Bpath%7D", "%7Bpath%7D"),
        ("é", "%C3%A9", "%C3%A9"),
    ] {
        let query = format!("x={}", form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
        for (rest, query, placeholder) in [(&[value][..], "", "{path.0}"), (&[], &query, "{query.x}")] {
            assert_eq!(filled(&format!("a/{placeholder}/b"), rest, query), Ok(format!("a/{in_path}/b")), "{value:?}");
            assert_eq!(filled(&format!("?a={placeholder}&b#c"), rest, query), Ok(format!("?a={behind}&b#c")), "{value:?}");
            assert_eq!(filled(&format!("#a{placeholder}b"), rest, query), Ok(format!("#a{behind}b")), "{value:?}");
        }
        assert_eq!(filled("{path}", &["a", value, "b"], ""), Ok(format!("a/{in_path}/b")), "{value:?}");
        let appends = compiled("https://example.com", ForwardQuery::Off, true);
        assert_eq!(location(&appends, &["a", value], ""), Ok(format!("https://example.com/a/{in_path}")), "{value:?}");
    }
}

#[test]
fn dot_segments_in_values_are_refused() {
    let appends = compiled("https://example.com/a", ForwardQuery::Off, true);
    for value in ["..", ".", "../admin", "..\\admin", "a/..", "..;", "a/.;b/c"] {
        for path in ["{path}", "{path.0}", "a/{path.0}/b", "{path}?x"] {
            assert_eq!(filled(path, &[value], ""), Err(UnsafeLocation), "{path} {value}");
        }
        assert_eq!(filled("a/{query.x}", &[], &format!("x={value}")), Err(UnsafeLocation), "{value}");
        assert_eq!(location(&appends, &["b", value], ""), Err(UnsafeLocation), "{value}");
        assert!(filled("?x={path.0}#{path}", &[value], "").is_ok(), "{value}");
    }
    for (path, value) in [
        ("{path.0}.", "."),
        (".{path.0}", "."),
        ("%2e{path.0}", "."),
        (".{path.0}.", ""),
        ("{path.0}{path.0}", "."),
        ("a/.{query.x}.", "x"),
        ("..{path}", "x"),
    ] {
        let rest = if path == "..{path}" { &["", ""][..] } else { &[value][..] };
        assert_eq!(filled(path, rest, ""), Err(UnsafeLocation), "{path} {value}");
    }
    assert_eq!(filled(".{path.0}.", &["a"], ""), ok(".a."));
    assert_eq!(filled("a/../{path.0}", &["a"], ""), ok("a/../a"));
}

#[test]
fn the_path_after_an_alias_is_appended() {
    for (target, rest, expected) in [
        ("https://example.com", &["a", "b"][..], "https://example.com/a/b"),
        ("https://example.com/", &["a"], "https://example.com/a"),
        ("https://example.com/x", &["a"], "https://example.com/x/a"),
        ("https://example.com/x/", &["a", ""], "https://example.com/x/a/"),
        ("https://example.com/x?q=/#f/", &["a"], "https://example.com/x/a?q=/#f/"),
        ("https://example.com?q", &["a"], "https://example.com/a?q"),
        ("https://example.com#f", &["a"], "https://example.com/a#f"),
        ("https://example.com/x", &[], "https://example.com/x"),
        ("https://example.com/x", &[""], "https://example.com/x/"),
        ("https://example.com", &["", "", "evil.example", "", "b"], "https://example.com/evil.example//b"),
        ("https://example.com/{x}/..", &["a"], "https://example.com/{x}/../a"),
        ("https://example.com/{date}", &["a"], "https://example.com/2026-11-21/a"),
        ("https://example.com/{path.1}?", &["a", "b"], "https://example.com/b?"),
        ("https://example.com/#{path}", &["a", "b"], "https://example.com/#a%2Fb"),
    ] {
        let destination = compiled(target, ForwardQuery::Off, true);
        assert!(destination.uses_path(), "{target}");
        assert_eq!(location(&destination, rest, "q=1"), ok(expected), "{target} {rest:?}");
    }
}

#[test]
fn the_query_goes_between_path_and_fragment() {
    for (target, target_wins, visitor_wins) in [
        ("https://example.com", "https://example.com?a=1&b=2", "https://example.com?a=1&b=2"),
        ("https://example.com/#f", "https://example.com/?a=1&b=2#f", "https://example.com/?a=1&b=2#f"),
        ("https://example.com/?b=&c=?#f?", "https://example.com/?b=&c=?&a=1#f?", "https://example.com/?c=?&a=1&b=2#f?"),
        ("https://example.com/?x={query.a}&b", "https://example.com/?x=1&b&a=1", "https://example.com/?x=1&a=1&b=2"),
        ("https://example.com/?{query.b|b}=x", "https://example.com/?2=x&a=1&b=2", "https://example.com/?2=x&a=1&b=2"),
    ] {
        assert_eq!(location(&compiled(target, ForwardQuery::TargetWins, false), &[], "a=1&b=2"), ok(target_wins), "{target}");
        assert_eq!(location(&compiled(target, ForwardQuery::VisitorWins, true), &[], "a=1&b=2"), ok(visitor_wins), "{target}");
        assert_eq!(location(&compiled(target, ForwardQuery::Off, false), &[], ""), filled_plainly(target), "{target}");
    }
}

/// A target with empty placeholders.
fn filled_plainly(target: &str) -> Result<String, UnsafeLocation> {
    Ok(target.replace("{query.a}", "").replace("{query.b|b}", "b"))
}

#[test]
fn plain_targets_are_used_unchanged() {
    for target in ["https://example.com/{x}|\"<>`^#{paths}", "https://example.com/{path.10}{path", "https://example.com?"] {
        for forward_query in [ForwardQuery::Off, ForwardQuery::VisitorWins] {
            let destination = compiled(target, forward_query, forward_query == ForwardQuery::Off);
            assert_eq!(location(&destination, &[], ""), ok(target));
            assert_eq!(destination.bytes(), target.len());
        }
        assert_eq!(location(&compiled(target, ForwardQuery::Off, false), &["a"], "x=1"), ok(target));
    }
    assert!(Destination::compile(&Target::stored("https://example.com/\n".into()), ForwardQuery::Off, false).is_none());
}

#[test]
fn path_placeholders_and_forward_path_use_the_path() {
    for (target, uses) in [
        ("https://example.com/{path}", true),
        ("https://example.com/?x={path.3|y}", true),
        ("https://example.com/{query.path}{date}{paths}", false),
        ("https://example.com/{path}{path.10}", false),
    ] {
        assert_eq!(compiled(target, ForwardQuery::TargetWins, false).uses_path(), uses, "{target}");
        assert!(compiled(target, ForwardQuery::TargetWins, true).uses_path(), "{target}");
    }
}

#[test]
fn locations_have_at_most_16_kb() {
    let (long, shorter) = (&*"x".repeat(8_192), &*"x".repeat(8_191));
    let length = |target: &str, rest: &[&str], query: &str| {
        location(&compiled(target, ForwardQuery::VisitorWins, true), rest, query).map(|location| location.len())
    };
    let target = format!("https://example.com/?{}", "a".repeat(8_192 - 21));
    assert_eq!(length(&target, &[], shorter), Ok(16_384));
    assert_eq!(length(&target, &[], long), Err(UnsafeLocation));
    assert_eq!(length("https://example.com/", &[long, long], ""), Err(UnsafeLocation));
    assert_eq!(length("https://example.com/", &["é".repeat(4_096).as_str()], ""), Err(UnsafeLocation));
    assert_eq!(length("https://example.com/{path.0}", &[long], ""), Ok(8_212));
    for template in ["{path}{path}", "?{query.x}{query.x}", "#{path.0}{query.x}"] {
        assert_eq!(length(&format!("https://example.com/{template}"), &[long], &format!("x={long}")), Err(UnsafeLocation), "{template}");
    }
}
