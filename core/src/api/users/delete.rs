//! Deleting a user. From the first write on they are let in no more. Then their links are handed over, as many in one
//! request as the operation budget allows: the next request goes on where the last one ended. Nothing is left but an id
//! that says that they are gone.

use http::StatusCode;

use super::edit::{Said, Step, Wish, edit};
use super::team::Owners;
use super::{look, save};
use crate::api::audit::Deed;
use crate::api::links;
use crate::auth::{Proof, is_in};
use crate::context::Context;
use crate::message::body::{Fields, Tree};
use crate::message::preconditions::{Refused, Seen};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::field_error::{FieldCode, Refusal};
use crate::model::link::UserId;
use crate::model::user::{Heir, Standing, User};
use crate::store::budget::cost_of_rewrite;
use crate::store::ports::{Edge, Facts};
use crate::store::{EDITS, Written};

/// Of the line of the audit that says that the user is gone.
const OPERATIONS_OF_A_NOTE: u32 = 1;

/// `DELETE /api/v1/users/{user}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    id: &str,
    query: &str,
    facts: &impl Facts,
) -> Result<Response, Problem> {
    let seen = Seen::read(facts);
    let heir = taken_over_by(id, query)?;
    let user = leave(context, proof, id, &heir, &seen).await?;
    let Standing::Leaving { past, .. } = &user.standing else { return Err(Problem::crowded()) };
    let owner = match &heir {
        Heir::Nobody => None,
        Heir::User(heir) => Some(heir),
    };
    // How far it came is written down.
    let finishing = context.budget.reserve(cost_of_rewrite(context.edge.records()).saturating_add(OPERATIONS_OF_A_NOTE));
    let (now_past, is_done) = links::hand_over(context, proof, (&user.id, owner), past.as_ref()).await?;
    drop(finishing);
    if is_done || now_past != *past {
        finish(context, proof, &user.id, is_done, Standing::Leaving { heir, past: now_past }).await?;
    }
    if is_done { Ok(Response::empty(StatusCode::NO_CONTENT)) } else { Err(Problem::half_deleted()) }
}

/// Who takes over the links of the user `id`, as an address says.
fn taken_over_by(id: &str, query: &str) -> Result<Heir, Problem> {
    let mut fields = Fields::query(query);
    let heir = fields.need("links_to", heir);
    if matches!(&heir, Some(Heir::User(heir)) if heir.as_str() == id) {
        fields.refuse("links_to", Refusal::new(FieldCode::Conflicts, "this is who is deleted"));
    }
    fields.finish(heir)
}

/// Has the user be let in no more. They come back as they are then.
async fn leave<E: Edge>(context: &Context<'_, E>, proof: &Proof, id: &str, heir: &Heir, seen: &Seen) -> Result<User, Problem> {
    let takes_over = match heir {
        Heir::Nobody => true,
        Heir::User(heir) => is_in(context, heir).await?,
    };
    let wish = edit(context, proof, id, &|was, owners| left(proof, was, owners, seen, (heir, takes_over))).await?;
    Ok(wish.user)
}

/// The user as one who is let in no more and whose links go to `heir`, if that is one who takes them over.
fn left<'a>(proof: &Proof, was: &'a User, owners: &Owners, seen: &Seen, (heir, takes_over): (&Heir, bool)) -> Result<Said<'a>, Refused> {
    let role = owners.role_of(was);
    proof.check_role(role)?;
    match &was.standing {
        Standing::Leaving { heir: known, .. } if known == heir => {
            return Ok((Wish { user: was.clone(), role, step: Step::Nothing }, None));
        }
        // Who is leaving was what somebody had seen.
        Standing::Leaving { .. } => {}
        Standing::In | Standing::Disabled | Standing::Gone => seen.check(was.version)?,
    }
    if was.may_own {
        owners.check_another(&was.id)?;
        return Err(Problem::is_owner().into());
    }
    if !takes_over {
        return Err(Problem::wrong_field("links_to", Refusal::invalid("this is no user of this deployment")).into());
    }
    let mut user = was.next();
    user.standing = Standing::Leaving { heir: heir.clone(), past: None };
    let deed = Deed::user("user.leave", &was.id).saying(["links to ", name_of(heir)].concat());
    Ok((Wish { user, role, step: Step::Write }, Some(deed)))
}

/// Has nothing be left of a user whose links are handed over, or else writes down how far that has come. A record that does not say that they are
/// leaving was read too early.
async fn finish<E: Edge>(context: &Context<'_, E>, proof: &Proof, id: &UserId, is_done: bool, standing: Standing) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let Some(was) = look(context, id).await? else { continue };
        match was.what.standing {
            Standing::Leaving { .. } => {}
            Standing::Gone => return Ok(()),
            Standing::In | Standing::Disabled => continue,
        }
        let mut user = if is_done { was.what.gone() } else { was.what.next() };
        if !is_done {
            user.standing = standing.clone();
        }
        let deed = is_done.then(|| Deed::user("user.delete", id));
        if save(context, proof, Some(&was), &user, deed).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}

fn heir(tree: Tree) -> Result<Heir, Refusal> {
    let text = tree.text()?;
    if text == "none" { Ok(Heir::Nobody) } else { UserId::parse(text).map(Heir::User) }
}

fn name_of(heir: &Heir) -> &str {
    match heir {
        Heir::Nobody => "none",
        Heir::User(heir) => heir.as_str(),
    }
}
