//! What an endpoint asks of whoever calls it.

use crate::model::rights::Right;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody, known or not. No credential is read.
    Anyone,
    /// Anybody hop knows.
    Identity,
    /// Whoever has this right.
    Right(Right),
}
