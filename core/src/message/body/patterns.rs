//! Regular expressions of texts in requests, for docs/openapi.json (ECMAScript with the flag `u`). Each accepts every
//! text that hop accepts. The description of the field states the rules that a pattern cannot express.

use crate::model::rules::Country;

macro_rules! ipv4 {
    () => {
        r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

macro_rules! ipv6 {
    () => {
        concat!(
            "([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){7}|([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){0,6})?",
            "::([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){0,6})?|[0-9A-Fa-f:]+:",
            ipv4!(),
            ")"
        )
    };
}

/// Text without control characters and without characters that change the direction of others.
pub(crate) const VISIBLE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$";

/// [`VISIBLE`], or empty.
pub(crate) const VISIBLE_OR_EMPTY: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]*$";

/// [`VISIBLE`] with line feeds and tabs.
pub(crate) const VISIBLE_IN_LINES: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$";

/// A tag: white space separates words, and other control characters are refused.
pub(crate) const TAG: &str = concat!(
    r"^[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*[^\u0000-\u0020\u007f-\u00a0]",
    r"[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*$"
);

pub(crate) const ALIAS: &str = r"^([0-9A-Za-z._~\-]|[^\u0000-\u007f])+$";

/// A host without port.
pub(crate) const HOST: &str =
    concat!(r"^(([0-9A-Za-z_%\-]|[^\u0000-\u007f])+(\.([0-9A-Za-z_%\-]|[^\u0000-\u007f])+)*\.?|\[", ipv6!(), r"\])$");

/// A URL of `http` or `https`.
pub(crate) const TARGET: &str = concat!(
    r"^[Hh][Tt][Tt][Pp][Ss]?://(([0-9A-Za-z._~!$&'()*+,;=%\u0022`\{\}\-]|[^\u0000-\u007f])+|\[",
    ipv6!(),
    r"\])(:0*(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{0,4}))?([/?#][^\u0000-\u0020\u007f\\]*)?$"
);

pub(crate) const EMAIL: &str = concat!(
    r"^([0-9A-Za-z.!#$%&'*+/=?^_`\{\|\}~\-]|[^\u0000-\u007f])+@(([0-9A-Za-z_\-]|[^\u0000-\u007f])+\.)*[0-9]*",
    r"([A-Za-z_\-]|[^\u0000-\u007f])([0-9A-Za-z_\-]|[^\u0000-\u007f])*$"
);

/// A time from 1970 on, in addition to the format `date-time`.
pub(crate) const SINCE_1970: &str = "^(1969-12-31|19[7-9][0-9]-|[2-9][0-9]{3}-)";

pub(crate) const ADDRESS: &str = concat!("^(", ipv4!(), "|", ipv6!(), ")$");

/// An address block, or a single address.
pub(crate) const BLOCK: &str = concat!("^(", ipv4!(), "(/(3[0-2]|[12]?[0-9]))?|", ipv6!(), "(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$");

pub(crate) const LANGUAGE: &str = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";

pub(crate) const USER_ID: &str = "^usr_[1-9A-HJ-NP-Za-km-z]{17}$";

pub(crate) const PASSWORD: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";

pub(crate) const PASSWORD_HASH: &str = r"^\$argon2id\$v=19\$m=[0-9]+,t=[0-9]+,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$";

/// The code of a country, in capital or small letters.
pub(crate) fn country() -> String {
    let mut pattern = String::from("^(");
    let mut begun = None;
    for [first, second] in Country::codes() {
        if begun != Some(first) {
            pattern.push_str(if begun.is_some() { "]|" } else { "" });
            pattern.extend(['[', first, first.to_ascii_lowercase(), ']', '[']);
            begun = Some(first);
        }
        pattern.extend([second, second.to_ascii_lowercase()]);
    }
    pattern + "])$"
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use crate::message::body::tests::parsed;
    use crate::message::body::{DEFINITION, FieldType, LARGEST_NUMBER};
    use crate::message::preconditions::IfMatch;
    use crate::model::alias::Alias;
    use crate::model::domain::Domain;
    use crate::model::link::UserId;
    use crate::model::password::{NewPassword, PasswordHash};
    use crate::model::rules::{AddressBlock, Country, Language, RuleId, TimeOfDay};
    use crate::model::target::Target;
    use crate::model::text::{Note, Tag, Title};
    use crate::model::time::Timestamp;
    use crate::model::user::Email;

    /// Whether a schema accepts a value.
    pub(crate) fn is_valid(mut schema: Value, value: &Value) -> bool {
        let schema = schema.get_mut(DEFINITION).map(Value::take).unwrap_or(schema);
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap().is_valid(value)
    }

    /// Whether the parser of `T` accepts a value, and whether its schema does.
    fn accepts<T: FieldType>(value: &Value) -> (bool, bool) {
        (parsed::<T>(&value.to_string()).is_ok(), is_valid(T::schema(), value))
    }

    /// Checks that the parser and the schema of `T` agree: both accept the first texts and refuse the others.
    #[track_caller]
    pub(crate) fn check<T: FieldType>(accepted: &[&str], refused: &[&str]) {
        for text in accepted {
            assert_eq!(accepts::<T>(&json!(text)), (true, true), "{text:?}");
        }
        for text in refused {
            assert_eq!(accepts::<T>(&json!(text)), (false, false), "{text:?}");
        }
    }

    /// Checks that the parser and the schema of `T` accept whole numbers up to the same bound.
    #[track_caller]
    pub(crate) fn check_bound<T: FieldType>(largest: u64) {
        assert_eq!(accepts::<T>(&json!(largest)), (true, true));
        assert_eq!(accepts::<T>(&json!(largest.saturating_add(1))), (false, false));
    }

    #[test]
    fn number_schemas_have_the_parsers_bound() {
        check_bound::<u64>(LARGEST_NUMBER);
        check_bound::<IfMatch>(LARGEST_NUMBER);
    }

    #[test]
    fn identifier_schemas_agree_with_parsers() {
        let user = format!("usr_{}", "1aZ".repeat(6).split_at(17).0);
        check::<UserId>(&[&user], &["", "usr_", "none", &user.replace('a', "0"), &format!("{user}1"), &user.to_uppercase()]);
        check::<RuleId>(&["a", "0-_z", &"a".repeat(32)], &["", "A", "a b", "\u{e9}", &"a".repeat(33)]);
        let hash = format!("$argon2id$v=19$m=4096,t=3,p=1${}${}", "c2FsdHNhbHRzYWx0c2FsdA", "A".repeat(43));
        let refused = [String::new(), hash.replace("p=1", "p=2"), hash.replace("argon2id", "argon2i"), format!("{hash}=")];
        check::<PasswordHash>(&[&hash], &refused.each_ref().map(String::as_str));
    }

    #[test]
    fn host_schemas_agree_with_parsers() {
        let refused = ["", "a b", "a/b", "a:80", "[", "[:0]", "a..b"];
        check::<Domain>(&["a", "A.example.", "b\u{fc}cher.example", "a_b", "%61", "127.0.0.1", "[::1]", "[1:2:3:4:5:6:7::]"], &refused);
        check::<Email>(&["a@b.example", "A+b@b\u{fc}cher.example", "\u{e9}@x"], &["", "a", "@a", "a@", "a b@c", "a@127.0.0.1", "\"a\"@b"]);
    }

    #[test]
    fn target_schema_agrees_with_parser() {
        let accepted = ["https://a", "HTTP://a:/", "http://a:065535?x#y", "https://[::ffff:1.2.3.4]/{path|a}", "https://\u{e9}/\u{a0}"];
        let refused =
            ["", "a", "ftp://a", "https:///a", "https://a:65536/", "https://u@a/", "https://a/ b", "https://a\\b", "https://a/\n"];
        check::<Target>(&accepted, &refused);
    }

    #[test]
    fn text_schemas_agree_with_parsers() {
        let hidden = ["", "a\0", "a\u{7f}", "\u{85}", "a\u{202e}b", "\u{2066}", "\u{feff}", "a\u{2028}b"];
        check::<Title>(&["a", " ", "\u{2027}\u{2065}"], &[&hidden[..], &["a\nb"]].concat());
        check::<Note>(&["a\nb\tc"], &[&hidden[..], &["a\rb"]].concat());
        check::<Tag>(&["a", " a\tb\u{85}", "\u{a0}a"], &["", " ", "\n", "a\0"]);
        check::<Alias>(&["a", "a-_.~", "\u{e9}", "\u{1f389}"], &["", "a b", "a/b", "a+", "[", "`"]);
        check::<NewPassword>(&["twelve chars", "\u{202e}twelve chars"], &["", "eleven char", "twelve chars\n", "twelve chars\u{85}"]);
    }

    #[test]
    fn condition_schemas_agree_with_parsers() {
        check::<Country>(&["DE", "de", "xK", "aD", "zw"], &["", "D", "DEU", "00", "AA", "d\u{e9}"]);
        check::<Language>(&["de", "pt-BR", "zh-Hant-TW-x"], &["", "d", "de-", "de_DE", "123", "abcdefghi"]);
        check::<TimeOfDay>(&["00:00", "23:59", "09:30"], &["", "24:00", "9:30", "09:60", "09:30:00", " 09:30"]);
        let blocks = ["0.0.0.0", "192.0.2.0/24", "10.0.0.0/8", "::/0", "2001:db8::/32", "::ffff:1.2.3.4/128", "1:2:3:4:5:6:7::"];
        check::<AddressBlock>(&blocks, &["", "1.2.3", "1.2.3.04", "1.2.3.4/33", "1.2.3.4/", "::/129", ":0", "::1/a"]);
        let times = ["1970-01-01T00:00:00Z", "2026-11-21t08:00:00.5+01:00", "9999-12-31T23:59:59Z", "1969-12-31T23:30:00-01:00"];
        check::<Timestamp>(&times, &["", "2026-11-21", "1969-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z"]);
    }
}
