//! The responses of all endpoints, and the usual response of each status. Each is one component of the document.

use serde_json::{Value, json};

use super::answer::{Header, ResponseContent, ResponseSpec};
use crate::endpoints::{Audience, Endpoint};
use crate::message::problem::ProblemCode;

/// The response of a status of this endpoint, unless its description names another.
pub(super) const fn usual(endpoint: &Endpoint, status: u16) -> Option<ResponseSpec> {
    let is_page = matches!(endpoint.audience, Audience::Visitors | Audience::People);
    let answer = match status {
        204 => NO_CONTENT,
        400 => MALFORMED_JSON,
        401 => UNAUTHENTICATED,
        403 if is_page => FORBIDDEN_VISITOR,
        403 => FORBIDDEN,
        404 => NOT_FOUND,
        409 if endpoint.takes_idempotency_key => IN_FLIGHT,
        410 => GONE,
        412 => VERSION_MISMATCH,
        413 => TOO_LARGE,
        415 => UNSUPPORTED_MEDIA_TYPE,
        422 if endpoint.takes_idempotency_key => INVALID_OR_REUSED,
        422 => INVALID_FIELDS,
        429 if endpoint.creates_links => CREATION_LIMITED,
        429 if is_page => RATE_LIMITED_VISITOR,
        429 => RATE_LIMITED,
        503 => UNAVAILABLE,
        _ => return None,
    };
    Some(if is_page { answer.for_browsers() } else { answer })
}

/// The problems that any endpoint may answer in addition to its own.
pub(super) const fn of_any(endpoint: &Endpoint) -> ResponseSpec {
    if matches!(endpoint.audience, Audience::Visitors | Audience::People) { ANY.for_browsers() } else { ANY }
}

const ETAG: Header = Header::required("ETag", "the `version` in quotes");
const CONTENT_ENCODING: Header = Header::optional("Content-Encoding", "`gzip`, or absent");
const RETRY_AFTER: Header = Header::required("Retry-After", "in seconds").number();

// Successful responses.

pub(super) const LINK: ResponseSpec = ResponseSpec::json("Link", "The link", "Link", &["link"]).headers(&[ETAG]);
pub(super) const LINK_WRITTEN: ResponseSpec =
    ResponseSpec::json("LinkWritten", "The link as it is now", "WrittenLink", &["link", "link-reference"]).headers(&[ETAG]);
pub(super) const LINK_CREATED: ResponseSpec = ResponseSpec::json(
    "LinkCreated",
    "The new link. If the request repeats an earlier one and the link has changed since then, a key without \
     `links:read` gets a LinkReference",
    "WrittenLink",
    &["link", "link-reference"],
)
.headers(&[Header::required("Location", "address of the link in the API"), ETAG]);
pub(super) const LINK_FOUND: ResponseSpec = ResponseSpec::json(
    "LinkFound",
    "With `find_if_exists` the existing link, with `update_if_exists` the link as it is now",
    "WrittenLink",
    &["link", "link-reference"],
)
.headers(&[Header::required("Location", "address of the link in the API"), ETAG]);
pub(super) const LINK_LIST: ResponseSpec = ResponseSpec::json("LinkList", "A page of links", "LinkList", &["links"])
    .headers(&[Header::required("Link", "`rel=\"first\"`, and `rel=\"next\"` except on the last page")]);
pub(super) const HISTORY: ResponseSpec = ResponseSpec::json("History", "The versions of the link", "History", &["history"]);
pub(super) const PICTURE: ResponseSpec = ResponseSpec::empty("Picture", "The QR code")
    .content(&[
        ResponseContent::Text("image/svg+xml"),
        ResponseContent::Other("image/png", || json!({"type": "string", "contentMediaType": "image/png"}), &[]),
    ])
    .headers(&[Header::required("Content-Disposition", "alias as the name of a file")]);
pub(super) const AVAILABILITY: ResponseSpec =
    ResponseSpec::json("Availability", "Whether the alias is available", "Availability", &["alias"]);
/// The header of a response with many results of which some are still missing.
const RETRY_TO_CONTINUE: Header =
    Header::optional("Retry-After", "0 if some items were not tried and the request had an `Idempotency-Key`: send the same request again")
        .number();
pub(super) const BATCH_RESULTS: ResponseSpec =
    ResponseSpec::json("BatchResults", "The result of each item, in the order of the items", "BatchResults", &["batch-results"])
        .headers(&[RETRY_TO_CONTINUE]);
pub(super) const IMPORT_RESULTS: ResponseSpec =
    ResponseSpec::json("ImportResults", "The result of each line that was read", "ImportResults", &["import-results"])
        .headers(&[RETRY_TO_CONTINUE]);
pub(super) const EXPORT: ResponseSpec =
    ResponseSpec::empty("Export", "A page of links: one on each line, or one row each after a row with the names of the columns")
        .content(&[ResponseContent::Other("application/x-ndjson", exported_link, &["link"]), ResponseContent::Text("text/csv")])
        .headers(&[Header::optional("Link", "`rel=\"next\"`, except on the last page")]);
pub(super) const TAG_LIST: ResponseSpec = ResponseSpec::json("TagList", "A page of tags", "TagList", &["tags"]);
pub(super) const RETAGGED: ResponseSpec = ResponseSpec::json("Retagged", "How many links were changed", "Retagged", &["retagged"]);
pub(super) const DOMAIN: ResponseSpec = ResponseSpec::json("Domain", "The domain", "Domain", &["domain"]).headers(&[ETAG]);
pub(super) const DOMAIN_CREATED: ResponseSpec = ResponseSpec::json("DomainCreated", "The new domain", "Domain", &["domain"])
    .headers(&[Header::required("Location", "address of the domain in the API"), ETAG]);
pub(super) const DOMAIN_LIST: ResponseSpec = ResponseSpec::json("DomainList", "A page of domains", "DomainList", &["domains"]);
pub(super) const BLOCKED_HOST: ResponseSpec = ResponseSpec::json("BlockedHost", "The listed host", "BlockedHost", &["blocked-host"]);
pub(super) const BLOCKLIST: ResponseSpec = ResponseSpec::json("Blocklist", "A page of hosts", "BlockedHostList", &["blocklist"]);
pub(super) const REPORT: ResponseSpec = ResponseSpec::json("Report", "The report", "Report", &["report"]);
pub(super) const REPORT_LIST: ResponseSpec = ResponseSpec::json("ReportList", "A page of reports", "ReportList", &["reports"]);
pub(super) const REPORT_RECEIPT: ResponseSpec =
    ResponseSpec::json("ReportReceipt", "The report is saved, and an admin will see it", "ReportReceipt", &["report-receipt"]);
pub(super) const KEY: ResponseSpec = ResponseSpec::json("Key", "The key, without its secret", "Key", &["key"]);
pub(super) const KEY_CREATED: ResponseSpec = ResponseSpec::json("KeyCreated", "The new key, with its secret", "MadeKey", &["made-key"])
    .headers(&[Header::required("Location", "address of the key in the API")]);
pub(super) const KEY_LIST: ResponseSpec = ResponseSpec::json("KeyList", "A page of keys", "KeyList", &["keys"]);
pub(super) const ME: ResponseSpec = ResponseSpec::json("Me", "The caller", "Me", &["me", "me-signed-in"]);
pub(super) const STATS: ResponseSpec = ResponseSpec::json("Stats", "The statistics; with `format=csv` the series", "Stats", &["stats"])
    .content(&[ResponseContent::Text("text/csv")]);
pub(super) const OVERVIEW: ResponseSpec =
    ResponseSpec::json("Overview", "The statistics; with `format=csv` the series", "Overview", &["overview"])
        .content(&[ResponseContent::Text("text/csv")]);
pub(super) const CLICKS: ResponseSpec = ResponseSpec::json("Clicks", "The latest clicks", "ClickList", &["clicks"]);
pub(super) const SHORTENED: ResponseSpec = ResponseSpec::json("Shortened", "The new link", "Shortened", &["shortened"]);
pub(super) const REDIRECT: ResponseSpec = ResponseSpec::empty("Redirect", "Redirect to the target of the link, or to a page of the domain")
    .headers(&[Header::required("Location", "the target, byte for byte")]);
pub(super) const ROOT: ResponseSpec =
    ResponseSpec::empty("Root", "Redirect to the `root` of the domain").headers(&[Header::required("Location", "the root, byte for byte")]);
pub(super) const PAGE: ResponseSpec = ResponseSpec::empty("Page", "A page for people").content(&[ResponseContent::Text("text/html")]);
pub(super) const ENCODED_PAGE: ResponseSpec = ResponseSpec::empty("EncodedPage", "A page for people, gzipped or not")
    .headers(&[CONTENT_ENCODING])
    .content(&[ResponseContent::Text("text/html")]);
pub(super) const DASHBOARD_ROOT: ResponseSpec =
    ResponseSpec::empty("DashboardRoot", "Redirect to the dashboard").headers(&[Header::required("Location", "`/app/`")]);
pub(super) const STYLE_SHEET: ResponseSpec =
    ResponseSpec::empty("StyleSheet", "A style sheet").content(&[ResponseContent::Text("text/css")]);
pub(super) const DASHBOARD_ASSET: ResponseSpec =
    ResponseSpec::empty("DashboardAsset", "A file of the dashboard, gzipped or not").headers(&[CONTENT_ENCODING]).content(&[
        ResponseContent::Text("text/javascript"),
        ResponseContent::Text("text/css"),
        ResponseContent::Text("image/svg+xml"),
        ResponseContent::Text("application/json"),
        ResponseContent::Text("image/png"),
        ResponseContent::Text("image/x-icon"),
        ResponseContent::Text("font/woff2"),
    ]);
pub(super) const TEXT: ResponseSpec = ResponseSpec::empty("Text", "Lines of text").content(&[ResponseContent::Text("text/plain")]);
pub(super) const STATUS: ResponseSpec = ResponseSpec::json("Status", "hop runs; for `/ready`: hop can serve requests", "Status", &[]);
pub(super) const CAPABILITIES: ResponseSpec = ResponseSpec::json("Capabilities", "Promises and limits", "Capabilities", &[]);
pub(super) const METRICS: ResponseSpec =
    ResponseSpec::empty("Metrics", "`# HELP`, `# TYPE` and the values of each metric").content(&[ResponseContent::Text("text/plain")]);
pub(super) const OPEN_API: ResponseSpec =
    ResponseSpec::empty("OpenApi", "OpenAPI 3.1").content(&[ResponseContent::Other("application/json", || json!({"type": "object"}), &[])]);
pub(super) const SHOWN: ResponseSpec = ResponseSpec::json("Shown", "Details of the link, as a page for a browser", "Shown", &[])
    .content(&[ResponseContent::Text("text/html")]);
pub(super) const ONWARD: ResponseSpec =
    ResponseSpec::empty("Onward", "Redirect to the target, or back to the same address with `Set-Cookie`")
        .headers(&[Header::required("Location", "the address"), Header::optional("Set-Cookie", "")]);
pub(super) const EXPLANATION: ResponseSpec =
    ResponseSpec::json("Explanation", "What this visitor would get", "Explanation", &["explanation"]);
pub(super) const USER: ResponseSpec = ResponseSpec::json("User", "The user", "User", &["user"]).headers(&[ETAG]);
pub(super) const USER_INVITED: ResponseSpec =
    ResponseSpec::json("UserInvited", "The user and the token of their invitation", "InvitedUser", &["invited"])
        .headers(&[Header::required("Location", "address of the user in the API"), ETAG]);
pub(super) const USER_LIST: ResponseSpec = ResponseSpec::json("UserList", "A page of users", "UserList", &["users"]);
pub(super) const RESET_ISSUED: ResponseSpec = ResponseSpec::json("ResetIssued", "The token of the reset", "ResetToken", &["reset-token"]);
pub(super) const FIRST_OWNER: ResponseSpec = ResponseSpec::json("FirstOwner", "The owner", "User", &["user"])
    .headers(&[Header::required("Location", "address of the user in the API"), ETAG]);
pub(super) const SIGNED_IN: ResponseSpec = ResponseSpec::json("SignedIn", "The tokens of the session", "SignedIn", &["signed-in"])
    .headers(&[Header::optional("Set-Cookie", "the refresh token, for a browser")]);
pub(super) const SIGNED_OUT: ResponseSpec =
    ResponseSpec::empty("SignedOut", "Done").headers(&[Header::optional("Set-Cookie", "removes the cookie, if it had the refresh token")]);
pub(super) const SESSION_LIST: ResponseSpec = ResponseSpec::json("SessionList", "A page of sessions", "SessionList", &["sessions"]);
pub(super) const AUDIT: ResponseSpec = ResponseSpec::json("Audit", "A page of events", "AuditEventList", &["audit"]);
pub(super) const MAINTENANCE: ResponseSpec = ResponseSpec::json("Maintenance", "What was done", "Maintenance", &["maintenance"]);
pub(super) const INGESTED: ResponseSpec =
    ResponseSpec::json("Ingested", "What was done with the lines that were read", "Ingested", &["ingested"]).headers(&[Header::optional(
        "Retry-After",
        "0 if some lines were not read: send the same request again",
    )
    .number()]);
pub(super) const HEAD: ResponseSpec = ResponseSpec::empty("Head", "Status and headers of `GET`");

// The problems of single endpoints.

pub(super) const ALIAS_CONFLICT: ResponseSpec =
    ResponseSpec::problem("AliasConflict", &[ProblemCode::AliasTaken, ProblemCode::AliasRetired]);
pub(super) const DOMAIN_TAKEN: ResponseSpec = ResponseSpec::problem("DomainTaken", &[ProblemCode::DomainTaken]);
pub(super) const DOMAIN_IN_USE: ResponseSpec = ResponseSpec::problem("DomainInUse", &[ProblemCode::DomainInUse]);
pub(super) const CREATION_CONFLICT: ResponseSpec =
    ResponseSpec::problem("CreationConflict", &[ProblemCode::AliasTaken, ProblemCode::AliasRetired, ProblemCode::IdempotencyInFlight])
        .headers(&[Header::optional("Retry-After", "in seconds, with `idempotency_in_flight`").number()]);
const CREATION_LIMITED: ResponseSpec = ResponseSpec::problem("CreationLimited", &[ProblemCode::RateLimited, ProblemCode::QuotaExceeded])
    .headers(&[
        Header::optional("Retry-After", "in seconds; not with a quota of links in all, which does not reset").number(),
        Header::optional("RateLimit", "with `rate_limited`: the limit that is used up"),
        Header::optional("RateLimit-Policy", "with `rate_limited`: the same limit"),
    ]);
pub(super) const SET_UP_CONFLICT: ResponseSpec = ResponseSpec::problem("SetUpConflict", &[ProblemCode::UserState, ProblemCode::EmailTaken]);
pub(super) const OTHER_SITE: ResponseSpec = ResponseSpec::problem("OtherSite", &[ProblemCode::Forbidden]);
pub(super) const WRONG_PASSWORD: ResponseSpec = ResponseSpec::problem("WrongPassword", &[ProblemCode::Forbidden]);
pub(super) const HOST_LISTED: ResponseSpec = ResponseSpec::problem("HostListed", &[ProblemCode::HostListed]);
pub(super) const REPORT_RESOLVED: ResponseSpec = ResponseSpec::problem("ReportResolved", &[ProblemCode::ReportResolved]);
pub(super) const BLOCKED_TARGET: ResponseSpec = ResponseSpec::problem("BlockedTarget", &[ProblemCode::BlockedTarget]).for_browsers();
pub(super) const REFUSED_VISIT: ResponseSpec =
    ResponseSpec::problem("RefusedVisit", &[ProblemCode::Forbidden, ProblemCode::BlockedTarget]).for_browsers();
pub(super) const EMAIL_TAKEN: ResponseSpec = ResponseSpec::problem("EmailTaken", &[ProblemCode::EmailTaken]);
pub(super) const USER_CHANGE_CONFLICT: ResponseSpec =
    ResponseSpec::problem("UserChangeConflict", &[ProblemCode::LastOwner, ProblemCode::UserState, ProblemCode::KeyInUse]);
pub(super) const USER_CONFLICT: ResponseSpec = ResponseSpec::problem("UserConflict", &[ProblemCode::LastOwner, ProblemCode::UserState]);

// The usual responses of statuses.

const NO_CONTENT: ResponseSpec = ResponseSpec::empty("NoContent", "Done");
const MALFORMED_JSON: ResponseSpec = ResponseSpec::problem("MalformedJson", &[ProblemCode::MalformedJson]);
const UNAUTHENTICATED: ResponseSpec =
    ResponseSpec::problem("Unauthenticated", &[ProblemCode::Unauthenticated]).headers(&[Header::required("WWW-Authenticate", "")]);
const FORBIDDEN: ResponseSpec =
    ResponseSpec::problem("Forbidden", &[ProblemCode::Forbidden]).headers(&[Header::required("WWW-Authenticate", "")]);
const NOT_FOUND: ResponseSpec = ResponseSpec::problem("NotFound", &[ProblemCode::NotFound]);
const IN_FLIGHT: ResponseSpec = ResponseSpec::problem("InFlight", &[ProblemCode::IdempotencyInFlight]).headers(&[RETRY_AFTER]);
const GONE: ResponseSpec = ResponseSpec::problem("Gone", &[ProblemCode::LinkEnded]);
const VERSION_MISMATCH: ResponseSpec = ResponseSpec::problem("VersionMismatch", &[ProblemCode::VersionMismatch]);
const TOO_LARGE: ResponseSpec = ResponseSpec::problem("TooLarge", &[ProblemCode::TooLarge]);
const UNSUPPORTED_MEDIA_TYPE: ResponseSpec = ResponseSpec::problem("UnsupportedMediaType", &[ProblemCode::UnsupportedMediaType]);
const INVALID_FIELDS: ResponseSpec = ResponseSpec::problem("InvalidFields", &[ProblemCode::InvalidFields]).example("problem");
const INVALID_OR_REUSED: ResponseSpec =
    ResponseSpec::problem("InvalidOrReused", &[ProblemCode::InvalidFields, ProblemCode::IdempotencyReused]).example("problem");
const UNAVAILABLE: ResponseSpec =
    ResponseSpec::problem("Unavailable", &[ProblemCode::StoreUnavailable, ProblemCode::BudgetExhausted, ProblemCode::NotConfigured])
        .headers(&[RETRY_AFTER]);
const ANY: ResponseSpec = ResponseSpec::any_problem(
    "Any",
    "Any endpoint: 404 `unknown_host`, 405 with `Allow`, 500 `internal`, 503 `not_configured` with `Retry-After`",
)
.headers(&[Header::optional("Allow", ""), Header::optional("Retry-After", "").number()]);
const FORBIDDEN_VISITOR: ResponseSpec = ResponseSpec::problem("Forbidden", &[ProblemCode::Forbidden]);
const RATE_LIMITED: ResponseSpec = ResponseSpec::problem("RateLimited", &[ProblemCode::RateLimited]).headers(&[
    RETRY_AFTER,
    Header::required("RateLimit", "the limit that is used up: its name, `r=0` and the seconds `t` until its window ends"),
    Header::required("RateLimit-Policy", "the same limit: its name, the requests `q` in each window of `w` seconds"),
]);
/// The limiter of the platform for unknown aliases does not say which limit it has.
const RATE_LIMITED_VISITOR: ResponseSpec = ResponseSpec::problem("RateLimited", &[ProblemCode::RateLimited]).headers(&[
    RETRY_AFTER,
    Header::optional("RateLimit", "for a password or a report: the limit that is used up"),
    Header::optional("RateLimit-Policy", "for a password or a report: the same limit"),
]);

fn exported_link() -> Value {
    let hash = json!({"type": ["string", "null"], "description": "Hash of the password; only with `passwords=true`."});
    json!({"$ref": "#/components/schemas/Link", "properties": {"password_hash": hash}})
}
