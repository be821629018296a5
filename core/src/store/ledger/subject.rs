//! Subjects: what statistics are about, and the keys of their documents.
//!
//! `link/<id>/<month>`, `domain/<domain>/<month>`, `tag/<tag>/<domain>/<month>`. A tag is written in base64, because it
//! may contain any letter.

use crate::model::base64;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::Detail;
use crate::model::text::Tag;

/// What statistics are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Link(LinkId),
    /// All links of some domains; of all domains if none are named.
    Domains(Option<Vec<Domain>>),
    /// The links with a tag, of some domains or of all.
    Tag(Tag, Option<Vec<Domain>>),
}

/// The prefix of the documents of all links.
pub(super) const LINKS: &str = "link/";
/// The prefix of the documents of all domains.
pub(super) const DOMAINS: &str = "domain/";
/// The prefix of the documents of all tags.
pub(super) const TAGS: &str = "tag/";

impl Subject {
    /// The prefixes of the keys of its documents.
    pub(super) fn prefixes(&self) -> Vec<String> {
        let each = |domains: &Option<Vec<Domain>>, prefix: &str| match domains {
            Some(domains) => domains.iter().map(|domain| format!("{prefix}{domain}/")).collect(),
            None => vec![prefix.to_owned()],
        };
        match self {
            Self::Link(link) => vec![of_link(link)],
            Self::Domains(domains) => each(domains, DOMAINS),
            Self::Tag(tag, domains) => each(domains, &format!("{TAGS}{}/", base64::encode(tag.as_str().as_bytes()))),
        }
    }

    pub(crate) fn detail(&self) -> Detail {
        match self {
            Self::Link(_) => Detail::Link,
            Self::Domains(_) => Detail::Domain,
            Self::Tag(..) => Detail::Tag,
        }
    }
}

/// The prefix of the documents of a link.
pub(super) fn of_link(link: &LinkId) -> String {
    format!("{LINKS}{link}/")
}

/// The prefix of the documents of a domain. Visits of an unknown host have an empty one.
pub(super) fn of_domain(domain: &str) -> String {
    format!("{DOMAINS}{domain}/")
}

/// The prefix of the documents of a tag on a domain.
pub(super) fn of_tag(tag: &Tag, domain: &Domain) -> String {
    format!("{TAGS}{}/{domain}/", base64::encode(tag.as_str().as_bytes()))
}

/// The kind of the documents with this key.
pub(super) fn detail_of(key: &str) -> Detail {
    if key.starts_with(LINKS) {
        Detail::Link
    } else if key.starts_with(DOMAINS) {
        Detail::Domain
    } else {
        Detail::Tag
    }
}
