//! Finding the link of an alias: memo, then copy, then truth. Nothing here waits for a write.

use std::sync::Arc;

use super::elsewhere::check_served;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::MOST_MOVES;
use crate::store::compiled_link::{Found, Ready, Way};
use crate::store::copy::{self, Copy, Trust};
use crate::store::memo::{Known, Remembered};
use crate::store::ports::{Copies as _, Edge};
use crate::store::{Key, look};

/// Where a link is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the memo, else the copy, else the truth.
    Nearest,
    Truth,
}

/// What is near of an alias.
enum Near {
    Copy(Copy),
    /// A copy that says to ask truth.
    AskTruth,
    Nothing,
}

/// The link that visitors of `alias` come to, wherever it has moved.
pub(super) async fn find<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &Alias, source: Source) -> Result<Arc<Ready>, Problem> {
    let link = walk(context, Key::link(domain, alias), source).await?;
    check_served(context, domain).await?;
    Ok(link)
}

/// The link at `key`, or where it has moved to since. An alias that it passed through may be another link's by now: that is not where
/// its visitors wanted to go.
async fn walk<E: Edge>(context: &Context<'_, E>, mut key: Key, source: Source) -> Result<Arc<Ready>, Problem> {
    let mut wanted = None;
    for _ in 0..=MOST_MOVES {
        let known = if source == Source::Nearest { context.memo(|memo| memo.get(&key, context.now)) } else { Known::Nothing };
        let found = match known {
            Known::Hit(Remembered::Link(found)) => found,
            Known::Miss => return Err(Problem::no_such_link()),
            Known::Hit(Remembered::Domain(_)) | Known::Nothing => look_up(context, &key, source).await?,
        };
        if wanted.as_ref().is_some_and(|wanted| *wanted != found.id) {
            break;
        }
        match found.way {
            Way::On(ready) => return Ok(ready),
            Way::Away(to, forwards) if forwards || wanted.is_some() => (key, wanted) = (to, Some(found.id)),
            Way::Away(..) | Way::Nowhere => break,
        }
    }
    Err(Problem::link_ended())
}

/// Asks the copy, else the truth, and remembers the answer unless truth is to be asked every time.
async fn look_up<E: Edge>(context: &Context<'_, E>, key: &Key, source: Source) -> Result<Found, Problem> {
    let read_in = context.memo(|memo| memo.epoch());
    let remember = |found: &Found| {
        context.memo(|memo| memo.remember_hit(key, Remembered::Link(found.clone()), found.bytes(), read_in, context.now));
    };
    let near = if source == Source::Nearest { near(context, key).await } else { Near::Nothing };
    let was_sent = matches!(near, Near::AskTruth);
    if let Near::Copy(copy) = near
        && let Ok(found) = Found::of(copy)
    {
        remember(&found);
        return Ok(found);
    }
    let Some(copy) = truth(context, key, was_sent).await? else {
        context.memo(|memo| memo.remember_miss(key, read_in, context.now));
        return Err(Problem::no_such_link());
    };
    let is_strict = copy.is_strict();
    let found = Found::of(copy)?;
    if !is_strict {
        remember(&found);
    }
    Ok(found)
}

async fn near<E: Edge>(context: &Context<'_, E>, key: &Key) -> Near {
    let Some(copies) = context.edge.copies() else { return Near::Nothing };
    let Some(bytes) = copies.get(key).await else { return Near::Nothing };
    match copy::read(&bytes, context.now) {
        Trust::Fresh(copy) => Near::Copy(copy),
        Trust::Aged(copy) => {
            if context.memo(|memo| memo.claim_recheck(key, context.now)) {
                context.fill(key.clone(), None);
            }
            Near::Copy(copy)
        }
        Trust::AskTruth => Near::AskTruth,
        Trust::None => Near::Nothing,
    }
}

/// Reads the truth. A copy is filled of it, unless the one that is there says rightly that truth is to be asked.
async fn truth<E: Edge>(context: &Context<'_, E>, key: &Key, was_sent: bool) -> Result<Option<Copy>, Problem> {
    let place = look(context.edge.records(), key).await?;
    let copy = place.and_then(|place| Copy::of(&place.holder, place.commits));
    if let Some(copy) = &copy
        && !(was_sent && copy.is_strict())
        && context.memo(|memo| memo.claim_fill(key, context.now))
    {
        context.fill(key.clone(), Some(copy.clone()));
    }
    Ok(copy)
}
