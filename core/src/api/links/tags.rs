//! Lists the tags of a domain: reads its tag markers and counts the index entries of each.

use serde::Serialize;

use super::link_ref::take_domain;
use super::wire;
use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::text::Tag;
use crate::store::Prefix;
use crate::store::ports::{Edge, Records as _, StoreCall};

/// Most index entries that are counted: a store lists this many keys at once.
const MAX_COUNTED: u16 = 1_000;

/// How many links have a tag.
struct TagCount {
    links: usize,
    /// Whether all were counted.
    is_exact: bool,
}

/// `GET /api/v1/tags`
pub(crate) async fn tags<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let page_query = PageQuery::from_query(&mut fields, "tags");
    fields.finish(Some(()))?;
    let list = ("/api/v1/tags?", &*wire::domain_query(&domain));
    let records = context.edge.records();
    let cost_of_counts = |tags| records.operations(&StoreCall::Scan).saturating_mul(u32::try_from(tags).unwrap_or(u32::MAX));
    let page = page_query.load_keys(context, authorized, list, &Prefix::tags(&domain), cost_of_counts).await?;
    let mut tags = Vec::new();
    for tag in page.keys.iter().filter_map(Tag::from_marker) {
        let count = count(context, &domain, &tag).await?;
        tags.extend(count.map(|count| (tag, count)));
    }
    let items: Vec<TagJson<'_>> = tags.iter().map(|(tag, count)| TagJson::new(tag, count)).collect();
    pagination::page_response(page.next.as_deref(), &items)
}

/// A tag of a domain, and how many links have it.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Tag", inline))]
pub(super) struct TagJson<'a> {
    /// Name of the tag.
    tag: &'a str,
    /// Number of links that have the tag; deleted ones count.
    #[cfg_attr(feature = "docs", schemars(range(min = 1, max = MAX_COUNTED)))]
    links: usize,
    /// `false` if there may be more links than were counted.
    exact: bool,
}

impl<'a> TagJson<'a> {
    fn new(tag: &'a Tag, count: &TagCount) -> Self {
        Self { tag: tag.as_str(), links: count.links, exact: count.is_exact }
    }
}

/// Counts the links that have `tag`; `None` if no link has it any more.
async fn count<E: Edge>(context: &Context<'_, E>, domain: &Domain, tag: &Tag) -> Result<Option<TagCount>, Problem> {
    let page = context.edge.records().scan(&Prefix::by_tag(domain, tag), None, MAX_COUNTED).await?;
    let count = TagCount { links: page.keys.len(), is_exact: page.next.is_none() };
    Ok((count.links > 0).then_some(count))
}
