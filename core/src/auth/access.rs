//! The access requirement of an endpoint.

use crate::model::rights::Right;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody, known or not. No credential is read.
    Anyone,
    /// Whoever has a valid credential.
    Identity,
    /// Whoever has this right.
    Right(Right),
}
