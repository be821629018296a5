//! JSON of a listed host. Every field is always present.

use serde::Serialize;

use crate::message::wire::DisplayText;
use crate::model::blocklist::BlockedHost;
use crate::model::link::UserId;
use crate::model::text::Reason;
use crate::model::time::Timestamp;

/// A host on the blocklist.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "BlockedHost"))]
pub(super) struct BlockedHostJson<'a> {
    /// The host: a name in ASCII, or an address.
    host: &'a str,
    /// Whether the hosts below it are listed too.
    subdomains: bool,
    /// Why it is listed.
    reason: Option<&'a str>,
    /// Time at which it was added.
    created_at: DisplayText<Timestamp>,
    /// Identifier of the user who added it; `null` for the bootstrap admin.
    created_by: Option<&'a str>,
}

impl<'a> BlockedHostJson<'a> {
    pub(super) fn new(blocked_host: &'a BlockedHost) -> Self {
        Self {
            host: blocked_host.host.as_str(),
            subdomains: blocked_host.subdomains,
            reason: blocked_host.reason.as_ref().map(Reason::as_str),
            created_at: DisplayText(blocked_host.created_at),
            created_by: blocked_host.created_by.as_ref().map(UserId::as_str),
        }
    }
}
