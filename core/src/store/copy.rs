//! Copies: what an edge keeps near the visitor, and how far the core trusts it.
//!
//! A copy shows one version of a link and says when truth confirmed it. It is served while it is younger than a day; once it is older
//! than ten minutes it is served and checked afterwards. A missing copy proves nothing: only truth says 404. A fill reads truth again
//! after its put and corrects itself, so a fill that was overtaken by an edit does not bring the old target back for long.

use super::stored::cached_link::StoredCachedLink;
use super::{Holder, Key, look, stored};
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::password::{Lock, PasswordHash};
use crate::model::spec::Spec;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{Copies, Records, StoreCall, StoreError};

/// A copy older than this is no copy; adapters let the store drop it then.
pub const LIFETIME_SECONDS: u32 = 24 * 60 * 60;

/// A copy that truth confirmed longer ago than this is checked after it was served.
pub const RECHECK_AFTER_SECONDS: u32 = 10 * 60;

/// How often a fill runs after a record that keeps changing.
const CORRECTIONS: u32 = 3;

/// What a visitor of an alias needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) id: LinkId,
    /// How often the record was written.
    pub(crate) version: u64,
    pub(crate) leads: Leads,
}

/// Where an alias leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// As its link says.
    On(Box<Followed>),
    /// To where its link went.
    Away {
        to: Key,
        /// Whether visitors who come to this alias are led there. Those who were led here by an older one are.
        forwards: bool,
    },
    Nowhere,
    /// The same, and truth is asked whether it still is so.
    Blocked,
}

/// A link as far as it concerns visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    pub(crate) target: Target,
    /// Without what only its owner reads.
    pub(crate) spec: Spec,
    /// Where its clicks are counted down, if they are.
    pub(crate) limit: Option<Limit>,
    /// If visitors have to know a password. Its hash is with truth alone.
    pub(crate) lock: Option<Lock>,
}

/// A copy and how far it may be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Truth confirmed it lately.
    Fresh(Copy),
    /// To be served and then checked.
    Aged(Copy),
    /// It says that truth is to be asked.
    AskTruth,
    /// To be ignored.
    None,
}

impl Copy {
    /// What visitors are to know of an alias with this holder, after so many commits; nothing where there is nothing to be seen.
    pub(crate) fn of(holder: &Holder, commits: u64) -> Option<Self> {
        let (id, leads) = match holder.seen() {
            Holder::Link(link) if link.is_deleted() => (&link.id, Leads::Nowhere),
            Holder::Link(link) if link.blocked.is_some() => (&link.id, Leads::Blocked),
            Holder::Link(link) => (&link.id, Leads::On(Box::new(Followed::of(link)))),
            Holder::Signpost(signpost) => (&signpost.link, Leads::Away { to: signpost.to(), forwards: signpost.forwards }),
            Holder::Erasing(link) => (&link.id, Leads::Nowhere),
            Holder::Arriving(_) | Holder::Nobody => return None,
        };
        Some(Self { id: id.clone(), version: commits, leads })
    }

    /// Whether truth is to be asked for every visitor.
    pub(crate) fn is_strict(&self) -> bool {
        match &self.leads {
            // Their clicks are counted by truth, so that is where their limit is read as well.
            Leads::On(followed) => followed.spec.strict || followed.limit.is_some(),
            Leads::Blocked => true,
            Leads::Away { .. } | Leads::Nowhere => false,
        }
    }
}

impl Followed {
    pub(crate) fn of(link: &Link) -> Self {
        let spec = link.spec.for_visitors();
        let lock = link.spec.password.as_ref().map(PasswordHash::lock);
        Self { target: link.target.clone(), limit: Limit::of(link), lock, spec }
    }
}

/// Reads a copy. One that hop cannot read (another schema, a damaged value) is as good as none.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Trust {
    let Ok((copy, checked_at)) = stored::read(bytes).and_then(StoredCachedLink::into_copy) else {
        return Trust::None;
    };
    let age = now.millis_since(checked_at);
    let older_than = |seconds: u32| age > u64::from(seconds).saturating_mul(1_000);
    match copy {
        _ if older_than(LIFETIME_SECONDS) => Trust::None,
        None => Trust::AskTruth,
        Some(copy) if older_than(RECHECK_AFTER_SECONDS) => Trust::Aged(copy),
        Some(copy) => Trust::Fresh(copy),
    }
}

/// A copy to be made once the visitor has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) key: Key,
    /// What truth said just now, if it was asked.
    pub(crate) known: Option<Copy>,
}

impl Fill {
    /// Cost if the record does not change meanwhile: a put and a check of the record. If the record is not known yet, it and the old copy
    /// are read first.
    pub(crate) fn operations(&self, records: &impl Records) -> u32 {
        let once = records.operations(&StoreCall::Get).saturating_add(1);
        if self.known.is_some() { once } else { once.saturating_mul(2) }
    }

    /// Puts what truth says, and again as long as truth moved on meanwhile. A read may be late: a version that is not newer is no news.
    pub(crate) async fn run(self, records: &impl Records, copies: &impl Copies, now: Timestamp) -> Result<(), StoreError> {
        let mut copy = match self.known {
            Some(copy) => Some(copy),
            None => match truth(records, &self.key).await? {
                None => ended(copies, &self.key, now).await,
                truth => truth,
            },
        };
        for _ in 0..CORRECTIONS {
            let Some(known) = copy else { return Ok(()) };
            copies.put(&self.key, &stored::write(&StoredCachedLink::of(&known, now))?).await?;
            copy = truth(records, &self.key).await?.filter(|truth| truth.version > known.version);
        }
        Ok(())
    }
}

/// What is told where truth knows of nobody while a copy still does: that the link has ended.
async fn ended(copies: &impl Copies, key: &Key, now: Timestamp) -> Option<Copy> {
    match read(&copies.get(key).await?, now) {
        Trust::Fresh(copy) | Trust::Aged(copy) => Some(Copy { leads: Leads::Nowhere, ..copy }),
        Trust::AskTruth | Trust::None => None,
    }
}

async fn truth(records: &impl Records, key: &Key) -> Result<Option<Copy>, StoreError> {
    Ok(look(records, key).await?.and_then(|place| Copy::of(&place.holder, place.commits)))
}
