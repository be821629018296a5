//! Redirect loops: refuses targets on the domain of the link itself.
//!
//! Targets on the domains of the settings are refused when they are parsed. Only the store knows the other domains, but
//! the link's own domain is known without a read.

use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::model::link_settings::LinkSettings;
use crate::model::target::Target;

/// Refuses every target of a link on `domain` that is on the same domain.
pub(super) fn refuse_self_targets(wrong: &mut FieldErrors, domain: &Domain, target: Option<&Target>, settings: &LinkSettings) {
    let is_own = |target: Option<&Target>| target.is_some_and(|target| target.is_on(domain));
    let own_domain = FieldError::own_domain;
    if is_own(target) {
        wrong.add(own_domain().within("target"));
    }
    if is_own(settings.fallback.as_ref()) {
        wrong.add(own_domain().within("fallback"));
    }
    for (index, rule) in settings.rules.iter().enumerate() {
        if rule.target.is_on(domain) {
            wrong.add(own_domain().within("target").at(index).within("rules"));
        }
    }
    if is_own(settings.card.as_ref().and_then(|card| card.image.as_ref())) {
        wrong.add(own_domain().within("image").within("card"));
    }
}
