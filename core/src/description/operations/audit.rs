//! The endpoint of the audit.

use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LIST_AUDIT: Operation = Operation::new(OperationGroup::Audit, "listAudit", "List changes")
    .description(
        "All changes to links, domains, keys and users, newest first. On Cloudflare a change and its event are one \
         transaction. On Fastly every change has an event, but an event may describe a change that was not made \
         because hop crashed. Events are kept for the number of days in the setting `HOP_AUDIT_DAYS` and cannot be \
         changed or deleted. A key for some domains sees only the events of those domains. A page examines a limited \
         number of events, so it may be short or empty and still have a `next`.",
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
