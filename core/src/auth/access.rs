//! The access requirement of an endpoint.

use crate::model::rights::Right;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Any caller. No credential is read.
    Anyone,
    /// Any caller with a valid credential.
    Identity,
    /// A signed-in user. A key has no session.
    SignedIn,
    /// The bootstrap admin.
    BootstrapAdmin,
    /// A caller with this right.
    Right(Right),
    /// A caller with this right, and any caller without a credential if the setting `HOP_PUBLIC_SHORTEN` is on.
    RightOrPublic(Right),
}
