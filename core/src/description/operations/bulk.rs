//! The endpoints for many links at once.

use crate::api::links;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const BATCH: Operation = Operation::new(OperationGroup::ManyLinks, "batch", "Create, change and delete links")
    .description(
        "The items are processed one after the other. The answer is 200 if the request itself can be read. Each \
         result has the status that the item alone would have had, and its link or its problem. An item has at most \
         64 KiB. With an `Idempotency-Key` a batch has up to 100 items and may take several requests. An item is 503 \
         `budget_exhausted` if the request has no store operations left for it, or no time to hash another password; \
         the answer then has `Retry-After: 0`. Send the same request again until `untried` is 0; items that succeeded \
         or were refused are not tried again. If a result has more than 8 KiB, a later answer has a LinkReference \
         instead of its link. Without the header a batch has at most `limits.batch` items (`/capabilities`), and on \
         Fastly at most three of them may set a password; more are 422 `too_many`. Then send the items that were not \
         tried in a new batch.",
    )
    .body::<links::BatchBody>("batch")
    .answers(&[(200, answers::BATCH_RESULTS)]);

pub(super) const IMPORT_LINKS: Operation = Operation::new(OperationGroup::ManyLinks, "importLinks", "Import links")
    .description(
        "Reads links in the formats of an export: JSON Lines, or CSV with the names of the columns in the first row. In \
         CSV `tags`, `rules`, `card`, `blocked` and `clicks` are JSON, and an empty cell is an absent field. The \
         schema describes one line. An invalid line does not affect the others. A line has at most 80 KiB. Only \
         `target` is required. A line is 201 if its link was created, and 200 if the same link exists already; a taken \
         alias is refused as when a link is created. `owner`, `created_at` and `clicks` are kept. One request imports \
         as many lines as its store operations allow (`limits.import_lines` of `/capabilities`), at most 500; on \
         Fastly it stops before a fourth line with a password. If there are more lines, `next` says where to \
         continue: send the rest of the body from `next.offset` on, for CSV after the row with the names of the \
         columns. With an `Idempotency-Key` the same request can be sent again as long as the answer has \
         `Retry-After: 0`. It then continues by itself, up to 1,000 lines for one key, and answers with all results; a \
         result of more than 1 KiB has no `errors`. Send the lines after those with another key.",
    )
    .parameters(&[parameters::DOMAIN_OF_LINES, parameters::DRY_RUN])
    .body::<links::LineBody>("link")
    .answers(&[(200, answers::IMPORT_RESULTS)]);

pub(super) const EXPORT_LINKS: Operation = Operation::new(OperationGroup::ManyLinks, "exportLinks", "Export links")
    .description(
        "All links of a domain that are not deleted, newest first, one page for each request. The header `Link` names \
         the next page; the last page has none. A page may be empty. With `passwords=true` the hashes of passwords \
         are included; without them an import needs new passwords. Every page of CSV begins with the names of the \
         columns: the fields of a Link except `short_url` and `state`, which follow from others. `tags`, `rules`, \
         `card`, `blocked` and `clicks` are JSON in their cells, and `null` is an empty cell. Every cell is quoted. A \
         cell that a spreadsheet would run as a formula has a `'` before it, which readers must remove: a cell that \
         begins with `=`, `+`, `-`, `@`, one of these in full width (`＝`, `＋`, `－`, `＠`), a tab, a carriage return, a \
         line feed or `'`.",
    )
    .parameters(&[parameters::DOMAIN, parameters::FORMAT, parameters::PASSWORDS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::EXPORT)]);
