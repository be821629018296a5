//! Transfers the links of a deleted user, domain by domain.

use super::LinkEdit;
use super::sweep::{MAX_LISTED, SweepLimits, sweep};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::link::{Link, UserId};
use crate::model::sorted::put_in_order;
use crate::store::Prefix;
use crate::store::ports::{Edge, Records as _};

/// Transfers links of the first user to the second, or makes them unowned, on the domains after `past`: as many as the
/// operation budget allows. Returns the last finished domain, and whether no link is left. A damaged link is logged and
/// skipped.
pub(crate) async fn transfer_links<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    (from, to): (&UserId, Option<&UserId>),
    past: Option<&Domain>,
) -> Result<(Option<Domain>, bool), Problem> {
    let authorized = authorized.to_transfer_links()?;
    let change = |link: &Link| -> Result<LinkEdit, EditRefusal> {
        if link.owner.as_ref() != Some(from) {
            return Err(Problem::no_such_link().into());
        }
        Ok(Link { owner: to.cloned(), ..link.clone() }.into())
    };
    let mut limits = SweepLimits::default();
    let mut last = past.cloned();
    for domain in domains(context).await? {
        if past.is_some_and(|past| domain <= *past) {
            continue;
        }
        if !sweep(context, &authorized, (&domain, &Prefix::by_owner(&domain, from)), &mut limits, &change).await?.done {
            return Ok((last, false));
        }
        last = Some(domain);
    }
    Ok((last, true))
}

/// Lists all domains that may have links, including deleted ones, in the order of their names.
pub(super) async fn domains<E: Edge>(context: &Context<'_, E>) -> Result<Vec<Domain>, Problem> {
    let mut domains = Vec::new();
    context.config.domains().for_each(|domain| put_in_order(&mut domains, domain.clone()));
    let mut after = None;
    loop {
        let page = context.edge.records().scan(&Prefix::domains(), after.as_ref(), MAX_LISTED).await?;
        page.keys.iter().filter_map(Domain::from_record_key).for_each(|domain| put_in_order(&mut domains, domain));
        after = page.next;
        if after.is_none() {
            return Ok(domains);
        }
    }
}
