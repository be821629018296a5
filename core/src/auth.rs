//! Who is asking, and the proof that they may.

use http::header::AUTHORIZATION;

use crate::config::{AdminKey, Config};
use crate::error::Problem;
use crate::ports::Facts;

/// Shows that whoever asks may do what is asked. Only this module makes one, and no handler that needs a right runs without one.
#[derive(Debug)]
pub(crate) struct Proof(());

impl Proof {
    /// The name of who is asking, by which what is made for one is told from what is made for another.
    pub(crate) fn principal(&self) -> &'static str {
        "admin"
    }
}

/// Lets in the bootstrap admin. Missing, malformed and wrong credentials are told apart only as far as RFC 6750 does.
pub(crate) fn authorise(config: &Config, facts: &impl Facts) -> Result<Proof, Problem> {
    let Some(header) = facts.header(&AUTHORIZATION) else {
        return Err(Problem::no_credentials());
    };
    let Some(offered) = bearer(&header) else {
        return Err(Problem::no_credentials());
    };
    match &config.admin_key {
        AdminKey::Set(key) if key.is(offered) => Ok(Proof(())),
        AdminKey::Set(_) => Err(Problem::wrong_credentials()),
        AdminKey::Disabled(why) => Err(Problem::wrong_credentials().because(*why)),
    }
}

/// The token of `Bearer <token>`. The scheme's capitals do not matter, blanks around the token are no part of it.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.trim_ascii().split_at_checked("bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer") && token.first().is_none_or(|byte| *byte == b' ');
    is_bearer.then_some(token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_what_follows_the_scheme() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer abc", Some("abc")),
            ("BEARER   abc  ", Some("abc")),
            ("Bearer", Some("")),
            ("Bearer ", Some("")),
            ("Bearer a b", Some("a b")),
            ("Bearerabc", None),
            ("Basic abc", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(bearer(header.as_bytes()), token.map(str::as_bytes), "{header:?}");
        }
    }
}
