//! `robots.txt`: short links are no content of their own, so robots stay out, but for the front page and the links that are open to them.
//!
//! The text takes many reads and anybody may ask for it, so it is kept for a minute: by an isolate, and for all others in a record that is written
//! after the response. A record that cannot be read, such as one of another version of hop, is replaced.

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

/// For how long a text is served before it is worked out anew.
const MINUTE_MILLIS: u64 = 60_000;

/// After so long the store may forget a text that nobody asks for.
const DAY_MILLIS: u64 = 24 * 60 * MINUTE_MILLIS;

/// Where nobody can say which links are open, all of them stay closed: a robot that is told to come back later may take it for leave to go anywhere in
/// the end. Nobody keeps this answer.
const CLOSED: &str = "User-agent: *\nDisallow: /\n";

/// `GET /robots.txt`
pub(crate) async fn robots<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Response, Problem> {
    let key = Key::robots(domain);
    if let Some(text) = context.memo(|memo| memo.text(&key, context.now)) {
        return Ok(Response::cached_text(text.to_string(), FIVE_MINUTES));
    }
    let skip = |error| context.log_skipped(&key, &error);
    let record = context.edge.records().get(&key).await.map_err(skip).unwrap_or_default();
    let kept = record.as_ref().and_then(|record| GuardedRecord::<RobotsText>::decode(record).map_err(skip).ok());
    let text = match kept {
        Some(kept) if context.now.millis_since(kept.value.made_at) < MINUTE_MILLIS => kept.value,
        _ => {
            let text = match open_links(context, domain).await? {
                Some(text) => RobotsText { made_at: context.now, text },
                None => return Ok(Response::text(CLOSED.into())),
            };
            let mut change = GuardedRecord::put_over(record.as_ref(), key.clone(), &text, context.token()?)?;
            change.expires_at = Some(Timestamp::from_millis(context.now.as_millis().saturating_add(DAY_MILLIS)));
            // Of those who find it too old at once, one writes it.
            context.commit_later("robots.txt was not kept", change);
            text
        }
    };
    let shared: Arc<str> = text.text.as_str().into();
    context.memo(|memo| memo.remember_text(&key, shared, text.made_at));
    Ok(Response::cached_text(text.text, FIVE_MINUTES))
}

/// The text as it is now; nothing where nobody can say.
async fn open_links<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<String>, Problem> {
    let aliases = match links::crawlable(context, domain).await {
        Ok(aliases) => aliases,
        Err(problem) => {
            context.log_cause(&problem);
            return Ok(None);
        }
    };
    let mut text = String::from("User-agent: *\n");
    if redirect::has_own_front(context, domain).await? {
        text.push_str("Allow: /$\n");
    }
    aliases.iter().for_each(|alias| text.extend(["Allow: /", &alias.encoded().to_string(), "$\n"]));
    text.push_str("Disallow: /\n");
    Ok(Some(text))
}
