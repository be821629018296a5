//! The endpoints of the blocklist.

use crate::api::blocklist;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LIST_BLOCKLIST: Operation = Operation::new(OperationGroup::Blocklist, "listBlocklist", "List the blocklist")
    .description("The listed hosts, by name. The built-in list of link shorteners is not part of it.")
    .parameters(&[parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::BLOCKLIST)]);

pub(super) const BLOCK_HOST: Operation = Operation::new(OperationGroup::Blocklist, "blockHost", "Add a host to the blocklist")
    .description(
        "From now on a link or a domain with a URL on this host is refused with `blocked_host`. Visitors of links that \
         exist get the warning as soon as an edit of the link would reach them (`promises` in `/capabilities`). To change \
         an entry, delete it and add it again.",
    )
    .body::<blocklist::NewBlockedHost>("new-blocked-host")
    .answers(&[(201, answers::BLOCKED_HOST), (409, answers::HOST_LISTED)]);

pub(super) const UNBLOCK_HOST: Operation = Operation::new(OperationGroup::Blocklist, "unblockHost", "Delete a host from the blocklist")
    .description("Links to it redirect again, as soon as an edit would reach visitors.");
