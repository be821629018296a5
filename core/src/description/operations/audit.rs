//! The endpoint of the audit.

use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const LIST_AUDIT: Operation = Operation::new(Tag::Audit, "listAudit", "Who changed what")
    .description(
        "Every change of links, domains, keys and users, newest first. On Cloudflare a change and its line \
             are one transaction. On Fastly no change goes without its line, and a line may tell of a change that \
             was begun and not made, because its writer died. Lines are kept for `HOP_AUDIT_DAYS`; nobody edits \
             or deletes one. A key for some domains sees what was done there. A page looks at a bounded number of \
             lines, so it may be short or empty and still have a `next`.",
    )
    .parameters(&[
        parameters::DONE_FROM,
        parameters::DONE_TO,
        parameters::SUBJECT,
        parameters::PRINCIPAL,
        parameters::LIMIT,
        parameters::CURSOR,
    ])
    .answers(&[(200, answers::AUDIT)]);
