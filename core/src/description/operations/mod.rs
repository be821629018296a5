//! The descriptions of all endpoints, one file for each group.

mod accounts;
mod audit;
mod blocklist;
mod bulk;
mod dashboard;
mod deployment;
mod domains;
mod keys;
mod links;
mod reports;
mod stats;
mod tags;
mod users;
mod visitors;

use super::operation::Operation;
use crate::endpoints::EndpointName;

/// The description of an endpoint. The match is exhaustive, so every endpoint has one.
pub(super) const fn of(endpoint: EndpointName) -> Operation {
    match endpoint {
        EndpointName::Home => deployment::HOME,
        EndpointName::Health => deployment::HEALTH,
        EndpointName::Ready => deployment::READY,
        EndpointName::Capabilities => deployment::CAPABILITIES,
        EndpointName::OpenApi => deployment::OPEN_API,
        EndpointName::Robots => deployment::ROBOTS,
        EndpointName::Favicon => deployment::FAVICON,
        EndpointName::SecurityTxt => deployment::SECURITY_TXT,
        EndpointName::LogChallenge => deployment::LOG_CHALLENGE,
        EndpointName::ExplainProblem => deployment::EXPLAIN_PROBLEM,
        EndpointName::ReportForm => reports::REPORT_FORM,
        EndpointName::SendReportForm => reports::SEND_REPORT_FORM,
        EndpointName::DashboardRoot => dashboard::DASHBOARD_ROOT,
        EndpointName::Dashboard => dashboard::DASHBOARD,
        EndpointName::DashboardTheme => dashboard::DASHBOARD_THEME,
        EndpointName::DashboardAsset => dashboard::DASHBOARD_ASSET,
        EndpointName::Shorten => links::SHORTEN,
        EndpointName::ListLinks => links::LIST_LINKS,
        EndpointName::CreateLink => links::CREATE_LINK,
        EndpointName::ShowLink => links::SHOW_LINK,
        EndpointName::ChangeLink => links::CHANGE_LINK,
        EndpointName::DeleteLink => links::DELETE_LINK,
        EndpointName::RestoreLink => links::RESTORE_LINK,
        EndpointName::LinkHistory => links::LINK_HISTORY,
        EndpointName::ExplainLink => links::EXPLAIN_LINK,
        EndpointName::LinkQr => links::LINK_QR,
        EndpointName::LinkStats => stats::LINK_STATS,
        EndpointName::LinkClicks => stats::LINK_CLICKS,
        EndpointName::Stats => stats::STATS,
        EndpointName::Batch => bulk::BATCH,
        EndpointName::ImportLinks => bulk::IMPORT_LINKS,
        EndpointName::ExportLinks => bulk::EXPORT_LINKS,
        EndpointName::AliasAvailability => links::ALIAS_AVAILABILITY,
        EndpointName::ListTags => tags::LIST_TAGS,
        EndpointName::RenameTag => tags::RENAME_TAG,
        EndpointName::RemoveTag => tags::REMOVE_TAG,
        EndpointName::ListDomains => domains::LIST_DOMAINS,
        EndpointName::CreateDomain => domains::CREATE_DOMAIN,
        EndpointName::ShowDomain => domains::SHOW_DOMAIN,
        EndpointName::ChangeDomain => domains::CHANGE_DOMAIN,
        EndpointName::DeleteDomain => domains::DELETE_DOMAIN,
        EndpointName::SetUp => accounts::SET_UP,
        EndpointName::AcceptInvitation => accounts::ACCEPT_INVITATION,
        EndpointName::Login => accounts::LOGIN,
        EndpointName::Token => accounts::TOKEN,
        EndpointName::Logout => accounts::LOGOUT,
        EndpointName::ChangePassword => accounts::CHANGE_PASSWORD,
        EndpointName::ResetPassword => accounts::RESET_PASSWORD,
        EndpointName::ListSessions => accounts::LIST_SESSIONS,
        EndpointName::EndSession => accounts::END_SESSION,
        EndpointName::ListBlocklist => blocklist::LIST_BLOCKLIST,
        EndpointName::BlockHost => blocklist::BLOCK_HOST,
        EndpointName::UnblockHost => blocklist::UNBLOCK_HOST,
        EndpointName::ListReports => reports::LIST_REPORTS,
        EndpointName::CreateReport => reports::CREATE_REPORT,
        EndpointName::ResolveReport => reports::RESOLVE_REPORT,
        EndpointName::ShowMe => keys::SHOW_ME,
        EndpointName::ListUsers => users::LIST_USERS,
        EndpointName::CreateUser => users::CREATE_USER,
        EndpointName::ShowUser => users::SHOW_USER,
        EndpointName::ChangeUser => users::CHANGE_USER,
        EndpointName::DeleteUser => users::DELETE_USER,
        EndpointName::InviteUser => users::INVITE_USER,
        EndpointName::IssueReset => users::ISSUE_RESET,
        EndpointName::ListKeys => keys::LIST_KEYS,
        EndpointName::CreateKey => keys::CREATE_KEY,
        EndpointName::ShowKey => keys::SHOW_KEY,
        EndpointName::RevokeKey => keys::REVOKE_KEY,
        EndpointName::ListAudit => audit::LIST_AUDIT,
        EndpointName::Ingest => stats::INGEST,
        EndpointName::Maintain => deployment::MAINTAIN,
        EndpointName::Metrics => deployment::METRICS,
        EndpointName::FollowLink => visitors::FOLLOW_LINK,
        EndpointName::SubmitForm => visitors::SUBMIT_FORM,
        EndpointName::PreviewLink => visitors::PREVIEW_LINK,
    }
}
