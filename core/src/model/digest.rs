//! Digests: content-derived names (SHA-256) and keyed digests (HMAC-SHA-256) that only this deployment can compute.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::model::base58;
use crate::model::secret::Secret;

/// Name derived from `bytes`: 96 bits of their SHA-256 in 17 characters.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    shorten(&Sha256::digest(bytes))
}

/// Pepper: the deployment's secret key of every keyed digest.
#[derive(Debug)]
pub(crate) struct Pepper(Secret);

/// HMAC-SHA-256 of a purpose and its parts. Computing it requires the pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyedDigest([u8; 32]);

impl Pepper {
    pub(crate) fn new(text: &str) -> Self {
        Self(Secret::new(text))
    }

    /// Computes the digest of `purpose` and `parts`. The length of each part is included, so parts cannot be shifted.
    pub(crate) fn digest(&self, purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
        keyed(self.0.expose(), purpose, parts)
    }
}

/// Computes a digest with the pepper if there is one. Without a pepper the key is empty and the digest is public.
pub(crate) fn keyed_digest(pepper: Option<&Pepper>, purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
    keyed(pepper.map_or(&[], |pepper| pepper.0.expose()), purpose, parts)
}

/// HMAC-SHA-256 of `bytes` as RFC 2104 has it, for formats that other software defines too.
pub(crate) fn hmac_sha256(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    // HMAC accepts keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Computes a digest with a key of its own.
pub(crate) fn keyed_by(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
    keyed(key, purpose, parts)
}

impl KeyedDigest {
    /// Derives a digest with this one as the key.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> Self {
        keyed(&self.0, purpose, parts)
    }

    /// The first 64 bits as a number.
    pub(crate) fn number(&self) -> u64 {
        self.0.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// The first 96 bits in 17 characters.
    pub(crate) fn name(&self) -> String {
        shorten(&self.0)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn keyed(key: &[u8], purpose: &str, parts: &[&[u8]]) -> KeyedDigest {
    // HMAC accepts keys of any length.
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
    fn a_name_depends_only_on_the_bytes() {
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
            keyed_digest(None, "a", &[b"x", b"yz"]),
        ] {
            assert_ne!(digest, other);
            assert_ne!(digest.number(), other.number());
        }
        assert_eq!(digest, keyed_digest(Some(&pepper), "a", &[b"x", b"yz"]));
    }
}
