//! The table of rights as Markdown, for `docs/SECURITY.md`. No adapter links this.

use std::fmt::Write as _;

use super::ENDPOINTS;
use crate::auth::Access;
use crate::model::rights::{Right, RightTerms};

/// Every right with the scope and role that it needs, then every route with the right that it needs, in Markdown.
#[must_use]
pub fn who_may_what() -> String {
    let mut text = "| may | takes the scope | and at least the role | with a key for some domains |\n|---|---|---|---|\n".to_owned();
    for right in Right::ALL {
        let RightTerms { role, needs_all_domains, .. } = right.terms();
        let with_domain_key = if needs_all_domains { "no" } else { "on those" };
        let _ = writeln!(text, "| {} | {} | {} | {with_domain_key} |", description(right), scopes(right), role.name());
    }
    text.push_str("\n## What each route asks for\n\n| route | asks for |\n|---|---|\n");
    for row in ENDPOINTS {
        let need = match row.access {
            Access::Anyone => "nothing".to_owned(),
            Access::Identity => "a key or a session".to_owned(),
            Access::SignedIn => "a session".to_owned(),
            Access::BootstrapAdmin => "the bootstrap key".to_owned(),
            Access::Right(right) => scope_and_role(right),
            Access::RightOrPublic(right) => format!("{}; nothing while `HOP_PUBLIC_SHORTEN` is on", scope_and_role(right)),
        };
        let _ = writeln!(text, "| `{} {}` | {need} |", row.method, row.pattern);
    }
    text
}

fn scope_and_role(right: Right) -> String {
    format!("{}, {}", scopes(right), right.terms().role.name())
}

fn scopes(right: Right) -> String {
    let RightTerms { scope, needs_all_scopes, .. } = right.terms();
    if needs_all_scopes { "every scope".to_owned() } else { format!("`{}`", scope.name()) }
}

/// What a right allows.
fn description(right: Right) -> &'static str {
    match right {
        Right::ReadLinks => {
            "show, list, search, explain and export links, their history, QR codes and tags, and ask whether an alias is free"
        }
        Right::ReadClicks => "read statistics, and see how often a link was followed; without it `clicks` is null",
        Right::WriteClicks => "send the log lines of clicks",
        Right::WriteLinks => "create links, and change, move, delete, restore and erase one's own; admins do so with every link",
        Right::ManageLinks => {
            "block links and change blocked ones, give them to another owner, import, rename and remove tags, export hashes of passwords"
        }
        Right::ReadDomains => "show and list domains",
        Right::WriteDomains => "add, change and delete domains",
        Right::ManageBlocklist => "list, add and delete hosts of the blocklist",
        Right::ManageReports => {
            "list and dismiss abuse reports; blocking the link of one takes what `PATCH /api/v1/links/{alias}` takes for it, too"
        }
        Right::ManageUsers => "list, change, disable and delete users; only owners change owners",
        Right::AdmitUsers => {
            "create and invite users, reset their passwords, and raise their roles; only owners do so with admins and owners"
        }
        Right::ManageKeys => "list, make and revoke keys; only owners make keys for other admins and owners, and revoke those of owners",
        Right::ReadAudit => "read who changed what",
        Right::ReadMetrics => "read `/metrics`",
        Right::Maintain => "run the maintenance that a scheduler requests",
    }
}
