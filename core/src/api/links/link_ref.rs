//! Link references: the link and the domain that a request names.

use super::find_link;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::model::link::Link;
use crate::redirect;
use crate::store::Key;
use crate::store::ports::Edge;

/// Key of the link in the path of an endpoint, on the domain of `?domain=` or the default domain. A malformed alias is
/// reported as an unknown link.
pub(super) async fn parse_link_key<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Key, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    fields.finish(Some(()))?;
    alias_key(context, &domain, alias)
}

/// Loads the link in the path of an endpoint.
pub(super) async fn load_link<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Link, Problem> {
    let key = parse_link_key(context, authorized, alias, query).await?;
    let (_, link) = find_link(context, &key).await?;
    Ok(link)
}

/// Key of `alias`, as it is written in a URL.
pub(crate) fn alias_key<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str) -> Result<Key, Problem> {
    let alias = Alias::parse_existing(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
    Ok(Key::link(domain, &alias))
}

/// Domain of a query that has no other parameter; the default domain if it names none.
pub(super) async fn parse_domain<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Domain, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    fields.finish(Some(domain))
}

/// Takes `domain` out of `fields`; the default domain if there is none. The deployment must serve it, and the caller's
/// key must cover it.
pub(crate) async fn take_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    fields: &mut Fields,
) -> Result<Domain, Problem> {
    let domain = take_optional_domain(context, authorized, fields).await?;
    let domain = domain.unwrap_or_else(|| context.config.default_domain().clone());
    authorized.check_domain(&domain)?;
    Ok(domain)
}

/// Takes `domain` like [`take_domain`]; `None` if there is none.
pub(crate) async fn take_optional_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    fields: &mut Fields,
) -> Result<Option<Domain>, Problem> {
    let Some(domain) = fields.take_text("domain", |text| Domain::parse(&text)) else {
        return Ok(None);
    };
    match check_served(context, authorized, domain).await? {
        Ok(domain) => Ok(Some(domain)),
        Err(error) => {
            fields.refuse("domain", error);
            Ok(None)
        }
    }
}

/// Checks a domain that a body names, like [`take_optional_domain`].
pub(super) async fn check_body_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: Option<Domain>,
    wrong: &mut FieldErrors,
) -> Result<Option<Domain>, Problem> {
    let Some(domain) = domain else { return Ok(None) };
    match check_served(context, authorized, domain).await? {
        Ok(domain) => Ok(Some(domain)),
        Err(error) => {
            wrong.add(error.within("domain"));
            Ok(None)
        }
    }
}

/// Returns `domain` if the deployment serves it and the caller's key covers it.
async fn check_served<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: Domain,
) -> Result<Result<Domain, FieldError>, Problem> {
    authorized.check_domain(&domain)?;
    let is_served = redirect::is_served(context, &domain).await?;
    Ok(if is_served {
        Ok(domain)
    } else {
        Err(FieldError::invalid("this deployment does not serve this domain; add the domain first or name another"))
    })
}
