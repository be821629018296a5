//! Values that must never be seen: they print as `[redacted]` and are compared in constant time.

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

    /// The secret itself, for making something of it.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether `offered` is this secret, in a time that depends on the lengths alone.
    #[must_use]
    pub(crate) fn is(&self, offered: &[u8]) -> bool {
        self.0.ct_eq(offered).into()
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
    fn prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[redacted]");
    }

    #[test]
    fn is_only_itself() {
        let secret = Secret::new("hunter2");
        assert!(secret.is(b"hunter2"));
        for other in ["hunter", "hunter22", "hunter3", ""] {
            assert!(!secret.is(other.as_bytes()), "{other:?}");
        }
    }
}
