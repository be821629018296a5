//! Finding a link that is just what somebody is about to create.

use super::create::{NewLink, of_creation};
use super::scan::{Walk, of_page};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::Link;
use crate::model::time::Timestamp;
use crate::store::Prefix;
use crate::store::ports::Edge;

/// The newest link of the same owner that leads where `new` leads and has the same said of it. Among more links to one target than fit
/// one page, only the newest are looked at.
pub(super) async fn find_same<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, new: &NewLink) -> Result<Option<Link>, Problem> {
    let domain = &new.domain;
    let walk = Walk::Index { prefix: Prefix::by_target(domain, &new.target), earliest: Timestamp::from_millis(0) };
    // If there is none, it is made.
    let of_creation = of_creation(context, new)?;
    context.check_new_fits(of_creation.saturating_add(of_page(context.edge.records(), 1)), new.spec.tags.len())?;
    let making = context.budget.reserve(of_creation);
    let page = walk.page(context, domain, None, u16::MAX).await?;
    drop(making);
    let is_same = |link: &Link| {
        !link.is_deleted()
            && authorized.owns(link)
            && link.target == new.target
            && link.spec == new.spec
            && new.alias.as_ref().is_none_or(|alias| *alias == link.alias)
    };
    Ok(page.links.into_iter().find(is_same))
}
