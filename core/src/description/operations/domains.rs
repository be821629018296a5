//! The endpoints of domains.

use crate::api::domains;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const LIST_DOMAINS: Operation = Operation::new(Tag::Domains, "listDomains", "List domains")
    .description("Those of `HOP_DOMAINS`, then those that were added.")
    .parameters(&[parameters::CURSOR])
    .answers(&[(200, answers::DOMAIN_LIST)]);

pub(super) const CREATE_DOMAIN: Operation = Operation::new(Tag::Domains, "createDomain", "Add a domain")
    .description(
        "Its origin is `https://` and its host. Links can be made on it from then on. A change reaches \
             visitors within ten seconds. A target on a domain of `HOP_DOMAINS` or on the domain itself is \
             refused as `own_domain`; one on another added domain is not, since hop does not ask the store about \
             every target.",
    )
    .body::<domains::NewDomain>("new-domain")
    .answers(&[(201, answers::DOMAIN_CREATED), (409, answers::DOMAIN_TAKEN)]);

pub(super) const SHOW_DOMAIN: Operation = Operation::new(Tag::Domains, "showDomain", "Show a domain").answers(&[(200, answers::DOMAIN)]);

pub(super) const CHANGE_DOMAIN: Operation = Operation::new(Tag::Domains, "changeDomain", "Change a domain")
    .description(
        "A merge patch: what it names is changed, the rest stays, `null` sets a field back. A change that \
             changes nothing leaves the version as it is. A change reaches visitors within ten seconds. A target \
             on a domain of `HOP_DOMAINS` or on the domain itself is refused as `own_domain`; one on another \
             added domain is not, since hop does not ask the store about every target.",
    )
    .body::<domains::DomainPatch>("domain-patch")
    .answers(&[(200, answers::DOMAIN)]);

pub(super) const DELETE_DOMAIN: Operation = Operation::new(Tag::Domains, "deleteDomain", "Take a domain away")
    .description(
        "One that was added and has no links that are not deleted. hop looks at one page of its links: erase \
             deleted ones where there are many. A link that is being made there at the same moment is looked for \
             too; one that comes later still is kept, and is there again once the domain is added again.",
    )
    .answers(&[(409, answers::DOMAIN_IN_USE)]);
