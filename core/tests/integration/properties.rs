//! Properties that hold for every input: values round-trip, parsing is idempotent, and sealed cursors cannot be forged.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::{Ask, Isolate, run};
use hop_core::alias::{Alias, AliasCase, AliasPrefix};
use hop_core::csv;
use hop_core::domain::Domain;
use hop_core::memory::MemoryEdge;
use hop_core::target::{Target, TargetRules};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

/// Text of hostile spreadsheets: quotes, line ends, formula marks, and any other characters.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[-=+@＝＋－＠'\t\r\n\",;\u{feff}a]{0,6}"]
}

fn rules() -> TargetRules {
    TargetRules {
        schemes: vec!["https".into(), "http".into()],
        own_domains: vec![Domain::parse("hop.example").expect("a host")],
        blocks_shorteners: true,
    }
}

/// Rules that allow web schemes and one scheme with opaque hosts.
fn browser_rules() -> TargetRules {
    let schemes = ["https", "http", "ws", "wss", "ftp", "my-app"].map(str::to_owned).into();
    TargetRules { schemes, ..rules() }
}

/// Almost valid URLs: each part is right, wrong, foreign or missing.
fn near_urls() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![8 => "(https?|HTTPS|wss?|ftp|my-app)://", 1 => "(https?|[a-z+.1-]{1,3})?:(//?/?)?"];
    let host = prop_oneof![
        "[a-zA-Z0-9ßäöüÄ.%_~!$&'()*+,;=-]{0,12}",
        "(0x)?[0-9a-fA-F]{1,5}(\\.(0x?)?[0-9]{1,4}){0,4}\\.?",
        "\\[[0-9a-f:.]{0,16}\\]",
        "(xn--[a-z0-9-]{1,8}|[א-ת٠-٩0-9a-z\u{200c}\u{200d}\u{94d}क-ह۰-۹]{1,5})(\\.[a-zא-ת0-9]{1,4}){0,2}",
        "\\PC{0,6}",
        Just("hop.example".to_owned()),
    ];
    let port = prop_oneof![4 => "", 2 => ":[0-9]{0,6}", 1 => ":0*443", 1 => Just(":".to_owned()), 1 => ":\\PC{0,3}"];
    (scheme, prop_oneof![9 => "", 1 => "[a-z:]{0,3}@"], host, port, "([/?#]\\PC{0,8}){0,3}")
        .prop_map(|(scheme, user, host, port, rest)| [scheme, user, host, port, rest].concat())
}

/// A patch that sets some fields of a link or resets them to their defaults.
fn patch() -> impl Strategy<Value = Value> {
    let text = |values: &'static [&'static str]| {
        let value = proptest::sample::select(values).prop_map(|text| json!(text));
        proptest::option::of(prop_oneof![Just(Value::Null), value])
    };
    let tags = proptest::option::of(prop_oneof![Just(Value::Null), vec("[A-Ca-c ]{0,3}x", 0..4).prop_map(|tags| json!(tags))]);
    let flag = proptest::option::of(prop_oneof![Just(Value::Null), any::<bool>().prop_map(|flag| json!(flag))]);
    let status =
        proptest::option::of(prop_oneof![Just(Value::Null), proptest::sample::select(&[301, 302, 307, 308][..]).prop_map(|s| json!(s))]);
    let fields = (
        text(&["T", "é"]),
        text(&["N\nN"]),
        text(&["E"]),
        tags,
        text(&["2020-01-01T00:00:00Z", "2021-01-01T00:00:00.5+01:00"]),
        text(&["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"]),
        text(&["https://example.com/f"]),
        flag,
        status,
    );
    fields.prop_map(|(title, note, external_id, tags, starts_at, ends_at, fallback, disabled, redirect_status)| {
        let names = ["title", "note", "external_id", "tags", "starts_at", "ends_at", "fallback", "disabled", "redirect_status"];
        let values = [title, note, external_id, tags, starts_at, ends_at, fallback, disabled, redirect_status];
        names.into_iter().zip(values).filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<serde_json::Map<_, _>>().into()
    })
}

/// A link without the fields that every change updates.
fn own_fields(mut link: Value) -> Value {
    for field in ["id", "alias", "short_url", "created_at", "updated_at", "version"] {
        link[field] = Value::Null;
    }
    link
}

fn change(edge: &MemoryEdge, patch: &Value) -> Value {
    let answer = run(Isolate::new(edge).ask(Ask::change("docs", patch)));
    assert_eq!(answer.code(), 200, "{patch}: {}", answer.json());
    answer.json()
}

fn create(edge: &MemoryEdge, alias: &str) -> Value {
    let answer = run(Isolate::new(edge).ask(Ask::create(&json!({"alias": alias, "target": "https://example.com/"}))));
    assert_eq!(answer.code(), 201);
    answer.json()
}

proptest! {
    #[test]
    fn csv_round_trips(rows in vec(vec(cell(), 1..5), 0..6)) {
        let mut text = Vec::new();
        for row in &rows {
            csv::write(&mut text, row);
        }
        let read: Vec<csv::CsvRecord> = csv::CsvRecords::new(&text).map(|record| record.expect("hop wrote it")).collect();
        prop_assert_eq!(read.iter().map(|record| record.cells.clone()).collect::<Vec<_>>(), rows);
        prop_assert!(read.windows(2).all(|two| two[0].end == two[1].start && two[0].line < two[1].line));
        for (at, record) in read.iter().enumerate() {
            let rest: Vec<Vec<String>> =
                csv::CsvRecords::new(&text[record.start..]).map(|record| record.expect("hop wrote it").cells).collect();
            prop_assert_eq!(rest, read[at..].iter().map(|record| record.cells.clone()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn csv_cells_never_start_a_formula(cell in cell()) {
        let mut text = Vec::new();
        csv::write(&mut text, &[cell]);
        let text = String::from_utf8(text).expect("UTF-8");
        let starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
        prop_assert!(text.strip_prefix('"').is_some_and(|cell| !cell.starts_with(starts)), "{:?}", text);
    }

    #[test]
    fn csv_reader_terminates_on_any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let records: Vec<_> = csv::CsvRecords::new(&bytes).collect();
        let ranges: Vec<_> = records.iter().flatten().map(|record| (record.start, record.end)).collect();
        prop_assert!(ranges.iter().all(|(start, end)| start < end && *end <= bytes.len()));
        prop_assert!(ranges.windows(2).all(|two| two[0].1 <= two[1].0));
        let is_recoverable = |record: &Result<_, csv::CsvError>| record.as_ref().err().is_none_or(|error| error.what == csv::CsvErrorKind::NotUtf8);
        prop_assert!(records.iter().rev().skip(1).all(is_recoverable));
    }

    #[test]
    fn parsed_alias_parses_to_itself(text in prop_oneof![any::<String>(), "\\PC{1,12}", "[A-Za-zÀ-ʯΩ-ω\u{300}-\u{303}ａ-ｚ.~_-]{1,12}"]) {
        for case in [AliasCase::Sensitive, AliasCase::Insensitive] {
            if let Ok(alias) = Alias::parse(&text, case) {
                prop_assert_eq!(Alias::parse(alias.as_str(), case), Ok(alias));
            }
            if let Ok(prefix) = AliasPrefix::parse(&text, case) {
                prop_assert_eq!(AliasPrefix::parse(prefix.as_str(), case), Ok(prefix));
            }
        }
    }

    #[test]
    fn parsed_target_parses_to_itself(
        text in prop_oneof![any::<String>(), "https?://[a-zA-Zäß0-9.%:\\[\\]-]{1,12}(/[\\PC]{0,8})?(\\?[\\PC]{0,8})?(#[\\PC]{0,8})?"]
    ) {
        if let Ok(target) = Target::parse(&text, &rules()) {
            prop_assert!(target.as_str().is_ascii());
            prop_assert_eq!(Target::parse(target.as_str(), &rules()), Ok(target));
        }
    }

    #[test]
    fn target_equals_what_browsers_parse(text in prop_oneof![near_urls(), near_urls(), any::<String>()]) {
        if let Ok(target) = Target::parse(&text, &browser_rules()) {
            let (before, after) = (Url::parse(&text), Url::parse(target.as_str()));
            prop_assert!(before.is_ok(), "{:?}: a browser refuses it", text);
            prop_assert_eq!(before, after);
            prop_assert!(!text.is_ascii() || target.as_str() == text);
        }
    }

    #[test]
    fn refused_browser_urls_have_a_known_reason(text in near_urls()) {
        let rules = browser_rules();
        if let (Err(refusal), Ok(url)) = (Target::parse(&text, &rules), Url::parse(&text)) {
            let (scheme, rest) = text.split_once(':').expect("an absolute URL");
            let authority = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
            let reason = text.contains(|c: char| c <= ' ' || c == '\\' || c == '\u{7f}')
                || !rules.schemes.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed))
                || authority.is_none_or(|authority| authority.is_empty() || authority.contains('@'))
                || url.host_str().is_none_or(str::is_empty)
                || url.host_str().is_some_and(|host| host.len() > 255)
                || url.host_str().is_some_and(|host| host.trim_end_matches('.').eq_ignore_ascii_case("hop.example"));
            prop_assert!(reason, "{:?}: {:?}", text, refusal);
        }
    }

    #[test]
    fn patch_is_idempotent_and_null_restores_defaults(first in patch(), second in patch()) {
        let edge = MemoryEdge::new(1);
        let fresh = create(&edge, "docs");
        change(&edge, &first);
        let patched = change(&edge, &second);
        prop_assert_eq!(&change(&edge, &second), &patched, "a patch without effect does not raise the version");
        let nulls = |patch: &Value| -> Value { patch.as_object().expect("an object").keys().map(|name| (name.clone(), Value::Null)).collect::<serde_json::Map<_, _>>().into() };
        change(&edge, &nulls(&first));
        prop_assert_eq!(own_fields(change(&edge, &nulls(&second))), own_fields(fresh));
    }

    #[test]
    fn patch_keeps_unnamed_fields(first in patch(), second in patch()) {
        let edge = MemoryEdge::new(1);
        create(&edge, "docs");
        let before = change(&edge, &first);
        let after = change(&edge, &second);
        for (name, value) in before.as_object().expect("an object") {
            let follows = ["state", "updated_at", "version"].contains(&name.as_str());
            prop_assert!(follows || second.get(name).is_some() || after[name] == *value, "{}", name);
        }
    }
}

/// A list of three links on pages of one, and the address of its second page.
fn second_page(edge: &MemoryEdge) -> (String, String) {
    for alias in ["a", "b", "c"] {
        create(edge, alias);
        edge.wait_seconds(1);
    }
    let next = run(Isolate::new(edge).ask(Ask::list("/api/v1/links?limit=1"))).json()["next"].as_str().expect("a next page").to_owned();
    let (list, cursor) = next.rsplit_once('=').expect("the address ends in a cursor");
    (format!("{list}="), cursor.to_owned())
}

fn ask_for(edge: &MemoryEdge, address: &str) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(Ask::list(address)));
    (answer.code(), answer.json())
}

/// A cursor with a replaced, missing or added character is refused.
#[test]
fn edited_cursor_is_refused() {
    let edge = MemoryEdge::new(1);
    let (list, cursor) = second_page(&edge);
    let (code, page) = ask_for(&edge, &format!("{list}{cursor}"));
    assert_eq!((code, page["items"][0]["alias"].as_str()), (200, Some("b")));
    let mut edited: Vec<String> = Vec::new();
    for at in 0..cursor.len() {
        let (before, after) = cursor.split_at(at);
        let rest: String = after.chars().skip(1).collect();
        let others = "AaZz09-_.%é=+".chars().filter(|other| !after.starts_with(*other));
        edited.extend(others.map(|other| url_encoded(&format!("{before}{other}{rest}"))));
        edited.push(format!("{before}{rest}"));
        edited.push(before.to_owned());
        edited.push(format!("{before}A{after}"));
    }
    edited.push(format!("{cursor}A"));
    for cursor in &edited {
        let (code, problem) = ask_for(&edge, &format!("{list}{cursor}"));
        assert_eq!(
            (code, &problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (422, &json!("/cursor"), &json!("invalid")),
            "{cursor}"
        );
    }
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
