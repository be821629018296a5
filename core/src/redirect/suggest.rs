//! Suggestions after a 404: the link without punctuation at the end of the address, or with the alias in small letters.

use super::decide::{Decision, VisitorTraits};
use super::host_guard::HostGuard;
use super::read::LinkSource;
use super::{decide, read};
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::alias::{self, Alias};
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::Edge;

/// Characters that may follow an address in a text.
const AFTER_AN_ADDRESS: [char; 13] = ['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', '\'', '*'];

/// Adds to `problem` the address of the link that the visitor of `address` may have meant. At most two aliases are
/// looked up: without trailing punctuation, and in small letters.
pub(super) async fn suggest<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    address: &str,
    visit: &Visit<'_>,
    problem: Problem,
) -> Problem {
    // A text of this length is not an alias with punctuation after it.
    if problem.code != ProblemCode::NotFound || address.len() > alias::MAX_BYTES.saturating_mul(2) {
        return problem;
    }
    let bare = address.trim_end_matches(AFTER_AN_ADDRESS);
    let small = alias::fold(bare);
    let both = [bare, &small];
    let all = if small == bare { both.get(..1) } else { both.get(..) };
    for meant in all.unwrap_or_default().iter().copied() {
        let Ok(alias) = Alias::parse_existing(meant, context.config.alias_case) else { continue };
        if meant != address
            && let Ok(compiled) = read::find(context, domain, &alias, LinkSource::Cache).await
            && is_public(context, &compiled, visit)
        {
            return problem.suggesting(context.config.short_url(domain, &alias));
        }
    }
    problem
}

/// Whether the link redirects this visitor without a password or a click limit, so that its existence is no secret.
fn is_public<E: Edge>(context: &Context<'_, E>, compiled: &CompiledLink, visit: &Visit<'_>) -> bool {
    let traits = VisitorTraits { is_confirmed: true, ..VisitorTraits::default() };
    compiled.limit.is_none()
        && matches!(
            decide::decide(compiled, &HostGuard::of_verdict(context, compiled), visit, context.pepper().ok(), traits),
            Decision::Redirect(..) | Decision::Card
        )
}
