//! Fault injection: what can fail in the memory store, and at which step.

/// A step of a store operation, at which a fault can be injected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreStep {
    /// Reading one record.
    Get,
    /// Reading several records.
    GetMany,
    /// Listing keys.
    Scan,
    /// Before writing an index entry, an attachment or an audit event.
    AddEntry,
    /// Before writing the guarded record.
    Write,
    /// Before removing a key, after the record was written or the commit ended in a conflict.
    RemoveKey,
    /// After everything was written, before the caller gets the answer.
    Answer,
}

impl StoreStep {
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::GetMany | Self::Scan)
    }
}

/// A fault at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No fault.
    None,
    /// A crash before the step: earlier steps are kept, later steps are not done, and the caller gets an error.
    Fail,
    /// A delay before the step: the future is pending this many times, so other tasks may run first.
    Late(u8),
    /// The same, but a read returns the state before the delay.
    LateAnswer(u8),
    /// A stale read: the state before the latest write of each key.
    Stale,
}

/// Chooses the faults.
pub trait Faults: Send {
    /// The fault at the next step.
    fn next(&mut self, step: StoreStep) -> Fault;
}

/// No faults.
#[derive(Debug)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn next(&mut self, _step: StoreStep) -> Fault {
        Fault::None
    }
}
