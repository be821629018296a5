//! Claims on addresses: records that say who has an address, under names that only the pepper can make. One address has one user:
//!
//! * A creation first claims the address under every pepper there is, the old one first, and then inserts the user's record. That insertion makes
//!   the user. The order is fixed. While a pepper is changed most users are claimed under the old one, so a refused creation leaves no claim. Only
//!   one that is refused by a user made where the old pepper was unknown leaves a claim under the old one, which is free for the next.
//! * A claim is free if its user is gone. Whoever meets one whose user has no record inserts a record that says so: of the two insertions the store
//!   takes one, so either the creation was given up or the address is taken.
//! * A user keeps the name of their claim. Once that is not the one the pepper makes, whoever reads them claims their address anew.
//!
//! So while one pepper takes the place of another, isolates that know the old one, both, or the new one share a claim with those just before and just
//! after them. Once the old one is unknown, an address that was not claimed anew reads as free.

use super::load;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::user::{Email, User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{EDITS, EmailClaim, GuardedRecord, Key, Written, write};

/// How often a claim is looked at whose user has no record, before their creation is given up.
const PATIENCE: usize = EDITS / 2;

/// Claims `email` for the user `id`, who is about to be created. False if it is taken.
pub(super) async fn claim<E: Edge>(context: &Context<'_, E>, id: &UserId, email: &Email) -> Result<bool, Problem> {
    let (name, old_name) = context.under_each_pepper(|pepper| email.claim_name(pepper))?;
    for name in old_name.iter().chain([&name]) {
        if !claim_as(context, id, name).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Claims the address of a user anew if it is claimed under another pepper. If that fails, whoever reads them next tries again.
pub(super) async fn renew<E: Edge>(context: &Context<'_, E>, user: &GuardedRecord<User>) {
    if let Err(problem) = try_renew(context, user).await {
        context.log_cause(&problem);
    }
}

async fn try_renew<E: Edge>(context: &Context<'_, E>, was: &GuardedRecord<User>) -> Result<(), Problem> {
    let (Some(email), Ok(pepper)) = (&was.value.email, context.pepper()) else { return Ok(()) };
    let name = email.claim_name(pepper);
    if was.value.claim.as_ref() == Some(&name) {
        return Ok(());
    }
    let id = &was.value.id;
    if !claim_as(context, id, &name).await? {
        return Err(Problem::internal(format!("the address of {} is claimed by another user", id.as_str())));
    }
    let user = User { claim: Some(name), ..was.value.clone() };
    // Somebody else may have changed them meanwhile: then it is for the next to do.
    write(context.edge.records(), GuardedRecord::put(Some(was), Key::user(id), &user, context.token()?)?).await?;
    Ok(())
}

/// Has the claim `name` be that of `id`, unless it is that of somebody who is not gone.
async fn claim_as<E: Edge>(context: &Context<'_, E>, id: &UserId, name: &str) -> Result<bool, Problem> {
    let (records, key) = (context.edge.records(), Key::email(name));
    for number in 0..EDITS {
        let was = GuardedRecord::<EmailClaim>::load(records, &key).await?;
        if let Some(was) = &was {
            if was.value.by == *id {
                return Ok(true);
            }
            match standing(context, &was.value.by, number < PATIENCE).await? {
                Some(UserStatus::Deleted) => {}
                Some(_) => return Ok(false),
                None => continue,
            }
        }
        let change = GuardedRecord::put(was.as_deref(), key.clone(), &EmailClaim { by: id.clone() }, context.token()?)?;
        if write(records, change).await? == Written::Done {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How the user who claims an address stands. Nothing if they have no record yet, or one that is too new to be read; whoever is not `patient` has such
/// a creation given up.
async fn standing<E: Edge>(context: &Context<'_, E>, by: &UserId, is_patient: bool) -> Result<Option<UserStatus>, Problem> {
    match load(context, by).await? {
        Some(user) => Ok(Some(user.value.standing)),
        None if is_patient => Ok(None),
        None => {
            let given_up = GuardedRecord::put(None, Key::user(by), &User::tombstone(by.clone(), context.now), context.token()?)?;
            let written = write(context.edge.records(), given_up).await?;
            Ok((written == Written::Done).then_some(UserStatus::Deleted))
        }
    }
}
