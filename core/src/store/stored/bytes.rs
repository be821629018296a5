//! Byte arrays of fixed length, stored as base64.

use serde::{Deserialize, Serialize};

use crate::model::base64;

/// A byte array such as a salt, a hash or a digest.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(in crate::store) struct StoredBytes<const N: usize>(pub(in crate::store) [u8; N]);

impl<const N: usize> From<StoredBytes<N>> for String {
    fn from(StoredBytes(bytes): StoredBytes<N>) -> Self {
        base64::encode(&bytes)
    }
}

impl<const N: usize> TryFrom<String> for StoredBytes<N> {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = base64::decode(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not base64 of the expected length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_right_length_are_read_back() {
        let read = |text: &str| StoredBytes::<3>::try_from(text.to_owned()).ok().map(|StoredBytes(bytes)| bytes);
        assert_eq!(String::from(StoredBytes([251, 255, 0])), "-_8A");
        assert_eq!(read("-_8A"), Some([251, 255, 0]));
        for other in ["", "-_8", "-_8AAA", "+/8A", "-_8A=", "é"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
