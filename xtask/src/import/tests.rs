//! Tests of whole imports against a small server that implements hop's import API, and of all fixtures' conversions.
mod damage;
mod fixtures;
mod sending;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::formats::Format;
use super::progress::{Job, digest};
use super::run::{Done, Run};
use super::send::{AdminKey, Origin, RetryPolicy, Sender};
use super::source::Source;
use crate::bar::Bar;
use crate::failure::Outcome;

const KEY: &str = "a-key-of-this-test-0123456789abcdef";
const FAST_RETRIES: RetryPolicy =
    RetryPolicy { attempts: 4, first_pause: Duration::from_millis(1), longest_pause: Duration::from_millis(1) };

/// A temporary directory, deleted when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hop-import-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The names of its files, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Converts a file. Returns the converted lines (or their errors) and the summary of lost data.
fn convert(path: &Path, format: Format, keep_domains: bool) -> (Vec<String>, String) {
    let mut source = Source::open(path, format, keep_domains).unwrap();
    let items = std::iter::from_fn(|| source.next().unwrap());
    let lines = items.map(|item| match item.link {
        Ok(link) => sorted(&link),
        Err(reason) => format!("line {}: {reason}", item.line),
    });
    let lines = lines.collect();
    (lines, source.lost().to_string())
}

/// A line of JSON with sorted keys.
fn sorted(line: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
    value.sort_all_objects();
    value.to_string()
}

struct Options {
    domain: Option<String>,
    dry_run: bool,
}

const DEFAULTS: Options = Options { domain: None, dry_run: false };

fn import(path: &Path, format: Format, to: &str, options: &Options) -> Outcome<Done> {
    let origin = Origin::read(to)?;
    let sender = Sender::to(&origin, options.domain.as_deref(), options.dry_run, AdminKey::read(KEY)?, FAST_RETRIES);
    let job = Job {
        file_sha256: digest(path)?,
        from: format.name().to_owned(),
        to: origin.to_string(),
        domain: options.domain.clone(),
        dry_run: options.dry_run,
    };
    let mut bar = Bar::on(Box::new(std::io::sink()), false, 1);
    Run::open(path, format, job, &sender, &mut bar)?.run()
}
