//! Listing keys, those that are revoked too.

use http::StatusCode;

use super::wire;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::cursor::{Offered, Purpose};
use crate::error::Problem;
use crate::key::ApiKey;
use crate::link::UserId;
use crate::links::page_size;
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Kept, Prefix};
use crate::response::Response;

/// `GET /api/v1/keys`
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let owner = fields.take_text("owner", UserId::parse);
    let limit = page_size::take(&mut fields, "keys");
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(()))?;
    let filter = owner.as_ref().map(|owner| format!("owner={}&", owner.as_str())).unwrap_or_default();
    let purpose = Purpose::new(proof, "/api/v1/keys?", &filter);
    let after = cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    let (records, largest) = (context.edge.records(), context.edge.traits().largest_page);
    let page = records.scan(&Prefix::api_keys(), after.as_ref(), limit.min(largest)).await?;
    let mut keys = Vec::new();
    for (key, record) in page.keys.iter().zip(records.get_many(&page.keys).await?) {
        // One damaged record does not hide the others.
        match record.as_ref().map(Kept::<ApiKey>::read).transpose() {
            Ok(found) => keys.extend(found.map(|kept| kept.what).filter(|key| owner.as_ref().is_none_or(|owner| key.owner == *owner))),
            Err(error) => context.log_skipped(key, &error),
        }
    }
    let next = page.next.map(|Cursor(text)| purpose.close(context, text)).transpose()?;
    let next = next.map(|cursor| format!("/api/v1/keys?limit={limit}&{filter}cursor={cursor}"));
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |items| keys.iter().for_each(|key| items.object(|json| wire::key(key, json))));
        json.text_or_null("next", next.as_deref());
    }))
}
