//! The answers that endpoints have, and which of them a status usually is. Each stands in the document once.

use serde_json::{Value, json};

use super::answer::{Answer, Content, Header};
use crate::endpoints::{Audience, Endpoint};
use crate::message::problem::Code;

/// The answer that a status of this endpoint has if its description names no other.
pub(super) const fn usual(endpoint: &Endpoint, status: u16) -> Option<Answer> {
    let is_page = matches!(endpoint.audience, Audience::Visitors | Audience::People);
    let answer = match status {
        204 => NO_CONTENT,
        400 => MALFORMED_JSON,
        401 => UNAUTHENTICATED,
        403 if is_page => NOT_LET_IN,
        403 => FORBIDDEN,
        404 => NOT_FOUND,
        409 if endpoint.is_once => IN_FLIGHT,
        410 => GONE,
        412 => VERSION_MISMATCH,
        413 => TOO_LARGE,
        415 => UNSUPPORTED_MEDIA_TYPE,
        422 if endpoint.is_once => INVALID_OR_REUSED,
        422 => INVALID_FIELDS,
        429 => RATE_LIMITED,
        503 => UNAVAILABLE,
        _ => return None,
    };
    Some(if is_page { answer.for_browsers() } else { answer })
}

/// What any endpoint may answer beside its own statuses.
pub(super) const fn of_any(endpoint: &Endpoint) -> Answer {
    if matches!(endpoint.audience, Audience::Visitors | Audience::People) { ANY.for_browsers() } else { ANY }
}

const ETAG: Header = Header::required("ETag", "the `version` in quotes");
const RETRY_AFTER: Header = Header::required("Retry-After", "in seconds").number();

// What goes well.

pub(super) const LINK: Answer = Answer::json("Link", "The link", "Link", &["link"]).headers(&[ETAG]);
pub(super) const LINK_WRITTEN: Answer =
    Answer::json("LinkWritten", "The link as it is now", "WrittenLink", &["link", "link-reference"]).headers(&[ETAG]);
pub(super) const LINK_CREATED: Answer = Answer::json(
    "LinkCreated",
    "The new link. If the request repeats an earlier one and the link was changed since, a key without `links:read` \
     gets a LinkReference",
    "WrittenLink",
    &["link", "link-reference"],
)
.headers(&[Header::required("Location", "address of the link in the API"), ETAG]);
pub(super) const LINK_FOUND: Answer = Answer::json(
    "LinkFound",
    "With `find_if_exists` the existing link, with `update_if_exists` the link as it is now",
    "WrittenLink",
    &["link", "link-reference"],
)
.headers(&[Header::required("Location", "address of the link in the API"), ETAG]);
pub(super) const LINK_LIST: Answer = Answer::json("LinkList", "A page of links", "LinkList", &["links"])
    .headers(&[Header::required("Link", "`rel=\"first\"`, and `rel=\"next\"` except on the last page")]);
pub(super) const HISTORY: Answer = Answer::json("History", "The versions of the link", "History", &["history"]);
pub(super) const PICTURE: Answer = Answer::empty("Picture", "The QR code")
    .content(&[
        Content::Text("image/svg+xml"),
        Content::Other("image/png", || json!({"type": "string", "contentMediaType": "image/png"}), &[]),
    ])
    .headers(&[Header::required("Content-Disposition", "alias as the name of a file")]);
pub(super) const AVAILABILITY: Answer = Answer::json("Availability", "Whether the alias is available", "Availability", &["alias"]);
/// Of an answer that tells of many, and not yet of all.
const RETRY_TO_CONTINUE: Header =
    Header::optional("Retry-After", "0 if not all was tried and the request had an `Idempotency-Key`: send the same request again")
        .number();
pub(super) const BATCH_RESULTS: Answer =
    Answer::json("BatchResults", "The result of each item, in the order of the items", "BatchResults", &["batch-results"])
        .headers(&[RETRY_TO_CONTINUE]);
pub(super) const IMPORT_RESULTS: Answer =
    Answer::json("ImportResults", "The result of each line that was read", "ImportResults", &["import-results"])
        .headers(&[RETRY_TO_CONTINUE]);
pub(super) const EXPORT: Answer =
    Answer::empty("Export", "A page of links: one on each line, or a row for each below the names of the columns")
        .content(&[Content::Other("application/x-ndjson", exported_link, &["link"]), Content::Text("text/csv")])
        .headers(&[Header::optional("Link", "`rel=\"next\"`, except on the last page")]);
pub(super) const TAG_LIST: Answer = Answer::json("TagList", "A page of tags", "TagList", &["tags"]);
pub(super) const RETAGGED: Answer = Answer::json("Retagged", "How many links were changed", "Retagged", &["retagged"]);
pub(super) const DOMAIN: Answer = Answer::json("Domain", "The domain", "Domain", &["domain"]).headers(&[ETAG]);
pub(super) const DOMAIN_CREATED: Answer = Answer::json("DomainCreated", "The new domain", "Domain", &["domain"])
    .headers(&[Header::required("Location", "address of the domain in the API"), ETAG]);
pub(super) const DOMAIN_LIST: Answer = Answer::json("DomainList", "A page of domains", "DomainList", &["domains"]);
pub(super) const KEY: Answer = Answer::json("Key", "The key, without its secret", "Key", &["key"]);
pub(super) const KEY_CREATED: Answer = Answer::json("KeyCreated", "The new key, with its secret", "MadeKey", &["made-key"])
    .headers(&[Header::required("Location", "address of the key in the API")]);
pub(super) const KEY_LIST: Answer = Answer::json("KeyList", "A page of keys", "KeyList", &["keys"]);
pub(super) const ME: Answer = Answer::json("Me", "The caller", "Me", &["me"]);
pub(super) const SHORTENED: Answer = Answer::json("Shortened", "The new link", "Shortened", &["shortened"]);
pub(super) const REDIRECT: Answer = Answer::empty("Redirect", "Redirect to the target of the link, or to a page of the domain")
    .headers(&[Header::required("Location", "the target, byte for byte")]);
pub(super) const ROOT: Answer =
    Answer::empty("Root", "Redirect to the `root` of the domain").headers(&[Header::required("Location", "the root, byte for byte")]);
pub(super) const PAGE: Answer = Answer::empty("Page", "A page for people").content(&[Content::Text("text/html")]);
pub(super) const TEXT: Answer = Answer::empty("Text", "Text in lines").content(&[Content::Text("text/plain")]);
pub(super) const STATUS: Answer = Answer::json("Status", "hop runs; for `/ready`: it can serve", "Status", &[]);
pub(super) const CAPABILITIES: Answer = Answer::json("Capabilities", "Promises and limits", "Capabilities", &[]);
pub(super) const METRICS: Answer =
    Answer::empty("Metrics", "`# HELP`, `# TYPE` and the numbers of each metric").content(&[Content::Text("text/plain")]);
pub(super) const OPEN_API: Answer =
    Answer::empty("OpenApi", "OpenAPI 3.1").content(&[Content::Other("application/json", || json!({"type": "object"}), &[])]);
pub(super) const SHOWN: Answer =
    Answer::json("Shown", "What is shown of the link; a page for a browser", "Shown", &[]).content(&[Content::Text("text/html")]);
pub(super) const ONWARD: Answer = Answer::empty("Onward", "Redirect to the target, or back to the same address with `Set-Cookie`")
    .headers(&[Header::required("Location", "the address"), Header::optional("Set-Cookie", "")]);
pub(super) const EXPLANATION: Answer = Answer::json("Explanation", "What the visitor would get", "Explanation", &["explanation"]);
pub(super) const USER: Answer = Answer::json("User", "The user", "User", &["user"]).headers(&[ETAG]);
pub(super) const USER_INVITED: Answer =
    Answer::json("UserInvited", "The user and the token of their invitation", "InvitedUser", &["invited"])
        .headers(&[Header::required("Location", "address of the user in the API"), ETAG]);
pub(super) const USER_LIST: Answer = Answer::json("UserList", "A page of users", "UserList", &["users"]);
pub(super) const AUDIT: Answer = Answer::json("Audit", "A page of events", "AuditEventList", &["audit"]);
pub(super) const HEAD: Answer = Answer::empty("Head", "Status and headers of `GET`");

// The problems of single endpoints.

pub(super) const ALIAS_CONFLICT: Answer = Answer::problem("AliasConflict", &[Code::AliasTaken, Code::AliasRetired]);
pub(super) const DOMAIN_TAKEN: Answer = Answer::problem("DomainTaken", &[Code::DomainTaken]);
pub(super) const DOMAIN_IN_USE: Answer = Answer::problem("DomainInUse", &[Code::DomainInUse]);
pub(super) const CREATION_CONFLICT: Answer = Answer::problem(
    "CreationConflict",
    &[Code::AliasTaken, Code::AliasRetired, Code::IdempotencyInFlight],
)
.headers(&[Header::optional("Retry-After", "in seconds, with `idempotency_in_flight`").number()]);
pub(super) const EMAIL_TAKEN: Answer = Answer::problem("EmailTaken", &[Code::EmailTaken]);
pub(super) const USER_CHANGE_CONFLICT: Answer = Answer::problem("UserChangeConflict", &[Code::LastOwner, Code::UserState, Code::KeyInUse]);
pub(super) const USER_CONFLICT: Answer = Answer::problem("UserConflict", &[Code::LastOwner, Code::UserState]);

// What a status usually says.

const NO_CONTENT: Answer = Answer::empty("NoContent", "Done");
const MALFORMED_JSON: Answer = Answer::problem("MalformedJson", &[Code::MalformedJson]);
const UNAUTHENTICATED: Answer =
    Answer::problem("Unauthenticated", &[Code::Unauthenticated]).headers(&[Header::required("WWW-Authenticate", "")]);
const FORBIDDEN: Answer = Answer::problem("Forbidden", &[Code::Forbidden]).headers(&[Header::required("WWW-Authenticate", "")]);
const NOT_FOUND: Answer = Answer::problem("NotFound", &[Code::NotFound]);
const IN_FLIGHT: Answer = Answer::problem("InFlight", &[Code::IdempotencyInFlight]).headers(&[RETRY_AFTER]);
const GONE: Answer = Answer::problem("Gone", &[Code::LinkEnded]);
const VERSION_MISMATCH: Answer = Answer::problem("VersionMismatch", &[Code::VersionMismatch]);
const TOO_LARGE: Answer = Answer::problem("TooLarge", &[Code::TooLarge]);
const UNSUPPORTED_MEDIA_TYPE: Answer = Answer::problem("UnsupportedMediaType", &[Code::UnsupportedMediaType]);
const INVALID_FIELDS: Answer = Answer::problem("InvalidFields", &[Code::InvalidFields]).example("problem");
const INVALID_OR_REUSED: Answer = Answer::problem("InvalidOrReused", &[Code::InvalidFields, Code::IdempotencyReused]).example("problem");
const UNAVAILABLE: Answer =
    Answer::problem("Unavailable", &[Code::StoreUnavailable, Code::BudgetExhausted, Code::NotConfigured]).headers(&[RETRY_AFTER]);
const ANY: Answer = Answer::any_problem(
    "Any",
    "Any endpoint: 404 `unknown_host`, 405 with `Allow`, 500 `internal`, 503 `not_configured` with `Retry-After`",
)
.headers(&[Header::optional("Allow", ""), Header::optional("Retry-After", "").number()]);
const NOT_LET_IN: Answer = Answer::problem("Forbidden", &[Code::Forbidden]);
const RATE_LIMITED: Answer = Answer::problem("RateLimited", &[Code::RateLimited]).headers(&[RETRY_AFTER]);

fn exported_link() -> Value {
    let hash = json!({"type": ["string", "null"], "description": "Hash of the password; only with `passwords=true`."});
    json!({"$ref": "#/components/schemas/Link", "properties": {"password_hash": hash}})
}
