//! The cached text of `robots.txt` of a domain: reading it replaces listing every crawlable link.

use crate::model::time::Timestamp;

/// The text of `robots.txt`, and when it was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RobotsText {
    pub(crate) made_at: Timestamp,
    pub(crate) text: String,
}
