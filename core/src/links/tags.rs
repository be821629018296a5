//! Tags: the marks of a domain are walked, and for each its hints are counted.

use http::StatusCode;
use serde::Serialize;

use super::named::take_domain;
use super::wire;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::cursor::{Offered, Purpose};
use crate::domain::Domain;
use crate::error::{FieldCode, Problem, Refusal};
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Prefix};
use crate::response::Response;
use crate::text::Tag;

const USUAL_PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 100;

/// Hints are counted up to here: a store lists so many keys at once.
const MOST_COUNTED: u16 = 1_000;

struct Wanted {
    domain: Domain,
    limit: u16,
    cursor: Option<Offered>,
}

#[derive(Serialize)]
struct TagsJson {
    items: Vec<TagJson>,
    next: Option<String>,
}

#[derive(Serialize)]
struct TagJson {
    tag: String,
    links: usize,
    /// Whether there are no more than were counted.
    exact: bool,
}

/// `GET /api/v1/tags`
pub(crate) async fn tags<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let wanted = read(context, query).await?;
    let list = wire::domain_query(&wanted.domain);
    let purpose = Purpose::new(proof, "/api/v1/tags?", &list);
    let after = wanted.cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    let limit = wanted.limit.min(context.edge.traits().most_counts);
    let page = context.edge.records().scan(&Prefix::tags(&wanted.domain), after.as_ref(), limit).await?;
    let mut items = Vec::new();
    for tag in page.keys.iter().filter_map(Tag::marked_by) {
        items.extend(count(context, &wanted.domain, &tag).await?);
    }
    let address = |Cursor(text)| {
        let cursor = purpose.close(context, text)?;
        Ok::<_, Problem>(format!("/api/v1/tags?limit={}&{list}&cursor={cursor}", wanted.limit))
    };
    let next = page.next.map(address).transpose()?;
    Response::json(StatusCode::OK, &TagsJson { items, next })
}

/// How many links have `tag`; nothing if none has it any more.
async fn count<E: Edge>(context: &Context<'_, E>, domain: &Domain, tag: &Tag) -> Result<Option<TagJson>, Problem> {
    let page = context.edge.records().scan(&Prefix::by_tag(domain, tag), None, MOST_COUNTED).await?;
    let (links, exact) = (page.keys.len(), page.next.is_none());
    Ok((links > 0).then(|| TagJson { tag: tag.as_str().to_owned(), links, exact }))
}

async fn read<E: Edge>(context: &Context<'_, E>, query: &str) -> Result<Wanted, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, &mut fields).await?;
    let limit = fields.take("limit", limit).unwrap_or(USUAL_PAGE);
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(Wanted { domain, limit, cursor }))
}

fn limit(tree: Tree) -> Result<u16, Refusal> {
    let limit = tree.text()?.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    limit.ok_or_else(|| Refusal::new(FieldCode::OutOfRange, format!("a page has 1 to {LARGEST_PAGE} tags")))
}
