//! The endpoints that take or give many links at once.

use crate::api::links;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const BATCH: Operation = Operation::new(OperationGroup::ManyLinks, "batch", "Create, change and delete links")
    .description(
        "The items are processed one after the other. The answer is 200 whenever the request itself can be read. Each \
         result has the status that the item alone would have had, and its link or its problem. An item has at most \
         64 KiB. With an `Idempotency-Key` a batch has up to 100 items and may take several requests: an item that a \
         request has no store operations left for, or no time to hash another password, is 503 `budget_exhausted`, \
         and the answer has `Retry-After: 0`. Send the same request again until `untried` is 0; items that succeeded \
         or were refused are not tried again. A later answer repeats a link whose result has more than 8 KiB as a \
         LinkReference. Without the header a batch has at most as many items \
         as `limits.batch` of `/capabilities` says, and on Fastly three of them may set a password; more are 422 \
         `too_many`. Then send the items that were not tried in a new batch.",
    )
    .body::<links::BatchBody>("batch")
    .answers(&[(200, answers::BATCH_RESULTS)]);

pub(super) const IMPORT_LINKS: Operation = Operation::new(OperationGroup::ManyLinks, "importLinks", "Import links")
    .description(
        "Reads links as an export writes them: JSON Lines, or CSV below the names of its columns, where `tags`, \
         `rules`, `card`, `blocked` and `clicks` are JSON and an empty cell is an absent field. The schema describes \
         one line. A line that breaks it is refused alone. A line has at most 80 KiB. Only `target` is needed. A line is 201 if its link was created, and 200 if the same link exists already; an alias that is \
         taken is refused as when a link is created. `owner`, `created_at` and `clicks` are kept. One request imports \
         as many lines as it has store operations for (`limits.import_lines` of `/capabilities`), 500 at most; on \
         Fastly it stops before a fourth line with a password. If there are more lines, `next` says where to \
         continue: send the rest of the body from `next.offset` on, for CSV below the names of the columns again. \
         With an `Idempotency-Key` the same request can be sent again as long as the answer has `Retry-After: 0`: it \
         continues by itself, up to 1,000 lines for one key, and tells the results of all: a \
         result of more than 1 KiB without its `errors`. After those, send the rest \
         with another key.",
    )
    .parameters(&[parameters::DOMAIN_OF_LINES, parameters::DRY_RUN])
    .body::<links::LineBody>("link")
    .answers(&[(200, answers::IMPORT_RESULTS)]);

pub(super) const EXPORT_LINKS: Operation = Operation::new(OperationGroup::ManyLinks, "exportLinks", "Export links")
    .description(
        "All links of a domain that are not deleted, newest first, one page for each request. The header `Link` names \
         the next page; the last page has none. A page may be empty. With `passwords=true` the hashes of passwords \
         are included; without them an import asks for new passwords. Every page of CSV begins with the names of the \
         columns: the fields of a Link except `short_url` and `state`, which follow from others. `tags`, `rules`, \
         `card`, `blocked` and `clicks` are JSON in their cells, and `null` is an empty cell. Every cell is quoted. A \
         cell that a spreadsheet would run has a `'` before it, which readers remove: one that begins with `=`, `+`, \
         `-`, `@`, one of these in full width (`＝`, `＋`, `－`, `＠`), a tab, a carriage return, a line feed or `'`.",
    )
    .parameters(&[parameters::DOMAIN, parameters::FORMAT, parameters::PASSWORDS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::EXPORT)]);
