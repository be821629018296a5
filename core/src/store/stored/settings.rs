//! The stored form of the settings of a link.

use std::borrow::Cow;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::rules::StoredRule;
use super::{Millis, corrupt};
use crate::model::card::Card;
use crate::model::link::{ForwardQuery, RedirectStatus};
use crate::model::link_settings::LinkSettings;
use crate::model::password::PasswordHash;
use crate::model::rules::Rule;
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle, ExternalId, Note, Tag, Title};
use crate::store::ports::StoreError;

/// The settings of a link. An unknown member is an error: it may be a setting that keeps visitors out.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StoredSettings<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_clicks: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    confirm: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<Cow<'a, str>>,
    /// The hash of the password, as a PHC string.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "StoredForwardQuery::is_off")]
    forward_query: StoredForwardQuery,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forward_path: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<StoredRule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<StoredCard<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    crawlable: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
}

/// How the query of a visitor is forwarded.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredForwardQuery {
    #[default]
    Off,
    TargetWins,
    VisitorWins,
}

/// The card for link previews.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StoredCard<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Cow<'a, str>>,
}

impl<'a> From<&'a LinkSettings> for StoredSettings<'a> {
    fn from(settings: &'a LinkSettings) -> Self {
        let status = settings.redirect_status;
        Self {
            redirect_status: (status != RedirectStatus::default()).then(|| status.code().as_u16()),
            title: settings.title.as_ref().map(|title| title.as_str().into()),
            note: settings.note.as_ref().map(|note| note.as_str().into()),
            external_id: settings.external_id.as_ref().map(|id| id.as_str().into()),
            tags: settings.tags.iter().map(|tag| tag.as_str().into()).collect(),
            starts_at: settings.starts_at.map(Millis::from),
            ends_at: settings.ends_at.map(Millis::from),
            max_clicks: settings.max_clicks,
            confirm: settings.confirm,
            fallback: settings.fallback.as_ref().map(|target| target.as_str().into()),
            password: settings.password.as_ref().map(|password| password.phc().into()),
            forward_query: settings.forward_query.into(),
            forward_path: settings.forward_path,
            rules: settings.rules.iter().map(StoredRule::from).collect(),
            card: settings.card.as_ref().map(StoredCard::from),
            strict: settings.strict,
            crawlable: settings.crawlable,
            disabled: settings.disabled,
        }
    }
}

impl TryFrom<StoredSettings<'_>> for LinkSettings {
    type Error = StoreError;

    fn try_from(stored: StoredSettings<'_>) -> Result<Self, StoreError> {
        let redirect_status = match stored.redirect_status {
            Some(status) => RedirectStatus::parse(status.into()).map_err(|_| corrupt("redirect_status"))?,
            None => RedirectStatus::default(),
        };
        let password = stored.password.map(|text| PasswordHash::from_phc(&text).ok_or_else(|| corrupt("password"))).transpose()?;
        Ok(Self {
            redirect_status,
            title: stored.title.map(|title| Title::stored(title.into_owned())),
            note: stored.note.map(|note| Note::stored(note.into_owned())),
            external_id: stored.external_id.map(|id| ExternalId::stored(id.into_owned())),
            tags: stored.tags.into_iter().map(|tag| Tag::stored(tag.into_owned())).collect(),
            starts_at: stored.starts_at.map(Into::into),
            ends_at: stored.ends_at.map(Into::into),
            max_clicks: stored.max_clicks,
            confirm: stored.confirm,
            fallback: stored.fallback.map(|target| Target::stored(target.into_owned())),
            password,
            forward_query: stored.forward_query.into(),
            forward_path: stored.forward_path,
            rules: stored.rules.into_iter().map(Rule::try_from).collect::<Result<_, _>>()?,
            card: stored.card.map(Card::from),
            strict: stored.strict,
            crawlable: stored.crawlable,
            disabled: stored.disabled,
        })
    }
}

impl StoredForwardQuery {
    /// Whether this is the default, which is not written.
    fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}

impl From<ForwardQuery> for StoredForwardQuery {
    fn from(forward: ForwardQuery) -> Self {
        match forward {
            ForwardQuery::Off => Self::Off,
            ForwardQuery::TargetWins => Self::TargetWins,
            ForwardQuery::VisitorWins => Self::VisitorWins,
        }
    }
}

impl From<StoredForwardQuery> for ForwardQuery {
    fn from(stored: StoredForwardQuery) -> Self {
        match stored {
            StoredForwardQuery::Off => Self::Off,
            StoredForwardQuery::TargetWins => Self::TargetWins,
            StoredForwardQuery::VisitorWins => Self::VisitorWins,
        }
    }
}

impl<'a> From<&'a Card> for StoredCard<'a> {
    fn from(card: &'a Card) -> Self {
        Self {
            title: card.title.as_ref().map(|title| title.as_str().into()),
            description: card.description.as_ref().map(|description| description.as_str().into()),
            image: card.image.as_ref().map(|image| image.as_str().into()),
        }
    }
}

impl From<StoredCard<'_>> for Card {
    fn from(stored: StoredCard<'_>) -> Self {
        Self {
            title: stored.title.map(|title| CardTitle::stored(title.into_owned())),
            description: stored.description.map(|description| CardDescription::stored(description.into_owned())),
            image: stored.image.map(|image| Target::stored(image.into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;

    fn written(settings: &LinkSettings) -> String {
        serde_json::to_string(&StoredSettings::from(settings)).unwrap()
    }

    fn read(json: &str) -> Option<LinkSettings> {
        serde_json::from_str::<StoredSettings<'_>>(json).ok()?.try_into().ok()
    }

    #[test]
    fn all_settings_are_stored_and_read_back() {
        assert_eq!(read(&written(&everything())), Some(everything()));
    }

    #[test]
    fn settings_that_are_not_set_are_not_written() {
        assert_eq!(written(&LinkSettings::default()), "{}");
        assert_eq!(read("{}"), Some(LinkSettings::default()));
    }

    #[test]
    fn each_flag_is_stored_and_read_back() {
        for flag in ["confirm", "forward_path", "strict", "crawlable", "disabled"] {
            let json = format!(r#"{{"{flag}":true}}"#);
            assert_eq!(written(&read(&json).unwrap()), json);
        }
        assert!(read(r#"{"disabled":true}"#).unwrap().disabled && read(r#"{"confirm":true}"#).unwrap().confirm);
    }

    #[test]
    fn invalid_settings_are_corrupt() {
        for json in [
            r#"{"redirect_status":200}"#,
            r#"{"redirect_status":70000}"#,
            r#"{"redirect_status":"302"}"#,
            r#"{"forward_query":"on"}"#,
            r#"{"max_clicks":0}"#,
            r#"{"max_clicks":-1}"#,
            r#"{"title":1}"#,
            r#"{"tags":["x",1]}"#,
            r#"{"disabled":1}"#,
            r#"{"password":"8.1.AAAA.AAAA"}"#,
            r#"{"password":"$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"}"#,
            r#"{"password":{"memory_kib":8}}"#,
            r#"{"card":{"titel":"x"}}"#,
            r#"{"rules":{}}"#,
            r#"{"what_this_hop_does_not_know":true}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
