//! The report of rejected links, `FILE.rejected.jsonl`. The first few are also printed.
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::progress::{beside, private};
use crate::failure::{Outcome, While};

/// How many rejected links are printed, so that an unsuitable file does not fill the screen.
pub(super) const PRINTED: u64 = 20;

pub(super) struct Report {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
}

pub(super) struct Rejection<'a> {
    pub(super) line: u64,
    /// The number of the link in the file, from 1. A JSON file may have all its links on one line.
    pub(super) nth: u64,
    pub(super) alias: Option<&'a str>,
    pub(super) code: &'a str,
    pub(super) reason: &'a str,
    /// The rejected line, so that a user can correct and send it. Its password is removed.
    pub(super) link: Option<&'a str>,
}

impl Report {
    /// Opens the report and truncates it to `bytes`: an earlier run may have written entries that it did not save as
    /// progress, and they are written again.
    pub(super) fn open(export: &Path, bytes: u64) -> Outcome<Self> {
        let path = beside(export, ".rejected.jsonl");
        if bytes > 0 {
            let mut file = private().open(&path).doing(format_args!("opening {}", path.display()))?;
            let cut = file.set_len(bytes).and_then(|()| file.seek(SeekFrom::End(0)));
            cut.doing(format_args!("writing {}", path.display()))?;
            return Ok(Self { path, file: Some(file), bytes });
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing(format_args!("removing {}", path.display())),
            _ => Ok(Self { path, file: None, bytes: 0 }),
        }
    }

    pub(super) fn add(&mut self, rejection: &Rejection<'_>) -> Outcome<()> {
        let link = rejection.link.and_then(|link| serde_json::from_str(link).ok()).map_or(Value::Null, without_password);
        let fields: [(&str, Value); 6] = [
            ("line", rejection.line.into()),
            ("nth", rejection.nth.into()),
            ("alias", rejection.alias.into()),
            ("code", rejection.code.into()),
            ("reason", rejection.reason.into()),
            ("link", link),
        ];
        let entry = Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>());
        let text = format!("{entry}\n");
        let shown = self.path.display();
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(private().truncate(true).open(&self.path).doing(format_args!("writing {shown}"))?),
        };
        file.write_all(text.as_bytes()).doing(format_args!("writing {shown}"))?;
        self.bytes += text.len() as u64;
        Ok(())
    }

    /// Syncs the report to disk and returns its length.
    pub(super) fn sync(&self) -> Outcome<u64> {
        if let Some(file) = &self.file {
            file.sync_data().doing(format_args!("writing {}", self.path.display()))?;
        }
        Ok(self.bytes)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Replaces the password by `has_password`, because a report may be passed on. With that field, a link that is sent
/// again stays protected: the import disables it.
fn without_password(mut link: Value) -> Value {
    if let Value::Object(fields) = &mut link {
        let had = ["password", "password_hash"].map(|name| fields.remove(name).is_some());
        if had.contains(&true) {
            fields.insert("has_password".to_owned(), true.into());
        }
    }
    link
}
