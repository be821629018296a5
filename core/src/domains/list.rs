//! Listing domains: those of the settings, then those that were added.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use http::StatusCode;
use serde::Serialize;

use super::wire::{self, DomainJson};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::domain::Domain;
use crate::error::{Problem, Refusal};
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Key, Prefix, Site, SiteRecord};
use crate::response::Response;

#[derive(Serialize)]
struct DomainsJson<'a> {
    items: Vec<DomainJson<'a>>,
    next: Option<String>,
}

/// `GET /api/v1/domains`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, _proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let cursor = fields.take("cursor", cursor);
    fields.finish(Some(()))?;
    let config = context.config;
    let is_configured = |domain: &Domain| config.origin_of(domain.as_str()).is_some();
    let mut sites = Vec::new();
    if cursor.is_none() {
        let domains: Vec<&Domain> = config.domains().collect();
        let keys: Vec<Key> = domains.iter().map(|domain| Key::domain(domain)).collect();
        for (domain, site) in domains.iter().zip(read(context, &keys).await?) {
            sites.push(site.unwrap_or_else(|| Site::bare(domain, 1, context.now)));
        }
    }
    let page = context.edge.records().scan(&Prefix::domains(), cursor.as_ref(), context.edge.traits().largest_page).await?;
    let added = read(context, &page.keys).await?;
    sites.extend(added.into_iter().flatten().filter(|site| !is_configured(&site.domain)));
    let next = page.next.map(|Cursor(text)| format!("/api/v1/domains?cursor={}", BASE64.encode(text)));
    Response::json(StatusCode::OK, &DomainsJson { items: sites.iter().map(|site| wire::domain(config, site)).collect(), next })
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

/// A cursor is the store's own text, made fit for an address.
fn cursor(tree: Tree) -> Result<Cursor, Refusal> {
    let bytes = BASE64.decode(tree.text()?).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Cursor).ok_or_else(|| Refusal::invalid("this is no cursor of this list"))
}
