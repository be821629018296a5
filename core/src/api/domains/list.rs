//! Lists the domains: those of the setting `HOP_DOMAINS`, then those added through the API.

use super::wire::DomainJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::ports::Edge;
use crate::store::{DomainRecord, GuardedRecord, Key, Prefix};

/// `GET /api/v1/domains`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let page_query = PageQuery::from_query_without_limit(&mut fields);
    fields.finish(Some(()))?;
    let config = context.config;
    let mut domain_records = Vec::new();
    if page_query.is_first() {
        let keys: Vec<Key> = config.domains().map(Key::domain).collect();
        domain_records.extend(config.domains().map(|domain| DomainRecord::bare(domain, 1, context.now)));
        let mut read = |_: &_, record: &_| {
            let stored = GuardedRecord::<DomainRecord>::decode(record)?.value;
            let listed = domain_records.iter_mut().find(|domain_record| !stored.is_deleted && domain_record.domain == stored.domain);
            if let Some(domain_record) = listed {
                *domain_record = stored;
            }
            Ok(())
        };
        pagination::read_each(context, &keys, &mut read).await?;
    }
    let page = page_query
        .load_keys(context, authorized, ("/api/v1/domains?", ""), &Prefix::domains(), pagination::cost_of_records(context.edge.records()))
        .await?;
    let mut read = |_: &_, record: &_| {
        let domain_record = GuardedRecord::<DomainRecord>::decode(record)?.value;
        let is_added = !domain_record.is_deleted && config.origin_of(domain_record.domain.as_str()).is_none();
        domain_records.extend(is_added.then_some(domain_record));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    domain_records.retain(|domain_record| authorized.covers(&domain_record.domain));
    let items: Vec<DomainJson<'_>> = domain_records.iter().map(|domain_record| DomainJson::new(config, domain_record)).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
