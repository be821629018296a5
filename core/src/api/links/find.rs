//! `find_if_exists`: finds an existing link that equals the requested one.

use super::create::{NewLink, cost_of_creation};
use super::quota::QuotaMeter;
use super::scan::{Walk, cost_of_page};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::Link;
use crate::model::time::Timestamp;
use crate::store::Prefix;
use crate::store::ports::Edge;

/// The newest link of the same owner with the same target and settings as `new`. If more links have this target than
/// fit one page, only the newest are examined.
pub(super) async fn find_same<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    new: &NewLink,
) -> Result<Option<Link>, Problem> {
    let domain = &new.domain;
    let walk = Walk::Index { prefix: Prefix::by_target(domain, &new.target), earliest: Timestamp::from_millis(0) };
    // If there is none, it is created.
    let records = context.edge.records();
    let (creation_cost, page_cost) = (cost_of_creation(context, new)?, cost_of_page(records, 1));
    let cost = creation_cost.saturating_add(quota.cost_of_places(records));
    let of_units = quota.check_fits(context, cost.saturating_add(page_cost), new.settings.tags.len())?;
    let reserved = context.budget.reserve(cost.saturating_add(of_units));
    let page = walk.page(context, domain, None, u16::MAX).await?;
    drop(reserved);
    let is_same = |link: &Link| {
        !link.is_deleted()
            && authorized.owns(link)
            && link.target == new.target
            && link.settings == new.settings
            && new.alias.as_ref().is_none_or(|alias| *alias == link.alias)
    };
    Ok(page.links.into_iter().find(is_same))
}
