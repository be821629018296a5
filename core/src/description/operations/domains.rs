//! The endpoints of domains.

use crate::api::domains;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LIST_DOMAINS: Operation = Operation::new(OperationGroup::Domains, "listDomains", "List domains")
    .description("The domains of the setting `HOP_DOMAINS`, then those that were added.")
    .parameters(&[parameters::CURSOR])
    .answers(&[(200, answers::DOMAIN_LIST)]);

pub(super) const CREATE_DOMAIN: Operation = Operation::new(OperationGroup::Domains, "createDomain", "Add a domain")
    .description(
        "The origin of the domain is `https://` and its host. Links can be created on it at once. Visitors reach it \
         within ten seconds. A target on a domain of the setting `HOP_DOMAINS`, or on the domain itself, is \
         refused with `own_domain`. A target on another added domain is accepted, since hop does not read the store \
         for every target.",
    )
    .body::<domains::NewDomain>("new-domain")
    .answers(&[(201, answers::DOMAIN_CREATED), (409, answers::DOMAIN_TAKEN)]);

pub(super) const SHOW_DOMAIN: Operation =
    Operation::new(OperationGroup::Domains, "showDomain", "Show a domain").answers(&[(200, answers::DOMAIN)]);

pub(super) const CHANGE_DOMAIN: Operation = Operation::new(OperationGroup::Domains, "changeDomain", "Change a domain")
    .description(
        "A merge patch: the fields in it are changed, the others stay, and `null` resets a field. A patch that \
         changes nothing leaves the version as it is. A change reaches visitors as soon as an edit of a link does \
         (`promises` in `/capabilities`). A target on a domain of the setting `HOP_DOMAINS`, or on the domain itself, is refused with `own_domain`. A target on \
         another added domain is accepted, since hop does not read the store for every target.",
    )
    .body::<domains::DomainPatch>("domain-patch")
    .answers(&[(200, answers::DOMAIN)]);

pub(super) const DELETE_DOMAIN: Operation = Operation::new(OperationGroup::Domains, "deleteDomain", "Delete a domain")
    .description(
        "Only an added domain whose links are all deleted can be deleted. hop examines one page of its links: if many \
         are deleted, erase them first. A link that is being created at the same moment is found too. A link that is \
         created even later stays stored, and works again when the domain is added again.",
    )
    .answers(&[(409, answers::DOMAIN_IN_USE)]);
