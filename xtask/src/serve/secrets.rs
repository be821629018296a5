//! The secrets of local runs, stored in `.dev.vars`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use crate::failure::{Failure, Outcome, While};
use crate::project::Project;

/// The file from which wrangler reads local secrets. git ignores it.
const FILE: &str = ".dev.vars";
const ADMIN_KEY: &str = "HOP_ADMIN_KEY";
const PEPPER: &str = "HOP_PEPPER";
/// The shortest secret that hop accepts.
const SHORTEST: usize = 32;

/// The secrets of a deployment.
pub(super) struct Secrets {
    pub(super) admin_key: String,
    pub(super) pepper: String,
}

impl Secrets {
    /// The secrets as environment variables.
    pub(super) fn variables(&self) -> [(&'static str, &str); 2] {
        [(ADMIN_KEY, &self.admin_key), (PEPPER, &self.pepper)]
    }
}

/// Reads the secrets in `.dev.vars`. Adds random ones for those that are missing, and never changes existing ones.
pub(super) fn development(project: &Project) -> Outcome<Secrets> {
    let path = project.path(FILE);
    if !path.exists() {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).doing(format_args!("creating {FILE}"))?;
        let comment = "# Secrets for local runs, written by `cargo xtask serve`. Keep or change them.\n";
        file.write_all(comment.as_bytes()).doing(format_args!("writing {FILE}"))?;
    }
    let text = fs::read_to_string(&path).doing(format_args!("reading {FILE}"))?;
    let secret = |name: &str| match find(&text, name) {
        None => {
            let secret = random()?;
            let line = format!("{}{name}=\"{secret}\"\n", if text.ends_with('\n') { "" } else { "\n" });
            let mut file = OpenOptions::new().append(true).open(&path).doing(format_args!("opening {FILE}"))?;
            file.write_all(line.as_bytes()).doing(format_args!("writing {FILE}"))?;
            Ok(secret)
        }
        Some(secret) if secret.len() >= SHORTEST => Ok(secret),
        Some(_) => Err(Failure::new(format!("{name} in {FILE} has fewer than {SHORTEST} characters"))
            .advise(format!("Choose a longer one, or delete its line from {FILE} to get a random one."))),
    };
    Ok(Secrets { admin_key: secret(ADMIN_KEY)?, pepper: secret(PEPPER)? })
}

/// 48 random digits.
pub(super) fn random() -> Outcome<String> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).doing("reading random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The value of the last line that sets `wanted`, as in dotenv files.
fn find(text: &str, wanted: &str) -> Option<String> {
    let mut values = text.lines().filter_map(|line| {
        let (name, value) = line.trim_start().trim_start_matches("export ").split_once('=')?;
        (name.trim() == wanted).then(|| unquoted(value.trim()).to_owned())
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
    fn all_dotenv_notations_are_read() {
        for line in ["HOP_ADMIN_KEY=abc", "HOP_ADMIN_KEY=\"abc\"", " HOP_ADMIN_KEY = 'abc'", "HOP_ADMIN_KEY=abc # mine"] {
            assert_eq!(find(&format!("# a file\nOTHER=x\n{line}\n"), ADMIN_KEY).as_deref(), Some("abc"), "{line}");
        }
        assert_eq!(find("#HOP_ADMIN_KEY=abc\n", ADMIN_KEY), None);
    }

    #[test]
    fn random_keys_are_long_enough_and_differ() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.len() >= SHORTEST);
        assert_ne!(one, other);
    }
}
