//! JSON of rules and cards, in a form that a client can send back.

use std::borrow::Cow;

use serde::Serialize;

use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema::{self, AnyOfSchema, TextSchema, WordSchema};
use crate::model::card::Card;
#[cfg(feature = "docs")]
use crate::model::rules;
use crate::model::rules::{Condition, Query, QueryTest, Rule, TimeOfDay};
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

/// Preview of a link in chats and social networks.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
pub(super) struct CardJson<'a> {
    /// Title of the preview.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::CARD_TITLE_BYTES)))]
    title: Option<&'a str>,
    /// Text of the preview.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::text::CARD_DESCRIPTION_BYTES)))]
    description: Option<&'a str>,
    /// URL of the picture of the preview.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::target::MAX_BYTES)))]
    image: Option<&'a str>,
}

impl<'a> CardJson<'a> {
    pub(super) fn new(card: &'a Card) -> Self {
        Self {
            title: card.title.as_ref().map(CardTitle::as_str),
            description: card.description.as_ref().map(CardDescription::as_str),
            image: card.image.as_ref().map(Target::as_str),
        }
    }
}

/// A rule: which visitors a link redirects to another target.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Rule"))]
pub(super) struct RuleJson<'a> {
    /// Identifier of the rule within its link.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::RuleIdSchema"))]
    id: &'a str,
    /// Conditions of the rule. It holds when all of them do.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::rules::MAX_CONDITIONS)))]
    when: Vec<ConditionJson<'a>>,
    /// Where the rule redirects to.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::TargetSchema"))]
    target: &'a str,
}

impl<'a> RuleJson<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self { id: rule.id.as_str(), when: rule.when.iter().map(ConditionJson::new).collect(), target: rule.target.as_str() }
    }
}

/// A condition of a rule on the visitor. Its `type` decides which other fields it has. A list holds if any of its
/// values does; responses contain each value once, in order.
///
/// A time zone `tz` is an IANA name such as `Europe/Berlin`, an offset such as `+01:00`, or a POSIX TZ string such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`, of at most 64 characters. A name is read in any case and answered in the spelling of
/// the IANA database, which is part of hop.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Condition", extend("type" = "object")))]
#[serde(tag = "type", rename_all = "lowercase")]
enum ConditionJson<'a> {
    /// Country of the visitor as the edge knows it: codes of ISO 3166 such as `DE`. A visitor whose country is unknown
    /// is in none.
    Country {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<TextSchema<2, 2>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Device of the visitor.
    Device {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<WordSchema<rules::Device>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Operating system of the visitor.
    Os {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<WordSchema<rules::Os>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Browser of the visitor.
    Browser {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<WordSchema<rules::Browser>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Language of the visitor: tags such as `de` or `pt-BR`. Of all languages that the rules of the link name, the one
    /// that `Accept-Language` prefers has to be among these. A visitor who asks for `de-AT` reads `de` too; one who
    /// asks for `pt` does not read `pt-BR`.
    Language {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<TextSchema<2, 35>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Whether the query has the parameter `name`, of at most 64 bytes.
    Query {
        #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::rules::NAME_BYTES)))]
        name: &'a str,
        present: bool,
    },
    /// Whether the parameter `name` has this value, of at most 512 bytes. If the query has the parameter several times,
    /// one such value is enough.
    #[serde(rename = "query")]
    QueryEquals {
        #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::rules::NAME_BYTES)))]
        name: &'a str,
        #[cfg_attr(feature = "docs", schemars(length(max = crate::model::rules::VALUE_BYTES)))]
        equals: &'a str,
    },
    /// Time of day, from one time until before another: `08:00` to `18:00`. The window may reach into the next day.
    Time {
        from: DisplayText<TimeOfDay>,
        to: DisplayText<TimeOfDay>,
        #[cfg_attr(feature = "docs", schemars(length(max = 64)))]
        tz: &'a str,
    },
    /// Day of the week.
    Weekday {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<WordSchema<rules::Weekday>>"))]
        any: Vec<Cow<'a, str>>,
        #[cfg_attr(feature = "docs", schemars(length(max = 64)))]
        tz: &'a str,
    },
    /// Address of the visitor: blocks such as `192.0.2.0/24`, or single addresses. An IPv4 address is in no block of
    /// IPv6.
    Address {
        #[cfg_attr(feature = "docs", schemars(with = "AnyOfSchema<TextSchema<1, 49>>"))]
        any: Vec<Cow<'a, str>>,
    },
    /// Share of the visitors who reach this condition, in percent. The same address (of IPv6, the same /64) with the
    /// same user agent is always on the same side. Each rule splits independently.
    Split {
        #[cfg_attr(feature = "docs", schemars(range(min = 1, max = 99)))]
        percent: u8,
    },
}

impl<'a> ConditionJson<'a> {
    fn new(condition: &'a Condition) -> Self {
        let any = condition.any();
        match condition {
            Condition::Country(_) => Self::Country { any },
            Condition::Device(_) => Self::Device { any },
            Condition::Os(_) => Self::Os { any },
            Condition::Browser(_) => Self::Browser { any },
            Condition::Language(_) => Self::Language { any },
            Condition::Query(Query { name, wanted: QueryTest::Present }) => Self::Query { name, present: true },
            Condition::Query(Query { name, wanted: QueryTest::Absent }) => Self::Query { name, present: false },
            Condition::Query(Query { name, wanted: QueryTest::Equals(value) }) => Self::QueryEquals { name, equals: value },
            Condition::Time(window) => Self::Time { from: DisplayText(window.from), to: DisplayText(window.to), tz: window.zone.as_str() },
            Condition::Weekday(_, zone) => Self::Weekday { any, tz: zone.as_str() },
            Condition::Address(_) => Self::Address { any },
            Condition::Split(percent) => Self::Split { percent: *percent },
        }
    }
}
