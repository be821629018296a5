//! Passwords of links. Only an Argon2id hash is stored. The hash is shown only in an export that requests it.

use std::fmt;

use argon2::password_hash;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::model::digest;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::unicode::compose;

/// Shortest password in characters. A shorter one could be guessed.
pub(crate) const LEAST: usize = 12;
/// Longest password in characters.
pub(crate) const MOST: usize = 1_024;

/// Start of the PHC string of Argon2id, version 19.
const PHC_HEAD: &str = "$argon2id$v=19$";

/// Cost of Argon2id with one lane. An edge sets it by the time and the memory of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory size in KiB.
    pub memory_kib: u32,
    /// Number of passes over the memory.
    pub passes: u32,
}

/// The name of the key of a keyed hash: the parameter `keyid` of a PHC string, which takes 8 bytes at most.
pub(crate) type PhcKeyId = [u8; 8];

/// A new password in plain text, in NFC, because keyboards compose the same letter differently.
#[derive(Clone)]
pub(crate) struct NewPassword(String);

/// The Argon2id hash of a password, with the salt and the cost. It is stored and exported as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash {
    pub(crate) cost: PasswordCost,
    pub(crate) salt: [u8; 16],
    pub(crate) hash: [u8; 32],
}

impl PasswordCost {
    /// Whether neither part is higher than that of `max`.
    pub(crate) fn is_within(self, max: Self) -> bool {
        self.memory_kib <= max.memory_kib && self.passes <= max.passes
    }
}

/// Opaque identifier of a password hash, for places where the hash must not appear. It differs for every new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PasswordTag(String);

impl PasswordTag {
    /// Wraps a tag that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl NewPassword {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        // A text this long stays too long after composing.
        if text.len() > MOST.saturating_mul(16) {
            return Err(too_long());
        }
        let text = compose(text);
        let length = text.chars().count();
        if length < LEAST {
            return Err(FieldError::new(FieldCode::OutOfRange, format!("a password must have at least {LEAST} characters")));
        }
        if length > MOST {
            return Err(too_long());
        }
        if text.contains(char::is_control) {
            return Err(FieldError::invalid("a password must not contain control characters"));
        }
        Ok(Self(text))
    }

    /// The password itself, to compute something from it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Hashes the password with a random salt at this cost.
    pub(crate) fn hash(&self, salt: [u8; 16], cost: PasswordCost) -> Result<PasswordHash, argon2::Error> {
        let hash = derive(self.0.as_bytes(), &salt, cost)?;
        Ok(PasswordHash { cost, salt, hash })
    }
}

impl PasswordHash {
    /// The hash as a PHC string: `$argon2id$v=19$m=4096,t=3,p=1$<salt>$<hash>`.
    pub(crate) fn phc(&self) -> String {
        self.phc_with("")
    }

    /// The hash as a PHC string whose parameter `keyid` names the key that the password was digested with.
    pub(crate) fn keyed_phc(&self, key_id: PhcKeyId) -> String {
        self.phc_with(&format!(",keyid={}", BASE64_STANDARD_NO_PAD.encode(key_id)))
    }

    fn phc_with(&self, more: &str) -> String {
        let PasswordCost { memory_kib, passes } = self.cost;
        let encode = |bytes: &[u8]| BASE64_STANDARD_NO_PAD.encode(bytes);
        format!("{PHC_HEAD}m={memory_kib},t={passes},p=1{more}${}${}", encode(&self.salt), encode(&self.hash))
    }

    /// The identifier of this hash.
    pub(crate) fn lock(&self) -> PasswordTag {
        PasswordTag(digest::name_of(&[&self.salt[..], &self.hash].concat()))
    }

    /// Whether `typed` is the password, in any Unicode composition.
    pub(crate) fn matches(&self, typed: &str) -> Result<bool, argon2::Error> {
        // Composing keeps at least a quarter of the characters, so this text is too long. Composing it would be slow.
        if typed.chars().count() > MOST.saturating_mul(4) {
            return Ok(false);
        }
        let hash = derive(compose(typed).as_bytes(), &self.salt, self.cost)?;
        Ok(self.hash.ct_eq(&hash).into())
    }

    /// Parses a PHC string, if checking a password against it costs no more than `max_cost`.
    pub(crate) fn parse(text: &str, max_cost: PasswordCost) -> Result<Self, FieldError> {
        let hash = Self::from_phc(text).ok_or_else(|| {
            FieldError::invalid("this is not an Argon2id hash: it must have version 19, one lane, 32 bytes and a salt of 16 bytes")
        })?;
        if !hash.cost.is_within(max_cost) {
            return Err(FieldError::new(FieldCode::OutOfRange, "checking a password against this hash costs more than this edge allows"));
        }
        Ok(hash)
    }

    /// Parses the PHC string format. Only the form that [`Self::phc`] writes is accepted, so no parameter is ignored.
    pub(crate) fn from_phc(text: &str) -> Option<Self> {
        let (hash, _) = Self::decode_phc(text)?;
        (hash.phc() == text).then_some(hash)
    }

    /// Parses the form that [`Self::keyed_phc`] writes, and no other.
    pub(crate) fn from_keyed_phc(text: &str) -> Option<(Self, PhcKeyId)> {
        let (hash, params) = Self::decode_phc(text)?;
        let key_id = params.keyid().try_into().ok()?;
        (hash.keyed_phc(key_id) == text).then_some((hash, key_id))
    }

    fn decode_phc(text: &str) -> Option<(Self, Params)> {
        let phc = password_hash::PasswordHash::new(text).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let mut salt = [0; 16];
        phc.salt?.decode_b64(&mut salt).ok()?;
        let cost = PasswordCost { memory_kib: params.m_cost(), passes: params.t_cost() };
        Some((Self { cost, salt, hash: phc.hash?.as_bytes().try_into().ok()? }, params))
    }
}

fn too_long() -> FieldError {
    FieldError::new(FieldCode::TooLong, format!("a password must have at most {MOST} characters"))
}

/// Computes the Argon2id hash. It fails for an invalid cost, and such a cost is never stored.
pub(crate) fn derive(password: &[u8], salt: &[u8], cost: PasswordCost) -> Result<[u8; 32], argon2::Error> {
    let hash = |params| {
        let mut hash = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(password, salt, &mut hash).map(|()| hash)
    };
    Params::new(cost.memory_kib, cost.passes, 1, None).and_then(hash)
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

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };

    #[test]
    fn passwords_have_12_to_1024_characters() {
        let code = |text: &str| NewPassword::parse(text).err().map(|error| error.code);
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
            (&"e\u{301}".repeat(1_024), None),
            (&"\u{301}".repeat(20_000), Some(TooLong)),
            ("twelve chars\n", Some(Invalid)),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn hashes_depend_on_password_salt_and_cost() {
        let hash = |text: &str, salt| NewPassword::parse(text).unwrap().hash([salt; 16], CHEAP).unwrap();
        let (first, second) = (hash("r\u{e9}sum\u{e9} twelve", 1), hash("re\u{301}sume\u{301} twelve", 2));
        assert!(first.hash != second.hash, "another salt gives another hash");
        assert_eq!((first.cost, first.salt), (CHEAP, [1; 16]));
        let again = |known: &PasswordHash, text: &str| derive(text.as_bytes(), &known.salt, known.cost).unwrap();
        assert_eq!(again(&first, "résumé twelve"), first.hash);
        assert_eq!(again(&second, "résumé twelve"), second.hash, "both spellings are one password");
        assert_ne!(again(&first, "resume twelve"), first.hash);
    }

    #[test]
    fn argon2id_agrees_with_the_reference() {
        let hash = derive(b"password", b"somesalt", PasswordCost { memory_kib: 65_536, passes: 2 }).unwrap();
        assert_eq!(hash.map(|byte| format!("{byte:02x}")).concat(), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn only_canonical_phc_strings_parse() {
        let max_cost = PasswordCost { memory_kib: 4_096, passes: 3 };
        let hash = PasswordHash { cost: max_cost, salt: [251; 16], hash: [255; 32] };
        let text = "$argon2id$v=19$m=4096,t=3,p=1$+/v7+/v7+/v7+/v7+/v7+w$//////////////////////////////////////////8";
        assert_eq!(hash.phc(), text);
        assert!(PasswordHash::parse(text, max_cost).unwrap() == hash);
        use FieldCode::{Invalid, OutOfRange};
        for (from, to, code) in [
            ("m=4096", "m=4097", OutOfRange),
            ("t=3", "t=4", OutOfRange),
            ("m=4096", "m=4294967296", Invalid),
            ("m=4096", "m=1", Invalid),
            ("t=3", "t=0", Invalid),
            ("p=1", "p=2", Invalid),
            ("v=19", "v=16", Invalid),
            ("$argon2id", "$argon2i", Invalid),
            ("$argon2id", "argon2id", Invalid),
            ("+w$", "+$", Invalid),
            ("+w$", "$", Invalid),
            ("8", "", Invalid),
            ("8", "8=", Invalid),
            ("8", "8$x", Invalid),
            ("//////", "//_///", Invalid),
        ] {
            let wrong = text.replacen(from, to, 1);
            let wrong = if from == "8" { format!("{}{to}", text.strip_suffix('8').unwrap()) } else { wrong };
            assert_eq!(PasswordHash::parse(&wrong, max_cost).err().map(|error| error.code), Some(code), "{wrong}");
        }
        assert_eq!(PasswordHash::parse("", max_cost).err().map(|error| error.code), Some(Invalid));
    }

    #[test]
    fn keyed_phc_strings_name_their_key() {
        let hash = PasswordHash { cost: CHEAP, salt: [251; 16], hash: [255; 32] };
        let text = hash.keyed_phc([252; 8]);
        assert_eq!(text, hash.phc().replace("p=1", "p=1,keyid=/Pz8/Pz8/Pw"));
        assert!(PasswordHash::from_keyed_phc(&text).is_some_and(|read| read == (hash.clone(), [252; 8])));
        assert!(PasswordHash::from_phc(&text).is_none());
        for (from, to) in [
            (",keyid=/Pz8/Pz8/Pw", ""),
            ("keyid=/Pz8/Pz8/Pw", "keyid="),
            ("keyid=/Pz8/Pz8/Pw", "keyid=/Pz8/Pz8/A"),
            ("keyid=/Pz8/Pz8/Pw", "keyid=/Pz8/Pz8/Pz8"),
            ("p=1,keyid=/Pz8/Pz8/Pw", "keyid=/Pz8/Pz8/Pw,p=1"),
            ("/Pw$", "/Pw,data=AAAA$"),
            ("/Pw$", "/Pw,x=1$"),
            ("m=8", "m=4294967296"),
            ("m=8", "m=7"),
            ("t=1", "t=0"),
        ] {
            let wrong = text.replacen(from, to, 1);
            assert_ne!(wrong, text);
            assert!(PasswordHash::from_keyed_phc(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn debug_output_is_redacted() {
        let new = NewPassword::parse("hunter2hunter2").unwrap();
        let hash = new.hash([1; 16], CHEAP).unwrap();
        assert_eq!((format!("{new:?}"), format!("{hash:?}")), ("[redacted]".into(), "[redacted]".into()));
    }
}
