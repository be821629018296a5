//! Listing links, newest first: hints are walked, each is followed to its record and skipped if the record does not yield it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use http::StatusCode;
use serde::Serialize;

use super::take_domain;
use super::wire::{self, LinkJson};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::clicks;
use crate::domain::Domain;
use crate::error::{FieldCode, Problem, Refusal};
use crate::link::{Link, LinkId};
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Key, Prefix, hint, look_at_all};
use crate::response::Response;

/// How many hints a page examines where nobody asked for fewer or more.
const USUAL_PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 100;

struct Wanted {
    domain: Domain,
    limit: u16,
    cursor: Option<Cursor>,
}

#[derive(Serialize)]
struct ListJson<'a> {
    items: Vec<LinkJson<'a>>,
    next: Option<String>,
}

/// `GET /api/v1/links`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, _proof: &Proof, query: &str) -> Result<Response, Problem> {
    let wanted = read(context, query).await?;
    let records = context.edge.records();
    let prefix = Prefix::by_time(&wanted.domain);
    let examined = wanted.limit.min(context.edge.traits().largest_page);
    let page = records.scan(&prefix, wanted.cursor.as_ref(), examined).await?;
    let links = follow_hints(context, &wanted.domain, &page.keys).await?;
    let ids: Vec<&LinkId> = links.iter().map(|link| &link.id).collect();
    let clicks = clicks::totals(context, &ids).await?;
    let items = links.iter().zip(clicks).map(|(link, clicks)| wire::link(context, link, clicks));
    let first = address(&wanted, None);
    let next = page.next.map(|cursor| address(&wanted, Some(&cursor)));
    let mut response = Response::json(StatusCode::OK, &ListJson { items: items.collect(), next: next.clone() })?.link(&first, "first")?;
    if let Some(next) = next {
        response = response.link(&next, "next")?;
    }
    Ok(response)
}

async fn read<E: Edge>(context: &Context<'_, E>, query: &str) -> Result<Wanted, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, &mut fields).await?;
    let limit = fields.take("limit", limit).unwrap_or(USUAL_PAGE);
    let cursor = fields.take("cursor", cursor);
    fields.finish(Some(()))?;
    Ok(Wanted { domain: domain.unwrap_or_else(|| context.config.default_domain().clone()), limit, cursor })
}

fn limit(tree: Tree) -> Result<u16, Refusal> {
    let limit = tree.text()?.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    limit.ok_or_else(|| Refusal::new(FieldCode::OutOfRange, format!("a page has 1 to {LARGEST_PAGE} links")))
}

/// A cursor is the store's own text, made fit for an address. The store says whether it knows it.
fn cursor(tree: Tree) -> Result<Cursor, Refusal> {
    let bytes = BASE64.decode(tree.text()?).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Cursor).ok_or_else(|| Refusal::invalid("this is no cursor of this list"))
}

/// The links that `hints` lead to and that still yield them.
pub(super) async fn follow_hints<E: Edge>(context: &Context<'_, E>, domain: &Domain, hints: &[Key]) -> Result<Vec<Link>, Problem> {
    let (hints, keys): (Vec<&Key>, Vec<Key>) = hints.iter().filter_map(|hint| Some((hint, Key::link(domain, &hint::alias(hint)?)))).unzip();
    let places = look_at_all(context.edge.records(), &keys).await?;
    let mut links = Vec::with_capacity(keys.len());
    for (hint, place) in hints.into_iter().zip(places) {
        match place {
            Some(Ok(place)) if place.yields(hint) => links.extend(place.link().filter(|link| !link.is_deleted()).cloned()),
            // One damaged record does not hide the others.
            Some(Err(error)) => context.log_skipped(hint, &error),
            Some(Ok(_)) | None => {}
        }
    }
    Ok(links)
}

/// The address of a page of this list.
fn address(wanted: &Wanted, cursor: Option<&Cursor>) -> String {
    let mut address = format!("/api/v1/links?limit={}&{}", wanted.limit, wire::domain_query(&wanted.domain));
    if let Some(Cursor(text)) = cursor {
        address.push_str("&cursor=");
        BASE64.encode_string(text, &mut address);
    }
    address
}
