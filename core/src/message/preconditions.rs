//! `If-Match` preconditions: a change is made only if the record is still at a version that the client has seen.

use http::header::IF_MATCH;

use crate::message::problem::Problem;
use crate::store::ports::ClientInfo;

/// The versions in `If-Match`. A record must be at one of them.
#[derive(Clone)]
pub(crate) enum IfMatch {
    Any,
    AnyOf(Vec<u64>),
}

impl IfMatch {
    /// Parses `If-Match`. A weak or foreign tag matches no version. An empty header counts as absent on every edge,
    /// because workerd removes it before hop gets the request.
    pub(crate) fn parse(client: &impl ClientInfo) -> Self {
        let Some(header) = client.header(&IF_MATCH) else {
            return Self::Any;
        };
        let header = String::from_utf8_lossy(&header);
        if matches!(header.trim(), "" | "*") {
            return Self::Any;
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self::AnyOf(header.split(',').filter_map(version).collect())
    }

    fn covers(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::AnyOf(versions) => versions.contains(&version),
        }
    }

    /// Whether the client has seen a later version than the one that was read. Then the read was stale.
    fn is_ahead_of(&self, version: u64) -> bool {
        matches!(self, Self::AnyOf(versions) if versions.iter().any(|known| *known > version))
    }

    pub(crate) fn check(&self, version: u64) -> Result<(), EditRefusal> {
        if self.covers(version) {
            return Ok(());
        }
        let problem = Problem::version_mismatch(version);
        Err(if self.is_ahead_of(version) { EditRefusal::StaleRead(problem) } else { problem.into() })
    }
}

/// Why an edit of a record is refused.
pub(crate) enum EditRefusal {
    /// The edit is not allowed.
    Refused(Problem),
    /// The record that was read is older than the version in `If-Match`. If another read does not change that, this is
    /// the problem of the request.
    StaleRead(Problem),
}

impl From<Problem> for EditRefusal {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}
