//! The team record (the owners of the deployment), and claims to e-mail addresses.

use crate::model::link::UserId;

/// The owners of the deployment. It is one record, so that when two owners leave at the same time, one of them gets a
/// conflict.
#[derive(Clone, Debug, Default)]
pub(crate) struct Team {
    /// The owners, sorted, without duplicates.
    pub(crate) owners: Vec<UserId>,
}

/// The claim of a user to an e-mail address.
#[derive(Clone, Debug)]
pub(crate) struct EmailClaim {
    pub(crate) by: UserId,
}
