//! The parameters of all endpoints: in paths, queries and headers. Each is one component of the document.

use serde_json::{Value, json};

use crate::api::audit::LONGEST_NAME;
use crate::api::idempotency::LONGEST_KEY;
use crate::api::ingest::LONGEST_BATCH_ID;
use crate::api::links::qr;
use crate::api::page_size;
use crate::api::stats::MAX_CLICKS;
use crate::api::stats::query::{MAX_DIMENSIONS, dimensions};
use crate::message::body::patterns::VISIBLE;
use crate::message::body::{FieldType, List};
use crate::model::abuse_report::AbuseReportState;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{LinkState, UserId};
use crate::model::link_settings::MAX_TAGS;
use crate::model::search_words::MAX_QUERY_CHARS;
use crate::model::stats::{Dimension, Granularity};
use crate::model::text;
use crate::model::time::Timestamp;

/// A parameter of an endpoint.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    /// The name of its component in the document.
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

    /// Whether this is a path parameter.
    pub(super) fn is_of_path(self) -> bool {
        self.place == "path"
    }

    /// Whether this is the path parameter `{name}`.
    pub(super) fn is_in_path(self, name: &str) -> bool {
        self.is_of_path() && self.name == name
    }

    /// The usual path parameter `{name}`.
    pub(super) fn of_path(name: &str) -> Option<Self> {
        PATH.into_iter().find(|known| known.is_in_path(name))
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

/// The schema of `If-Match`: a list of entity tags, or `*`.
fn versions() -> Value {
    let tags = r#"^(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*$"#;
    json!({"anyOf": [{"const": "*"}, {"type": "string", "pattern": tags}]})
}

fn user_or_none() -> Value {
    json!({"type": "string", "pattern": "^(none|usr_[1-9A-HJ-NP-Za-km-z]{17})$"})
}

/// The schema of `from` and `to` of statistics: a date, or a time on a quarter hour.
fn date_or_time() -> Value {
    json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]})
}

/// The schema of `by`: names of dimensions with commas between them.
fn list_of_dimensions(of_one_link: bool) -> Value {
    let names: Vec<&str> = dimensions(of_one_link).map(Dimension::name).collect();
    let name = names.join("|");
    let more = MAX_DIMENSIONS.saturating_sub(1);
    json!({"type": "string", "pattern": format!("^({name})(,({name})){{0,{more}}}$")})
}

/// The usual parameters in paths.
const PATH: [Parameter; 10] =
    [ALIAS, TAG_IN_PATH, DOMAIN_IN_PATH, HOST_IN_PATH, REPORT_IN_PATH, KEY_IN_PATH, CODE, USER_IN_PATH, SESSION_IN_PATH, FILE];

const ALIAS: Parameter = Parameter::in_path("alias", "alias", "Alias of the link.", Alias::schema);
pub(super) const ANY_ALIAS: Parameter =
    Parameter::in_path("anyAlias", "alias", "Text that may be an alias.", || json!({"type": "string", "minLength": 1}));
const TAG_IN_PATH: Parameter = Parameter::in_path("tagInPath", "tag", "The tag.", text::Tag::schema);
const DOMAIN_IN_PATH: Parameter = Parameter::in_path("domainInPath", "domain", "Name of the domain.", Domain::schema);
const HOST_IN_PATH: Parameter = Parameter::in_path("hostInPath", "host", "The listed host.", Domain::schema);
const REPORT_IN_PATH: Parameter = Parameter::in_path(
    "reportInPath",
    "report",
    "Identifier of the report.",
    || json!({"type": "string", "pattern": "^rep_[0-9a-f]{12}[1-9A-HJ-NP-Za-km-z]{17}$"}),
);
const KEY_IN_PATH: Parameter =
    Parameter::in_path("keyInPath", "key", "Identifier of the key.", || json!({"type": "string", "pattern": "^[1-9A-HJ-NP-Za-km-z]{17}$"}));
const CODE: Parameter =
    Parameter::in_path("code", "code", "The `code` of the problem.", || json!({"$ref": "#/components/schemas/ProblemCode"}));
const FILE: Parameter = Parameter::in_path("file", "file", "Name of the file.", any_text);
const SESSION_IN_PATH: Parameter = Parameter::in_path(
    "sessionInPath",
    "session",
    "Identifier of the session.",
    || json!({"type": "string", "pattern": "^ses_[0-9a-f]{8}[1-9A-HJ-NP-Za-km-z]{17}$"}),
);
const USER_IN_PATH: Parameter = Parameter::in_path("userInPath", "user", "Identifier of the user.", UserId::schema);

pub(super) const DOMAIN: Parameter = Parameter::in_query(
    "domain",
    "domain",
    "A domain of this deployment. Default: the first of the setting `HOP_DOMAINS`. Any other host is `invalid`, and \
     so is a name that is not a valid IDNA name. Each label has at most 63 characters.",
    Domain::schema,
);
pub(super) const LIMIT: Parameter = Parameter::in_query(
    "limit",
    "limit",
    "Largest number of items that a page examines. A page may examine fewer: `limits.page` of `/capabilities`.",
    || json!({"type": "integer", "minimum": 1, "maximum": page_size::LARGEST, "default": page_size::DEFAULT}),
);
pub(super) const CURSOR: Parameter = Parameter::in_query(
    "cursor",
    "cursor",
    "Where to continue: the cursor in `next`, or in the header `Link`, of the previous page. Any other text is \
     refused.",
    || json!({"type": "string", "minLength": 22, "pattern": "^[A-Za-z0-9_-]+$"}),
);
pub(super) const SIZE: Parameter = Parameter::in_query(
    "size",
    "size",
    "Width and height in pixels: at least one pixel for each module of the code and its margin.",
    || json!({"type": "integer", "minimum": qr::SIZES.start(), "maximum": qr::SIZES.end(), "default": qr::DEFAULT_SIZE}),
);
pub(super) const MARGIN: Parameter = Parameter::in_query(
    "margin",
    "margin",
    "Width of the margin around the code, in modules.",
    || json!({"type": "integer", "minimum": 0, "maximum": qr::WIDEST_MARGIN, "default": qr::DEFAULT_MARGIN}),
);
pub(super) const LEVEL: Parameter = Parameter::in_query(
    "level",
    "level",
    "Error correction: `L`, `M`, `Q` and `H` restore 7, 15, 25 and 30 % of the code.",
    || json!({"type": "string", "enum": ["L", "M", "Q", "H"], "default": "M"}),
);
pub(super) const COLOR: Parameter = Parameter::in_query(
    "color",
    "color",
    "Colour of the dark modules: `rrggbb`, or with `%23` before it. Its contrast with `background` must be at \
     least 3 to 1.",
    || json!({"type": "string", "pattern": "^#?[0-9A-Fa-f]{6}$", "default": "#000000"}),
);
pub(super) const BACKGROUND: Parameter = Parameter::in_query(
    "background",
    "background",
    "Colour of the background, written in the same way.",
    || json!({"type": "string", "pattern": "^#?[0-9A-Fa-f]{6}$", "default": "#ffffff"}),
);
pub(super) const QR_FORMAT: Parameter = Parameter::in_query(
    "qrFormat",
    "format",
    "Format of the picture.",
    || json!({"type": "string", "enum": ["svg", "png"], "default": "svg"}),
);
pub(super) const TAG: Parameter = Parameter::in_query(
    "tag",
    "tag",
    "Links with this tag. The parameter can be repeated, for at most 10 tags. A tag has at most 64 bytes and no control \
     characters.",
    List::<text::Tag, MAX_TAGS>::schema,
);
pub(super) const TAGS: Parameter = Parameter::in_query(
    "tags",
    "tags",
    "Whether a link must have `any` or `all` of the tags.",
    || json!({"type": "string", "enum": ["any", "all"], "default": "any"}),
);
pub(super) const OWNER: Parameter =
    Parameter::in_query("owner", "owner", "Links of the user with this identifier; `none`: links without an owner.", user_or_none);
pub(super) const OWNER_OF_KEYS: Parameter =
    Parameter::in_query("ownerOfKeys", "owner", "Keys of the user with this identifier.", UserId::schema);
pub(super) const STATE: Parameter = Parameter::in_query(
    "state",
    "state",
    "Links in this state. Deleted links are listed with `deleted` only.",
    || json!({"type": "string", "enum": LinkState::ALL.map(LinkState::name)}),
);
pub(super) const REPORT_STATE: Parameter = Parameter::in_query(
    "reportState",
    "state",
    "Reports in this state.",
    || json!({"type": "string", "enum": AbuseReportState::ALL.map(AbuseReportState::name)}),
);
pub(super) const REPORTED_URL: Parameter =
    Parameter::in_query("reportedUrl", "url", "Short URL of the link, which the form then has. Other parameters are ignored.", any_text);
pub(super) const CREATED_FROM: Parameter =
    Parameter::in_query("createdFrom", "created_from", "Links created at this time or later.", Timestamp::schema);
pub(super) const CREATED_TO: Parameter = Parameter::in_query(
    "createdTo",
    "created_to",
    "Links created before this time. It must be later than `created_from`.",
    Timestamp::schema,
);
pub(super) const PREFIX: Parameter = Parameter::in_query(
    "prefix",
    "prefix",
    "Links whose alias begins with this text. If aliases ignore case, so does the prefix. It may have letters and marks \
     of any script, digits, emoji, `-`, `_`, `.` and `~`. It must not begin with a mark, and must not mix ASCII letters \
     with Greek or Cyrillic ones, because these look alike.",
    Alias::schema,
);
pub(super) const SEARCH: Parameter = Parameter::in_query(
    "search",
    "q",
    "Links in which each of these words is the beginning of a word: of alias, title, tags, host and path of the target, \
     or note. Case and accents do not matter. A word is a run of letters and digits, or an emoji; a run of Chinese or \
     Japanese characters is one word. At most 8 words; of a longer one the first 48 bytes in UTF-8 count. Of a link, \
     64 words are searched, those of the note last.",
    || json!({"type": "string", "minLength": 1, "maxLength": MAX_QUERY_CHARS, "pattern": "[0-9A-Za-z]|[^\\u0000-\\u007f]"}),
);
pub(super) const ERASE: Parameter =
    Parameter::in_query("erase", "erase", "Erase the link, its history and its clicks.", || json!({"type": "boolean", "default": false}));
pub(super) const FORMAT: Parameter = Parameter::in_query(
    "format",
    "format",
    "`jsonl`: one Link per line; `csv`: one row per link.",
    || json!({"type": "string", "enum": ["jsonl", "csv"], "default": "jsonl"}),
);
pub(super) const DRY_RUN: Parameter =
    Parameter::in_query("dryRun", "dry_run", "Check every line and create nothing.", || json!({"type": "boolean", "default": false}));
pub(super) const DOMAIN_OF_LINES: Parameter = Parameter::in_query(
    "domainOfLines",
    "domain",
    "Domain of the lines without one. Default: the first of the setting `HOP_DOMAINS`. Any other host is `invalid`. \
     Each label has at most 63 characters.",
    Domain::schema,
);
pub(super) const PASSWORDS: Parameter = Parameter::in_query(
    "passwords",
    "passwords",
    "Add `password_hash` to each link, so that an import can restore the password: \
     `$argon2id$v=19$m=4096,t=3,p=1$…`, or `null`.",
    || json!({"type": "boolean", "default": false}),
);
pub(super) const LINKS_TO: Parameter = Parameter::in_query(
    "linksTo",
    "links_to",
    "New owner of the user's links: the identifier of another active user, or `none`. An unknown or disabled user \
     is refused.",
    user_or_none,
)
.required();
pub(super) const DONE_FROM: Parameter = Parameter::in_query("doneFrom", "from", "Changes made at this time or later.", Timestamp::schema);
pub(super) const DONE_TO: Parameter =
    Parameter::in_query("doneTo", "to", "Changes made before this time. It must be later than `from`.", Timestamp::schema);
pub(super) const SUBJECT: Parameter = Parameter::in_query(
    "subject",
    "subject",
    "Changes to this subject: an identifier, or the name of a domain.",
    || json!({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": VISIBLE}),
);
pub(super) const PRINCIPAL: Parameter = Parameter::in_query(
    "principal",
    "principal",
    "Changes made by this principal, as in the field `principal` of an event.",
    || json!({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": VISIBLE}),
);

pub(super) const STATS_DOMAIN: Parameter = Parameter::in_query(
    "statsDomain",
    "domain",
    "Clicks on this domain of the deployment. Without it: on all domains that the key covers. Any other host is \
     `invalid`. Each label has at most 63 characters.",
    Domain::schema,
);
pub(super) const STATS_TAG: Parameter = Parameter::in_query(
    "statsTag",
    "tag",
    "Clicks on links that had this tag. A tag has at most 64 bytes and no control characters.",
    text::Tag::schema,
);
pub(super) const STATS_FROM: Parameter = Parameter::in_query(
    "statsFrom",
    "from",
    "Start of the period: a date, which is midnight in `tz`, or a time on a quarter hour. Default: 30 days before `to`. \
     From 1970 to the end of 9998.",
    date_or_time,
);
pub(super) const STATS_TO: Parameter = Parameter::in_query(
    "statsTo",
    "to",
    "End of the period, which is not part of it, written in the same way. Default: the end of today in `tz`. It must be \
     later than `from`.",
    date_or_time,
);
pub(super) const GRANULARITY: Parameter = Parameter::in_query(
    "granularity",
    "granularity",
    "Unit of the series, in the calendar of `tz`; a week begins on Monday. At most 1,000 units are possible.",
    || json!({"type": "string", "enum": Granularity::ALL.map(Granularity::name), "default": "day"}),
);
pub(super) const TZ: Parameter = Parameter::in_query(
    "tz",
    "tz",
    "Time zone: an IANA name such as `Europe/Berlin`, an offset such as `+05:30` with the `+` written as `%2B`, or a \
     POSIX TZ string. Its offset must be a multiple of a quarter hour during the period.",
    || json!({"type": "string", "minLength": 1, "maxLength": 64, "default": "UTC"}),
);
pub(super) const BY: Parameter = Parameter::in_query(
    "by",
    "by",
    "Dimensions to count by: up to four, with commas between them, each once. Values of `region`, `city` and `referrer` \
     are estimated if there are very many; all others are exact.",
    || list_of_dimensions(true),
);
pub(super) const BY_OF_MANY: Parameter = Parameter::in_query(
    "byOfMany",
    "by",
    "Dimensions to count by: up to four, with commas between them, each once. Not together with `tag`. Values of \
     `region`, `city` and `referrer` are estimated if there are very many; all others are exact.",
    || list_of_dimensions(false),
);
pub(super) const COMPARE: Parameter = Parameter::in_query(
    "compare",
    "compare",
    "`previous`: also the totals of the period directly before, with as many days or months.",
    || json!({"type": "string", "enum": ["previous"]}),
);
pub(super) const STATS_FORMAT: Parameter = Parameter::in_query(
    "statsFormat",
    "format",
    "`csv`: the series as rows, without totals and dimensions.",
    || json!({"type": "string", "enum": ["json", "csv"], "default": "json"}),
);
pub(super) const LIMIT_OF_CLICKS: Parameter = Parameter::in_query(
    "limitOfClicks",
    "limit",
    "Largest number of clicks.",
    || json!({"type": "integer", "minimum": 1, "maximum": MAX_CLICKS, "default": MAX_CLICKS}),
);

pub(super) const IF_MATCH: Parameter = Parameter::in_header(
    "ifMatch",
    "If-Match",
    "Make the change only if the link, the domain or the user is at this version, for example `\"7\"`. Otherwise \
     the answer is 412. A list of versions is allowed. `*` means any version. A weak tag never matches. An empty \
     header counts as absent. A malformed or invalid body is refused before the version is checked.",
    versions,
);
pub(super) const IDEMPOTENCY_KEY: Parameter = Parameter::in_header(
    "idempotencyKey",
    "Idempotency-Key",
    "Name of this request, so that it can be repeated safely: 1 to 255 characters of printable ASCII.",
    || json!({"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]*[!-~][ -~]*$"}),
);
pub(super) const BATCH_ID: Parameter = Parameter::in_header(
    "batchId",
    "Batch-Id",
    "Name of this batch of lines. Without it a batch is recognised by its content.",
    || json!({"type": "string", "minLength": 1, "maxLength": LONGEST_BATCH_ID, "pattern": "^[A-Za-z0-9._:-]+$"}),
);
const ACCEPT_LANGUAGE: Parameter =
    Parameter::in_header("acceptLanguage", "Accept-Language", "Compared with the condition `language` of rules.", any_text);
pub(super) const REFRESH_COOKIE: Parameter = Parameter::in_header(
    "refreshCookie",
    "Cookie",
    "Refresh token of a browser, if the body has none. It is read only with `Sec-Fetch-Site: same-origin`, or with the \
     `Origin` of the domain; otherwise the answer is 403 `forbidden`.",
    any_text,
);
const COOKIE: Parameter =
    Parameter::in_header("cookie", "Cookie", "Opens a link with a password for a visitor who has entered it.", any_text);
const PURPOSE: Parameter = Parameter::in_header(
    "purpose",
    "Purpose",
    "`prefetch` or `preview`: the browser loads the link in advance, which is not a click.",
    any_text,
);
pub(super) const REFERER: Parameter =
    Parameter::in_header("referer", "Referer", "Its host is counted in the statistics of the link.", any_text);
const SEC_PURPOSE: Parameter = Parameter::in_header("secPurpose", "Sec-Purpose", "As `Purpose`.", any_text);
const USER_AGENT: Parameter = Parameter::in_header(
    "userAgent",
    "User-Agent",
    "Distinguishes people, bots and previews. Used by the conditions `device`, `os`, `browser` and `split`.",
    any_text,
);
const X_MOZ: Parameter = Parameter::in_header("xMoz", "X-Moz", "As `Purpose`.", any_text);
pub(super) const ACCEPT_ENCODING: Parameter =
    Parameter::in_header("acceptEncoding", "Accept-Encoding", "`gzip`, possibly with a quality.", any_text);
pub(super) const ORIGIN: Parameter =
    Parameter::in_header("origin", "Origin", "A form is accepted only from a page of the same domain.", any_text);
pub(super) const SEC_FETCH_MODE: Parameter = Parameter::in_header(
    "secFetchMode",
    "Sec-Fetch-Mode",
    "A current browser that does not send it over https counts as a bot in the statistics.",
    any_text,
);
pub(super) const SEC_FETCH_SITE: Parameter =
    Parameter::in_header("secFetchSite", "Sec-Fetch-Site", "As `Origin`, where a browser sends it: `same-origin` or `none`.", any_text);

/// The headers of a visitor that every endpoint for visitors reads.
pub(super) const VISITOR_HEADERS: [Parameter; 6] = [ACCEPT_LANGUAGE, COOKIE, PURPOSE, SEC_PURPOSE, USER_AGENT, X_MOZ];
