//! What is kept of a domain beside its links. A deleted one stays as a record that says so.

use super::object::Object;
use super::stored;
use super::tokens::Tokens;
use super::{Change, Expect, Key};
use crate::domain::Domain;
use crate::ports::{Guard, Record, Records, StoreError};
use crate::target::Target;
use crate::time::Timestamp;

/// Where a domain sends visitors who find nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
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
}

impl Site {
    /// A domain of which nothing was said.
    pub(crate) fn bare(domain: &Domain, version: u64, now: Timestamp) -> Self {
        Self { domain: domain.clone(), root: None, not_found: None, ended: None, created_at: now, updated_at: now, version }
    }
}

/// The record of a domain.
#[derive(Clone, Debug)]
pub(crate) struct SiteRecord {
    pub(crate) site: Site,
    pub(crate) is_deleted: bool,
    tokens: Tokens,
    guard: Guard,
}

impl SiteRecord {
    pub(crate) fn read(record: &Record) -> Result<Self, StoreError> {
        let mut stored = Object::record(&record.value)?;
        let site = Site {
            domain: Domain::stored(stored.text("host")),
            root: stored.text_if_any("root").map(Target::stored),
            not_found: stored.text_if_any("not_found").map(Target::stored),
            ended: stored.text_if_any("ended").map(Target::stored),
            created_at: Timestamp::from_millis(stored.number("created_at")),
            updated_at: Timestamp::from_millis(stored.number("updated_at")),
            version: stored.number("version"),
        };
        let (is_deleted, tokens) = (stored.flag("deleted"), Tokens::read(&mut stored));
        stored.end(Self { site, is_deleted, tokens, guard: record.guard.clone() })
    }

    /// The record of `domain`, that of a deleted one too.
    pub(crate) async fn look(records: &impl Records, domain: &Domain) -> Result<Option<Self>, StoreError> {
        let record = records.get(&Key::domain(domain)).await?;
        record.as_ref().map(Self::read).transpose()
    }

    /// The change that puts `site` in place of what was kept, or is the first to keep anything.
    pub(crate) fn put(was: Option<&Self>, site: &Site, is_deleted: bool, token: String) -> Result<Change, StoreError> {
        let value = stored::record(|stored| {
            Tokens::after(was.map(|was| &was.tokens), &token).write(stored);
            stored.text("host", site.domain.as_str());
            stored.text_or_null("root", site.root.as_ref().map(Target::as_str));
            stored.text_or_null("not_found", site.not_found.as_ref().map(Target::as_str));
            stored.text_or_null("ended", site.ended.as_ref().map(Target::as_str));
            stored.number("created_at", site.created_at.as_millis());
            stored.number("updated_at", site.updated_at.as_millis());
            stored.number("version", site.version);
            stored.flag("deleted", is_deleted);
        });
        let expect = was.map_or(Expect::Absent, |was| Expect::Unchanged(was.guard.clone()));
        Ok(Change::of(Key::domain(&site.domain), expect, value, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::tokens::tokens_of;

    #[test]
    fn a_domain_comes_back_as_it_was_kept_with_its_creation_and_its_latest_commits() {
        let domain = Domain::stored("c.example".into());
        let bare = Site::bare(&domain, 1, Timestamp::from_millis(5));
        let target = |path: &str| Some(Target::stored(format!("https://example.com/{path}")));
        let full = Site { root: target("r"), not_found: target("n"), ended: target("e"), version: 2, ..bare.clone() };
        let first = SiteRecord::put(None, &bare, false, "t0".into()).unwrap();
        assert_eq!((first.key.as_str(), &first.expect), ("domain/c.example", &Expect::Absent));
        let read = |change: &Change| {
            let guard = Guard(change.token.clone());
            SiteRecord::read(&Record { value: change.value.clone().into_bytes(), guard }).unwrap()
        };
        let second = SiteRecord::put(Some(&read(&first)), &full, true, "t1".into()).unwrap();
        assert_eq!(second.expect, Expect::Unchanged(Guard("t0".into())));
        assert_eq!(tokens_of(&second.value), ("t0".into(), vec!["t0".into(), "t1".into()]));
        assert_eq!((read(&first).site, read(&first).is_deleted), (bare, false));
        assert_eq!((read(&second).site, read(&second).is_deleted), (full, true));
    }
}
