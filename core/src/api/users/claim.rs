//! Claims on e-mail addresses: records that map an address to its user. Their names are HMACs under the pepper. One
//! address has one user:
//!
//! * A creation first claims the address under every configured pepper, the old one first, and then inserts the user's
//!   record. That insertion creates the user. The order is fixed: during a rotation most claims are under the old
//!   pepper, so a refused creation leaves no claim. One exception: the address belongs to a user who was created by an
//!   isolate without the old pepper. Then the refused creation leaves a claim under the old one, which counts as free.
//! * A claim is free if its user is deleted. If its user has no record, their creation is under way or has crashed. A
//!   record marked as deleted is then inserted in its place. The store accepts only one of the two insertions: either
//!   the creation is given up, or the address is taken.
//! * A user's record holds the name of its claim. When the current pepper yields another name, reading the user renews
//!   the claim.
//!
//! During a rotation, isolates that know the old pepper, both, or the new one share a claim with the phases before and
//! after theirs. Once the old pepper is removed, an address whose claim was not renewed counts as free.

use super::load;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::user::{Email, User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{EmailClaim, GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written, write};

/// Number of loads of a claim whose user has no record, before their creation is given up.
const LOADS_BEFORE_GIVING_UP: usize = MAX_EDIT_ATTEMPTS / 2;

/// Claims `email` for the user `id`, who is about to be created. Returns false if it is taken.
pub(in crate::api) async fn claim<E: Edge>(context: &Context<'_, E>, id: &UserId, email: &Email) -> Result<bool, Problem> {
    let (name, old_name) = context.under_each_pepper(|pepper| email.claim_name(pepper))?;
    for name in old_name.iter().chain([&name]) {
        if !claim_as(context, id, name).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Renews the claim of a user if it was made under another pepper. A failure is logged; the next read of the user tries
/// again.
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
    // If another request has changed the user meanwhile, the next read tries again.
    write(context.edge.records(), GuardedRecord::put(Some(was), Key::user(id), &user, context.token()?)?).await?;
    Ok(())
}

/// Makes `id` the user of the claim `name`. Returns false if it belongs to another user who is not deleted.
async fn claim_as<E: Edge>(context: &Context<'_, E>, id: &UserId, name: &str) -> Result<bool, Problem> {
    let (records, key) = (context.edge.records(), Key::email(name));
    for number in 0..MAX_EDIT_ATTEMPTS {
        let was = GuardedRecord::<EmailClaim>::load(records, &key).await?;
        if let Some(was) = &was {
            if was.value.by == *id {
                return Ok(true);
            }
            match claimant_status(context, &was.value.by, number < LOADS_BEFORE_GIVING_UP).await? {
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

/// Status of the user who claims an address; `None` if they have no readable record yet. Unless the caller `waits`, a
/// creation without a record is given up.
async fn claimant_status<E: Edge>(context: &Context<'_, E>, by: &UserId, waits: bool) -> Result<Option<UserStatus>, Problem> {
    match load(context, by).await? {
        Some(user) => Ok(Some(user.value.status)),
        None if waits => Ok(None),
        None => {
            let given_up = GuardedRecord::put(None, Key::user(by), &User::tombstone(by.clone(), context.now), context.token()?)?;
            let written = write(context.edge.records(), given_up).await?;
            Ok((written == Written::Done).then_some(UserStatus::Deleted))
        }
    }
}
