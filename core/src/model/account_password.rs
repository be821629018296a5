//! Passwords of users: Argon2id over a digest under the pepper, so hashes from a stolen store cannot be tried without
//! the pepper.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::model::base64;
use crate::model::common_passwords::is_common;
use crate::model::digest::Pepper;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::password::{self, NewPassword, PasswordCost, PasswordHash, PhcKeyId};
use crate::model::unicode::compose;

/// Longest password of a user in bytes.
pub(crate) const MAX_BYTES: usize = 1_024;

/// A new password of a user: like that of a link, but limited in bytes, and none of the most common ones.
#[derive(Clone, Debug)]
pub(crate) struct NewAccountPassword(NewPassword);

impl NewAccountPassword {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        if text.len() > MAX_BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("a password must have at most {MAX_BYTES} bytes")));
        }
        let password = NewPassword::parse(text)?;
        if is_common(password.text()) {
            return Err(FieldError::new(
                FieldCode::CommonPassword,
                "many people use this password, so it is guessed first; choose another",
            ));
        }
        Ok(Self(password))
    }

    /// The password itself, to hash it.
    pub(crate) fn text(&self) -> &str {
        self.0.text()
    }
}

/// The stored password of a user: a PHC string of Argon2id whose parameter `keyid` names the pepper of the digest. It
/// is parsed only to check a password, so a string that hop cannot read blocks nothing else.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AccountPassword(String);

/// A check of a password: the run of Argon2id, and the hash that it should return.
pub(crate) struct PasswordCheck {
    pub(crate) hashing: PasswordHashing,
    expected: [u8; 32],
}

impl AccountPassword {
    /// The result of a [`PasswordHashing`] under `pepper`.
    pub(crate) fn new(pepper: &Pepper, hashing: &PasswordHashing, hash: [u8; 32]) -> Self {
        let PasswordHashing { salt, cost, .. } = *hashing;
        Self(PasswordHash { cost, salt, hash }.keyed_phc(name_of(pepper)))
    }

    /// Wraps a PHC string that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The PHC string.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The check of `typed`. `None` if it cannot be made: the PHC string is not one that hop writes, no pepper of
    /// `peppers` made the digest, or the run would cost more than `max_cost`.
    pub(crate) fn check<'a>(
        &self,
        typed: &str,
        peppers: impl IntoIterator<Item = &'a Pepper>,
        max_cost: PasswordCost,
    ) -> Option<PasswordCheck> {
        let (PasswordHash { cost, salt, hash }, name) = PasswordHash::from_keyed_phc(&self.0)?;
        let pepper = peppers.into_iter().find(|pepper| name_of(pepper) == name)?;
        cost.is_within(max_cost).then(|| PasswordCheck { hashing: PasswordHashing::of(typed, pepper, salt, cost), expected: hash })
    }

    /// Whether the password should be hashed again: at another cost, or under the current pepper.
    pub(crate) fn is_outdated(&self, pepper: &Pepper, cost: PasswordCost) -> bool {
        PasswordHash::from_keyed_phc(&self.0).is_none_or(|(hash, name)| hash.cost != cost || name != name_of(pepper))
    }
}

impl PasswordCheck {
    /// Whether `hash`, the result of the run, is that of the password, compared in constant time.
    pub(crate) fn passes(&self, hash: &[u8; 32]) -> bool {
        self.expected.ct_eq(hash).into()
    }
}

impl fmt::Debug for AccountPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// One run of Argon2id over a peppered digest. It is the expensive part of a sign-in, so an edge may run it elsewhere.
#[derive(Clone)]
pub struct PasswordHashing {
    input: [u8; 32],
    salt: [u8; 16],
    cost: PasswordCost,
}

impl PasswordHashing {
    /// Hashes `typed`, in any Unicode composition.
    pub(crate) fn of(typed: &str, pepper: &Pepper, salt: [u8; 16], cost: PasswordCost) -> Self {
        // Composing keeps at least a quarter of the bytes, so a longer text is no password. Composing it would be slow.
        let input = if typed.len() > MAX_BYTES.saturating_mul(4) { peppered(pepper, typed) } else { peppered(pepper, &compose(typed)) };
        Self { input, salt, cost }
    }

    /// The work as text, for an edge that runs it elsewhere.
    #[must_use]
    pub fn encode(&self) -> String {
        let PasswordCost { memory_kib, passes } = self.cost;
        format!("{memory_kib}.{passes}.{}.{}", base64::encode(&self.salt), base64::encode(&self.input))
    }

    /// The work that [`Self::encode`] wrote.
    #[must_use]
    pub fn decode(text: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(text).ok()?.split('.');
        let cost = PasswordCost { memory_kib: parts.next()?.parse().ok()?, passes: parts.next()?.parse().ok()? };
        let (salt, input) = (base64::decode(parts.next()?)?, base64::decode(parts.next()?)?);
        Some(Self { input: input.try_into().ok()?, salt: salt.try_into().ok()?, cost })
    }

    /// One of 16 numbers, for an edge that spreads the work. The same user mostly has the same number.
    #[must_use]
    pub fn lane(&self) -> u8 {
        self.salt.first().map_or(0, |byte| byte & 15)
    }

    /// Runs Argon2id. It fails for an invalid cost, and such a cost is never stored.
    ///
    /// # Errors
    /// If Argon2id does not accept the cost.
    pub fn run(&self) -> Result<[u8; 32], argon2::Error> {
        password::derive(&self.input, &self.salt, self.cost)
    }
}

impl fmt::Debug for PasswordHashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The name of a pepper, which tells after a rotation under which one a password was hashed.
fn name_of(pepper: &Pepper) -> PhcKeyId {
    pepper.digest("pepper-name", &[]).number().to_be_bytes()
}

fn peppered(pepper: &Pepper, password: &str) -> [u8; 32] {
    *pepper.digest("account-password", &[password.as_bytes()]).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };

    fn stored(text: &str, pepper: &Pepper) -> AccountPassword {
        let hashing = PasswordHashing::of(NewAccountPassword::parse(text).unwrap().text(), pepper, [1; 16], CHEAP);
        AccountPassword::new(pepper, &hashing, hashing.run().unwrap())
    }

    #[test]
    fn account_passwords_have_12_characters_to_1024_bytes() {
        let code = |text: &str| NewAccountPassword::parse(text).err().map(|error| error.code);
        for (text, expected) in [
            ("eleven char", Some(FieldCode::OutOfRange)),
            ("twelve chars", None),
            (&"x".repeat(1_024), None),
            (&"x".repeat(1_025), Some(FieldCode::TooLong)),
            (&"é".repeat(513), Some(FieldCode::TooLong)),
            ("qwertyqwerty", Some(FieldCode::CommonPassword)),
            ("QwertyQwerty", Some(FieldCode::CommonPassword)),
            ("qwertyqwert", Some(FieldCode::OutOfRange)),
            ("qwertyqwerty\n", Some(FieldCode::Invalid)),
            ("qwertyqwerty and more", None),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_right_password_under_its_pepper_matches() {
        let (pepper, other) = (Pepper::new("p"), Pepper::new("q"));
        let password = stored("r\u{e9}sum\u{e9} twelve", &pepper);
        let matches = |typed: &str, peppers: &[&Pepper]| {
            let check = password.check(typed, peppers.iter().copied(), CHEAP)?;
            Some(check.passes(&check.hashing.run().unwrap()))
        };
        assert_eq!(matches("re\u{301}sume\u{301} twelve", &[&pepper]), Some(true), "another composition");
        assert_eq!(matches("résumé twelve", &[&other, &pepper]), Some(true), "during a rotation");
        assert_eq!(matches("résumé twelv", &[&pepper]), Some(false));
        assert_eq!(matches("résumé twelve", &[&other]), None, "the pepper is lost");
        assert_eq!(matches(&"x".repeat(60_000), &[&pepper]), Some(false));
    }

    #[test]
    fn hash_that_costs_too_much_is_not_tried() {
        let (pepper, password) = (Pepper::new("p"), stored("twelve chars", &Pepper::new("p")));
        for (memory_kib, passes, is_tried) in [(8, 1, true), (7, 1, false), (8, 0, false), (16, 2, true)] {
            let check = password.check("twelve chars", [&pepper], PasswordCost { memory_kib, passes });
            assert_eq!(check.is_some(), is_tried, "{memory_kib} KiB, {passes} passes");
        }
    }

    #[test]
    fn string_that_hop_did_not_write_is_not_tried() {
        let (pepper, password) = (Pepper::new("p"), stored("twelve chars", &Pepper::new("p")));
        let is_tried = |text: String| AccountPassword::stored(text).check("twelve chars", [&pepper], CHEAP).is_some();
        assert!(is_tried(password.as_str().to_owned()));
        for (from, to) in [("$argon2id", "$argon2i"), ("v=19", "v=16"), ("p=1", "p=2"), (",keyid=", ",data="), ("m=8", "m=x"), ("$", "")] {
            let wrong = password.as_str().replacen(from, to, 1);
            assert_ne!(wrong, password.as_str());
            assert!(AccountPassword::stored(wrong.clone()).is_outdated(&pepper, CHEAP), "{wrong}");
            assert!(!is_tried(wrong), "{from}");
        }
        for wrong in [String::new(), "x".repeat(100_000), password.as_str().repeat(1_000)] {
            assert!(!is_tried(wrong));
        }
        assert_eq!(format!("{password:?}"), "[redacted]");
    }

    #[test]
    fn new_cost_or_pepper_makes_a_hash_outdated() {
        let pepper = Pepper::new("p");
        let password = stored("twelve chars", &pepper);
        assert!(!password.is_outdated(&pepper, CHEAP));
        assert!(password.is_outdated(&pepper, PasswordCost { memory_kib: 16, passes: 1 }));
        assert!(password.is_outdated(&Pepper::new("q"), CHEAP));
    }

    #[test]
    fn hashing_may_run_elsewhere() {
        let hashing = PasswordHashing::of("twelve chars", &Pepper::new("p"), [0xfe; 16], CHEAP);
        let sent = PasswordHashing::decode(hashing.encode().as_bytes()).unwrap();
        assert_eq!((sent.run().unwrap(), sent.lane()), (hashing.run().unwrap(), 14));
        for wrong in ["", "8.1", "8.1.AAAA.AAAA", "x.1.AAAA.AAAA"] {
            assert!(PasswordHashing::decode(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(!hashing.encode().contains("twelve"));
    }

    #[test]
    fn debug_output_is_redacted() {
        let new = NewAccountPassword::parse("hunter2 hunter2 twice").unwrap();
        let hashing = PasswordHashing::of(new.text(), &Pepper::new("p"), [1; 16], CHEAP);
        let printed = [format!("{new:?}"), format!("{hashing:?}"), format!("{:?}", AccountPassword::stored("$argon2id$".into()))];
        assert_eq!(printed, ["NewAccountPassword([redacted])", "[redacted]", "[redacted]"]);
    }
}
