//! Following a link: memo, then copy, then truth. Nothing here waits for a write.

use http::{HeaderValue, Method};

use super::rename::MOST_MOVES;
use crate::alias::Alias;
use crate::app::{Context, Remembered};
use crate::domain::Domain;
use crate::domains;
use crate::error::Problem;
use crate::link::{LinkId, RedirectStatus};
use crate::memo::Known;
use crate::ports::{Copies as _, Edge};
use crate::records::copy::{self, Copy, Trust};
use crate::records::{Key, look};
use crate::response::{NO_CACHE, Response};
use crate::target::Target;
use crate::time::Timestamp;

/// How long a browser may repeat a permanent redirect, in seconds: short, so that an edit moves everyone.
const PERMANENT_SECONDS: u64 = 30;
const PERMANENT_CACHE: HeaderValue = HeaderValue::from_static("private, max-age=30");

/// A link made ready to be followed: nothing is left to be looked up or checked but the clock.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    id: LinkId,
    /// Where to between start and end, unless the link is off.
    location: Option<HeaderValue>,
    /// Where to once it has ended.
    fallback: Option<HeaderValue>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    status: RedirectStatus,
    /// Where it went, if it left, and whether visitors who come here are led there.
    to: Option<Key>,
    forwards: bool,
}

/// `GET /{alias}`
pub(crate) async fn follow<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str, method: &Method) -> Result<Response, Problem> {
    match lead(context, domain, alias, method).await {
        Err(problem) => domains::instead(context, domain, problem).await,
        response => response,
    }
}

async fn lead<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str, method: &Method) -> Result<Response, Problem> {
    let alias = Alias::parse(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
    let link = walk(context, Key::link(domain, &alias)).await?;
    domains::check_served(context, domain).await?;
    let has_ended = link.location.is_none() || link.ends_at.is_some_and(|ends_at| ends_at <= context.now);
    if has_ended {
        let fallback = link.fallback.ok_or_else(Problem::link_ended)?;
        return Ok(Response::redirect(RedirectStatus::Found.code(), fallback, NO_CACHE));
    }
    let has_started = link.starts_at.is_none_or(|starts_at| starts_at <= context.now);
    let (Some(location), true) = (link.location, has_started) else {
        return Err(Problem::no_such_link());
    };
    if *method == Method::GET {
        context.clicked(link.id);
    }
    Ok(Response::redirect(link.status.code(), location, cache_control(link.status, link.ends_at, context.now)))
}

/// The link at `key`, or where it has moved to since. An alias that it passed through may be another link's by now: that is not where
/// its visitors wanted to go.
async fn walk<E: Edge>(context: &Context<'_, E>, mut key: Key) -> Result<Compiled, Problem> {
    let mut wanted = None;
    for _ in 0..=MOST_MOVES {
        let link = match context.memo(|memo| memo.get(&key, context.now)) {
            Known::Hit(Remembered::Link(link)) => link,
            Known::Miss => return Err(Problem::no_such_link()),
            Known::Hit(Remembered::Domain(_)) | Known::Nothing => look_up(context, &key).await?,
        };
        if wanted.as_ref().is_some_and(|wanted| *wanted != link.id) {
            break;
        }
        match link.to {
            Some(to) if link.forwards || wanted.is_some() => (key, wanted) = (to, Some(link.id)),
            Some(_) => break,
            None => return Ok(link),
        }
    }
    Err(Problem::link_ended())
}

/// Nobody may repeat a redirect beyond the link's next change of state.
fn cache_control(status: RedirectStatus, ends_at: Option<Timestamp>, now: Timestamp) -> HeaderValue {
    if status == RedirectStatus::Found {
        return NO_CACHE;
    }
    let until_end = ends_at.map_or(u64::MAX, |ends_at| ends_at.millis_since(now) / 1_000);
    if until_end >= PERMANENT_SECONDS {
        return PERMANENT_CACHE;
    }
    HeaderValue::from_str(&format!("private, max-age={until_end}")).unwrap_or(NO_CACHE)
}

/// Asks the copy, else the truth, and remembers the answer.
async fn look_up<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<Compiled, Problem> {
    let read_in = context.memo(|memo| memo.epoch());
    let found = match near_copy(context, key).await {
        Some(copy) => Some(copy),
        None => truth(context, key).await?,
    };
    let Some(copy) = found else {
        context.memo(|memo| memo.remember_miss(key, read_in, context.now));
        return Err(Problem::no_such_link());
    };
    let bytes = [&copy.target, &copy.fallback].into_iter().flatten().map(|target| target.as_str().len()).sum();
    let compiled = compile(copy)?;
    context.memo(|memo| memo.remember_hit(key, Remembered::Link(compiled.clone()), bytes, read_in, context.now));
    Ok(compiled)
}

async fn near_copy<E: Edge>(context: &Context<'_, E>, key: &Key) -> Option<Copy> {
    let bytes = context.edge.copies()?.get(key).await?;
    match copy::read(&bytes, context.now) {
        Trust::Fresh(copy) => Some(copy),
        Trust::Aged(copy) => {
            if context.memo(|memo| memo.claim_recheck(key, context.now)) {
                context.fill(key.clone(), None);
            }
            Some(copy)
        }
        Trust::None => None,
    }
}

async fn truth<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<Option<Copy>, Problem> {
    let place = look(context.edge.records(), key).await?;
    let copy = place.and_then(|place| Copy::of(&place.holder, place.commits));
    if let Some(copy) = &copy
        && context.memo(|memo| memo.claim_fill(key, context.now))
    {
        context.fill(key.clone(), Some(copy.clone()));
    }
    Ok(copy)
}

fn compile(copy: Copy) -> Result<Compiled, Problem> {
    let header = |target: &Target| {
        let location = target.location();
        location.ok_or_else(|| Problem::internal(format!("a target of {} fits no header", copy.id)))
    };
    Ok(Compiled {
        location: copy.target.as_ref().map(header).transpose()?,
        fallback: copy.fallback.as_ref().map(header).transpose()?,
        starts_at: copy.starts_at,
        ends_at: copy.ends_at,
        status: copy.redirect_status,
        to: copy.to,
        forwards: copy.forwards,
        id: copy.id,
    })
}
