//! JSON of a link. Every field is always present.

mod row;
mod settings;

use serde::Serialize;

use super::counts::{ClickCounts, LinkClicks};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::{Link, UserId};
use crate::model::password::PasswordHash;
use crate::model::rights::Right;
use crate::model::time::Timestamp;
use crate::store::ports::Edge;

pub(super) use row::{COLUMNS, cells};
pub(super) use settings::SettingsJson;

/// A link. Every field is always present; one that is not set is `null`.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Link"))]
pub(super) struct LinkJson<'a> {
    /// Identifier of the link. It never changes.
    id: &'a str,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    alias: &'a str,
    /// Domain that the alias belongs to.
    domain: &'a str,
    /// URL that visitors follow.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::UrlSchema"))]
    short_url: String,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::TargetSchema"))]
    target: &'a str,
    #[serde(flatten)]
    settings: SettingsJson<'a>,
    /// Identifier of the user who owns the link; `null` for a link without an owner, such as those of the bootstrap
    /// admin.
    owner: Option<&'a str>,
    /// Time at which the link was created.
    created_at: DisplayText<Timestamp>,
    /// Time of the last change.
    updated_at: DisplayText<Timestamp>,
    /// State of the link now. `used_up`: the link was followed as often as `max_clicks` allows.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::LinkStateSchema"))]
    state: &'static str,
    /// Set by an admin: no visitor is redirected, whatever the other fields say.
    blocked: Option<BlockedJson<'a>>,
    /// How often the link was followed; `null` for a key without the scope `stats:read`.
    clicks: Option<ClicksJson>,
    /// Number of the last change; clicks do not count. It is the `ETag`.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    version: u64,
    /// Hash of the password. Only in an export that asked for it, whose description adds it; null there for a link
    /// without a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "docs", schemars(skip))]
    password_hash: Option<Option<String>>,
}

/// A link in the response to a write: a Link for a key with the scope `links:read`, and for a key that has just created
/// it; a LinkReference for any other key.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "WrittenLink"))]
#[serde(untagged)]
pub(super) enum WrittenLinkJson<'a> {
    Whole(Box<LinkJson<'a>>),
    Reference(LinkReferenceJson<'a>),
}

/// The identifiers of a link and its version, without its other fields.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "LinkReference"))]
pub(super) struct LinkReferenceJson<'a> {
    /// Identifier of the link. It never changes.
    id: &'a str,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    alias: &'a str,
    /// Domain that the alias belongs to.
    domain: &'a str,
    /// Number of the last change. It is the `ETag`.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    version: u64,
}

impl<'a> WrittenLinkJson<'a> {
    pub(super) fn new<E: Edge>(
        context: &Context<'_, E>,
        authorized: &Authorized,
        link: &'a Link,
        counts: ClickCounts,
        is_created: bool,
    ) -> Self {
        // At version 1 the link has not been edited between two attempts of a repeated creation.
        if authorized.has(Right::ReadLinks) || (is_created && link.version == 1) {
            return Self::Whole(Box::new(LinkJson::new(context, authorized, link, counts)));
        }
        Self::reference(link)
    }

    /// The short form, without the settings of the link.
    pub(super) fn reference(link: &'a Link) -> Self {
        Self::Reference(LinkReferenceJson {
            id: link.id.as_str(),
            alias: link.alias.as_str(),
            domain: link.domain.as_str(),
            version: link.version,
        })
    }
}

impl<'a> LinkJson<'a> {
    pub(super) fn new<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, link: &'a Link, counts: ClickCounts) -> Self {
        Self {
            id: link.id.as_str(),
            alias: link.alias.as_str(),
            domain: link.domain.as_str(),
            short_url: context.config.short_url(&link.domain, &link.alias),
            target: link.target.as_str(),
            settings: SettingsJson::new(&link.settings, link.settings.password.is_some()),
            owner: link.owner.as_ref().map(UserId::as_str),
            created_at: DisplayText(link.created_at),
            updated_at: DisplayText(link.updated_at),
            state: link.state(counts.taken, context.now).name(),
            blocked: link.blocked.as_ref().map(BlockedJson::new),
            clicks: counts.clicks.filter(|_| authorized.has(Right::ReadClicks)).map(ClicksJson::new),
            version: link.version,
            password_hash: None,
        }
    }

    /// Adds the password hash of `link`, from which this was built.
    pub(super) fn with_password_hash(self, link: &Link) -> Self {
        Self { password_hash: Some(link.settings.password.as_ref().map(PasswordHash::phc)), ..self }
    }
}

/// Why and when an admin blocked a link.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
pub(super) struct BlockedJson<'a> {
    /// Why the link is blocked.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::REASON_BYTES)))]
    reason: &'a str,
    /// Time at which it was blocked.
    at: DisplayText<Timestamp>,
}

impl<'a> BlockedJson<'a> {
    pub(super) fn new(blocked: &'a Blocked) -> Self {
        Self { reason: blocked.reason.as_str(), at: DisplayText(blocked.at) }
    }
}

/// How often a link was followed.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ClicksJson {
    /// Clicks of people.
    humans: u64,
    /// Requests of programs.
    bots: u64,
    /// Requests of programs that show a preview of the link.
    previews: u64,
    /// Clicks of people on each of the last seven UTC days, the oldest first. `null` where the edge cannot tell
    /// cheaply.
    last_7_days: Option<[u64; 7]>,
}

impl ClicksJson {
    fn new(clicks: LinkClicks) -> Self {
        let Clicks { humans, bots, previews } = clicks.total;
        Self { humans, bots, previews, last_7_days: clicks.last_7_days }
    }
}

/// API path of a link.
pub(super) fn link_path(link: &Link) -> String {
    format!("/api/v1/links/{}?{}", link.alias.encoded(), domain_query(&link.domain))
}

/// The domain as part of a query. Only an IPv6 address needs encoding.
pub(super) fn domain_query(domain: &Domain) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("domain", domain.as_str()).finish()
}
