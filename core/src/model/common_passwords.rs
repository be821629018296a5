//! The 10,000 most common passwords that would be long enough, as digests.
//!
//! `cargo xtask passwords` makes `common_passwords.bin` from a ranking of leaked passwords. An entry is the first 5
//! bytes of the SHA-256 of a password in lower case, and the entries ascend. So the module shows nobody the passwords,
//! nothing is parsed at start, and one in 100 million other passwords is taken for a common one.

use sha2::{Digest as _, Sha256};

const DIGEST_BYTES: usize = 5;

static DIGESTS: &[u8] = include_bytes!("common_passwords.bin");

/// Whether `password` is one of the most common ones, in any case.
pub(crate) fn is_common(password: &str) -> bool {
    let digest = Sha256::digest(password.to_lowercase());
    let (entries, _) = DIGESTS.as_chunks::<DIGEST_BYTES>();
    digest.first_chunk().is_some_and(|digest| entries.binary_search(digest).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_has_10000_ascending_entries() {
        let (entries, rest) = DIGESTS.as_chunks::<DIGEST_BYTES>();
        assert_eq!((entries.len(), rest), (10_000, &[][..]));
        assert!(entries.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn common_passwords_are_known_in_any_case() {
        for common in ["1q2w3e4r5t6y", "1Q2W3E4R5T6Y", "QWERTYqwerty", "123456654321", "mailcreated5240"] {
            assert!(is_common(common), "{common}");
        }
        for other in ["", "1q2w3e4r5t6", "1q2w3e4r5t6y ", "correct horse battery", "\u{e9}".repeat(12).as_str(), &"x".repeat(1_024)] {
            assert!(!is_common(other), "{other}");
        }
    }
}
