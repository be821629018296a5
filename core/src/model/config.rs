//! Deployment configuration: settings and secrets, read and checked once.

use std::ops::RangeInclusive;

use crate::model::absolute_url::is_scheme;
use crate::model::alias::{Alias, AliasCase};
use crate::model::color::Colors;
use crate::model::digest::Pepper;
use crate::model::domain::{Domain, Origin};
use crate::model::ledger_shards::ShardNames;
use crate::model::origins::Origins;
use crate::model::password::PasswordCost;
use crate::model::rate_limits::RateLimits;
use crate::model::secret::Secret;
use crate::model::security_contact::SecurityContact;
use crate::model::target::{NEVER, TargetRules};
use crate::model::text::bounded;
use crate::model::theme::Theme;
use crate::model::token_keys::TokenKeys;

/// Shortest admin key. A shorter one could be guessed.
pub(crate) const ADMIN_KEY_MIN_CHARS: usize = 32;

/// Shortest pepper. A shorter one could be guessed from its digests.
const PEPPER_MIN_CHARS: usize = 32;

/// Longest name of a log endpoint in bytes.
const LOG_NAME_BYTES: usize = 128;

/// Longest name in characters. It fits the tab of a browser.
const NAME_CHARS: usize = 64;

/// Default retention of the audit log in days.
const AUDIT_DAYS: u64 = 365;

/// Lower limit of store operations per request: enough for every operation on one link.
const MIN_OPERATIONS: u32 = 32;

/// Upper limit of store operations per request.
const MAX_OPERATIONS: u32 = 10_000;

/// Default of `HOP_FRESH_SECONDS`.
const FRESH_SECONDS: u32 = 60;

/// The values of `HOP_FRESH_SECONDS`: from half a minute to an hour.
const FRESH_SECONDS_RANGE: RangeInclusive<u32> = 30..=3_600;

/// Default of `HOP_STATS_MONTHS`.
pub(crate) const STATS_MONTHS: u32 = 24;

/// The values of `HOP_STATS_MONTHS`: up to ten years.
const STATS_MONTHS_RANGE: RangeInclusive<u32> = 1..=120;

/// Longest retention of the audit log: a hundred years.
const MAX_AUDIT_DAYS: u64 = 36_500;

/// The memory that hashing the password of a user may take, in KiB. All requests of an isolate share 128 MiB.
const PASSWORD_MEMORY: RangeInclusive<u32> = 1_024..=65_536;

/// The passes over that memory.
const PASSWORD_PASSES: RangeInclusive<u32> = 1..=20;

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// The valid settings of a deployment.
#[derive(Debug)]
pub(crate) struct Config {
    default_origin: Origin,
    other_origins: Vec<Origin>,
    pub(crate) admin_key: AdminKey,
    /// The pepper, or why it is missing or invalid, for the log.
    pub(crate) pepper: Result<Pepper, &'static str>,
    /// The previous pepper, accepted during a rotation.
    pub(crate) old_pepper: Option<Pepper>,
    /// The cost of hashing the password of a user, if it is set.
    pub(crate) password_cost: Option<PasswordCost>,
    /// The keys of access tokens, or why they are missing or invalid, for the log.
    pub(crate) token_keys: Result<TokenKeys, &'static str>,
    /// Retention of the audit log. `None` means forever.
    pub(crate) audit_millis: Option<u64>,
    pub(crate) alias_case: AliasCase,
    pub(crate) targets: TargetRules,
    /// Origins whose pages may call the API from a browser.
    pub(crate) cors: Origins,
    /// The theme of the pages that visitors see.
    pub(crate) theme: Theme,
    /// Whether the deployment has the paid plan of its vendor.
    pub(crate) has_paid_plan: bool,
    /// Limit of store operations per request, if it is set.
    pub(crate) store_operations: Option<u32>,
    /// How long a cached link is served while the store answers.
    pub(crate) fresh_seconds: u32,
    /// The shards of the ledger.
    pub(crate) shards: ShardNames,
    /// How many months statistics are kept.
    pub(crate) stats_months: u32,
    /// Whether clicks of visitors who ask not to be tracked are counted without their properties.
    pub(crate) respects_dnt: bool,
    /// The log endpoint that clicks are written to, instead of the store.
    pub(crate) click_log: Option<String>,
    /// Whether a caller without a credential may shorten URLs.
    pub(crate) public_shorten: bool,
    /// The rates of all rate limits.
    pub(crate) rate_limits: RateLimits,
    /// Contact for vulnerability reports.
    pub(crate) security: Option<SecurityContact>,
}

/// The key of the bootstrap admin.
#[derive(Debug)]
pub(crate) enum AdminKey {
    /// The bootstrap admin is enabled.
    Set(Secret),
    /// The bootstrap admin is disabled on purpose.
    Unset,
    /// The bootstrap admin is disabled because the key is invalid. The reason goes to the log.
    Disabled(&'static str),
}

impl Config {
    /// Parses all settings and secrets. A secret is never read from a setting of the same name.
    ///
    /// # Errors
    /// One sentence for the log that names every invalid setting. It never contains a secret.
    pub(crate) fn parse(read: impl Fn(&str) -> Option<String>, secret: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut errors = Vec::new();
        let mut keep = |name: &str, message: String| errors.push(format!("{name}: {message}"));
        let origins = origins(read("HOP_DOMAINS").as_deref()).map_err(|message| keep("HOP_DOMAINS", message)).ok();
        let alias_case = alias_case(read("HOP_ALIAS_CASE").as_deref()).unwrap_or_else(|message| {
            keep("HOP_ALIAS_CASE", message);
            AliasCase::Sensitive
        });
        let schemes = schemes(read("HOP_TARGET_SCHEMES").as_deref()).unwrap_or_else(|message| {
            keep("HOP_TARGET_SCHEMES", message);
            Vec::new()
        });
        let cors = Origins::parse(words(read("HOP_CORS_ORIGINS").as_deref())).unwrap_or_else(|message| {
            keep("HOP_CORS_ORIGINS", message);
            Origins::default()
        });
        let mut theme = Theme::plain();
        match name(read("HOP_NAME").as_deref()) {
            Ok(name) => theme.name = name.unwrap_or(theme.name),
            Err(message) => keep("HOP_NAME", message),
        }
        match colors(read("HOP_COLORS").as_deref()) {
            Ok(colors) => theme = Theme::new(theme.name, colors),
            Err(message) => keep("HOP_COLORS", message),
        }
        let audit_millis = audit_millis(read("HOP_AUDIT_DAYS").as_deref()).unwrap_or_else(|message| {
            keep("HOP_AUDIT_DAYS", message);
            None
        });
        let has_paid_plan = plan(read("HOP_PLAN").as_deref()).unwrap_or_else(|message| {
            keep("HOP_PLAN", message);
            false
        });
        let store_operations = store_operations(read("HOP_STORE_OPERATIONS").as_deref()).unwrap_or_else(|message| {
            keep("HOP_STORE_OPERATIONS", message);
            None
        });
        let fresh_seconds = fresh_seconds(read("HOP_FRESH_SECONDS").as_deref()).unwrap_or_else(|message| {
            keep("HOP_FRESH_SECONDS", message);
            FRESH_SECONDS
        });
        let shards = ShardNames::parse(words(read("HOP_LEDGER_SHARDS").as_deref())).unwrap_or_else(|message| {
            keep("HOP_LEDGER_SHARDS", message);
            ShardNames::default()
        });
        let stats_months = stats_months(read("HOP_STATS_MONTHS").as_deref()).unwrap_or_else(|message| {
            keep("HOP_STATS_MONTHS", message);
            STATS_MONTHS
        });
        let blocks_shorteners = switch(read("HOP_BLOCK_SHORTENERS").as_deref(), true).unwrap_or_else(|message| {
            keep("HOP_BLOCK_SHORTENERS", message);
            true
        });
        let respects_dnt = switch(read("HOP_RESPECT_DNT").as_deref(), false).unwrap_or_else(|message| {
            keep("HOP_RESPECT_DNT", message);
            false
        });
        let click_log = click_log(read("HOP_CLICK_LOG").as_deref()).unwrap_or_else(|message| {
            keep("HOP_CLICK_LOG", message);
            None
        });
        let public_shorten = switch(read("HOP_PUBLIC_SHORTEN").as_deref(), false).unwrap_or_else(|message| {
            keep("HOP_PUBLIC_SHORTEN", message);
            false
        });
        let rate_limits = RateLimits::parse(words(read("HOP_RATE_LIMITS").as_deref())).unwrap_or_else(|message| {
            keep("HOP_RATE_LIMITS", message);
            RateLimits::default()
        });
        let password_cost = password_cost(read("HOP_PASSWORD_COST").as_deref()).unwrap_or_else(|message| {
            keep("HOP_PASSWORD_COST", message);
            None
        });
        let (contact, expires) = (read("HOP_SECURITY_CONTACT"), read("HOP_SECURITY_EXPIRES"));
        let security = SecurityContact::parse(words(contact.as_deref()), expires.as_deref()).unwrap_or_else(|(name, message)| {
            keep(name, message);
            None
        });
        let (Some((default_origin, other_origins)), true) = (origins, errors.is_empty()) else {
            return Err(errors.join("; "));
        };
        let (pepper, old_pepper) = match peppers(secret("HOP_PEPPER"), secret("HOP_OLD_PEPPER")) {
            Ok((pepper, old_pepper)) => (Ok(pepper), old_pepper),
            Err(reason) => (Err(reason), None),
        };
        let token_keys = token_keys(secret("HOP_JWT_KEYS").as_deref(), pepper.as_ref(), old_pepper.as_ref());
        let own_domains = std::iter::once(&default_origin).chain(&other_origins).map(|origin| origin.domain().clone()).collect();
        Ok(Self {
            default_origin,
            other_origins,
            admin_key: admin_key(secret("HOP_ADMIN_KEY").as_deref()),
            pepper,
            old_pepper,
            password_cost,
            token_keys,
            audit_millis,
            alias_case,
            targets: TargetRules { schemes, own_domains, blocks_shorteners },
            cors,
            theme,
            has_paid_plan,
            store_operations,
            fresh_seconds,
            shards,
            stats_months,
            respects_dnt,
            click_log,
            public_shorten,
            rate_limits,
            security,
        })
    }

    /// Why the deployment is not fully working: a secret is missing or invalid. Redirects work without secrets. A
    /// missing admin key is not a fault, because it may be on purpose.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        match &self.admin_key {
            AdminKey::Disabled(reason) => Some(reason),
            AdminKey::Set(_) | AdminKey::Unset => self.pepper.as_ref().err().or(self.token_keys.as_ref().err()).copied(),
        }
    }

    /// The issuer of access tokens: the default origin.
    pub(crate) fn issuer(&self) -> String {
        self.default_origin.to_string()
    }

    /// The current pepper, and during a rotation the previous one.
    pub(crate) fn peppers(&self) -> impl Iterator<Item = &Pepper> {
        self.pepper.iter().chain(&self.old_pepper)
    }

    /// The origin of `domain`, if this deployment serves it.
    pub(crate) fn origin_of(&self, domain: &str) -> Option<&Origin> {
        std::iter::once(&self.default_origin).chain(&self.other_origins).find(|origin| origin.domain().as_str() == domain)
    }

    /// The short URL of a link. For a domain that the deployment no longer serves, it is the URL with `https`.
    pub(crate) fn short_url(&self, domain: &Domain, alias: &Alias) -> String {
        let alias = alias.encoded();
        match self.origin_of(domain.as_str()) {
            Some(origin) => format!("{origin}/{alias}"),
            None => format!("https://{domain}/{alias}"),
        }
    }

    /// Every domain of the settings, the default first.
    pub(crate) fn domains(&self) -> impl Iterator<Item = &Domain> {
        std::iter::once(&self.default_origin).chain(&self.other_origins).map(Origin::domain)
    }

    /// The domain of requests that name none.
    pub(crate) fn default_domain(&self) -> &Domain {
        self.default_origin.domain()
    }
}

/// Parses the default origin and the others.
fn origins(text: Option<&str>) -> Result<(Origin, Vec<Origin>), String> {
    let mut origins: Vec<Origin> = Vec::new();
    for word in words(text) {
        let origin = Origin::parse(word)?;
        if origins.iter().any(|known| known.domain() == origin.domain()) {
            return Err(format!("the host of \"{word}\" is listed twice: list it once"));
        }
        origins.push(origin);
    }
    let mut origins = origins.into_iter();
    match origins.next() {
        Some(first) => Ok((first, origins.collect())),
        None => Err("list at least one origin, as in https://hop.example".into()),
    }
}

/// Parses the cost of the passwords of users: KiB of memory and passes, as in `19456,2`.
fn password_cost(text: Option<&str>) -> Result<Option<PasswordCost>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let cost = text.split_once(',').and_then(|(memory_kib, passes)| {
        let (memory_kib, passes) = (memory_kib.trim().parse().ok()?, passes.trim().parse().ok()?);
        let is_valid = PASSWORD_MEMORY.contains(&memory_kib) && PASSWORD_PASSES.contains(&passes);
        is_valid.then_some(PasswordCost { memory_kib, passes })
    });
    let ranges = || {
        let (memory, passes) = (PASSWORD_MEMORY, PASSWORD_PASSES);
        format!("{} to {} KiB and {} to {} passes, as in 19456,2", memory.start(), memory.end(), passes.start(), passes.end())
    };
    cost.map(Some).ok_or_else(|| format!("\"{text}\" is no cost: write {}", ranges()))
}

/// Parses the keys of access tokens. If they are not set, they are derived from the peppers.
fn token_keys(text: Option<&str>, pepper: Result<&Pepper, &&'static str>, old_pepper: Option<&Pepper>) -> Result<TokenKeys, &'static str> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => TokenKeys::parse(words(Some(text))),
        None => Ok(TokenKeys::derive(std::iter::once(pepper.map_err(|reason| *reason)?).chain(old_pepper))),
    }
}

/// Parses whether the plan is the paid one.
fn plan(text: Option<&str>) -> Result<bool, String> {
    match text {
        None | Some("" | "free") => Ok(false),
        Some("paid") => Ok(true),
        Some(other) => Err(format!("\"{other}\" is not a plan: write free or paid")),
    }
}

fn store_operations(text: Option<&str>) -> Result<Option<u32>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (MIN_OPERATIONS..=MAX_OPERATIONS).contains(number));
    number.map(Some).ok_or_else(|| format!("\"{text}\" is not a number from {MIN_OPERATIONS} to {MAX_OPERATIONS}"))
}

fn fresh_seconds(text: Option<&str>) -> Result<u32, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(FRESH_SECONDS) };
    let seconds = text.parse().ok().filter(|seconds| FRESH_SECONDS_RANGE.contains(seconds));
    seconds.ok_or_else(|| format!("\"{text}\" is not a number from {} to {}", FRESH_SECONDS_RANGE.start(), FRESH_SECONDS_RANGE.end()))
}

fn stats_months(text: Option<&str>) -> Result<u32, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(STATS_MONTHS) };
    let months = text.parse().ok().filter(|months| STATS_MONTHS_RANGE.contains(months));
    months.ok_or_else(|| format!("\"{text}\" is not a number from {} to {}", STATS_MONTHS_RANGE.start(), STATS_MONTHS_RANGE.end()))
}

/// Parses a setting that is on or off.
fn switch(text: Option<&str>, default: bool) -> Result<bool, String> {
    match text {
        None | Some("") => Ok(default),
        Some("off") => Ok(false),
        Some("on") => Ok(true),
        Some(other) => Err(format!("\"{other}\" is neither on nor off")),
    }
}

/// Whether the vendor uses a log endpoint of this name itself.
fn is_reserved_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(&*name, "stdout" | "stderr") || name.starts_with("fst_managed_")
}

/// Parses the name of a log endpoint. `None` if it is not set.
fn click_log(text: Option<&str>) -> Result<Option<String>, String> {
    match text.map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        name if is_reserved_log(name) => Err(format!("{name} is reserved: name a log endpoint of the service")),
        name if name.len() > LOG_NAME_BYTES || name.contains([':', '\n']) => {
            Err(format!("the name of a log endpoint has at most {LOG_NAME_BYTES} bytes and no colon"))
        }
        name => Ok(Some(name.to_owned())),
    }
}

fn alias_case(text: Option<&str>) -> Result<AliasCase, String> {
    match text {
        None | Some("" | "sensitive") => Ok(AliasCase::Sensitive),
        Some("insensitive") => Ok(AliasCase::Insensitive),
        Some(other) => Err(format!("\"{other}\" is not a case rule: write sensitive or insensitive")),
    }
}

fn schemes(text: Option<&str>) -> Result<Vec<String>, String> {
    let mut schemes = Vec::new();
    for word in words(text) {
        let scheme = word.to_ascii_lowercase();
        if !is_scheme(&scheme) {
            return Err(format!("\"{word}\" is not a URL scheme"));
        }
        if NEVER.contains(&scheme.as_str()) {
            return Err(format!("{scheme} links are never allowed"));
        }
        schemes.push(scheme);
    }
    if schemes.is_empty() {
        schemes.extend(["https", "http"].map(str::to_owned));
    }
    Ok(schemes)
}

/// Parses the name of the deployment. `None` if it is not set.
fn name(text: Option<&str>) -> Result<Option<String>, String> {
    match text.map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        name if name.chars().count() > NAME_CHARS => Err(format!("a name must have at most {NAME_CHARS} characters")),
        // A character has at most four bytes.
        name => bounded(name.to_owned(), NAME_CHARS.saturating_mul(4), &[]).map(Some).map_err(|error| error.detail.to_string()),
    }
}

fn colors(text: Option<&str>) -> Result<Colors, String> {
    match text.map(str::trim).unwrap_or_default() {
        "" => Ok(Colors::default()),
        text => Colors::parse(text),
    }
}

/// Parses the retention of the audit log. `None` means forever.
fn audit_millis(text: Option<&str>) -> Result<Option<u64>, String> {
    let days = match text.map(str::trim).unwrap_or_default() {
        "forever" => return Ok(None),
        "" => Some(AUDIT_DAYS),
        text => text.parse().ok().filter(|days| (1..=MAX_AUDIT_DAYS).contains(days)),
    };
    let millis = days.map(|days| days.saturating_mul(DAY_MILLIS));
    millis.map(Some).ok_or_else(|| format!("write a number of days from 1 to {MAX_AUDIT_DAYS}, or forever"))
}

fn admin_key(text: Option<&str>) -> AdminKey {
    // A secret piped in from a file often ends in a line break.
    match text.map(str::trim).unwrap_or_default() {
        "" => AdminKey::Unset,
        key if !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            AdminKey::Disabled("HOP_ADMIN_KEY must have only visible ASCII characters, so the bootstrap admin is disabled")
        }
        key if key.len() < ADMIN_KEY_MIN_CHARS => {
            AdminKey::Disabled("HOP_ADMIN_KEY is shorter than 32 characters, so the bootstrap admin is disabled")
        }
        key => AdminKey::Set(Secret::new(key)),
    }
}

/// Parses the pepper and the previous one. An error does not stop the deployment, because redirects need no pepper.
/// Secrets are set one after the other, so both may be equal for a moment; then there is no old pepper.
fn peppers(pepper: Option<String>, old: Option<String>) -> Result<(Pepper, Option<Pepper>), &'static str> {
    let (pepper, old) = (pepper.unwrap_or_default(), old.unwrap_or_default());
    match (pepper.trim(), old.trim()) {
        ("", _) => Err("HOP_PEPPER is not set"),
        (now, _) if now.len() < PEPPER_MIN_CHARS => Err("HOP_PEPPER is shorter than 32 characters"),
        (now, old) if old.is_empty() || old == now => Ok((Pepper::new(now), None)),
        (_, old) if old.len() < PEPPER_MIN_CHARS => Err("HOP_OLD_PEPPER is shorter than 32 characters"),
        (now, old) => Ok((Pepper::new(now), Some(Pepper::new(old)))),
    }
}

fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
        let named = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::parse(named, |name| named(&format!("secret {name}")))
    }

    #[test]
    fn the_first_domain_is_the_default() {
        let config = read(&[("HOP_DOMAINS", "https://hop.example, http://b.example:8080")]).unwrap();
        assert_eq!(config.default_domain().as_str(), "hop.example");
        assert_eq!(config.origin_of("b.example").unwrap().to_string(), "http://b.example:8080");
        assert!(config.origin_of("c.example").is_none());
        assert_eq!(config.targets.own_domains.len(), 2);
    }

    #[test]
    fn missing_settings_have_defaults() {
        let config = read(&[("HOP_DOMAINS", "https://hop.example")]).unwrap();
        assert_eq!((config.alias_case, config.click_log.as_deref()), (AliasCase::Sensitive, None));
        assert_eq!(config.targets.schemes, ["https", "http"]);
        assert_eq!((config.theme.name.as_str(), config.theme.colors), ("hop", Colors::default()));
    }

    #[test]
    fn errors_name_the_invalid_setting() {
        for (name, value) in [
            ("HOP_DOMAINS", ""),
            ("HOP_DOMAINS", "hop.example"),
            ("HOP_DOMAINS", "https://a.example http://A.example:81"),
            ("HOP_ALIAS_CASE", "upper"),
            ("HOP_TARGET_SCHEMES", "https, javascript"),
            ("HOP_TARGET_SCHEMES", "1http"),
            ("HOP_TARGET_SCHEMES", "ht_tp"),
            ("HOP_NAME", "a\u{202e}b"),
            ("HOP_NAME", &"é".repeat(65)),
            ("HOP_COLORS", "blue"),
            ("HOP_COLORS", "#ffffff #eeeeee"),
            ("HOP_CORS_ORIGINS", "*"),
            ("HOP_CORS_ORIGINS", "null"),
            ("HOP_CORS_ORIGINS", "app.example"),
            ("HOP_CORS_ORIGINS", "https://*.example"),
            ("HOP_CORS_ORIGINS", "https://app.example *"),
            ("HOP_CORS_ORIGINS", "https://app.example/x"),
            ("HOP_CORS_ORIGINS", "https://app.example?x"),
            ("HOP_CORS_ORIGINS", "https://key@app.example"),
            ("HOP_CORS_ORIGINS", "ftp://app.example"),
            ("HOP_CORS_ORIGINS", "https://app.example:99999"),
            ("HOP_CLICK_LOG", "Stdout"),
            ("HOP_CLICK_LOG", "fst_managed_x"),
            ("HOP_CLICK_LOG", "a:b"),
            ("HOP_CLICK_LOG", &"x".repeat(129)),
            ("HOP_PUBLIC_SHORTEN", "true"),
            ("HOP_RATE_LIMITS", "create=600"),
            ("HOP_RATE_LIMITS", "unlock-link=off"),
            ("HOP_SECURITY_CONTACT", "security@hop.example"),
            ("HOP_SECURITY_EXPIRES", "tomorrow"),
        ] {
            let mut settings = vec![(name, value)];
            if name != "HOP_DOMAINS" {
                settings.push(("HOP_DOMAINS", "https://hop.example"));
            }
            if name == "HOP_SECURITY_EXPIRES" {
                settings.push(("HOP_SECURITY_CONTACT", "mailto:a@hop.example, https://hop.example/report"));
            }
            let error = read(&settings).unwrap_err();
            assert!(error.starts_with(name), "{error}");
        }
    }

    #[test]
    fn all_invalid_settings_are_named_at_once() {
        let error = read(&[("HOP_ALIAS_CASE", "x"), ("HOP_TARGET_SCHEMES", "data")]).unwrap_err();
        for name in ["HOP_DOMAINS: ", "HOP_ALIAS_CASE: ", "HOP_TARGET_SCHEMES: "] {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn settings_accept_documented_values() {
        let longest = "é".repeat(64);
        let settings = [
            ("HOP_DOMAINS", "https://hop.example"),
            ("HOP_ALIAS_CASE", "insensitive"),
            ("HOP_TARGET_SCHEMES", "HTTPS, my-app+2.0"),
            ("HOP_NAME", &format!(" {longest} ")),
            ("HOP_COLORS", "#FFEE00"),
            ("HOP_CLICK_LOG", " clicks "),
        ];
        let config = read(&settings).unwrap();
        assert_eq!(config.click_log.as_deref(), Some("clicks"));
        assert_eq!(config.theme.name, longest);
        assert_eq!(config.theme.colors, Colors::parse("#ffee00 #000000").unwrap());
        assert_eq!(config.alias_case, AliasCase::Insensitive);
        assert_eq!(config.targets.schemes, ["https", "my-app+2.0"]);
    }

    #[test]
    fn the_audit_log_has_a_retention() {
        let read = |days: &str| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_AUDIT_DAYS", days)]);
        for (days, retention) in [("", Some(365)), (" 1\n", Some(1)), ("36500", Some(36_500)), ("forever", None)] {
            assert_eq!(read(days).unwrap().audit_millis, retention.map(|days| days * DAY_MILLIS), "{days}");
        }
        for days in ["0", "36501", "-1", "1.5", "Forever", "1 year", "9999999999999999999999"] {
            assert!(read(days).unwrap_err().starts_with("HOP_AUDIT_DAYS: write a number of days"), "{days}");
        }
    }

    #[test]
    fn the_plan_is_free_or_paid() {
        let read = |plan: &str| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_PLAN", plan)]);
        for (plan, is_paid) in [("", false), ("free", false), ("paid", true)] {
            assert_eq!(read(plan).unwrap().has_paid_plan, is_paid, "{plan}");
        }
        for plan in ["big", "Paid", "paid "] {
            assert_eq!(read(plan).unwrap_err(), format!("HOP_PLAN: \"{plan}\" is not a plan: write free or paid"));
        }
    }

    #[test]
    fn password_cost_has_bounds() {
        let read = |text| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_PASSWORD_COST", text)]);
        let cost = |memory_kib, passes| Some(PasswordCost { memory_kib, passes });
        for (text, expected) in [("", None), ("19456,2", cost(19_456, 2)), ("1024, 20", cost(1_024, 20)), ("65536,1", cost(65_536, 1))] {
            assert_eq!(read(text).unwrap().password_cost, expected, "{text}");
        }
        for text in ["19456", "1023,2", "65537,2", "19456,0", "19456,21", "x,2", "19456,2,1"] {
            assert!(read(text).unwrap_err().contains("1024 to 65536 KiB and 1 to 20 passes"), "{text}");
        }
    }

    #[test]
    fn token_keys_are_derived_from_the_peppers_unless_set() {
        let (pepper, old) = ("a-pepper-that-only-these-tests-know", "another-pepper-that-only-these-tests-know");
        let keys = "one:0123456789abcdef0123456789abcdef";
        let of = |secrets: &[(&str, &str)]| {
            let secret = |name: &str| secrets.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let config = Config::parse(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".into()), secret).unwrap();
            config.token_keys.map(|keys| keys.all().iter().map(|key| key.name.clone()).collect::<Vec<_>>())
        };
        assert_eq!(of(&[("HOP_PEPPER", pepper)]).unwrap().len(), 1);
        assert_eq!(of(&[("HOP_PEPPER", pepper), ("HOP_OLD_PEPPER", old)]).unwrap().len(), 2);
        assert_eq!(of(&[("HOP_PEPPER", pepper), ("HOP_JWT_KEYS", keys)]).unwrap(), ["one"]);
        assert_eq!(of(&[("HOP_PEPPER", pepper), ("HOP_JWT_KEYS", " ")]).unwrap().len(), 1);
        assert!(of(&[]).is_err() && of(&[("HOP_PEPPER", pepper), ("HOP_JWT_KEYS", "short")]).is_err());
    }

    #[test]
    fn link_shorteners_are_blocked_by_default() {
        let read = |text: &str| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_BLOCK_SHORTENERS", text)]);
        for (text, blocks) in [("", true), ("on", true), ("off", false)] {
            assert_eq!(read(text).unwrap().targets.blocks_shorteners, blocks, "{text}");
        }
        assert_eq!(read("no").unwrap_err(), "HOP_BLOCK_SHORTENERS: \"no\" is neither on nor off");
    }

    #[test]
    fn fresh_seconds_have_bounds() {
        let read = |seconds: &str| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_FRESH_SECONDS", seconds)]);
        for (text, seconds) in [("", 60), ("30", 30), ("3600", 3_600)] {
            assert_eq!(read(text).unwrap().fresh_seconds, seconds, "{text}");
        }
        for text in ["29", "3601", "x", "-60", "60.5", "99999999999"] {
            assert_eq!(read(text).unwrap_err(), format!("HOP_FRESH_SECONDS: \"{text}\" is not a number from 30 to 3600"));
        }
    }

    #[test]
    fn store_operations_have_bounds() {
        let read = |operations: &str| read(&[("HOP_DOMAINS", "https://hop.example"), ("HOP_STORE_OPERATIONS", operations)]);
        for (text, operations) in [("", None), ("32", Some(32)), ("10000", Some(10_000))] {
            assert_eq!(read(text).unwrap().store_operations, operations, "{text}");
        }
        for text in ["31", "10001", "x", "-32", "32.5", "99999999999"] {
            let message = format!("HOP_STORE_OPERATIONS: \"{text}\" is not a number from 32 to 10000");
            assert_eq!(read(text).unwrap_err(), message);
        }
    }

    #[test]
    fn missing_and_short_peppers_are_refused() {
        let pepper = |value: Option<&str>| {
            let mut settings = vec![("HOP_DOMAINS", "https://hop.example"), ("HOP_PEPPER", "a-setting-that-stands-in-for-no-secret")];
            settings.extend(value.map(|value| ("secret HOP_PEPPER", value)));
            read(&settings).unwrap().pepper
        };
        assert_eq!(pepper(None).unwrap_err(), "HOP_PEPPER is not set");
        assert_eq!(pepper(Some(" \n")).unwrap_err(), "HOP_PEPPER is not set");
        assert_eq!(pepper(Some(&"p".repeat(31))).unwrap_err(), "HOP_PEPPER is shorter than 32 characters");
        let [bare, piped] = ["", "\n"].map(|end| pepper(Some(&format!("{}{end}", "p".repeat(32)))).unwrap().digest("x", &[]));
        assert_eq!(bare, piped);
    }

    #[test]
    fn an_old_pepper_must_be_long_and_different() {
        let long = "p".repeat(32);
        let peppers = |value: &str| {
            let settings = [("HOP_DOMAINS", "https://hop.example"), ("secret HOP_PEPPER", long.as_str()), ("secret HOP_OLD_PEPPER", value)];
            let config = read(&settings).unwrap();
            config.pepper.map(|_| config.old_pepper.map(|old| old.digest("x", &[])))
        };
        for none in ["", " \n", &long, &format!("{long}\n")] {
            assert_eq!(peppers(none), Ok(None), "{none:?}");
        }
        let old = "o".repeat(32);
        assert_eq!(peppers(&format!("{old}\n")), Ok(Some(Pepper::new(&old).digest("x", &[]))));
        assert_eq!(peppers(&"o".repeat(31)), Err("HOP_OLD_PEPPER is shorter than 32 characters"));
    }

    #[test]
    fn invalid_admin_keys_disable_the_bootstrap_admin() {
        let key = |value: Option<&str>| {
            let mut settings = vec![("HOP_DOMAINS", "https://hop.example")];
            settings.push(("HOP_ADMIN_KEY", "a-setting-that-stands-in-for-no-secret"));
            settings.extend(value.map(|value| ("secret HOP_ADMIN_KEY", value)));
            read(&settings).unwrap().admin_key
        };
        let (short, spaced, foreign) = ("k".repeat(31), format!(" {} ", "k".repeat(30)), "é".repeat(32));
        for (value, reason) in [(Some(&*short), "shorter"), (Some(&*spaced), "shorter"), (Some(&*foreign), "visible ASCII")] {
            assert!(matches!(key(value), AdminKey::Disabled(text) if text.contains(reason)), "{value:?}");
        }
        for value in [None, Some(""), Some(" \n")] {
            assert!(matches!(key(value), AdminKey::Unset), "{value:?}");
        }
        let long = "k".repeat(32);
        for value in [long.clone(), format!("{long}\n")] {
            assert!(matches!(key(Some(&value)), AdminKey::Set(secret) if secret.is(long.as_bytes())));
        }
    }
}
