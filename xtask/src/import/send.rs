//! HTTP client of the import: sends one chunk, with retries.
//!
//! A retry has the same body and the same `Idempotency-Key`, so a lost response creates no duplicates.
use std::fmt;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::{Agent, Proxy};

use super::answer::{self, Answer};
use crate::failure::{Failure, Outcome};

/// Largest body of a request. hop accepts four times as much; smaller chunks show progress earlier.
pub(super) const LARGEST_BODY: usize = 256 * 1024;
pub(super) const MAX_LINES: usize = 500;
const PATH: &str = "/api/v1/import";
const LONGEST_REQUEST: Duration = Duration::from_secs(120);
const LARGEST_ANSWER: u64 = 8 * 1024 * 1024;

/// The deployment's origin, such as `https://hop.example`. It is plain HTTP only on this machine, to protect the key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    text: String,
    local: bool,
}

impl Origin {
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let invalid = |why: &str| {
            Failure::new(format!("`{text}` is not the origin of a deployment: {why}")).advise("Example: `--to https://hop.example`.")
        };
        let uri: Uri = text.parse().map_err(|_| invalid("it is not a URL"))?;
        let host = uri.host().ok_or_else(|| invalid("it has no host"))?;
        let local = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        let authority = uri.authority().map(Authority::as_str).unwrap_or_default();
        match uri.scheme_str() {
            _ if authority.contains('@') => Err(invalid("it must not contain a user name")),
            _ if !matches!(uri.path(), "" | "/") || uri.query().is_some() => Err(invalid("it must end after the host")),
            Some("https") => Ok(Self { text: format!("https://{authority}"), local }),
            Some("http") if local => Ok(Self { text: format!("http://{authority}"), local }),
            Some("http") => Err(invalid("without https:// others could read the admin key")),
            _ => Err(invalid("it must start with https://")),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The admin key. Its `Debug` output is redacted.
pub(super) struct AdminKey(String);

impl AdminKey {
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::new("the admin key is empty or contains invalid characters"));
        }
        Ok(Self(format!("Bearer {text}")))
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Retry policy with exponential backoff: each pause is at least twice the one before.
#[derive(Clone, Copy)]
pub(super) struct RetryPolicy {
    pub(super) attempts: u32,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
}

impl RetryPolicy {
    /// The default; its pauses add up to more than a minute. For so long hop responds 409 to a retry after a crash.
    pub(super) const DEFAULT: Self = Self { attempts: 9, first_pause: Duration::from_millis(500), longest_pause: Duration::from_secs(120) };

    /// The pause after this many failed attempts: exponential, at least `retry_after`, at most `longest_pause`.
    fn pause(self, failed: u32, retry_after: Option<Duration>) -> Duration {
        let own = self.first_pause.saturating_mul(2_u32.saturating_pow(failed));
        own.max(retry_after.unwrap_or_default()).min(self.longest_pause)
    }
}

pub(super) struct Sender {
    agent: Agent,
    origin: Origin,
    query: Vec<(&'static str, String)>,
    key: AdminKey,
    retries: RetryPolicy,
}

/// The result of sending a chunk.
pub(super) enum Reply {
    Processed(Answer),
    /// The chunk is too large for this deployment.
    TooLarge,
}

enum Attempt {
    Answered(Reply),
    /// A temporary failure, with the pause of `Retry-After`.
    Retry {
        why: String,
        pause: Option<Duration>,
    },
    /// A response in which some lines failed; the whole chunk is retried.
    Partial {
        why: String,
        answer: Answer,
    },
}

impl Sender {
    pub(super) fn to(origin: &Origin, domain: Option<&str>, dry_run: bool, key: AdminKey, retries: RetryPolicy) -> Self {
        let proxy = if origin.local { None } else { Proxy::try_from_env() };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(LONGEST_REQUEST))
            .proxy(proxy)
            .build()
            .new_agent();
        let domain = domain.map(|domain| ("domain", domain.to_owned()));
        let dry_run = dry_run.then(|| ("dry_run", "true".to_owned()));
        Self { agent, origin: origin.clone(), query: domain.into_iter().chain(dry_run).collect(), key, retries }
    }

    /// Sends lines, with retries. `print` gets a message before each retry.
    pub(super) fn send(&self, lines: &[&str], place: &str, print: &mut dyn FnMut(&str)) -> Outcome<Reply> {
        let body: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        let key = idempotency_key(place, &self.query, &body);
        for failed in 0..self.retries.attempts {
            let left = self.retries.attempts - failed - 1;
            let (why, retry_after) = match self.attempt(&body, &key, lines.len())? {
                Attempt::Answered(reply) => return Ok(reply),
                Attempt::Retry { why, pause } => (why, pause),
                Attempt::Partial { answer, .. } if left == 0 && answer.has_only_internal_errors() => return Ok(Reply::Processed(answer)),
                Attempt::Partial { why, .. } => (why, None),
            };
            if left == 0 {
                return Err(Failure::new(format!(
                    "{} did not accept the links after {} attempts: {why}",
                    self.origin, self.retries.attempts
                )));
            }
            let wait = self.retries.pause(failed, retry_after);
            print(&format!("{why}; retrying in {:.1} s", wait.as_secs_f64()));
            thread::sleep(wait);
        }
        Err(Failure::new("no attempt is allowed"))
    }

    fn attempt(&self, body: &str, key: &str, lines: usize) -> Outcome<Attempt> {
        let request = self
            .agent
            .post(format!("{}{PATH}", self.origin))
            .query_pairs(self.query.iter().map(|(name, value)| (*name, value.as_str())))
            .header("Authorization", &self.key.0)
            .header("Content-Type", "application/x-ndjson")
            .header("Accept", "application/json")
            .header("Idempotency-Key", key);
        let mut response = match request.send(body) {
            Ok(response) => response,
            Err(error) => return Ok(Attempt::Retry { why: format!("{} cannot be reached ({error})", self.origin), pause: None }),
        };
        let status = response.status().as_u16();
        let pause =
            response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        let text = match response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string() {
            Ok(text) => text,
            Err(error) => return Ok(Attempt::Retry { why: format!("the response of {} was cut off ({error})", self.origin), pause }),
        };
        if status == 200 {
            return Ok(match Answer::read(&text, lines) {
                Some(answer) if answer.verdicts.is_empty() => Attempt::Answered(Reply::TooLarge),
                Some(answer) => match answer.first_failure() {
                    Some((line, code)) => {
                        Attempt::Partial { why: format!("{} answered {code} for line {line} of {lines}", self.origin), answer }
                    }
                    None => Attempt::Answered(Reply::Processed(answer)),
                },
                None => Attempt::Retry { why: format!("{} did not send a valid import response", self.origin), pause },
            });
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let code = problem.get("code").and_then(Value::as_str).unwrap_or_default();
        let why = format!("{} answered {status} {code}", self.origin);
        let advice = match (status, code) {
            (413, _) => return Ok(Attempt::Answered(Reply::TooLarge)),
            (429 | 500..=599, _) | (409, "idempotency_in_flight") => return Ok(Attempt::Retry { why: why.trim_end().to_owned(), pause }),
            (401, _) => "The deployment does not accept the key. Check HOP_ADMIN_KEY or the file of --key-file: it must be the deployment's HOP_ADMIN_KEY.".to_owned(),
            (403, _) => "The key is valid but may not import links.".to_owned(),
            (404 | 405, _) => "hop's import was not found at this address, or --domain names a host that the deployment does not serve.".to_owned(),
            (300..=399, _) => "The address redirects. Pass the address that it redirects to.".to_owned(),
            _ => answer::reason(&problem),
        };
        Err(Failure::new(why.trim_end()).advise(advice))
    }
}

/// The idempotency key of a chunk: the same for the same lines at the same place of the same import, in every run.
fn idempotency_key(place: &str, query: &[(&str, String)], body: &str) -> String {
    let mut hash = Sha256::new().chain_update(place);
    for (name, value) in query {
        hash.update([0]);
        hash.update(name);
        hash.update([0]);
        hash.update(value);
    }
    hash.update([1]);
    hash.update(body);
    let mut key = hex(&hash.finalize());
    key.truncate(32);
    format!("import-{key}")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_are_accepted() {
        for (text, origin) in [
            ("https://hop.example", Some("https://hop.example")),
            ("https://hop.example:8443/", Some("https://hop.example:8443")),
            ("http://127.0.0.1:8787", Some("http://127.0.0.1:8787")),
            ("http://localhost:8787/", Some("http://localhost:8787")),
            ("http://hop.example", None),
            ("https://hop.example/api", None),
            ("https://hop.example/?a=b", None),
            ("https://me:secret@hop.example", None),
            ("ftp://hop.example", None),
            ("hop.example", None),
            ("", None),
        ] {
            assert_eq!(Origin::read(text).ok().map(|origin| origin.to_string()).as_deref(), origin, "{text}");
        }
    }

    #[test]
    fn pauses_outlast_the_claim_of_a_crashed_request() {
        for retry_after in [None, Some(Duration::ZERO), Some(Duration::from_secs(2))] {
            let waits = (1..RetryPolicy::DEFAULT.attempts).map(|tried| RetryPolicy::DEFAULT.pause(tried - 1, retry_after));
            let all: Duration = waits.sum();
            assert!(all >= Duration::from_secs(70), "{retry_after:?}: {all:?}");
        }
    }

    #[test]
    fn idempotency_keys_depend_on_place_options_and_body() {
        let dry = [("dry_run", "true".to_owned())];
        let keys = [
            idempotency_key("a/0", &[], "x"),
            idempotency_key("a/1", &[], "x"),
            idempotency_key("a/0", &dry, "x"),
            idempotency_key("a/0", &[], "y"),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(at + 1).all(|other| other != key), "{keys:?}");
        }
        assert_eq!(idempotency_key("a/0", &[], "x"), keys[0]);
    }

    #[test]
    fn admin_key_is_checked_and_redacted() {
        assert_eq!(format!("{:?}", AdminKey::read(" secret\n").unwrap()), "[redacted]");
        for text in ["", "  ", "a b", "é"] {
            assert!(AdminKey::read(text).is_err(), "{text}");
        }
    }
}
