//! Links that would lead in circles: to the domain they are on.
//!
//! The domains of the settings are refused where a target is read. Which others were added only the store knows, but the one a link is on
//! is known without a look.

use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::model::link_settings::LinkSettings;
use crate::model::target::Target;

/// Refuses every target of a link on `domain` that is on this domain too.
pub(super) fn refuse_circles(wrong: &mut FieldErrors, domain: &Domain, target: Option<&Target>, spec: &LinkSettings) {
    let is_circle = |target: Option<&Target>| target.is_some_and(|target| target.is_on(domain));
    let own_domain = FieldError::own_domain;
    if is_circle(target) {
        wrong.add(own_domain().within("target"));
    }
    if is_circle(spec.fallback.as_ref()) {
        wrong.add(own_domain().within("fallback"));
    }
    for (index, rule) in spec.rules.iter().enumerate() {
        if rule.target.is_on(domain) {
            wrong.add(own_domain().within("target").at(index).within("rules"));
        }
    }
    if is_circle(spec.card.as_ref().and_then(|card| card.image.as_ref())) {
        wrong.add(own_domain().within("image").within("card"));
    }
}
