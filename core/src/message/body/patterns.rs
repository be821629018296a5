//! Patterns of texts in requests, for docs/openapi.json. Each takes all that hop takes; what a pattern cannot say is said in
//! the description of the field. They are regular expressions of ECMAScript, with its flag `u`.

use crate::model::rules::Country;

macro_rules! ipv4 {
    () => {
        r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

/// A host of IPv6 in its brackets.
macro_rules! ipv6_host {
    () => {
        concat!(
            r"\[([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){7}|([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){0,5})?::([0-9A-Fa-f]{1,4}",
            r"(:[0-9A-Fa-f]{1,4}){0,5})?|[0-9A-Fa-f:]+:",
            ipv4!(),
            r")\]"
        )
    };
}

/// Text that shows all its characters: none is a control, or changes the direction of its neighbours.
pub(crate) const VISIBLE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$";

/// The same, or nothing.
pub(crate) const VISIBLE_OR_EMPTY: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]*$";

/// The same with line feeds and tabs.
pub(crate) const VISIBLE_IN_LINES: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$";

/// A tag: white space is taken for the end of a word, no other control is taken.
pub(crate) const TAG: &str = concat!(
    r"^[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*[^\u0000-\u0020\u007f-\u00a0]",
    r"[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*$"
);

pub(crate) const ALIAS: &str = r"^([0-9A-Za-z._~\-]|[^\u0000-\u007f])+$";

/// A host without port.
pub(crate) const HOST: &str =
    concat!(r"^(([0-9A-Za-z_%\-]|[^\u0000-\u007f])+(\.([0-9A-Za-z_%\-]|[^\u0000-\u007f])+)*\.?|", ipv6_host!(), ")$");

/// A URL of `http` or `https`.
pub(crate) const TARGET: &str = concat!(
    r"^[Hh][Tt][Tt][Pp][Ss]?://(([0-9A-Za-z._~!$&'()*+,;=%\u0022`\{\}\-]|[^\u0000-\u007f])+|",
    ipv6_host!(),
    r")(:[0-9]*)?([/?#][^\u0000-\u0020\u007f\\]*)?$"
);

pub(crate) const EMAIL: &str = concat!(
    r"^([0-9A-Za-z.!#$%&'*+/=?^_`\{\|\}~\-]|[^\u0000-\u007f])+@(([0-9A-Za-z_\-]|[^\u0000-\u007f])+\.)*[0-9]*",
    r"([A-Za-z_\-]|[^\u0000-\u007f])([0-9A-Za-z_\-]|[^\u0000-\u007f])*$"
);

/// A moment from 1970 on, beside the format `date-time`.
pub(crate) const SINCE_1970: &str = "^(1969-12-31|19[7-9][0-9]-|[2-9][0-9]{3}-)";

pub(crate) const ADDRESS: &str = concat!("^(", ipv4!(), "|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$");

/// A block of addresses, or a single one.
pub(crate) const BLOCK: &str =
    concat!("^(", ipv4!(), "(/(3[0-2]|[12]?[0-9]))?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$");

pub(crate) const LANGUAGE: &str = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";

pub(crate) const USER_ID: &str = "^usr_[1-9A-HJ-NP-Za-km-z]{17}$";

pub(crate) const PASSWORD: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";

pub(crate) const PASSWORD_HASH: &str = r"^\$argon2id\$v=19\$m=[0-9]+,t=[0-9]+,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$";

/// The code of a country, in capitals or small letters.
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
