//! The table of endpoints: the whole HTTP API. Routing, authorization, body limits and dispatch are generated from it.
//!
//! A row has these columns:
//! * name, method and path of the endpoint
//! * the kind of client ([`Audience`]), the right that the caller needs ([`Access`]), the request body ([`BodyKind`])
//! * the response statuses (see [`Endpoint::statuses`] for those that every endpoint has)
//! * the handler, with its arguments: fields of the [`Call`], or its methods `authorized` and `visit`
//!
//! The argument `parameter` is the segment of the path at the name in braces, percent-decoded. `creates` marks a
//! handler that creates links, whose requests take a unit of the rate limit `create`. `idempotent` marks a handler
//! whose requests may carry an `Idempotency-Key`. `unboxed` marks the handler of nearly all requests, whose future is
//! not boxed.

mod call;
mod declaration;
mod endpoint;
#[cfg(any(test, feature = "memory"))]
mod printed;
mod route;
mod row_search;

pub(crate) use self::call::Call;
use self::declaration::endpoints;
pub use self::endpoint::Endpoint;
pub(crate) use self::endpoint::{Audience, BodyKind};
#[cfg(any(test, feature = "memory"))]
pub use self::printed::who_may_what;
pub use self::route::{Route, body_limit};
use crate::api::account;
use crate::api::audit;
use crate::api::blocklist;
use crate::api::domains;
use crate::api::ingest;
use crate::api::keys;
use crate::api::links;
use crate::api::maintenance;
use crate::api::me;
use crate::api::reports;
use crate::api::stats;
use crate::api::users;
use crate::auth::Access;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::rights::Right;
use crate::pages;
use crate::redirect;
use crate::store::ports::{ClientInfo, Edge};
use crate::system::dashboard;
use crate::system::metrics;
use crate::system::robots;
use crate::system::security_txt;
use crate::system::status;

endpoints! {
    Home: GET "/", People, Anyone, NoBody,
        [200, 302, 403, 503] => { redirect::front_page(context, domain, method) }
    Health: GET "/health", Monitors, Anyone, NoBody,
        [200] => { status::health() }
    Ready: GET "/ready", Monitors, Anyone, NoBody,
        [200, 503] => { status::ready(context) }
    Capabilities: GET "/capabilities", Programs, Anyone, NoBody,
        [200] => { status::capabilities(context) }
    OpenApi: GET "/openapi.json", Programs, Anyone, NoBody,
        [200, 503] => { status::openapi(context) }
    Robots: GET "/robots.txt", Fetchers, Anyone, NoBody,
        [200] => { robots::robots(context, domain) }
    Favicon: GET "/favicon.ico", Fetchers, Anyone, NoBody,
        [204] => { status::favicon() }
    SecurityTxt: GET "/.well-known/security.txt", People, Anyone, NoBody,
        [200, 404] => { security_txt::security_txt(context) }
    LogChallenge: GET "/.well-known/fastly/logging/challenge", Fetchers, Anyone, NoBody,
        [200] => { status::log_challenge() }
    ExplainProblem: GET "/problems/{code}", People, Anyone, NoBody,
        [200, 404] => { pages::explain_problem(context, parameter) }
    ReportForm: GET "/report", People, Anyone, NoBody,
        [200, 503] => { reports::show_form(context, domain, visit, method) }
    SendReportForm: POST "/report", People, Anyone, ReportForm,
        [200, 403, 413, 422, 429, 503] => { reports::submit_form(context, domain, visit, body) }

    DashboardRoot: GET "/app", People, Anyone, NoBody,
        [308] => { dashboard::redirect_to_page() }
    Dashboard: GET "/app/", People, Anyone, NoBody,
        [200, 503] => { dashboard::page(context, client) }
    DashboardTheme: GET "/app/theme.css", Fetchers, Anyone, NoBody,
        [200] => { dashboard::theme(context) }
    DashboardAsset: GET "/app/assets/{file}", Fetchers, Anyone, NoBody,
        [200, 404, 503] => { dashboard::asset(context, client, parameter) }

    Shorten: POST "/shorten", Programs, RightOrPublic(WriteLinks), Json,
        [201, 400, 401, 403, 409, 413, 415, 422, 503] => { creates idempotent links::shorten(context, authorized, body) }
    ListLinks: GET "/api/v1/links", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 422, 503] => { links::list(context, authorized, query) }
    CreateLink: POST "/api/v1/links", Programs, Right(WriteLinks), Json,
        [200, 201, 400, 401, 403, 409, 413, 415, 422, 503] => { creates idempotent links::create(context, authorized, body) }
    ShowLink: GET "/api/v1/links/{alias}", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 404, 422, 503] => { links::show(context, authorized, parameter, query) }
    ChangeLink: PATCH "/api/v1/links/{alias}", Programs, Right(WriteLinks), Json,
        [200, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 503] => { links::change(context, authorized, parameter, query, client, body) }
    DeleteLink: DELETE "/api/v1/links/{alias}", Programs, Right(WriteLinks), NoBody,
        [204, 401, 403, 404, 412, 422, 503] => { links::delete(context, authorized, parameter, query, client) }
    RestoreLink: POST "/api/v1/links/{alias}/restore", Programs, Right(WriteLinks), NoBody,
        [200, 401, 403, 404, 422, 503] => { links::restore(context, authorized, parameter, query) }
    LinkHistory: GET "/api/v1/links/{alias}/history", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 404, 422, 503] => { links::list_versions(context, authorized, parameter, query) }
    ExplainLink: POST "/api/v1/links/{alias}/explain", Programs, Right(ReadLinks), Json,
        [200, 400, 401, 403, 404, 413, 415, 422, 503] => { links::explain(context, authorized, parameter, query, body) }
    LinkQr: GET "/api/v1/links/{alias}/qr", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 404, 410, 422, 503] => { links::qr(context, authorized, parameter, query) }
    LinkStats: GET "/api/v1/links/{alias}/stats", Programs, Right(ReadClicks), NoBody,
        [200, 401, 403, 404, 422, 503] => { stats::link(context, authorized, parameter, query) }
    LinkClicks: GET "/api/v1/links/{alias}/clicks", Programs, Right(ReadClicks), NoBody,
        [200, 401, 403, 404, 422, 503] => { stats::clicks(context, authorized, parameter, query) }
    Stats: GET "/api/v1/stats", Programs, Right(ReadClicks), NoBody,
        [200, 401, 403, 422, 503] => { stats::overview(context, authorized, query) }
    Batch: POST "/api/v1/batch", Programs, Right(WriteLinks), BulkJson,
        [200, 400, 401, 403, 409, 413, 415, 422, 503] => { creates idempotent links::batch(context, authorized, body) }
    ImportLinks: POST "/api/v1/import", Programs, Right(ManageLinks), Import,
        [200, 400, 401, 403, 409, 413, 415, 422, 503] => { creates idempotent links::import(context, authorized, query, client, body) }
    ExportLinks: GET "/api/v1/export", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 422, 503] => { links::export(context, authorized, query) }
    AliasAvailability: GET "/api/v1/aliases/{alias}", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 422, 503] => { links::availability(context, authorized, parameter, query) }
    ListTags: GET "/api/v1/tags", Programs, Right(ReadLinks), NoBody,
        [200, 401, 403, 422, 503] => { links::tags(context, authorized, query) }
    RenameTag: PATCH "/api/v1/tags/{tag}", Programs, Right(ManageLinks), Json,
        [200, 400, 401, 403, 404, 413, 415, 422, 503] => { links::rename_tag(context, authorized, parameter, query, body) }
    RemoveTag: DELETE "/api/v1/tags/{tag}", Programs, Right(ManageLinks), NoBody,
        [200, 401, 403, 404, 422, 503] => { links::remove_tag(context, authorized, parameter, query) }

    ListDomains: GET "/api/v1/domains", Programs, Right(ReadDomains), NoBody,
        [200, 401, 403, 422, 503] => { domains::list(context, authorized, query) }
    CreateDomain: POST "/api/v1/domains", Programs, Right(WriteDomains), Json,
        [201, 400, 401, 403, 409, 413, 415, 422, 503] => { domains::create(context, authorized, body) }
    ShowDomain: GET "/api/v1/domains/{domain}", Programs, Right(ReadDomains), NoBody,
        [200, 401, 403, 404, 422, 503] => { domains::show(context, authorized, parameter, query) }
    ChangeDomain: PATCH "/api/v1/domains/{domain}", Programs, Right(WriteDomains), Json,
        [200, 400, 401, 403, 404, 412, 413, 415, 422, 503] => { domains::change(context, authorized, parameter, query, client, body) }
    DeleteDomain: DELETE "/api/v1/domains/{domain}", Programs, Right(WriteDomains), NoBody,
        [204, 401, 403, 404, 409, 412, 422, 503] => { domains::delete(context, authorized, parameter, query, client) }

    SetUp: POST "/api/v1/setup", Programs, BootstrapAdmin, Json,
        [201, 400, 401, 403, 409, 413, 415, 422, 503] => { account::setup(context, authorized, body) }
    AcceptInvitation: POST "/api/v1/invitations/accept", Programs, Anyone, Json,
        [200, 400, 401, 403, 413, 415, 422, 429, 503] => { account::accept(context, domain, client, body) }
    Login: POST "/api/v1/login", Programs, Anyone, Json,
        [200, 400, 401, 403, 413, 415, 422, 429, 503] => { account::login(context, domain, client, body) }
    Token: POST "/api/v1/token", Programs, Anyone, Json,
        [200, 400, 401, 403, 413, 415, 422, 429, 503] => { account::token(context, domain, client, body) }
    Logout: POST "/api/v1/logout", Programs, Anyone, Json,
        [204, 400, 401, 403, 413, 415, 422, 429, 503] => { account::logout(context, domain, client, body) }
    ChangePassword: POST "/api/v1/password", Programs, SignedIn, Json,
        [204, 400, 401, 403, 413, 415, 422, 429, 503] => { account::change_password(context, authorized, body) }
    ResetPassword: POST "/api/v1/password/reset", Programs, Anyone, Json,
        [204, 400, 401, 413, 415, 422, 429, 503] => { account::reset_password(context, client, body) }
    ListSessions: GET "/api/v1/sessions", Programs, SignedIn, NoBody,
        [200, 401, 403, 422, 503] => { account::list_sessions(context, authorized, query) }
    EndSession: DELETE "/api/v1/sessions/{session}", Programs, SignedIn, NoBody,
        [204, 401, 403, 404, 422, 503] => { account::end_session(context, authorized, parameter, query) }
    ListBlocklist: GET "/api/v1/blocklist", Programs, Right(ManageBlocklist), NoBody,
        [200, 401, 403, 422, 503] => { blocklist::list(context, authorized, query) }
    BlockHost: POST "/api/v1/blocklist", Programs, Right(ManageBlocklist), Json,
        [201, 400, 401, 403, 409, 413, 415, 422, 503] => { blocklist::create(context, authorized, body) }
    UnblockHost: DELETE "/api/v1/blocklist/{host}", Programs, Right(ManageBlocklist), NoBody,
        [204, 401, 403, 404, 422, 503] => { blocklist::delete(context, authorized, parameter, query) }
    ListReports: GET "/api/v1/reports", Programs, Right(ManageReports), NoBody,
        [200, 401, 403, 422, 503] => { reports::list(context, authorized, query) }
    CreateReport: POST "/api/v1/reports", Programs, Anyone, ReportJson,
        [202, 400, 413, 415, 422, 429, 503] => { reports::create(context, client, body) }
    ResolveReport: PATCH "/api/v1/reports/{report}", Programs, Right(ManageReports), Json,
        [200, 400, 401, 403, 404, 409, 410, 413, 415, 422, 503] => { reports::resolve(context, authorized, parameter, query, body) }

    ShowMe: GET "/api/v1/me", Programs, Identity, NoBody,
        [200, 401, 422, 503] => { me::show(context, authorized, query) }
    ListUsers: GET "/api/v1/users", Programs, Right(ManageUsers), NoBody,
        [200, 401, 403, 422, 503] => { users::list(context, authorized, query) }
    CreateUser: POST "/api/v1/users", Programs, Right(AdmitUsers), Json,
        [201, 400, 401, 403, 409, 413, 415, 422, 503] => { users::create(context, authorized, body) }
    ShowUser: GET "/api/v1/users/{user}", Programs, Right(ManageUsers), NoBody,
        [200, 401, 403, 404, 422, 503] => { users::show(context, authorized, parameter, query) }
    ChangeUser: PATCH "/api/v1/users/{user}", Programs, Right(ManageUsers), Json,
        [200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 503] => { users::change(context, authorized, parameter, query, client, body) }
    DeleteUser: DELETE "/api/v1/users/{user}", Programs, Right(ManageUsers), NoBody,
        [204, 401, 403, 404, 409, 412, 422, 503] => { users::delete(context, authorized, parameter, query, client) }
    InviteUser: POST "/api/v1/users/{user}/invite", Programs, Right(AdmitUsers), NoBody,
        [201, 401, 403, 404, 409, 422, 503] => { users::invite(context, authorized, parameter, query) }
    IssueReset: POST "/api/v1/users/{user}/reset", Programs, Right(AdmitUsers), NoBody,
        [201, 401, 403, 404, 409, 422, 503] => { users::reset(context, authorized, parameter, query) }
    ListKeys: GET "/api/v1/keys", Programs, Right(ManageKeys), NoBody,
        [200, 401, 403, 422, 503] => { keys::list(context, authorized, query) }
    CreateKey: POST "/api/v1/keys", Programs, Right(ManageKeys), Json,
        [201, 400, 401, 403, 413, 415, 422, 503] => { keys::create(context, authorized, body) }
    ShowKey: GET "/api/v1/keys/{key}", Programs, Right(ManageKeys), NoBody,
        [200, 401, 403, 404, 422, 503] => { keys::show(context, authorized, parameter, query) }
    RevokeKey: DELETE "/api/v1/keys/{key}", Programs, Right(ManageKeys), NoBody,
        [204, 401, 403, 404, 422, 503] => { keys::revoke(context, authorized, parameter, query) }
    ListAudit: GET "/api/v1/audit", Programs, Right(ReadAudit), NoBody,
        [200, 401, 403, 422, 503] => { audit::list(context, authorized, query) }
    Maintain: POST "/api/v1/maintenance", Programs, Right(Maintain), NoBody,
        [200, 401, 403, 422, 503] => { maintenance::maintain(context, authorized, query) }
    Ingest: POST "/api/v1/ingest", Programs, Right(WriteClicks), LogLines,
        [200, 400, 401, 403, 413, 415, 422, 503] => { ingest::ingest(context, authorized, query, client, body) }
    Metrics: GET "/metrics", Programs, Right(ReadMetrics), NoBody,
        [200, 401, 403, 503] => { metrics::show(context, authorized) }

    FollowLink: GET "/{alias}", Visitors, Anyone, NoBody,
        [200, 301, 302, 307, 308, 403, 404, 410, 429, 503] => { unboxed redirect::follow(context, domain, parameter, visit, method) }
    SubmitForm: POST "/{alias}", Visitors, Anyone, Form,
        [200, 303, 403, 404, 410, 413, 429, 503] => { redirect::submit(context, domain, parameter, visit, body) }
    PreviewLink: GET "/{alias}+", Visitors, Anyone, NoBody,
        [200, 403, 404, 410, 429, 503] => { redirect::preview(context, domain, parameter, visit) }
}
