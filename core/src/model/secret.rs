//! Secrets of the deployment: they print as `[redacted]` and are compared in constant time.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A secret of the deployment.
pub(crate) struct Secret(Box<[u8]>);

impl Secret {
    /// Wraps `text`.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self(text.as_bytes().into())
    }

    /// Wraps bytes that were derived from another secret.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The secret itself, to compute something from it.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether `candidate` is this secret. The time depends only on the lengths.
    #[must_use]
    pub(crate) fn is(&self, candidate: &[u8]) -> bool {
        self.0.ct_eq(candidate).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_redacted() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[redacted]");
    }

    #[test]
    fn only_the_same_secret_matches() {
        let secret = Secret::new("hunter2");
        assert!(secret.is(b"hunter2"));
        for other in ["hunter", "hunter22", "hunter3", ""] {
            assert!(!secret.is(other.as_bytes()), "{other:?}");
        }
    }
}
