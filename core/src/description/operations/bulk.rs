//! The endpoints that take or give many links at once.

use crate::api::links;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const BATCH: Operation = Operation::new(Tag::ManyLinks, "batch", "Create, change and delete links")
    .description(
        "One item after the other, at most as many as `limits.batch` of `/capabilities` says: 100, or 4 on \
             Fastly. On Fastly three of them may set a password; if more do, that is 422 `too_many`. The answer \
             is 200 whenever the request itself is readable; each result has the status that the item would have \
             got alone, and its link or its problem.",
    )
    .body::<links::BatchBody>("batch")
    .answers(&[(200, answers::BATCH_RESULTS)]);

pub(super) const IMPORT_LINKS: Operation = Operation::new(Tag::ManyLinks, "importLinks", "Import links")
    .description(
        "Takes links as an export writes them: JSON Lines, or CSV below the names of its columns, where \
             `tags`, `rules`, `card` and `clicks` are JSON and an empty cell says nothing. Only `target` is \
             needed. A line is 201 if its link was made and 200 if it was there already, just like that; any \
             other holder of its alias is told as when a link is created. `owner`, `created_at` and `clicks` are \
             taken over. In one request hop takes as many lines as `limits.batch` of `/capabilities` says: 100, \
             or 4 on Fastly; there it stops before a fourth line that tells a password. If there are more, `next` \
             says where to go on: send the rest of the body from `next.offset` on, for CSV below the names of the \
             columns again.",
    )
    .parameters(&[parameters::DOMAIN_OF_LINES, parameters::DRY_RUN])
    .body::<links::LineBody>("link")
    .answers(&[(200, answers::IMPORT_RESULTS)]);

pub(super) const EXPORT_LINKS: Operation = Operation::new(Tag::ManyLinks, "exportLinks", "Export links")
    .description(
        "Every link of a domain that is not deleted, newest first, a page for each request. The header `Link` \
             names the next page; without one the page is the last. A page may be empty. With `passwords=true` \
             the hashes of passwords are told too; without them an import asks for passwords anew. Every page of \
             CSV begins with the names of the columns: the fields of the Link but `short_url` and `state`, which \
             follow from others. `tags`, `rules`, `card` and `clicks` are JSON in their cells, and what is `null` \
             is an empty cell. Every cell is quoted. A cell that a spreadsheet would run, because it begins with \
             `=`, `+`, `-`, `@`, one of these in full width (`＝`, `＋`, `－`, `＠`), a tab, a carriage return, a \
             line feed or `'`, has a `'` before it; whoever reads takes that one away.",
    )
    .parameters(&[parameters::DOMAIN, parameters::FORMAT, parameters::PASSWORDS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::EXPORT)]);
