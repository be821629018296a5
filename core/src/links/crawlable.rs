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

/// How many links are held in memory together.
const AT_ONCE: usize = 100;

/// Their aliases in order, of as many links as the edge can look at in one request.
pub(crate) async fn crawlable<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Vec<Alias>, Problem> {
    let prefix = Prefix::crawlable(domain);
    let page = context.edge.records().scan(&prefix, None, context.edge.traits().most_crawlable).await?;
    let walk = Walk::Hints { prefix, earliest: Timestamp::from_millis(0) };
    let mut aliases: Vec<Alias> = Vec::new();
    // Of so many links only the names are kept: they may be large, and anybody may ask.
    for keys in page.keys.chunks(AT_ONCE) {
        let links = walk.follow(context, domain, keys.to_vec()).await?;
        let open = links.into_iter().filter(|link| !link.spec.holds_back() && link.state(0, context.now) == State::Live);
        aliases.extend(open.map(|link| link.alias));
    }
    aliases.dedup();
    Ok(aliases)
}
