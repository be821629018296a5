//! Blocking: an admin ends a link and says why. It stands beside what the owner says of the link, who cannot undo it.

use crate::model::text::Reason;
use crate::model::time::Timestamp;

/// That a link is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) reason: Reason,
    pub(crate) at: Timestamp,
}
