//! The blocklist of hosts: entries that admins add, the hosts of targets as the list compares them, and the built-in
//! list of link shorteners.

mod shorteners;
mod target_host;

pub(crate) use self::target_host::{MAX_PARENT_LABELS, TargetHost};
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::UserId;
use crate::model::text::Reason;
use crate::model::time::Timestamp;

/// A listed host. No link is saved that leads to it, and none redirects there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockedHost {
    pub(crate) host: Domain,
    /// Whether the hosts below it are listed too.
    pub(crate) subdomains: bool,
    pub(crate) reason: Option<Reason>,
    pub(crate) created_at: Timestamp,
    /// The user who added it; `None` for the bootstrap admin.
    pub(crate) created_by: Option<UserId>,
    /// Whether it was taken off the list. Its record stays.
    pub(crate) is_deleted: bool,
}

impl BlockedHost {
    /// Whether this entry lists `host`.
    pub(crate) fn covers(&self, host: &TargetHost) -> bool {
        !self.is_deleted && (self.host.as_str() == host.as_str() || (self.subdomains && host.is_below(self.host.as_str())))
    }
}

/// The error of a URL on a listed host.
pub(crate) fn blocked_host(host: &TargetHost) -> FieldError {
    FieldError::new(FieldCode::BlockedHost, format!("the host {} is on the blocklist of this deployment", host.as_str()))
}

/// The error of a URL on a link shortener.
pub(crate) fn link_shortener(host: &TargetHost) -> FieldError {
    let detail = format!("{} is another link shortener: use the URL that its link redirects to", host.as_str());
    FieldError::new(FieldCode::LinkShortener, detail)
}
