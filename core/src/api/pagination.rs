//! Lists that are told a page at a time: which page is asked for, what is kept there, and where the next one begins.

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

/// Which page of a list is asked for.
pub(crate) struct PageQuery {
    /// What its addresses say of its length.
    limit: Option<u16>,
    cursor: Option<UnverifiedCursor>,
}

/// The keys of a page, and the address of the next one if there may be one.
pub(crate) struct ListPage {
    pub(crate) keys: Vec<Key>,
    pub(crate) next: Option<String>,
}

impl PageQuery {
    /// A page as long as is asked for: it examines so many of `what` at most.
    pub(crate) fn take(fields: &mut Fields, what: &str) -> Self {
        Self { limit: Some(page_size::take(fields, what)), cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    /// A page as long as it may be.
    pub(crate) fn take_longest(fields: &mut Fields) -> Self {
        Self { limit: None, cursor: fields.take("cursor", UnverifiedCursor::parse) }
    }

    pub(crate) fn is_first(&self) -> bool {
        self.cursor.is_none()
    }

    /// The keys under `prefix`, as many as fit the budget; `of_keys` is the cost of processing so many keys. The addresses of the list begin
    /// with `list`, and `query` tells it from others there.
    pub(crate) async fn keys<E: Edge>(
        self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        (list, query): (&'static str, &str),
        prefix: &Prefix,
        of_keys: impl Fn(usize) -> u32,
    ) -> Result<ListPage, Problem> {
        let purpose = CursorScope::new(authorized, list, query);
        let after = self.cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
        let records = context.edge.records();
        let most = self.limit.unwrap_or(page_size::LARGEST);
        let limit = context.budget.largest(most, |keys| records.operations(&StoreCall::Scan).saturating_add(of_keys(keys.into())));
        let page = records.scan(prefix, after.as_ref(), limit).await?;
        let cursor = page.next.map(|Cursor(text)| purpose.close(context, text)).transpose()?;
        Ok(ListPage { keys: page.keys, next: cursor.map(|cursor| address(list, self.limit, query, &cursor)) })
    }
}

fn address(list: &str, limit: Option<u16>, query: &str, cursor: &str) -> String {
    let mut address = list.to_owned();
    if let Some(limit) = limit {
        address.extend(["limit=", &limit.to_string(), "&"]);
    }
    if !query.is_empty() {
        address.extend([query, "&"]);
    }
    address.extend(["cursor=", cursor]);
    address
}

/// Cost of reading the records of a page, and one other record.
pub(crate) fn of_records(records: &impl Records) -> impl Fn(usize) -> u32 {
    |keys| records.operations(&StoreCall::GetMany(keys)).saturating_add(records.operations(&StoreCall::Get))
}

/// Has `read` read what is kept at each of `keys`. A damaged record does not hide the others: the log tells of it.
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

/// The answer that holds a page of a list.
pub(crate) fn shown<T: Serialize>(next: Option<&str>, items: &[T]) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &PageJson { items, next })
}
