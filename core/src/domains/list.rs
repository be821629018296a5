//! Listing domains: those of the settings, then those that were added.

use http::StatusCode;

use super::wire;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::cursor::{Offered, Purpose};
use crate::domain::Domain;
use crate::error::Problem;
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Key, Prefix, Site, SiteRecord};
use crate::response::Response;

/// `GET /api/v1/domains`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(()))?;
    let config = context.config;
    let is_configured = |domain: &Domain| config.origin_of(domain.as_str()).is_some();
    let mut sites = Vec::new();
    let purpose = Purpose::new(proof, "/api/v1/domains?", "");
    let after = cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    if after.is_none() {
        let domains: Vec<&Domain> = config.domains().collect();
        let keys: Vec<Key> = domains.iter().map(|domain| Key::domain(domain)).collect();
        for (domain, site) in domains.iter().zip(read(context, &keys).await?) {
            sites.push(site.unwrap_or_else(|| Site::bare(domain, 1, context.now)));
        }
    }
    let page = context.edge.records().scan(&Prefix::domains(), after.as_ref(), context.edge.traits().largest_page).await?;
    let added = read(context, &page.keys).await?;
    sites.extend(added.into_iter().flatten().filter(|site| !is_configured(&site.domain)));
    let next = page.next.map(|Cursor(text)| purpose.close(context, text)).transpose()?;
    let next = next.map(|cursor| format!("/api/v1/domains?cursor={cursor}"));
    sites.retain(|site| proof.covers(&site.domain));
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |items| sites.iter().for_each(|site| items.object(|json| wire::domain(config, site, json))));
        json.text_or_null("next", next.as_deref());
    }))
}

/// What is said of the domains of `keys`; nothing of those that were deleted. One damaged record does not hide the others.
async fn read<E: Edge>(context: &Context<'_, E>, keys: &[Key]) -> Result<Vec<Option<Site>>, Problem> {
    let records = context.edge.records().get_many(keys).await?;
    let read = |(key, record): (&Key, Option<_>)| match SiteRecord::read(&record?) {
        Ok(record) => (!record.is_deleted).then_some(record.site),
        Err(error) => {
            context.log_skipped(key, &error);
            None
        }
    };
    Ok(keys.iter().zip(records).map(read).collect())
}
