//! `robots.txt`: robots may request the front page and the links that are `crawlable`, nothing else.
//!
//! The text takes many reads and any client may request it. So it is cached for a minute: in the memo of the isolate,
//! and for other isolates in a record that is written after the response. A record that cannot be read, such as one of
//! another version of hop, is replaced.
use std::sync::Arc;

use crate::api::links;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::{FIVE_MINUTES, Response};
use crate::model::domain::Domain;
use crate::model::time::Timestamp;
use crate::redirect;
use crate::store::ports::{Edge, Records as _};
use crate::store::{GuardedRecord, Key, RobotsText};

/// How long a text is served before it is built again.
const MINUTE_MILLIS: u64 = 60_000;

/// How long the store keeps a text that is not requested.
const DAY_MILLIS: u64 = 24 * 60 * MINUTE_MILLIS;

/// The text when the store cannot be read: everything is disallowed, because some robots take repeated errors as
/// permission to crawl everything. This response is not cached.
const CLOSED: &str = "User-agent: *\nDisallow: /\n";

/// `GET /robots.txt`
pub(crate) async fn robots<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Response, Problem> {
    let key = Key::robots(domain);
    if let Some(text) = context.memo(|memo| memo.text(&key, context.now)) {
        return Ok(Response::cached_text(text.to_string(), FIVE_MINUTES));
    }
    let skip = |error| context.log_skipped(&key, &error);
    let record = context.edge.records().get(&key).await.map_err(skip).unwrap_or_default();
    let stored_text = record.as_ref().and_then(|record| GuardedRecord::<RobotsText>::decode(record).map_err(skip).ok());
    let text = match stored_text {
        Some(stored) if context.now.millis_since(stored.value.made_at) < MINUTE_MILLIS => stored.value,
        _ => {
            let text = match build_text(context, domain).await? {
                Some(text) => RobotsText { made_at: context.now, text },
                None => return Ok(Response::text(CLOSED.into())),
            };
            let mut change = GuardedRecord::put_over(record.as_ref(), key.clone(), &text, context.token()?)?;
            change.expires_at = Some(Timestamp::from_millis(context.now.as_millis().saturating_add(DAY_MILLIS)));
            // If several isolates find it expired at the same time, one of them writes it.
            context.commit_later("robots.txt was not stored", change);
            text
        }
    };
    let shared: Arc<str> = text.text.as_str().into();
    context.memo(|memo| memo.remember_text(&key, shared, text.made_at));
    Ok(Response::cached_text(text.text, FIVE_MINUTES))
}

/// The current text. `None` if the store cannot be read.
async fn build_text<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<String>, Problem> {
    let aliases = match links::crawlable(context, domain).await {
        Ok(aliases) => aliases,
        Err(problem) => {
            context.log_cause(&problem);
            return Ok(None);
        }
    };
    let mut text = String::from("User-agent: *\n");
    if redirect::has_own_front_page(context, domain).await? {
        text.push_str("Allow: /$\n");
    }
    aliases.iter().for_each(|alias| text.extend(["Allow: /", &alias.encoded().to_string(), "$\n"]));
    text.push_str("Disallow: /\n");
    Ok(Some(text))
}
