//! The cached text of a domain's `robots.txt`: one read instead of a list of every crawlable link.

use crate::model::time::Timestamp;

/// The text of `robots.txt`, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RobotsText {
    pub(crate) made_at: Timestamp,
    pub(crate) text: String,
}
