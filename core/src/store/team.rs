//! Who owns the deployment, and whose an address is.

use crate::model::link::UserId;

/// Who owns the deployment: one record, so that of two owners who leave at once one sees that nobody would be left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Team {
    /// Sorted, each once.
    pub(crate) owners: Vec<UserId>,
}

/// Who has claimed an address.
#[derive(Clone, Debug)]
pub(crate) struct EmailClaim {
    pub(crate) by: UserId,
}
