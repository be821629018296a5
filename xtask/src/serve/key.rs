//! The admin key of local runs, which stays the same from one run to the next.
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use crate::failure::{Failure, Outcome, While};
use crate::project::Project;

/// Where wrangler reads local secrets from; git ignores it.
const FILE: &str = ".dev.vars";
const NAME: &str = "HOP_ADMIN_KEY";
/// hop refuses shorter keys.
const SHORTEST: usize = 32;

/// The key in `.dev.vars`. Without such a file one is written, with a random key; an existing one is never changed.
pub(super) fn development(project: &Project) -> Outcome<String> {
    let path = project.path(FILE);
    if !path.exists() {
        let key = random()?;
        let text = format!("# Secrets for local runs, written by `cargo xtask serve`. Keep or change them.\n{NAME}=\"{key}\"\n");
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).doing(format_args!("creating {FILE}"))?;
        file.write_all(text.as_bytes()).doing(format_args!("writing {FILE}"))?;
        return Ok(key);
    }
    let text = fs::read_to_string(&path).doing(format_args!("reading {FILE}"))?;
    match find(&text) {
        Some(key) if key.len() >= SHORTEST => Ok(key),
        _ => Err(Failure::new(format!("{FILE} has no {NAME} of at least {SHORTEST} characters"))
            .advise(format!("Add one, or delete {FILE} and a random key is written."))),
    }
}

fn random() -> Outcome<String> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).doing("reading random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The value of the last line that sets the key, as dotenv files are read.
fn find(text: &str) -> Option<String> {
    let mut values = text.lines().filter_map(|line| {
        let (name, value) = line.trim_start().trim_start_matches("export ").split_once('=')?;
        (name.trim() == NAME).then(|| unquoted(value.trim()).to_owned())
    });
    values.next_back()
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote)) {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_it_is_written() {
        for line in ["HOP_ADMIN_KEY=abc", "HOP_ADMIN_KEY=\"abc\"", " HOP_ADMIN_KEY = 'abc'", "HOP_ADMIN_KEY=abc # mine"] {
            assert_eq!(find(&format!("# a file\nOTHER=x\n{line}\n")).as_deref(), Some("abc"), "{line}");
        }
        assert_eq!(find("#HOP_ADMIN_KEY=abc\n"), None);
    }

    #[test]
    fn random_keys_are_long_enough_and_differ() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.len() >= SHORTEST);
        assert_ne!(one, other);
    }
}
