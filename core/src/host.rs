//! Hosts as browsers read them, after the URL Standard: a name in ASCII and small letters, or an address however it is written.

use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::{CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::idna;

/// Who is asked for what a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Host {
    /// The host of a scheme that browsers know, `https` above all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.starts_with('[') {
            return bracketed(text);
        }
        let name = percent_decode_str(text).decode_utf8().ok()?;
        let name = idna::to_ascii(&name).filter(|name| !name.is_empty())?;
        let bare = name.strip_suffix('.').unwrap_or(&name);
        let last = bare.rsplit('.').next().unwrap_or_default();
        let is_address = number(last).is_some() || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()));
        if is_address { ipv4(bare).map(Self::V4) } else { Some(Self::Name(name)) }
    }

    /// The host of any other scheme: what it means is for the scheme to say.
    pub(crate) fn opaque(text: &str) -> Option<Self> {
        if text.starts_with('[') {
            return bracketed(text);
        }
        let name = || Self::Name(utf8_percent_encode(text, CONTROLS).to_string());
        (!text.is_empty() && !text.contains(idna::ends_hosts)).then(name)
    }
}

fn bracketed(text: &str) -> Option<Host> {
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(Host::V6)
}

/// One to four numbers, the last of which fills what the others leave.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let numbers = text.split('.').map(number).collect::<Option<Vec<u64>>>()?;
    let (last, first) = numbers.split_last()?;
    let room: u64 = *[1 << 32, 1 << 24, 1 << 16, 1 << 8].get(first.len())?;
    if *last >= room || first.iter().any(|number| *number > 255) {
        return None;
    }
    let first = first.iter().fold(0_u64, |sum, number| sum.saturating_mul(256).saturating_add(*number));
    u32::try_from(first.saturating_mul(room).saturating_add(*last)).ok().map(Ipv4Addr::from_bits)
}

/// A number as addresses hold it: decimal, octal after `0`, hexadecimal after `0x`.
fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16_u32),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        _ if text.is_empty() => return None,
        _ => (text, 10),
    };
    let add = |sum: u64, c: char| Some(sum.saturating_mul(radix.into()).saturating_add(c.to_digit(radix)?.into()));
    digits.chars().try_fold(0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl From<url::Host> for Host {
        fn from(host: url::Host) -> Self {
            match host {
                url::Host::Domain(name) => Self::Name(name),
                url::Host::Ipv4(address) => Self::V4(address),
                url::Host::Ipv6(address) => Self::V6(address),
            }
        }
    }

    const HOSTS: &str = "\
        example.com EXAMPLE.com. a..b . .. a_b -a- 0x7f.1 0X7F.1 0x 0x. 1 1. 1.. 256 1.256 1.2.3.256 1.2.65536 1.2.65535 1.16777216 1.16777215 \
        4294967296 4294967295 09 010.1 0xg 1.2.3.4.5 1.2.3.4. 1.2.3.4.. a.1 a.0x1 a.09 1.a 0xffffffffff 99999999999999999999999999 1e1 +1 1.+2 \
        %31 %2e ex%41mple %ff % %00 %2541 a%20b a% a|b a^b a<b a>b a`b a{b} a\"b \
        [::1] [::] [1:2:3:4:5:6:7:8] [1:2:3:4:5:6:7::] [1::3:4:5:6:7:8] [::1:2:3:4:5:6:7:8] [12345::] [::1.2.3.4] [::01.2.3.4] [::1.2.3] [1.2.3.4] \
        [::1%25eth0] [::1%eth0] [::1 ::1] [] [:1] [1:] [::1]x [::ffff:7f00:1] [FE80::A] [[::1]] a[ a]";

    #[test]
    fn addresses_and_names_are_what_browsers_take_them_for() {
        for text in HOSTS.split_ascii_whitespace().chain(["", "a b", "a\tb", "a\u{7f}", "\u{0}"]) {
            assert_eq!(Host::parse(text), url::Host::parse(text).ok().map(Host::from), "{text:?}");
        }
    }

    /// `url` knows nothing here of letters outside ASCII: this is what it said over ICU's tables.
    #[test]
    fn other_letters_may_write_addresses_and_names_too() {
        let name = |name: &str| Some(Host::Name(name.to_owned()));
        for (text, host) in [
            ("b%C3%BCcher", name("xn--bcher-kva")),
            ("²", Some(Host::V4(Ipv4Addr::from_bits(2)))),
            ("１", Some(Host::V4(Ipv4Addr::from_bits(1)))),
            ("。", name(".")),
            ("a。b", name("a.b")),
        ] {
            assert_eq!(Host::parse(text), host, "{text:?}");
        }
    }

    #[test]
    fn hosts_of_other_schemes_are_what_browsers_take_them_for() {
        let others = ["", "a b", "a\tb", "a\u{7f}", "\u{0}", "b%C3%BCcher", "²", "１", "。", "a。b"];
        for text in HOSTS.split_ascii_whitespace().chain(others) {
            let opaque = url::Host::parse_opaque(text).ok().map(Host::from).filter(|host| *host != Host::Name(String::new()));
            // No URL brings controls as far as here.
            assert_eq!(Host::opaque(text), opaque.filter(|_| !text.contains(char::is_control)), "{text:?}");
        }
    }
}
