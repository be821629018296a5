//! The reader, held against `serde_json`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::*;

/// The same tree, as `serde_json` reads it.
struct Other(Tree);

impl<'de> Deserialize<'de> for Other {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OtherVisitor).map(Self)
    }
}

struct OtherVisitor;

impl<'de> Visitor<'de> for OtherVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Natural(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::OtherNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(Other(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, Other(value))) = fields.next_entry()? {
            entries.push((key, value));
        }
        Ok(Tree::Object(entries))
    }
}

fn check(json: &[u8]) {
    let other = serde_json::from_slice::<Other>(json).map(|other| other.0).map_err(|error| error.to_string());
    assert_eq!(read(json), other, "{}", String::from_utf8_lossy(json));
}

const NUMBERS: &str = "0 -0 -1 7 00 01 -01 - -- -a +1 .5 1. 1.a 1.0 0.0 -0.0 1.50 1e5 1E5 1e+5 1e-5 1e 1e+ 1e- 1ea 1e+a 1e5.5 0e5 0e999 \
    1e308 1e309 1E400 -1e400 17e307 18e307 1e-400 0.1e309 0.1e310 0.0001e313 123456e303 123456e305 9223372036854775807 \
    -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 184467440737095516150 184467440737095516159.5 \
    18446744073709551610e290 18446744073709551610e289 1844674407370955161.60001e5 0.18446744073709551616184 \
    1e2147483647 1e2147483648 1e99999999999 -1e99999999999x 0e99999999999 0.0e99999999999x 1e-99999999999 1e-2147483649 1 2";

const OTHERS: &[&str] = &[
    "",
    " ",
    "null",
    "nul",
    "nulL",
    "true",
    "tru ",
    "false",
    "falsy",
    "nullx",
    " \t\r\n[ ] \n",
    "\u{b}1",
    "\u{feff}1",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "[\n1,\n\n 2,\nx]",
    "{",
    "{}",
    "{ } ",
    "{\"a\"",
    "{\"a\" 1}",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{\"a\":1,2:3}",
    "{,\"a\":1}",
    "{a:1}",
    "{1:1}",
    "{\"a\":1]",
    "{\"a\" : 1 , \"a\" : [ { } , null ] }",
    "]",
    "}",
    "1]",
    "\"a",
    "\"a\nb\"",
    "\"\u{7f}é\u{10ffff}\"",
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\x""#,
    r#""\"#,
    r#""\u"#,
    r#""\u12"#,
    r#""\u12""#,
    r#""\u00e9\u00E9\u0000\uFFFF\ud7ff\ue000""#,
    r#""\u00g0""#,
    r#""\u+123""#,
    r#""\ud83d\ude00\uD800\uDC00\udbff\udfff\uD840\uDC00""#,
    r#""\ud83d""#,
    r#""\ud83dx""#,
    r#""\ud83d\n""#,
    r#""\ud83d\u0041""#,
    r#""\ud83d\ud83d\ude00""#,
    r#""\ude00""#,
    r#""\ud83d\"#,
    r#""\ud83d\u"#,
    r#"{"$serde_json::private::Number":"1"}"#,
];

#[test]
fn json_is_read_as_others_read_it() {
    for number in NUMBERS.split(' ') {
        check(number.as_bytes());
        check(format!("[{number}]").as_bytes());
        check(format!("{{\"a\":\n{number} ,\"b\":1}}").as_bytes());
    }
    OTHERS.iter().for_each(|json| check(json.as_bytes()));
    let digits = |count| "9".repeat(count);
    for json in [digits(300), digits(308), digits(310), format!("-{}.5", digits(400)), format!("0.{}", digits(400))] {
        check(json.as_bytes());
    }
    for json in [&b"\"\xff\""[..], b"\"a\\n\xc3\"", b"{\"\xe2\x82\":1}", b"\"\\u00e9\xed\xa0\x80x\"", b"\xff", b"[\"\xf0\x9f\x98\",1]"] {
        check(json);
    }
}

#[test]
fn a_byte_ends_text_wherever_it_stands() {
    for (byte, at) in (0..=u8::MAX).flat_map(|byte| (0..20).map(move |at| (byte, at))) {
        let mut text = [&b"\""[..], &[b'a'; 20], b"\",1"].concat();
        text[at + 1] = byte;
        check(&text);
        text[at + 2] = b'"';
        check(&text);
    }
}

#[test]
fn what_stands_too_deep_is_refused() {
    for depth in [126, 127, 128, 129, 100_000] {
        check(["[".repeat(depth), "]".repeat(depth)].concat().as_bytes());
        check("{\"a\":".repeat(depth).as_bytes());
    }
    // Side by side, nothing is deep.
    check(format!("[{}1]", "[],{},".repeat(300)).as_bytes());
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4_096))]

    #[test]
    fn whatever_is_sent_is_read_as_others_read_it(
        json in r#"([\[\]{},: \n"a1]|"a"|"a":|null|true|-?[0-9]{1,2}|\.[0-9]|[eE][+-]?[0-9]{1,2}|\\u[dD][89abcd]0[0-9]|\\[nu"\\x]|é){0,12}"#,
        cut in 0_usize..40,
    ) {
        check(json.as_bytes());
        check(json.as_bytes().get(..cut).unwrap_or_default());
        check(format!("\"{json}\"").as_bytes());
    }

    #[test]
    fn whatever_number_is_sent_is_one(
        json in "-?[0-9]{1,25}(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
    ) {
        check(json.as_bytes());
    }
}
