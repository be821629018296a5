//! Listing users, in the order of their ids.

use http::StatusCode;

use super::team::Owners;
use super::{is_of, wire};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::cursor::{Offered, Purpose};
use crate::error::Problem;
use crate::links::page_size;
use crate::ports::{Edge, Records as _};
use crate::records::{Claimed, Cursor, Keep, Kept, Key, Prefix};
use crate::response::Response;
use crate::user::User;

/// `GET /api/v1/users`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let limit = page_size::take(&mut fields, "users");
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(()))?;
    let purpose = Purpose::new(proof, "/api/v1/users?", "");
    let after = cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    let most = limit.min(context.edge.traits().largest_page);
    let page = context.edge.records().scan(&Prefix::users(), after.as_ref(), most).await?;
    let next = page.next.map(|Cursor(text)| purpose.close(context, text)).transpose()?;
    let next = next.map(|cursor| format!("/api/v1/users?limit={limit}&cursor={cursor}"));
    let users = there(context, &page.keys).await?;
    let owners = Owners::look(context).await?;
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |items| users.iter().for_each(|user| items.object(|json| wire::user(user, owners.role_of(user), json))));
        json.text_or_null("next", next.as_deref());
    }))
}

/// The users at `keys` who are there: their addresses say that they are theirs.
async fn there<E: Edge>(context: &Context<'_, E>, keys: &[Key]) -> Result<Vec<User>, Problem> {
    let users = read::<E, User>(context, keys).await?.into_iter().flatten().map(|user| user.what);
    let (users, claims): (Vec<User>, Vec<Key>) =
        users.filter_map(|user| user.email.as_ref().map(Key::email).map(|key| (user, key))).unzip();
    let claims = read::<E, Claimed>(context, &claims).await?;
    let claimed = users.into_iter().zip(claims).filter(|(user, claim)| claim.as_ref().is_some_and(|claim| is_of(claim, &user.id)));
    Ok(claimed.map(|(user, _)| user).collect())
}

/// The records at `keys`. One that is damaged does not hide the others.
async fn read<E: Edge, T: Keep>(context: &Context<'_, E>, keys: &[Key]) -> Result<Vec<Option<Kept<T>>>, Problem> {
    let records = context.edge.records().get_many(keys).await?;
    let read = |(key, record): (&Key, Option<_>)| Kept::read(&record?).map_err(|error| context.log_skipped(key, &error)).ok();
    Ok(keys.iter().zip(records).map(read).collect())
}
