//! The operation budget of a request: how many store operations it may use, as the vendor counts them.
//!
//! The meter ([`Metered`]) stands between the core and the ports of an edge. It knows before each call what the call
//! takes at most ([`Records::operations`]), and refuses one that does not fit: nothing is sent, nothing is written.
//! Work in many parts asks [`Budget::left`] and stops early, and holds back what its last steps take ([`Budget::reserve`]).

use std::cell::Cell;

use super::Change;
use super::ports::{Call, Records};

mod count;
mod meter;

pub use self::count::{by_key, by_statement};
pub(crate) use self::meter::Metered;

/// What a request takes, as a rule at most, before it comes to its work: the key, its owner, an issuer, the owners and the domain.
const OPERATIONS_BEFORE: u32 = 5;

/// What a request may still use.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u32,
    spent: Cell<u32>,
    /// What is left to the tasks after the response.
    for_tasks: Cell<u32>,
    reserved: Cell<u32>,
    /// What the handler found left when it began.
    at_start: Cell<u32>,
    /// What had been used when the present part of the work began.
    part_began: Cell<u32>,
}

/// Operations that are held back until it is dropped.
#[must_use = "what is held back is free again once this is dropped"]
pub(crate) struct Reserved<'b> {
    budget: &'b Budget,
    operations: u32,
}

/// How a change stands with the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It fits.
    Now,
    /// It fits a request that has nothing else to do.
    InAnotherRequest,
    /// No request can make it: it takes so many operations too many.
    Never {
        /// How many.
        excess: u32,
    },
}

impl Budget {
    pub(crate) fn new(limit: u32) -> Self {
        let (spent, for_tasks, reserved, part_began) = Default::default();
        Self { limit, spent, for_tasks, reserved, at_start: Cell::new(limit), part_began }
    }

    /// What the deployment gives each request.
    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// How many operations may still be used, apart from those that are held back.
    pub(crate) fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used()).saturating_sub(self.reserved.get())
    }

    /// What was spent or left to tasks.
    fn used(&self) -> u32 {
        self.spent.get().saturating_add(self.for_tasks.get())
    }

    /// What the tasks after the response have.
    pub(crate) fn left_for_tasks(&self) -> u32 {
        self.limit.saturating_sub(self.spent.get())
    }

    /// What is left to the work of a request as a rule at least: by this the sizes are told that a deployment takes.
    pub(crate) fn announced(&self) -> Self {
        Self::new(self.limit.saturating_sub(OPERATIONS_BEFORE))
    }

    /// Holds operations back for what comes last.
    pub(crate) fn reserve(&self, operations: u32) -> Reserved<'_> {
        self.reserved.set(self.reserved.get().saturating_add(operations));
        Reserved { budget: self, operations }
    }

    /// Leaves operations to a task after the response, as far as there are any.
    pub(crate) fn leave_to_task(&self, operations: u32) {
        let operations = operations.min(self.left());
        self.for_tasks.set(self.for_tasks.get().saturating_add(operations));
    }

    /// Marks where a handler begins.
    pub(crate) fn begin(&self) {
        self.at_start.set(self.limit.saturating_sub(self.used()));
        self.begin_part();
    }

    /// Marks where one of the parts of its work begins, such as an item of a batch.
    pub(crate) fn begin_part(&self) {
        self.part_began.set(self.used());
    }

    /// Whether this part of the work can go on with so many operations. It is asked before the first write of a part.
    pub(crate) fn fit(&self, operations: u32) -> Fit {
        let of_part = self.used().saturating_sub(self.part_began.get()).saturating_add(operations);
        match of_part.saturating_add(self.reserved.get()).checked_sub(self.at_start.get()).filter(|excess| *excess > 0) {
            Some(excess) => Fit::Never { excess },
            None if operations > self.left() => Fit::InAnotherRequest,
            None => Fit::Now,
        }
    }

    /// The largest number up to `most` that leads to no more operations than are left; 1 at least, so that no list stands still.
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

/// What it takes to read a record and to write it with nothing beside it.
pub(crate) fn of_rewrite(records: &impl Records) -> u32 {
    records.operations(&Call::Get).saturating_add(records.operations(&Call::Write))
}

/// What `change` takes if it is made.
pub(crate) fn of_change(records: &impl Records, change: &Change) -> u32 {
    records.operations(&Call::Commit(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_operations_are_free_again_when_dropped() {
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
    fn a_part_fits_now_later_or_never() {
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
    fn sizes_grow_with_the_budget_and_are_never_zero() {
        let largest = |limit| Budget::new(limit).largest(100, |number| u32::from(number) * 3 + 1);
        assert_eq!([0, 3, 4, 6, 7, 31, 301, 1_000].map(largest), [1, 1, 1, 1, 2, 10, 100, 100]);
    }
}
