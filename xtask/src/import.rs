//! Moves links from another shortener to a deployment of hop.
//!
//! The export is read entry by entry (`lines`, `rows`, `objects`), turned into hop's own lines (`formats`), and sent in chunks
//! (`send`) whose outcome is written down (`progress`, `report`) before the next one goes.
mod answer;
mod bar;
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

use crate::failure::{Failure, Outcome, While};
use crate::help;
use bar::Bar;
use formats::Format;
use progress::Job;
use run::Run;
use send::{AdminKey, Origin, Patience, Sender};

const HELP: &str = "\
cargo xtask import FILE --from shlink|sink|kutt|yourls|bitly|dub|golink|hop --to URL [options]

Moves the links of an export to a deployment. Links that could not be taken are listed with line and reason, and written
to FILE.rejected.jsonl. How far it has come is kept in FILE.hop-import.json, so that after Ctrl-C, a crash or a failure the same
command goes on; the record is removed at the end.

  --from FORMAT      where the export comes from; hop is hop's own JSON Lines, or CSV when FILE ends in .csv
  --to URL           the deployment, as in https://hop.example
  --domain HOST      put every link on this domain; without it a link keeps the one its export names, or takes the default
  --dry-run          say what would be taken, and make nothing
  --key-file FILE    read the admin key from a file; without it from the environment, HOP_ADMIN_KEY

README.md says how to get each export. The exit code is 0 only when every link was taken.";

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
    let sender = Sender::to(&options.to, options.domain.as_deref(), options.dry_run, key, Patience::USUAL);
    let mut bar = Bar::on_stderr(size);
    let job = options.job()?;
    let done = Run::open(&options.file, options.from, job, &sender, &mut bar)?.go()?;
    print!("{}", done.summary());
    Ok(if done.progress().refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whatever was acknowledged is written down, so stopping is safe at any moment.
fn stop() {
    eprintln!("\nStopped. The same command goes on where this one was.");
    exit(INTERRUPTED);
}

impl Options {
    /// The options, or nothing when help was asked for.
    fn read(mut arguments: lexopt::Parser) -> Outcome<Option<Self>> {
        let (mut file, mut from, mut to, mut domain, mut key_file, mut dry_run) = (None, None, None, None, None, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("from") => {
                    let name = arguments.value()?.string()?;
                    let unknown = || Failure::new(format!("there is no format `{name}`")).advise(format!("Known are {}.", Format::NAMES));
                    from = Some(Format::named(&name).ok_or_else(unknown)?);
                }
                Arg::Long("to") => to = Some(Origin::read(&arguments.value()?.string()?)?),
                Arg::Long("domain") => domain = Some(arguments.value()?.string()?.to_lowercase()),
                Arg::Long("dry-run") => dry_run = true,
                Arg::Long("key-file") => key_file = Some(PathBuf::from(arguments.value()?)),
                Arg::Long("key") => return Err(Failure::new("a key is not an argument: others on this machine could read it").advise(HELP)),
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
                    Failure::new("there is no admin key").advise(format!("Set {KEY} in the environment, or name a file with --key-file."))
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
