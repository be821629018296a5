//! The operation budget of a request: how many store operations it may use, as the vendor counts them.
//!
//! The meter ([`Metered`]) is between the core and the ports of an edge. Before each call it computes the most that
//! the call can cost ([`Records::operations`]), and rejects a call that does not fit: nothing is sent or written. For a
//! commit this is the cost of success. Undoing a commit after a conflict is charged afterwards, and is done as far as
//! operations are left.
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

/// The store operations of one request: the limit, and what was used of it.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u32,
    spent: Cell<u32>,
    /// Operations set aside for the tasks after the response.
    for_tasks: Cell<u32>,
    reserved: Cell<u32>,
    /// Operations left when the handler began.
    at_start: Cell<u32>,
    /// Operations used when the current part began.
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
        let (spent, for_tasks, reserved, part_began) = Default::default();
        Self { limit, spent, for_tasks, reserved, at_start: Cell::new(limit), part_began }
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

    /// Operations that the tasks after the response may use.
    pub(crate) fn left_for_tasks(&self) -> u32 {
        self.limit.saturating_sub(self.spent.get())
    }

    /// The budget that is usually left when the handler begins. `/capabilities` derives its limits from it.
    pub(crate) fn after_authentication(&self) -> Self {
        Self::new(self.limit.saturating_sub(OPERATIONS_BEFORE))
    }

    /// The same for a request that creates links, which takes a unit of a rate limit before.
    pub(crate) fn before_creation(&self, records: &impl Records) -> Self {
        let limited = records.operations(&StoreCall::Take { expires: true });
        Self::new(self.limit.saturating_sub(OPERATIONS_BEFORE).saturating_sub(limited))
    }

    /// Reserves operations for the last steps.
    pub(crate) fn reserve(&self, operations: u32) -> Reserved<'_> {
        self.reserved.set(self.reserved.get().saturating_add(operations));
        Reserved { budget: self, operations }
    }

    /// Sets operations aside for a task after the response, as far as any are left.
    pub(crate) fn leave_to_task(&self, operations: u32) {
        let operations = operations.min(self.left());
        self.for_tasks.set(self.for_tasks.get().saturating_add(operations));
    }

    /// Marks the start of a handler.
    pub(crate) fn begin(&self) {
        self.at_start.set(self.limit.saturating_sub(self.used()));
        self.begin_part();
    }

    /// Marks the start of one part of its work, such as an item of a batch.
    pub(crate) fn begin_part(&self) {
        self.part_began.set(self.used());
    }

    /// Whether the current part can use `operations` more. Called before its first write.
    pub(crate) fn fit(&self, operations: u32) -> Fit {
        let of_part = self.used().saturating_sub(self.part_began.get()).saturating_add(operations);
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
    fn largest_number_grows_with_the_budget() {
        let largest = |limit| Budget::new(limit).largest(100, |number| u32::from(number) * 3 + 1);
        assert_eq!([0, 3, 4, 6, 7, 31, 301, 1_000].map(largest), [1, 1, 1, 1, 2, 10, 100, 100]);
    }
}
