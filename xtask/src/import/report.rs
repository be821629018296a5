//! The links that could not be taken, as they come: each to `FILE.rejected.jsonl`, the first few also to whoever is watching.
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::progress::{beside, private};
use crate::failure::{Outcome, While};

/// How many are shown; a file that fits nothing must not fill the screen.
pub(super) const SHOWN: u64 = 20;

pub(super) struct Report {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
}

pub(super) struct Refusal<'a> {
    pub(super) line: u64,
    /// Which link of the file it is, counted from 1: some files are one long line.
    pub(super) nth: u64,
    pub(super) alias: Option<&'a str>,
    pub(super) code: &'a str,
    pub(super) reason: &'a str,
    /// What hop was asked to take, to be mended and sent again, but for its password.
    pub(super) link: Option<&'a str>,
}

impl Report {
    /// Goes on after `bytes`: what an earlier run wrote beyond them will be found out again.
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

    pub(super) fn add(&mut self, refusal: &Refusal<'_>) -> Outcome<()> {
        let link = refusal.link.and_then(|link| serde_json::from_str(link).ok()).map_or(Value::Null, without_password);
        let fields: [(&str, Value); 6] = [
            ("line", refusal.line.into()),
            ("nth", refusal.nth.into()),
            ("alias", refusal.alias.into()),
            ("code", refusal.code.into()),
            ("reason", refusal.reason.into()),
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

    /// How long the report is, once it is safely written.
    pub(super) fn settled(&self) -> Outcome<u64> {
        if let Some(file) = &self.file {
            file.sync_data().doing(format_args!("writing {}", self.path.display()))?;
        }
        Ok(self.bytes)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A report is passed around. That a link had a password stays in it: sent again without one, it must not become open.
fn without_password(mut link: Value) -> Value {
    if let Value::Object(fields) = &mut link {
        let had = ["password", "password_hash"].map(|name| fields.remove(name).is_some());
        if had.contains(&true) {
            fields.insert("has_password".to_owned(), true.into());
        }
    }
    link
}
