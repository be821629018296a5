//! Search for leaked secrets. Everything that hop returns, logs or stores during the suite is collected. At the end it
//! is searched for every secret that the suite knows, in every encoding.
//!
//! * [`sources`] finds the secrets in requests, and in the few responses that return one on purpose
//! * [`forms`] the encodings of a secret; [`search`] finds them
//! * [`api_dump`] reads a store through the API, where its files cannot be read
//!
//! A secret that a response returns on purpose is removed from it once before the search. There is no other exception.

mod api_dump;
mod forms;
mod search;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hop_core::store::Change;
use search::{Search, Trace};

use crate::client::Response;
use crate::deployment::Deployment;
use crate::edges::Edge;

/// The kinds of secrets that a complete run must have searched for.
const SECRETS: [&str; 11] = [
    "HOP_ADMIN_KEY",
    "HOP_PEPPER",
    "the secret of a key",
    "an invitation",
    "a password reset",
    "an access token",
    "a refresh token",
    "a credential",
    "a password",
    "a cookie that opens a link",
    "a device cookie",
];

/// The least length in bytes. Shorter values, such as that of a removed cookie, occur by chance.
const LEAST_LENGTH: usize = 8;

/// The collected data, once collection has started.
static COLLECTED: Mutex<Option<Collected>> = Mutex::new(None);

#[derive(Default)]
struct Collected {
    /// Secrets with their names in reports.
    secrets: BTreeMap<String, String>,
    /// Texts that may be in responses and records, but not in logs, with their names.
    private: BTreeMap<String, String>,
    responses: Vec<Trace>,
    logs: Vec<Trace>,
    records: Vec<Trace>,
    /// Responses that are compressed, so they cannot be searched.
    unreadable: Vec<String>,
}

/// Starts the collection.
pub fn start_collecting() {
    *collected() = Some(Collected::default());
}

/// Whether the collection has started.
pub(crate) fn is_collecting() -> bool {
    collected().is_some()
}

/// Adds a secret from the settings of a deployment.
pub(crate) fn configured(name: &str, secret: &str) {
    if let Some(collected) = collected().as_mut() {
        collected.learn(secret, name);
    }
}

/// Adds the secrets of a request.
pub(crate) fn sent<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>, body: &[u8]) {
    if let Some(collected) = collected().as_mut() {
        for (secret, name) in sources::sent(headers, body) {
            collected.learn(&secret, name);
        }
        collected.private.extend(sources::private(body).into_iter().map(|(text, name)| (text, name.to_owned())));
    }
}

/// Collects a response.
pub(crate) fn received(method: &str, target: &str, bytes: &[u8]) {
    if let Some(collected) = collected().as_mut() {
        collected.response(method, target, bytes);
    }
}

/// Reads the store of a deployment through the API, if it cannot be read after its end.
pub(crate) fn before_end(hop: &Deployment) {
    if is_collecting() && !hop.edge.keeps_its_store() {
        api_dump::read_everything(hop);
    }
}

/// Collects the log and the records of a deployment that has ended.
pub(crate) fn ended(deployment: &str, log: &str, records: Vec<(String, Vec<u8>)>) {
    if let Some(collected) = collected().as_mut() {
        collected.end(deployment, log, records);
    }
}

/// Collects a write, because its record may be overwritten later.
pub(crate) fn written(change: &Change) {
    if let Some(collected) = collected().as_mut() {
        let attachments = change
            .attachments
            .iter()
            .map(|(key, value)| (key, value))
            .chain(change.audit_entry.iter().map(|entry| (&entry.key, &entry.value)));
        for (key, value) in attachments.chain([(&change.key, &change.value)]) {
            collected.records.push(Trace { at: format!("the record written to {}", key.as_str()), bytes: value.as_bytes().to_vec() });
        }
    }
}

/// Searches everything that was collected.
///
/// # Errors
/// With the places of leaked secrets. After a complete run also with the kinds of secrets and data that were missing.
///
/// # Panics
/// When nothing was collected.
pub fn none_leaked(edge: Edge, is_whole: bool) -> Result<(), String> {
    let collected = collected().take().expect("the collection was started");
    let mut wrong = collected.leaks();
    if is_whole {
        wrong.extend(collected.missing(edge));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn collected() -> MutexGuard<'static, Option<Collected>> {
    COLLECTED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Collected {
    fn learn(&mut self, secret: &str, name: &str) {
        if secret.len() >= LEAST_LENGTH && !self.secrets.contains_key(secret) {
            self.secrets.insert(secret.to_owned(), name.to_owned());
        }
    }

    fn response(&mut self, method: &str, target: &str, bytes: &[u8]) {
        let path = target.split('?').next().unwrap_or_default();
        let at = format!("the response to {method} {path}");
        let mut bytes = bytes.to_vec();
        if let Some(response) = Response::parse(&bytes, method == "HEAD") {
            let body = response.decoded();
            if body.is_none() {
                self.unreadable.push(at.clone());
            }
            // A secret could be split between two chunks, or be compressed.
            if ["transfer-encoding", "content-encoding"].iter().any(|name| response.header(name).is_some()) {
                let head = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or(0);
                bytes.truncate(head);
                bytes.extend(body.unwrap_or_default());
            }
            for given in sources::returned(method, path, &response) {
                remove_once(&mut bytes, given.text.as_bytes());
                self.learn(&given.secret, given.name);
            }
        }
        self.responses.push(Trace { at, bytes });
    }

    fn end(&mut self, deployment: &str, log: &str, records: Vec<(String, Vec<u8>)>) {
        let lines = log.lines().enumerate();
        self.logs.extend(lines.map(|(at, line)| Trace { at: format!("line {} of the log of {deployment}", at + 1), bytes: line.into() }));
        self.records.extend(records.into_iter().map(|(name, bytes)| Trace { at: format!("{name} of {deployment}"), bytes }));
    }

    fn leaks(&self) -> Vec<String> {
        let unreadable = self.unreadable.iter().map(|at| format!("{at} cannot be read"));
        let traces = self.responses.iter().chain(&self.logs).chain(&self.records);
        let private = Search::new(&self.private).leaks(&self.logs);
        Search::new(&self.secrets).leaks(traces).into_iter().chain(private).chain(unreadable).collect()
    }

    /// Data that every complete run has. Without it, a search that finds nothing proves nothing.
    fn missing(&self, edge: Edge) -> Vec<String> {
        let named: BTreeSet<&str> = self.secrets.values().map(String::as_str).collect();
        let secrets = SECRETS.iter().filter(|name| !named.contains(*name)).map(|name| format!("no case has {name}"));
        let private = self.private.is_empty().then(|| "no case has a text of a report".to_owned());
        let traces = [
            ("responses", "x-request-id", &self.responses),
            ("logs", "\"cause\"", &self.logs),
            ("records", "link/", &self.records),
            // Only cached links have this member. On Cloudflare's runtime they are files of their own.
            ("records", "\"verified_at\"", &self.records),
            // Clicks in the ledger. On Cloudflare's runtime they are in databases of their own.
            ("records", "journal/", &self.records),
        ];
        let traces = traces.into_iter().filter(|(what, ..)| *what != "records" || edge.keeps_its_store());
        let unseen = traces.filter(|(_, text, traces)| !traces.iter().any(|trace| trace.contains(text)));
        secrets
            .chain(private)
            .chain(unseen.map(|(what, text, traces)| format!("{text} is in none of {} {what}, so the search proves nothing", traces.len())))
            .collect()
    }
}

/// Removes the first occurrence of `text`.
fn remove_once(bytes: &mut Vec<u8>, text: &[u8]) {
    if let Some(at) = bytes.windows(text.len().max(1)).position(|window| window == text) {
        bytes.drain(at..at + text.len());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::forms::forms;
    use super::*;

    const SECRET: &str = "a secret, wörd for word";

    fn with_secret() -> Collected {
        let mut collected = Collected::default();
        collected.learn(SECRET, "it");
        collected
    }

    fn received(collected: &mut Collected, target: &str, head: &str, body: &[u8]) {
        collected.response("POST", target, &[format!("HTTP/1.1 201 Created\r\n{head}\r\n").as_bytes(), body].concat());
    }

    #[test]
    fn every_form_is_found_in_all_data() {
        for form in forms(SECRET) {
            let text = String::from_utf8(form.clone()).unwrap();
            let mut collected = with_secret();
            received(&mut collected, "/x?y", "", &form);
            received(&mut collected, "/y", &format!("X-Y: {text}\r\n"), b"");
            collected.end("hop", &format!("fine\nerror: {text}!\n"), vec![("a record".into(), [b"\0", form.as_slice(), b"\xff"].concat())]);
            let leaks = collected.leaks();
            let places = ["the response to POST /x", "the response to POST /y", "line 2 of the log of hop", "a record of hop"];
            assert!(leaks.len() == 4 && leaks.iter().zip(places).all(|(leak, place)| leak.ends_with(place)), "{text}: {leaks:?}");
            assert!(!leaks.concat().contains(SECRET));
        }
        let mut clean = with_secret();
        received(&mut clean, "/x", "", b"nothing");
        clean.end("hop", "nothing", vec![("a record".into(), b"nothing".to_vec())]);
        assert!(clean.leaks().is_empty());
    }

    #[test]
    fn private_texts_are_searched_only_in_logs() {
        let mut collected = Collected::default();
        collected.private.insert("ann@example.com".into(), "a text of a report".into());
        received(&mut collected, "/x", "", b"ann@example.com");
        collected.end("hop", "fine", vec![("a record".into(), b"ann@example.com".to_vec())]);
        assert!(collected.leaks().is_empty());
        collected.end("hop", "{\"cause\":\"ann@example.com\"}", Vec::new());
        assert_eq!(collected.leaks().len(), 1);
    }

    #[test]
    fn chunks_are_joined_and_gzip_is_decompressed() {
        let (first, second) = SECRET.split_at(8);
        let chunks = format!("{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
        let mut collected = with_secret();
        received(&mut collected, "/x", "Transfer-Encoding: chunked\r\n", chunks.as_bytes());
        assert_eq!(collected.leaks().len(), 1);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(SECRET.as_bytes()).unwrap();
        let mut collected = with_secret();
        received(&mut collected, "/x", "Content-Encoding: gzip\r\n", &gzip.finish().unwrap());
        assert_eq!(collected.leaks().len(), 1);
        for encoding in ["gzip", "br"] {
            let mut collected = with_secret();
            received(&mut collected, "/x", &format!("Content-Encoding: {encoding}\r\n"), b"?");
            assert_eq!(collected.leaks(), ["the response to POST /x cannot be read"], "{encoding}");
        }
    }

    #[test]
    fn returned_secret_is_allowed_once_in_its_field() {
        let key = format!("hop_id_{}", "k".repeat(44));
        let given = format!(r#"{{"secret":"{key}"}}"#);
        let leaks = |target: &str, head: &str, body: &str| {
            let mut collected = with_secret();
            received(&mut collected, "/api/v1/keys", "", given.as_bytes());
            assert!(collected.leaks().is_empty());
            received(&mut collected, target, head, body.as_bytes());
            collected.leaks().len()
        };
        assert_eq!(leaks("/api/v1/keys", "", "{}"), 0);
        assert_eq!(leaks("/api/v1/keys/id", "", &given), 1, "this endpoint returns no secret");
        assert_eq!(leaks("/api/v1/keys", &format!("Location: /{key}\r\n"), &given), 1, "the secret is returned only in the body");
        assert_eq!(
            leaks("/api/v1/keys", "", &format!(r#"{{"secret":"hop_i_another-one","note":"{key}"}}"#)),
            1,
            "the response returns another secret"
        );
        let opened = "Set-Cookie: __Host-hop-lnk_a=1.kDj3_kfj-sSkd93kfjA; Path=/\r\n";
        assert_eq!(leaks("/a", opened, ""), 0);
        assert_eq!(leaks("/a", opened, "kDj3_kfj-sSkd93kfjA"), 1);
        assert_eq!(leaks("/a", opened, SECRET), 1);
    }

    #[test]
    fn complete_run_without_data_fails() {
        assert_eq!(Collected::default().missing(Edge::Memory).len(), SECRETS.len() + 6);
        assert_eq!(Collected::default().missing(Edge::Viceroy).len(), SECRETS.len() + 3);
        let mut collected = Collected::default();
        SECRETS.iter().for_each(|name| collected.learn(name, name));
        collected.private.insert("a story".into(), "a text of a report".into());
        received(&mut collected, "/", "X-Request-Id: x\r\n", b"");
        collected.end("hop", "{\"cause\":\"x\"}", vec![("a cached link".into(), b"link/x journal/x {\"verified_at\":1}".to_vec())]);
        assert!(collected.missing(Edge::Memory).is_empty());
    }
}
