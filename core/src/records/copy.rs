//! Copies: what an edge keeps near the visitor, and how far the core trusts it.
//!
//! A copy shows one version of a link and says when truth confirmed it. It is served while it is younger than a day; once it is older
//! than ten minutes it is served and checked afterwards. A missing copy proves nothing: only truth says 404. A fill reads truth again
//! after its put and corrects itself, so a fill that was overtaken by an edit does not bring the old target back for long.

use super::object::Object;
use super::{Holder, Key, look};
use super::{stored, stored_spec};
use crate::link::{LinkId, RedirectStatus};
use crate::ports::{Copies, Records, StoreError};
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
    /// Where the link went, if it left.
    pub(crate) to: Option<Key>,
    /// Whether visitors who come to this alias are led there. Those who were led here by an older one are.
    pub(crate) forwards: bool,
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
    /// What visitors are to know of an alias with this holder, after so many commits; nothing where there is nothing to be seen.
    pub(crate) fn of(holder: &Holder, commits: u64) -> Option<Self> {
        let copy = match holder.seen() {
            Holder::Link(link) => {
                let spec = &link.spec;
                // What a visitor has to do first is not asked yet: such a link leads nowhere rather than everybody to its target.
                let is_shut = link.is_deleted() || spec.holds_back();
                Self {
                    target: (!is_shut && !spec.disabled).then(|| link.target.clone()),
                    fallback: spec.fallback.clone().filter(|_| !is_shut),
                    starts_at: spec.starts_at,
                    ends_at: spec.ends_at,
                    redirect_status: spec.redirect_status,
                    ..Self::empty(link.id.clone(), commits)
                }
            }
            Holder::Signpost(signpost) => {
                let (to, forwards) = (Some(signpost.to()), signpost.forwards);
                Self { to, forwards, ..Self::empty(signpost.link.clone(), commits) }
            }
            Holder::Erasing(link) => Self::empty(link.id.clone(), commits),
            Holder::Arriving(_) | Holder::Nobody => return None,
        };
        Some(copy)
    }

    /// A copy of what was here once and leads nowhere.
    fn empty(id: LinkId, version: u64) -> Self {
        Self {
            id,
            version,
            to: None,
            forwards: false,
            target: None,
            fallback: None,
            starts_at: None,
            ends_at: None,
            redirect_status: RedirectStatus::Found,
        }
    }

    fn write(&self, checked_at: Timestamp) -> String {
        stored::record(|stored| {
            stored.number("version", self.version);
            stored.number("checked_at", checked_at.as_millis());
            stored.text_if_any("to", self.to.as_ref().map(Key::as_str));
            stored.flag("forwards", self.forwards);
            stored.text("id", self.id.as_str());
            stored.text_if_any("target", self.target.as_ref().map(Target::as_str));
            stored.text_if_any("fallback", self.fallback.as_ref().map(Target::as_str));
            stored.number_if_any("starts_at", self.starts_at.map(Timestamp::as_millis));
            stored.number_if_any("ends_at", self.ends_at.map(Timestamp::as_millis));
            stored.number("redirect_status", self.redirect_status.code().as_u16().into());
        })
    }

    /// The copy and when it was checked.
    fn read(bytes: &[u8]) -> Result<(Self, Timestamp), StoreError> {
        let mut stored = Object::record(bytes)?;
        let copy = Self {
            id: LinkId::stored(stored.text("id")),
            version: stored.number("version"),
            to: stored.text_if_any("to").map(Key::kept),
            forwards: stored.flag("forwards"),
            target: stored.text_if_any("target").map(Target::stored),
            fallback: stored.text_if_any("fallback").map(Target::stored),
            starts_at: stored.number_if_any("starts_at").map(Timestamp::from_millis),
            ends_at: stored.number_if_any("ends_at").map(Timestamp::from_millis),
            redirect_status: stored_spec::read_status(&mut stored),
        };
        let checked_at = Timestamp::from_millis(stored.number("checked_at"));
        stored.end((copy, checked_at))
    }
}

/// Reads a copy. One that hop cannot read (another schema, a damaged value) is as good as none.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Trust {
    let Ok((copy, checked_at)) = Copy::read(bytes) else {
        return Trust::None;
    };
    let age = now.millis_since(checked_at);
    let older_than = |seconds: u32| age > u64::from(seconds).saturating_mul(1_000);
    let leads_nowhere = [&copy.target, &copy.fallback].into_iter().flatten().any(|target| target.location().is_none());
    if older_than(LIFETIME_SECONDS) || leads_nowhere {
        return Trust::None;
    }
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
        Trust::Fresh(copy) | Trust::Aged(copy) => Some(Copy::empty(copy.id, copy.version)),
        Trust::None => None,
    }
}

async fn truth(records: &impl Records, key: &Key) -> Result<Option<Copy>, StoreError> {
    Ok(look(records, key).await?.and_then(|place| Copy::of(&place.holder, place.commits)))
}
