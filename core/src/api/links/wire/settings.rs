//! JSON of the settings of a link, as they are now or were in an earlier version.

use std::num::NonZeroU64;

use serde::Serialize;

use crate::api::links::wire_rules::{CardJson, RuleJson};
use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::link_settings::LinkSettings;
use crate::model::target::Target;
use crate::model::text::{ExternalId, Note, Tag, Title};
use crate::model::time::Timestamp;

/// The settings of a link.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "LinkSettings"))]
pub(in crate::api::links) struct SettingsJson<'a> {
    /// Title, for the people who manage the link.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::TITLE_BYTES)))]
    title: Option<&'a str>,
    /// Tags in lower case and in alphabetical order.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::TagsSchema"))]
    tags: Vec<&'a str>,
    /// Note, for the people who manage the link.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::NOTE_BYTES)))]
    note: Option<&'a str>,
    /// Identifier of the link in another system.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::EXTERNAL_ID_BYTES)))]
    external_id: Option<&'a str>,
    /// Time from which the link works. Before it, visitors get a 404.
    starts_at: Option<DisplayText<Timestamp>>,
    /// Time from which the link does not work any more.
    ends_at: Option<DisplayText<Timestamp>>,
    /// How often people may follow the link. The limit is exact. Another number starts a new count.
    max_clicks: Option<NonZeroU64>,
    /// Whether visitors are asked to confirm before they are redirected.
    confirm: bool,
    /// URL that visitors are redirected to when the link is disabled, past its end or used up. Such a visit does not
    /// count as a click.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::target::MAX_BYTES)))]
    fallback: Option<&'a str>,
    /// Whether the link has a `password`, which is never shown.
    has_password: bool,
    /// Status code of the redirect.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::RedirectStatusSchema"))]
    redirect_status: u16,
    /// What happens to the query of a visitor: it is dropped (`off`), or merged with the query of the target.
    /// `target_wins` and `visitor_wins` say whose value is used for a parameter that both have.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::QueryForwardingSchema"))]
    forward_query: &'static str,
    /// Whether the path after the alias is appended to the path of the target.
    forward_path: bool,
    /// Rules in the order in which they are tried. The first rule whose conditions all hold decides the target.
    #[cfg_attr(feature = "docs", schemars(length(max = crate::model::rules::MAX_RULES)))]
    rules: Vec<RuleJson<'a>>,
    card: Option<CardJson<'a>>,
    /// Whether every redirect reads the store, so that edits, blocks and restorations reach all visitors at once. Only a
    /// move, and the edit that makes the link strict, take as long as on other links.
    strict: bool,
    /// Whether `/robots.txt` lets robots follow the link.
    crawlable: bool,
    /// Whether the link is disabled.
    disabled: bool,
}

impl<'a> SettingsJson<'a> {
    /// The JSON of `settings`, whose password may be kept elsewhere or not at all.
    pub(in crate::api::links) fn new(settings: &'a LinkSettings, has_password: bool) -> Self {
        Self {
            title: settings.title.as_ref().map(Title::as_str),
            tags: settings.tags.iter().map(Tag::as_str).collect(),
            note: settings.note.as_ref().map(Note::as_str),
            external_id: settings.external_id.as_ref().map(ExternalId::as_str),
            starts_at: settings.starts_at.map(DisplayText),
            ends_at: settings.ends_at.map(DisplayText),
            max_clicks: settings.max_clicks,
            confirm: settings.confirm,
            fallback: settings.fallback.as_ref().map(Target::as_str),
            has_password,
            redirect_status: settings.redirect_status.code().as_u16(),
            forward_query: settings.forward_query.name(),
            forward_path: settings.forward_path,
            rules: settings.rules.iter().map(RuleJson::new).collect(),
            card: settings.card.as_ref().map(CardJson::new),
            strict: settings.strict,
            crawlable: settings.crawlable,
            disabled: settings.disabled,
        }
    }
}
