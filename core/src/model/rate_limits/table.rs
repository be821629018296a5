//! The table of rate limits as Markdown, for `docs/OPERATIONS.md`. No adapter links this.

use std::fmt::Write as _;

use super::{PolicyInfo, RatePolicy};

/// Every rate limit with its name, its default and what it counts, in Markdown.
#[must_use]
pub fn rate_limit_table() -> String {
    let mut text = "| name | default | counts | may be `off` |\n|---|---|---|---|\n".to_owned();
    for policy in RatePolicy::ALL {
        let PolicyInfo { name, default, can_be_off, .. } = policy.info();
        let can_be_off = if can_be_off { "yes" } else { "no" };
        let _ = writeln!(text, "| `{name}` | `{default}` | {} | {can_be_off} |", counts(policy));
    }
    text
}

/// What a policy counts.
fn counts(policy: RatePolicy) -> &'static str {
    match policy {
        RatePolicy::SignInDevice => "sign-ins to an account, for each device that signed in to it before",
        RatePolicy::SignInNetwork => "sign-ins from other devices, for each network",
        RatePolicy::SignInAccount => "sign-ins from other devices, for each account",
        RatePolicy::PasswordChange => "changes of a password, for each session",
        RatePolicy::Refresh => "new access tokens, for each session",
        RatePolicy::Credentials => "requests with an invalid credential, for each network. A valid credential is never refused",
        RatePolicy::Create => {
            "`POST` to `/shorten`, `/api/v1/links`, `/api/v1/batch` and `/api/v1/import`, for each key, user or the bootstrap admin"
        }
        RatePolicy::UnlockDevice => "passwords of a link, for each device that opened it before",
        RatePolicy::UnlockNetwork => "passwords of a link from other devices, for each network",
        RatePolicy::UnlockLink => "passwords of a link from other devices, for all networks together",
        RatePolicy::UnlockReserve => "passwords of a link, for each network, after `unlock-link` is used up",
        RatePolicy::PublicShorten => "links that are created without a credential, for each network",
        RatePolicy::PublicShortenAll => "the same for all networks together, so that an attacker with many cannot fill the store",
        RatePolicy::Report => "reports of links, for each network, also those of a link that does not exist",
        RatePolicy::ReportAll => "reports that are saved, for all networks together",
    }
}
