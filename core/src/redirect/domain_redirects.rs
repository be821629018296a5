//! What a domain does for visitors: is it served at all, and where does it send those who find nothing? Asked only when there is no link to
//! follow, and remembered like links are.

use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::{NO_CACHE, Response};
use crate::model::domain::Domain;
use crate::model::link::RedirectStatus;
use crate::pages;
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::{Edge, StoreError};
use crate::store::{DomainRecord, DomainRedirects, GuardedRecord, Key};

/// The domain of a host that the settings do not name. Whoever follows a link there looks for that first.
pub(crate) async fn at<E: Edge>(context: &Context<'_, E>, host: &str, follows: bool) -> Result<Domain, Problem> {
    let domain = Domain::parse(host).ok().filter(|domain| domain.as_str() == host).ok_or_else(Problem::unknown_host)?;
    if !follows {
        domain_redirects(context, &domain).await?.ok_or_else(Problem::unknown_host)?;
    }
    Ok(domain)
}

/// `/`: what answers here, or where the domain sends everybody.
pub(crate) async fn front<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Response, Problem> {
    let root = known(context, domain).await?.root;
    Ok(root.map_or_else(|| pages::home(&context.config.theme), |root| Response::redirect(RedirectStatus::Found.code(), root, NO_CACHE)))
}

/// Whether `/` is a page of hop and not somebody else's.
pub(crate) async fn has_own_front<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    Ok(known(context, domain).await?.root.is_none())
}

/// Where the domain sends whoever found no link, or one that has ended; else the problem itself.
pub(crate) async fn instead<E: Edge>(context: &Context<'_, E>, domain: &Domain, problem: Problem) -> Result<Response, Problem> {
    let found_nothing = match problem.code {
        ProblemCode::NotFound => true,
        ProblemCode::LinkEnded => false,
        _ => return Err(problem),
    };
    let domain_redirects = known(context, domain).await?;
    let target = if found_nothing { domain_redirects.not_found } else { domain_redirects.ended };
    match target {
        Some(target) => Ok(Response::redirect(RedirectStatus::Found.code(), target, NO_CACHE)),
        None => Err(problem),
    }
}

/// Whether links may be made on `domain`. Those of the settings are known without asking the store.
pub(crate) async fn is_served<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Ok(true);
    }
    Ok(GuardedRecord::<DomainRecord>::load(context.edge.records(), &Key::domain(domain)).await?.is_some_and(|kept| !kept.value.is_deleted))
}

/// Whether a domain is still served of which a link was found: links outlive what names their domain. Where nobody can say, the link leads on.
pub(crate) async fn check_served<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<(), Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Ok(());
    }
    match domain_redirects(context, domain).await {
        Ok(found) => found.map(drop).ok_or_else(Problem::unknown_host),
        Err(error) => {
            context.log_skipped(&Key::domain(domain), &error);
            Ok(())
        }
    }
}

/// Where a domain sends visitors. One of the settings is served even if its record cannot be read; one without record is only if it is of the
/// settings.
async fn known<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<DomainRedirects, Problem> {
    let found = domain_redirects(context, domain).await;
    if context.config.origin_of(domain.as_str()).is_none() {
        return found?.ok_or_else(Problem::unknown_host);
    }
    if let Err(error) = &found {
        context.log_skipped(&Key::domain(domain), error);
    }
    Ok(found.ok().flatten().unwrap_or_default())
}

/// Asks the memo, else the truth, and remembers the answer.
async fn domain_redirects<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<DomainRedirects>, StoreError> {
    let key = Key::domain(domain);
    match context.memo(|memo| memo.get(&key, context.now)) {
        MemoLookup::Hit(MemoValue::Domain(domain_redirects)) => return Ok(Some(domain_redirects)),
        MemoLookup::Miss => return Ok(None),
        MemoLookup::Hit(MemoValue::Link(_)) | MemoLookup::Unknown => {}
    }
    let read_in = context.memo(|memo| memo.epoch());
    let kept = GuardedRecord::<DomainRecord>::load(context.edge.records(), &key).await?;
    let Some(domain_record) = kept.map(|kept| kept.value).filter(|domain_record| !domain_record.is_deleted) else {
        context.memo(|memo| memo.remember_miss(&key, read_in, context.now));
        return Ok(None);
    };
    let domain_redirects = DomainRedirects::from_record(&domain_record);
    context
        .memo(|memo| memo.remember_hit(&key, MemoValue::Domain(domain_redirects.clone()), domain_redirects.bytes(), read_in, context.now));
    Ok(Some(domain_redirects))
}
