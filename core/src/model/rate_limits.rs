//! Rate limits: the policies, their default rates, and the setting that changes the rates.
//!
//! This file is only data: what each policy limits, how often it is allowed, and what a client reads that exceeds it.
//! `auth/rate_limit.rs` counts.

#[cfg(any(test, feature = "memory"))]
mod table;

use std::collections::BTreeMap;
use std::fmt;

#[cfg(any(test, feature = "memory"))]
pub use self::table::rate_limit_table;

/// The most units of a rate. A store without counters lists the units that were taken, and a list has 1,000 keys.
pub(crate) const MAX_UNITS: u16 = 1_000;

/// The shortest window, in seconds. The counts of shorter ones would hardly be read before they expire.
const MIN_SECONDS: u32 = 10;

/// The longest window, in seconds: a day. A client that used up its units waits for the end of the window.
const MAX_SECONDS: u32 = 86_400;

/// Letters of the units of time, and their seconds, the longest first.
const UNITS_OF_TIME: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A rate limit: the requests that it counts, and whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RatePolicy {
    /// Sign-ins from a device that signed in to the account before.
    SignInDevice,
    /// Sign-ins from one network, without those of known devices.
    SignInNetwork,
    /// Sign-ins to one account from all networks together, without those of known devices.
    SignInAccount,
    /// Changes of a password within one session.
    PasswordChange,
    /// Refreshes of one session.
    Refresh,
    /// Requests of one network with an invalid credential.
    Credentials,
    /// Requests of one key or user that create links.
    Create,
    /// Passwords of one link from a device that opened the link before.
    UnlockDevice,
    /// Passwords of one link from one network.
    UnlockNetwork,
    /// Passwords of one link from all networks together, without those of known devices.
    UnlockLink,
    /// Passwords of one link from one network after [`Self::UnlockLink`] is used up.
    UnlockReserve,
    /// Links that one network creates without a credential.
    PublicShorten,
    /// Links that all networks together create without a credential.
    PublicShortenAll,
    /// Abuse reports of one network.
    Report,
    /// Abuse reports of all networks together.
    ReportAll,
}

/// Everything that is the same for all requests under one policy.
pub(crate) struct PolicyInfo {
    /// The name in the setting, in keys of the store and in the headers `RateLimit` and `RateLimit-Policy`.
    pub(crate) name: &'static str,
    pub(crate) default: Rate,
    /// Whether the setting may switch the policy off. It may not where the limit is all that stops somebody from
    /// guessing a password or from filling the store.
    pub(crate) can_be_off: bool,
    /// The detail of the problem once the units are used up.
    pub(crate) refusal: &'static str,
}

/// A number of units in each window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) units: u16,
    pub(crate) seconds: u32,
}

/// The rate of each policy: the default, unless the setting `HOP_RATE_LIMITS` has another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RateLimits {
    /// The rates of the setting. `None` means that the policy is off.
    changed: BTreeMap<RatePolicy, Option<Rate>>,
}

/// A policy whose units are used up for one client, for the problem 429 and its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsedUp {
    pub(crate) policy: RatePolicy,
    pub(crate) rate: Rate,
    /// Seconds until the window ends; at least one.
    pub(crate) seconds_left: u64,
}

impl RatePolicy {
    /// All policies, in the order of the documentation.
    pub(crate) const ALL: [Self; 15] = [
        Self::SignInDevice,
        Self::SignInNetwork,
        Self::SignInAccount,
        Self::PasswordChange,
        Self::Refresh,
        Self::Credentials,
        Self::Create,
        Self::UnlockDevice,
        Self::UnlockNetwork,
        Self::UnlockLink,
        Self::UnlockReserve,
        Self::PublicShorten,
        Self::PublicShortenAll,
        Self::Report,
        Self::ReportAll,
    ];

    pub(crate) fn name(self) -> &'static str {
        self.info().name
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }

    pub(crate) const fn info(self) -> PolicyInfo {
        const QUARTER: u32 = 15 * 60;
        const HOUR: u32 = 60 * 60;
        const PASSWORDS: &str = "Too many passwords were tried from your network. Wait, then try again.";
        let (name, units, seconds, can_be_off, refusal) = match self {
            Self::SignInDevice => {
                ("sign-in-device", 20, QUARTER, false, "Too many attempts to sign in from this device. Wait, then try again.")
            }
            Self::SignInNetwork => {
                ("sign-in-network", 60, QUARTER, false, "Too many attempts to sign in from your network. Wait, then try again.")
            }
            Self::SignInAccount => (
                "sign-in-account",
                100,
                HOUR,
                false,
                "Too many attempts to sign in with this e-mail address. Wait, or use a device that you signed in with before.",
            ),
            Self::PasswordChange => {
                ("password-change", 20, QUARTER, false, "Too many attempts to change the password. Wait, then try again.")
            }
            Self::Refresh => {
                ("refresh", 60, QUARTER, true, "Too many access tokens were requested for this session. Wait, then try again.")
            }
            Self::Credentials => {
                ("credentials", 100, QUARTER, true, "Too many invalid credentials were sent from your network. Wait, or send a valid one.")
            }
            Self::Create => (
                "create",
                600,
                60,
                true,
                "Too many requests to create links. Wait, or create several links with one request to /api/v1/batch.",
            ),
            Self::UnlockDevice => ("unlock-device", 20, QUARTER, false, PASSWORDS),
            Self::UnlockNetwork => ("unlock-network", 60, QUARTER, false, PASSWORDS),
            Self::UnlockLink => ("unlock-link", 600, QUARTER, false, PASSWORDS),
            Self::UnlockReserve => ("unlock-reserve", 10, QUARTER, false, PASSWORDS),
            Self::PublicShorten => {
                ("public-shorten", 10, HOUR, false, "Too many links were created from your network. Wait, or use a key.")
            }
            Self::PublicShortenAll => {
                ("public-shorten-all", 500, HOUR, true, "Too many links were created without a key. Wait, or use a key.")
            }
            Self::Report => ("report", 20, HOUR, false, "Too many reports were sent from your network. Wait, then try again."),
            Self::ReportAll => ("report-all", 200, HOUR, false, "Too many reports were sent to this site. Wait, then try again."),
        };
        PolicyInfo { name, default: Rate { units, seconds }, can_be_off, refusal }
    }
}

impl RateLimits {
    /// Parses the setting `HOP_RATE_LIMITS`. Each word is a name with a rate, as in `create=600/1m`, or `create=off`.
    ///
    /// # Errors
    /// A sentence for the log that names every invalid word.
    pub(crate) fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut changed, mut errors) = (BTreeMap::new(), Vec::new());
        for word in words {
            match parse_word(word) {
                Ok((policy, _)) if changed.contains_key(&policy) => {
                    errors.push(format!("\"{}\" is listed twice: list each limit once", policy.name()));
                }
                Ok((policy, rate)) => drop(changed.insert(policy, rate)),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self { changed }) } else { Err(errors.join(", ")) }
    }

    /// The rate of `policy`; `None` if it is off.
    pub(crate) fn rate(&self, policy: RatePolicy) -> Option<Rate> {
        self.changed.get(&policy).copied().unwrap_or(Some(policy.info().default))
    }
}

/// Parses one word of the setting.
fn parse_word(word: &str) -> Result<(RatePolicy, Option<Rate>), String> {
    let (name, rate) = word.split_once('=').ok_or_else(|| format!("\"{word}\" is not a limit: write one as in create=600/1m"))?;
    let policy = RatePolicy::from_name(name).ok_or_else(|| format!("\"{name}\" is not the name of a limit"))?;
    match rate {
        "off" if policy.info().can_be_off => Ok((policy, None)),
        "off" => Err(format!("\"{name}\" cannot be switched off")),
        rate => match Rate::parse(rate) {
            Some(rate) => Ok((policy, Some(rate))),
            None => Err(format!("\"{word}\" is not a limit: write 1 to {MAX_UNITS} and a window of 10s to 1d, as in {name}=60/15m")),
        },
    }
}

impl Rate {
    /// Parses a rate such as `600/1m`.
    fn parse(text: &str) -> Option<Self> {
        let (units, window) = text.split_once('/')?;
        let units = digits(units).and_then(|units| u16::try_from(units).ok()).filter(|units| (1..=MAX_UNITS).contains(units))?;
        let (letter, unit) = UNITS_OF_TIME.into_iter().find(|(letter, _)| window.ends_with(*letter))?;
        let seconds = digits(window.strip_suffix(letter)?)?.checked_mul(unit)?;
        (MIN_SECONDS..=MAX_SECONDS).contains(&seconds).then_some(Self { units, seconds })
    }
}

/// A number of digits alone, without a sign.
fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl fmt::Display for Rate {
    /// Writes the rate as the setting has it, with the longest unit of time that divides the window.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |unit: u32| self.seconds.checked_rem(unit) == Some(0);
        let (letter, unit) = UNITS_OF_TIME.into_iter().find(|(_, unit)| whole(*unit)).unwrap_or(('s', 1));
        write!(f, "{}/{}{letter}", self.units, self.seconds.checked_div(unit).unwrap_or_default())
    }
}

impl UsedUp {
    /// The value of `RateLimit-Policy`, a list of structured fields: the number of units and the seconds of the window.
    pub(crate) fn policy_header(&self) -> String {
        let Rate { units, seconds } = self.rate;
        format!("\"{}\";q={units};w={seconds}", self.policy.name())
    }

    /// The value of `RateLimit`: no unit is left, and the seconds until there are units again.
    pub(crate) fn header(&self) -> String {
        format!("\"{}\";r=0;t={}", self.policy.name(), self.seconds_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RateLimits, String> {
        RateLimits::parse(text.split(' ').filter(|word| !word.is_empty()))
    }

    #[test]
    fn names_are_distinct_kebab_case() {
        for policy in RatePolicy::ALL {
            assert_eq!(RatePolicy::from_name(policy.name()), Some(policy));
            assert!(policy.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", policy.name());
        }
        assert_eq!(RatePolicy::from_name("nope"), None);
    }

    #[test]
    fn every_default_is_a_valid_setting() {
        for policy in RatePolicy::ALL {
            let text = policy.info().default.to_string();
            assert_eq!(Rate::parse(&text), Some(policy.info().default), "{text}");
        }
    }

    #[test]
    fn setting_overrides_only_named_defaults() {
        let limits = parse("create=1000/1d unlock-link=1/10s credentials=off").unwrap();
        assert_eq!(limits.rate(RatePolicy::Create), Some(Rate { units: 1_000, seconds: 86_400 }));
        assert_eq!(limits.rate(RatePolicy::UnlockLink), Some(Rate { units: 1, seconds: 10 }));
        assert_eq!(limits.rate(RatePolicy::Credentials), None);
        assert_eq!(limits.rate(RatePolicy::Refresh), Some(RatePolicy::Refresh.info().default));
        assert_eq!(parse("").unwrap(), RateLimits::default());
    }

    #[test]
    fn rates_are_written_with_the_longest_unit() {
        for (text, units, seconds) in
            [("1/10s", 1, 10), ("5/90s", 5, 90), ("600/1m", 600, 60), ("20/15m", 20, 900), ("9/2h", 9, 7_200), ("1000/1d", 1_000, 86_400)]
        {
            let rate = Rate::parse(text).unwrap();
            assert_eq!((rate, rate.to_string()), (Rate { units, seconds }, text.to_owned()));
        }
        assert_eq!(Rate::parse("7/60s").unwrap().to_string(), "7/1m");
    }

    #[test]
    fn invalid_words_are_all_named() {
        for (word, named) in [
            ("create", "\"create\" is not a limit"),
            ("nope=1/1m", "\"nope\" is not the name"),
            ("Create=1/1m", "\"Create\" is not the name"),
            ("unlock-network=off", "cannot be switched off"),
            ("create=OFF", "\"create=OFF\""),
            ("create=", "\"create=\""),
            ("create=0/1m", "1 to 1000"),
            ("create=1001/1m", "1 to 1000"),
            ("create=+5/1m", "1 to 1000"),
            ("create=5/9s", "10s to 1d"),
            ("create=5/25h", "10s to 1d"),
            ("create=5/2d", "10s to 1d"),
            ("create=5/m", "10s to 1d"),
            ("create=5/1", "10s to 1d"),
            ("create=5/1w", "10s to 1d"),
            ("create=5/99999999999d", "10s to 1d"),
            ("create=5/4294967295d", "10s to 1d"),
            ("create=5", "10s to 1d"),
            ("create=5/1m/1m", "10s to 1d"),
        ] {
            let error = parse(word).unwrap_err();
            assert!(error.contains(named), "{word}: {error}");
        }
        let error = parse("nope=1/1m create=x refresh=1/1m refresh=2/1m").unwrap_err();
        for part in ["\"nope\"", "\"create=x\"", "\"refresh\" is listed twice"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn headers_are_structured_fields() {
        let used_up = UsedUp { policy: RatePolicy::Create, rate: Rate { units: 600, seconds: 60 }, seconds_left: 7 };
        assert_eq!((used_up.policy_header(), used_up.header()), ("\"create\";q=600;w=60".into(), "\"create\";r=0;t=7".into()));
    }
}
