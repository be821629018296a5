//! The progress file of an import, beside the export. With it, the same command continues where an earlier one stopped.
//!
//! It is replaced atomically after each chunk that the deployment has answered, and deleted when the import is
//! complete.
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::send::{MAX_LINES, hex};
use crate::failure::{Failure, Outcome, While};

/// The identity of an import. An import can be continued only if all these fields are the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) file_sha256: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) domain: Option<String>,
    pub(super) dry_run: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Progress {
    pub(super) job: Job,
    /// The unique name of this import, part of its idempotency keys. A new import of the same file has another name, so
    /// the deployment does not replay old responses.
    pub(super) name: String,
    /// How many entries of the file are processed.
    pub(super) position: u64,
    /// The maximum number of lines of the next chunk: as many as the deployment processed of the last one, or twice
    /// that.
    pub(super) chunk: usize,
    pub(super) created: u64,
    pub(super) existing: u64,
    pub(super) rejected: u64,
    /// Length of the report of rejected links at `position`, in bytes.
    pub(super) report_bytes: u64,
}

/// The path `file` with a suffix.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}

/// Options for opening the files beside the export. They contain links, so only their owner may read them.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

pub(super) fn digest(path: &Path) -> Outcome<String> {
    let mut file = File::open(path).doing(format_args!("opening {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).doing(format_args!("reading {}", path.display()))?;
        match buffer.get(..read) {
            Some(bytes) if read > 0 => hash.update(bytes),
            _ => return Ok(hex(&hash.finalize())),
        }
    }
}

impl Progress {
    pub(super) fn begin(job: Job) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("{}-{}", since_1970.as_nanos(), process::id());
        Self { job, name, position: 0, chunk: MAX_LINES, created: 0, existing: 0, rejected: 0, report_bytes: 0 }
    }

    fn path(file: &Path) -> PathBuf {
        beside(file, ".hop-import.json")
    }

    /// Loads the progress of an earlier run of this job, or starts a new import. Fails if another job is unfinished.
    pub(super) fn load(file: &Path, job: Job) -> Outcome<Self> {
        let path = Self::path(file);
        let shown = path.display();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::begin(job)),
            Err(error) => return Err(error).doing(format_args!("reading {shown}")),
        };
        let advice = format!("Finish that import with the same options, or delete {shown} to start again.");
        let found = serde_json::from_str(&text).ok().and_then(|value| Self::read(&value));
        let found =
            found.ok_or_else(|| Failure::new(format!("{shown} is not a valid progress file")).advise("Delete it to start again."))?;
        if found.job == job {
            return Ok(found);
        }
        let what = if found.job.file_sha256 == job.file_sha256 {
            let Job { from, to, domain, dry_run, .. } = &found.job;
            let domain = domain.as_deref().map(|domain| format!(" --domain {domain}")).unwrap_or_default();
            let dry_run = if *dry_run { " --dry-run" } else { "" };
            format!("an import of this file with `--from {from} --to {to}{domain}{dry_run}` is unfinished")
        } else {
            format!("{} has changed since its import started", file.display())
        };
        Err(Failure::new(what).advise(advice))
    }

    pub(super) fn save(&self, file: &Path) -> Outcome<()> {
        let path = Self::path(file);
        let temporary = beside(&path, ".new");
        let write = || {
            let mut to = private().truncate(true).open(&temporary)?;
            writeln!(to, "{}", self.to_json())?;
            to.sync_all()?;
            fs::rename(&temporary, &path)
        };
        write().doing(format_args!("writing {}", path.display()))
    }

    pub(super) fn remove(file: &Path) -> Outcome<()> {
        let path = Self::path(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing(format_args!("removing {}", path.display())),
            _ => Ok(()),
        }
    }

    fn to_json(&self) -> Value {
        let Job { file_sha256, from, to, domain, dry_run } = &self.job;
        let fields: [(&str, Value); 12] = [
            ("file_sha256", file_sha256.as_str().into()),
            ("from", from.as_str().into()),
            ("to", to.as_str().into()),
            ("domain", domain.as_deref().into()),
            ("dry_run", (*dry_run).into()),
            ("name", self.name.as_str().into()),
            ("position", self.position.into()),
            ("chunk", self.chunk.into()),
            // Keep these names: progress files of earlier versions have them.
            ("made", self.created.into()),
            ("already_there", self.existing.into()),
            ("refused", self.rejected.into()),
            ("report_bytes", self.report_bytes.into()),
        ];
        Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| value.get(name)?.as_u64();
        let job = Job {
            file_sha256: text("file_sha256")?,
            from: text("from")?,
            to: text("to")?,
            domain: text("domain"),
            dry_run: value.get("dry_run")?.as_bool()?,
        };
        Some(Self {
            job,
            name: text("name")?,
            position: number("position")?,
            chunk: usize::try_from(number("chunk")?).ok()?.clamp(1, MAX_LINES),
            created: number("made")?,
            existing: number("already_there")?,
            rejected: number("refused")?,
            report_bytes: number("report_bytes")?,
        })
    }
}
