//! Pagination: reads the requested page out of the query, loads its keys and records, and builds the URL of the next
//! page.

use http::StatusCode;
use serde::Serialize;

use crate::api::cursor::{CursorScope, UnverifiedCursor};
use crate::api::page_size;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::PageJson;
use crate::store::ports::{Edge, Record, Records, StoreCall, StoreError};
use crate::store::{Cursor, Key, Prefix};

/// The requested page of a list.
pub(crate) struct PageQuery {
    /// The page size that the URLs of the list repeat; `None` for a list without `limit`.
    limit: Option<u16>,
    cursor: Option<UnverifiedCursor>,
}

/// The keys of a page, and the URL of the next page if there may be one.
pub(crate) struct ListPage {
    pub(crate) keys: Vec<Key>,
    pub(crate) next: Option<String>,
}

impl PageQuery {
    /// Takes `limit` and `cursor`. The page examines at most `limit` of `what`.
    pub(crate) fn from_query(fields: &mut Fields, what: &str) -> Self {
        Self { limit: Some(page_size::from_query(fields, what)), cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    /// Takes `cursor` for a list without `limit`: its pages are as large as the operation budget allows.
    pub(crate) fn from_query_without_limit(fields: &mut Fields) -> Self {
        Self { limit: None, cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    pub(crate) fn is_first(&self) -> bool {
        self.cursor.is_none()
    }

    /// Loads the keys under `prefix`, as many as fit the operation budget; `cost_of_keys` is the cost of processing
    /// that many keys. The URLs of the list begin with `list` and repeat its filter, `query`.
    pub(crate) async fn load_keys<E: Edge>(
        self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        (list, query): (&'static str, &str),
        prefix: &Prefix,
        cost_of_keys: impl Fn(usize) -> u32,
    ) -> Result<ListPage, Problem> {
        let scope = CursorScope::new(authorized, list, query);
        let after = self.cursor.map(|cursor| scope.verify(context, cursor)).transpose()?.map(Cursor);
        let records = context.edge.records();
        let most = self.limit.unwrap_or(page_size::LARGEST);
        let limit = context.budget.largest(most, |keys| records.operations(&StoreCall::Scan).saturating_add(cost_of_keys(keys.into())));
        let page = records.scan(prefix, after.as_ref(), limit).await?;
        let cursor = page.next.map(|Cursor(text)| scope.sign(context, text)).transpose()?;
        Ok(ListPage { keys: page.keys, next: cursor.map(|cursor| page_url(list, self.limit, query, &cursor)) })
    }
}

fn page_url(list: &str, limit: Option<u16>, query: &str, cursor: &str) -> String {
    let mut url = list.to_owned();
    if let Some(limit) = limit {
        url.extend(["limit=", &limit.to_string(), "&"]);
    }
    if !query.is_empty() {
        url.extend([query, "&"]);
    }
    url.extend(["cursor=", cursor]);
    url
}

/// Cost of reading the records of a page, and one other record.
pub(crate) fn cost_of_records(records: &impl Records) -> impl Fn(usize) -> u32 {
    |keys| records.operations(&StoreCall::GetMany(keys)).saturating_add(records.operations(&StoreCall::Get))
}

/// Passes the record at each of `keys` to `read`. A damaged record is logged and skipped.
pub(crate) async fn read_each<E: Edge>(
    context: &Context<'_, E>,
    keys: &[Key],
    read: &mut dyn FnMut(&Key, &Record) -> Result<(), StoreError>,
) -> Result<(), Problem> {
    for (key, record) in keys.iter().zip(context.edge.records().get_many(keys).await?) {
        if let Some(Err(error)) = record.map(|record| read(key, &record)) {
            context.log_skipped(key, &error);
        }
    }
    Ok(())
}

/// Response with one page of a list.
pub(crate) fn page_response<T: Serialize>(next: Option<&str>, items: &[T]) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &PageJson { items, next })
}
