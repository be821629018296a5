//! Listing links, newest first, or by alias where only the beginning of the alias is asked for.

use super::counts::{ClickCounts, taken, with_clicks};
use super::filter::LinkFilter;
use super::link_ref::take_domain;
use super::scan::Position;
use super::wire::LinkJson;
use crate::api::cursor::{CursorScope, UnverifiedCursor};
use crate::api::{page_size, pagination};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::link::Link;
use crate::store::ports::Edge;

/// `GET /api/v1/links`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let filter = LinkFilter::take(&mut fields, context.config, domain);
    let wanted = LinkListQuery::take(&mut fields);
    fields.finish(Some(()))?;
    let found = wanted.find(context, authorized, "/api/v1/links?", &filter).await?;
    let links = found.links.iter().zip(&found.counts).map(|(link, counts)| LinkJson::new(context, authorized, link, *counts));
    let items: Vec<LinkJson<'_>> = links.collect();
    let page = pagination::shown(found.next.as_deref(), &items)?;
    found.point_on(page.link(&found.first, "first")?)
}

/// Which page of a list is asked for.
pub(super) struct LinkListQuery {
    limit: u16,
    cursor: Option<UnverifiedCursor>,
}

/// A page of a list.
pub(super) struct LinkPage {
    pub(super) links: Vec<Link>,
    /// What is counted of each.
    pub(super) counts: Vec<ClickCounts>,
    first: String,
    next: Option<String>,
}

impl LinkListQuery {
    pub(super) fn take(fields: &mut Fields) -> Self {
        let limit = page_size::take(fields, "links");
        Self { limit, cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    /// The page of the links that `filter` shows, with addresses that begin with `list`. It examines so many and no more, so it may be empty and not the last.
    pub(super) async fn find<E: Edge>(
        self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        list: &'static str,
        filter: &LinkFilter,
    ) -> Result<LinkPage, Problem> {
        let query = filter.query();
        let purpose = CursorScope::new(authorized, list, &query);
        let after = self.cursor.map(|offered| purpose.open(context, offered)).transpose()?.and_then(|text| Position::parse(&text));
        let page = filter.walk().page(context, &filter.domain, after, self.limit).await?;
        let taken = taken(context, &page.links.iter().collect::<Vec<_>>()).await?;
        let shown = page.links.into_iter().zip(taken).filter(|(link, taken)| filter.shows(link, *taken, context.now));
        let (links, taken): (Vec<Link>, Vec<u64>) = shown.unzip();
        let counts = with_clicks(context, &links.iter().collect::<Vec<_>>(), &taken).await?;
        let first = format!("{list}limit={}&{query}", self.limit);
        let address = |position: Position| purpose.close(context, position.text()).map(|cursor| format!("{first}&cursor={cursor}"));
        let next = page.next.map(address).transpose()?;
        Ok(LinkPage { links, counts, first, next })
    }
}

impl LinkPage {
    /// Says in a header where the next page is, if there may be one.
    pub(super) fn point_on(&self, response: Response) -> Result<Response, Problem> {
        match &self.next {
            Some(next) => response.link(next, "next"),
            None => Ok(response),
        }
    }
}
