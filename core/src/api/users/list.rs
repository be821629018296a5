//! Lists the users, in the order of their ids.

use super::claim::renew;
use super::team::Owners;
use super::wire::UserJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::user::{User, UserStatus};
use crate::store::ports::{Edge, StoreError};
use crate::store::{GuardedRecord, Prefix};

/// Cost of renewing a claim: reads and writes of the claim and its user, twice, because the first attempt may conflict.
const OPERATIONS_OF_RENEWAL: u32 = 8;

/// `GET /api/v1/users`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let page_query = PageQuery::from_query(&mut fields, "users");
    fields.finish(Some(()))?;
    let page = page_query
        .load_keys(context, authorized, ("/api/v1/users?", ""), &Prefix::users(), pagination::cost_of_records(context.edge.records()))
        .await?;
    let mut users = Vec::new();
    let mut read = |_: &_, record: &_| {
        users.push(GuardedRecord::<User>::decode(record)?);
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    users.retain(|user| user.value.status != UserStatus::Deleted);
    let owners = Owners::load(context).await?;
    for user in &users {
        if context.budget.left() < OPERATIONS_OF_RENEWAL {
            let left = context.budget.left();
            let error = StoreError::OverBudget { needs: OPERATIONS_OF_RENEWAL, left };
            context.log_lost("addresses were not claimed under the current pepper; listing their users again retries", &error);
            break;
        }
        renew(context, user).await;
    }
    let items: Vec<UserJson<'_>> = users.iter().map(|user| UserJson::new(&user.value, owners.role_of(&user.value))).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
