//! Which link, and which domain, a request names.

use super::find;
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

/// Reads the key of the link that an address of the API names, with `?domain=` or on the default domain. An alias that cannot be is
/// the alias of no link.
pub(super) async fn named<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, alias: &str, query: &str) -> Result<Key, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    fields.finish(Some(()))?;
    key(context, &domain, alias)
}

/// The link that an address of the API names.
pub(super) async fn named_link<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Link, Problem> {
    let key = named(context, authorized, alias, query).await?;
    let (_, link) = find(context, &key).await?;
    Ok(link)
}

/// The key of `alias`, as it stands in an address.
pub(super) fn key<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &str) -> Result<Key, Problem> {
    let alias = Alias::parse_existing(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
    Ok(Key::link(domain, &alias))
}

/// The domain of a query that names nothing else, or the default domain.
pub(super) async fn domain_of<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Domain, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    fields.finish(Some(domain))
}

/// Takes the domain out of `fields`, which must be one of this deployment that whoever asks has a say in; the default domain if they name none.
pub(super) async fn take_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    fields: &mut Fields,
) -> Result<Domain, Problem> {
    let said = take_said_domain(context, authorized, fields).await?;
    let domain = said.unwrap_or_else(|| context.config.default_domain().clone());
    authorized.check_domain(&domain)?;
    Ok(domain)
}

/// The same; nothing if they name none.
pub(super) async fn take_said_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    fields: &mut Fields,
) -> Result<Option<Domain>, Problem> {
    let Some(domain) = fields.take_text("domain", |text| Domain::parse(&text)) else {
        return Ok(None);
    };
    match served(context, authorized, domain).await? {
        Ok(domain) => Ok(Some(domain)),
        Err(refusal) => {
            fields.refuse("domain", refusal);
            Ok(None)
        }
    }
}

/// The same of a domain that a body names.
pub(super) async fn served_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    said: Option<Domain>,
    wrong: &mut FieldErrors,
) -> Result<Option<Domain>, Problem> {
    let Some(domain) = said else { return Ok(None) };
    match served(context, authorized, domain).await? {
        Ok(domain) => Ok(Some(domain)),
        Err(refusal) => {
            wrong.add(refusal.within("domain"));
            Ok(None)
        }
    }
}

/// `domain`, if links may be made on it.
async fn served<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, domain: Domain) -> Result<Result<Domain, FieldError>, Problem> {
    authorized.check_domain(&domain)?;
    let is_served = redirect::is_served(context, &domain).await?;
    Ok(if is_served { Ok(domain) } else { Err(FieldError::invalid("this is no domain of this deployment")) })
}
