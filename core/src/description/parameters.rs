//! The parameters of endpoints: in the path, in the query, and headers. Each stands in the document once.

use serde_json::{Value, json};

use crate::message::body::{FieldType, List, VISIBLE};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::spec::MOST_TAGS;
use crate::model::text;
use crate::model::time::Timestamp;

/// A parameter of an endpoint.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    /// Its name among the components of the document.
    pub(super) component: &'static str,
    name: &'static str,
    place: &'static str,
    is_required: bool,
    description: &'static str,
    schema: fn() -> Value,
}

impl Parameter {
    const fn in_path(component: &'static str, name: &'static str, description: &'static str, schema: fn() -> Value) -> Self {
        Self { component, name, place: "path", is_required: true, description, schema }
    }

    const fn in_query(component: &'static str, name: &'static str, description: &'static str, schema: fn() -> Value) -> Self {
        Self { component, name, place: "query", is_required: false, description, schema }
    }

    const fn in_header(component: &'static str, name: &'static str, description: &'static str, schema: fn() -> Value) -> Self {
        Self { component, name, place: "header", is_required: false, description, schema }
    }

    const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The parameter that stands in a path as `{name}`.
    pub(super) fn of_path(name: &str) -> Option<Self> {
        PATH.into_iter().find(|known| known.name == name)
    }

    pub(super) fn json(self) -> Value {
        let mut parameter = json!({"name": self.name, "in": self.place});
        if let Some(members) = parameter.as_object_mut() {
            if self.is_required {
                members.insert("required".into(), true.into());
            }
            members.insert("description".into(), self.description.into());
            members.insert("schema".into(), (self.schema)());
        }
        parameter
    }
}

fn any_text() -> Value {
    json!({"type": "string"})
}

fn user_or_none() -> Value {
    json!({"type": "string", "pattern": "^(none|usr_[1-9A-HJ-NP-Za-km-z]{17})$"})
}

/// The parameters in paths.
const PATH: [Parameter; 6] = [ALIAS, TAG_IN_PATH, DOMAIN_IN_PATH, KEY_IN_PATH, CODE, USER_IN_PATH];

const ALIAS: Parameter = Parameter::in_path("alias", "alias", "The alias of the link", Alias::schema);
const TAG_IN_PATH: Parameter = Parameter::in_path("tagInPath", "tag", "The tag", text::Tag::schema);
const DOMAIN_IN_PATH: Parameter = Parameter::in_path("domainInPath", "domain", "The domain's host", Domain::schema);
const KEY_IN_PATH: Parameter =
    Parameter::in_path("keyInPath", "key", "The key's id", || json!({"type": "string", "pattern": "^[1-9A-HJ-NP-Za-km-z]{17}$"}));
const CODE: Parameter = Parameter::in_path("code", "code", "The problem's `code`", || json!({"$ref": "#/components/schemas/ProblemCode"}));
const USER_IN_PATH: Parameter = Parameter::in_path("userInPath", "user", "The user's id", UserId::schema);

pub(super) const DOMAIN: Parameter = Parameter::in_query(
    "domain",
    "domain",
    "A domain of this deployment, as `domain` of a link has it; the first of `HOP_DOMAINS` unless said",
    Domain::schema,
);
pub(super) const LIMIT: Parameter =
    Parameter::in_query("limit", "limit", "How many at most", || json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50}));
pub(super) const CURSOR: Parameter = Parameter::in_query(
    "cursor",
    "cursor",
    "Where to go on: `next`, or the header `Link`, has it, and nothing else is one",
    || json!({"type": "string", "minLength": 22, "pattern": "^[A-Za-z0-9_-]+$"}),
);
pub(super) const SIZE: Parameter = Parameter::in_query(
    "size",
    "size",
    "The pixels of a side, one at least for each module of the code and its margin",
    || json!({"type": "integer", "minimum": 64, "maximum": 1024, "default": 512}),
);
pub(super) const MARGIN: Parameter = Parameter::in_query(
    "margin",
    "margin",
    "The modules around the code",
    || json!({"type": "integer", "minimum": 0, "maximum": 16, "default": 4}),
);
pub(super) const LEVEL: Parameter = Parameter::in_query(
    "level",
    "level",
    "How much of the code may be lost: 7, 15, 25 or 30 %",
    || json!({"type": "string", "enum": ["L", "M", "Q", "H"], "default": "M"}),
);
pub(super) const COLOR: Parameter = Parameter::in_query(
    "color",
    "color",
    "The dark modules: `rrggbb`, or with `%23` before it. Its contrast with the `background` is at least 3 to 1",
    || json!({"type": "string", "pattern": "^#?[0-9A-Fa-f]{6}$", "default": "#000000"}),
);
pub(super) const BACKGROUND: Parameter = Parameter::in_query(
    "background",
    "background",
    "What is light, in the same way",
    || json!({"type": "string", "pattern": "^#?[0-9A-Fa-f]{6}$", "default": "#ffffff"}),
);
pub(super) const QR_FORMAT: Parameter = Parameter::in_query(
    "qrFormat",
    "format",
    "What the picture is written as",
    || json!({"type": "string", "enum": ["svg", "png"], "default": "svg"}),
);
pub(super) const TAG: Parameter = Parameter::in_query(
    "tag",
    "tag",
    "Links with this tag. It may stand several times, for at most 10 tags",
    List::<text::Tag, MOST_TAGS>::schema,
);
pub(super) const TAGS: Parameter = Parameter::in_query(
    "tags",
    "tags",
    "Whether one of the tags is enough, or a link must have all",
    || json!({"type": "string", "enum": ["any", "all"], "default": "any"}),
);
pub(super) const OWNER: Parameter =
    Parameter::in_query("owner", "owner", "Links of this user, by their id; `none`: of nobody", user_or_none);
pub(super) const OWNER_OF_KEYS: Parameter = Parameter::in_query("ownerOfKeys", "owner", "Keys of this user, by their id", UserId::schema);
pub(super) const STATE: Parameter = Parameter::in_query(
    "state",
    "state",
    "Links in this state. Only `deleted` shows deleted ones",
    || json!({"type": "string", "enum": ["scheduled", "live", "ended", "used_up", "disabled", "blocked", "deleted"]}),
);
pub(super) const CREATED_FROM: Parameter =
    Parameter::in_query("createdFrom", "created_from", "Links created then or later", Timestamp::schema);
pub(super) const CREATED_TO: Parameter =
    Parameter::in_query("createdTo", "created_to", "Links created before then. Later than `created_from`", Timestamp::schema);
pub(super) const PREFIX: Parameter =
    Parameter::in_query("prefix", "prefix", "Links whose alias begins so, whatever the case where aliases have none", Alias::schema);
pub(super) const ERASE: Parameter =
    Parameter::in_query("erase", "erase", "Leave nothing of the link", || json!({"type": "boolean", "default": false}));
pub(super) const FORMAT: Parameter = Parameter::in_query(
    "format",
    "format",
    "A Link on each line, or a row for each",
    || json!({"type": "string", "enum": ["jsonl", "csv"], "default": "jsonl"}),
);
pub(super) const DRY_RUN: Parameter =
    Parameter::in_query("dryRun", "dry_run", "Look at every line and make nothing", || json!({"type": "boolean", "default": false}));
pub(super) const DOMAIN_OF_LINES: Parameter =
    Parameter::in_query("domainOfLines", "domain", "For lines that name none; the first of `HOP_DOMAINS` unless said", Domain::schema);
pub(super) const PASSWORDS: Parameter = Parameter::in_query(
    "passwords",
    "passwords",
    "`true` adds `password_hash` to each link, by which an import keeps its password: \
     `$argon2id$v=19$m=4096,t=3,p=1$…`, or `null`",
    || json!({"type": "boolean", "default": false}),
);
pub(super) const LINKS_TO: Parameter = Parameter::in_query(
    "linksTo",
    "links_to",
    "Whose their links will be: the id of another user who is let in; `none`: nobody's",
    user_or_none,
)
.required();
pub(super) const DONE_FROM: Parameter = Parameter::in_query("doneFrom", "from", "Only what was done then or later", Timestamp::schema);
pub(super) const DONE_TO: Parameter =
    Parameter::in_query("doneTo", "to", "Only what was done before then. Later than `from`", Timestamp::schema);
pub(super) const SUBJECT: Parameter = Parameter::in_query(
    "subject",
    "subject",
    "Only what was done to this: an id, or the name of a domain",
    || json!({"type": "string", "minLength": 1, "maxLength": 253, "pattern": VISIBLE}),
);
pub(super) const PRINCIPAL: Parameter = Parameter::in_query(
    "principal",
    "principal",
    "Only what they did, as a line names them",
    || json!({"type": "string", "minLength": 1, "maxLength": 253, "pattern": VISIBLE}),
);

pub(super) const IF_MATCH: Parameter = Parameter::in_header(
    "ifMatch",
    "If-Match",
    "Only while the link, the domain or the user is at this version, `\"7\"`, else 412, so that nobody \
     overwrites what they have not seen. Several versions and `*` work as in HTTP",
    any_text,
);
pub(super) const IDEMPOTENCY_KEY: Parameter = Parameter::in_header(
    "idempotencyKey",
    "Idempotency-Key",
    "A name for this request, 1 to 255 characters of visible ASCII, under which it may be sent again",
    || json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"}),
);
const ACCEPT_LANGUAGE: Parameter =
    Parameter::in_header("acceptLanguage", "Accept-Language", "What the conditions `language` of rules are held against", any_text);
const COOKIE: Parameter = Parameter::in_header("cookie", "Cookie", "Opens a link with a password for whoever has said it", any_text);
const PURPOSE: Parameter =
    Parameter::in_header("purpose", "Purpose", "`prefetch` or `preview`: a browser looks ahead, and nobody follows yet", any_text);
const SEC_PURPOSE: Parameter = Parameter::in_header("secPurpose", "Sec-Purpose", "The same", any_text);
const USER_AGENT: Parameter = Parameter::in_header(
    "userAgent",
    "User-Agent",
    "Tells people from bots and previews; for the conditions `device`, `os` and `browser`, and for a `split`",
    any_text,
);
const X_MOZ: Parameter = Parameter::in_header("xMoz", "X-Moz", "As `Purpose`", any_text);
pub(super) const ORIGIN: Parameter =
    Parameter::in_header("origin", "Origin", "The form has to be of a page of the link's own domain", any_text);
pub(super) const SEC_FETCH_SITE: Parameter =
    Parameter::in_header("secFetchSite", "Sec-Fetch-Site", "The same, where a browser says it: `same-origin` or `none`", any_text);

/// The headers by which every endpoint of visitors tells one from another.
pub(super) const OF_VISITORS: [Parameter; 6] = [ACCEPT_LANGUAGE, COOKIE, PURPOSE, SEC_PURPOSE, USER_AGENT, X_MOZ];
