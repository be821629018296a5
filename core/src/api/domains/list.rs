//! Listing domains: those of the settings, then those that were added.

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
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let wanted = PageQuery::take_longest(&mut fields);
    fields.finish(Some(()))?;
    let config = context.config;
    let mut sites = Vec::new();
    if wanted.is_first() {
        let keys: Vec<Key> = config.domains().map(Key::domain).collect();
        sites.extend(config.domains().map(|domain| DomainRecord::bare(domain, 1, context.now)));
        let mut read = |_: &_, record: &_| {
            let said = GuardedRecord::<DomainRecord>::read(record)?.what;
            let bare = sites.iter_mut().find(|site| !said.is_deleted && site.domain == said.domain);
            if let Some(site) = bare {
                *site = said;
            }
            Ok(())
        };
        pagination::read_each(context, &keys, &mut read).await?;
    }
    let page =
        wanted.keys(context, proof, ("/api/v1/domains?", ""), &Prefix::domains(), pagination::of_records(context.edge.records())).await?;
    let mut read = |_: &_, record: &_| {
        let site = GuardedRecord::<DomainRecord>::read(record)?.what;
        let is_added = !site.is_deleted && config.origin_of(site.domain.as_str()).is_none();
        sites.extend(is_added.then_some(site));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    sites.retain(|site| proof.covers(&site.domain));
    let items: Vec<DomainJson<'_>> = sites.iter().map(|site| DomainJson::new(config, site)).collect();
    pagination::shown(page.next.as_deref(), &items)
}
