//! What an owner says of a link, as it is stored. What was not said is not written.

use std::num::NonZeroU64;
use std::ops::Not;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::link::{ForwardQuery, RedirectStatus};
use crate::password::PasswordHash;
use crate::ports::{PasswordCost, StoreError};
use crate::rules::{Block, Choice, Clock, Condition, Country, Language, Query, Rule, RuleId, Wanted, Window, Zone};
use crate::spec::Spec;
use crate::target::Target;
use crate::text::{CardDescription, CardTitle, ExternalId, Note, Tag, Title};
use crate::time::Timestamp;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_clicks: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "Not::not")]
    confirm: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<StoredPassword>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_query: Option<String>,
    #[serde(skip_serializing_if = "Not::not")]
    forward_path: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<StoredRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<StoredCard>,
    #[serde(skip_serializing_if = "Not::not")]
    strict: bool,
    #[serde(skip_serializing_if = "Not::not")]
    crawlable: bool,
    #[serde(skip_serializing_if = "Not::not")]
    disabled: bool,
}

/// Argon2id, version 19, one lane; salt and hash in base64url.
#[derive(Serialize, Deserialize)]
struct StoredPassword {
    memory_kib: u32,
    passes: u32,
    salt: String,
    hash: String,
}

#[derive(Serialize, Deserialize)]
struct StoredCard {
    title: Option<String>,
    description: Option<String>,
    image: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredRule {
    id: String,
    when: Vec<StoredCondition>,
    target: String,
}

/// Choices are bits, times of day are minutes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredCondition {
    Country(Vec<String>),
    Device(u8),
    Os(u8),
    Browser(u8),
    Language(Vec<String>),
    Present(String),
    Absent(String),
    Equals(String, String),
    Time(u16, u16, String),
    Weekday(u8, String),
    Address(Vec<String>),
    Split(u8),
}

impl StoredSpec {
    pub(super) fn of(spec: &Spec) -> Self {
        let status = spec.redirect_status;
        let forward_query = spec.forward_query;
        Self {
            redirect_status: (status != RedirectStatus::default()).then(|| status.code().as_u16()),
            title: spec.title.as_ref().map(|title| title.as_str().to_owned()),
            note: spec.note.as_ref().map(|note| note.as_str().to_owned()),
            external_id: spec.external_id.as_ref().map(|id| id.as_str().to_owned()),
            tags: spec.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            starts_at: spec.starts_at.map(Timestamp::as_millis),
            ends_at: spec.ends_at.map(Timestamp::as_millis),
            max_clicks: spec.max_clicks,
            confirm: spec.confirm,
            fallback: spec.fallback.as_ref().map(|fallback| fallback.as_str().to_owned()),
            password: spec.password.as_ref().map(StoredPassword::of),
            forward_query: (forward_query != ForwardQuery::default()).then(|| forward_query.name().to_owned()),
            forward_path: spec.forward_path,
            rules: spec.rules.iter().map(StoredRule::of).collect(),
            card: spec.card.as_ref().map(StoredCard::of),
            strict: spec.strict,
            crawlable: spec.crawlable,
            disabled: spec.disabled,
        }
    }

    pub(super) fn read(self) -> Result<Spec, StoreError> {
        let status = self.redirect_status.map(|status| RedirectStatus::parse(status.into()).map_err(|_| corrupt("redirect_status")));
        let forward_query = self.forward_query.map(|name| ForwardQuery::parse(&name).map_err(|_| corrupt("forward_query")));
        Ok(Spec {
            redirect_status: status.transpose()?.unwrap_or_default(),
            title: self.title.map(Title::stored),
            note: self.note.map(Note::stored),
            external_id: self.external_id.map(ExternalId::stored),
            tags: self.tags.into_iter().map(Tag::stored).collect(),
            starts_at: self.starts_at.map(Timestamp::from_millis),
            ends_at: self.ends_at.map(Timestamp::from_millis),
            max_clicks: self.max_clicks,
            confirm: self.confirm,
            fallback: self.fallback.map(Target::stored),
            password: self.password.map(|password| password.read().ok_or_else(|| corrupt("password"))).transpose()?,
            forward_query: forward_query.transpose()?.unwrap_or_default(),
            forward_path: self.forward_path,
            rules: self.rules.into_iter().map(StoredRule::read).collect::<Option<_>>().ok_or_else(|| corrupt("rules"))?,
            card: self.card.map(StoredCard::read),
            strict: self.strict,
            crawlable: self.crawlable,
            disabled: self.disabled,
        })
    }
}

/// The value itself stays out of the log.
fn corrupt(field: &str) -> StoreError {
    StoreError::Corrupt(format!("a stored link has a {field} that hop never wrote"))
}

impl StoredPassword {
    fn of(password: &PasswordHash) -> Self {
        Self {
            memory_kib: password.cost.memory_kib,
            passes: password.cost.passes,
            salt: BASE64.encode(password.salt),
            hash: BASE64.encode(password.hash),
        }
    }

    fn read(self) -> Option<PasswordHash> {
        let bytes = |text| BASE64.decode(text).ok();
        Some(PasswordHash {
            cost: PasswordCost { memory_kib: self.memory_kib, passes: self.passes },
            salt: bytes(self.salt)?.try_into().ok()?,
            hash: bytes(self.hash)?.try_into().ok()?,
        })
    }
}

impl StoredCard {
    fn of(card: &Card) -> Self {
        Self {
            title: card.title.as_ref().map(|title| title.as_str().to_owned()),
            description: card.description.as_ref().map(|description| description.as_str().to_owned()),
            image: card.image.as_ref().map(|image| image.as_str().to_owned()),
        }
    }

    fn read(self) -> Card {
        Card {
            title: self.title.map(CardTitle::stored),
            description: self.description.map(CardDescription::stored),
            image: self.image.map(Target::stored),
        }
    }
}

impl StoredRule {
    fn of(rule: &Rule) -> Self {
        let when = rule.when.iter().map(StoredCondition::of).collect();
        Self { id: rule.id.as_str().to_owned(), when, target: rule.target.as_str().to_owned() }
    }

    fn read(self) -> Option<Rule> {
        let when = self.when.into_iter().map(StoredCondition::read).collect::<Option<_>>()?;
        Some(Rule { id: RuleId::stored(self.id), when, target: Target::stored(self.target) })
    }
}

impl StoredCondition {
    fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Country(any) => Self::Country(any.iter().map(|country| country.as_str().to_owned()).collect()),
            Condition::Device(any) => Self::Device(any.bits()),
            Condition::Os(any) => Self::Os(any.bits()),
            Condition::Browser(any) => Self::Browser(any.bits()),
            Condition::Language(any) => Self::Language(any.iter().map(|language| language.as_str().to_owned()).collect()),
            Condition::Query(Query { name, wanted }) => match wanted {
                Wanted::Present => Self::Present(name.clone()),
                Wanted::Absent => Self::Absent(name.clone()),
                Wanted::Equals(value) => Self::Equals(name.clone(), value.clone()),
            },
            Condition::Time(Window { from, to, zone }) => Self::Time(from.minutes(), to.minutes(), zone.as_str().to_owned()),
            Condition::Weekday(any, zone) => Self::Weekday(any.bits(), zone.as_str().to_owned()),
            Condition::Address(any) => Self::Address(any.iter().map(Block::to_string).collect()),
            Condition::Split(percent) => Self::Split(*percent),
        }
    }

    fn read(self) -> Option<Condition> {
        let query = |name, wanted| Condition::Query(Query { name, wanted });
        Some(match self {
            Self::Country(any) => Condition::Country(any.iter().map(|code| Country::parse(code).ok()).collect::<Option<_>>()?),
            Self::Device(bits) => Condition::Device(Choice::stored(bits)),
            Self::Os(bits) => Condition::Os(Choice::stored(bits)),
            Self::Browser(bits) => Condition::Browser(Choice::stored(bits)),
            Self::Language(any) => Condition::Language(any.into_iter().map(Language::stored).collect()),
            Self::Present(name) => query(name, Wanted::Present),
            Self::Absent(name) => query(name, Wanted::Absent),
            Self::Equals(name, value) => query(name, Wanted::Equals(value)),
            Self::Time(from, to, zone) => {
                Condition::Time(Window { from: Clock::stored(from)?, to: Clock::stored(to)?, zone: Zone::parse(zone).ok()? })
            }
            Self::Weekday(bits, zone) => Condition::Weekday(Choice::stored(bits), Zone::parse(zone).ok()?),
            Self::Address(any) => Condition::Address(any.iter().map(|block| Block::parse(block).ok()).collect::<Option<_>>()?),
            Self::Split(percent) => Condition::Split(percent),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::everything;

    fn written(spec: &Spec) -> String {
        serde_json::to_string(&StoredSpec::of(spec)).unwrap()
    }

    fn read(json: &str) -> Result<Spec, StoreError> {
        serde_json::from_str::<StoredSpec>(json).map_err(|error| StoreError::Corrupt(error.to_string()))?.read()
    }

    #[test]
    fn everything_comes_back_as_it_was_stored() {
        assert_eq!(read(&written(&everything())), Ok(everything()));
    }

    #[test]
    fn what_was_not_said_is_not_written() {
        assert_eq!(written(&Spec::default()), "{}");
        assert_eq!(read("{}"), Ok(Spec::default()));
    }

    #[test]
    fn rules_are_stored_in_their_normal_form() {
        let rules: Vec<StoredRule> = everything().rules.iter().map(StoredRule::of).collect();
        let expected = concat!(
            r#"[{"id":"all","when":[{"country":["DE","FR"]},{"device":5},{"os":17},{"browser":16},{"language":["de","pt-BR","zh-Hant-TW"]},"#,
            r#"{"equals":["x",""]},{"time":[1320,390,"CET-1CEST,M3.5.0,M10.5.0/3"]},{"weekday":[65,"+01:00"]},"#,
            r#"{"address":["192.0.2.0/24","192.0.2.7/32","2001:db8::/32"]},{"split":99}],"target":"https://example.com/1"},"#,
            r#"{"id":"2","when":[{"present":"x"},{"absent":"y"}],"target":"https://example.com/2"}]"#
        );
        assert_eq!(serde_json::to_string(&rules).unwrap(), expected);
    }

    #[test]
    fn what_hop_never_wrote_is_corrupt() {
        for json in [
            r#"{"redirect_status":200}"#,
            r#"{"forward_query":"on"}"#,
            r#"{"max_clicks":0}"#,
            r#"{"password":{"memory_kib":1,"passes":1,"salt":"AAAA","hash":"AAAA"}}"#,
            r#"{"rules":[{"id":"1","when":[{"country":["ZZ"]}],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[{"moon":["full"]}],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[{"time":[0,1440,"+00:00"]}],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[{"weekday":[1,"Europe/Berlin"]}],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[{"address":["192.0.2.1/24"]}],"target":"https://example.com/"}]}"#,
        ] {
            assert!(matches!(read(json), Err(StoreError::Corrupt(_))), "{json}");
        }
    }
}
