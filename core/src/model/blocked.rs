//! Blocks: an admin disables a link and gives a reason. A block is separate from the owner's settings; the owner cannot
//! remove it.

use crate::model::text::Reason;
use crate::model::time::Timestamp;

/// The block of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) reason: Reason,
    pub(crate) at: Timestamp,
}
