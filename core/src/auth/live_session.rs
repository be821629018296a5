//! Live sessions: the session, its user and their current role, read together.

use super::Authorized;
use super::credential::role_in;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::session::{GenerationMatch, Session, SessionId};
use crate::model::user::User;
use crate::store::ports::{Edge, Records as _};
use crate::store::{GuardedRecord, Key, Team};

/// A session that has not ended, of a user who is active.
pub(crate) struct LiveSession {
    pub(crate) session: Box<GuardedRecord<Session>>,
    pub(crate) user: Box<GuardedRecord<User>>,
    pub(crate) role: Role,
}

/// The live session of a signed-in caller.
pub(crate) async fn live_session<E: Edge>(context: &Context<'_, E>, authorized: &Authorized) -> Result<LiveSession, Problem> {
    let (Some(user), Some(session)) = (authorized.user(), authorized.session()) else { return Err(Problem::no_session()) };
    LiveSession::load(context, user, session, Problem::wrong_credentials).await
}

impl LiveSession {
    /// Loads a session with its user. The problem is `refused()` if it has ended, or 503 if the store may not show it
    /// yet.
    pub(super) async fn load<E: Edge>(
        context: &Context<'_, E>,
        user: &UserId,
        id: &SessionId,
        refused: impl Fn() -> Problem,
    ) -> Result<Self, Problem> {
        let records = context.edge.records();
        let mut found = records.get_many(&[Key::session(user, id), Key::user(user)]).await?.into_iter();
        let (session, user_record) = (found.next().flatten(), found.next().flatten());
        let session = session.as_ref().map(GuardedRecord::<Session>::decode).transpose()?;
        let because = |why: &str| format!("session {} of {}: {why}", id.as_str(), user.as_str());
        let Some(session) = session else {
            return Err(if id.may_be_missed(context.now) {
                Problem::late_session(because("it is new and was not found"))
            } else {
                refused().because(because("there is no such session"))
            });
        };
        let user = user_record.as_ref().map(GuardedRecord::<User>::decode).transpose()?;
        // A new session may be read with its user as they were before.
        let is_new = id.may_be_missed(context.now);
        let user = match user {
            Some(user) if user.value.may_sign_in() => user,
            Some(user) if user.value.is_active() && is_new => {
                return Err(Problem::late_session(because("it is new, and its user has no password")));
            }
            _ => return Err(refused().because(because("its user is not active"))),
        };
        if session.value.has_ended(context.now) {
            return Err(refused().because(because("it has ended")));
        }
        match session.value.in_generation(&user.value.session_generation) {
            GenerationMatch::Current => {}
            GenerationMatch::Ended => return Err(refused().because(because("the sessions of its user were ended"))),
            GenerationMatch::LateRead => return Err(Problem::late_session(because("the record of its user is older"))),
        }
        let team = if user.value.may_own { GuardedRecord::<Team>::load(records, &Key::team()).await? } else { None };
        let role = role_in(team.as_deref(), &user.value);
        Ok(Self { session, user, role })
    }
}
