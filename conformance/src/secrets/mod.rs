//! No secret leaks: whatever hop answers, logs or stores while the suite runs is kept, and searched in the end for every secret that the suite
//! knows by then, in every spelling of it.
//!
//! * [`told`] where secrets come from, and the few places where one is given out
//! * [`forms`] their spellings; [`search`] finds them
//! * [`reading`] reads what an edge stores where nobody can look
//!
//! An answer is searched without the one text by which it gives out a secret that it exists to give out, and nothing else is spared.

mod forms;
mod reading;
mod search;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hop_core::store::Change;
use search::{Search, Trace};

use crate::client::Answer;
use crate::deployment::Deployment;
use crate::edges::Edge;

/// What every whole run has to search for.
const SECRETS: [&str; 7] =
    ["HOP_ADMIN_KEY", "HOP_PEPPER", "the secret of a key", "an invitation", "a credential", "a password", "a cookie that opens a link"];

/// In bytes: what is shorter, such as the value of a cookie that is taken back, stands in a text by chance.
const SHORTEST: usize = 8;

/// What is kept, once the suite has said that it wants to know.
static KEPT: Mutex<Option<GuardedRecord>> = Mutex::new(None);

#[derive(Default)]
struct GuardedRecord {
    /// What each secret is called in a report.
    secrets: BTreeMap<String, String>,
    answers: Vec<Trace>,
    logs: Vec<Trace>,
    records: Vec<Trace>,
    /// Answers that cannot be read, and so cannot be searched.
    unreadable: Vec<String>,
}

/// From now on everything is kept.
pub fn watch() {
    *kept() = Some(GuardedRecord::default());
}

/// Whether anything is kept.
pub(crate) fn are_watched() -> bool {
    kept().is_some()
}

/// A deployment has this secret.
pub(crate) fn configured(name: &str, secret: &str) {
    if let Some(kept) = kept().as_mut() {
        kept.learn(secret, name);
    }
}

/// A request is about to be sent: it may bring a secret.
pub(crate) fn sent<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>, body: &[u8]) {
    if let Some(kept) = kept().as_mut() {
        for (secret, name) in told::sent(headers, body) {
            kept.learn(&secret, name);
        }
    }
}

/// These bytes were answered.
pub(crate) fn answered(method: &str, target: &str, bytes: &[u8]) {
    if let Some(kept) = kept().as_mut() {
        kept.answer(method, target, bytes);
    }
}

/// A deployment is about to end. What it stores is read through hop, if it cannot be read afterwards.
pub(crate) fn ending(hop: &Deployment) {
    if are_watched() && !hop.edge.keeps_its_store() {
        reading::everything(hop);
    }
}

/// A deployment has ended: it logged this, and left these records.
pub(crate) fn ended(whose: &str, log: &str, records: Vec<(String, Vec<u8>)>) {
    if let Some(kept) = kept().as_mut() {
        kept.end(whose, log, records);
    }
}

/// A change is about to be written: what is overwritten later was stored, too.
pub(crate) fn written(change: &Change) {
    if let Some(kept) = kept().as_mut() {
        let attachments = change
            .attachments
            .iter()
            .map(|(key, value)| (key, value))
            .chain(change.audit_entry.iter().map(|entry| (&entry.key, &entry.value)));
        for (key, value) in attachments.chain([(&change.key, &change.value)]) {
            kept.records.push(Trace { at: format!("what was written to {}", key.as_str()), bytes: value.as_bytes().to_vec() });
        }
    }
}

/// Fails with every place where a secret stands, and, after a whole run, if there was nothing to find one in.
///
/// # Errors
/// When there is one, or nothing was looked at.
///
/// # Panics
/// When nobody watched.
pub fn none_leaked(edge: Edge, is_whole: bool) -> Result<(), String> {
    let kept = kept().take().expect("somebody watched");
    let mut wrong = kept.leaks();
    if is_whole {
        wrong.extend(kept.lacks(edge));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn kept() -> MutexGuard<'static, Option<GuardedRecord>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GuardedRecord {
    fn learn(&mut self, secret: &str, name: &str) {
        if secret.len() >= SHORTEST && !self.secrets.contains_key(secret) {
            self.secrets.insert(secret.to_owned(), name.to_owned());
        }
    }

    fn answer(&mut self, method: &str, target: &str, bytes: &[u8]) {
        let path = target.split('?').next().unwrap_or_default();
        let at = format!("the answer to {method} {path}");
        let mut bytes = bytes.to_vec();
        if let Some(answer) = Answer::parse(&bytes, method == "HEAD") {
            if answer.header("content-encoding").is_some() {
                self.unreadable.push(at.clone());
            }
            // Chunks could divide a secret.
            if answer.header("transfer-encoding").is_some() {
                let head = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or(0);
                bytes.truncate(head);
                bytes.extend(&answer.body);
            }
            for given in told::given(method, path, &answer) {
                take_out(&mut bytes, given.text.as_bytes());
                self.learn(&given.secret, given.name);
            }
        }
        self.answers.push(Trace { at, bytes });
    }

    fn end(&mut self, whose: &str, log: &str, records: Vec<(String, Vec<u8>)>) {
        let lines = log.lines().enumerate();
        self.logs.extend(lines.map(|(at, line)| Trace { at: format!("line {} of the log of {whose}", at + 1), bytes: line.into() }));
        self.records.extend(records.into_iter().map(|(name, bytes)| Trace { at: format!("{name} of {whose}"), bytes }));
    }

    fn leaks(&self) -> Vec<String> {
        let unreadable = self.unreadable.iter().map(|at| format!("{at} cannot be read"));
        let traces = self.answers.iter().chain(&self.logs).chain(&self.records);
        Search::new(&self.secrets).leaks(traces).into_iter().chain(unreadable).collect()
    }

    /// What a whole run cannot have been without. A search that looks at nothing finds nothing.
    fn lacks(&self, edge: Edge) -> Vec<String> {
        let named: BTreeSet<&str> = self.secrets.values().map(String::as_str).collect();
        let secrets = SECRETS.iter().filter(|name| !named.contains(*name)).map(|name| format!("no case knows {name}"));
        let traces = [("answers", "x-request-id", &self.answers), ("logs", "\"cause\"", &self.logs), ("records", "link/", &self.records)];
        let traces = traces.into_iter().filter(|(what, ..)| *what != "records" || edge.keeps_its_store());
        let unseen = traces.filter(|(_, holds, traces)| !traces.iter().any(|trace| trace.holds(holds)));
        secrets.chain(unseen.map(|(what, holds, traces)| format!("no {holds} in {} {what}: what was searched?", traces.len()))).collect()
    }
}

/// Takes `text` out of `bytes`, once.
fn take_out(bytes: &mut Vec<u8>, text: &[u8]) {
    if let Some(at) = bytes.windows(text.len().max(1)).position(|window| window == text) {
        bytes.drain(at..at + text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::forms::forms;
    use super::*;

    const SECRET: &str = "a secret, wörd for word";

    fn knowing() -> GuardedRecord {
        let mut kept = GuardedRecord::default();
        kept.learn(SECRET, "it");
        kept
    }

    fn answered(kept: &mut GuardedRecord, target: &str, head: &str, body: &[u8]) {
        kept.answer("POST", target, &[format!("HTTP/1.1 201 Created\r\n{head}\r\n").as_bytes(), body].concat());
    }

    #[test]
    fn a_secret_is_found_in_answers_logs_and_records_in_every_form() {
        for form in forms(SECRET) {
            let text = String::from_utf8(form.clone()).unwrap();
            let mut kept = knowing();
            answered(&mut kept, "/x?y", "", &form);
            answered(&mut kept, "/y", &format!("X-Y: {text}\r\n"), b"");
            kept.end("hop", &format!("fine\nerror: {text}!\n"), vec![("a record".into(), [b"\0", form.as_slice(), b"\xff"].concat())]);
            let leaks = kept.leaks();
            let places = ["the answer to POST /x", "the answer to POST /y", "line 2 of the log of hop", "a record of hop"];
            assert!(leaks.len() == 4 && leaks.iter().zip(places).all(|(leak, place)| leak.ends_with(place)), "{text}: {leaks:?}");
            assert!(!leaks.concat().contains(SECRET));
        }
        let mut clean = knowing();
        answered(&mut clean, "/x", "", b"nothing");
        clean.end("hop", "nothing", vec![("a record".into(), b"nothing".to_vec())]);
        assert!(clean.leaks().is_empty());
    }

    #[test]
    fn chunks_divide_no_secret_and_what_is_packed_is_told_of() {
        let (first, second) = SECRET.split_at(8);
        let chunks = format!("{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
        let mut kept = knowing();
        answered(&mut kept, "/x", "Transfer-Encoding: chunked\r\n", chunks.as_bytes());
        assert_eq!(kept.leaks().len(), 1);
        let mut kept = knowing();
        answered(&mut kept, "/x", "Content-Encoding: gzip\r\n", b"?");
        assert_eq!(kept.leaks(), ["the answer to POST /x cannot be read"]);
    }

    #[test]
    fn a_secret_that_is_given_out_stands_there_once_and_nowhere_else() {
        let key = format!("hop_id_{}", "k".repeat(44));
        let given = format!(r#"{{"secret":"{key}"}}"#);
        let leaks = |target: &str, head: &str, body: &str| {
            let mut kept = knowing();
            answered(&mut kept, "/api/v1/keys", "", given.as_bytes());
            assert!(kept.leaks().is_empty());
            answered(&mut kept, target, head, body.as_bytes());
            kept.leaks().len()
        };
        assert_eq!(leaks("/api/v1/keys", "", "{}"), 0);
        assert_eq!(leaks("/api/v1/keys/id", "", &given), 1, "it is not given out here");
        assert_eq!(leaks("/api/v1/keys", &format!("Location: /{key}\r\n"), &given), 1, "it is given out in the body");
        assert_eq!(
            leaks("/api/v1/keys", "", &format!(r#"{{"secret":"hop_i_another-one","note":"{key}"}}"#)),
            1,
            "another one is given out"
        );
        let opened = "Set-Cookie: __Host-hop-lnk_a=1.kDj3_kfj-sSkd93kfjA; Path=/\r\n";
        assert_eq!(leaks("/a", opened, ""), 0);
        assert_eq!(leaks("/a", opened, "kDj3_kfj-sSkd93kfjA"), 1);
        assert_eq!(leaks("/a", opened, SECRET), 1);
    }

    #[test]
    fn a_whole_run_that_looked_at_nothing_is_told() {
        assert_eq!(GuardedRecord::default().lacks(Edge::Memory).len(), SECRETS.len() + 3);
        assert_eq!(GuardedRecord::default().lacks(Edge::Viceroy).len(), SECRETS.len() + 2);
        let mut kept = GuardedRecord::default();
        SECRETS.iter().for_each(|name| kept.learn(name, name));
        answered(&mut kept, "/", "X-Request-Id: x\r\n", b"");
        kept.end("hop", "{\"cause\":\"x\"}", vec![("a record".into(), b"link/x".to_vec())]);
        assert!(kept.lacks(Edge::Memory).is_empty());
    }
}
