//! Accounts and sessions: set-up, sign-in, passwords, and the sessions of the caller. One file for each verb.

mod accept;
mod end_session;
mod list_sessions;
mod login;
mod logout;
mod one_time_token;
mod password;
mod reset;
mod setup;
mod start;
mod token;
mod token_source;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use accept::Acceptance;
pub(crate) use accept::accept;
pub(crate) use end_session::end_session;
pub(crate) use list_sessions::list_sessions;
#[cfg(feature = "docs")]
pub(crate) use login::Login;
pub(crate) use login::login;
#[cfg(feature = "docs")]
pub(crate) use logout::Logout;
pub(crate) use logout::logout;
#[cfg(feature = "docs")]
pub(crate) use password::PasswordChange;
pub(crate) use password::change_password;
#[cfg(feature = "docs")]
pub(crate) use reset::PasswordReset;
pub(crate) use reset::reset_password;
#[cfg(feature = "docs")]
pub(crate) use setup::Setup;
pub(crate) use setup::setup;
#[cfg(feature = "docs")]
pub(crate) use token::TokenRequest;
pub(crate) use token::token;
pub(in crate::api) use wire::SessionJson;

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::SignedInJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, SessionJson<'_>>>();
}
