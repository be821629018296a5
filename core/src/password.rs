//! Passwords of links. What somebody wrote is hashed before it is kept, and never shown again, hashed or not.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};

use crate::alias::compose;
use crate::error::{FieldCode, Problem, Refusal};
use crate::ports::{Edge, PasswordCost};

/// In characters: fewer are guessed, more are no password.
const LEAST: usize = 12;
const MOST: usize = 1_024;

/// A password somebody chose, in NFC: keyboards write the same letter differently.
pub(crate) struct NewPassword(String);

/// What is kept of a password: Argon2id under a salt of its own, so that a new password never looks like the one before.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash {
    pub(crate) cost: PasswordCost,
    pub(crate) salt: [u8; 16],
    pub(crate) hash: [u8; 32],
}

impl NewPassword {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let text = compose(text);
        let length = text.chars().count();
        if length < LEAST {
            return Err(Refusal::new(FieldCode::OutOfRange, format!("a password has at least {LEAST} characters")));
        }
        if length > MOST {
            return Err(Refusal::new(FieldCode::TooLong, format!("a password has at most {MOST} characters")));
        }
        if text.contains(char::is_control) {
            return Err(Refusal::invalid("a password is made of characters that can be typed"));
        }
        Ok(Self(text))
    }

    /// Hashes it, at the cost the edge can bear.
    pub(crate) fn hash(&self, edge: &impl Edge) -> Result<PasswordHash, Problem> {
        let mut salt = [0; 16];
        edge.random(&mut salt)?;
        let cost = edge.traits().password_cost;
        let hash = derive(&self.0, &salt, cost).map_err(|error| Problem::internal(format!("a password cannot be hashed: {error}")))?;
        Ok(PasswordHash { cost, salt, hash })
    }
}

fn derive(text: &str, salt: &[u8], cost: PasswordCost) -> Result<[u8; 32], argon2::Error> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None)?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(text.as_bytes(), salt, &mut hash)?;
    Ok(hash)
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryEdge;

    #[test]
    fn a_password_has_twelve_to_1024_characters_however_many_bytes() {
        let code = |text: &str| NewPassword::parse(text).err().map(|refusal| refusal.code);
        use FieldCode::{Invalid, OutOfRange, TooLong};
        for (text, expected) in [
            ("", Some(OutOfRange)),
            ("eleven char", Some(OutOfRange)),
            ("twelve chars", None),
            (&"é".repeat(11), Some(OutOfRange)),
            (&"é".repeat(12), None),
            (&"e\u{301}".repeat(11), Some(OutOfRange)),
            (&"日".repeat(1_024), None),
            (&"x".repeat(1_025), Some(TooLong)),
            ("twelve chars\n", Some(Invalid)),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn a_hash_is_made_of_the_password_the_salt_and_the_cost() {
        let edge = MemoryEdge::new(1);
        let hash = |text: &str| NewPassword::parse(text).unwrap().hash(&edge).unwrap();
        let (first, second) = (hash("r\u{e9}sum\u{e9} twelve"), hash("re\u{301}sume\u{301} twelve"));
        assert!(first != second && first.salt != second.salt, "each has a salt of its own");
        assert_eq!(first.cost, edge.traits().password_cost);
        let again = |known: &PasswordHash, text: &str| derive(text, &known.salt, known.cost).unwrap();
        assert_eq!(again(&first, "résumé twelve"), first.hash);
        assert_eq!(again(&second, "résumé twelve"), second.hash, "both spellings are one password");
        assert_ne!(again(&first, "resume twelve"), first.hash);
    }

    #[test]
    fn argon2id_as_its_reference_has_it() {
        let hash = derive("password", b"somesalt", PasswordCost { memory_kib: 65_536, passes: 2 }).unwrap();
        assert_eq!(hash.map(|byte| format!("{byte:02x}")).concat(), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn prints_nothing_of_itself() {
        let new = NewPassword::parse("hunter2hunter2").unwrap();
        let hash = new.hash(&MemoryEdge::new(1)).unwrap();
        assert_eq!((format!("{new:?}"), format!("{hash:?}")), ("[redacted]".into(), "[redacted]".into()));
    }
}
