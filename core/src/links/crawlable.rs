//! Which links robots may follow: those that say so and lead every visitor on as they are now.

use super::walk::Walk;
use crate::alias::Alias;
use crate::app::Context;
use crate::domain::Domain;
use crate::error::Problem;
use crate::link::State;
use crate::ports::{Edge, Records as _};
use crate::records::Prefix;
use crate::time::Timestamp;

/// Their aliases in order, of as many links as the edge can look at in one request.
pub(crate) async fn crawlable<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Vec<Alias>, Problem> {
    let prefix = Prefix::crawlable(domain);
    let page = context.edge.records().scan(&prefix, None, context.edge.traits().most_crawlable).await?;
    let walk = Walk::Hints { prefix, earliest: Timestamp::from_millis(0) };
    let mut links = walk.follow(context, domain, page.keys).await?;
    links.retain(|link| !link.spec.holds_back() && link.state(0, context.now) == State::Live);
    Ok(links.into_iter().map(|link| link.alias).collect())
}
