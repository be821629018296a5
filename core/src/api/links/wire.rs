//! Links on the wire: the JSON of CONTRACT's Link, every field always there.

mod row;

use std::num::NonZeroU64;

use serde::Serialize;

use super::counts::Counts;
use super::wire_rules::{CardJson, RuleJson};
use crate::auth::Proof;
use crate::context::Context;
use crate::message::wire::DisplayText;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::{Link, UserId};
use crate::model::password::PasswordHash;
use crate::model::rights::Right;
use crate::model::target::Target;
use crate::model::text::{ExternalId, Note, Tag, Title};
use crate::model::time::Timestamp;
use crate::store::ports::Edge;

pub(super) use row::{COLUMNS, cells};

/// A link as the API shows it.
#[derive(Serialize)]
pub(super) struct LinkJson<'a> {
    id: &'a str,
    alias: &'a str,
    domain: &'a str,
    short_url: String,
    target: &'a str,
    title: Option<&'a str>,
    tags: Vec<&'a str>,
    note: Option<&'a str>,
    external_id: Option<&'a str>,
    owner: Option<&'a str>,
    created_at: DisplayText<Timestamp>,
    updated_at: DisplayText<Timestamp>,
    state: &'static str,
    starts_at: Option<DisplayText<Timestamp>>,
    ends_at: Option<DisplayText<Timestamp>>,
    max_clicks: Option<NonZeroU64>,
    confirm: bool,
    fallback: Option<&'a str>,
    has_password: bool,
    redirect_status: u16,
    forward_query: &'static str,
    forward_path: bool,
    rules: Vec<RuleJson<'a>>,
    card: Option<CardJson<'a>>,
    strict: bool,
    crawlable: bool,
    disabled: bool,
    blocked: Option<BlockedJson<'a>>,
    /// Null for a key that must not read clicks.
    clicks: Option<ClicksJson>,
    version: u64,
    /// Only in an export that asked for it; null there for a link without a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<Option<String>>,
}

/// A link as an answer to a write shows it: whole to who may read links, and otherwise by what names it alone. A link that is as the request
/// itself made it is shown whole to everybody: all it says was said by who asks.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WrittenLinkJson<'a> {
    Whole(Box<LinkJson<'a>>),
    Reference { id: &'a str, alias: &'a str, domain: &'a str, version: u64 },
}

impl<'a> WrittenLinkJson<'a> {
    pub(super) fn new<E: Edge>(context: &Context<'_, E>, proof: &Proof, link: &'a Link, counts: Counts, is_created: bool) -> Self {
        // Every edit is a version, and so is one that came between two tries of a repeated creation.
        if proof.has(Right::ReadLinks) || (is_created && link.version == 1) {
            return Self::Whole(Box::new(LinkJson::new(context, proof, link, counts)));
        }
        Self::Reference { id: link.id.as_str(), alias: link.alias.as_str(), domain: link.domain.as_str(), version: link.version }
    }
}

impl<'a> LinkJson<'a> {
    pub(super) fn new<E: Edge>(context: &Context<'_, E>, proof: &Proof, link: &'a Link, counts: Counts) -> Self {
        let spec = &link.spec;
        Self {
            id: link.id.as_str(),
            alias: link.alias.as_str(),
            domain: link.domain.as_str(),
            short_url: context.config.short_url(&link.domain, &link.alias),
            target: link.target.as_str(),
            title: spec.title.as_ref().map(Title::as_str),
            tags: spec.tags.iter().map(Tag::as_str).collect(),
            note: spec.note.as_ref().map(Note::as_str),
            external_id: spec.external_id.as_ref().map(ExternalId::as_str),
            owner: link.owner.as_ref().map(UserId::as_str),
            created_at: DisplayText(link.created_at),
            updated_at: DisplayText(link.updated_at),
            state: link.state(counts.taken, context.now).name(),
            starts_at: spec.starts_at.map(DisplayText),
            ends_at: spec.ends_at.map(DisplayText),
            max_clicks: spec.max_clicks,
            confirm: spec.confirm,
            fallback: spec.fallback.as_ref().map(Target::as_str),
            has_password: spec.password.is_some(),
            redirect_status: spec.redirect_status.code().as_u16(),
            forward_query: spec.forward_query.name(),
            forward_path: spec.forward_path,
            rules: spec.rules.iter().map(RuleJson::new).collect(),
            card: spec.card.as_ref().map(CardJson::new),
            strict: spec.strict,
            crawlable: spec.crawlable,
            disabled: spec.disabled,
            blocked: link.blocked.as_ref().map(BlockedJson::new),
            clicks: proof.has(Right::ReadClicks).then(|| ClicksJson::new(counts.clicks)),
            version: link.version,
            password_hash: None,
        }
    }

    /// The same with the hash of the password of `link`, which is the link this shows.
    pub(super) fn with_password_hash(self, link: &Link) -> Self {
        Self { password_hash: Some(link.spec.password.as_ref().map(PasswordHash::phc)), ..self }
    }
}

/// Why an admin ended a link, and when.
#[derive(Serialize)]
pub(super) struct BlockedJson<'a> {
    reason: &'a str,
    at: DisplayText<Timestamp>,
}

impl<'a> BlockedJson<'a> {
    pub(super) fn new(blocked: &'a Blocked) -> Self {
        Self { reason: blocked.reason.as_str(), at: DisplayText(blocked.at) }
    }
}

/// How often a link was followed.
#[derive(Serialize)]
struct ClicksJson {
    humans: u64,
    bots: u64,
    previews: u64,
}

impl ClicksJson {
    fn new(Clicks { humans, bots, previews }: Clicks) -> Self {
        Self { humans, bots, previews }
    }
}

/// The link's own address in the API.
pub(super) fn address(link: &Link) -> String {
    format!("/api/v1/links/{}?{}", link.alias.encoded(), domain_query(&link.domain))
}

/// The domain as part of a query. Only an IPv6 address holds anything to encode.
pub(super) fn domain_query(domain: &Domain) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("domain", domain.as_str()).finish()
}
