//! `cargo xtask import`: imports the links of another shortener into a deployment of hop.
//!
//! The export is read one entry at a time (`lines`, `rows`, `objects`), converted to hop's import format (`formats`),
//! and sent in chunks (`send`). The result of each chunk is saved (`progress`, `report`) before the next one is sent.
mod answer;
mod draft;
mod fields;
mod formats;
mod lines;
mod moment;
mod objects;
mod progress;
mod recognise;
mod report;
mod rows;
mod run;
mod send;
mod short;
mod source;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::{ExitCode, exit};
use std::{env, fs};

use lexopt::{Arg, ValueExt};

use crate::bar::Bar;
use crate::failure::{Failure, Outcome, While};
use crate::help;
use formats::Format;
use progress::Job;
use run::Run;
use send::{AdminKey, Origin, RetryPolicy, Sender};

const HELP: &str = "\
cargo xtask import FILE --from shlink|sink|kutt|yourls|bitly|dub|golink|hop --to URL [options]

Imports the links of an export into a deployment. Rejected links are listed with line and reason, and written to
FILE.rejected.jsonl. Progress is saved in FILE.hop-import.json: after Ctrl-C, a crash or a failure, run the same
command again to continue. The progress file is deleted at the end.

  --from FORMAT      the source of the export; `hop` reads JSON Lines, or CSV when FILE ends in .csv
  --to URL           the deployment, for example https://hop.example
  --domain HOST      put all links on this domain (default: the domain in the export, or else the deployment's default)
  --dry-run          check all links without creating any
  --key-file FILE    read the admin key from a file (default: the environment variable HOP_ADMIN_KEY)

README.md explains how to get each export. The exit code is 0 only when all links were imported.";

const KEY: &str = "HOP_ADMIN_KEY";
const INTERRUPTED: i32 = 130;

#[derive(Debug)]
struct Options {
    file: PathBuf,
    from: Format,
    to: Origin,
    domain: Option<String>,
    dry_run: bool,
    key_file: Option<PathBuf>,
}

pub(crate) fn command(arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let Some(options) = Options::read(arguments)? else {
        return Ok(help::print(HELP));
    };
    let key = options.key()?;
    ctrlc::set_handler(stop).map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
    let size = fs::metadata(&options.file).doing(format_args!("reading {}", options.file.display()))?.len();
    let sender = Sender::to(&options.to, options.domain.as_deref(), options.dry_run, key, RetryPolicy::DEFAULT);
    let mut bar = Bar::on_stderr(size);
    let job = options.job()?;
    let done = Run::open(&options.file, options.from, job, &sender, &mut bar)?.run()?;
    print!("{}", done.summary());
    Ok(if done.progress().rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Handles Ctrl-C. Acknowledged chunks are already saved, so stopping is safe at any moment.
fn stop() {
    eprintln!("\nStopped. Run the same command again to continue.");
    exit(INTERRUPTED);
}

impl Options {
    /// Parses the options; `None` when help is requested.
    fn read(mut arguments: lexopt::Parser) -> Outcome<Option<Self>> {
        let (mut file, mut from, mut to, mut domain, mut key_file, mut dry_run) = (None, None, None, None, None, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("from") => {
                    let name = arguments.value()?.string()?;
                    let unknown = || Failure::new(format!("unknown format `{name}`")).advise(format!("Known formats: {}.", Format::NAMES));
                    from = Some(Format::from_name(&name).ok_or_else(unknown)?);
                }
                Arg::Long("to") => to = Some(Origin::read(&arguments.value()?.string()?)?),
                Arg::Long("domain") => domain = Some(arguments.value()?.string()?.to_lowercase()),
                Arg::Long("dry-run") => dry_run = true,
                Arg::Long("key-file") => key_file = Some(PathBuf::from(arguments.value()?)),
                Arg::Long("key") => {
                    return Err(Failure::new("the key cannot be an argument: other users of this machine could read it").advise(HELP));
                }
                Arg::Value(name) if file.is_none() => file = Some(PathBuf::from(name)),
                other => return Err(help::unexpected(&other, HELP)),
            }
        }
        let missing = |what: &str| Failure::new(format!("{what} is missing")).advise(HELP);
        let file = file.ok_or_else(|| missing("FILE"))?;
        let from = from.ok_or_else(|| missing("`--from`"))?;
        let to = to.ok_or_else(|| missing("`--to`"))?;
        Ok(Some(Self { file, from, to, domain, dry_run, key_file }))
    }

    fn key(&self) -> Outcome<AdminKey> {
        match &self.key_file {
            Some(path) => AdminKey::read(&fs::read_to_string(path).doing(format_args!("reading {}", path.display()))?),
            None => {
                let missing = |_| {
                    Failure::new("the admin key is missing")
                        .advise(format!("Set {KEY} in the environment, or pass a file with --key-file."))
                };
                AdminKey::read(&env::var(KEY).map_err(missing)?)
            }
        }
    }

    fn job(&self) -> Outcome<Job> {
        Ok(Job {
            file_sha256: progress::digest(&self.file)?,
            from: self.from.name().to_owned(),
            to: self.to.to_string(),
            domain: self.domain.clone(),
            dry_run: self.dry_run,
        })
    }
}
