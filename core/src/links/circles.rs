//! Links that would lead in circles: to the domain they are on.
//!
//! The domains of the settings are refused where a target is read. Which others were added only the store knows, but the one a link is on
//! is known without a look.

use crate::body::Fields;
use crate::domain::Domain;
use crate::error::Refusal;
use crate::spec::Spec;
use crate::target::Target;

/// Refuses every target of a link on `domain` that is on this domain too.
pub(super) fn refuse_circles(fields: &mut Fields, domain: &Domain, target: Option<&Target>, spec: &Spec) {
    let is_circle = |target: Option<&Target>| target.is_some_and(|target| target.is_on(domain));
    let own_domain = Refusal::own_domain;
    if is_circle(target) {
        fields.refuse("target", own_domain());
    }
    if is_circle(spec.fallback.as_ref()) {
        fields.refuse("fallback", own_domain());
    }
    for (index, rule) in spec.rules.iter().enumerate() {
        if rule.target.is_on(domain) {
            fields.refuse("rules", own_domain().within("target").at(index));
        }
    }
    if is_circle(spec.card.as_ref().and_then(|card| card.image.as_ref())) {
        fields.refuse("card", own_domain().within("image"));
    }
}
