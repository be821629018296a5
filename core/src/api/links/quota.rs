//! Quotas of requests that create links. A link takes a unit of the day, and a place among the links that the holder
//! may have, just before its record is written.
//!
//! * The units of a day are a counter or tickets ([`Records::take`]), which never grant more than the quota. A unit is
//!   not returned: a creation that fails after it has used one up.
//! * The places are reserved in one record ([`LinkCount`]), once for all links that the request may create. Unused ones
//!   are given back.
//! * Quotas of keys come first, so that a key without a place or unit uses up none of its owner.
//! * A repeated creation that finds its link takes nothing.
//!
//! [`Records::take`]: crate::store::ports::Records::take

use std::cell::Cell;

use super::transfer::domains;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::quota::{ExceededQuota, HeldQuota, QuotaDay, QuotaHolder, QuotaLimit};
use crate::model::time::Timestamp;
use crate::store::budget::{Fit, OPERATIONS_OF_A_TAKE, cost_of_rewrite};
use crate::store::link_count::{CountProgress, LinkCount};
use crate::store::ports::{Edge, Records, StoreCall, StoreError, Take};
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Prefix, Written, index_entry, write};

/// Index entries that one operation of a count lists. Fastly's KV Store lists no more.
const ENTRIES_AT_ONCE: u16 = 1_000;

/// How long the units of a day are kept after it, for a request whose clock is behind.
const SPARE_MILLIS: u64 = 60 * 60 * 1_000;

/// The quotas of a request, and what it has reserved of them.
pub(super) struct QuotaMeter<'a> {
    quotas: Vec<MeteredQuota<'a>>,
    /// Links that the request may still create.
    planned: Cell<u64>,
    /// Operations of the budget that are held to give places back.
    held_operations: Cell<u32>,
}

/// A quota, and the places that the request has reserved and not used.
struct MeteredQuota<'a> {
    held: &'a HeldQuota,
    reserved: Cell<u64>,
    /// The limit that refused a link of this request. It refuses the later ones without a store operation.
    exceeded: Cell<Option<QuotaLimit>>,
}

/// Admission of one new link, which is needed once however many aliases are tried.
pub(super) struct Admission<'a> {
    meter: &'a QuotaMeter<'a>,
    is_admitted: Cell<bool>,
}

impl<'a> QuotaMeter<'a> {
    /// The quotas of a request that may create `planned` links.
    pub(super) fn new(authorized: &'a Authorized, planned: usize) -> Self {
        let quotas = authorized.quotas().iter();
        let quotas = quotas.map(|held| MeteredQuota { held, reserved: Cell::new(0), exceeded: Cell::new(None) }).collect();
        Self { quotas, planned: Cell::new(u64::try_from(planned).unwrap_or(u64::MAX)), held_operations: Cell::new(0) }
    }

    /// The admission of the next link.
    pub(super) fn next_link(&self) -> Admission<'_> {
        Admission { meter: self, is_admitted: Cell::new(false) }
    }

    /// The most operations that a link takes besides those of its record: a read of its alias and its units.
    pub(super) fn cost_of_link(&self, records: &impl Records) -> u32 {
        let read_cost = if self.quotas.is_empty() { 0 } else { records.operations(&StoreCall::Get) };
        self.cost_of_units(records).saturating_add(read_cost)
    }

    /// The most operations that the units of a link take.
    fn cost_of_units(&self, records: &impl Records) -> u32 {
        self.units().map(|_| records.operations(&StoreCall::Take { expires: true })).sum()
    }

    fn units(&self) -> impl Iterator<Item = &MeteredQuota<'a>> {
        self.quotas.iter().filter(|quota| quota.held.quota.links_per_day.is_some())
    }

    /// Checks that a link fits the budget, whose commit and places cost `operations`. Its units may use the most that
    /// they can: a unit that was taken for a link that does not fit would be lost. Only a link that would then fit no
    /// request, because of its tags, is admitted with their usual cost. Returns the cost of the units that was assumed.
    pub(super) fn check_fits<E: Edge>(&self, context: &Context<'_, E>, operations: u32, tags: usize) -> Result<u32, Problem> {
        let most = self.cost_of_units(context.edge.records());
        let usual = self.units().map(|_| OPERATIONS_OF_A_TAKE).sum();
        let fits_a_request = !matches!(context.budget.fit(operations.saturating_add(most)), Fit::Never { .. });
        let of_units = if fits_a_request { most } else { usual };
        context.check_new_fits(operations.saturating_add(of_units), tags).map(|()| of_units)
    }

    /// Operations that reserve the places that are not reserved yet.
    pub(super) fn cost_of_places(&self, records: &impl Records) -> u32 {
        let missing = self.quotas.iter().filter(|quota| quota.held.quota.links.is_some() && quota.reserved.get() == 0);
        missing.map(|_| cost_of_rewrite(records)).sum()
    }

    /// Holds the operations that give the places of a batch back. A single link that fails has not used those of its
    /// commit.
    fn hold_operations<E: Edge>(&self, context: &Context<'_, E>) {
        let with_places = self.quotas.iter().filter(|quota| quota.reserved.get() > 1);
        let needed: u32 = with_places.map(|_| cost_of_rewrite(context.edge.records())).sum();
        if let Some(more) = needed.checked_sub(self.held_operations.get()) {
            context.budget.hold(more);
            self.held_operations.set(needed);
        }
    }

    /// Gives back the places that were reserved and not used. If that fails, a later count of the user frees them. Those of
    /// a key are lost.
    pub(super) async fn give_back<E: Edge>(&self, context: &Context<'_, E>) {
        context.budget.release(self.held_operations.take());
        for quota in &self.quotas {
            let unused = quota.reserved.take();
            if unused > 0
                && let Err(error) = quota.give_back(context, unused).await
            {
                context.log_lost("unused places of a quota were not given back", &error);
            }
        }
    }
}

impl Admission<'_> {
    /// Whether a quota applies. Then the alias is read first, so that a link that cannot be created takes nothing.
    pub(super) fn is_needed(&self) -> bool {
        !self.meter.quotas.is_empty() && !self.is_admitted.get()
    }

    /// Admits the link, whose commit costs `operations`. `tags` is the number of its tags.
    ///
    /// # Errors
    /// 429 if a quota is used up; 503 or 422 if the link does not fit the budget.
    pub(super) async fn admit<E: Edge>(&self, context: &Context<'_, E>, operations: u32, tags: usize) -> Result<(), Problem> {
        let (meter, records) = (self.meter, context.edge.records());
        if !self.is_needed() {
            return context.check_new_fits(operations, tags);
        }
        let of_places = meter.cost_of_places(records);
        let of_units = meter.check_fits(context, operations.saturating_add(of_places), tags)?;
        // Places for later links have to be given back if those are not created.
        let of_batch = operations.saturating_add(of_places.saturating_mul(2)).saturating_add(meter.cost_of_units(records));
        let planned = if context.budget.fit(of_batch) == Fit::Now { meter.planned.get().max(1) } else { 1 };
        for quota in &meter.quotas {
            let reserved = quota.reserve(context, planned).await;
            meter.hold_operations(context);
            reserved?;
        }
        // Links may have been counted, or places reserved in several tries. Another request need not do this again.
        if operations.saturating_add(of_units) > context.budget.left() {
            return Err(Problem::budget_exhausted("the places of a quota took what the link needs"));
        }
        for quota in &meter.quotas {
            quota.take_unit(context).await?;
        }
        meter.quotas.iter().for_each(|quota| quota.reserved.set(quota.reserved.get().saturating_sub(1)));
        meter.planned.set(meter.planned.get().saturating_sub(1));
        self.is_admitted.set(true);
        Ok(())
    }

    /// Frees the place of the link: it is known not to have been created now.
    pub(super) fn cancel(&self) {
        if self.is_admitted.take() {
            let with_links = self.meter.quotas.iter().filter(|quota| quota.held.quota.links.is_some());
            with_links.for_each(|quota| quota.reserved.set(quota.reserved.get().saturating_add(1)));
        }
    }
}

impl MeteredQuota<'_> {
    /// The problem of a link that the quota does not allow.
    fn refuse(&self, limit: QuotaLimit) -> Problem {
        self.exceeded.set(Some(limit));
        Problem::quota_exceeded(&ExceededQuota { holder: self.held.holder.clone(), limit })
    }

    /// Reserves up to `planned` places, at least one, unless one is reserved.
    async fn reserve<E: Edge>(&self, context: &Context<'_, E>, planned: u64) -> Result<(), Problem> {
        if let Some(limit) = self.exceeded.get() {
            return Err(self.refuse(limit));
        }
        let Some(most) = self.held.quota.links.filter(|_| self.reserved.get() == 0) else { return Ok(()) };
        for _ in 0..MAX_EDIT_ATTEMPTS {
            let (was, count) = self.load(context).await?;
            let room = u64::from(most.get()).saturating_sub(count.links);
            if let QuotaHolder::User(user) = &self.held.holder
                && (count.must_be_counted(context.now) || (room == 0 && count.may_be_counted(context.now)))
            {
                self.count(context, user, &count).await?;
                continue;
            }
            if room == 0 {
                return Err(self.refuse(QuotaLimit::Total { most }));
            }
            let places = room.min(planned);
            if self.save(context, was.as_deref(), &count.reserve(places, context.now)).await? == Written::Done {
                self.reserved.set(places);
                return Ok(());
            }
        }
        Err(Problem::contended())
    }

    /// Takes a unit of the day.
    async fn take_unit<E: Edge>(&self, context: &Context<'_, E>) -> Result<(), Problem> {
        let Some(most) = self.held.quota.links_per_day else { return Ok(()) };
        let QuotaDay { number, ends } = QuotaDay::of(context.now);
        let until = Timestamp::from_millis(ends.as_millis().saturating_add(SPARE_MILLIS));
        let key = Key::links_of_day(&self.held.holder, number);
        match context.edge.records().take(&key, most.get().into(), Some(until)).await?.take {
            Take::Granted => Ok(()),
            Take::Exhausted => {
                let seconds_left = ends.millis_since(context.now).div_ceil(1_000);
                Err(self.refuse(QuotaLimit::PerDay { most, resets_at: ends, seconds_left }))
            }
            Take::Busy => Err(Problem::contended()),
        }
    }

    /// The record of the count, and its value: a new one if there is none, or if it is of an earlier quota.
    async fn load<E: Edge>(&self, context: &Context<'_, E>) -> Result<(Option<Box<GuardedRecord<LinkCount>>>, LinkCount), StoreError> {
        let was = GuardedRecord::<LinkCount>::load(context.edge.records(), &Key::link_count(&self.held.holder)).await?;
        let counts_from = self.held.quota.counts_from;
        let valid = was.as_ref().map(|was| was.value.clone()).filter(|count| count.counts_from >= counts_from);
        Ok((was, valid.unwrap_or_else(|| LinkCount::new(counts_from))))
    }

    async fn save<E: Edge>(
        &self,
        context: &Context<'_, E>,
        was: Option<&GuardedRecord<LinkCount>>,
        count: &LinkCount,
    ) -> Result<Written, Problem> {
        let change = GuardedRecord::put(was, Key::link_count(&self.held.holder), count, context.token()?)?;
        Ok(write(context.edge.records(), change).await?)
    }

    /// Counts the links of the user and stores the count, or stores its progress if the budget ends before.
    async fn count<E: Edge>(&self, context: &Context<'_, E>, user: &UserId, before: &LinkCount) -> Result<(), Problem> {
        let reserved = context.budget.reserve(cost_of_rewrite(context.edge.records()));
        let mut progress = before.begin_count(context.now);
        let is_complete = count_links(context, user, &mut progress).await?;
        drop(reserved);
        for _ in 0..MAX_EDIT_ATTEMPTS {
            // Other requests may have reserved places meanwhile.
            let (was, count) = self.load(context).await?;
            let count = if is_complete { count.counted(&progress, context.now) } else { count.counting(progress.clone()) };
            if self.save(context, was.as_deref(), &count).await? == Written::Done {
                if is_complete {
                    context.budget.begin_part();
                    return Ok(());
                }
                return Err(Problem::budget_exhausted(format!("{} links of {} were counted so far", progress.counted, user.as_str())));
            }
        }
        Err(Problem::contended())
    }

    async fn give_back<E: Edge>(&self, context: &Context<'_, E>, places: u64) -> Result<(), StoreError> {
        let records = context.edge.records();
        for _ in 0..MAX_EDIT_ATTEMPTS {
            let (was, count) = self.load(context).await?;
            let token = context.token().map_err(|error| StoreError::Unavailable(error.0))?;
            let count = count.give_back(places, context.now);
            let change = GuardedRecord::put(was.as_deref(), Key::link_count(&self.held.holder), &count, token)?;
            if write(records, change).await? == Written::Done {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable("the count of a quota kept changing".into()))
    }
}

/// Counts the index entries of the links of `user`, deleted ones included, from where `progress` is. Returns whether
/// all are counted. Every call counts one page at least.
async fn count_links<E: Edge>(context: &Context<'_, E>, user: &UserId, progress: &mut CountProgress) -> Result<bool, Problem> {
    let records = context.edge.records();
    for domain in domains(context).await? {
        if progress.past.as_ref().is_some_and(|past| domain <= *past) {
            continue;
        }
        loop {
            let prefix = Prefix::by_owner(&domain, user);
            let page = match records.scan(&prefix, progress.cursor.as_ref(), ENTRIES_AT_ONCE).await {
                Ok(page) => page,
                Err(StoreError::OverBudget { .. }) => return Ok(false),
                // The store has forgotten the position, so the next request begins anew.
                Err(StoreError::BadCursor) => {
                    (progress.counted, progress.past, progress.cursor) = (0, None, None);
                    return Ok(false);
                }
                Err(error) => return Err(error.into()),
            };
            // Edits may have left several entries of one link next to each other.
            let mut aliases: Vec<_> = page.keys.iter().map(index_entry::alias).collect();
            aliases.dedup();
            progress.counted = progress.counted.saturating_add(u64::try_from(aliases.len()).unwrap_or(u64::MAX));
            progress.cursor = page.next;
            if progress.cursor.is_none() {
                break;
            }
        }
        progress.past = Some(domain);
    }
    Ok(true)
}
