//! Deleting a user. From the first write on they are let in no more. Then their links are handed over, so many in one request as the edge allows;
//! whoever asks again goes on where the last request ended. Nothing is left but an id that says that they are gone.

use http::StatusCode;

use super::team::Owners;
use super::{find, is_in, look, save};
use crate::app::Context;
use crate::audit::Deed;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Problem, Refusal};
use crate::link::UserId;
use crate::links::{self, EDITS, Refused, Seen};
use crate::ports::{Edge, Facts};
use crate::records::Written;
use crate::response::Response;
use crate::user::{Heir, Standing, User};

/// `DELETE /api/v1/users/{user}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    id: &str,
    query: &str,
    facts: &impl Facts,
) -> Result<Response, Problem> {
    let seen = Seen::read(facts);
    let mut fields = Fields::query(query);
    let heir = fields.need("links_to", heir);
    if matches!(&heir, Some(Heir::User(heir)) if heir.as_str() == id) {
        fields.refuse("links_to", Refusal::new(FieldCode::Conflicts, "this is who is deleted"));
    }
    let heir = fields.finish(heir)?;
    let (kept, begins) = leave(context, proof, id, &heir, &seen).await?;
    let Standing::Leaving { past, .. } = &kept.standing else { return Err(Problem::crowded()) };
    let owner = match &heir {
        Heir::Nobody => None,
        Heir::User(heir) => Some(heir),
    };
    // What was written already counts as an edit.
    let edits = context.edge.traits().most_edits.saturating_sub(begins.into());
    let (now_past, is_done) = links::hand_over(context, proof, (&kept.id, owner), past.as_ref(), edits).await?;
    if is_done || now_past != *past {
        finish(context, proof, &kept.id, is_done, Standing::Leaving { heir, past: now_past }).await?;
    }
    if is_done { Ok(Response::empty(StatusCode::NO_CONTENT)) } else { Err(Problem::half_deleted()) }
}

/// Has the user be let in no more. They come back as they are then, and whether that was written now.
async fn leave<E: Edge>(context: &Context<'_, E>, proof: &Proof, id: &str, heir: &Heir, seen: &Seen) -> Result<(User, bool), Problem> {
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let was = find(context, id).await?;
        let mut is_leaving = false;
        if let Standing::Leaving { heir: known, .. } = &was.what.standing {
            proof.check_role(was.what.role)?;
            if known == heir {
                return Ok((was.what, false));
            }
            is_leaving = true;
        }
        let owners = Owners::look(context).await?;
        proof.check_role(owners.role_of(&was.what))?;
        // Who is leaving was what somebody had seen.
        match seen.check(was.what.version) {
            Err(Refused::For(problem)) if !is_leaving => return Err(problem),
            Err(Refused::UntilRead(problem)) if !is_leaving => {
                last = problem;
                continue;
            }
            _ => {}
        }
        if was.what.may_own {
            owners.check_another(&was.what.id)?;
            return Err(Problem::is_owner());
        }
        if let Heir::User(heir) = heir
            && !is_in(context, heir).await?
        {
            return Err(Problem::wrong_field("links_to", Refusal::invalid("this is no user of this deployment")));
        }
        let standing = Standing::Leaving { heir: heir.clone(), past: None };
        let user = User { standing, version: was.what.version.saturating_add(1), ..was.what.clone() };
        let deed = Deed::user("user.leave", &user.id).saying(format!("links to {}", name_of(heir)));
        if save(context, proof, Some(&was), &user, Some(deed)).await? == Written::Done {
            return Ok((user, true));
        }
    }
    Err(last)
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
        let version = was.what.version.saturating_add(1);
        let user = if is_done { was.what.gone() } else { User { standing: standing.clone(), version, ..was.what.clone() } };
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
