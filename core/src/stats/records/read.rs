//! Reading statistics: documents, and the keys of segments that are not folded yet.
//!
//! The progress and the keys are read before the documents. A segment that is folded in between is then in both, and
//! the part with more clicks is used.

use std::collections::BTreeMap;

use crate::log::log_skipped;
use crate::model::clicks::Clicks;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Month, Quarter, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::{LinkTotals, MAX_RECENT, Subject};
use crate::store::ports::{Edge, Records as _, StoreCall, StoreError};
use crate::store::segments::{KeptEvent, LinkTotal, MonthPart, Pass, Segment, SegmentedMonth, TagName};
use crate::store::{Key, Prefix};

use super::fold::{PAGE, read_progress, segment_of};
use super::segment_clicks::SegmentClicks;
use crate::stats::Statistics;

/// Most pages of keys that a report reads.
const MAX_SCANS: u32 = 6;

/// Most pages of keys that are read for the totals of links.
const MAX_SCANS_OF_TOTALS: u32 = 4;

/// How long before now clicks are read if nothing was folded ever: three segments.
const UNFOLDED_MILLIS: u64 = 20 * 60 * 1_000;

/// The clicks of segments that are not folded yet.
struct Unfolded {
    segments: BTreeMap<Segment, SegmentClicks>,
    /// Before this moment all clicks are known.
    complete_until: Timestamp,
}

impl Unfolded {
    /// Lists the clicks of a link, or all clicks, with at most `max_scans` pages of keys and `operations` operations.
    async fn load<E: Edge>(source: &Statistics<'_, E>, link: Option<&LinkId>, operations: u32, max_scans: u32) -> Result<Self, StoreError> {
        let records = source.edge.records();
        let progress = read_progress(source.edge, records.get(&Key::fold_progress()).await?.as_ref());
        let recently = Segment::of(Timestamp::from_millis(source.now.as_millis().saturating_sub(UNFOLDED_MILLIS)));
        let mut next = progress.map_or(recently, |progress| progress.first.segment);
        let end = Segment::of(source.now).next();
        let mut keys = BTreeMap::<Segment, Vec<Key>>::new();
        let most = operations.min(max_scans);
        let mut left = most;
        'segments: while next < end {
            let (prefixes, following) = match link {
                Some(link) if end.number().saturating_sub(next.number()).saturating_mul(2) <= left => {
                    (vec![Prefix::click_batches(next), Prefix::clicks_of(next, link)], next.next())
                }
                _ => {
                    let (digits, following) = next.block(end);
                    (vec![Prefix::clicks(&digits)], following)
                }
            };
            for prefix in prefixes {
                let mut cursor = None;
                loop {
                    if left == 0 {
                        break 'segments;
                    }
                    left = left.saturating_sub(1);
                    let page = records.scan(&prefix, cursor.as_ref(), PAGE).await?;
                    let last = page.keys.last().and_then(segment_of);
                    for key in page.keys {
                        keys.entry(segment_of(&key).unwrap_or_default()).or_default().push(key);
                    }
                    cursor = page.next;
                    if cursor.is_none() {
                        break;
                    }
                    // All segments before the last one of this page are complete.
                    next = next.max(last.unwrap_or(next));
                }
            }
            next = following;
        }
        let operations = operations.saturating_sub(most.saturating_sub(left));
        let (segments, next) = Self::read(source, link, keys, operations, next).await?;
        let complete_until = next.min(Pass::First.end(source.now)).start();
        Ok(Self { segments, complete_until })
    }

    /// Reads the clicks of these keys, with at most `operations` operations. Segments before `listed` are listed
    /// completely. Returns the clicks, and the segment before which they are complete.
    async fn read<E: Edge>(
        source: &Statistics<'_, E>,
        link: Option<&LinkId>,
        keys: BTreeMap<Segment, Vec<Key>>,
        operations: u32,
        listed: Segment,
    ) -> Result<(BTreeMap<Segment, SegmentClicks>, Segment), StoreError> {
        let (mut segments, mut left, mut listed) = (BTreeMap::new(), operations, listed);
        for (segment, keys) in keys {
            let cost = SegmentClicks::cost(source.edge, &keys);
            if cost > left {
                return Ok((segments, listed.min(segment)));
            }
            left = left.saturating_sub(cost);
            let mut clicks = SegmentClicks::load(source.edge, &keys).await?;
            if clicks.missing.is_some() {
                listed = listed.min(segment);
            }
            clicks.events.retain(|kept| link.is_none_or(|link| kept.event.link == *link));
            segments.insert(segment, clicks);
        }
        Ok((segments, listed))
    }
}

/// The report of a period, and the moment before which all clicks are included.
pub(crate) async fn report<E: Edge>(
    source: &Statistics<'_, E>,
    subject: &Subject,
    query: &ReportQuery,
) -> Result<(Report, Timestamp), StoreError> {
    let records = source.edge.records();
    let first = Month::of(query.starts.first().copied().unwrap_or(query.end));
    let last = Month::of(Timestamp::from_millis(query.end.as_millis().saturating_sub(1)).min(source.now));
    let mut months: Vec<Month> = Vec::new();
    let mut month = first;
    while month <= last && months.last() != Some(&month) {
        months.push(month);
        month = month.next();
    }
    let keys = keys_of(source, subject, &months).await?;
    let cost = records.operations(&StoreCall::GetMany(keys.len())).saturating_add(records.operations(&StoreCall::Get));
    let link = match subject {
        Subject::Link(link) => Some(link),
        Subject::Domains(_) | Subject::Tag(..) => None,
    };
    let unfolded = Unfolded::load(source, link, source.budget.left().saturating_sub(cost), MAX_SCANS).await?;
    let mut documents = Vec::new();
    for (key, record) in keys.iter().zip(records.get_many(&keys).await?) {
        match record.map(|record| SegmentedMonth::decode(&record.value)).transpose() {
            Ok(document) => documents.extend(document),
            Err(error) => log_skipped(source.edge, key, &error),
        }
    }
    let mut report = Report::empty(query);
    // The parts of segments are of several domains, so only the sum of all documents can be compared.
    for (segment, clicks) in &unfolded.segments {
        let mut part = MonthPart::new(clicks.events.iter().filter(|kept| is_about(kept, subject)), subject.detail(), 0);
        if let Subject::Domains(domains) = subject {
            let is_included = |name: &str| domains.as_ref().is_none_or(|domains| domains.iter().any(|domain| domain.as_str() == name));
            let failed = clicks.failed.iter().filter(|failed| is_included(&failed.domain));
            failed.for_each(|failed| part.counts.add_failed(Quarter::of(failed.at), failed.counts));
        }
        let folded = |document: &SegmentedMonth| document.clicks_of(*segment).total().saturating_add(document.failed_of(*segment));
        let folded = documents.iter().map(folded).fold(0, u64::saturating_add);
        if part.counts.total().total().saturating_add(part.counts.total_failed()) > folded {
            documents.iter_mut().for_each(|document| document.remove(*segment));
            report.add_day(query, segment.day(), &part.counts);
        }
    }
    for document in &documents {
        for (day, counts) in document.days() {
            report.add_day(query, day, counts);
        }
    }
    report.finish(query);
    Ok((report, unfolded.complete_until))
}

/// The keys of the documents of `subject` in these months.
async fn keys_of<E: Edge>(source: &Statistics<'_, E>, subject: &Subject, months: &[Month]) -> Result<Vec<Key>, StoreError> {
    let prefix = match subject {
        Subject::Link(link) => return Ok(months.iter().map(|month| Key::link_month(link, *month)).collect()),
        Subject::Domains(Some(domains)) => {
            return Ok(domains.iter().flat_map(|domain| months.iter().map(|month| Key::domain_month(domain, *month))).collect());
        }
        Subject::Tag(tag, Some(domains)) => {
            let tag = TagName::of(tag);
            let of_domain = |domain| months.iter().map(|month| Key::tag_month(&tag, domain, *month)).collect::<Vec<_>>();
            return Ok(domains.iter().flat_map(of_domain).collect());
        }
        Subject::Domains(None) => Prefix::domain_statistics(),
        Subject::Tag(tag, None) => Prefix::tag_statistics(&TagName::of(tag)),
    };
    let names: Vec<String> = months.iter().map(ToString::to_string).collect();
    let (mut keys, mut cursor) = (Vec::new(), None);
    loop {
        let page = source.edge.records().scan(&prefix, cursor.as_ref(), PAGE).await?;
        keys.extend(page.keys.into_iter().filter(|key| names.iter().any(|name| name == key.last_part())));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(keys);
        }
    }
}

fn is_about(kept: &KeptEvent, subject: &Subject) -> bool {
    let is_included = |domains: &Option<Vec<_>>| domains.as_ref().is_none_or(|domains| domains.contains(&kept.event.domain));
    match subject {
        Subject::Link(link) => kept.event.link == *link,
        Subject::Domains(domains) => is_included(domains),
        Subject::Tag(tag, domains) => kept.tags.contains(&TagName::of(tag)) && is_included(domains),
    }
}

/// The totals of links, in their order. Clicks that are not folded yet are included if half of the budget is left. A
/// record that cannot be read is logged and counts as 0.
pub(crate) async fn totals<E: Edge>(source: &Statistics<'_, E>, links: &[&LinkId]) -> Result<Vec<LinkTotals>, StoreError> {
    let records = source.edge.records();
    let cost = records.operations(&StoreCall::GetMany(links.len()));
    let spare = source.budget.left().saturating_sub(cost).saturating_sub(source.budget.limit() / 2);
    let spare = spare.saturating_sub(records.operations(&StoreCall::Get));
    let one = if let [link] = links { Some(*link) } else { None };
    let unfolded = if spare > 0 && !links.is_empty() { Some(Unfolded::load(source, one, spare, MAX_SCANS_OF_TOTALS).await?) } else { None };
    let keys: Vec<Key> = links.iter().map(|link| Key::total(link)).collect();
    let mut totals = Vec::new();
    for ((link, key), record) in links.iter().zip(&keys).zip(records.get_many(&keys).await?) {
        let total = match record.map(|record| LinkTotal::decode(&record.value)).transpose() {
            Ok(total) => total.unwrap_or_default(),
            Err(error) => {
                log_skipped(source.edge, key, &error);
                LinkTotal::default()
            }
        };
        let mut sum = total.totals();
        for (segment, found) in unfolded.iter().flat_map(|unfolded| &unfolded.segments).filter(|_| !total.is_erased) {
            let mut clicks = Clicks::default();
            found.events.iter().filter(|kept| kept.event.link == **link).for_each(|kept| clicks.add(kept.event.kind, 1));
            sum.add_clicks(segment.day(), clicks.without(total.clicks_of(*segment)));
        }
        totals.push(sum);
    }
    Ok(totals)
}

/// The latest clicks of a link since a moment, newest first.
pub(crate) async fn recent<E: Edge>(source: &Statistics<'_, E>, link: &LinkId, since: Timestamp) -> Result<Vec<ClickEvent>, StoreError> {
    let records = source.edge.records();
    let (mut months, mut month) = (Vec::new(), Month::of(since));
    while month <= Month::of(source.now) && months.last() != Some(&month) {
        months.push(month);
        month = month.next();
    }
    let keys: Vec<Key> = months.iter().map(|month| Key::link_month(link, *month)).collect();
    let cost = records.operations(&StoreCall::GetMany(keys.len())).saturating_add(records.operations(&StoreCall::Get));
    let mut unfolded = Unfolded::load(source, Some(link), source.budget.left().saturating_sub(cost), MAX_SCANS).await?;
    let mut events = Vec::new();
    for (key, record) in keys.iter().zip(records.get_many(&keys).await?) {
        match record.map(|record| SegmentedMonth::decode(&record.value)).transpose() {
            // A segment in both was folded after its keys were listed.
            Ok(document) => events.extend(document.iter().flat_map(SegmentedMonth::recent).cloned()),
            Err(error) => log_skipped(source.edge, key, &error),
        }
    }
    let folded: Vec<Segment> = events.iter().map(|event| Segment::of(event.at)).collect();
    unfolded.segments.retain(|segment, _| !folded.contains(segment));
    let clicks = unfolded.segments.into_values().flat_map(|clicks| clicks.events);
    events.extend(clicks.map(|kept| ClickEvent { coupon: None, ..kept.event }));
    events.retain(|event| event.at >= since);
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(MAX_RECENT);
    Ok(events)
}
