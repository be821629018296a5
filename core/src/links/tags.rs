//! Tags: the marks of a domain are walked, and for each its hints are counted.

use http::StatusCode;

use super::named::take_domain;
use super::{page_size, wire};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::cursor::{Offered, Purpose};
use crate::domain::Domain;
use crate::error::Problem;
use crate::json::Members;
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Prefix};
use crate::response::Response;
use crate::text::Tag;

/// Hints are counted up to here: a store lists so many keys at once.
const MOST_COUNTED: u16 = 1_000;

struct Wanted {
    domain: Domain,
    limit: u16,
    cursor: Option<Offered>,
}

/// How many links have a tag.
struct Count {
    links: usize,
    /// Whether there are no more than were counted.
    is_exact: bool,
}

/// `GET /api/v1/tags`
pub(crate) async fn tags<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let wanted = read(context, proof, query).await?;
    let list = wire::domain_query(&wanted.domain);
    let purpose = Purpose::new(proof, "/api/v1/tags?", &list);
    let after = wanted.cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    let limit = wanted.limit.min(context.edge.traits().most_counts);
    let page = context.edge.records().scan(&Prefix::tags(&wanted.domain), after.as_ref(), limit).await?;
    let mut items = Vec::new();
    for tag in page.keys.iter().filter_map(Tag::marked_by) {
        let count = count(context, &wanted.domain, &tag).await?;
        items.extend(count.map(|count| (tag, count)));
    }
    let address = |Cursor(text)| {
        let cursor = purpose.close(context, text)?;
        Ok::<_, Problem>(format!("/api/v1/tags?limit={}&{list}&cursor={cursor}", wanted.limit))
    };
    let next = page.next.map(address).transpose()?;
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |list| items.iter().for_each(|(tag, count)| list.object(|json| write_tag(tag, count, json))));
        json.text_or_null("next", next.as_deref());
    }))
}

fn write_tag(tag: &Tag, count: &Count, json: &mut Members) {
    json.text("tag", tag.as_str());
    json.count("links", count.links);
    json.flag("exact", count.is_exact);
}

/// How many links have `tag`; nothing if none has it any more.
async fn count<E: Edge>(context: &Context<'_, E>, domain: &Domain, tag: &Tag) -> Result<Option<Count>, Problem> {
    let page = context.edge.records().scan(&Prefix::by_tag(domain, tag), None, MOST_COUNTED).await?;
    let count = Count { links: page.keys.len(), is_exact: page.next.is_none() };
    Ok((count.links > 0).then_some(count))
}

async fn read<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Wanted, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, proof, &mut fields).await?;
    let limit = page_size::take(&mut fields, "tags");
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(Wanted { domain, limit, cursor }))
}
