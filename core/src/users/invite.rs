//! Inviting a user again. The invitation before holds no more.

use super::team::role_of;
use super::{find, save, wire};
use crate::app::Context;
use crate::audit::Deed;
use crate::auth::Proof;
use crate::body::Fields;
use crate::error::Problem;
use crate::links::EDITS;
use crate::ports::Edge;
use crate::records::Written;
use crate::response::Response;
use crate::user::{Invitation, Standing, User};

/// `POST /api/v1/users/{user}/invite`
pub(crate) async fn invite<E: Edge>(context: &Context<'_, E>, proof: &Proof, id: &str, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    for _ in 0..EDITS {
        let was = find(context, id).await?;
        let role = role_of(context, &was.what).await?;
        proof.check_role(role)?;
        if was.what.standing != Standing::In || was.what.last_login_at.is_some() {
            return Err(Problem::user_state("Only who is let in and has not signed in yet is invited."));
        }
        let (invitation, token) = Invitation::draw(context.edge, context.pepper()?, &was.what.id, context.now)?;
        let user = User { invitation: Some(invitation), version: was.what.version.saturating_add(1), ..was.what.clone() };
        if save(context, proof, Some(&was), &user, Some(Deed::user("user.invite", &user.id))).await? == Written::Done {
            return wire::invited(&user, role, &token);
        }
    }
    Err(Problem::crowded())
}
