//! No secret leaks: whatever hop answers, logs or stores while the suite runs is kept, and searched in the end for every secret that the suite
//! knows by then, in every spelling of it.
//!
//! * [`told`] where secrets come from, and the few places where one is given out
//! * [`forms`] their spellings; [`search`] finds them
//!
//! An answer is searched without the one text by which it gives out a secret that it exists to give out, and nothing else is spared.

mod forms;
mod search;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hop_core::records::Change;
use search::{Search, Trace};

use crate::client::Answer;
use crate::edges::Edge;

/// What every whole run has to search for.
const SECRETS: [&str; 5] = ["HOP_ADMIN_KEY", "HOP_PEPPER", "a credential", "a password", "a cookie that opens a link"];

/// What is kept, once the suite has said that it wants to know.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

#[derive(Default)]
struct Kept {
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
    *kept() = Some(Kept::default());
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

/// A deployment has ended: it logged this, and left these records.
pub(crate) fn ended(whose: &str, log: String, records: Vec<(String, Vec<u8>)>) {
    if let Some(kept) = kept().as_mut() {
        kept.logs.push(Trace { at: format!("the log of {whose}"), bytes: log.into_bytes() });
        kept.records.extend(records.into_iter().map(|(name, bytes)| Trace { at: format!("{name} of {whose}"), bytes }));
    }
}

/// A change is about to be written: what is overwritten later was stored, too.
pub(crate) fn written(change: &Change) {
    if let Some(kept) = kept().as_mut() {
        let rows = [(&change.key, &change.value)].into_iter().chain(change.sides.iter().map(|(key, value)| (key, value)));
        let rows = rows.chain(change.note.iter().map(|note| (&note.key, &note.value)));
        kept.records.extend(
            rows.map(|(key, value)| Trace { at: format!("what was written to {}", key.as_str()), bytes: value.clone().into_bytes() }),
        );
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

fn kept() -> MutexGuard<'static, Option<Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn learn(&mut self, secret: &str, name: &str) {
        if !self.secrets.contains_key(secret) {
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
