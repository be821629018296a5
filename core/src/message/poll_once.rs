//! Running a future that never waits: on Compute every store call answers before it returns.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::message::problem::Problem;
use crate::message::response::Response;

/// A future that was promised not to wait did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending;

impl From<Pending> for Response {
    fn from(_: Pending) -> Self {
        Self::problem(&Problem::internal("a future that was promised to be ready was not"), "")
    }
}

/// Polls `future` once. It must be ready then.
///
/// # Errors
/// When it is not, which is a fault of whoever wrote it.
pub fn poll_once<F: Future>(future: F) -> Result<F::Output, Pending> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(Pending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_is_ready_gives_its_output() {
        assert_eq!(poll_once(async { 5 }), Ok(5));
    }

    #[test]
    fn a_future_that_waits_is_a_fault() {
        let pending = poll_once(std::future::pending::<()>()).unwrap_err();
        assert_eq!(Response::from(pending).status, http::StatusCode::INTERNAL_SERVER_ERROR);
    }
}
