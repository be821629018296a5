//! Copies: what an edge keeps near the visitor, and how far the core trusts it.
//!
//! A copy shows one version of a link and says when truth confirmed it. It is served while it is younger than a day; once it is older
//! than ten minutes it is served and checked afterwards. A missing copy proves nothing: only truth says 404. A fill reads truth again
//! after its put and corrects itself, so a fill that was overtaken by an edit does not bring the old target back for long.

use super::object::Object;
use super::{Holder, Key, look};
use super::{stored, stored_spec};
use crate::json::Members;
use crate::limits::Limit;
use crate::link::{Link, LinkId};
use crate::password::{Lock, PasswordHash};
use crate::ports::{Copies, Records, StoreError};
use crate::spec::Spec;
use crate::target::Target;
use crate::time::Timestamp;

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
            Leads::On(followed) => followed.spec.strict,
            Leads::Blocked => true,
            Leads::Away { .. } | Leads::Nowhere => false,
        }
    }

    fn write(&self, checked_at: Timestamp) -> String {
        stored::record(|stored| {
            stored.number("version", self.version);
            stored.number("checked_at", checked_at.as_millis());
            stored.text("id", self.id.as_str());
            match &self.leads {
                _ if self.is_strict() => stored.flag("ask_truth", true),
                Leads::On(followed) => stored.object("link", |stored| followed.write(stored)),
                Leads::Away { to, forwards } => {
                    stored.text("to", to.as_str());
                    stored.flag("forwards", *forwards);
                }
                Leads::Nowhere | Leads::Blocked => {}
            }
        })
    }

    /// The copy and when it was checked; no copy if it says that truth is to be asked.
    fn read(bytes: &[u8]) -> Result<(Option<Self>, Timestamp), StoreError> {
        let mut stored = Object::record(bytes)?;
        let checked_at = Timestamp::from_millis(stored.number("checked_at"));
        if stored.flag("ask_truth") {
            return stored.end((None, checked_at));
        }
        let leads = match (stored.object_if_any("link"), stored.text_if_any("to")) {
            (Some(link), _) => Leads::On(Box::new(Followed::read(link)?)),
            (None, Some(to)) => Leads::Away { to: Key::kept(to), forwards: stored.flag("forwards") },
            (None, None) => Leads::Nowhere,
        };
        let copy = Self { id: LinkId::stored(stored.text("id")), version: stored.number("version"), leads };
        stored.end((Some(copy), checked_at))
    }
}

impl Followed {
    pub(crate) fn of(link: &Link) -> Self {
        let spec = link.spec.for_visitors();
        let lock = link.spec.password.as_ref().map(PasswordHash::lock);
        Self { target: link.target.clone(), limit: Limit::of(link), lock, spec }
    }

    fn write(&self, stored: &mut Members) {
        stored.text("target", self.target.as_str());
        stored.object("spec", |stored| stored_spec::write(&self.spec, stored));
        stored.text_if_any("limit", self.limit.as_ref().map(|limit| limit.key.as_str()));
        stored.text_if_any("lock", self.lock.as_ref().map(Lock::as_str));
    }

    fn read(mut stored: Object) -> Result<Self, StoreError> {
        let spec = stored_spec::read(stored.object("spec")?)?;
        // A link that is limited leads nobody on who could not be counted.
        let limit = spec.max_clicks.map(|most| Limit { most, key: Key::kept(stored.text("limit")) });
        let lock = stored.text_if_any("lock").map(Lock::stored);
        let target = Target::stored(stored.text("target"));
        stored.end_whole(Self { target, spec, limit, lock })
    }
}

/// Reads a copy. One that hop cannot read (another schema, a damaged value) is as good as none.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Trust {
    let Ok((copy, checked_at)) = Copy::read(bytes) else {
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
            copies.put(&self.key, &known.write(now)).await?;
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
