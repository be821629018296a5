//! `If-Match`: the versions of a record that a client has seen, one of which it must still be at.

use http::header::IF_MATCH;

use crate::message::problem::Problem;
use crate::store::ports::ClientInfo;

/// The versions a client has seen, one of which a link or a domain must still be at.
#[derive(Clone)]
pub(crate) enum IfMatch {
    Any,
    AnyOf(Vec<u64>),
}

impl IfMatch {
    /// Reads `If-Match`. A weak or foreign tag is the version of no link. An empty header counts as absent on every edge, because workerd
    /// drops it before hop sees it.
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

    /// Whether the client knows a version that the store does not show yet. That is no reason to refuse: the read was late.
    fn is_ahead_of(&self, version: u64) -> bool {
        matches!(self, Self::AnyOf(versions) if versions.iter().any(|seen| *seen > version))
    }

    pub(crate) fn check(&self, version: u64) -> Result<(), EditRefusal> {
        if self.covers(version) {
            return Ok(());
        }
        let problem = Problem::version_mismatch(version);
        Err(if self.is_ahead_of(version) { EditRefusal::StaleRead(problem) } else { problem.into() })
    }
}

/// Why a link or a domain is not changed as it was read.
pub(crate) enum EditRefusal {
    /// It must not be.
    Refused(Problem),
    /// What was read is older than what the client says to have seen. If it stays that, this is why.
    StaleRead(Problem),
}

impl From<Problem> for EditRefusal {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}
