//! Digests: names made of what they name, and the keyed ones only this deployment can make.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::model::base58;
use crate::model::secret::Secret;

/// A name for `bytes`: 96 bits of their SHA-256, 17 characters.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    shorten(&Sha256::digest(bytes))
}

/// The deployment's own ingredient of every keyed digest.
#[derive(Debug)]
pub(crate) struct Pepper(Secret);

/// What only somebody who knows the pepper can make of the same parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyedDigest([u8; 32]);

impl Pepper {
    pub(crate) fn new(text: &str) -> Self {
        Self(Secret::new(text))
    }

    /// The digest of `parts`. Where one part ends and the next begins is part of it, as is what it is made for.
    pub(crate) fn digest(&self, purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
        keyed(self.0.expose(), purpose, parts)
    }
}

/// A digest under the pepper where there is one; without, anybody can make it.
pub(crate) fn under(pepper: Option<&Pepper>, purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
    keyed(pepper.map_or(&[], |pepper| pepper.0.expose()), purpose, parts)
}

impl KeyedDigest {
    /// A digest made of this one.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> Self {
        keyed(&self.0, purpose, parts)
    }

    /// 64 bits of it, a number.
    pub(crate) fn number(&self) -> u64 {
        self.0.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// 96 bits of it, 17 characters.
    pub(crate) fn name(&self) -> String {
        shorten(&self.0)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn keyed(key: &[u8], purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return KeyedDigest([0; 32]) };
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    KeyedDigest(mac.finalize().into_bytes().into())
}

fn shorten(digest: &[u8]) -> String {
    let mut bytes = [0; 12];
    for (byte, digested) in bytes.iter_mut().zip(digest) {
        *byte = *digested;
    }
    base58::encode_96(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_its_bytes_alone() {
        assert_eq!(name_of(b"x"), name_of(b"x"));
        assert_ne!(name_of(b"x"), name_of(b"y"));
        assert!(base58::is_96(&name_of(b"")));
    }

    #[test]
    fn a_keyed_digest_depends_on_pepper_purpose_and_every_part() {
        let pepper = Pepper::new("p");
        let digest = pepper.digest("a", &[b"x", b"yz"]);
        assert_eq!(digest, pepper.digest("a", &[b"x", b"yz"]));
        for other in [
            Pepper::new("q").digest("a", &[b"x", b"yz"]),
            pepper.digest("b", &[b"x", b"yz"]),
            pepper.digest("a", &[b"xy", b"z"]),
            pepper.digest("a", &[b"x", b"yz", b""]),
            pepper.digest("ax", &[b"", b"yz"]),
            digest.derive("a", &[b"x", b"yz"]),
            under(None, "a", &[b"x", b"yz"]),
        ] {
            assert_ne!(digest, other);
            assert_ne!(digest.number(), other.number());
        }
        assert_eq!(digest, under(Some(&pepper), "a", &[b"x", b"yz"]));
    }
}
