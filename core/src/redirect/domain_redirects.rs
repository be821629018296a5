//! Domain redirects: whether a domain is served, and where it redirects visitors of `/`, of unknown aliases and of
//! ended links. On a domain of the settings the record is read only when a request does not end with a link. It is
//! cached and kept in the memo like a link.

use http::{HeaderValue, Method};

use super::host_guard::check_domain_redirect;
use super::read_through::{VisitorRead, read_through};
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::{NO_CACHE, Response};
use crate::model::domain::Domain;
use crate::model::link::RedirectStatus;
use crate::model::stats::Failure;
use crate::pages;
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::{Edge, StoreError};
use crate::store::{DomainRedirects, Key};

/// The domain of a host that is not in the settings. When a request follows a link (`follows`), the link is read first
/// and the domain is checked afterwards.
pub(crate) async fn added_domain<E: Edge>(context: &Context<'_, E>, host: &str, follows: bool) -> Result<Domain, Problem> {
    let domain = Domain::parse(host).ok().filter(|domain| domain.as_str() == host).ok_or_else(Problem::unknown_host)?;
    if !follows {
        domain_redirects(context, &domain).await?.ok_or_else(Problem::unknown_host)?;
    }
    Ok(domain)
}

/// `GET /`: a redirect to the `root` of the domain, or hop's own front page.
pub(crate) async fn front_page<E: Edge>(context: &Context<'_, E>, domain: &Domain, method: &Method) -> Result<Response, Problem> {
    let domain_redirects = redirects_of(context, domain).await?;
    if *method != Method::HEAD {
        context.count_failed(domain.as_str(), Failure::Root);
    }
    match &domain_redirects.root {
        Some(root) => redirect_to(context, &domain_redirects, root).await,
        None => Ok(pages::home(&context.config.theme)),
    }
}

/// Whether `/` is hop's own front page.
pub(crate) async fn has_own_front_page<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    Ok(redirects_of(context, domain).await?.root.is_none())
}

/// The redirect of the domain for a link that was not found or has ended. Without one, the problem itself.
pub(crate) async fn redirect_problem<E: Edge>(context: &Context<'_, E>, domain: &Domain, problem: Problem) -> Result<Response, Problem> {
    let is_not_found = match problem.code {
        ProblemCode::NotFound => true,
        ProblemCode::LinkEnded => false,
        _ => return Err(problem),
    };
    let domain_redirects = redirects_of(context, domain).await?;
    let target = if is_not_found { &domain_redirects.not_found } else { &domain_redirects.ended };
    match target {
        Some(target) => redirect_to(context, &domain_redirects, target).await,
        None => Err(problem),
    }
}

/// The redirect of a domain to `target`, or the warning if its host is blocked.
async fn redirect_to<E: Edge>(
    context: &Context<'_, E>,
    domain_redirects: &DomainRedirects,
    target: &HeaderValue,
) -> Result<Response, Problem> {
    check_domain_redirect(context, domain_redirects, target).await?;
    Ok(Response::redirect(RedirectStatus::Found.code(), target.clone(), NO_CACHE))
}

/// Whether links may be created on `domain`. Domains of the settings need no read.
pub(crate) async fn is_served<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Ok(true);
    }
    Ok(DomainRedirects::exists(context.edge.records(), &Key::domain(domain)).await?)
}

/// Checks that the domain of a link is still served, because links outlive the record of their domain. If the record
/// cannot be read, the link still redirects.
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

/// The redirects of a domain. A domain of the settings is served even if it has no record or its record cannot be read.
/// Any other domain needs a record.
async fn redirects_of<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<DomainRedirects, Problem> {
    let found = domain_redirects(context, domain).await;
    if context.config.origin_of(domain.as_str()).is_none() {
        return found?.ok_or_else(Problem::unknown_host);
    }
    if let Err(error) = &found {
        context.log_skipped(&Key::domain(domain), error);
    }
    Ok(found.ok().flatten().unwrap_or_default())
}

/// Reads the redirects of a domain from the memo, else from the cache or the store, and keeps them in the memo.
async fn domain_redirects<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<DomainRedirects>, StoreError> {
    let key = Key::domain(domain);
    match context.memo(|memo| memo.get(&key, context.now)) {
        MemoLookup::Hit(MemoValue::Domain(domain_redirects)) => return Ok(Some(domain_redirects)),
        MemoLookup::Miss => return Ok(None),
        MemoLookup::Hit(MemoValue::Link(_)) | MemoLookup::Unknown => {}
    }
    let epoch = context.memo(|memo| memo.epoch());
    let Some(VisitorRead { value, .. }) = read_through::<DomainRedirects, E>(context, &key).await? else {
        context.memo(|memo| memo.remember_miss(&key, epoch, context.now));
        return Ok(None);
    };
    context.memo(|memo| memo.remember_hit(&key, MemoValue::Domain(value.clone()), value.bytes(), epoch, context.now));
    Ok(Some(value))
}
