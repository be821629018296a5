//! Folding segments into documents, as far as the operation budget allows.
//!
//! Each document is written under a guard, and the part of a segment is replaced. So a step may be repeated, and
//! several requests may fold at once: that costs operations and changes nothing. The lease only keeps the requests of
//! busy links from doing the same work.

use std::collections::BTreeMap;

use super::segment_clicks::{MAX_BATCHES, SegmentClicks, count_batches};
use super::{ensure_salts, erase};
use crate::log::log_skipped;
use crate::model::digest;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{Detail, Month, Quarter};
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ledger::FailedVisit;
use crate::store::ports::{Commit, Edge, Record, Records as _, StoreCall, StoreError};
use crate::store::segments::{
    DIGITS, FoldPosition, FoldProgress, KeptEvent, LinkTotal, MonthPart, Pass, Segment, SegmentedMonth, Slice, TagName, TotalPart,
};
use crate::store::{Change, Expect, Key, Prefix, id_source};

/// Keys on a page of a listing: as many as the stores return.
pub(super) const PAGE: u16 = 1_000;

/// Most pages of a slice. A slice with more is divided, so that a request has the time to read it.
const MAX_PAGES: u32 = 5;

/// Clicks a second up to which the keys of a segment are one slice, so that a document has one part of it.
pub(crate) const MAX_RATE: u32 = (PAGE as u32 * MAX_PAGES) / 600;

/// How often a document is written, if another request writes it at the same time.
pub(super) const TRIES: u32 = 3;

/// How long a lease lasts.
const LEASE_MILLIS: u64 = 60_000;

/// On whose behalf segments are folded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Folding {
    /// A request that counted a click: it folds one segment, if it gets the lease.
    Click {
        /// How many months documents are kept.
        months: u32,
    },
    /// A scheduler: it folds as many segments as the budget allows.
    Scheduler {
        /// How many months documents are kept.
        months: u32,
    },
}

/// What was folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    /// Segments that were folded or sealed.
    pub(crate) segments: u32,
    /// Whether more is due.
    pub(crate) more: bool,
}

/// Folds what is due.
pub(crate) async fn fold<E: Edge>(edge: &E, budget: &Budget, folding: Folding) -> Result<Folded, StoreError> {
    ensure_salts(edge).await?;
    let record = edge.records().get(&Key::fold_progress()).await?;
    fold_from(edge, budget, folding, record).await
}

/// The progress in its record. One that cannot be read is logged and counts as none: folding then begins at the first
/// key again, which changes nothing in documents that have its clicks.
pub(super) fn read_progress<E: Edge>(edge: &E, record: Option<&Record>) -> Option<FoldProgress> {
    let log = |error: &StoreError| log_skipped(edge, &Key::fold_progress(), error);
    FoldProgress::decode(record?).inspect_err(log).ok()
}

/// Folds what is due, from the record of the progress.
pub(super) async fn fold_from<E: Edge>(edge: &E, budget: &Budget, folding: Folding, record: Option<Record>) -> Result<Folded, StoreError> {
    let now = edge.now();
    let known = read_progress(edge, record.as_ref());
    let is_new = known.is_none();
    let progress = match known {
        Some(progress) => progress,
        None => match first_segment(edge).await? {
            Some(segment) => FoldProgress { guard: record.map(|record| record.guard), ..FoldProgress::starting_at(segment, now) },
            None => return Ok(Folded::default()),
        },
    };
    let mut folded = Folded { segments: 0, more: progress.due(now).is_some() };
    if !folded.more && !is_new {
        return Ok(folded);
    }
    if matches!(folding, Folding::Click { .. }) && folded.more && !lease(edge, &progress, now).await? {
        return Ok(folded);
    }
    let reserved = budget.reserve(edge.records().operations(&StoreCall::Write));
    let (Folding::Click { months } | Folding::Scheduler { months }) = folding;
    let mut fold = Fold { edge, budget, now, months, sealed: progress.last.segment, is_new, before: progress.clone(), progress };
    let result = fold.run(matches!(folding, Folding::Click { .. }), &mut folded).await;
    drop(reserved);
    fold.save().await?;
    folded.more = fold.progress.due(now).is_some();
    result.map(|()| folded)
}

/// The segment of the first key.
async fn first_segment<E: Edge>(edge: &E) -> Result<Option<Segment>, StoreError> {
    let page = edge.records().scan(&Prefix::clicks(""), None, 1).await?;
    Ok(page.keys.first().and_then(segment_of))
}

/// The segment of a key.
pub(super) fn segment_of(key: &Key) -> Option<Segment> {
    Segment::parse(key.as_str().strip_prefix(Prefix::clicks("").as_str())?.get(..DIGITS)?)
}

/// Takes the lease of the next step. A holder that crashed loses it after a minute.
async fn lease<E: Edge>(edge: &E, progress: &FoldProgress, now: Timestamp) -> Result<bool, StoreError> {
    let Some(pass) = progress.due(now) else { return Ok(false) };
    let position = progress.position(pass);
    let minute = now.as_millis().checked_div(LEASE_MILLIS).unwrap_or_default();
    let name = format!("{} {} {} {:?} {minute}", pass.name(), position.segment, position.slice.as_str(), position.after);
    let token = random(edge)?;
    let mut change = Change::write_only(Key::fold_lease(&digest::name_of(name.as_bytes())), Expect::Absent, "null".into(), token);
    change.expires_at = Some(Timestamp::from_millis(now.as_millis().saturating_add(LEASE_MILLIS.saturating_mul(2))));
    Ok(edge.records().commit(&change).await? == Commit::Done)
}

fn random<E: Edge>(edge: &E) -> Result<String, StoreError> {
    id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))
}

/// Folding within one request.
struct Fold<'a, E> {
    edge: &'a E,
    budget: &'a Budget,
    now: Timestamp,
    months: u32,
    /// The first segment that was not sealed when the request began. Parts of earlier segments are final.
    sealed: Segment,
    /// Whether no progress was stored before.
    is_new: bool,
    before: FoldProgress,
    progress: FoldProgress,
}

/// What was done with a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The position moved on.
    Moved,
    /// The budget is used up.
    OutOfBudget,
}

/// What a document is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Domain(Domain),
    Tag(TagName, Domain),
    Link(LinkId),
}

/// The clicks of a slice that a document gets.
#[derive(Default)]
struct TargetClicks<'c> {
    events: Vec<&'c KeptEvent>,
    failed: Vec<&'c FailedVisit>,
}

impl Target {
    /// The name, by which targets are sorted.
    fn name(&self) -> String {
        match self {
            Self::Domain(domain) => format!("domain/{domain}"),
            Self::Tag(tag, domain) => format!("tag/{}/{domain}", tag.as_str()),
            Self::Link(link) => format!("link/{link}"),
        }
    }

    fn key(&self, month: Month) -> Key {
        match self {
            Self::Domain(domain) => Key::domain_month(domain, month),
            Self::Tag(tag, domain) => Key::tag_month(tag, domain, month),
            Self::Link(link) => Key::link_month(link, month),
        }
    }

    fn detail(&self) -> Detail {
        match self {
            Self::Domain(_) => Detail::Domain,
            Self::Tag(..) => Detail::Tag,
            Self::Link(_) => Detail::Link,
        }
    }

    /// Reads and writes.
    fn operations(&self) -> u32 {
        match self {
            Self::Domain(_) | Self::Tag(..) => 2,
            Self::Link(_) => 4,
        }
    }
}

impl<E: Edge> Fold<'_, E> {
    /// Folds slices until nothing is due, the budget is used up, or, on behalf of a click, one segment is done.
    async fn run(&mut self, is_click: bool, folded: &mut Folded) -> Result<(), StoreError> {
        let mut is_first = true;
        while let Some(pass) = self.progress.due(self.now) {
            let least = MAX_PAGES.saturating_add(Target::Link(LinkId::stored(String::new())).operations());
            if (!is_first && self.budget.left() < least) || (is_click && folded.segments > 0) {
                return Ok(());
            }
            is_first = false;
            let segment = self.progress.position(pass).segment;
            if self.step(pass).await? == Step::OutOfBudget {
                return Ok(());
            }
            if self.progress.position(pass).segment != segment {
                folded.segments = folded.segments.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Folds a slice, or moves to the next segment with clicks.
    async fn step(&mut self, pass: Pass) -> Result<Step, StoreError> {
        let position = self.progress.position(pass).clone();
        // A listing that the budget ends would look like one with too many keys.
        if self.budget.left() < MAX_PAGES.saturating_mul(self.edge.records().operations(&StoreCall::Scan)) {
            return Ok(Step::OutOfBudget);
        }
        let Some(keys) = self.list(&position).await? else {
            self.progress.move_to(pass, position.first_part());
            return Ok(Step::Moved);
        };
        if keys.is_empty() && position.is_start() {
            return self.skip(pass, position.segment).await;
        }
        let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if !self.progress.is_folded(position.segment, &position.slice, count) && !keys.is_empty() {
            if self.fold_slice(pass, &position, &keys, count).await? == Step::OutOfBudget {
                return Ok(Step::OutOfBudget);
            }
            self.progress.count(position.segment, &position.slice, count);
        }
        self.progress.move_to(pass, position.next());
        Ok(Step::Moved)
    }

    /// The keys of a slice; nothing if they are too many.
    async fn list(&self, position: &FoldPosition) -> Result<Option<Vec<Key>>, StoreError> {
        let prefix = Prefix::clicks_in(position.segment, &position.slice);
        let (mut keys, mut cursor) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let page = self.edge.records().scan(&prefix, cursor.as_ref(), PAGE).await?;
            keys.extend(page.keys);
            cursor = page.next;
            if cursor.is_none() {
                return Ok((count_batches(&keys) <= MAX_BATCHES).then_some(keys));
            }
        }
        Ok(None)
    }

    /// Moves to the next segment with clicks, or to the end of what is due.
    async fn skip(&mut self, pass: Pass, empty: Segment) -> Result<Step, StoreError> {
        let limit = match pass {
            Pass::First => pass.end(self.now),
            Pass::Last => pass.end(self.now).min(self.progress.first.segment),
        };
        let mut next = empty.next();
        while next < limit {
            if self.budget.left() < self.edge.records().operations(&StoreCall::Scan) {
                self.progress.move_to(pass, FoldPosition::start_of(next));
                return Ok(Step::OutOfBudget);
            }
            let (digits, following) = next.block(limit);
            let page = self.edge.records().scan(&Prefix::clicks(&digits), None, 1).await?;
            if let Some(found) = page.keys.first().and_then(segment_of) {
                next = found.max(next);
                break;
            }
            next = following;
        }
        self.progress.move_to(pass, FoldPosition::start_of(next));
        Ok(Step::Moved)
    }

    /// Writes the documents of a slice, beginning after the one that was written last.
    async fn fold_slice(&mut self, pass: Pass, position: &FoldPosition, keys: &[Key], count: u32) -> Result<Step, StoreError> {
        let link = Target::Link(LinkId::stored(String::new()));
        if self.budget.left() < SegmentClicks::cost(self.edge, keys).saturating_add(link.operations()) {
            return Ok(Step::OutOfBudget);
        }
        let clicks = SegmentClicks::load(self.edge, keys).await?;
        if let Some(missing) = clicks.missing {
            return Err(StoreError::Unavailable(format!("{} cannot be read yet", missing.as_str())));
        }
        let mut targets = BTreeMap::<String, (Target, TargetClicks<'_>)>::new();
        for kept in &clicks.events {
            let domain = || kept.event.domain.clone();
            let tags = kept.tags.iter().map(|tag| Target::Tag(tag.clone(), domain()));
            for target in [Target::Domain(domain()), Target::Link(kept.event.link.clone())].into_iter().chain(tags) {
                targets.entry(target.name()).or_insert_with(|| (target, TargetClicks::default())).1.events.push(kept);
            }
        }
        for failed in &clicks.failed {
            let target = Target::Domain(Domain::stored(failed.domain.clone()));
            targets.entry(target.name()).or_insert_with(|| (target, TargetClicks::default())).1.failed.push(failed);
        }
        let mut after = position.after.clone().filter(|(_, known)| *known == count);
        let written = after.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        for (name, (target, clicks)) in targets.into_iter().filter(|(name, _)| *name > written) {
            let result = if self.budget.left() < target.operations() {
                Ok(Step::OutOfBudget)
            } else {
                self.write_target(&target, position, &clicks, count).await
            };
            match result {
                Ok(Step::Moved) => after = Some((name, count)),
                stopped => {
                    self.progress.move_to(pass, FoldPosition { after, ..position.clone() });
                    return match stopped {
                        Err(StoreError::OverBudget { .. }) => Ok(Step::OutOfBudget),
                        stopped => stopped,
                    };
                }
            }
        }
        Ok(Step::Moved)
    }

    /// Replaces the part of a slice in the documents of `target`.
    async fn write_target(
        &self,
        target: &Target,
        position: &FoldPosition,
        clicks: &TargetClicks<'_>,
        count: u32,
    ) -> Result<Step, StoreError> {
        let (segment, slice) = (position.segment, &position.slice);
        let month = segment.day().month();
        let mut part = MonthPart::new(clicks.events.iter().copied(), target.detail(), count);
        clicks.failed.iter().for_each(|failed| part.counts.add_failed(Quarter::of(failed.at), failed.counts));
        let Target::Link(link) = target else {
            let key = target.key(month);
            for _ in 0..TRIES {
                let known = self.edge.records().get(&key).await?;
                if self.write_month(key.clone(), known, (segment, slice), part.clone()).await? {
                    return Ok(Step::Moved);
                }
            }
            return Err(contended(&key));
        };
        let (total_key, key) = (Key::total(link), target.key(month));
        for _ in 0..TRIES {
            let mut read = self.edge.records().get_many(&[total_key.clone(), key.clone()]).await?.into_iter();
            let (known_total, known) = (read.next().flatten(), read.next().flatten());
            let mut total = self.readable(&total_key, known_total.as_ref(), LinkTotal::decode).await?;
            if total.is_erased {
                if known.is_none() || self.remove_month(known_total, &total_key, key.clone()).await? {
                    return Ok(Step::Moved);
                }
                continue;
            }
            if !self.write_month(key.clone(), known, (segment, slice), part.clone()).await? {
                continue;
            }
            let before = total.clone();
            total.seal(self.sealed);
            total.replace(segment, slice, TotalPart::new(clicks.events.iter().copied(), count));
            if total == before {
                return Ok(Step::Moved);
            }
            if self.commit(self.change(total_key.clone(), known_total, total.encode()?)?).await? {
                return Ok(Step::Moved);
            }
        }
        Err(contended(&total_key))
    }

    /// Replaces the part of a slice in one document. Returns false if another request has written it.
    async fn write_month(
        &self,
        key: Key,
        known: Option<Record>,
        (segment, slice): (Segment, &Slice),
        part: MonthPart,
    ) -> Result<bool, StoreError> {
        let mut document = self.readable(&key, known.as_ref(), SegmentedMonth::decode).await?;
        let before = document.clone();
        document.seal(self.sealed);
        document.replace(segment, slice, part);
        if document == before {
            return Ok(true);
        }
        let value = document.encode()?;
        let mut change = self.change(key, known, value)?;
        change.expires_at = Some(self.expiry(segment.day().month()));
        self.commit(change).await
    }

    /// When a document of this month expires.
    fn expiry(&self, month: Month) -> Timestamp {
        month.plus(self.months.saturating_add(1)).first_day().start()
    }

    /// Removes the month of a link that was erased while it was folded. Returns false if another request has written
    /// the mark meanwhile.
    async fn remove_month(&self, mark: Option<Record>, key: &Key, month: Key) -> Result<bool, StoreError> {
        let Some(mark) = mark else { return Ok(true) };
        let value = LinkTotal { is_erased: true, ..LinkTotal::default() }.encode()?;
        let mut change = self.change(key.clone(), Some(mark), value)?;
        change.expires_at = Some(erase::mark_expiry(self.now));
        change.removes.push(month);
        self.commit(change).await
    }

    /// The content of a record, which is empty if there is none. One that cannot be read is logged and kept under another
    /// key: it must not keep a segment from being folded.
    async fn readable<T: Default>(
        &self,
        key: &Key,
        record: Option<&Record>,
        decode: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(record) = record else { return Ok(T::default()) };
        match decode(&record.value) {
            Ok(content) => Ok(content),
            Err(error) => {
                log_skipped(self.edge, key, &error);
                let text = String::from_utf8_lossy(&record.value).into_owned();
                let mut aside = self.change(key.unreadable(self.now), None, text)?;
                aside.expires_at = Some(self.expiry(Month::of(self.now)));
                self.commit(aside).await?;
                Ok(T::default())
            }
        }
    }

    /// The change that writes `value` over `known`.
    fn change(&self, key: Key, known: Option<Record>, value: String) -> Result<Change, StoreError> {
        let expect = known.map_or(Expect::Absent, |known| Expect::Unchanged(known.guard));
        Ok(Change::write_only(key, expect, value, random(self.edge)?))
    }

    async fn commit(&self, change: Change) -> Result<bool, StoreError> {
        Ok(self.edge.records().commit(&change).await? == Commit::Done)
    }

    /// Stores the progress, if there is any. Another request may have stored its own: then this one is not needed.
    async fn save(&self) -> Result<(), StoreError> {
        if self.progress == self.before && !self.is_new {
            return Ok(());
        }
        self.commit(self.progress.save(random(self.edge)?)?).await.map(drop)
    }
}

fn contended(key: &Key) -> StoreError {
    StoreError::Unavailable(format!("{} changed {TRIES} times while it was being written", key.as_str()))
}
