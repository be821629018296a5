//! What can go wrong in a store, and at which of its steps.

/// One step of a store's work, at which it may be late, fail or die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreStep {
    /// One record is read.
    Get,
    /// Several are.
    GetMany,
    /// Keys are listed.
    Scan,
    /// A hint is about to be written, before its record.
    AddEntry,
    /// The guarded record is about to be written.
    Write,
    /// A hint is about to be dropped, after its record was written or refused.
    RemoveKey,
    /// Everything was done and the answer is on its way.
    Answer,
}

impl StoreStep {
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::GetMany | Self::Scan)
    }
}

/// What goes wrong at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The store dies before the step: what was done before stays, what would follow is not done, the caller gets an
    /// error.
    Fail,
    /// It takes its time: the future is pending this many times, and others may go first.
    Late(u8),
    /// The same, but what a read answers was true before the wait.
    LateAnswer(u8),
    /// A read answers with the value before the latest one, a scan as if each key's latest change had not reached it
    /// yet.
    Stale,
}

/// Decides what goes wrong.
pub trait Faults: Send {
    /// What goes wrong at the step that comes now.
    fn next(&mut self, step: StoreStep) -> Fault;
}

/// Nothing ever does.
#[derive(Debug)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn next(&mut self, _step: StoreStep) -> Fault {
        Fault::None
    }
}
