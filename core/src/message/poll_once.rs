//! Running a future without an executor. On Compute every store call blocks, so no future ever waits.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::message::problem::Problem;
use crate::message::response::Response;

/// Error: the future was not ready after one poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending;

impl From<Pending> for Response {
    fn from(_: Pending) -> Self {
        Self::problem(&Problem::internal("a future that must be ready at once was not"), "")
    }
}

/// Polls `future` once. It must be ready then.
///
/// # Errors
/// If the future is not ready, which is a bug in it.
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
    fn ready_future_returns_its_output() {
        assert_eq!(poll_once(async { 5 }), Ok(5));
    }

    #[test]
    fn pending_future_is_an_internal_error() {
        let pending = poll_once(std::future::pending::<()>()).unwrap_err();
        assert_eq!(Response::from(pending).status, http::StatusCode::INTERNAL_SERVER_ERROR);
    }
}
