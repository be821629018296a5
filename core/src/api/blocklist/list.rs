//! Lists the hosts of the blocklist, by name.

use super::wire::BlockedHostJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::blocklist::BlockedHost;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Prefix};

/// `GET /api/v1/blocklist`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let page_query = PageQuery::from_query(&mut fields, "hosts");
    fields.finish(Some(()))?;
    let cost = pagination::cost_of_records(context.edge.records());
    let page = page_query.load_keys(context, authorized, ("/api/v1/blocklist?", ""), &Prefix::blocklist(), cost).await?;
    let mut blocked_hosts = Vec::new();
    let mut read = |_: &_, record: &_| {
        let blocked_host = GuardedRecord::<BlockedHost>::decode(record)?.value;
        blocked_hosts.extend((!blocked_host.is_deleted).then_some(blocked_host));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    let items: Vec<BlockedHostJson<'_>> = blocked_hosts.iter().map(BlockedHostJson::new).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
