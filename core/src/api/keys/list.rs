//! Lists the API keys, including revoked ones.

use super::wire::KeyJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::key::ApiKey;
use crate::model::link::UserId;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Prefix};

/// `GET /api/v1/keys`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let owner = fields.take_text("owner", UserId::parse);
    let page_query = PageQuery::from_query(&mut fields, "keys");
    fields.finish(Some(()))?;
    let filter = owner.as_ref().map(|owner| ["owner=", owner.as_str()].concat()).unwrap_or_default();
    let page = page_query
        .load_keys(
            context,
            authorized,
            ("/api/v1/keys?", &filter),
            &Prefix::api_keys(),
            pagination::cost_of_records(context.edge.records()),
        )
        .await?;
    let mut keys = Vec::new();
    let mut read = |_: &_, record: &_| {
        let key = GuardedRecord::<ApiKey>::decode(record)?.value;
        keys.extend(owner.as_ref().is_none_or(|owner| key.owner == *owner).then_some(key));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    let items: Vec<KeyJson<'_>> = keys.iter().map(KeyJson::new).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
