//! The state of an isolate, which is kept from request to request: the memo and the click buffer. On Compute each
//! request has an isolate of its own.

use std::sync::{Mutex, PoisonError};

use crate::stats::ClickBuffer;
use crate::store::memo::{Memo, MemoValue};

/// The state of an isolate. A poisoned lock is ignored: every update leaves memo and buffer consistent.
pub(crate) struct Isolate {
    memo: Mutex<Memo<MemoValue>>,
    clicks: Mutex<ClickBuffer>,
}

impl Isolate {
    pub(crate) fn new() -> Self {
        Self { memo: Mutex::new(Memo::new()), clicks: Mutex::default() }
    }

    /// Runs `access` on the memo, under its lock.
    pub(crate) fn memo<T>(&self, access: impl FnOnce(&mut Memo<MemoValue>) -> T) -> T {
        access(&mut self.memo.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `access` on the click buffer, under its lock.
    pub(crate) fn clicks<T>(&self, access: impl FnOnce(&mut ClickBuffer) -> T) -> T {
        access(&mut self.clicks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
