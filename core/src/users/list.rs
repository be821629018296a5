//! Listing users, in the order of their ids.

use super::team::Owners;
use super::wire::UserJson;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::error::Problem;
use crate::link::UserId;
use crate::list::{self, Wanted};
use crate::ports::Edge;
use crate::records::{Claimed, Kept, Key, Prefix};
use crate::response::Response;
use crate::user::User;

/// `GET /api/v1/users`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let wanted = Wanted::take(&mut fields, "users");
    fields.finish(Some(()))?;
    let most = context.edge.traits().largest_page;
    let page = wanted.keys(context, proof, ("/api/v1/users?", ""), &Prefix::users(), most).await?;
    let mut users = Vec::new();
    let mut read = |_: &_, record: &_| {
        users.push(Kept::<User>::read(record)?.what);
        Ok(())
    };
    list::read_each(context, &page.keys, &mut read).await?;
    let addresses: Vec<Key> = users.iter().filter_map(address).collect();
    let mut claims = Vec::new();
    let mut read = |address: &Key, record: &_| {
        claims.push((address.clone(), Kept::<Claimed>::read(record)?.what.by));
        Ok(())
    };
    list::read_each(context, &addresses, &mut read).await?;
    users.retain(|user| is_there(user, &claims));
    let owners = Owners::look(context).await?;
    let items: Vec<UserJson<'_>> = users.iter().map(|user| UserJson::new(user, owners.role_of(user))).collect();
    list::shown(page.next.as_deref(), &items)
}

fn address(user: &User) -> Option<Key> {
    user.email.as_ref().map(Key::email)
}

/// Whether the address of `user` says that it is theirs.
#[inline(never)]
fn is_there(user: &User, claims: &[(Key, UserId)]) -> bool {
    let address = address(user);
    claims.iter().any(|(claimed, by)| *by == user.id && Some(claimed) == address.as_ref())
}
