//! Following a link: memo, then copy, then truth. Nothing here waits for a write.

use http::{HeaderValue, Method, StatusCode};

use crate::alias::Alias;
use crate::app::Context;
use crate::domain::Domain;
use crate::error::Problem;
use crate::link::{LinkId, RedirectStatus};
use crate::memo::Known;
use crate::ports::{Copies as _, Edge, Records as _};
use crate::records::copy::{self, Copy, Trust};
use crate::records::{Key, LinkRecord};
use crate::response::Response;

/// How long a browser may repeat a permanent redirect: short, so that an edit moves everyone.
const PERMANENT_CACHE: HeaderValue = HeaderValue::from_static("private, max-age=30");
const NO_CACHE: HeaderValue = HeaderValue::from_static("private, no-store");

/// A link made ready to be followed: nothing is left to be decided or formatted.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    id: LinkId,
    /// Where to, unless the link has ended.
    location: Option<HeaderValue>,
    status: StatusCode,
    cache_control: HeaderValue,
}

/// `GET /{alias}`
pub(crate) async fn follow<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str, method: &Method) -> Result<Response, Problem> {
    let alias = Alias::parse(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
    let key = Key::link(domain, &alias);
    let link = match context.memo(|memo| memo.get(&key, context.now)) {
        Known::Hit(link) => link,
        Known::Miss => return Err(Problem::no_such_link()),
        Known::Nothing => look_up(context, &key).await?,
    };
    let Some(location) = link.location else {
        return Err(Problem::link_ended());
    };
    if *method == Method::GET {
        context.clicked(link.id);
    }
    Ok(Response::redirect(link.status, location, link.cache_control))
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
    let bytes = copy.target.as_ref().map_or(0, |target| target.as_str().len());
    let compiled = compile(copy)?;
    context.memo(|memo| memo.remember_hit(key, compiled.clone(), bytes, read_in, context.now));
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
    let Some(record) = context.edge.records().get(key).await? else {
        return Ok(None);
    };
    let copy = Copy::of(&LinkRecord::read(&record)?.link);
    if context.memo(|memo| memo.claim_fill(key, context.now)) {
        context.fill(key.clone(), Some(copy.clone()));
    }
    Ok(Some(copy))
}

fn compile(copy: Copy) -> Result<Compiled, Problem> {
    let location = match &copy.target {
        Some(target) => {
            let location = target.location();
            Some(location.ok_or_else(|| Problem::internal(format!("the target of {} fits no header", copy.id)))?)
        }
        None => None,
    };
    let cache_control = match copy.redirect_status {
        RedirectStatus::Found => NO_CACHE,
        _ => PERMANENT_CACHE,
    };
    Ok(Compiled { id: copy.id, location, status: copy.redirect_status.code(), cache_control })
}
