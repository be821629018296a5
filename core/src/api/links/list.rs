//! Lists links, newest first, or in the order of aliases if the filter is an alias prefix.

use http::StatusCode;
use serde::Serialize;

use super::counts::{ClickCounts, taken, with_clicks};
use super::filter::LinkFilter;
use super::link_ref::take_domain;
use super::scan::{Position, WalkPage};
use super::search::{self, SearchPosition};
use super::wire::LinkJson;
use crate::api::cursor::{CursorScope, UnverifiedCursor};
use crate::api::page_size;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::link::Link;
use crate::store::ports::Edge;

/// One page of a list of links.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "LinkList"))]
pub(super) struct LinkListJson<'a> {
    /// The items of this page. A page can be empty although another one follows.
    items: &'a [LinkJson<'a>],
    /// Address of the next page, or `null` at the end of the list.
    next: Option<&'a str>,
    /// Number of links that this page examined. The sum over the pages shows how far a search has come that finds few.
    examined: usize,
}

/// `GET /api/v1/links`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let filter = LinkFilter::from_query(&mut fields, context.config, domain);
    let page_query = LinkListQuery::from_query(&mut fields);
    fields.finish(Some(()))?;
    let page = page_query.load_page(context, authorized, "/api/v1/links?", &filter).await?;
    let links = page.links.iter().zip(&page.counts).map(|(link, counts)| LinkJson::new(context, authorized, link, *counts));
    let items: Vec<LinkJson<'_>> = links.collect();
    let json = LinkListJson { items: &items, next: page.next.as_deref(), examined: page.examined };
    let response = Response::json(StatusCode::OK, &json)?;
    page.with_next_link(response.link(&page.first, "first")?)
}

/// The requested page of a list of links.
pub(super) struct LinkListQuery {
    limit: u16,
    cursor: Option<UnverifiedCursor>,
}

/// A page of a list of links.
pub(super) struct LinkPage {
    pub(super) links: Vec<Link>,
    /// The click counts of each link.
    pub(super) counts: Vec<ClickCounts>,
    /// The number of keys that were examined.
    examined: usize,
    first: String,
    next: Option<String>,
}

impl LinkListQuery {
    pub(super) fn from_query(fields: &mut Fields) -> Self {
        let limit = page_size::from_query(fields, "links");
        Self { limit, cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    /// Loads the page of the links that match `filter`; its URLs begin with `list`. A page examines a limited number of
    /// links, so it may be empty without being the last.
    pub(super) async fn load_page<E: Edge>(
        self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        list: &'static str,
        filter: &LinkFilter,
    ) -> Result<LinkPage, Problem> {
        let query = filter.query();
        let scope = CursorScope::new(authorized, list, &query);
        let after = self.cursor.map(|cursor| scope.verify(context, cursor)).transpose()?;
        let page = load_walk(context, filter, after.as_deref(), self.limit).await?;
        let taken = taken(context, &page.links.iter().collect::<Vec<_>>()).await?;
        let matching = page.links.into_iter().zip(taken).filter(|(link, taken)| filter.matches(link, *taken, context.now));
        let (links, taken): (Vec<Link>, Vec<u64>) = matching.unzip();
        let counts = with_clicks(context, &links.iter().collect::<Vec<_>>(), &taken).await?;
        let first = format!("{list}limit={}&{query}", self.limit);
        let url = |position| scope.sign(context, position).map(|cursor| format!("{first}&cursor={cursor}"));
        let next = page.next.map(url).transpose()?;
        Ok(LinkPage { links, counts, examined: page.examined, first, next })
    }
}

/// Loads a page of links that may match `filter`, from the text of a cursor on. So is the position of the next page.
async fn load_walk<E: Edge>(
    context: &Context<'_, E>,
    filter: &LinkFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<WalkPage<String>, Problem> {
    if let Some(search) = &filter.search {
        let page = search::page(context, filter, search, after.and_then(SearchPosition::parse), limit).await?;
        return Ok(page.map_next(|position| position.text()));
    }
    let page = filter.walk().page(context, &filter.domain, after.and_then(Position::parse), limit).await?;
    Ok(page.map_next(|position| position.text()))
}

impl LinkPage {
    /// Adds the header `Link` with the URL of the next page, if there may be one.
    pub(super) fn with_next_link(&self, response: Response) -> Result<Response, Problem> {
        match &self.next {
            Some(next) => response.link(next, "next"),
            None => Ok(response),
        }
    }
}
