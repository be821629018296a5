//! The user of a one-time token.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::user::{OneTimeToken, PresentedToken, TokenPurpose, User};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key};

/// Parses a one-time token as a caller sends it.
pub(super) fn parse(purpose: TokenPurpose, text: &str) -> Result<PresentedToken, Problem> {
    PresentedToken::parse(purpose, text).ok_or_else(|| Problem::wrong_token().because("the one-time token is malformed"))
}

/// The active user with this token, which `pending` finds in their record.
pub(super) async fn find_user<E: Edge>(
    context: &Context<'_, E>,
    token: &PresentedToken,
    pending: impl Fn(&User) -> Option<&OneTimeToken>,
) -> Result<Box<GuardedRecord<User>>, Problem> {
    let user = GuardedRecord::<User>::load(context.edge.records(), &Key::user(&token.user)).await?;
    let is_theirs = |user: &User| {
        let pending = pending(user).filter(|_| user.is_active());
        pending.is_some_and(|pending| token.is(pending, context.config.peppers(), context.now))
    };
    let refused = || Problem::wrong_token().because(format!("{} has no such token", token.user.as_str()));
    user.filter(|user| is_theirs(&user.value)).ok_or_else(refused)
}
