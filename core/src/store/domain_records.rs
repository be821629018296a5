//! What is kept of a domain beside its links. A deleted one stays as a record that says so.

use http::HeaderValue;

use crate::model::domain::Domain;
use crate::model::target::Target;
use crate::model::time::Timestamp;

/// Where a domain sends visitors who find nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainRecord {
    pub(crate) domain: Domain,
    /// Instead of the front page.
    pub(crate) root: Option<Target>,
    /// From an alias without a link.
    pub(crate) not_found: Option<Target>,
    /// From a link that leads nowhere any more.
    pub(crate) ended: Option<Target>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
    /// Its record stays, so that no version of it comes twice.
    pub(crate) is_deleted: bool,
}

impl DomainRecord {
    /// A domain of which nothing was said.
    pub(crate) fn bare(domain: &Domain, version: u64, now: Timestamp) -> Self {
        let (root, not_found, ended) = (None, None, None);
        Self { domain: domain.clone(), root, not_found, ended, created_at: now, updated_at: now, version, is_deleted: false }
    }
}

/// Where a domain sends visitors, ready for a header.
#[derive(Clone, Debug, Default)]
pub(crate) struct DomainRedirects {
    pub(crate) root: Option<HeaderValue>,
    pub(crate) not_found: Option<HeaderValue>,
    pub(crate) ended: Option<HeaderValue>,
}

impl DomainRedirects {
    pub(crate) fn from_record(domain_record: &DomainRecord) -> Self {
        let header = |target: &Option<Target>| target.as_ref().and_then(Target::location);
        Self { root: header(&domain_record.root), not_found: header(&domain_record.not_found), ended: header(&domain_record.ended) }
    }

    /// How much an isolate keeps of it, about.
    pub(crate) fn bytes(&self) -> usize {
        [&self.root, &self.not_found, &self.ended].into_iter().flatten().map(HeaderValue::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::commit_tokens::tokens_of;
    use crate::store::ports::{Guard, Record};
    use crate::store::{Change, Expect, GuardedRecord, Key};

    #[test]
    fn a_domain_comes_back_as_it_was_kept_with_its_creation_and_its_latest_commits() {
        let domain = Domain::stored("c.example".into());
        let bare = DomainRecord::bare(&domain, 1, Timestamp::from_millis(5));
        let target = |path: &str| Some(Target::stored(format!("https://example.com/{path}")));
        let (root, not_found, ended) = (target("r"), target("n"), target("e"));
        let full = DomainRecord { root, not_found, ended, version: 2, is_deleted: true, ..bare.clone() };
        let first = GuardedRecord::put(None, Key::domain(&domain), &bare, "t0".into()).unwrap();
        assert_eq!((first.key.as_str(), &first.expect), ("domain/c.example", &Expect::Absent));
        let read = |change: &Change| {
            let guard = Guard(change.token.clone());
            GuardedRecord::<DomainRecord>::decode(&Record { value: change.value.clone().into_bytes(), guard }).unwrap()
        };
        let second = GuardedRecord::put(Some(&read(&first)), Key::domain(&domain), &full, "t1".into()).unwrap();
        assert_eq!(second.expect, Expect::Unchanged(Guard("t0".into())));
        assert_eq!(tokens_of(&second.value), ("t0".into(), vec!["t0".into(), "t1".into()]));
        assert_eq!((read(&first).what, read(&second).what), (bare, full));
    }
}
