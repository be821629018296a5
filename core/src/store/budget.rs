//! The operation budget of a request: how many store operations it may use, as the vendor counts them.
//!
//! The meter ([`Metered`]) is between the core and the ports of an edge. Before each call it computes the most that
//! the call can cost ([`Records::operations`]), and rejects a call that does not fit: nothing is sent or written. For a
//! commit this is the cost of success. Undoing a commit after a conflict is charged afterwards, and is done as far as
//! operations are left.
//!
//! Taking a unit of a limit is charged like any call, and what it did not use is refunded ([`Budget::settle_take`]).
//! Where units are tickets, a take usually costs one operation and sometimes more. Those more are extra operations:
//! whether a change fits any request is decided without them, so that no request is refused for good because its take
//! met a taken ticket.
//!
//! Work in many parts checks [`Budget::left`], stops early, and reserves the cost of its last steps
//! ([`Budget::reserve`]).

use std::cell::Cell;

use super::Change;
use super::ports::{Records, StoreCall};

mod count;
mod meter;

pub use self::count::{by_key, by_statement};
pub(crate) use self::meter::Metered;

/// Operations that a request usually uses before its handler: for the key, its owner, one issuer, the list of owners
/// and the domain.
const OPERATIONS_BEFORE: u32 = 5;

/// Operations that taking a unit of a limit usually uses.
pub(crate) const OPERATIONS_OF_A_TAKE: u32 = 1;

/// The store operations of one request: the limit, and what was used of it.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u32,
    spent: Cell<u32>,
    /// Operations set aside for the tasks after the response.
    for_tasks: Cell<u32>,
    reserved: Cell<u32>,
    /// Operations that takes of units used beyond the usual one.
    extra: Cell<u32>,
    /// Operations left when the handler began, without extra ones.
    at_start: Cell<u32>,
    /// Operations used when the current part began, without extra ones.
    part_began: Cell<u32>,
}

/// A reservation of operations until this is dropped.
#[must_use = "the operations are free again once this is dropped"]
pub(crate) struct Reserved<'b> {
    budget: &'b Budget,
    operations: u32,
}

/// Whether a change fits the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It fits this request.
    Now,
    /// It fits another request, which does nothing else.
    InAnotherRequest,
    /// It fits no request.
    Never {
        /// How many operations too many it costs.
        excess: u32,
    },
}

impl Budget {
    pub(crate) fn new(limit: u32) -> Self {
        let (spent, for_tasks, reserved, extra, part_began) = Default::default();
        Self { limit, spent, for_tasks, reserved, extra, at_start: Cell::new(limit), part_began }
    }

    /// Operations that the deployment gives each request.
    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// Operations that may still be used: those that are not spent, set aside or reserved.
    pub(crate) fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used()).saturating_sub(self.reserved.get())
    }

    /// Operations spent or set aside for tasks.
    fn used(&self) -> u32 {
        self.spent.get().saturating_add(self.for_tasks.get())
    }

    /// The same without extra ones: what another request with the same work usually has used.
    fn usually_used(&self) -> u32 {
        self.used().saturating_sub(self.extra.get())
    }

    /// The budget of a request that has done the same, with the operations that are usually left to it.
    pub(crate) fn usually_left(&self) -> Self {
        Self::new(self.left().saturating_add(self.extra.get()))
    }

    /// Operations that the tasks after the response may use.
    pub(crate) fn left_for_tasks(&self) -> u32 {
        self.limit.saturating_sub(self.spent.get())
    }

    /// The budget that is usually left when the handler begins. `/capabilities` derives its limits from it.
    pub(crate) fn after_authentication(&self) -> Self {
        Self::new(self.limit.saturating_sub(OPERATIONS_BEFORE))
    }

    /// The same for a request that creates links, which takes a unit of a rate limit before.
    pub(crate) fn before_creation(&self) -> Self {
        Self::new(self.limit.saturating_sub(OPERATIONS_BEFORE).saturating_sub(OPERATIONS_OF_A_TAKE))
    }

    /// Reserves operations for the last steps.
    pub(crate) fn reserve(&self, operations: u32) -> Reserved<'_> {
        self.reserved.set(self.reserved.get().saturating_add(operations));
        Reserved { budget: self, operations }
    }

    /// Reserves operations until they are released, for last steps that outlive the scope which needs them.
    pub(crate) fn hold(&self, operations: u32) {
        self.reserved.set(self.reserved.get().saturating_add(operations));
    }

    /// Releases operations that were held.
    pub(crate) fn release(&self, operations: u32) {
        self.reserved.set(self.reserved.get().saturating_sub(operations));
    }

    /// Sets operations aside for a task after the response, as far as any are left.
    pub(crate) fn leave_to_task(&self, operations: u32) {
        let operations = operations.min(self.left());
        self.for_tasks.set(self.for_tasks.get().saturating_add(operations));
    }

    /// Marks the start of a handler.
    pub(crate) fn begin(&self) {
        self.at_start.set(self.limit.saturating_sub(self.usually_used()));
        self.begin_part();
    }

    /// Marks the start of one part of its work, such as an item of a batch.
    pub(crate) fn begin_part(&self) {
        self.part_began.set(self.usually_used());
    }

    /// Whether the current part can use `operations` more. Called before its first write. Extra operations of takes
    /// decide whether it fits this request, but not whether it fits any.
    pub(crate) fn fit(&self, operations: u32) -> Fit {
        let of_part = self.usually_used().saturating_sub(self.part_began.get()).saturating_add(operations);
        match of_part.saturating_add(self.reserved.get()).checked_sub(self.at_start.get()).filter(|excess| *excess > 0) {
            Some(excess) => Fit::Never { excess },
            None if operations > self.left() => Fit::InAnotherRequest,
            None => Fit::Now,
        }
    }

    /// The largest number up to `most` whose cost is at most what is left; at least 1, so that a list always
    /// advances.
    pub(crate) fn largest(&self, most: u16, operations: impl Fn(u16) -> u32) -> u16 {
        (1..=most).rev().find(|number| operations(*number) <= self.left()).unwrap_or(1)
    }

    fn spend(&self, operations: u32) {
        self.spent.set(self.spent.get().saturating_add(operations));
    }

    /// Settles a take that was charged `most` operations and used `used`: the difference is free again, and what it
    /// used beyond the usual one is extra.
    fn settle_take(&self, most: u32, used: u32) {
        self.spent.set(self.spent.get().saturating_sub(most.saturating_sub(used)));
        self.extra.set(self.extra.get().saturating_add(used.saturating_sub(OPERATIONS_OF_A_TAKE)));
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let reserved = &self.budget.reserved;
        reserved.set(reserved.get().saturating_sub(self.operations));
    }
}

/// Cost of reading a record and writing it with nothing beside it.
pub(crate) fn cost_of_rewrite(records: &impl Records) -> u32 {
    records.operations(&StoreCall::Get).saturating_add(records.operations(&StoreCall::Write))
}

/// Cost of `change` if it is made.
pub(crate) fn cost_of_change(records: &impl Records, change: &Change) -> u32 {
    records.operations(&StoreCall::Commit(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_operations_are_released_on_drop() {
        let budget = Budget::new(10);
        budget.spend(3);
        let reserved = budget.reserve(2);
        assert_eq!((budget.left(), budget.left_for_tasks()), (5, 7));
        drop(reserved);
        assert_eq!(budget.left(), 7);
        budget.leave_to_task(4);
        assert_eq!((budget.left(), budget.left_for_tasks()), (3, 7));
        budget.leave_to_task(9);
        assert_eq!((budget.left(), budget.left_for_tasks()), (0, 7));
    }

    #[test]
    fn part_fits_now_later_or_never() {
        let budget = Budget::new(20);
        budget.spend(4);
        budget.begin();
        budget.spend(6);
        assert_eq!(budget.fit(10), Fit::Now);
        assert_eq!(budget.fit(11), Fit::Never { excess: 1 });
        budget.begin_part();
        assert_eq!(budget.fit(10), Fit::Now);
        assert_eq!(budget.fit(11), Fit::InAnotherRequest);
        assert_eq!(budget.fit(16), Fit::InAnotherRequest);
        assert_eq!(budget.fit(18), Fit::Never { excess: 2 });
        let _reserved = budget.reserve(3);
        assert_eq!(budget.fit(7), Fit::Now);
        assert_eq!(budget.fit(8), Fit::InAnotherRequest);
        assert_eq!(budget.fit(14), Fit::Never { excess: 1 });
    }

    #[test]
    fn unlucky_take_postpones_work_but_never_refuses_it() {
        let (lucky, unlucky) = (Budget::new(20), Budget::new(20));
        for (budget, used) in [(&lucky, 1), (&unlucky, 4)] {
            budget.spend(4);
            budget.settle_take(4, used);
            budget.begin();
        }
        assert_eq!((lucky.left(), unlucky.left()), (19, 16));
        assert_eq!([16, 17, 19, 20].map(|operations| lucky.fit(operations)), [Fit::Now, Fit::Now, Fit::Now, Fit::Never { excess: 1 }]);
        let later = Fit::InAnotherRequest;
        assert_eq!([16, 17, 19, 20].map(|operations| unlucky.fit(operations)), [Fit::Now, later, later, Fit::Never { excess: 1 }]);
        // The same within a handler: the part has used one operation and three extra ones.
        lucky.spend(4);
        lucky.settle_take(4, 4);
        assert_eq!([15, 16, 18, 19].map(|operations| lucky.fit(operations)), [Fit::Now, later, later, Fit::Never { excess: 1 }]);
        assert_eq!(lucky.usually_left().left(), 18);
    }

    #[test]
    fn largest_number_grows_with_the_budget() {
        let largest = |limit| Budget::new(limit).largest(100, |number| u32::from(number) * 3 + 1);
        assert_eq!([0, 3, 4, 6, 7, 31, 301, 1_000].map(largest), [1, 1, 1, 1, 2, 10, 100, 100]);
    }
}
