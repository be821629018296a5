//! JSON Schemas for fields of wire types that are plain text or a plain number in Rust. A field names its schema with
//! `schemars(with = "…")`. Compiled only for docs/openapi.json.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::message::body::{DEFINITION, FieldType};
use crate::message::codes::ProblemCode;
use crate::message::wire::DisplayText;
use crate::model::abuse_report::{AbuseReason, AbuseReportState, ReportAction};
use crate::model::agent::AgentKind;
use crate::model::field_error::FieldCode as Field;
use crate::model::link::{ForwardQuery, LinkState};
use crate::model::link_settings::MAX_TAGS;
use crate::model::rights::{Role, Scope};
use crate::model::rules::{ID_BYTES, MAX_OF_ANY, TimeOfDay, WordKind};
use crate::model::stats::Day;
use crate::model::text::TAG_BYTES;
use crate::model::time::Timestamp;

/// Implements `JsonSchema` for types that stand for a schema: `Type as "name" = schema`. The schema is inlined wherever
/// it is used, never a component.
macro_rules! schemas {
    ($([$($generics:tt)*] $type:ty as $name:literal = $schema:tt;)*) => {$(
        impl<$($generics)*> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

/// URL that hop makes itself, with everything encoded.
pub(crate) enum UrlSchema {}

/// Status code of an HTTP response.
pub(crate) enum StatusCodeSchema {}

/// Status code of a redirect.
pub(crate) enum RedirectStatusSchema {}

/// Code of a field that was refused.
pub(crate) enum FieldCodeSchema {}

/// Forwarding of a visitor's query to the target.
pub(crate) enum QueryForwardingSchema {}

/// State of a link.
pub(crate) enum LinkStateSchema {}

/// Role of a user.
pub(crate) enum RoleSchema {}

/// Scope of an API key.
pub(crate) enum ScopeSchema {}

/// Reason of a report.
pub(crate) enum AbuseReasonSchema {}

/// State of a report.
pub(crate) enum AbuseReportStateSchema {}

/// What was done about a report.
pub(crate) enum ReportActionSchema {}

/// Kind of a visitor: human, bot or preview.
pub(crate) enum VisitorKindSchema {}

/// Counter of the clicks of one kind of visitor.
pub(crate) enum VisitorCounterSchema {}

/// Tags of a link.
pub(crate) enum TagsSchema {}

/// Identifier of a rule.
pub(crate) enum RuleIdSchema {}

/// Text of at least `MIN` and at most `MAX` characters.
pub(crate) enum TextSchema<const MIN: usize, const MAX: usize> {}

/// Values of a condition, of which one has to match.
pub(crate) struct AnyOfSchema<T>(PhantomData<T>);

/// One of the words of a kind, such as a device.
pub(crate) struct WordSchema<W>(PhantomData<W>);

schemas! {
    [] UrlSchema as "Url" = {"type": "string", "format": "uri"};
    [] StatusCodeSchema as "StatusCode" = {"type": "integer", "minimum": 100, "maximum": 599};
    [] RedirectStatusSchema as "RedirectStatus" = {"type": "integer", "enum": [301, 302, 307, 308]};
    [] FieldCodeSchema as "FieldCode" = {"type": "string", "enum": Field::ALL.map(Field::name)};
    [] QueryForwardingSchema as "QueryForwarding" = {"type": "string", "enum": ForwardQuery::ALL.map(ForwardQuery::name)};
    [] LinkStateSchema as "LinkState" = {"type": "string", "enum": LinkState::ALL.map(LinkState::name)};
    [] RoleSchema as "RoleName" = {"type": "string", "enum": Role::ALL.map(Role::name)};
    [] ScopeSchema as "ScopeName" = {"type": "string", "enum": Scope::ALL.map(Scope::name)};
    [] AbuseReasonSchema as "AbuseReason" = {"type": "string", "enum": AbuseReason::ALL.map(AbuseReason::name)};
    [] AbuseReportStateSchema as "ReportState" = {"type": "string", "enum": AbuseReportState::ALL.map(AbuseReportState::name)};
    [] ReportActionSchema as "ReportAction" = {"type": "string", "enum": ReportAction::ALL.map(ReportAction::name)};
    [] VisitorKindSchema as "VisitorKind" = {"type": "string", "enum": AgentKind::ALL.map(AgentKind::name)};
    [] VisitorCounterSchema as "VisitorCounter" = {"type": "string", "enum": AgentKind::ALL.map(AgentKind::counter)};
    [] TagsSchema as "Tags" = {
        "type": "array",
        "maxItems": MAX_TAGS,
        "uniqueItems": true,
        "items": {"type": "string", "minLength": 1, "maxLength": TAG_BYTES},
    };
    [] RuleIdSchema as "RuleId" = {"type": "string", "minLength": 1, "maxLength": ID_BYTES, "pattern": "^[a-z0-9_-]+$"};
    [const MIN: usize, const MAX: usize] TextSchema<MIN, MAX> as "Text" = {"type": "string", "minLength": MIN, "maxLength": MAX};
    [W: WordKind] WordSchema<W> as "Word" = {"type": "string", "enum": W::NAMES};
    [] DisplayText<Timestamp> as "DateTime" = {"type": "string", "format": "date-time"};
    [] DisplayText<Day> as "Date" = {"type": "string", "format": "date"};
    [] DisplayText<TimeOfDay> as "TimeOfDay" = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"};
}

impl<T: JsonSchema> JsonSchema for AnyOfSchema<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AnyOf".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"type": "array", "minItems": 1, "maxItems": MAX_OF_ANY, "items": value})
    }
}

/// Short path of a link: the same schema as in requests.
pub(crate) enum AliasSchema {}

impl JsonSchema for AliasSchema {
    fn schema_name() -> Cow<'static, str> {
        "Alias".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let definition = <crate::model::alias::Alias as FieldType>::schema().get_mut(DEFINITION).map(Value::take);
        definition.and_then(|definition| definition.try_into().ok()).unwrap_or_default()
    }
}

/// Absolute `http` or `https` URL of at most 8,192 bytes, without user name, white space or backslashes. A target on a
/// domain of the setting `HOP_DOMAINS`, or on the link's own domain, is refused with `own_domain`. A target on another
/// added domain is accepted, since hop does not read the store for every target.
#[derive(JsonSchema)]
#[schemars(rename = "Target")]
#[schemars(with = "String", extend("minLength" = 1, "maxLength" = crate::model::target::MAX_BYTES))]
pub(crate) enum TargetSchema {}

/// Code of a problem, with its status.
pub(crate) enum ProblemCodeSchema {}

impl JsonSchema for ProblemCodeSchema {
    fn schema_name() -> Cow<'static, str> {
        "ProblemCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut codes = ProblemCode::ALL;
        codes.sort_by_key(|code| code.status());
        let described = codes.map(|code| {
            let info = code.info();
            let description = format!("{}. {}", info.title, info.remedy);
            json!({"const": info.name, "x-status": info.status.as_u16(), "description": description})
        });
        let description = "Code of a problem. Programs switch on it.";
        json_schema!({"type": "string", "description": description, "oneOf": described})
    }
}
