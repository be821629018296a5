//! Domain records: where a domain redirects visitors who reach no link. The record of a deleted domain stays, marked as
//! deleted.

use http::HeaderValue;

use super::stored::cached_domain::StoredCachedDomain;
use super::{GuardedRecord, Key, stored};
use crate::model::blocklist::TargetHost;
use crate::model::domain::Domain;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::blocklist::Blocklist;
use crate::store::cache::{CacheEntry, CacheFill, CacheTask, Cacheable};
use crate::store::ports::{Record, Records, StoreError};

/// A domain and its redirects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainRecord {
    pub(crate) domain: Domain,
    /// The redirect of `/`, instead of the front page.
    pub(crate) root: Option<Target>,
    /// The redirect of an alias without a link.
    pub(crate) not_found: Option<Target>,
    /// The redirect of a link that has ended.
    pub(crate) ended: Option<Target>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
    /// Whether the domain is deleted. Its record stays, so that no version number is used twice.
    pub(crate) is_deleted: bool,
}

impl DomainRecord {
    /// A domain without redirects.
    pub(crate) fn bare(domain: &Domain, version: u64, now: Timestamp) -> Self {
        let (root, not_found, ended) = (None, None, None);
        Self { domain: domain.clone(), root, not_found, ended, created_at: now, updated_at: now, version, is_deleted: false }
    }
}

/// The redirects of a domain, as values of `Location`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DomainRedirects {
    pub(crate) root: Option<HeaderValue>,
    pub(crate) not_found: Option<HeaderValue>,
    pub(crate) ended: Option<HeaderValue>,
    /// The verdict of the blocklist: the listed ones among the hosts. `None` if it is left open.
    pub(crate) listed: Option<Vec<TargetHost>>,
}

impl DomainRedirects {
    pub(crate) fn from_record(domain_record: &DomainRecord) -> Self {
        let header = |target: &Option<Target>| target.as_ref().and_then(Target::location);
        Self {
            root: header(&domain_record.root),
            not_found: header(&domain_record.not_found),
            ended: header(&domain_record.ended),
            listed: None,
        }
    }

    /// The redirects, without a verdict of the blocklist; nothing if the domain does not exist.
    fn from_stored(record: Option<&Record>) -> Result<Option<Self>, StoreError> {
        let record = record.map(GuardedRecord::<DomainRecord>::decode).transpose()?;
        Ok(record.filter(|record| !record.value.is_deleted).map(|record| Self::from_record(&record.value)))
    }

    /// Whether the domain at `key` exists.
    pub(crate) async fn exists(records: &impl Records, key: &Key) -> Result<bool, StoreError> {
        Ok(Self::from_stored(records.get(key).await?.as_ref())?.is_some())
    }

    /// The hosts of the redirects.
    fn hosts(&self) -> Vec<TargetHost> {
        [&self.root, &self.not_found, &self.ended].into_iter().flatten().filter_map(TargetHost::of_location).collect()
    }

    /// The approximate size in memory.
    pub(crate) fn bytes(&self) -> usize {
        [&self.root, &self.not_found, &self.ended].into_iter().flatten().map(HeaderValue::len).sum()
    }
}

impl Cacheable for DomainRedirects {
    type Prepared = Self;
    const READS: u32 = 1;

    fn task(fill: CacheFill<Self>) -> CacheTask {
        CacheTask::Domain(fill)
    }

    async fn load(records: &impl Records, blocklist: &Blocklist, key: &Key) -> Result<Option<Self>, StoreError> {
        let mut redirects = Self::from_stored(blocklist.get_beside(records, key).await?.as_ref())?;
        if let Some(redirects) = &mut redirects {
            redirects.listed = blocklist.verdict(records, || redirects.hosts()).await?;
        }
        Ok(redirects)
    }

    fn mark_unlisted(&mut self) {
        self.listed.get_or_insert_default();
    }

    fn lacks_verdict(&self) -> bool {
        self.listed.is_none()
    }

    fn is_strict(&self) -> bool {
        false
    }

    fn prepare(self) -> Result<Self, StoreError> {
        Ok(self)
    }

    fn encode(&self, verified_at: Timestamp) -> Result<String, StoreError> {
        stored::write(&StoredCachedDomain::new(self, verified_at)?)
    }

    fn decode(entry: &[u8]) -> Result<CacheEntry<Self>, StoreError> {
        let (redirects, verified_at) = stored::read(entry).and_then(StoredCachedDomain::into_redirects)?;
        Ok(CacheEntry { value: Some(redirects), verified_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::commit_tokens::tokens_of;
    use crate::store::ports::{Guard, Record};
    use crate::store::{Change, Expect};

    #[test]
    fn domain_is_stored_with_its_commit_tokens() {
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
        assert_eq!((read(&first).value, read(&second).value), (bare, full));
    }
}
