//! Links on the wire: the JSON of CONTRACT's Link, every field always there.

mod row;

use std::num::NonZeroU64;

use serde::Serialize;

use super::wire_rules::{self, CardJson, RuleJson};
use crate::app::Context;
use crate::clicks::Clicks;
use crate::config::Config;
use crate::domain::Domain;
use crate::error::Problem;
use crate::link::{Link, UserId};
use crate::ports::Edge;
use crate::target::Target;
use crate::text::{ExternalId, Note, Tag, Title};

pub(super) use row::{COLUMNS, cells};

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
    created_at: String,
    updated_at: String,
    state: &'static str,
    starts_at: Option<String>,
    ends_at: Option<String>,
    max_clicks: Option<u64>,
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
    blocked: Option<&'a str>,
    clicks: ClicksJson,
    version: u64,
    /// Only in an export for which it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_hash: Option<Option<String>>,
}

#[derive(Serialize)]
struct ClicksJson {
    humans: u64,
    bots: u64,
    previews: u64,
}

pub(super) fn link<'a, E: Edge>(context: &Context<'_, E>, link: &'a Link, clicks: Clicks) -> LinkJson<'a> {
    let spec = &link.spec;
    LinkJson {
        id: link.id.as_str(),
        alias: link.alias.as_str(),
        domain: link.domain.as_str(),
        short_url: short_url(context.config, link),
        target: link.target.as_str(),
        title: spec.title.as_ref().map(Title::as_str),
        tags: spec.tags.iter().map(Tag::as_str).collect(),
        note: spec.note.as_ref().map(Note::as_str),
        external_id: spec.external_id.as_ref().map(ExternalId::as_str),
        owner: link.owner.as_ref().map(UserId::as_str),
        created_at: link.created_at.to_string(),
        updated_at: link.updated_at.to_string(),
        state: link.state(context.now).name(),
        starts_at: spec.starts_at.map(|moment| moment.to_string()),
        ends_at: spec.ends_at.map(|moment| moment.to_string()),
        max_clicks: spec.max_clicks.map(NonZeroU64::get),
        confirm: spec.confirm,
        fallback: spec.fallback.as_ref().map(Target::as_str),
        has_password: spec.password.is_some(),
        redirect_status: spec.redirect_status.code().as_u16(),
        forward_query: spec.forward_query.name(),
        forward_path: spec.forward_path,
        rules: spec.rules.iter().map(wire_rules::rule).collect(),
        card: spec.card.as_ref().map(wire_rules::card),
        strict: spec.strict,
        crawlable: spec.crawlable,
        disabled: spec.disabled,
        blocked: None,
        clicks: ClicksJson { humans: clicks.humans, bots: clicks.bots, previews: clicks.previews },
        version: link.version,
        password_hash: None,
    }
}

/// The link as one line of JSON.
pub(super) fn line(link: &LinkJson<'_>) -> Result<Vec<u8>, Problem> {
    let mut line = serde_json::to_vec(link).map_err(Problem::internal)?;
    line.push(b'\n');
    Ok(line)
}

/// Where visitors follow the link. A link on a domain the deployment no longer serves shows the address it would have.
pub(super) fn short_url(config: &Config, link: &Link) -> String {
    let alias = link.alias.encoded();
    match config.origin_of(link.domain.as_str()) {
        Some(origin) => format!("{origin}/{alias}"),
        None => format!("https://{}/{alias}", link.domain),
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
