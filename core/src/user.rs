//! Users: the people links and keys belong to.

use crate::auth::rights::Role;
use crate::key::Mark;
use crate::link::UserId;
use crate::text::Title;
use crate::time::Timestamp;

/// An address mail reaches somebody at, folded: no two users have one that differs in capitals only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    /// An address hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who gets the links of a user that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heir {
    Nobody,
    User(UserId),
}

/// How a user stands with the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They are one of us.
    In,
    /// They are let in no more, until an admin says otherwise.
    Disabled,
    /// Their links are on their way to somebody else, and then nothing of them is left.
    Leaving(Heir),
    /// Nothing is left but the id.
    Gone,
}

/// An invitation that was not taken up: what is kept of its token, and how long it holds.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) mark: Mark,
    pub(crate) expires_at: Timestamp,
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// Nothing for one that is gone.
    pub(crate) email: Option<Email>,
    pub(crate) name: Option<Title>,
    /// What they are, if they are no owner.
    pub(crate) role: Role,
    /// Whether the team may name them as an owner: nobody is one of whom this does not say so.
    pub(crate) may_own: bool,
    pub(crate) standing: Standing,
    /// Until they have taken it up.
    pub(crate) invitation: Option<Invitation>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_login_at: Option<Timestamp>,
    pub(crate) version: u64,
}
