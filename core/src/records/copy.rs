//! Copies: what an edge keeps near the visitor, and how far the core trusts it.
//!
//! A copy shows one version of a link and says when truth confirmed it. It is served while it is younger than a day; once it is older
//! than ten minutes it is served and checked afterwards. A missing copy proves nothing: only truth says 404. A fill reads truth again
//! after its put and corrects itself, so a fill that was overtaken by an edit does not bring the old target back for long.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::stored::parse;
use super::{Key, LinkRecord};
use crate::link::{Link, LinkId, RedirectStatus};
use crate::ports::{Copies, Records, StoreError};
use crate::target::Target;
use crate::time::Timestamp;

/// A copy older than this is no copy; adapters let the store drop it then.
pub const LIFETIME_SECONDS: u32 = 24 * 60 * 60;

/// A copy that truth confirmed longer ago than this is checked after it was served.
pub const RECHECK_AFTER_SECONDS: u32 = 10 * 60;

/// How often a fill runs after a record that keeps changing.
const CORRECTIONS: u32 = 3;

const SCHEMA: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredCopy<'a> {
    v: u8,
    version: u64,
    checked_at: u64,
    id: &'a str,
    /// Absent while the link leads nowhere: deleted, disabled, or held back.
    target: Option<Cow<'a, str>>,
    fallback: Option<Cow<'a, str>>,
    starts_at: Option<u64>,
    ends_at: Option<u64>,
    redirect_status: u16,
}

/// What a visitor of a link needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) id: LinkId,
    pub(crate) version: u64,
    /// Where the link leads between start and end, unless it is deleted, disabled or held back.
    pub(crate) target: Option<Target>,
    /// Where it leads once it has ended, if anywhere.
    pub(crate) fallback: Option<Target>,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) redirect_status: RedirectStatus,
}

/// A copy and how far it may be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Truth confirmed it lately.
    Fresh(Copy),
    /// To be served and then checked.
    Aged(Copy),
    /// To be ignored.
    None,
}

impl Copy {
    pub(crate) fn of(link: &Link) -> Self {
        let spec = &link.spec;
        // What a visitor has to do first is not asked yet: such a link leads nowhere rather than everybody to its target.
        let is_shut = link.is_deleted() || spec.holds_back();
        Self {
            id: link.id.clone(),
            version: link.version,
            target: (!is_shut && !spec.disabled).then(|| link.target.clone()),
            fallback: spec.fallback.clone().filter(|_| !is_shut),
            starts_at: spec.starts_at,
            ends_at: spec.ends_at,
            redirect_status: spec.redirect_status,
        }
    }

    fn write(&self, checked_at: Timestamp) -> Result<String, StoreError> {
        let stored = StoredCopy {
            v: SCHEMA,
            version: self.version,
            checked_at: checked_at.as_millis(),
            id: self.id.as_str(),
            target: self.target.as_ref().map(|target| Cow::Borrowed(target.as_str())),
            fallback: self.fallback.as_ref().map(|fallback| Cow::Borrowed(fallback.as_str())),
            starts_at: self.starts_at.map(Timestamp::as_millis),
            ends_at: self.ends_at.map(Timestamp::as_millis),
            redirect_status: self.redirect_status.code().as_u16(),
        };
        serde_json::to_string(&stored).map_err(|error| StoreError::Corrupt(format!("a copy cannot be written: {error}")))
    }
}

/// Reads a copy. One that hop cannot read (another schema, a damaged value) is as good as none.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Trust {
    let Ok(stored) = parse::<StoredCopy<'_>>(bytes) else {
        return Trust::None;
    };
    let age = now.millis_since(Timestamp::from_millis(stored.checked_at));
    let older_than = |seconds: u32| age > u64::from(seconds).saturating_mul(1_000);
    let Ok(redirect_status) = RedirectStatus::parse(stored.redirect_status.into()) else {
        return Trust::None;
    };
    let target = |text: Cow<'_, str>| Target::stored(text.into_owned());
    let (target, fallback) = (stored.target.map(target), stored.fallback.map(target));
    let leads_nowhere = [&target, &fallback].into_iter().flatten().any(|target| target.location().is_none());
    if stored.v != SCHEMA || older_than(LIFETIME_SECONDS) || leads_nowhere {
        return Trust::None;
    }
    let copy = Copy {
        id: LinkId::stored(stored.id.to_owned()),
        version: stored.version,
        target,
        fallback,
        starts_at: stored.starts_at.map(Timestamp::from_millis),
        ends_at: stored.ends_at.map(Timestamp::from_millis),
        redirect_status,
    };
    if older_than(RECHECK_AFTER_SECONDS) { Trust::Aged(copy) } else { Trust::Fresh(copy) }
}

/// A copy to be made once the visitor has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) key: Key,
    /// What truth said just now, if it was asked.
    pub(crate) known: Option<Copy>,
}

impl Fill {
    /// Puts what truth says, and again as long as truth moved on meanwhile. A read may be late: a version that is not newer is no news.
    pub(crate) async fn run(self, records: &impl Records, copies: &impl Copies, now: Timestamp) -> Result<(), StoreError> {
        let mut copy = match self.known {
            Some(copy) => Some(copy),
            None => truth(records, &self.key).await?,
        };
        for _ in 0..CORRECTIONS {
            let Some(known) = copy else { return Ok(()) };
            copies.put(&self.key, &known.write(now)?).await?;
            copy = truth(records, &self.key).await?.filter(|truth| truth.version > known.version);
        }
        Ok(())
    }
}

async fn truth(records: &impl Records, key: &Key) -> Result<Option<Copy>, StoreError> {
    let record = records.get(key).await?;
    let record = record.as_ref().map(LinkRecord::read).transpose()?;
    Ok(record.map(|record| Copy::of(&record.link)))
}
