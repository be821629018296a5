//! What somebody may have meant who found nothing: an address at the end of a sentence takes its full stop along, and people type in the case
//! they like.

use super::decide::{Decision, VisitorTraits};
use super::read::LinkSource;
use super::{decide, read};
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::alias::{self, Alias};
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::Edge;

/// What stands behind an address in a text.
const AFTER_AN_ADDRESS: [char; 13] = ['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', '\'', '*'];

/// The problem of somebody who found no link at `address`, with the address of the one they may have meant: without what follows it in a text,
/// or in small letters. Both are looked for, nothing else.
pub(super) async fn suggest<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    address: &str,
    visit: &Visit<'_>,
    problem: Problem,
) -> Problem {
    // What is this long is no alias with something behind it.
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

/// Whether whoever follows the link is led on, and may know it.
fn is_public<E: Edge>(context: &Context<'_, E>, compiled: &CompiledLink, visit: &Visit<'_>) -> bool {
    let manner = VisitorTraits { is_confirmed: true, ..VisitorTraits::default() };
    compiled.limit.is_none()
        && matches!(decide::decide(compiled, visit, context.pepper().ok(), manner), Decision::Redirect(..) | Decision::Card)
}
