//! The progress file of a fill. It is in wrangler's data folder, so it is deleted together with the data.
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::story::Owner;
use crate::failure::{Failure, Outcome, While};

const FILE: &str = "v3/example-data.json";

pub(super) struct Marker {
    path: PathBuf,
    pub(super) password: String,
    /// The end of the period that is filled, in milliseconds since 1970.
    pub(super) now: u64,
    pub(super) owners: Vec<Owner>,
    /// How many parts of the story were sent.
    pub(super) parts: usize,
    pub(super) is_complete: bool,
}

impl Marker {
    pub(super) fn new(state: &Path, password: String, now: u64, owners: Vec<Owner>) -> Self {
        Self { path: state.join(FILE), password, now, owners, parts: 0, is_complete: false }
    }

    /// The marker in a folder of wrangler's data, if there is one.
    pub(super) fn read(state: &Path) -> Outcome<Option<Self>> {
        let path = state.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).doing(format_args!("reading {}", path.display()))?;
        let marker = serde_json::from_str(&text).ok().and_then(|marker: Value| {
            let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
            let owners = marker.get("owners")?.as_array()?.iter();
            Some(Self {
                password: text(&marker, "password")?,
                now: marker.get("now")?.as_u64()?,
                owners: owners.map(|owner| Some(Owner { id: text(owner, "id")?, key: text(owner, "key")? })).collect::<Option<_>>()?,
                parts: usize::try_from(marker.get("parts")?.as_u64()?).ok()?,
                is_complete: marker.get("is_complete")?.as_bool()?,
                path: path.clone(),
            })
        });
        marker.map(Some).ok_or_else(|| Failure::new(format!("{} cannot be read", path.display())).advise("Start again with --fresh."))
    }

    pub(super) fn save(&self) -> Outcome<()> {
        let owners: Vec<Value> = self.owners.iter().map(|owner| json!({"id": owner.id, "key": owner.key})).collect();
        let marker =
            json!({"password": self.password, "now": self.now, "owners": owners, "parts": self.parts, "is_complete": self.is_complete});
        let new = self.path.with_extension("new");
        // It has secrets, as .dev.vars has.
        let mut file = OpenOptions::new();
        let file = file.write(true).create(true).truncate(true).mode(0o600).open(&new);
        file.and_then(|mut file| file.write_all(marker.to_string().as_bytes())).doing(format_args!("writing {}", new.display()))?;
        fs::rename(&new, &self.path).doing(format_args!("writing {}", self.path.display()))
    }
}
